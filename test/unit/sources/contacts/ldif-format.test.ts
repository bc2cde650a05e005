import { describe, expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { putFields } from '../../../../src/main/snapshot/lens.ts';
import { ldifFormat } from '../../../../src/main/sources/contacts/ldif/ldif-format.ts';
import { recognizeContacts } from '../../../../src/main/sources/contacts/recognize-contacts.ts';
import { readAll, withNew } from '../../../fakes/text-format-laws.ts';

const ANA = `dn: cn=Ana García,mail=ana@example.org
objectclass: top
objectclass: person
givenName: Ana
sn:: R2FyY8OtYQ==
cn:: QW5hIEdhcmPDrWE=
mail: ana@example.org
mozillaSecondEmail: ana@work.example
telephoneNumber: 1
mobile: 2
mozillaHomeStreet: 1 Main St
mozillaHomeLocalityName: Springfield
birthyear: 1990
birthmonth: 3
# a remark
description: a long note that some program has fol
 ded
custom1: 38
modifytimestamp: 1700000000
`;
const BO = 'dn: cn=Bo\nobjectclass: person\ncn: Bo\nmail: bo@example.org\n';
const fieldsIn = (text: string): readonly Fields[] => readAll(ldifFormat, ldifFormat.split(Buffer.from(text)));
const valuesOf = (fields: Fields | undefined, map: string): readonly Value[] =>
  [...(fields ?? [])].flatMap(([field, value]) => (field.startsWith(`${map}/`) ? [value] : []));

function edit(text: string, at: number, change: (fields: Map<FieldName, Value>) => void): string {
  const split = ldifFormat.split(Buffer.from(text));
  const before = readAll(ldifFormat, split)[at] as Fields;
  const after = new Map(before);
  change(after);
  return Buffer.from(ldifFormat.write(split, [{ item: split.items[at] ?? null, before, after, uid: 'x' }])).toString();
}

describe('LDIF', () => {
  it('is recognized, with a version, remarks and a mark before it', () => {
    expect(recognizeContacts(Buffer.from(`\ufeffversion: 1\n\n# Thunderbird\n${ANA}`), 'book.ldif')).toBe('ldif');
    expect(recognizeContacts(Buffer.from('dear diary\n'), 'book.ldif')).toBe(null);
  });

  it('reads what Thunderbird exports: base64, folds, remarks, attributes nobody knows', () => {
    const [ana] = fieldsIn(`version: 1\n\n${ANA}\n${BO}`);
    expect(ana?.get(fieldName('name'))).toEqual({
      full: 'Ana García',
      components: [
        { kind: 'surname', value: 'García' },
        { kind: 'given', value: 'Ana' },
      ],
    });
    expect(valuesOf(ana, 'emails')).toEqual([{ address: 'ana@example.org' }, { address: 'ana@work.example' }]);
    expect(valuesOf(ana, 'anniversaries')).toEqual([{ kind: 'birth', date: { year: 1990, month: 3 } }]);
    expect(valuesOf(ana, 'notes')).toEqual([{ note: 'a long note that some program has folded' }]);
    expect(ana?.get(fieldName('ldif/custom1'))).toBe('38');
    expect([...(ana?.keys() ?? [])].filter((field) => field.startsWith('ldif/'))).toEqual(['ldif/custom1']);
  });

  it('changes the lines of what changed, and no other', () => {
    const text = `${ANA}\n${BO}`;
    const phone = (fields: Map<FieldName, Value>): FieldName =>
      [...fields].find(([, value]) => (value as { number?: Value } | null)?.number === '1')?.[0] as FieldName;
    expect(edit(text, 0, (own) => own.set(phone(own), { number: '11', contexts: { work: true } }))).toBe(
      text.replace('telephoneNumber: 1\n', 'telephoneNumber: 11\n'),
    );
    expect(edit(text, 0, (own) => own.delete(phone(own)))).toBe(text.replace('telephoneNumber: 1\n', ''));
    expect(edit(text, 0, (own) => own.set(fieldName('nicknames/n'), { name: 'Änni' }))).toBe(
      text
        .replace('modifytimestamp: 1700000000\n', 'modifytimestamp: 1700000000\nmozillaNickname:: w4RubmlxCg==\n')
        .replace('w4RubmlxCg==', Buffer.from('Änni').toString('base64')),
    );
    const note = [...(fieldsIn(text)[0]?.keys() ?? [])].find((each) => each.startsWith('notes/')) as FieldName;
    expect(edit(text, 0, (own) => own.set(note, { note: 'short' }))).toBe(
      text.replace('description: a long note that some program has fol\n ded\n', 'description: short\n'),
    );
  });

  it.each([
    ['ends in a bare CR', 'dn: cn=A\ncn: A\nmozillaNickname:\r', (fields: Map<FieldName, Value>) => fields],
    [
      'loses its last line, which no line end follows',
      'dn: cn=A\ncn: A\nmozillaNickname: Al',
      (fields: Map<FieldName, Value>) => {
        for (const field of fields.keys()) if (field.startsWith('nicknames/')) fields.delete(field);
      },
    ],
  ])('adds a line of its own to a record that %s', (_what, text, change) => {
    const written = edit(text, 0, (fields) => {
      change(fields);
      fields.set(fieldName('emails/new'), { address: 'a@example.org' });
    });
    const [read, ...others] = fieldsIn(written);
    expect(others).toEqual([]);
    expect([valuesOf(read, 'emails'), valuesOf(read, 'nicknames')]).toEqual([[{ address: 'a@example.org' }], []]);
  });

  it('keeps a text with a NUL in it when it changes', () => {
    const written = edit('dn: cn=A\nmozillaNickname: a\0b\n', 0, (fields) => {
      for (const field of fields.keys()) if (field.startsWith('nicknames/')) fields.set(field, { name: 'a\0c' });
    });
    expect(valuesOf(fieldsIn(written)[0], 'nicknames')).toEqual([{ name: 'a\0c' }]);
  });

  it('adds and removes records whole', () => {
    const text = ldifFormat.split(Buffer.from(`${ANA}\n${BO}`));
    const [ana, bo] = readAll(ldifFormat, text) as [Fields, Fields];
    expect(
      ldifFormat.write(text, [{ item: text.items[0] ?? null, before: ana, after: null, uid: '' }]).toString(),
    ).toBe(BO);
    const added = ldifFormat.write(ldifFormat.split(Buffer.from(BO)), [
      { item: null, before: null, after: bo, uid: 'u' },
    ]);
    expect(added.toString()).toBe(
      `${BO}\ndn: cn=Bo,mail=bo@example.org\nobjectclass: top\nobjectclass: person\nobjectclass: organizationalPerson\nobjectclass: inetOrgPerson\nobjectclass: mozillaAbPersonAlpha\ncn: Bo\nmail: bo@example.org\n`,
    );
  });

  it.each([
    ['a change to a directory', 'dn: cn=Eve\nchangetype: delete\n', /changetype/],
    ['a value that is elsewhere', 'dn: cn=Eve\ncn: Eve\njpegPhoto:< file:///etc/passwd\n', /jpegPhoto.*:</],
    ['no dn', 'cn: Eve\nmail: eve@example.org\n', /dn:/],
    ['broken base64', 'dn: cn=Eve\ncn:: %%%\n', /base64/],
    ['a line that is none', 'dn: cn=Eve\nwhat is this\n', /attribute/],
  ])('names a record with %s, and keeps it byte for byte', (_name, record, detail) => {
    const text = ldifFormat.split(Buffer.from(`${ANA}\n${record}\n${BO}`));
    expect(text.items).toHaveLength(2);
    expect(text.damaged).toMatchObject([{ detail: expect.stringMatching(detail) }]);
    const bo = readAll(ldifFormat, text)[1] as Fields;
    const written = ldifFormat.write(text, [{ item: text.items[1] ?? null, before: bo, after: null, uid: '' }]);
    expect(written.toString()).toBe(`${ANA}\n${record}\n`);
  });

  const MANY = 'dn: cn=Al\ncn: Al\ncn: Albert\nmail: a@x.org\nmail: b@x.org\nmail: c@x.org\nx-y: 1\nx-y: 2\n';
  it('has all its mails as e-mails, and what else is said more often among the rest', () => {
    const [al] = fieldsIn(MANY);
    expect(valuesOf(al, 'emails')).toEqual(['a', 'b', 'c'].map((who) => ({ address: `${who}@x.org` })));
    expect([...(al ?? [])].filter(([field]) => field.startsWith('ldif/')).map(([, value]) => value)).toEqual([
      'Albert',
      '1',
      '2',
    ]);
    const emails = [...(al?.keys() ?? [])].filter((field) => field.startsWith('emails/'));
    emails.forEach((email, at) => {
      const said = `${'abc'[at]}@x.org`;
      expect(edit(MANY, 0, (own) => own.set(email, { address: 'd@x.org' }))).toBe(MANY.replace(said, 'd@x.org'));
      const without = Buffer.from(edit(MANY, 0, (own) => own.delete(email))).toString();
      expect(valuesOf(fieldsIn(without)[0], 'emails')).toHaveLength(2);
      expect(without).not.toContain(said);
    });
    expect(edit(MANY, 0, (own) => own.set(fieldName('ldif/x-y#2'), '3'))).toBe(MANY.replace('x-y: 2', 'x-y: 3'));
    expect(edit(MANY, 0, (own) => own.set(fieldName('ldif/x-y#3'), '3'))).toBe(`${MANY}x-y: 3\n`);
    expect(edit(MANY, 0, (own) => own.delete(fieldName('ldif/cn#2')))).toBe(MANY.replace('cn: Albert\n', ''));
  });
  it('gives all that is said more than once to another LDIF', () => {
    const [al] = fieldsIn(MANY);
    expect(ldifFormat.project(al as Fields, al)).toEqual(al);
    // But no more mails than Thunderbird has names for: it takes the last of one name for the first.
    const shown = ldifFormat.project(al as Fields);
    expect(valuesOf(shown, 'emails')).toHaveLength(2);
    expect(putFields('contacts', al!, shown, shown)).toEqual(al);
    const written = Buffer.from(withNew(ldifFormat, Buffer.from(''), shown)).toString();
    expect(written.match(/^(?:cn|x-y): .*/gm)).toEqual(['cn: Al', 'x-y: 1', 'cn: Albert', 'x-y: 2']);
    expect(written.match(/^mail: .*/gm)).toEqual([expect.stringMatching(/[abc]@x\.org/)]);
    expect(Object.fromEntries(fieldsIn(written)[0] as Fields)).toEqual(Object.fromEntries(shown));
    const further = new Map([...al!, [fieldName('emails/z'), { address: 'z@x.org' }]]);
    expect(valuesOf(ldifFormat.project(further, al), 'emails')).toHaveLength(3);
  });
  it('says no further value of an attribute alone, nor one it says already', () => {
    const of = (fields: Record<string, Value>): string[] => [
      ...ldifFormat.project(new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]))).keys(),
    ];
    expect(of({ 'ldif/mail#2': 'b@x.org' })).toEqual([]);
    const both = { 'emails/a': { address: 'a@x.org' }, 'emails/b': { address: 'b@x.org' } };
    expect(of({ ...both, 'ldif/mail#2': 'b@x.org' })).toEqual(['emails/a', 'emails/b']);
  });

  it('leaves lists of contacts as they are', () => {
    const list = 'dn: cn=Friends\nobjectclass: top\nobjectclass: groupOfNames\ncn: Friends\nmember: cn=Bo\n';
    const text = ldifFormat.split(Buffer.from(`${list}\n${BO}`));
    expect([text.items.length, text.damaged.length]).toEqual([1, 0]);
  });

  it('lets no value be a line of its own', () => {
    for (const note of ['x\ndn: cn=Eve\n\ndn: y', ' x', ':x', '< file:///x', 'x ', '\u0000', 'é'])
      expect(fieldsIn(edit(BO, 0, (own) => own.set(fieldName('notes/n'), { note })))).toHaveLength(1);
    expect(edit(BO, 0, (own) => own.set(fieldName('ldif/x\nmail'), 'y'))).toBe(BO);
    expect(edit(BO, 0, (own) => own.set(fieldName('ldif/changetype'), 'delete'))).toBe(BO);
  });
});

