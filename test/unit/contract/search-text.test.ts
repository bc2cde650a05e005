import { expect, it } from 'vitest';
import { foundIn, searchWords } from '../../../src/contract/search-text.ts';

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
  ['nothing', 'else', 'nothing'],
  ['nothing', ' ', 'nothing'],
])('%s: %s is found', (text, search, expected) => expect(marked(text, search)).toBe(expected));
