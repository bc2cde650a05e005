import { describe, expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { VcardVersion } from '../../../../src/main/sources/contacts/vcard/vcard-text.ts';

type Plain = { readonly [key: string]: Value };

/** The lines of one card, what it says, and its text once one entry says something else. */
function cardOf(version: VcardVersion, ...lines: readonly string[]) {
  const format = vcardFormat(version);
  const text = ['BEGIN:VCARD', `VERSION:${version}`, 'UID:u', ...lines, 'END:VCARD', ''].join('\r\n');
  const split = format.split(Buffer.from(text));
  const [item = null] = split.items;
  if (item === null) throw new Error('no card');
  const fields: Fields = format.read(split, item, null);
  const fieldsOf = (map: string): readonly FieldName[] =>
    [...fields.keys()].filter((field) => field.startsWith(`${map}/`));
  return {
    text,
    fields,
    said: (map: string): readonly Value[] => fieldsOf(map).map((field) => fields.get(field) as Value),
    changed(map: string, change: (entry: Plain) => Value, at = 0): string {
      const field = fieldsOf(map)[at] as FieldName;
      const after = new Map(fields);
      const value = change(fields.get(field) as Plain);
      if (value === null) after.delete(field);
      else after.set(field, value);
      return Buffer.from(format.write(split, [{ item, before: fields, after, uid: 'u' }])).toString();
    },
    with(field: string, value: Value): string {
      const after = new Map([...fields, [fieldName(field), value]]);
      return Buffer.from(format.write(split, [{ item, before: fields, after, uid: 'u' }])).toString();
    },
    in(other: VcardVersion): Fields {
      const there = vcardFormat(other);
      const made = there.write(there.split(there.empty()), [{ item: null, before: null, after: fields, uid: 'u' }]);
      const read = there.split(made);
      return there.read(read, read.items[0]!, fields);
    },
  };
}

describe('a label of a property nobody knows', () => {
  const card = cardOf(
    '3.0',
    'item2.X-ABFEAST;type=pref:2010-05-05',
    'item2.X-ABLabel:_$!<Nameday>!$_',
    'item7.X-ABFEAST:2012-06-06',
    'item7.X-ABLabel:First day\\; work',
  );

  it('travels with it', () => {
    expect(card.said('vCard/x-abfeast')).toEqual([
      { name: 'X-ABFEAST', value: '2010-05-05', params: { type: ['pref'] }, label: '_$!<Nameday>!$_' },
      { name: 'X-ABFEAST', value: '2012-06-06', label: 'First day; work' },
    ]);
    expect(card.in('4.0')).toEqual(card.fields);
  });

  it('stays in its group when either changes, and goes with it', () => {
    expect(card.changed('vCard/x-abfeast', (entry) => ({ ...entry, value: '2010-05-06' }))).toBe(
      card.text.replace('2010-05-05', '2010-05-06'),
    );
    expect(card.changed('vCard/x-abfeast', (entry) => ({ ...entry, label: 'Second day; work' }), 1)).toBe(
      card.text.replace('First', 'Second'),
    );
    expect(card.changed('vCard/x-abfeast', () => null, 1)).toBe(card.text.replace(/item7.*\r\n/g, ''));
  });

  it('that is left alone in its group stays there, and says nothing to others', () => {
    const card = cardOf('3.0', 'item2.X-ABLabel:Alone', 'item3.X-ABADR:us', 'NOTE:kept');
    expect([...card.fields.keys()].map((field) => field.split('/')[0])).toEqual(['notes']);
    expect(card.changed('notes', (entry) => ({ ...entry, note: 'other' }))).toBe(card.text.replace('kept', 'other'));
  });
});

describe('parameters', () => {
  it('of a property nobody knows travel all of them, also the words of one that stands several times', () => {
    const card = cardOf('3.0', 'X-A;TYPE=a;TYPE=b;X-P="1,2":v');
    expect(card.said('vCard/x-a')).toEqual([{ name: 'X-A', value: 'v', params: { type: ['a', 'b'], 'x-p': ['1,2'] } }]);
    expect(card.in('4.0')).toEqual(card.fields);
    const old = cardOf('2.1', 'X-A;HOME;VOICE:v');
    expect(old.in('2.1')).toEqual(old.fields);
  });

  it('of an address stay as they are written when only its street changes, and so do the lines about it', () => {
    const card = cardOf(
      '3.0',
      'item2.ADR;type=HOME;type=pref:;;1 Main Street;Springfield;IL;12345;USA',
      'item2.X-ABADR:us',
      'NOTE:between',
      'item2.X-ABLabel:Cabin\\, old',
    );
    const street = (entry: Plain): Value => ({
      ...entry,
      components: (entry.components as readonly Plain[]).map((part) =>
        part.kind === 'name' ? { ...part, value: '2 Main Street' } : part,
      ) as unknown as Value,
    });
    expect(card.changed('addresses', street)).toBe(card.text.replace('1 Main', '2 Main'));
  });

  it.each(['2.1', '3.0', '4.0'] as const)('of a name travel, and stay in its line, in %s', (version) => {
    const card = cardOf(version, 'FN;LANGUAGE=de;X-P=1:Ada L', 'N;LANGUAGE=de;X-Q=2:L;Ada;;;');
    const name = card.fields.get(fieldName('name')) as Plain;
    expect(name.fullParams).toEqual({ language: ['de'], 'x-p': ['1'] });
    for (const other of ['2.1', '3.0', '4.0'] as const) expect(card.in(other)).toEqual(card.fields);
    expect(card.with('name', { ...name, full: 'Ada' })).toBe(card.text.replace('Ada L', 'Ada'));
    expect(card.with('name', { ...name, fullParams: { language: ['en'] } })).toBe(
      card.text.replace('FN;LANGUAGE=de;X-P=1', 'FN;LANGUAGE=en'),
    );
    expect(card.with('name', { ...name, vCardParams: { language: ['en'] } })).toBe(
      card.text.replace('N;LANGUAGE=de;X-Q=2', 'N;LANGUAGE=en'),
    );
  });

  it('that say a part of an address do not outlive it', () => {
    const card = cardOf('3.0', 'ADR;LABEL="old words";TYPE=HOME:;;Street;;;;');
    const changed = card.changed('addresses', ({ full: _, ...entry }) => entry);
    expect(changed).toContain('\r\nADR;TYPE=HOME:;;Street;;;;\r\n');
  });

  it('of 4.0 in an older card stay in a line that says something else by another one', () => {
    const card = cardOf(
      '3.0',
      'TEL;TYPE=HOME;PREF=2:+1',
      'TEL;TYPE=HOME;PREF=1:+2',
      'ADR;TYPE=HOME;LABEL="Street 1";GEO="geo:1,2":;;Street 1;;;;',
    );
    const atWork = (entry: Plain): Value => ({ ...entry, contexts: { work: true } });
    expect(card.changed('phones', atWork)).toBe(card.text.replace('TYPE=HOME;PREF=2', 'TYPE=WORK;PREF=2'));
    expect(card.changed('phones', (entry) => ({ ...entry, contexts: { work: true }, pref: 3 }))).toContain(
      'TEL;TYPE=WORK:+1',
    );
    expect(card.changed('phones', atWork, 1)).toContain('TEL;TYPE=WORK,PREF:+2\r\n');
    expect(card.changed('addresses', atWork)).toBe(card.text.replace('ADR;TYPE=HOME', 'ADR;TYPE=WORK'));
  });
});

it('a member comes into a group as others stand there', () => {
  const members = (...lines: string[]) => cardOf('4.0', 'KIND:group', 'FN:G', ...lines).with('members/ada2', true);
  expect(members('MEMBER:bob1')).toContain('MEMBER:bob1\r\nMEMBER:ada2\r\n');
  expect(members('MEMBER:urn:uuid:bob1', 'MEMBER:mailto:x@y')).toContain('\r\nMEMBER:urn:uuid:ada2\r\n');
});

it('a card of which only the time of a change is another is not written', () => {
  const card = cardOf('3.0', 'FN:Ana', 'REV:2026-01-01T00:00:00Z');
  expect(card.with('updated', '2026-02-02T00:00:00Z')).toBe(card.text);
});

it('a new line stands before a component that is never closed, and is none of it', () => {
  const card = cardOf('4.0', 'FN:Ana', 'BEGIN:X-NOTE', 'X-LINE:of it');
  const written = card.with('phones/p', { number: '+43 1 555' });
  expect(written.split('\r\n').slice(3, 7)).toEqual(['FN:Ana', 'TEL:+43 1 555', 'BEGIN:X-NOTE', 'X-LINE:of it']);
});

it('a label two entries share stays with the one that stays', () => {
  const card = cardOf('3.0', 'item5.TEL:1', 'item5.X-ABLabel:Shared', 'item5.URL:http://a.example');
  expect(card.changed('phones', () => null)).toBe(card.text.replace('item5.TEL:1\r\n', ''));
});

it.each([
  ['3.0', 'BDAY:19800412', '19800413'],
  ['3.0', 'BDAY:--0412', '--0413'],
  ['3.0', 'BDAY:1980-04-12', '1980-04-13'],
  ['3.0', 'BDAY:1980-04-12T00:00:00Z', '1980-04-13'],
  ['4.0', 'BDAY:1980-04-12', '1980-04-13'],
  ['4.0', 'ANNIVERSARY:19800412', '19800413'],
] as const)('a day of %s is spelled as the line spells it: %s', (version, line, edited) => {
  const card = cardOf(version, line);
  const later = (entry: Plain) => ({ ...entry, date: { ...(entry.date as object), day: 13 } });
  expect(card.changed('anniversaries', later)).toBe(card.text.replace(/:[^:]*(?::00:00Z)?(?=\r\nEND)/, `:${edited}`));
});

it('a line of 2.1 is never folded, but for base64', () => {
  const long = `https://example.org/${'x'.repeat(80)}`;
  const card = cardOf('2.1', 'URL:http://a.example', 'PHOTO;JPEG;ENCODING=BASE64:AAAA');
  expect(card.changed('links', (entry) => ({ ...entry, uri: long }))).toBe(card.text.replace('http://a.example', long));
  expect(card.with('notes/n', { note: 'one\\two;'.repeat(20) })).toContain(`NOTE:${'one\\\\two\\;'.repeat(20)}\r\n`);
  const photo = { ...(card.said('media')[0] as Plain), data: new Uint8Array(200) };
  const written = card.changed('media', () => photo);
  for (const line of written.split('\r\n')) expect(line.length).toBeLessThan(80);
});

it('a day without a year stays in the notation of Apple, and one that has got a year leaves it', () => {
  const card = cardOf('3.0', 'BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12');
  const day = (date: Plain) => (entry: Plain) => ({ ...entry, date });
  expect(card.changed('anniversaries', day({ month: 4, day: 13 }))).toBe(card.text.replace('04-12', '04-13'));
  expect(card.changed('anniversaries', day({ year: 1980, month: 4, day: 12 }))).toContain('\r\nBDAY:1980-04-12\r\n');
});

it('a new day without a year is in the notation of Apple where Apple wrote the card, and in no other', () => {
  const day = { kind: 'birth', date: { month: 4, day: 12 } };
  const apple = cardOf('3.0', 'PRODID:-//Apple Inc.//macOS 14.2.1//EN');
  const written = apple.with('anniversaries/a', day);
  expect(written).toContain('\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12\r\n');
  expect(cardOf('3.0', ...written.split('\r\n').slice(3, -2)).said('anniversaries')).toEqual([day]);
  expect(apple.with('anniversaries/a', { kind: 'birth', date: { year: 1980, month: 4, day: 12 } })).toContain(
    '\r\nBDAY:1980-04-12\r\n',
  );
  const nameday = { kind: 'other', label: '_$!<Nameday>!$_', date: { month: 2, day: 29 } };
  const other = cardOf('3.0', 'BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12').with('anniversaries/a', nameday);
  expect(other).toContain('\r\nitem1.X-ABDATE;X-APPLE-OMIT-YEAR=1604:1604-02-29\r\n');
  const plain = cardOf('3.0', 'item1.TEL:1', 'item1.X-ABLabel:Shared').with('anniversaries/a', day);
  expect(plain).toContain('\r\nBDAY:--04-12\r\n');
});

it('the number a label was given goes with it, another group stays', () => {
  const card = cardOf('3.0', 'item3.TEL:1', 'item3.X-ABLabel:Boat', 'kin.EMAIL:a@example.org', 'kin.X-ABLabel:Old');
  const { label: _, ...entry } = card.said('phones')[0] as Plain;
  expect(card.changed('phones', () => entry)).toContain('\r\nTEL:1\r\nkin.EMAIL');
  expect(card.changed('phones', () => ({ ...entry, label: 'Ship' }))).toContain('\r\nitem3.X-ABLabel:Ship\r\n');
  expect(card.changed('emails', () => ({ address: 'a@example.org' }))).toContain('\r\nkin.EMAIL:a@example.org\r\n');
  const alone = cardOf('3.0', 'item3.TEL:1').changed('phones', () => ({ number: '2' }));
  expect(alone).toContain('\r\nitem3.TEL:2\r\n');
});

it('what a name of version 3.0 has beyond its five parts is left where it is', () => {
  const card = cardOf('3.0', 'N:Roe;Bob;;;Jr.;beyond;more');
  expect(vcardFormat('3.0').project(card.fields)).toEqual(card.fields);
});

it('cards of no UID, no number and no FN are known again by their names, or what stands for one', () => {
  const said = (...lines: readonly string[]): Fields => cardOf('3.0', ...lines).fields;
  const align = vcardFormat('3.0').align!;
  const known = [said('N:Roe;Bob;;;'), said('ORG:Acme')];
  expect(align([said('ORG:Acme', 'NOTE:1'), said('N:Roe;Bob;;;', 'NOTE:2')], known)).toEqual([1, 0]);
});

describe('a parameter of any name', () => {
  it('is read as every other, also where objects have something of that name', () => {
    const card = cardOf('3.0', 'FN:Ana', 'X-OWN;CONSTRUCTOR=a;__PROTO__=b:1', 'TEL;CONSTRUCTOR=a;__PROTO__=b:1');
    expect(card.said('vCard/x-own')).toEqual([{ name: 'X-OWN', value: '1', params: { constructor: ['a'] } }]);
    expect(card.said('phones')).toEqual([{ number: '1', vCardParams: { constructor: ['a'] } }]);
  });
  it('is shown of no entry where a peer calls a part as no part can be called', () => {
    const peer = JSON.parse('{"number":"1","contexts":{"billing":true},"__proto__":["a"]}') as Value;
    const shown = vcardFormat('3.0').project(new Map([['phones/a' as FieldName, peer]]));
    const [entry] = [...shown.values()] as object[];
    expect(Object.getPrototypeOf(entry)).toBe(Object.prototype);
    expect(entry).toEqual({ number: '1' });
  });
  it('is written with its texts, whatever else a peer says is in it', () => {
    const format = vcardFormat('4.0');
    const email = { address: 'a@example.com', vCardParams: { 'x-own': [null, 'k', 5], type: [null] } };
    const after = format.project(new Map([['emails/a' as FieldName, email]]));
    const empty = format.split(format.empty());
    expect(format.refuses?.(after, 'u', empty)).toBe(null);
    const text = Buffer.from(format.write(empty, [{ item: null, before: null, after, uid: 'u' }])).toString();
    expect(text).toContain('EMAIL;X-OWN=k:a@example.com\r\n');
  });
});

it('a value of which a card holds all stays the same object in what it is shown', () => {
  const { fields } = cardOf('3.0', 'FN:Ana', 'N:B;Ana;;;', 'TEL;TYPE=home,cell:1', 'ADR;TYPE=work:;;s;l;;;c');
  const shown = vcardFormat('4.0').project(fields);
  expect([...fields].filter(([field, value]) => shown.get(field) !== value)).toEqual([]);
});

it('of words in one line only that goes, or changes, which is meant', () => {
  const card = cardOf('3.0', 'NICKNAME:Ann,Annie\\, the first,Nan');
  expect(card.said('nicknames')).toEqual([{ name: 'Ann' }, { name: 'Annie, the first' }, { name: 'Nan' }]);
  expect(card.changed('nicknames', () => null, 1)).toBe(card.text.replace('Annie\\, the first,', ''));
  expect(card.changed('nicknames', (entry) => ({ ...entry, name: 'Nana' }), 2)).toBe(card.text.replace('Nan', 'Nana'));
  const only = cardOf('3.0', 'NICKNAME:Ann');
  expect(only.changed('nicknames', () => null)).toBe(only.text.replace('NICKNAME:Ann\r\n', ''));
});

describe('members of a group', () => {
  const uuid = '03a0e51f-d1aa-4385-8a53-e29025acd8af';
  const card = cardOf(
    '3.0',
    'FN:Family',
    'X-ADDRESSBOOKSERVER-KIND:group',
    ...[uuid, '7b2a3c8f0e1a', '5C0A-11:ABPerson'].map((each) => `X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:${each}`),
    'X-ADDRESSBOOKSERVER-MEMBER:mailto:ada@example.org',
  );
  it('are written as addresses, as Apple and 4.0 want them, also where the UID of a card is none', () => {
    const empty = Buffer.alloc(0);
    for (const [version, name] of [
      ['3.0', 'X-ADDRESSBOOKSERVER-MEMBER'],
      ['4.0', 'MEMBER'],
    ] as const) {
      const format = vcardFormat(version);
      const made = format.write(format.split(empty), [{ item: null, before: null, after: card.fields, uid: 'u' }]);
      const lines = Buffer.from(made)
        .toString()
        .match(/^(?:X-ADDRESSBOOKSERVER-)?MEMBER.*$/gm);
      expect(lines).toEqual([
        `${name}:urn:uuid:${uuid}`,
        `${name}:urn:uuid:7b2a3c8f0e1a`,
        `${name}:urn:uuid:5C0A-11:ABPerson`,
        `${name}:mailto:ada@example.org`,
      ]);
      expect(card.in(version)).toEqual(card.fields);
    }
  });
});

describe('a line nobody knows in a card of 2.1', () => {
  // As Outlook writes the address for a letter.
  const card = cardOf(
    '2.1',
    'FN:J',
    'LABEL;WORK;ENCODING=QUOTED-PRINTABLE:Main St. 1=0D=0A=',
    '50667 Cologne',
    'X-PATH:C:\\\\new',
  );
  it('keeps its line breaks when something else of it changes', () => {
    const [label] = card.said('vCard/label') as [Plain];
    expect(label.value).toBe('Main St. 1\\n50667 Cologne');
    const moved = card.changed('vCard/label', (entry) => ({ ...entry, value: 'Main St. 2\\n50667 Cologne' }));
    expect(moved).toContain(
      'LABEL;WORK;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Main St. 2=0D=0A50667 Cologne\r\nX-PATH',
    );
    expect(card.in('2.1')).toEqual(card.fields);
    expect(card.in('3.0')).toEqual(card.fields);
    expect(card.changed('vCard/x-path', (entry) => ({ ...entry, value: 'D:\\\\new' }))).toContain('X-PATH:D:\\\\new');
  });
  it('says the words that stand alone in it as those of a parameter in later versions, where nothing stands alone', () => {
    const alone = cardOf('2.1', 'FN:J', 'LABEL;WORK;PREF:Main St.', 'X-LOGO;GIF;BASE64:R0lG', 'X-ODD;:1');
    expect(alone.said('vCard/label')).toEqual([
      { name: 'LABEL', value: 'Main St.', params: { type: ['WORK', 'PREF'] } },
    ]);
    expect(alone.said('vCard/x-logo')).toEqual([
      { name: 'X-LOGO', value: 'R0lG', params: { type: ['GIF'], encoding: ['BASE64'] } },
    ]);
    expect(alone.said('vCard/x-odd')).toEqual([{ name: 'X-ODD', value: '1' }]);
    for (const version of ['2.1', '3.0', '4.0'] as const) {
      const format = vcardFormat(version);
      const write = { item: null, before: null, uid: 'u' };
      const textOf = (after: Fields): string =>
        Buffer.from(
          format.write(format.split(format.empty()), [{ ...write, after: format.project(after) }]),
        ).toString();
      const card = textOf(alone.fields);
      const [label, logo] = version === '2.1' ? [';WORK;PREF', ';GIF'] : [';TYPE=WORK,PREF', ';TYPE=GIF'];
      expect(card).toContain(`LABEL${label}:Main St.\r\n`);
      expect(card).toContain(`X-LOGO${logo};ENCODING=BASE64:R0lG\r\n`);
      // As it was kept before.
      const former = new Map([...alone.fields].map(([field, value]) => [field, asBefore(value as Plain)]));
      expect(textOf(former)).toBe(card);
      expect(alone.in(version)).toEqual(alone.fields);
    }
    // What it says so stays as it stands.
    expect(alone.changed('vCard/label', (entry) => ({ ...entry, value: 'Main St. 2' }))).toBe(
      alone.text.replace('Main St.', 'Main St. 2'),
    );
  });
});

function asBefore(entry: Plain): Plain {
  const { type, encoding } = (entry.params ?? {}) as { type?: readonly string[]; encoding?: readonly string[] };
  return type === undefined ? entry : { ...entry, params: { '': [...type, ...(encoding ?? [])] } };
}

it('a first card stands right behind the mark of UTF-8 an emptied file still has', () => {
  const format = vcardFormat('4.0');
  const mark = Buffer.from('\ufeff');
  const after: Fields = new Map([[fieldName('name'), { full: 'Ann Arbor' }]]);
  const written = format.write(format.split(mark), [{ item: null, before: null, after, uid: 'u' }]);
  expect(Buffer.from(written).toString()).toBe(
    `\ufeff${Buffer.from(format.write(format.split(format.empty()), [{ item: null, before: null, after, uid: 'u' }])).toString()}`,
  );
});

describe('a number that is an address', () => {
  const line = 'TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-555-555-5555;ext=5555';
  const card = cardOf('4.0', line, 'FN:J. Doe');
  const dialled = (number: string): string => card.changed('phones', (entry) => ({ ...entry, number }));
  it('stays one, with what is to be dialled beside it', () => {
    expect(dialled('+1-555-555-5556;ext=12')).toBe(card.text.replace('5555;ext=5555', '5556;ext=12'));
    expect(dialled('+1-555-555-5556;isub=1;ext=12')).toBe(card.text.replace('5555;ext=5555', '5556;isub=1;ext=12'));
  });
  it('is one in a new card too, where something is to be dialled beside it, and in an older one text', () => {
    for (const version of ['2.1', '3.0', '4.0'] as const) expect(card.in(version)).toEqual(card.fields);
    const made = (number: string): string => {
      const format = vcardFormat('4.0');
      const after = new Map([[fieldName('phones/a'), { number } as Value]]);
      return Buffer.from(
        format.write(format.split(format.empty()), [{ item: null, before: null, after, uid: 'u' }]),
      ).toString();
    };
    expect(made('+1-555-555;ext=5')).toContain('\r\nTEL;VALUE=uri:tel:+1-555-555;ext=5\r\n');
    expect(made('+1-555-555')).toContain('\r\nTEL:+1-555-555\r\n');
  });
  it('is text where it says what no address can', () => {
    expect(dialled('+1 555; ask for Jane')).toContain('TEL;PREF=1;TYPE="voice,home":+1 555\\; ask for Jane');
  });
});

describe('a line that says nothing', () => {
  // As Outlook and phones keep the line of an address that was emptied.
  const card = cardOf(
    '3.0',
    'EMAIL:a@example.org',
    'ADR;TYPE=HOME:;;;;;;',
    'item1.ORG:;',
    'item1.X-ABLabel:Firm',
    'X-FOO: ;',
  );

  it('is nothing of the record, and stays where it stands', () => {
    expect([...card.fields.keys()].filter((field) => field.startsWith('vCard/'))).toEqual([]);
    expect(card.changed('emails', (entry) => ({ ...entry, address: 'b@example.org' }))).toBe(
      card.text.replace('a@', 'b@'),
    );
  });
  it('is given to nobody, as a peer may still have it', () => {
    const empty: Value = { name: 'ADR', value: ';;;;;;' };
    expect([...vcardFormat('4.0').project(new Map([[fieldName('vCard/adr/k'), empty]]))]).toEqual([]);
  });
});
