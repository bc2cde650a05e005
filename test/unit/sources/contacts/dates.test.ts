import { describe, expect, it } from 'vitest';
import { dateCodec, datePartsCodec } from '../../../../src/main/sources/contacts/cells/dates.ts';

const american = dateCodec('american');
const iso = dateCodec('iso');
const read = (cell: string) => iso.fromTexts([cell]);

describe('a day in a cell', () => {
  it.each([
    ['2015-06-20', { year: 2015, month: 6, day: 20 }],
    ['2015/6/20', { year: 2015, month: 6, day: 20 }],
    ['20.6.2015', { year: 2015, month: 6, day: 20 }],
    ['6/7/2015', { year: 2015, month: 6, day: 7 }],
    ['20/6/2015', { year: 2015, month: 6, day: 20 }],
    ['--06-20', { month: 6, day: 20 }],
    ['30.2.2015', { text: '30.2.2015' }],
    ['in June', { text: 'in June' }],
  ])('%s is read', (cell, date) => expect(read(cell)).toEqual({ date }));
  it('is none where Outlook says so', () => expect(['0/0/00', '00.00.0000'].map(read)).toEqual([null, null]));

  it.each([
    ['20.06.2015', '6/25/2015', '25.06.2015'],
    ['20/6/2015', '6/25/2015', '25/6/2015'],
    ['20/6/2015', '6/7/2015', '6/7/2015'],
    ['2015-06-20', '6/25/2015', '2015-06-25'],
    ['06/20/2015', '6/20/2015', '06/20/2015'],
    ['6/20/2015', '6/25/2015', '6/25/2015'],
    ['in June', '6/25/2015', '6/25/2015'],
  ])('that stands as %s, and becomes %s, is written %s', (now, text, written) => {
    expect(american.like?.(0, now, text)).toBe(written);
  });

  it('without its year has no place where a program wants one', () => {
    const value = { date: { month: 6, day: 20 } };
    expect([american.toTexts(value, ['']), iso.toTexts(value, [''])]).toEqual([null, ['--06-20']]);
  });
});

it('a day in three cells may lack some of its parts, and is none where one of them is no number', () => {
  const parts = (...texts: readonly string[]) => datePartsCodec.fromTexts(texts);
  expect(parts('', '6', '20')).toEqual({ date: { month: 6, day: 20 } });
  expect([parts('1990', '', ''), parts('', '', '31')]).toEqual([{ date: { year: 1990 } }, { date: { day: 31 } }]);
  expect([parts('1990', '6', 'x'), parts('', '2', '30'), parts('', '', '')]).toEqual([null, null, null]);
});
