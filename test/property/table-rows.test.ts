import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowOf, splitCsv, textsOf, textsOfItem } from '../../src/main/sources/contacts/csv/csv-text.ts';
import { csvLayoutNamed } from '../../src/main/sources/contacts/csv/layouts.ts';

const layout = csvLayoutNamed('csv-google');
const part = fc.constantFrom('', 'a', '"', '""', ',', ';', ' ', '\r\n', '\r', '\n', 'é', '太郎', '😀', ' ::: ', 'Ann');
const raw = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
const cell = fc.oneof(
  raw.map((text) => text.replace(/["\r\n,;]/g, '')),
  raw.map((text) => `"${text.replaceAll('"', '""')}"`),
);
const row = fc.array(cell, { minLength: 1, maxLength: 9 });
const anyEncoding = fc.constantFrom<(text: string) => Buffer>(
  (text) => Buffer.from(text),
  (text) => Buffer.from(`\uFEFF${text}`),
  (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  (text) => Buffer.from(text, 'latin1'),
  // One byte that is no UTF-8 among others that are.
  (text) => Buffer.concat([Buffer.from(text), Buffer.of(0xfc)]),
);

describe('the cells of a row', () => {
  it('say the same, whether they are looked for in its text or among its bytes', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 5 }),
        anyEncoding,
        fc.constantFrom(',', ';'),
        fc.constantFrom('\r\n', '\n', '\r'),
        (rows, encode, delimiter, lineEnd) => {
          const header = ['First Name', 'Last Name', 'Notes', 'Labels', 'Nickname'].join(delimiter);
          const lines = [header, ...rows.map((cells) => cells.join(delimiter))];
          const text = splitCsv(encode(lines.join(lineEnd)), layout);
          for (const item of text.items) {
            const among = textsOf(text, rowOf(text, item));
            const { raw: inText, row: plain } = textsOfItem(text, item);
            for (let at = 0; at < Math.max(among.length, inText.length); at++) {
              expect(inText[at] ?? '').toBe(among[at] ?? '');
              expect(plain[at] ?? '').toBe((among[at] ?? '').replace(/\r\n?/g, '\n'));
            }
          }
        },
      ),
      { numRuns: 500, seed: 20_260_101 },
    );
  });
});
