import { describe, expect, it } from 'vitest';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { ENTRY, EXISTS, MODIFIED } from '../../../src/main/record/file-entry.ts';
import type { FieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { heldAfter, heldOf, isAsShown } from '../../../src/main/snapshot/held.ts';
import {
  byNumber,
  change,
  deletes,
  digestA2,
  dot,
  entryA,
  entryA2,
  fileA,
  fileA2,
  held,
  sets,
  state,
  write,
} from '../../fakes/tiny-records.ts';

const live = state({ exists: [[true, 1]], entry: [[entryA, 1]] });
const deleted = state({ exists: [[false, 2]], entry: [[entryA, 1]] });
const heldA = held({ exists: [true, 1], entry: [entryA, 1] });

describe('what a source holds', () => {
  it('is nothing of a record it has no snapshot of', () => {
    expect(heldOf('files', live, undefined, byNumber)).toBeNull();
  });
  it('is the tombstone of a deleted one, so that making it anew is no conflict', () => {
    expect(heldOf('files', deleted, undefined, byNumber)).toEqual(held({ exists: [false, 2], entry: [entryA, 1] }));
  });
  it('is all of the tombstone where values beside each other were deleted: none of them comes back with what is made anew', () => {
    const both = state({
      exists: [[false, 6]],
      entry: [
        [entryA, 1],
        [entryA2, 5],
      ],
    });
    for (const stored of [undefined, null, held({ exists: [false, 6], entry: [entryA2, 5] })]) {
      const found = heldOf('files', both, stored, byNumber);
      expect(found?.get(EXISTS)).toEqual({ value: false, dots: [dot(6)] });
      expect([...(found?.get(ENTRY)?.dots ?? [])].sort()).toEqual([dot(1), dot(5)].sort());
    }
    // What is still to be deleted there is what it was.
    expect(heldOf('files', both, heldA, byNumber)).toBe(heldA);
  });
  it('is what the record shows where the snapshot says so', () => {
    const open = state({
      exists: [[true, 1]],
      entry: [
        [entryA, 1],
        [entryA2, 5],
      ],
    });
    expect(heldOf('files', open, null, byNumber)).toEqual(held({ exists: [true, 1], entry: [entryA2, 5] }));
  });
  it('is what is stored, whatever the record is now', () => {
    expect(heldOf('files', deleted, heldA, byNumber)).toBe(heldA);
  });
});

describe('what it holds after a change of its own', () => {
  const at = dot(9);
  it('is what it wrote, by that change, and what it left, by the old ones', () => {
    const before = held({ exists: [true, 1], entry: [entryA, 1], modified: [5, 3] });
    expect(heldAfter('files', before, sets(entryA2, 1), new Map([...fileA2, [MODIFIED, 5]]), at)).toEqual(
      held({ exists: [true, 9], entry: [entryA2, 9], modified: [5, 3] }),
    );
  });
  it('is all its own where it held nothing', () => {
    expect(heldAfter('files', null, sets(entryA), fileA, at)).toEqual(held({ exists: [true, 9], entry: [entryA, 9] }));
  });
  it('is not there after a delete, and the other fields still shown', () => {
    expect(heldAfter('files', heldA, deletes(1), null, at)).toEqual(held({ exists: [false, 9], entry: [entryA, 1] }));
  });
  it('takes the form in which the source has a value that means the same', () => {
    const chunked = { ...entryA, chunks: digestA2 };
    const touched = change(write(MODIFIED, 8), write(EXISTS, true, 1));
    expect(
      heldAfter(
        'files',
        heldA,
        touched,
        new Map<FieldName, Value>([
          [ENTRY, chunked],
          [MODIFIED, 8],
        ]),
        at,
      ),
    ).toEqual(held({ exists: [true, 9], entry: [chunked, 1], modified: [8, 9] }));
  });
  it('changes nothing it was given', () => {
    const copy = structuredClone(heldA);
    heldAfter('files', heldA, sets(entryA2, 1), fileA2, at);
    expect(heldA).toEqual(copy);
  });
});

describe('a source shows just the record', () => {
  const rows: readonly [string, boolean, Held][] = [
    ['with its values and dots', true, heldA],
    ['in any order of fields', true, held({ entry: [entryA, 1], exists: [true, 1] })],
    [
      'with a value that means the same',
      true,
      held({ exists: [true, 1], entry: [{ ...entryA, chunks: digestA2 }, 1] }),
    ],
    ['not with another value', false, held({ exists: [true, 1], entry: [entryA2, 1] })],
    ['not with another dot', false, held({ exists: [true, 1], entry: [entryA, 2] })],
    ['not with a dot less', false, held({ exists: [true], entry: [entryA, 1] })],
    ['not with a dot more', false, held({ exists: [true, 1, 2], entry: [entryA, 1] })],
    ['not with a field less', false, held({ exists: [true, 1] })],
    ['not with a field more', false, held({ exists: [true, 1], entry: [entryA, 1], modified: [1, 1] })],
    ['not with another field in its place', false, held({ exists: [true, 1], modified: [1, 1] })],
  ];
  it.each(rows)('%s: %s', (_, expected, holds) => {
    expect(isAsShown('files', holds, live, byNumber)).toBe(expected);
  });
  it('with the dots of one value in any order', () => {
    const two = state({ exists: [[true, 1, 2]], entry: [[entryA, 2, 1]] });
    expect(isAsShown('files', held({ exists: [true, 2, 1], entry: [entryA, 1, 2] }), two, byNumber)).toBe(true);
  });
  it('never in a conflict: what it holds has to be written down', () => {
    const open = state({
      exists: [[true, 1]],
      entry: [
        [entryA, 1],
        [entryA2, 5],
      ],
    });
    expect(isAsShown('files', held({ exists: [true, 1], entry: [entryA2, 5] }), open, byNumber)).toBe(false);
  });
  it('beside values that merge to the larger, with the dots of all', () => {
    const times = state({
      exists: [[true, 1]],
      entry: [[entryA, 1]],
      modified: [
        [7, 1],
        [9, 2],
      ],
    });
    const shows = (...dots: number[]) => held({ exists: [true, 1], entry: [entryA, 1], modified: [9, ...dots] });
    expect([isAsShown('files', shows(1, 2), times, byNumber), isAsShown('files', shows(2), times, byNumber)]).toEqual([
      true,
      false,
    ]);
  });
  it('is what it holds, said by the record itself', () => {
    for (const each of [live, deleted])
      expect(isAsShown('files', heldOf('files', each, null, byNumber)!, each, byNumber)).toBe(true);
  });
});
