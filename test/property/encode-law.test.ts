import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressBody, decompressBody } from '../../src/main/change-log/compress-body.ts';
import { makePackage, readPackage } from '../../src/main/change-log/package.ts';
import { decodeBody, encodeBody, type PackageName } from '../../src/main/change-log/package-body.ts';
import type { RecordState } from '../../src/main/merge/record-state.ts';
import { packValue, unpackValue } from '../../src/main/record/encode-value.ts';
import { EXISTS } from '../../src/main/record/file-entry.ts';
import { type Dot, dotOf, fieldName, indexOf, packageRowOf } from '../../src/main/record/ids.ts';
import { equalValues } from '../../src/main/record/value.ts';
import { decodeHeld, decodeState, encodeHeld, encodeState } from '../../src/main/store/encode-state.ts';
import { GOLDEN_HEAD, GOLDEN_SIGNATURE } from '../fakes/golden-package.ts';
import { anyChange, anyDots, anyEntry, anyValue, RUNS } from './arbitrary-changes.ts';

const nameOf = (dot: Dot): { name: PackageName; index: number } => ({
  name: {
    log: packageRowOf(dot).toString(16).padStart(16, '0'),
    number: 1 + (packageRowOf(dot) % 1000),
    hash: 'ab'.repeat(8),
  },
  index: indexOf(dot),
});
const dotIn = (name: PackageName, index: number): Dot => dotOf(Number.parseInt(name.log, 16), index);

const siblings = fc.array(
  fc.record({ value: fc.oneof(anyValue, anyEntry), dots: anyDots.filter((dots) => dots.length > 0) }),
  { minLength: 1, maxLength: 3 },
);
const names = fc.oneof(
  fc.constantFrom('entry', 'executable', 'modified', 'emails/e1'),
  fc.string({ minLength: 1, maxLength: 8 }),
);
/** Any state a record can be in: whether it is there is always said. */
const anyState: fc.Arbitrary<RecordState> = fc
  .record({
    others: fc.uniqueArray(fc.tuple(names.filter((name) => name !== 'exists').map(fieldName), siblings), {
      maxLength: 5,
      selector: ([name]) => name,
    }),
    exists: fc.array(fc.record({ value: fc.boolean(), dots: anyDots.filter((dots) => dots.length > 0) }), {
      minLength: 1,
      maxLength: 2,
    }),
    superseded: fc.uniqueArray(
      fc.tuple(
        names.map(fieldName),
        anyDots.filter((dots) => dots.length > 0),
      ),
      { maxLength: 2, selector: ([name]) => name },
    ),
  })
  .map(({ others, exists, superseded }) => ({
    fields: new Map([...others, [EXISTS, exists] as const]),
    superseded: new Map(superseded),
  }));

describe('what is encoded and decoded is the same', () => {
  it('of changes, dot by dot', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 8 }), (changes) => {
        const body = decompressBody(compressBody(encodeBody(changes, nameOf)));
        expect(decodeBody(body, dotIn)).toEqual(changes);
      }),
      RUNS,
    );
  });

  it('of the same changes always in the same bytes', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 4 }), (changes) => {
        expect(encodeBody(structuredClone(changes), nameOf)).toEqual(encodeBody(changes, nameOf));
      }),
      { ...RUNS, numRuns: RUNS.numRuns / 5 },
    );
  });

  it('of values, whatever the field', () => {
    fc.assert(
      fc.property(fc.oneof(anyValue, anyEntry), names.map(fieldName), (value, name) => {
        const entryLike = Array.isArray(value);
        if (entryLike && name === 'entry') return;
        expect(equalValues(unpackValue(name, packValue(name, value)), value)).toBe(true);
      }),
      RUNS,
    );
  });

  it('of states, and of what sources hold', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(decodeState(encodeState(state))).toEqual(state);
        const held = new Map([...state.fields].map(([field, values]) => [field, values[0]!]));
        expect(decodeHeld(encodeHeld(held))).toEqual(held);
      }),
      RUNS,
    );
  });

  it('of packages, signature and body included', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.maxSafeInteger().map((each) => Math.abs(each)),
        (body, time) => {
          const made = makePackage({ ...GOLDEN_HEAD, time }, body, () => GOLDEN_SIGNATURE);
          expect(readPackage(made.bytes)).toEqual(made);
        },
      ),
      { ...RUNS, numRuns: RUNS.numRuns / 5 },
    );
  });
});

describe('bytes of a stranger', () => {
  it('are a body, or refused as one: nothing else is thrown', () => {
    const seeds = fc.array(anyChange, { minLength: 1, maxLength: 3 }).map((changes) => encodeBody(changes, nameOf));
    const mutated = fc
      .tuple(seeds, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([bytes, edits]) => {
        const copy = Uint8Array.from(bytes);
        for (const [at, byte] of edits) copy[at % copy.length] = byte;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        try {
          for (const change of decodeBody(bytes, dotIn))
            expect('invalid' in change || change.writes.at(-1)?.field === EXISTS).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(() => readPackage(bytes)).toThrow(RangeError);
      }),
      RUNS,
    );
  });
});
