import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { applyChange } from '../../../src/main/merge/apply-change.ts';
import { EMPTY_STATE, type RecordState } from '../../../src/main/merge/record-state.ts';
import { ENTRY, EXECUTABLE, EXISTS } from '../../../src/main/record/file-entry.ts';
import {
  change,
  deletes,
  digestA2,
  dot,
  entryA,
  entryA2,
  entryA3,
  sets,
  state,
  write,
} from '../../fakes/tiny-records.ts';

/** Applies changes, each under its own dot, in this order; what is not yet applied is known not to be. */
function merged(start: RecordState, ...changes: readonly (readonly [number, Change])[]): RecordState {
  const applied = new Set<number>();
  for (const siblings of start.fields.values())
    for (const { dots } of siblings) for (const each of dots) applied.add(each);
  return changes.reduce((now, [number, each]) => {
    const next = applyChange('files', now, dot(number), each, (replaced) => applied.has(replaced));
    applied.add(number);
    return next;
  }, start);
}

const first = [1, sets(entryA)] as const;

describe('applying a change', () => {
  it('sets the values of a new record', () => {
    expect(merged(EMPTY_STATE, first)).toEqual(state({ entry: [[entryA, 1]], exists: [[true, 1]] }));
  });

  it('takes away just what it replaces', () => {
    expect(merged(EMPTY_STATE, first, [2, sets(entryA2, 1)])).toEqual(
      state({ entry: [[entryA2, 2]], exists: [[true, 2]] }),
    );
  });

  it('keeps both of two made apart from each other', () => {
    expect(merged(EMPTY_STATE, first, [2, sets(entryA2, 1)], [3, sets(entryA3, 1)])).toEqual(
      state({
        entry: [
          [entryA2, 2],
          [entryA3, 3],
        ],
        exists: [[true, 2, 3]],
      }),
    );
  });

  it('leaves the fields it does not write', () => {
    const executable = change(write(EXECUTABLE, true), write(EXISTS, true, 1));
    expect(merged(EMPTY_STATE, first, [2, executable])).toEqual(
      state({ entry: [[entryA, 1]], exists: [[true, 2]], executable: [[true, 2]] }),
    );
  });

  it('makes one value of two equal in meaning, with the dots of both', () => {
    const chunked = { ...entryA2, chunks: digestA2 };
    expect(merged(EMPTY_STATE, first, [2, sets(entryA2, 1)], [3, sets(chunked, 1)])).toEqual(
      state({ entry: [[entryA2, 2, 3]], exists: [[true, 2, 3]] }),
    );
  });

  it('keeps what is left of such a value where only one of its dots is replaced', () => {
    const shared = state({ entry: [[entryA2, 2, 3]], exists: [[true, 2, 3]] });
    expect(merged(shared, [4, sets(entryA3, 2)])).toEqual(
      state({
        entry: [
          [entryA2, 3],
          [entryA3, 4],
        ],
        exists: [[true, 3, 4]],
      }),
    );
  });

  it('settles a conflict by replacing all its values', () => {
    const open = state({
      entry: [
        [entryA, 2],
        [entryA2, 3],
      ],
      exists: [[true, 2, 3]],
    });
    expect(merged(open, [4, sets(entryA2, 2, 3)])).toEqual(state({ entry: [[entryA2, 4]], exists: [[true, 4]] }));
  });

  it('keeps the other fields of what is deleted', () => {
    expect(merged(EMPTY_STATE, first, [2, deletes(1)])).toEqual(state({ entry: [[entryA, 1]], exists: [[false, 2]] }));
  });

  it('holds a delete beside an edit', () => {
    const both = state({
      entry: [[entryA2, 3]],
      exists: [
        [false, 2],
        [true, 3],
      ],
    });
    expect(merged(EMPTY_STATE, first, [2, deletes(1)], [3, sets(entryA2, 1)])).toEqual(both);
  });

  it('replaces nothing it does not name, whatever arrived before', () => {
    expect(merged(EMPTY_STATE, first, [2, sets(entryA2)])).toEqual(
      state({
        entry: [
          [entryA, 1],
          [entryA2, 2],
        ],
        exists: [[true, 1, 2]],
      }),
    );
  });

  it('changes no state it was given', () => {
    const before = merged(EMPTY_STATE, first);
    const copy = structuredClone(before);
    merged(before, [2, sets(entryA2, 1)]);
    expect(before).toEqual(copy);
  });
});

