import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/main/record/value.ts';
import { csvFormat } from '../../src/main/sources/contacts/csv/csv-format.ts';
import { CSV_LAYOUTS } from '../../src/main/sources/contacts/csv/layouts.ts';
import { ldifFormat } from '../../src/main/sources/contacts/ldif/ldif-format.ts';
import type { TextFormat } from '../../src/main/sources/text/text-format.ts';
import { anyContact } from '../fakes/arbitrary-contacts.ts';
import { differs, lawBroken, readAll, withNew } from '../fakes/text-format-laws.ts';

const RUNS = { numRuns: 150, seed: 20_260_101 };
const FORMATS: readonly (readonly [string, TextFormat])[] = [
  ...CSV_LAYOUTS.map(({ name }) => [name, csvFormat(name)] as const),
  ['ldif', ldifFormat],
];

describe.each(FORMATS)('%s', (_name, format) => {
  it('keeps the laws of a format for any contact', () => {
    fc.assert(
      fc.property(anyContact, (full) => {
        expect(lawBroken(format, full)).toBe(null);
      }),
      RUNS,
    );
  });

  it('brings an item to hold anything it can hold, and leaves the items beside it byte for byte', () => {
    fc.assert(
      fc.property(anyContact, anyContact, anyContact, (a, b, c) => {
        const [first, second, third] = [a, b, c].map((full) => format.project(full)) as [Fields, Fields, Fields];
        const bytes = [first, second].reduce((text, fields) => withNew(format, text, fields), format.empty());
        const text = format.split(bytes);
        expect(text.items).toHaveLength(2);
        const [before] = readAll(format, text, [first, second]) as [Fields];
        const [item, other] = text.items;
        const written = format.write(text, [{ item: item ?? null, before, after: third, uid: 'a' }]);
        const after = format.split(written);
        expect(after.items).toHaveLength(2);
        expect(after.damaged).toEqual([]);
        const [now] = readAll(format, after, [third, second]) as [Fields];
        expect(differs(now, third)).toBe(null);
        const bytesOf = (all: Uint8Array, { start, end } = { start: 0, end: 0 }) =>
          Buffer.from(all.subarray(start, end));
        expect(bytesOf(written, after.items[1]?.spans[0])).toEqual(bytesOf(bytes, other?.spans[0]));
        const removed = format.write(after, [{ item: after.items[0] ?? null, before: now, after: null, uid: 'a' }]);
        expect(Buffer.from(removed)).toEqual(Buffer.from(withNew(format, format.empty(), second)));
      }),
      RUNS,
    );
  });
});
