import fc from 'fast-check';
import { CAUSES, type Change, type FieldWrite } from '../../src/main/change-log/change.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileFields, MODIFIED } from '../../src/main/record/file-entry.ts';
import { type Dot, dotOf, type FieldName, fieldName, recordId } from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';
import { digestA, digestA2, digestA3, directory, entryA, entryA2, RECORD } from '../fakes/tiny-records.ts';

/** Runs of every property here; the seed is fixed, so that a failure is there again the next time. */
export const RUNS = { numRuns: Number(process.env.LOCKSTEP_RUNS ?? 1000), seed: 20_260_101 };

/** Plain values of any shape, as far as CBOR tells them apart. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (Object.is(each, -0) ? 0 : each)),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 3 }),
    // The one name no plain object can hold as its own.
    fc.dictionary(
      fc.string({ maxLength: 5 }).filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).value;

export const anyEntry: fc.Arbitrary<Value> = fc.oneof(
  fc.record({
    type: fc.constant('file'),
    digest: fc.constantFrom(digestA, digestA2, digestA3),
    size: fc.maxSafeInteger().map(Math.abs),
  }),
  fc.constant({ ...entryA, chunks: digestA2 }),
  fc.constant(directory),
  fc.string({ minLength: 1, maxLength: 10 }).map((target) => ({ type: 'symlink', target })),
);

const anyDot: fc.Arbitrary<Dot> = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 34 }), fc.nat(255))
  .map(([row, index]) => dotOf(row, index));
export const anyDots = fc.uniqueArray(anyDot, { maxLength: 4 });

const anyField: fc.Arbitrary<{ field: FieldName; value: Value }> = fc.oneof(
  fc.oneof(anyEntry, fc.constant(null)).map((value) => ({ field: ENTRY, value })),
  fc.option(fc.boolean()).map((value) => ({ field: EXECUTABLE, value })),
  fc.option(fc.maxSafeInteger()).map((value) => ({ field: MODIFIED, value })),
  fc.record({
    field: fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((name) => name !== 'exists' && name !== 'entry')
      .map(fieldName),
    value: anyValue,
  }),
);
const anyWrites: fc.Arbitrary<readonly FieldWrite[]> = fc
  .uniqueArray(anyField, { maxLength: 5, selector: ({ field }) => field })
  .chain((fields) => fc.tuple(...fields.map((each) => anyDots.map((replaces) => ({ ...each, replaces })))));

/** A change of any form an author can write. */
export const anyChange: fc.Arbitrary<Change> = fc
  .record({
    record: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map(recordId),
    cause: fc.constantFrom(...CAUSES),
    writes: anyWrites,
    exists: fc.boolean(),
    replaces: anyDots,
    moved: fc.option(
      fc.tuple(fc.constantFrom('movedTo' as const, 'movedFrom' as const), fc.string({ minLength: 1, maxLength: 9 })),
    ),
  })
  .map(({ record, cause, writes, exists, replaces, moved }) => ({
    record,
    cause,
    writes: [...writes, { field: EXISTS, value: exists, replaces }],
    ...(moved === null ? {} : { [moved[0]]: recordId(moved[1]) }),
  }));

/** A file, directory or link as a folder may hold it; null: nothing there. */
export const anyItem: fc.Arbitrary<Fields | null> = fc.oneof(
  fc.constant(null),
  fc.constant(fileFields(directory)),
  fc
    .record({
      entry: fc.constantFrom(entryA, entryA2, { ...entryA, chunks: digestA2 }),
      executable: fc.boolean(),
      modified: fc.nat(5),
    })
    .map(({ entry, ...more }) => fileFields(entry, more)),
);

/** What one of a few devices does to one record: it hears from another, or finds the item changed. */
export type Step =
  | { readonly device: number; readonly from: number }
  | { readonly device: number; readonly now: Fields | null };
export const DEVICES = 3;
const device = fc.nat(DEVICES - 1);
export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(fc.record({ device, from: device }), fc.record({ device, now: anyItem })),
  { maxLength: 14 },
);

export const RECORD_OF_STEPS = RECORD;
