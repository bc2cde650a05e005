import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES, type Change } from '../../../src/main/change-log/change.ts';
import { openBody } from '../../../src/main/change-log/open-body.ts';
import { decodeBody, encodeBody, type PackageName } from '../../../src/main/change-log/package-body.ts';
import { actionOf } from '../../../src/main/history/change-view.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { type Dot, dotOf, fieldName, indexOf, packageRowOf, recordId } from '../../../src/main/record/ids.ts';

const nameOf = (dot: Dot) => ({
  name: { log: packageRowOf(dot).toString(16).padStart(16, '0'), number: 3, hash: 'ab'.repeat(8) },
  index: indexOf(dot),
});
const dotIn = (name: PackageName, index: number): Dot => dotOf(Number.parseInt(name.log, 16), index);

const dots = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 255 })).map(([row, index]) => dotOf(row, index)),
  { maxLength: 3 },
);
const value = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
  fc.dictionary(fc.string(), fc.array(fc.integer())),
);
const change: fc.Arbitrary<Change> = fc
  .record({
    record: fc.string({ minLength: 1, maxLength: 30 }).map(recordId),
    cause: fc.constantFrom(...CAUSES),
    fields: fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== EXISTS && name !== 'entry'),
      { maxLength: 4 },
    ),
    values: fc.array(value, { minLength: 4, maxLength: 4 }),
    replaced: dots,
    exists: fc.boolean(),
    moved: fc.constantFrom<'movedTo' | 'movedFrom' | null>('movedTo', 'movedFrom', null),
  })
  .map(({ record, cause, fields, values, replaced, exists, moved }) => ({
    record,
    cause,
    writes: [
      ...fields.map((name, at) => ({ field: fieldName(name), value: values[at] ?? null, replaces: replaced })),
      { field: EXISTS, value: exists, replaces: replaced },
    ],
    ...(moved === null ? {} : { [moved]: recordId('elsewhere') }),
  }));

/** Adds and deletes for the most part, some of which say that a contact is another one. */
const plainChange: fc.Arbitrary<Change> = fc
  .record({
    record: fc.string({ minLength: 1, maxLength: 30 }).map(recordId),
    cause: fc.constantFrom(...CAUSES),
    fields: fc.uniqueArray(
      fc.constantFrom('name', 'phones/1', 'aliasOf', 'matchedBy', 'also/0a', 'apart/0a', 'matched', 'also'),
      { maxLength: 3 },
    ),
    value: fc.constantFrom(null, 'x', ['e-mail'], { record: 'b', by: ['e-mail'] }),
    replaced: fc.oneof(fc.constant([]), fc.constant([]), dots),
    existed: fc.oneof(fc.constant([]), fc.constant([]), dots),
    exists: fc.boolean(),
    moved: fc.constantFrom<'movedTo' | 'movedFrom' | null>('movedTo', 'movedFrom', null, null, null),
  })
  .map(({ record, cause, fields, value: written, replaced, existed, exists, moved }) => ({
    record,
    cause,
    writes: [
      ...fields.map((name) => ({ field: fieldName(name), value: written, replaces: replaced })),
      { field: EXISTS, value: exists, replaces: existed },
    ],
    ...(moved === null ? {} : { [moved]: recordId('elsewhere') }),
  }));

describe('an opened body', () => {
  it('has the changes that decoding the whole gives, in any order of asking', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const body = encodeBody(changes, nameOf);
        const whole = decodeBody(body, dotIn);
        const opened = openBody(body, dotIn);
        expect(opened.count).toBe(changes.length);
        for (let index = changes.length - 1; index >= 0; index--) {
          expect(opened.endsMove(index)).toBe(changes[index]?.movedTo !== undefined);
          expect(opened.at(index)).toEqual(whole[index]);
          expect(opened.at(index)).toBe(opened.at(index));
        }
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('outlines what history says of a change that it decoded', () => {
    const seen = new Map<string | null, number>();
    fc.assert(
      fc.property(fc.array(plainChange, { maxLength: 20 }), (changes) => {
        const opened = openBody(encodeBody(changes, nameOf), dotIn);
        changes.forEach((each, index) => {
          const plain = opened.outline(index);
          seen.set(plain, (seen.get(plain) ?? 0) + 1);
          // What is told plainly needs nothing of the collection.
          if (plain !== null) expect(plain).toBe(actionOf({} as never, 0 as Dot, each));
        });
      }),
      { numRuns: 300, seed: 12 },
    );
    expect(new Set(seen.keys())).toEqual(new Set(['add', 'delete', 'move', null]));
  });

  it('refuses what is cut off', () => {
    const body = encodeBody(
      [{ record: recordId('a'), cause: 'source', writes: [{ field: EXISTS, value: true, replaces: [] }] }],
      nameOf,
    );
    for (let length = 0; length < body.length - 3; length++)
      expect(() => openBody(body.subarray(0, length), dotIn), `${length}`).toThrow(RangeError);
  });
});
