import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  AddedView,
  ConflictView,
  ExportView,
  JoinedView,
  PackageView,
  ResultView,
  StatusView,
} from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

/*
 * One address book as four programs have it: Google's CSV and a file of cards with Anna, Outlook's CSV and Thunderbird's LDIF with Bert.
 */

const GOOGLE = [
  'First Name,Last Name,Notes,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,E-mail 3 - Label,E-mail 3 - Value,E-mail 4 - Label,E-mail 4 - Value,Phone 1 - Label,Phone 1 - Value',
  'Ana,García,=1+1,Home,1@x.org,Work,2@x.org,School,3@x.org,Club,4@x.org,Mobile,+1 555 0100',
  'Bo,Berg,,Home,bo@x.org,,,,,,,Mobile,+1 555 0200',
  '',
].join('\r\n');

let anna: Device;
let bert: Device;
let here: Folder;
let there: Folder;
beforeAll(async () => {
  [anna, bert] = await Promise.all([Device.start('anna'), Device.start('bert')]);
  [here, there] = [new Folder('anna'), new Folder('bert')];
  here.write('google.csv', GOOGLE);
  here.write('cards.vcf', '');
  there.write('outlook.csv', '');
  there.write('book.ldif', '');
  const { collection } = await anna.ask<AddedView>('add', here.path('google.csv'), '--name', 'book');
  await anna.ask('source', collection, '--add', here.path('cards.vcf'));
  const { link } = await anna.ask<{ link: string }>('invite', collection, '--approve-first');
  await bert.ask<JoinedView>('join', link, there.path('outlook.csv'), '--format', 'csv-outlook', '--wait');
  await bert.ask('source', collection, '--add', there.path('book.ldif'));
  await inStep();
});
afterAll(() => end(anna, bert));

/** Everything everybody wrote is in every file. */
async function inStep(): Promise<void> {
  for (const device of [anna, bert, anna]) await device.sync();
}
const cells = (folder: Folder, name: string, row: string): readonly string[] =>
  folder
    .read(name)
    .split(/\r?\n/)
    .find((line) => line.includes(row))
    ?.split(',') ?? [];

it('a new table, cards and records hold what they can', () => {
  expect(here.read('google.csv')).toBe(GOOGLE);
  expect(here.read('cards.vcf').match(/EMAIL[;:].*$/gm)).toHaveLength(5);
  expect(cells(there, 'outlook.csv', 'Ana').filter((cell) => cell.endsWith('@x.org'))).toHaveLength(3);
  expect(cells(there, 'outlook.csv', 'Ana')).toContain('=1+1');
  expect(there.read('book.ldif').match(/^(mail|mozillaSecondEmail): \d@x.org$/gm)).toHaveLength(2);
});

it('an edit in the poorest of them arrives everywhere as that one field, and nothing it could not show is lost', async () => {
  const mail = /^mail: (\d@x\.org)$/m.exec(there.read('book.ldif'))?.[1] as string;
  there.write('book.ldif', there.read('book.ldif').replace(`mail: ${mail}`, 'mail: new@x.org'));
  await inStep();
  expect(here.read('google.csv')).toBe(GOOGLE.replace(mail, 'new@x.org'));
  const emails = here.read('cards.vcf').match(/EMAIL[;:].*$/gm);
  expect(emails).toHaveLength(5);
  expect(emails?.filter((line) => line.endsWith(':new@x.org'))).toHaveLength(1);
});

it('a phone that is cleared in a table goes everywhere', async () => {
  there.write('outlook.csv', there.read('outlook.csv').replace('+1 555 0100', ''));
  await inStep();
  expect(here.read('google.csv')).not.toContain('+1 555 0100');
  expect(here.read('cards.vcf')).not.toContain('+1 555 0100');
  expect(there.read('book.ldif')).not.toContain('+1 555 0100');
  expect(here.read('google.csv')).toContain('+1 555 0200');
});

it('the book as it was, or one contact of it, can be written elsewhere: as cards, which hold all of it', async () => {
  const refused = (to: string, ...record: string[]) =>
    bert.refused('restore', 'book', ...record, '--at', then, '--to', to);
  // Before the phone was cleared.
  const [cleared] = await bert.ask<readonly PackageView[]>('history', 'book', '--limit', '1');
  const then = new Date(Date.parse(cleared?.at as string) - 1).toISOString();
  const files = (): readonly string[] => ['outlook.csv', 'book.ldif'].map((name) => there.read(name));
  const before = files();
  const to = there.path('then.vcf');
  const all = await bert.ask<ResultView>('restore', 'book', '--at', then, '--to', to);
  expect(all).toEqual({ changes: [], records: 2, conflicts: [], missing: [] });
  expect(there.read('then.vcf').match(/EMAIL[;:]/g)).toHaveLength(5);
  expect(there.read('then.vcf')).toContain('+1 555 0100');
  await bert.ask('restore', 'book', 'Ana García', '--at', then, '--to', there.path('ana.vcf'));
  expect([there.read('ana.vcf').includes('Bo'), there.read('ana.vcf').includes('+1 555 0100')]).toEqual([false, true]);
  expect(await refused(to)).toMatchObject({ code: 'already-there' });
  expect(await refused(there.path('no/such.vcf'))).toMatchObject({ code: 'no-such-path' });
  const early = ['--at', '2001-01-01', '--to', there.path('early.vcf')];
  expect(await bert.refused('restore', 'book', ...early)).toMatchObject({ code: 'nothing-then' });
  expect(await bert.refused('restore', 'book', 'Bo Berg', ...early)).toMatchObject({ code: 'no-such-record' });
  expect([there.has('early.vcf'), files()]).toEqual([false, before]);
});

