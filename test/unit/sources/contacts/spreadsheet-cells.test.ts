import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../../src/main/record/value.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import { saysInSpreadsheet } from '../../../../src/main/sources/contacts/csv/spreadsheet-cells.ts';

const google = csvFormat('csv-google');
const HEADER =
  'First Name,Last Name,Birthday,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Street,Address 1 - City,Address 1 - Postal Code\r\n';
const row = (...cells: readonly string[]): string => `${HEADER}${cells.join(',')}\r\n`;
const WAS = row(
  'Ana',
  'Lee',
  '1980-01-05',
  'Mobile',
  '+491701234500',
  'Work',
  '0301234567',
  'Home',
  'Ring 1',
  'Town',
  '01067',
);
/** As LibreOffice 7.4 saves it, which was told of no column that it is text. */
const SAVED = row(
  'Ana',
  'Lee',
  '1980-01-05',
  'Mobile',
  '491701234500',
  'Work',
  '301234567',
  'Home',
  'Ring 1',
  'Town',
  '1067',
);

function fieldsOf(table: string, previous: string | null): Fields {
  const split = google.split(Buffer.from(table));
  const [item] = split.items;
  if (item === undefined) throw new Error('no row');
  return google.read(split, item, previous === null ? null : fieldsOf(previous, null));
}

describe('a table that was opened in a spreadsheet', () => {
  it('says what it said before', () => {
    expect(fieldsOf(SAVED, null)).not.toEqual(fieldsOf(WAS, null));
    expect(fieldsOf(SAVED, WAS)).toEqual(fieldsOf(WAS, null));
    const german = SAVED.replace('1980-01-05', '05.01.1980').replace('491701234500', '4.91701E+11');
    expect(fieldsOf(german, WAS)).toEqual(fieldsOf(WAS, null));
  });
  it('says what was edited there, and nothing else', () => {
    const edited = SAVED.replace('Town', 'City').replace('301234567', '309999999');
    const should = WAS.replace('Town', 'City').replace('0301234567', '309999999');
    expect(fieldsOf(edited, WAS)).toEqual(fieldsOf(should, WAS));
  });
  it('is none where somebody took the plus away by hand: what stands beside it has its own still', () => {
    const byHand = WAS.replace('+4917', '4917');
    expect(fieldsOf(byHand, WAS)).toEqual(fieldsOf(byHand, null));
    expect(fieldsOf(byHand, WAS)).not.toEqual(fieldsOf(WAS, null));
  });
  it('has its numbers back with the next write into their row', () => {
    const split = google.split(Buffer.from(SAVED));
    const [item] = split.items;
    const before = fieldsOf(SAVED, WAS);
    const after = google.project(fieldsOf(WAS.replace('Ana', 'Anna'), WAS));
    const written = google.write(split, [{ item: item ?? null, before, after, uid: 'u' }]);
    expect(Buffer.from(written).toString()).toBe(WAS.replace('Ana', 'Anna'));
  });
});

it.each([
  ['+491701234500', '491701234500', true],
  ['01067', '1067', true],
  ['+491701234500', '4.91701E+11', true],
  ['+491701234500', '4,917E+11', true],
  ['491701234500123', '4.91701E+14', true],
  ['+491701234500', '4.91702E+11', false],
  ['+491701234500', '4.91701E+12', false],
  ['+491701234500', '491701234501', false],
  ['+49 170 1234500', '491701234500', false],
  ['1067', '01067', false],
  ['01067', '01067', false],
  ['01067', '', false],
  ['1980-01-05', '1/5/1980', true],
  ['01/05/1980', '80-01-05', true],
  ['1980-01-05', '1980-05-01', false],
  ['1980-01-05', '01.05.1980', false],
  ['1980-01-05', '06/01/1980', false],
  ['1980-01-05', '05/01/1981', false],
  ['01/05/1980', '05/01/1980', false],
])('of %s a spreadsheet makes %s: %s', (before, cell, is) => {
  expect(saysInSpreadsheet(before, cell)).toBe(is);
});