it('the preferred e-mail of a new entry is its first', () => {
  const full: Fields = new Map<FieldName, Value>([
    ['emails/a' as FieldName, { address: 'other@example.org' }],
    ['emails/b' as FieldName, { address: 'preferred@example.org', pref: 1 }],
    ['name' as FieldName, { full: 'Ana' }],
  ]);
  const written = withNew(ldifFormat, ldifFormat.empty(), ldifFormat.project(full));
  expect(Buffer.from(written).toString()).toContain(
    '\nmail: preferred@example.org\nmozillaSecondEmail: other@example.org\n',
  );
});

it.each([
  ['plain', 'plain'],
  ['with a space at its end ', null],
  [' at its beginning', null],
  [': a colon', null],
  ['<less', null],
  ['Änni', null],
  ['two\nlines', null],
])('the note %j stands in LDIF as it is, or else in base64 (RFC 2849)', (note, plain) => {
  const text = edit(BO, 0, (fields) => fields.set(fieldName('notes/n'), { note }));
  const said = plain === null ? `: ${Buffer.from(note).toString('base64')}` : ` ${plain}`;
  expect(text).toBe(`${BO}description:${said}\n`);
  expect(valuesOf(fieldsIn(text)[0], 'notes')).toEqual([{ note }]);
});