it('a column that is gone clears nothing, and its coming back blank neither', async () => {
  const before = here.read('cards.vcf');
  const rows = here.read('google.csv').split('\r\n');
  const without = (each: string): string => each.split(',').slice(0, -2).join(',');
  here.write('google.csv', rows.map(without).join('\r\n').replace('Berg', 'Berger'));
  await inStep();
  expect(here.read('cards.vcf')).toBe(before.replaceAll('Berg', 'Berger'));
  here.write('google.csv', rows.join('\r\n').replace('Berg', 'Berger').replace('Mobile,+1 555 0200', ','));
  await inStep();
  expect(here.read('cards.vcf')).toBe(before.replaceAll('Berg', 'Berger'));
});

it('a group is no row of a table, which is no problem; its members, and the group elsewhere, stay what they are', async () => {
  const tables = (): readonly string[] => [here.read('google.csv'), there.read('outlook.csv'), there.read('book.ldif')];
  const [before, cards] = [tables(), here.read('cards.vcf')];
  const uid = /^UID:(.*)$/m.exec(cards)?.[1]?.trim();
  const group = `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:choir\r\nKIND:group\r\nFN:Choir\r\nMEMBER:urn:uuid:${uid}\r\nEND:VCARD\r\n`;
  here.write('cards.vcf', cards + group);
  await inStep();
  expect(tables()).toEqual(before);
  const said = await bert.ask<{ state: string; problem: unknown }>('explain', 'book', 'choir');
  expect(said).toMatchObject({ problem: null, state: expect.stringMatching(/^not in .*, which has no place for it$/) });
  const { collections } = await bert.ask<StatusView>('status');
  expect(collections[0]).toMatchObject({ state: 'in-step', problems: 0 });
  const copy = there.path('copy.csv');
  const { lost } = await bert.ask<ExportView>('export', 'book', copy, '--format', 'csv-google');
  expect(lost.filter(({ record }) => record === 'choir').map(({ field }) => field)).toContain('kind');
  expect(there.read('copy.csv')).not.toContain('Choir');
  // What the tables say of others goes on.
  here.write('google.csv', here.read('google.csv').replace('bo@x.org', 'bo@y.org'));
  await inStep();
  expect(here.read('cards.vcf')).toBe((cards + group).replace('bo@x.org', 'bo@y.org'));
  here.write('cards.vcf', cards);
  await inStep();
  here.write('google.csv', here.read('google.csv').replace('bo@y.org', 'bo@x.org'));
  await inStep();
  expect(tables().slice(1)).toEqual(before.slice(1));
});

it('a contact a table can hold nothing of is no row of it, which is said; one that comes to say nothing keeps its row', async () => {
  const tables = (): readonly string[] => [here.read('google.csv'), there.read('outlook.csv'), there.read('book.ldif')];
  const records = async (): Promise<number | undefined> =>
    (await bert.ask<StatusView>('status')).collections[0]?.records;
  const [before, count] = [tables(), (await records()) as number];
  const card = (lines: string): string =>
    `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:mute\r\n${lines}X-OWN:kept\r\nEND:VCARD\r\n`;
  const cards = here.read('cards.vcf');
  here.write('cards.vcf', cards + card(''));
  await inStep();
  expect([tables(), await records()]).toEqual([before, count + 1]);
  const said = await bert.ask<{ state: string; problem: unknown }>('explain', 'book', 'mute');
  expect(said).toMatchObject({ problem: null, state: expect.stringContaining('which has no place for it') });
  here.write('cards.vcf', cards + card('FN:Mia Mute\r\nN:Mute;Mia;;;\r\n'));
  await inStep();
  for (const table of tables()) expect(table).toContain('Mia');
  here.write('cards.vcf', cards + card(''));
  await inStep();
  await inStep();
  // The name of an LDIF entry stays what it was.
  for (const table of tables()) expect(table.replace(/^dn: .*/gm, '')).not.toContain('Mia');
  expect([await records(), here.read('cards.vcf')]).toEqual([count + 1, cards + card('')]);
  here.write('cards.vcf', cards);
  await inStep();
  expect([tables().map((table) => table.trimEnd()), await records()]).toEqual([
    before.map((table) => table.trimEnd()),
    count,
  ]);
});

