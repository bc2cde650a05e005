import { expect, it } from 'vitest';
import {
  type FoundInRecord,
  findIn,
  foundWords,
  type Search,
  searchOf,
} from '../../../src/main/browse/search-fields.ts';
import { type FieldName, fieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';

/** How a note is shown in which this is found. */
function shown(note: string, search: string): string | undefined {
  const wanted = searchOf(search) as Search;
  const found = findIn(wanted, 'Somebody', new Map([[fieldName('notes/n'), { text: note }]]));
  return found === null ? undefined : foundWords(found, wanted)?.text;
}

it.each([
  ['after a long word', `${'x'.repeat(200)}needle in it`, 'needle', 'needle in it'],
  [
    'in a long word',
    `see https://example.org/${'y'.repeat(200)}/needle/${'z'.repeat(200)} there`,
    'needle',
    '/needle/zzz',
  ],
  ['in a text without spaces', `${'東京都千代田区'.repeat(30)}銀座${'東京都'.repeat(30)}`, '銀座', '銀座'],
  ['in letters that are taken apart', `${'한국어 '.repeat(60)}서울 ${'한국어 '.repeat(20)}`, '서울', '서울'],
  ['behind letters of two halves', `${'😀'.repeat(100)}needle`, 'needle', '😀needle'],
])('of a long note that is shown where it is found: %s', (_, note, search, expected) => {
  const text = shown(note, search);
  expect(text).toContain(expected);
  expect(text).toMatch(/^…/);
  expect(text?.isWellFormed()).toBe(true);
});

it('what is found was written by somebody: labels are, words of the format and digests of pictures are not', () => {
  const fields = new Map<FieldName, Value>([
    [fieldName('addresses/a'), { components: [{ kind: 'locality', value: 'Graz' }] }],
    [
      fieldName('media/m'),
      { kind: 'photo', mediaType: 'image/png', data: { content: `abe${'0'.repeat(61)}`, size: 9 } },
    ],
    [fieldName('keywords/Choir'), true],
  ]);
  const found = (search: string) => findIn(searchOf(search) as Search, 'Somebody', fields);
  const says = (search: string): boolean => found(search) !== null;
  expect(['graz', 'choir'].filter(says)).toEqual(['graz', 'choir']);
  expect(['locality', 'photo', 'png', 'abe'].filter(says)).toEqual([]);
  const label = foundWords(found('choir') as FoundInRecord, searchOf('choir') as Search);
  expect(label).toEqual({ label: 'Label', text: 'Choir' });
});
