import { expect, it, vi } from 'vitest';
import { numbersFor, withNumbersHere, writeNumbers } from '../../../src/contract/number-text.ts';
import { counted } from '../../../src/contract/overall-state.ts';
import { byteSize } from '../../../src/renderer/components/byte-size.ts';
import { localNumber } from '../../../src/renderer/components/locale.ts';
import { SETTING_GROUPS, settingToText, textToSetting } from '../../../src/renderer/settings/setting-fields.ts';

vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['de-DE'] }));

it('sentences that the command line has too are in English, until a window says for whom they are', () => {
  expect(counted(12_431, 'item')).toBe('12,431 items');
  writeNumbers(localNumber);
  expect(counted(12_431, 'item')).toBe('12.431 items');
  expect(counted(1, 'item')).toBe('1 item');
});

it('sizes have the point of there', () => {
  expect([812, 1_500, 99_400, 99_500, 2_000_000, 999_950_000].map(byteSize)).toEqual([
    '812 B',
    '1,5 kB',
    '99,4 kB',
    '100 kB',
    '2 MB',
    '1 GB',
  ]);
});

it('what is typed is read as it was shown', () => {
  const share = SETTING_GROUPS.flatMap(({ fields }) => fields).find(({ unit }) => unit === 'share');
  if (share === undefined) throw new Error('no setting is a share');
  expect(settingToText(share, 0.125)).toBe('12,5');
  expect(textToSetting(share, '12,5')).toEqual({ value: '0.125' });
});

it('of what the engine says the counts are written so, and no number that may be part of a name', () => {
  writeNumbers(localNumber);
  expect(withNumbersHere('7,990 of 8,312 items are gone. Put 1,000 back.')).toBe(
    '7.990 of 8.312 items are gone. Put 1,000 back.',
  );
  expect(withNumbersHere('1,200 new conflicts. Every version is kept')).toBe(
    '1.200 new conflicts. Every version is kept',
  );
  expect(withNumbersHere('/data/1,234 items: 1,200 of 1,300 items are gone')).toBe(
    '/data/1,234 items: 1.200 of 1.300 items are gone',
  );
  for (const name of ['/data/1,234 pictures is not there', '1,234 cats.txt was deleted on another device'])
    expect(withNumbersHere(name)).toBe(name);
});

it('whatever language comes first its numbers are written, in these digits', () => {
  expect([['de-AT'], ['fr-FR'], ['en-IN'], []].map((languages) => numbersFor(languages)(1_234_567.5))).toEqual([
    '1\u00a0234\u00a0567,5',
    '1\u202f234\u202f567,5',
    '12,34,567.5',
    '1,234,567.5',
  ]);
});