it('two numbers that were one can both be kept, by a card as well as by whichever table has room', async () => {
  const row = ['Kit', 'Two', ...Array(9).fill(''), 'Mobile', '+1 555 0300'].join(',');
  here.write('google.csv', `${here.read('google.csv')}${row}\r\n`);
  await inStep();
  await bert.ask('pause');
  here.write('google.csv', here.read('google.csv').replace('+1 555 0300', '+1 555 0301'));
  there.write('outlook.csv', there.read('outlook.csv').replace('+1 555 0300', '+1 555 0302'));
  await anna.look();
  await bert.ask('resume');
  await inStep();
  const [conflict, ...others] = await anna.ask<readonly ConflictView[]>('conflicts');
  expect(others).toEqual([]);
  await anna.ask('resolve', conflict?.id as string, '--keep-both');
  await inStep();
  expect(await bert.ask('conflicts')).toEqual([]);
  const numbers = ['+1 555 0301', '+1 555 0302'];
  const saidIn = (text: string): readonly string[] => numbers.filter((number) => text.includes(number));
  expect(saidIn(here.read('cards.vcf'))).toEqual(numbers);
  // One number that is a mobile phone's has a place there.
  expect([saidIn(there.read('outlook.csv')).length, saidIn(there.read('book.ldif')).length]).toEqual([1, 1]);
  here.write('google.csv', here.read('google.csv').replace(/^Kit,.*\r\n/m, ''));
  await inStep();
  expect(here.read('cards.vcf')).not.toContain('Kit');
});

it('a row that goes and comes again brings back what its table has no place for', async () => {
  const width = (GOOGLE.split('\r\n')[0] ?? '').split(',').length;
  const row = ['Cy', 'Cole', ...Array(width - 2).fill('')].join(',');
  here.write('google.csv', `${here.read('google.csv')}${row}\r\n`);
  await inStep();
  here.write('cards.vcf', here.read('cards.vcf').replace(/^FN:Cy/m, 'X-OWN:keep me\r\nNICKNAME:Cycy\r\nFN:Cy'));
  await inStep();
  const [cards, table] = [here.read('cards.vcf'), here.read('google.csv')];
  here.write('google.csv', table.replace(/^Cy,.*\r\n/m, ''));
  await inStep();
  expect(here.read('cards.vcf')).not.toContain('Cycy');
  here.write('google.csv', table);
  await inStep();
  const lines = (text: string): readonly string[] => text.split('\r\n').sort();
  expect(lines(here.read('cards.vcf'))).toEqual(lines(cards));
});

it('a card nobody could take is a problem of its own, and its neighbours are themselves', async () => {
  const card = (uid: string, name: string): string =>
    `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${name}\r\nN:${name};;;;\r\nEND:VCARD\r\n`;
  const before = here.read('cards.vcf');
  const neighbours = before + card('n1', 'Nexty') + card('n2', 'Lasty');
  here.write('cards.vcf', before + card('n1', 'Nexty') + card('x'.repeat(1100), 'Long') + card('n2', 'Lasty'));
  await inStep();
  expect(await anna.problems()).toMatchObject([{ code: 'invalid-change' }]);
  for (const name of ['Nexty', 'Lasty']) expect(cells(there, 'outlook.csv', name)).toContain(name);
  expect(here.read('google.csv')).not.toContain('Long');
  here.write('cards.vcf', neighbours);
  await inStep();
  expect([await anna.problems(), here.read('cards.vcf')]).toEqual([[], neighbours]);
  here.write('cards.vcf', before);
  await inStep();
});

it('a text that is written in steps deletes nothing that is yet to come', async () => {
  const whole = here.read('cards.vcf');
  const newest = () => anna.ask('history', 'book', '--limit', '1');
  const before = await newest();
  here.write('cards.vcf', whole.slice(0, whole.lastIndexOf('BEGIN:VCARD')));
  // Whoever writes it goes on with that, however long the looking takes here.
  const writing = setInterval(() => here.touch('cards.vcf', Date.now() / 1000), 100);
  const reasons = async () => (await anna.status()).collections[0]?.sources.map(({ reason }) => reason);
  try {
    await expect.poll(reasons).toContainEqual(expect.stringContaining('going'));
  } finally {
    clearInterval(writing);
  }
  here.write('cards.vcf', whole);
  await inStep();
  expect(here.read('cards.vcf')).toBe(whole);
  expect(await newest()).toEqual(before);
});

it('quiet rounds write nothing', async () => {
  const texts = (): readonly string[] => [
    ...['google.csv', 'cards.vcf'].map((name) => here.read(name) + here.stat(name).mtimeMs),
    ...['outlook.csv', 'book.ldif'].map((name) => there.read(name) + there.stat(name).mtimeMs),
  ];
  await inStep();
  const before = texts();
  for (let round = 0; round < 5; round++) await inStep();
  expect(texts()).toEqual(before);
});