describe('a picture in LDIF', () => {
  const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, ...Buffer.from('JFIF a picture of Bo')]);
  const inBase64 = Buffer.from(JPEG).toString('base64');
  const withPhoto = `${BO}jpegPhoto:: ${inBase64.slice(0, 20)}\n ${inBase64.slice(20)}\n`;
  it('reads a picture as the photo of the contact, whole', () => {
    const [bo] = fieldsIn(withPhoto);
    expect(valuesOf(bo, 'media')).toEqual([{ kind: 'photo', mediaType: 'image/jpeg', data: JPEG }]);
    expect([...(bo?.keys() ?? [])].filter((field) => field.startsWith('ldif/'))).toEqual([]);
  });

  it('is the first that is one: a line without any bytes is none', () => {
    const [bo] = fieldsIn(`${BO}jpegPhoto::\njpegPhoto:: ${inBase64}\n`);
    expect(valuesOf(bo, 'media')).toEqual([{ kind: 'photo', mediaType: 'image/jpeg', data: JPEG }]);
  });

  it('writes, changes and removes a picture, and nothing else', () => {
    const photo = fieldName('media/p');
    const added = edit(`${BO}\n${ANA}`, 0, (fields) =>
      fields.set(photo, { kind: 'photo', mediaType: 'image/jpeg', data: JPEG }),
    );
    expect(added).toBe(`${BO}jpegPhoto:: ${inBase64}\n\n${ANA}`);
    const other = new Uint8Array([...JPEG, ...Buffer.from('x'.repeat(100))]);
    const changed = edit(withPhoto, 0, (fields) => {
      const field = [...fields.keys()].find((each) => each.startsWith('media/')) as FieldName;
      fields.set(field, { kind: 'photo', mediaType: 'image/jpeg', data: other });
    });
    expect(changed.startsWith(BO)).toBe(true);
    expect(valuesOf(fieldsIn(changed)[0], 'media')).toEqual([{ kind: 'photo', mediaType: 'image/jpeg', data: other }]);
    expect(Math.max(...changed.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(76);
    const removed = edit(withPhoto, 0, (fields) => {
      for (const field of fields.keys()) if (field.startsWith('media/')) fields.delete(field);
    });
    expect(removed).toBe(BO);
    expect(edit(withPhoto, 0, (fields) => fields.set(fieldName('notes/n'), { note: 'n' }))).toBe(
      `${withPhoto}description: n\n`,
    );
  });

  it('is said by no attribute nobody knows, nor is what makes a record of a change', () => {
    const named = (name: string) => [...ldifFormat.project(new Map([[fieldName(`ldif/${name}`), 'x']])).keys()];
    expect(['jpegphoto', 'changetype', 'objectclass', 'custom1'].flatMap(named)).toEqual(['ldif/custom1']);
  });

  it('holds no picture that is no JPEG, or is elsewhere', () => {
    const photos: readonly Value[] = [
      { kind: 'photo', mediaType: 'image/png', data: JPEG },
      { kind: 'photo', uri: 'https://example.org/a.jpg', mediaType: 'image/jpeg' },
      { kind: 'logo', mediaType: 'image/jpeg', data: JPEG },
    ];
    for (const each of photos) {
      const shown = ldifFormat.project(new Map([[fieldName('media/p'), each]]));
      expect([...shown.keys()]).toEqual([]);
    }
    const small = { kind: 'photo', mediaType: 'image/jpeg', data: JPEG, pref: 1 };
    const shown = ldifFormat.project(
      new Map<FieldName, Value>([
        [fieldName('media/a'), { ...small, pref: 2 }],
        [fieldName('media/b'), small],
      ]),
    );
    expect([...shown.keys()]).toEqual(['media/b']);
  });
});
