import { describe, expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { VcardVersion } from '../../../../src/main/sources/contacts/vcard/vcard-text.ts';

// What other programs were found to make of cards, each with the lines that showed it.

type Plain = { readonly [key: string]: Value };

const textOf = (version: VcardVersion, lines: readonly string[]): string =>
  ['BEGIN:VCARD', `VERSION:${version}`, 'UID:u', ...lines, 'END:VCARD', ''].join('\r\n');
function read(version: VcardVersion, text: string, previous: Fields | null = null) {
  const format = vcardFormat(version);
  const split = format.split(Buffer.from(text));
  const item = split.items[0]!;
  return { format, split, item, fields: format.read(split, item, previous) };
}
/** The lines of a new card of this version that is to say what these say, and what it is read as. */
function carried(from: VcardVersion, to: VcardVersion, ...lines: readonly string[]) {
  const { fields } = read(from, textOf(from, lines));
  const there = vcardFormat(to);
  const held = there.project(fields);
  const write = { item: null, before: null, after: held, uid: 'u' };
  const text = Buffer.from(there.write(there.split(there.empty()), [write])).toString();
  expect(read(to, text, fields).fields).toEqual(held);
  return text.split('\r\n').slice(3, -2);
}
/** The lines of a card once it says more, or less. */
function changed(version: VcardVersion, lines: readonly string[], change: (fields: Map<FieldName, Value>) => void) {
  const { format, split, item, fields } = read(version, textOf(version, lines));
  const after = new Map(fields);
  change(after);
  const text = Buffer.from(format.write(split, [{ item, before: fields, after, uid: 'u' }])).toString();
  const again = read(version, text, after).fields;
  expect(new Map([...again].sort())).toEqual(new Map([...after].sort()));
  return text.split('\r\n').slice(3, -2);
}
const NAME = ['FN:Ana', 'N:Ana;;;;'];
const fieldWith = (fields: ReadonlyMap<FieldName, Value>, nick: string): FieldName =>
  [...fields.keys()].find((field) => (fields.get(field) as Plain).name === nick) as FieldName;

describe('words that stand several in a line', () => {
  it('are written in one where they are keywords, for Evolution shows those of the first line alone', () => {
    for (const version of ['3.0', '4.0'] as const)
      expect(carried('3.0', version, ...NAME, 'CATEGORIES:chess', 'NOTE:x', 'CATEGORIES:old\\, dear')).toContain(
        'CATEGORIES:chess,old\\, dear',
      );
  });

  it('are written each in its own where they are nicknames, for khard and Radicale keep the first of a line alone', () => {
    const lines = carried('3.0', '4.0', ...NAME, 'NICKNAME:A,B');
    expect(lines).toEqual(expect.arrayContaining(['NICKNAME:A', 'NICKNAME:B']));
  });

  it('come into the line that is there, and leave it', () => {
    const card = [...NAME, 'CATEGORIES:a,b', 'NOTE:x', 'NICKNAME:Ann', 'CATEGORIES:d'];
    expect(
      changed('3.0', card, (fields) => {
        fields.delete(fieldName('keywords/a'));
        fields.set(fieldName('keywords/c'), true);
        fields.set(fieldName('nicknames/x'), { name: 'Annie' });
      }),
    ).toEqual([...NAME, 'CATEGORIES:b,c', 'NOTE:x', 'NICKNAME:Ann', 'NICKNAME:Annie', 'CATEGORIES:d']);
    const gone = (fields: Map<FieldName, Value>): void => {
      for (const word of 'abd') fields.delete(fieldName(`keywords/${word}`));
    };
    expect(changed('3.0', card, gone)).toEqual([...NAME, 'NOTE:x', 'NICKNAME:Ann']);
    const others = (fields: Map<FieldName, Value>): void => {
      gone(fields);
      for (const word of 'ef') fields.set(fieldName(`keywords/${word}`), true);
    };
    expect(changed('3.0', card, others)).toEqual([...NAME, 'NOTE:x', 'NICKNAME:Ann', 'CATEGORIES:e,f']);
  });

  it('stay in no line that says other things of its words', () => {
    const card = [...NAME, 'NICKNAME;TYPE=work:Boss,Chief'];
    const apart = changed('4.0', card, (fields) => {
      const field = fieldWith(fields, 'Chief');
      fields.set(field, { name: 'Chief', contexts: { private: true } });
    });
    expect(apart).toEqual([...NAME, 'NICKNAME;TYPE=work:Boss', 'NICKNAME;TYPE=home:Chief']);
  });

  it('keep what is said of them', () => {
    expect(carried('3.0', '4.0', ...NAME, 'NICKNAME;TYPE=work,pref:Boss')).toContain('NICKNAME;TYPE=work;PREF=1:Boss');
    expect(carried('4.0', '3.0', ...NAME, 'NICKNAME;TYPE=work;PREF=2:Boss')).toContain('NICKNAME;TYPE=WORK:Boss');
  });
});

describe('a place on earth', () => {
  it('is written as each version has it', () => {
    expect(carried('3.0', '4.0', ...NAME, 'GEO:48.21;16.37')).toContain('GEO:geo:48.21,16.37');
    expect(carried('4.0', '3.0', ...NAME, 'GEO;VALUE=uri;PREF=1:geo:48.21,-16.37;u=35')).toContain(
      'GEO;PREF=1:48.21;-16.37',
    );
    expect(carried('3.0', '4.0', ...NAME, 'GEO:by the river')).toContain('GEO:by the river');
  });

  it('is the same with its comma escaped, as Thunderbird saves it', () => {
    const [before, after] = ['GEO:geo:48.2,16.3', 'GEO:geo:48.2\\,16.3'].map(
      (line) => read('4.0', textOf('4.0', [line])).fields,
    );
    expect(after).toEqual(before);
  });

  it('that was stored as 3.0 wrote it is no other one', () => {
    const { fields } = read('3.0', textOf('3.0', ['GEO:48.2;16.3']));
    const stored = new Map([...fields].map(([field]) => [field, { name: 'GEO', value: '48.2;16.3' }]));
    expect(vcardFormat('3.0').project(stored)).toEqual(fields);
  });
});

describe('what a card says in another one’s words', () => {
  it.each([
    ['3.0', ['NOTE:see\\nBEGIN:VCARD\\nEND:VCARD', '\tBEGIN:VCARD'], 'see\nBEGIN:VCARD\nEND:VCARDBEGIN:VCARD'],
    [
      '2.1',
      ['NOTE;ENCODING=QUOTED-PRINTABLE:see=0D=0A=', 'BEGIN:VCARD=0D=0A=', 'END:VCARD'],
      'see\nBEGIN:VCARD\nEND:VCARD',
    ],
  ] as const)('is no card within a note of %s', (version, lines, note) => {
    const { split, fields } = read(version, textOf(version, [...NAME, ...lines, 'TEL:1']));
    expect([split.items.length, split.damaged]).toEqual([1, []]);
    expect([...fields.values()]).toContainEqual({ note });
    expect([...fields.values()]).toContainEqual({ number: '1' });
  });
  it('is read in its charset, and what is new in such a line is UTF-8', () => {
    const [head, tail] = textOf('2.1', ['N;CHARSET=SHIFT_JIS:|', 'TEL:1']).split('|') as [string, string];
    // 安藤;ロボ
    const name = [0x88, 0xc0, 0x93, 0xa1, 0x3b, 0x83, 0x8d, 0x83, 0x7b];
    const bytes = Buffer.concat([Buffer.from(head), Buffer.from(name), Buffer.from(tail)]);
    const format = vcardFormat('2.1');
    const split = format.split(bytes);
    const before = format.read(split, split.items[0]!, null);
    const parts = (given: string) => [
      { kind: 'surname', value: '安藤' },
      { kind: 'given', value: given },
    ];
    expect(before.get(fieldName('name'))).toEqual({ components: parts('ロボ') });
    const write = (after: Fields) => format.write(split, [{ item: split.items[0]!, before, after, uid: 'u' }]);
    expect(Buffer.compare(write(before), bytes)).toBe(0);
    const after = new Map(before).set(fieldName('name'), { components: parts('花') });
    expect(Buffer.from(write(after)).toString()).toBe(
      `${head.replace('CHARSET=SHIFT_JIS', 'ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8')}=E5=AE=89=E8=97=A4;=E8=8A=B1;;;${tail}`,
    );
  });
});

describe('the whole of an address behind its parts, as Google writes it', () => {
  const google = (...adr: string[]): string =>
    ['BEGIN:VCARD', 'VERSION:3.0', 'FN:Chris', ...adr, 'END:VCARD', ''].join('\r\n');
  const addressIn = (text: string, version: '3.0' | '4.0' = '3.0'): Value | undefined => {
    const format = vcardFormat(version);
    const split = format.split(Buffer.from(text));
    return [...format.read(split, split.items[0]!, null)].find(([field]) => field.startsWith('addresses/'))?.[1];
  };
  const quay = ['name', 'Quay 3', 'locality', 'Dover', 'country', 'GB'];
  const components = [0, 2, 4].map((at) => ({ kind: quay[at], value: quay[at + 1] }));

  it('is that, and no room of a house', () => {
    expect(addressIn(google('ADR:;;Quay 3;Dover;;;GB;Quay 3\\nDover\\nUnited Kingdom'))).toEqual({
      components,
      full: 'Quay 3\nDover\nUnited Kingdom',
    });
    // Where it says what the parts do, it is put together from them.
    expect(addressIn(google('ADR:;;Quay 3;Dover;;;GB;Quay 3\\nDover\\nGB'))).toEqual({ components });
    expect(addressIn(google('ADR:;;;Dover;;;;Dover'))).toEqual({ components: [components[1]] });
  });
  it('is none where a card has all the parts of 4.0, or says something else there', () => {
    const room = { kind: 'room', value: 'Room 7' };
    expect(addressIn(google('ADR:;;Quay 3;Dover;;;GB;Room 7'))).toEqual({ components: [...components, room] });
    const lines = { kind: 'room', value: 'Room 7\nby the stairs' };
    const adr = 'ADR:;;Quay 3;Dover;;;GB;Room 7\\nby the stairs';
    expect(addressIn(google(`${adr};;;;`))).toEqual({ components: [...components, lines] });
    expect(addressIn(google(adr).replace('3.0', '4.0'), '4.0')).toEqual({ components: [...components, lines] });
  });
});

describe('the same in other letters', () => {
  it.each([
    ['TZ;VALUE=utc-offset:-0500', 'TZ;VALUE=UTC-OFFSET:-0500'],
    ['BDAY:19960415T201243+0400', 'BDAY:1996-04-15T20:12:43+04:00'],
  ])('%s and %s', (one, other) => {
    expect(read('4.0', textOf('4.0', [other])).fields).toEqual(read('4.0', textOf('4.0', [one])).fields);
  });
});

describe('a label that khard repeats as a word of TYPE', () => {
  const [plain, saved] = [
    ['item1.TEL:1', 'item1.X-ABLabel:Boat'],
    ['itemtel1.TEL;TYPE=X-Boat:1', 'itemtel1.X-ABLABEL:Boat'],
  ];

  it('is no other one, and stays as it is written', () => {
    expect(read('3.0', textOf('3.0', saved)).fields).toEqual(read('3.0', textOf('3.0', plain)).fields);
    const changedNumber = changed('3.0', saved, (fields) => {
      for (const field of fields.keys()) fields.set(field, { number: '2', label: 'Boat' });
    });
    expect(changedNumber).toEqual(['itemtel1.TEL;TYPE=X-Boat:2', 'itemtel1.X-ABLABEL:Boat']);
  });

  it('leaves the other words', () => {
    const { fields } = read('3.0', textOf('3.0', ['i.TEL;TYPE=X-Boat,X-Car;X-P=1:1', 'i.X-ABLabel:Boat']));
    expect([...fields.values()]).toEqual([
      { number: '1', label: 'Boat', vCardParams: { 'x-p': ['1'], 'type': ['x-car'] } },
    ]);
  });
});

it('a moment is written into 4.0 without what separates its parts, as it wants it', () => {
  expect(carried('3.0', '4.0', ...NAME, 'BDAY:1996-04-15T20:12:43+04:00')).toContain('BDAY:19960415T201243+0400');
  expect(carried('4.0', '3.0', ...NAME, 'BDAY:19960415T201243Z')).toContain('BDAY:1996-04-15T20:12:43Z');
});

describe('a picture of which nothing says what it is', () => {
  it.each([
    ['iVBORw0KGgoAAAAN', 'image/png'],
    ['/9j/4AAQSkZJRgAB', 'image/jpeg'],
    ['R0lGODlhAQABAAAA', 'image/gif'],
    ['UklGRgAAAABXRUJQ', 'image/webp'],
    ['AAAAAAAAAAAAAAAA', 'application/octet-stream'],
  ])('%s is written into 4.0 as %s, for Thunderbird shows only what is called a picture', (data, type) => {
    expect(carried('3.0', '4.0', ...NAME, `PHOTO;ENCODING=b:${data}`)).toContain(`PHOTO:data:${type};base64,${data}`);
  });

  it('is what its line says, where it says it', () => {
    expect(carried('3.0', '4.0', ...NAME, 'PHOTO;ENCODING=b;TYPE=JPEG:iVBORw0KGgoAAAAN')).toContain(
      'PHOTO:data:image/jpeg;base64,iVBORw0KGgoAAAAN',
    );
  });
});

it('a phone says first what it can do: Thunderbird takes a fax at work for a phone at work otherwise', () => {
  expect(carried('4.0', '3.0', ...NAME, 'TEL;TYPE=work,fax:1')).toContain('TEL;TYPE=FAX,WORK:1');
});
