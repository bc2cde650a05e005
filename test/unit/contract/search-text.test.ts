import { expect, it } from 'vitest';
import { foundIn, placeUnfolded, searchWords } from '../../../src/contract/search-text.ts';

const marked = (text: string, search: string): string =>
  foundIn(text, searchWords(search))
    .map(({ text, isFound }) => (isFound ? `[${text}]` : text))
    .join('');

it.each([
  ['Ágnes Kovács', 'agnes', '[Ágnes] Kovács'],
  ['A\u0301gnes', 'agnes', '[A\u0301gnes]'],
  ['Ágnes Kovács', 'KOV ág', '[Ág]nes [Kov]ács'],
  ['banana', 'ana', 'b[ana]na'],
  ['李小龍 😀 Bruce', 'bru', '李小龍 😀 [Bru]ce'],
  ['İstanbul', 'istanbul', '[İstanbul]'],
  ['ΟΔΟΣΤΡΩΤΗΡΑΣ', 'ΟΔΟΣ', '[ΟΔΟΣ]ΤΡΩΤΗΡΑΣ'],
  ['שָׁלוֹם', 'שלום', '[שָׁלוֹם]'],
  ['कमल', 'कि', 'कमल'],
  ['किरण', 'कि', '[कि]रण'],
  ['cafe\u0301 at noon', 'cafe', '[cafe\u0301] at noon'],
  ['한국', '하', '[한]국'],
  ['nothing', 'else', 'nothing'],
  ['nothing', ' ', 'nothing'],
])('%s: %s is found', (text, search, expected) => expect(marked(text, search)).toBe(expected));

it.each([
  ['Ágnes', [0, 1, 2]],
  ['A\u0301gnes', [0, 2, 3]],
  ['İs', [0, 1, 2]],
  ['한국', [0, 0, 0, 1]],
  ['plain', [0, 1, 2]],
])('letters of %s stand where those of the folded text are from', (text, places) => {
  expect(places.map((_, at) => placeUnfolded(text, at))).toEqual(places);
});