describe('what is replaced before it is seen', () => {
  it('is remembered', () => {
    expect(merged(EMPTY_STATE, [2, sets(entryA2, 1)])).toEqual(
      state({ entry: [[entryA2, 2]], exists: [[true, 2]] }, { entry: [1], exists: [1] }),
    );
  });

  it('never appears, and is then forgotten', () => {
    expect(merged(EMPTY_STATE, [2, sets(entryA2, 1)], first)).toEqual(
      state({ entry: [[entryA2, 2]], exists: [[true, 2]] }),
    );
  });

  it('is remembered once, by whomever it is replaced', () => {
    const twice = merged(EMPTY_STATE, [2, sets(entryA2, 1)], [3, sets(entryA3, 1)]);
    expect(twice.superseded).toEqual(
      new Map([
        [ENTRY, [1]],
        [EXISTS, [1]],
      ]),
    );
    expect(merged(twice, first).superseded.size).toBe(0);
  });

  it('is remembered once where one change names it twice', () => {
    expect(merged(EMPTY_STATE, [2, sets(entryA2, 1, 1)]).superseded).toEqual(
      new Map([
        [ENTRY, [1]],
        [EXISTS, [1]],
      ]),
    );
  });

  it('takes away only the fields that were replaced', () => {
    const executable = change(write(EXECUTABLE, true), write(EXISTS, true, 1));
    expect(merged(EMPTY_STATE, [2, executable], first)).toEqual(
      state({ executable: [[true, 2]], exists: [[true, 2]], entry: [[entryA, 1]] }),
    );
  });

  it('leaves a field without values where nothing else was written to it', () => {
    const cleared = merged(EMPTY_STATE, [2, change(write(EXISTS, false, 1))], [1, change(write(EXISTS, true))]);
    expect(cleared).toEqual(state({ exists: [[false, 2]] }));
  });

  it('never appears, where a hostile member has two changes replace each other, and a third', () => {
    const changes = [
      [1, change(write(ENTRY, entryA, 2, 3))],
      [2, change(write(ENTRY, entryA2, 1))],
      [3, change(write(ENTRY, entryA3))],
    ] as const;
    for (const [a, b, c] of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const)
      expect(merged(EMPTY_STATE, changes[a], changes[b], changes[c])).toEqual(EMPTY_STATE);
  });

  it('costs no more than its length, however many dots a hostile member names', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => 10 + at);
    const others = many.map((each) => each + many.length);
    let looks = 0;
    const counted = (numbers: readonly number[]) => numbers.map(dot);
    const named = (numbers: readonly number[]) => change({ field: ENTRY, value: entryA, replaces: counted(numbers) });
    const isApplied = () => {
      looks++;
      return false;
    };
    const one = applyChange('files', EMPTY_STATE, dot(1), named(many), isApplied);
    const two = applyChange('files', one, dot(2), named(others), isApplied);
    expect(two.superseded.get(ENTRY)).toHaveLength(200_000);
    expect(looks).toBe(200_000);
  });
});

describe('the larger of two', () => {
  it('is kept beside the smaller: nobody is asked, and both are known', () => {
    const modified = (value: number) => change(write('modified', value, 1), write(EXISTS, true, 1));
    const start = state({ modified: [[5, 1]], exists: [[true, 1]] });
    expect(merged(start, [2, modified(9)], [3, modified(7)])).toEqual(
      state({
        modified: [
          [9, 2],
          [7, 3],
        ],
        exists: [[true, 2, 3]],
      }),
    );
  });
});
