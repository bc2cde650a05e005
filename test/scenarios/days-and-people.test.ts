import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AddedView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

/*
 * One address book as Apple has it on Anna's computer, and as Google's CSV and a file of vCard 4.0 with Bert.
 */

const APPLE = [
  'BEGIN:VCARD',
  'VERSION:3.0',
  'UID:ana',
  'N:García;Ana;;;',
  'FN:Ana García',
  'item1.X-ABDATE;type=pref:2010-05-06',
  'item1.X-ABLabel:_$!<Anniversary>!$_',
  'item2.X-ABDATE:2008-02-03',
  'item2.X-ABLabel:First met',
  'item3.X-ABRELATEDNAMES;type=pref:Jane Doe',
  'item3.X-ABLabel:_$!<Spouse>!$_',
  'item4.X-ABRELATEDNAMES:Mary Doe',
  'item4.X-ABLabel:_$!<Mother>!$_',
  'X-EVOLUTION-MANAGER:Max',
  'END:VCARD',
  '',
].join('\r\n');

let anna: Device;
let bert: Device;
let here: Folder;
let there: Folder;
beforeAll(async () => {
  [anna, bert] = await Promise.all([Device.start('anna'), Device.start('bert')]);
  [here, there] = [new Folder('anna'), new Folder('bert')];
  here.write('apple.vcf', APPLE);
  there.write('google.csv', '');
  const { collection } = await anna.ask<AddedView>('add', here.path('apple.vcf'), '--name', 'book');
  const { link } = await anna.ask<{ link: string }>('invite', collection, '--approve-first');
  await bert.ask('join', link, there.path('google.csv'), '--format', 'csv-google', '--wait');
  await bert.ask('source', collection, '--add', there.path('later.vcf'), '--format', 'vcard');
  await inStep();
});
afterAll(() => end(anna, bert));

async function inStep(): Promise<void> {
  for (const device of [anna, bert, anna]) await device.sync();
}
/** The cells with these labels, and what stands beside them. */
function labelled(...labels: readonly string[]): readonly (string | undefined)[] {
  const cells = there.read('google.csv').split(/\r?\n/)[1]?.split(',') ?? [];
  return labels.map((label) => cells[cells.indexOf(label) + 1]);
}

it('days and people are in every file, in its words', () => {
  expect(here.read('apple.vcf')).toBe(APPLE);
  expect(labelled('Anniversary', 'First met', 'Spouse', 'Mother', 'Manager')).toEqual([
    '2010-05-06',
    '2008-02-03',
    'Jane Doe',
    'Mary Doe',
    'Max',
  ]);
  const later = there.read('later.vcf');
  for (const line of ['ANNIVERSARY;PREF=1:20100506', 'RELATED;TYPE=spouse;VALUE=text;PREF=1:Jane Doe'])
    expect(later).toContain(`\r\n${line}\r\n`);
  expect(later).toMatch(/(item\d)\.X-ABDATE:2008-02-03\r\n\1\.X-ABLabel:First met\r\n/);
  expect(later).toMatch(/(item\d)\.RELATED;VALUE=text:Mary Doe\r\n\1\.X-ABLabel:_\$!<Mother>!\$_\r\n/);
});

it('what is edited in a table changes its own lines of the card, and no others', async () => {
  const table = there.read('google.csv');
  there.write(
    'google.csv',
    table
      .replace('2008-02-03', '2008-02-04')
      .replace('Jane Doe', 'Jane Roe')
      .replace('Mother', 'Stepmother')
      .replace('Manager,Max', 'Friend,Max'),
  );
  await inStep();
  const now = APPLE.replace('2008-02-03', '2008-02-04')
    // What a table cannot show of an entry stays with it: which of them comes first.
    .replace('Jane Doe', 'Jane Roe')
    .replace('_$!<Mother>!$_', 'Stepmother')
    .replace('X-EVOLUTION-MANAGER:Max', 'item5.X-ABRELATEDNAMES:Max\r\nitem5.X-ABLabel:_$!<Friend>!$_');
  expect(here.read('apple.vcf')).toBe(now);
  expect(there.read('later.vcf')).toContain('RELATED;TYPE=friend;VALUE=text:Max\r\n');
});

it('what is edited in the card, or goes from it, does so in the others', async () => {
  const card = here.read('apple.vcf');
  here.write(
    'apple.vcf',
    card
      .replace('2010-05-06', '2010-05-07')
      .replace('_$!<Spouse>!$_', '_$!<Friend>!$_')
      .replace(/item2.*\r\n/g, '')
      .replace('END:VCARD', 'X-ANNIVERSARY:20100507\r\nX-SPOUSE:Joe\r\nEND:VCARD'),
  );
  const written = here.read('apple.vcf');
  await inStep();
  expect(here.read('apple.vcf')).toBe(written);
  expect(labelled('Anniversary', 'Spouse')).toEqual(['2010-05-07', 'Joe']);
  const table = there.read('google.csv');
  expect(table).toContain('Friend,Jane Roe');
  expect(table).not.toContain('First met');
  expect(table.match(/Anniversary/g)).toHaveLength(1);
  const later = there.read('later.vcf');
  expect(later.match(/ANNIVERSARY|X-ABDATE/g)).toEqual(['ANNIVERSARY']);
  expect(later).toContain('RELATED;TYPE=spouse;VALUE=text:Joe\r\n');
  expect(await anna.conflicts()).toEqual([]);
});

it('quiet rounds write nothing', async () => {
  const texts = (): readonly string[] => [here.read('apple.vcf'), there.read('google.csv'), there.read('later.vcf')];
  const before = texts();
  for (let round = 0; round < 3; round++) await inStep();
  expect(texts()).toEqual(before);
});

it('a card and a row that meet as one person have each day once, and labels that mean the same are no question', async () => {
  const own = new Folder('carl');
  const carl = await Device.start('carl');
  try {
    own.write(
      'google.csv',
      [
        'First Name,Last Name,E-mail 1 - Label,E-mail 1 - Value,Event 1 - Label,Event 1 - Value,Event 2 - Label,Event 2 - Value,Relation 1 - Label,Relation 1 - Value,Relation 2 - Label,Relation 2 - Value',
        'Ana,García,Home,ana@x.org,Anniversary,2010-05-06,First met,2008-02-03,Spouse,Jane Doe,Mother,Mary Doe',
        '',
      ].join('\r\n'),
    );
    own.write('apple.vcf', APPLE.replace('item1', 'EMAIL:ana@x.org\r\nitem1'));
    const before = own.read('apple.vcf');
    const { collection } = await carl.ask<AddedView>('add', own.path('google.csv'), '--format', 'csv-google');
    await carl.sync();
    await carl.ask('source', collection, '--add', own.path('apple.vcf'));
    for (let round = 0; round < 3; round++) await carl.sync();
    expect(await carl.conflicts()).toEqual([]);
    expect(own.read('apple.vcf')).toBe(before);
    own.write('google.csv', own.read('google.csv').replace('2010-05-06', '2010-05-08').replace('2008-02-03', ''));
    for (let round = 0; round < 2; round++) await carl.sync();
    const days = own.read('apple.vcf').match(/X-ABDATE.*(?=\r)/g);
    expect(days).toEqual(['X-ABDATE;type=pref:2010-05-08']);
  } finally {
    await end(carl);
  }
});
