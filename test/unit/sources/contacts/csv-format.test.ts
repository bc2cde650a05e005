import { describe, expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { putFields } from '../../../../src/main/snapshot/lens.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import type { CsvLayoutName } from '../../../../src/main/sources/contacts/csv/layouts.ts';
import { recognizeContacts } from '../../../../src/main/sources/contacts/recognize-contacts.ts';
import { readAll, withNew } from '../../../fakes/text-format-laws.ts';

const google = csvFormat('csv-google');
const outlook = csvFormat('csv-outlook');
const fieldsOf = (fields: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
const entriesOf = (fields: Fields, map: string): readonly Value[] =>
  [...fields].flatMap(([field, value]) => (field.startsWith(`${map}/`) ? [value] : []));

/** The text with changes to the fields of one row; null: cleared. */
function edit(
  name: CsvLayoutName,
  bytes: Uint8Array,
  at: number,
  change: (fields: Map<FieldName, Value>) => void,
): string {
  const format = csvFormat(name);
  const text = format.split(bytes);
  const before = readAll(format, text)[at] as Fields;
  const after = new Map(before);
  change(after);
  return Buffer.from(format.write(text, [{ item: text.items[at] ?? null, before, after, uid: 'x' }])).toString(
    'latin1',
  );
}
const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const set =
  (field: string, value: Value) =>
  (fields: Map<FieldName, Value>): void => {
    const found = [...fields.keys()].find((each) => each === field || each.startsWith(`${field}/`));
    fields.set(found ?? fieldName(field), value);
  };

describe('a CSV as it lies there', () => {
  it.each([
    ['a mark', '\ufeff', 'Ѐ'.repeat(2000)],
    ['no mark', '', ''],
  ])('is read in UTF-16 by %s, whichever end is first', (_, mark, more) => {
    const said = `${mark}First Name,Last Name,Notes\r\nJosé,Müller,x${more}\r\n`;
    for (const bytes of [Buffer.from(said, 'utf16le'), Buffer.from(said, 'utf16le').swap16()]) {
      const text = google.split(bytes);
      expect(text.damaged).toEqual([]);
      const [fields] = readAll(google, text) as [Fields];
      expect(fields.get(fieldName('name'))).toMatchObject({ full: 'José Müller' });
      expect(entriesOf(fields, 'notes')).toEqual([{ note: `x${more}` }]);
    }
  });

  it('is what it was but for the cell that is cleared, or the only one that says something else', () => {
    const bytes = Buffer.from('First Name,Last Name,Notes\nAna,B,x\nCleo,,\n');
    const cleared = edit('csv-google', bytes, 0, (fields) => {
      for (const field of fields.keys()) if (field.startsWith('notes/')) fields.delete(field);
    });
    expect(cleared).toBe('First Name,Last Name,Notes\nAna,B,\nCleo,,\n');
    const other = { full: 'Bo', components: [{ kind: 'given', value: 'Bo' }] };
    expect(edit('csv-google', bytes, 1, set('name', other))).toBe('First Name,Last Name,Notes\nAna,B,x\nBo,,\n');
  });

  it('is changed in many rows at a time, in whatever order they are told', () => {
    const bytes = Buffer.from('First Name,Last Name,Notes\nAna,B,x\nBo,C,y\nCleo,D,z\n');
    const text = google.split(bytes);
    const all = readAll(google, text) as Fields[];
    const writes = [2, 0, 1].map((at) => {
      const before = all[at] as Fields;
      const note = [...before.keys()].find((field) => field.startsWith('notes/')) as FieldName;
      const after = at === 0 ? null : new Map(before).set(note, { note: `newer ${at}` });
      return { item: text.items[at] ?? null, before, after, uid: '' };
    });
    expect(Buffer.from(google.write(text, writes)).toString()).toBe(
      'First Name,Last Name,Notes\nBo,C,newer 1\nCleo,D,newer 2\n',
    );
  });

  it('is given thousands of new rows, each once and with what it says alone', () => {
    const text = google.split(Buffer.from('First Name,Last Name,Notes\n'));
    const rows = Array.from({ length: 1203 }, (_, at) =>
      at % 2 === 0 ? ([`P${at}`, '', `note of ${at}`] as const) : ([`P${at}`, `Q${at}`, ''] as const),
    );
    const writes = rows.map(([given, surname, note]) => {
      const parts = [
        { kind: 'given', value: given },
        { kind: 'surname', value: surname },
      ].filter(({ value }) => value !== '');
      const name = { full: `${given} ${surname}`.trim(), components: parts };
      const after = fieldsOf(note === '' ? { name } : { name, 'notes/n': { note } });
      return { item: null, before: null, after, uid: '' };
    });
    expect(Buffer.from(google.write(text, writes)).toString()).toBe(
      `First Name,Last Name,Notes\n${rows.map((row) => `${row.join(',')}\n`).join('')}`,
    );
  });

  it('is given new rows beside one that says what its charset has no character for', () => {
    const text = google.split(latin('First Name,Last Name,Notes\r\nJos\xe9,,\r\n'));
    const person = (name: string) => ({ name: { full: name, components: [{ kind: 'given', value: name }] } });
    const writes = [person('Zo\u00eb'), { ...person('Bo'), 'notes/n': { note: 'Łódź' } }].map((said) => ({
      item: null,
      before: null,
      after: fieldsOf(said),
      uid: '',
    }));
    expect(Buffer.from(google.write(text, writes)).toString('latin1')).toBe(
      'First Name,Last Name,Notes\r\nJos\xe9,,\r\nZo\xeb,,\r\nBo,,\r\n',
    );
  });

  it('is no empty one where a loss of power left only zeros of it', () => {
    expect(google.split(new Uint8Array(600)).damaged).toHaveLength(1);
    expect(google.split(Buffer.from(' \r\n\r\n')).damaged).toEqual([]);
  });

  it('goes on somewhere where it ends within a cell, and not where sound rows follow', () => {
    const header = 'First Name,Last Name,Notes\n';
    expect(google.split(Buffer.from(`${header}Ana,B,"half`)).damaged).toMatchObject([{ isOpen: true }]);
    const [broken] = google.split(Buffer.from(`${header}Ana,B,"half"x\nBo,C,\n`)).damaged;
    expect(broken?.isOpen).not.toBe(true);
  });

  it('is left alone where it is a table of other things that has one such column', () => {
    const text = google.split(Buffer.from('Item,Price,Notes\nBread,3,fresh\n'));
    expect([text.items, text.damaged.length]).toEqual([[], 1]);
  });

  it('is written in the first of two columns of one name', () => {
    const bytes = Buffer.from('First Name,Notes,Notes\nAna,x,y\n');
    expect(edit('csv-google', bytes, 0, set('notes', { note: 'newer' }))).toBe('First Name,Notes,Notes\nAna,newer,y\n');
  });

  it('keeps how lines end within a cell', () => {
    const bytes = Buffer.from('First Name,Last Name,Notes\nAna,B,"one\r\ntwo"\n');
    expect(edit('csv-google', bytes, 0, set('notes', { note: 'one\nthree' }))).toBe(
      'First Name,Last Name,Notes\nAna,B,"one\r\nthree"\n',
    );
  });

  it.each([
    ['windows-1252', latin('First Name,Last Name,Notes\r\nJos\xe9,M\xfcller,\x80\r\n'), 'José', 'Müller'],
    ['UTF-8 without a mark', Buffer.from('First Name,Last Name,Notes\nJosé,Müller,€\n'), 'José', 'Müller'],
    ['UTF-16', Buffer.from('\ufeffFirst Name\tLast Name\tNotes\r\nJosé\tMüller\t€\r\n', 'utf16le'), 'José', 'Müller'],
    [
      'UTF-16, big end first',
      Buffer.from('\ufeffFirst Name,Last Name,Notes\r\nJosé,Müller,€', 'utf16le').swap16(),
      'José',
      'Müller',
    ],
    [
      'semicolons, and quotes everywhere',
      Buffer.from('"First Name";"Last Name";"Notes"\n"José";"Müller";"€"\n'),
      'José',
      'Müller',
    ],
    [
      'a line that names the delimiter',
      Buffer.from('sep=;\r\nFirst Name;Last Name;Notes\r\nJosé;Müller;€\r\n'),
      'José',
      'Müller',
    ],
    ['old Macintosh line ends', Buffer.from('First Name,Last Name,Notes\rJosé,Müller,€\r'), 'José', 'Müller'],
  ])('is read and patched in %s', (_name, bytes, given, surname) => {
    expect(recognizeContacts(bytes, 'a.csv')).toBe('csv-google');
    const text = google.split(bytes);
    expect(text.damaged).toEqual([]);
    const [before] = readAll(google, text) as [Fields];
    expect(before.get(fieldName('name'))).toMatchObject({ full: `${given} ${surname}` });
    expect(entriesOf(before, 'notes')).toEqual([{ note: '€' }]);
    const [field] = [...before.keys()].filter((each) => each.startsWith('notes/')) as [FieldName];
    const after = new Map(before).set(field, { note: 'é, two' });
    const written = google.write(text, [{ item: text.items[0] ?? null, before, after, uid: '' }]);
    const again = google.split(written);
    expect(readAll(google, again, [after])).toEqual([after]);
    // All but the cell is as it was.
    let same = 0;
    while (bytes[same] === written[same]) same++;
    let tail = 0;
    while (bytes.at(-1 - tail) === written.at(-1 - tail)) tail++;
    expect(bytes.length - same - tail).toBeLessThanOrEqual(4);
  });

  it('keeps a file without a final line end without one, whatever is added or removed', () => {
    const bytes = Buffer.from('First Name,Last Name,Notes\nAna,B,\nCleo,D,');
    const text = google.split(bytes);
    const [first, second] = readAll(google, text) as [Fields, Fields];
    const added = google.write(text, [{ item: null, before: null, after: first, uid: '' }]);
    expect(added.toString()).toBe('First Name,Last Name,Notes\nAna,B,\nCleo,D,\nAna,B,');
    const gone = google.write(text, [{ item: text.items[1] ?? null, before: second, after: null, uid: '' }]);
    expect(gone.toString()).toBe('First Name,Last Name,Notes\nAna,B,');
  });

  it('fills up a row that is shorter than the header', () => {
    const bytes = Buffer.from('First Name,Last Name,Nickname,Notes\nAna\nBo,C,,\n');
    expect(edit('csv-google', bytes, 0, set('notes/n', { note: 'a,b' }))).toBe(
      'First Name,Last Name,Nickname,Notes\nAna,,,"a,b"\nBo,C,,\n',
    );
  });

  it('fills up the last row too where that has no line end, with a new row behind it or without', () => {
    const text = google.split(latin('First Name,Last Name,Notes\nAnn,Bo'));
    const [before] = readAll(google, text) as [Fields];
    const after = new Map([...before, ...fieldsOf({ 'notes/n': { note: 'new' } })]);
    const write = { item: text.items[0] ?? null, before, after, uid: 'x' };
    const other = { item: null, before: null, after: before, uid: 'y' };
    const written = (...writes: readonly (typeof write | typeof other)[]): string =>
      Buffer.from(google.write(text, writes)).toString('latin1');
    expect(written(write)).toBe('First Name,Last Name,Notes\nAnn,Bo,new');
    expect(written(write, other)).toBe('First Name,Last Name,Notes\nAnn,Bo,new\nAnn,Bo,');
  });

  it('skips rows that say nothing, and keeps them', () => {
    const bytes = Buffer.from('First Name,Last Name,Notes\n\n,,\nAna,,\n,,\n');
    expect(google.split(bytes).items).toHaveLength(1);
    expect(edit('csv-google', bytes, 0, set('notes/n', { note: 'x' }))).toBe(
      'First Name,Last Name,Notes\n\n,,\nAna,,x\n,,\n',
    );
  });

  it('takes a cell that is no UTF-8 for what it is by itself: those beside it stay UTF-8, also when they change', () => {
    const bytes = Buffer.concat([
      Buffer.from('\ufeffFirst Name,Last Name,Notes\nJosé,M'),
      latin('\xfc'),
      Buffer.from('ller,é\n'),
    ]);
    const text = google.split(bytes);
    const [before] = readAll(google, text) as [Fields];
    expect(before.get(fieldName('name'))).toMatchObject({ full: 'José Müller' });
    const after = new Map(before);
    set('notes', { note: 'éé' })(after);
    const written = google.write(text, [{ item: text.items[0] ?? null, before, after, uid: 'x' }]);
    expect(Buffer.from(written)).toEqual(Buffer.concat([bytes.subarray(0, -1), Buffer.from('é\n')]));
  });

  it('keeps a row whose last field is cleared: it is no deletion', () => {
    const bytes = Buffer.from('First Name,Last Name,Notes\nAna,,\nBo,,\n');
    const written = Buffer.from(
      edit('csv-google', bytes, 0, (fields) => fields.clear()),
      'latin1',
    );
    expect(written.toString()).toBe('First Name,Last Name,Notes\n"",,\nBo,,\n');
    expect(google.split(written).items).toHaveLength(2);
  });

  it('names a row whose quotes are broken, reads on behind it, and adds new rows before one that swallows the rest', () => {
    const broken = 'First Name,Last Name,Notes\nAna,,\nBo,,"met at the "Book club";\nsecond line",x\nCleo,,\n';
    const text = google.split(Buffer.from(broken));
    expect(readAll(google, text).map((fields) => fields.get(fieldName('name')))).toMatchObject([
      { full: 'Ana' },
      { full: 'Cleo' },
    ]);
    expect(text.damaged).toMatchObject([{ name: 'line 3', detail: expect.stringContaining('quote') }]);
    const open = Buffer.from('First Name,Last Name,Notes\nAna,,\nBo,,"never closed\nmore\n');
    const split = google.split(open);
    expect(split.items).toHaveLength(1);
    expect(split.damaged).toHaveLength(1);
    const [ana] = readAll(google, split) as [Fields];
    expect(google.write(split, [{ item: null, before: null, after: ana, uid: '' }]).toString()).toBe(
      'First Name,Last Name,Notes\nAna,,\nAna,,\nBo,,"never closed\nmore\n',
    );
  });

  it('leaves a blank row where the one goes by which the end of a damaged one is told', () => {
    const bytes = latin('First Name,Last Name,Notes\n"A"x,B\nC,D,E\nF,G\n');
    const text = google.split(bytes);
    expect([text.items.length, text.damaged.length]).toEqual([2, 1]);
    const [before] = readAll(google, text);
    const write = { item: text.items[0] ?? null, before: before ?? null, after: null, uid: 'x' };
    const left = google.split(google.write(text, [write]));
    expect(left.damaged).toEqual(text.damaged);
    expect(readAll(google, left)).toEqual(readAll(google, text).slice(1));
  });

  it('leaves a damaged row its line end where the last row goes, that had none', () => {
    const damaged = 'First Name,Last Name\r\n"Ann,Ames\r\n';
    const text = google.split(latin(`${damaged}Ben,Bell`));
    expect([text.items.length, text.damaged.length]).toEqual([1, 1]);
    const [before] = readAll(google, text);
    const write = { item: text.items[0] ?? null, before: before ?? null, after: null, uid: 'x' };
    expect(Buffer.from(google.write(text, [write])).toString()).toBe(damaged);
  });

  it('is damaged as a whole, and left alone, where the header is none it knows', () => {
    const bytes = Buffer.from('a,b\n1,2\n');
    const text = google.split(bytes);
    expect(text.items).toEqual([]);
    expect(text.damaged).toMatchObject([{ start: 0, end: bytes.length }]);
    expect(google.write(text, [{ item: null, before: null, after: fieldsOf({ name: { full: 'A' } }), uid: '' }])).toBe(
      bytes,
    );
  });

  it('gives an empty file a header with its first row', () => {
    const text = outlook.split(new Uint8Array(0));
    const after = outlook.project(fieldsOf({ 'emails/a': { address: 'a@example.org' } }));
    const written = outlook.split(outlook.write(text, [{ item: null, before: null, after, uid: '' }]));
    expect(readAll(outlook, written, [after])).toEqual([after]);
  });
});

describe('hostile cells', () => {
  const hostile = [
    '=HYPERLINK("http://x","y")',
    '+1',
    '-1+1',
    '@SUM(A1)',
    'a\nEve,Mallory,injected',
    'a\r\nEve,M,i',
    '"',
    '","',
    "'x",
  ];
  it.each(hostile.map((note) => [note]))('%j stays as it is in one cell', (note) => {
    const bytes = Buffer.from('First Name,Last Name,Notes\nAna,,old\nBo,,\n');
    const written = Buffer.from(edit('csv-google', bytes, 0, set('notes', { note })), 'latin1');
    const text = google.split(written);
    expect(text.items).toHaveLength(2);
    expect(entriesOf(readAll(google, text)[0] as Fields, 'notes')).toEqual([{ note: note.replace('\r\n', '\n') }]);
    expect(written.toString()).not.toMatch(/[,\n]'[=+@-]/);
    expect(written.toString().startsWith('First Name,Last Name,Notes\nAna,,')).toBe(true);
    expect(written.toString().endsWith('\nBo,,\n')).toBe(true);
  });

  it('leaves a cell as it is where the charset of the file has no character for what it should say', () => {
    const bytes = latin('First Name,Last Name,Notes\r\nJos\xe9,,old\r\n');
    expect(edit('csv-google', bytes, 0, set('notes', { note: '山田' }))).toBe(
      'First Name,Last Name,Notes\r\nJos\xe9,,old\r\n',
    );
  });
});

describe("Google's labels", () => {
  const HEADER = 'First Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value\n';
  it('say contexts and preference; values of one label share cells, and one of them is changed alone', () => {
    const bytes = Buffer.from(`${HEADER}Ana,* home,a@x.org,WORK,b@x.org ::: c@x.org\n`);
    const [fields] = readAll(google, google.split(bytes)) as [Fields];
    expect(entriesOf(fields, 'emails')).toEqual([
      { address: 'a@x.org', contexts: { private: true }, pref: 1 },
      { address: 'b@x.org', contexts: { work: true } },
      { address: 'c@x.org', contexts: { work: true } },
    ]);
    const third = [...fields.keys()].filter((each) => each.startsWith('emails/'))[2] as FieldName;
    const changed = edit('csv-google', bytes, 0, (own) =>
      own.set(third, { address: 'd@x.org', contexts: { work: true } }),
    );
    expect(changed).toBe(`${HEADER}Ana,* home,a@x.org,WORK,b@x.org ::: d@x.org\n`);
    expect(edit('csv-google', bytes, 0, (own) => own.delete(third))).toBe(`${HEADER}Ana,* home,a@x.org,WORK,b@x.org\n`);
  });

  it('put together what shares a label when another needs the place', () => {
    const bytes = Buffer.from(`${HEADER}Ana,Home,a@x.org,Home,b@x.org\n`);
    expect(
      edit('csv-google', bytes, 0, (own) => own.set(fieldName('emails/new'), { address: 'c@x.org', label: 'Club' })),
    ).toBe(`${HEADER}Ana,Home,a@x.org ::: b@x.org,Club,c@x.org\n`);
  });

  it('has no place for a third label in this file, and says so when it is read', () => {
    const bytes = Buffer.from(`${HEADER}Ana,Home,a@x.org,Work,b@x.org\n`);
    const changed = edit('csv-google', bytes, 0, (own) =>
      own.set(fieldName('emails/new'), { address: 'c@x.org', label: 'Club' }),
    );
    expect(changed).toBe(bytes.toString());
  });
});

describe("Outlook's places", () => {
  const full = fieldsOf({
    name: {
      full: 'Ana García',
      components: [
        { kind: 'surname', value: 'García' },
        { kind: 'given', value: 'Ana' },
      ],
    },
    'emails/a': { address: '1@x.org', contexts: { work: true }, label: 'School', pref: 2 },
    'emails/b': { address: '2@x.org' },
    'emails/c': { address: '3@x.org' },
    'emails/d': { address: '4@x.org' },
    'phones/a': { number: '1', contexts: { work: true }, features: { voice: true } },
    'phones/b': { number: '2', features: { mobile: true } },
    'phones/c': { number: '3', features: { mobile: true } },
    'media/p': { kind: 'photo', data: Uint8Array.of(1, 2, 3) },
  });

  it('of Thunderbird say by the second line of an address what its cards say before the street', () => {
    const thunderbird = csvFormat('csv-thunderbird');
    const header = 'First Name,Home Address,Home Address 2,Home City';
    const bytes = Buffer.from(`${header}\nAna,1 Main St,Floor 2,Town\nBo,,,\n`);
    const text = thunderbird.split(bytes);
    const [ana, bo] = readAll(thunderbird, text) as [Fields, Fields];
    const [address] = entriesOf(ana, 'addresses') as [Value];
    expect(address).toEqual({
      contexts: { private: true },
      components: [
        { kind: 'apartment', value: 'Floor 2' },
        { kind: 'name', value: '1 Main St' },
        { kind: 'locality', value: 'Town' },
      ],
    });
    const street = { contexts: { private: true }, components: [{ kind: 'name', value: '2 Side St\nBack yard' }] };
    const after = new Map(bo).set(fieldName('addresses/x'), street);
    const written = thunderbird.write(text, [{ item: text.items[1] ?? null, before: bo, after, uid: '' }]);
    expect(Buffer.from(written).toString()).toBe(
      `${header}\nAna,1 Main St,Floor 2,Town\nBo,"2 Side St\nBack yard",,\n`,
    );
    expect(entriesOf(readAll(thunderbird, thunderbird.split(written))[1] as Fields, 'addresses')).toEqual([street]);
  });

  it('of Thunderbird show a phone that is for nothing in particular where one for work or home would stand, after those', () => {
    const thunderbird = csvFormat('csv-thunderbird');
    const phones = fieldsOf({
      name: { full: 'Ana' },
      'phones/a': { number: '1' },
      'phones/b': { number: '2', contexts: { work: true } },
    });
    const held = thunderbird.project(phones);
    expect([held.get(fieldName('phones/a')), held.get(fieldName('phones/b'))]).toEqual([
      { number: '1', contexts: { private: true } },
      { number: '2', contexts: { work: true } },
    ]);
    const now = new Map(held).set(fieldName('phones/a'), { number: '11', contexts: { private: true } });
    expect(putFields('contacts', phones, held, now).get(fieldName('phones/a'))).toEqual({ number: '11' });
    expect(putFields('contacts', phones, held, held)).toEqual(phones);
  });

  it('hold three e-mails and one mobile, without labels; the rest survives an edit', () => {
    const held = outlook.project(full);
    expect(entriesOf(held, 'emails')).toEqual([{ address: '1@x.org' }, { address: '2@x.org' }, { address: '3@x.org' }]);
    expect(entriesOf(held, 'phones')).toEqual([
      { number: '1', contexts: { work: true } },
      { number: '2', features: { mobile: true } },
    ]);
    const bytes = outlook.write(outlook.split(outlook.empty()), [{ item: null, before: null, after: held, uid: '' }]);
    const changed = Buffer.from(bytes.toString().replace('1@x.org', '9@x.org').replace(',2,', ',,'));
    const text = outlook.split(changed);
    const now = outlook.read(text, text.items[0] as never, held);
    const after = putFields('contacts', full, held, now);
    expect(after.get(fieldName('emails/a'))).toEqual({
      address: '9@x.org',
      contexts: { work: true },
      label: 'School',
      pref: 2,
    });
    expect(after.get(fieldName('emails/d'))).toEqual({ address: '4@x.org' });
    expect(after.has(fieldName('phones/b'))).toBe(false);
    expect(after.get(fieldName('phones/c'))).toEqual({ number: '3', features: { mobile: true } });
    expect(after.get(fieldName('media/p'))).toBe(full.get(fieldName('media/p')));
    // The second mobile has a place now.
    expect(entriesOf(outlook.project(after), 'phones')).toContainEqual({ number: '3', features: { mobile: true } });
  });

  it('forget how an address was displayed when it changes, and leave the others', () => {
    const bytes = Buffer.from(
      'First Name,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type\nAna,a@x.org,SMTP,Ana (a@x.org),b@x.org,SMTP\n',
    );
    const [fields] = readAll(outlook, outlook.split(bytes)) as [Fields];
    expect([...fields.keys()].filter((field) => field.startsWith('csv/'))).toEqual([]);
    const [field] = [...fields.keys()].filter((each) => each.startsWith('emails/')) as [FieldName];
    expect(edit('csv-outlook', bytes, 0, (own) => own.set(field, { address: 'c@x.org' }))).toContain(
      'Ana,c@x.org,,,b@x.org,SMTP\n',
    );
  });

  it.each([
    ['3/12/1990', { year: 1990, month: 3, day: 12 }],
    ['25/12/1990', { year: 1990, month: 12, day: 25 }],
    ['25.12.1990', { year: 1990, month: 12, day: 25 }],
    ['1990-12-25', { year: 1990, month: 12, day: 25 }],
    ['spring of 1990', { text: 'spring of 1990' }],
  ])('say a birthday: %s', (said, date) => {
    const bytes = Buffer.from(`First Name,Last Name,Birthday\nAna,,${said}\n`);
    const [fields] = readAll(outlook, outlook.split(bytes)) as [Fields];
    expect(entriesOf(fields, 'anniversaries')).toEqual([{ kind: 'birth', date }]);
  });

  it('keep how a date is written when another takes its place, and a zero date as none', () => {
    const bytes = Buffer.from('First Name,Last Name,Birthday\nAna,,25.12.1990\nBo,,0/0/00\n');
    expect(entriesOf(readAll(outlook, outlook.split(bytes))[1] as Fields, 'anniversaries')).toEqual([]);
    expect(
      edit('csv-outlook', bytes, 0, set('anniversaries', { kind: 'birth', date: { year: 1991, month: 2, day: 3 } })),
    ).toContain('Ana,,03.02.1991\n');
  });
});

describe('columns nobody knows', () => {
  it('are fields of their own, in files that have them', () => {
    const bytes = Buffer.from('First Name,Last Name,Shoe size,Notes\nAna,,38,\nBo,,,\n');
    const rows = readAll(google, google.split(bytes));
    expect(rows[0]?.get(fieldName('csv/Shoe size'))).toBe('38');
    expect(google.project(rows[0] as Fields).get(fieldName('csv/Shoe size'))).toBe('38');
    expect(edit('csv-google', bytes, 1, set('csv/Shoe size', '41'))).toBe(
      'First Name,Last Name,Shoe size,Notes\nAna,,38,\nBo,,41,\n',
    );
  });
});

describe('columns a file has not', () => {
  const hasPlace = (header: string, before: { readonly [field: string]: Value }): readonly boolean[] => {
    const text = outlook.split(Buffer.from(`${header}\nAna,x\n`));
    return Object.keys(before).map((field) => outlook.hasPlaceFor?.(text, fieldsOf(before), fieldName(field)) === true);
  };
  const emails = { 'emails/a': { address: 'a@x.org' }, 'emails/b': { address: 'b@x.org' } };
  it('say nothing of what would be in them', () => {
    const before = {
      'name': { full: 'Ana' },
      'phones/a': { number: '1', features: { mobile: true } },
      'phones/b': { number: '1', features: { pager: true } },
      'notes/a': { note: 'x' },
      'csv/Shoe size': '38',
    };
    expect(hasPlace('First Name,E-mail Address,Mobile Phone', before)).toEqual([true, true, false, false, false]);
    expect(hasPlace('First Name,Shoe size,Pager,Notes', before)).toEqual([true, false, true, true, true]);
  });
  it('are missed where there are fewer of them than there were entries', () => {
    expect(hasPlace('First Name,E-mail Address,E-mail 2 Address', emails)).toEqual([true, true]);
    expect(hasPlace('First Name,E-mail Address,Notes', emails)).toEqual([false, false]);
  });
});

describe('rows without a UID', () => {
  const rows = (text: string): readonly Fields[] =>
    readAll(google, google.split(Buffer.from(`First Name,Last Name,E-mail 1 - Value,Phone 1 - Value,Notes\n${text}`)));
  it.each([
    [
      'by e-mail, though all else changed',
      'Eva,Adler,a@x.org,1,\n',
      'Bo,B,b@x.org,,\nEve,Other,A@X.org,2,n\n',
      [null, 0],
    ],
    ['by name and phone, though the e-mail changed', 'Eva,Adler,a@x.org,030 1,\n', 'Eva,Adler,new@x.org,0301,\n', [0]],
    [
      'by name, though e-mail and phone changed',
      'Eva,Adler,a@x.org,1,\nBo,B,,,\n',
      'Bo,B,b@x.org,,\nEva,Adler,n@x.org,2,\n',
      [1, 0],
    ],
    ['not by their order, where they share nothing', 'Eva,Adler,a@x.org,1,\n', 'Bo,B,b@x.org,2,\n', [null]],
    ['by a part of the name, and a note', 'Eva,Adler,,,met in Rome\n', 'Eva,Meier,,,met in Rome\n', [0]],
    [
      'of two who share an e-mail by the name',
      'Eva,A,a@x.org,,\nBo,B,a@x.org,,\n',
      'Bo,B,a@x.org,,n\nEva,A,a@x.org,,n\n',
      [1, 0],
    ],
    ['of two that are equal in their order', 'Eva,A,,,\nEva,A,,,\n', 'Eva,A,,1,\nEva,A,,2,\n', [0, 1]],
  ])('are known %s', (_name, before, after, expected) => {
    expect(google.align?.(rows(after), rows(before))).toEqual(expected);
  });
});

it('the preferred of five e-mails is the first of the three that Outlook has cells for', () => {
  const address = (name: string) => `${name}@example.org`;
  const full = fieldsOf({
    name: { full: 'Ana' },
    ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`emails/${name}`, { address: address(name) }])),
    'emails/e': { address: address('e'), pref: 1 },
  });
  const [entry] = readAll(outlook, outlook.split(withNew(outlook, outlook.empty(), outlook.project(full))));
  expect(entriesOf(entry as Fields, 'emails')).toEqual(['e', 'a', 'b'].map((name) => ({ address: address(name) })));
});
