import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AddedView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

/*
 * What a file says beyond what its format can show of a record stays in it, whatever is changed elsewhere: cards of 3.0 with lines of 4.0, a table with
 * a column for a whole address; and a file of 4.0 with Bert.
 */

const CARD = [
  'BEGIN:VCARD',
  'VERSION:3.0',
  'UID:ana',
  'FN:Ana García',
  'N:García;Ana;;;',
  'TEL;TYPE=CELL:1',
  'ADR;TYPE=HOME;LABEL="High Street 1":;;High Street 1;Town;;;',
  'DEATHDATE:2020-01-02',
  'HOBBY:chess',
  'END:VCARD',
  '',
].join('\r\n');
const TABLE = ['Name,E-mail Address,Notes,Mobile Phone,Home Address', 'Bo,bo@x.org,,2,"9 Way, Town"', ''].join('\r\n');

let anna: Device;
let bert: Device;
let here: Folder;
let there: Folder;
beforeAll(async () => {
  [anna, bert] = await Promise.all([Device.start('anna'), Device.start('bert')]);
  [here, there] = [new Folder('anna'), new Folder('bert')];
  here.write('old.vcf', CARD);
  here.write('table.csv', TABLE);
  for (const file of ['old.vcf', 'table.csv']) {
    const { collection } = await anna.ask<AddedView>('add', here.path(file));
    const { link } = await anna.ask<{ link: string }>('invite', collection, '--approve-first');
    await bert.ask('join', link, there.path(`${file}.vcf`), '--format', 'vcard', '--wait');
  }
  await inStep();
});
afterAll(() => end(anna, bert));

async function inStep(): Promise<void> {
  for (const device of [anna, bert, anna]) await device.sync();
}
/** Bert changes a text in one of his files. */
async function change(file: string, from: string, to: string): Promise<void> {
  expect(there.read(file)).toContain(from);
  there.write(file, there.read(file).replace(from, to));
  await inStep();
}

it('lines a version does not know stay when another line changes, again and again', async () => {
  expect(there.read('old.vcf.vcf')).toMatch(/LABEL=High Street 1.*DEATHDATE:20200102.*HOBBY:chess/s);
  await change('old.vcf.vcf', 'TEL;TYPE=cell:1', 'TEL;TYPE=cell:22');
  expect(here.read('old.vcf')).toBe(CARD.replace('CELL:1', 'CELL:22'));
  await change('old.vcf.vcf', 'TEL;TYPE=cell:22', 'TEL;TYPE=cell:333');
  expect(here.read('old.vcf')).toBe(CARD.replace('CELL:1', 'CELL:333'));
});

it('what is deleted of that in the file is deleted everywhere', async () => {
  here.write('old.vcf', here.read('old.vcf').replace('HOBBY:chess\r\n', ''));
  await inStep();
  expect(there.read('old.vcf.vcf')).not.toContain('HOBBY');
  expect(there.read('old.vcf.vcf')).toContain('DEATHDATE:20200102');
});

it('what is changed of that elsewhere goes from the file, which cannot say it, and stays in the record', async () => {
  await change('old.vcf.vcf', 'DEATHDATE:20200102', 'DEATHDATE:20210304');
  expect(here.read('old.vcf')).toBe(
    CARD.replace('CELL:1', 'CELL:333').replace('HOBBY:chess\r\n', '').replace('DEATHDATE:2020-01-02\r\n', ''),
  );
  expect(there.read('old.vcf.vcf')).toContain('DEATHDATE:20210304');
});

it('a cell that holds an address in its own way stays when another cell of its row changes', async () => {
  await change('table.csv.vcf', 'TEL;TYPE=cell:2', 'TEL;TYPE=cell:44');
  expect(here.read('table.csv')).toBe(TABLE.replace(',2,', ',44,'));
});
