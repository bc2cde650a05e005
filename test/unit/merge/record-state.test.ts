import { describe, expect, it } from 'vitest';
import { conflictFields, dotsStoodFor, isLive, shownFields } from '../../../src/main/merge/record-state.ts';
import { EXISTS, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { type Dot, fieldName } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { byNumber, entryA, entryA2, held, state } from '../../fakes/tiny-records.ts';

const shown = (fields: Parameters<typeof state>[0], order = byNumber) => shownFields('files', state(fields), order);
const there = { exists: [[true, 1]] } as const;

describe('what is shown', () => {
  it('is the only value, with all its dots', () => {
    expect(shown({ ...there, entry: [[entryA, 1, 2]] })).toEqual(held({ exists: [true, 1], entry: [entryA, 1, 2] }));
  });
  it('of a conflict is the value with the last dot, by the order all devices share', () => {
    const open = {
      ...there,
      entry: [
        [entryA, 1, 9],
        [entryA2, 5],
      ],
    } as const;
    expect(shown(open)).toEqual(held({ exists: [true, 1], entry: [entryA, 1, 9] }));
    expect(shown(open, (a, b) => b - a)).toEqual(held({ exists: [true, 1], entry: [entryA, 1, 9] }));
    expect(
      shown({
        ...there,
        entry: [
          [entryA, 1, 4],
          [entryA2, 5],
        ],
      }),
    ).toEqual(held({ exists: [true, 1], entry: [entryA2, 5] }));
  });
  it('of a delete beside an edit is the edit, whichever came last', () => {
    expect(
      shown({
        exists: [
          [true, 1],
          [false, 9],
        ],
      }),
    ).toEqual(held({ exists: [true, 1] }));
    expect(
      shown({
        exists: [
          [false, 9],
          [true, 1],
        ],
      }),
    ).toEqual(held({ exists: [true, 1] }));
  });
  it('of a flag set in one place and cleared in another is the flag set', () => {
    expect(
      shown({
        ...there,
        executable: [
          [false, 9],
          [true, 2],
        ],
      }),
    ).toEqual(held({ exists: [true, 1], executable: [true, 2] }));
  });
  it.each([
    [
      'the first',
      [
        [9, 2],
        [7, 3],
      ],
      9,
    ],
    [
      'the last',
      [
        [7, 3],
        [9, 2],
      ],
      9,
    ],
    [
      'not nothing',
      [
        [null, 9],
        [7, 3],
      ],
      7,
    ],
    [
      'nor nothing first',
      [
        [7, 3],
        [null, 9],
      ],
      7,
    ],
    [
      'less than nothing is more than nothing',
      [
        [null, 9],
        [-7, 3],
      ],
      -7,
    ],
  ] as const)('of what merges to the larger is the larger, with the dots of all: %s', (_, values, larger) => {
    const dots = values.map(([, each]) => each);
    expect(shown({ modified: values }).get(MODIFIED)).toEqual({ value: larger, dots });
  });
  it('of an alarm that was dismissed on two computers is the last of it, with the dots of both, in whatever order they came', () => {
    const alarm = { action: 'display', trigger: { offset: '-PT15M' } };
    const [early, late] = ['2024-05-01T09:45:00Z', '2024-05-01T09:45:07Z'].map((acknowledged) => ({
      ...alarm,
      acknowledged,
    }));
    const both = [
      [late as Value, 2],
      [early as Value, 9],
      [alarm, 5],
    ] as const;
    for (const values of [both, [...both].reverse()]) {
      const open = state({ ...there, 'alerts/a': values });
      const dots = values.map(([, each]) => each);
      expect(shownFields('calendar', open, byNumber).get(fieldName('alerts/a'))).toEqual({ value: late, dots });
      expect(conflictFields('calendar', open)).toEqual([]);
    }
    const moved = state({
      ...there,
      'alerts/a': [...both, [{ ...alarm, trigger: { offset: '-PT30M' }, acknowledged: 'x' }, 3]],
    });
    expect(conflictFields('calendar', moved)).toEqual(['alerts/a']);
    expect(shownFields('calendar', moved, byNumber).get(fieldName('alerts/a'))?.dots).toEqual([9]);
  });
  it('of a record nobody wrote is nothing', () => {
    expect(shown({})).toEqual(new Map());
  });
});

describe('a record', () => {
  it.each([
    ['that is', [[true, 1]], true],
    ['deleted', [[false, 1]], false],
    [
      'deleted here and edited there',
      [
        [false, 1],
        [true, 2],
      ],
      true,
    ],
  ] as const)('%s: %j', (_, exists, live) => {
    expect(isLive(state({ exists }))).toBe(live);
  });
  it('nobody wrote is not there', () => expect(isLive(state({}))).toBe(false));

  it('has its conflicts in the order of their names', () => {
    const open = state({
      ...there,
      'b': [
        [1, 1],
        [2, 2],
      ],
      'a': [
        [1, 1],
        [2, 2],
      ],
      modified: [
        [1, 1],
        [2, 2],
      ],
      c: [[1, 1]],
    });
    expect(conflictFields('files', open)).toEqual([fieldName('a'), fieldName('b')]);
  });
  it('that everybody deleted has none', () => {
    expect(
      conflictFields(
        'files',
        state({
          exists: [[false, 3]],
          entry: [
            [entryA, 1],
            [entryA2, 2],
          ],
        }),
      ),
    ).toEqual([]);
  });
  it('deleted beside an edit has one in whether it is there', () => {
    expect(
      conflictFields(
        'files',
        state({
          exists: [
            [false, 3],
            [true, 2],
          ],
          entry: [[entryA, 1]],
        }),
      ),
    ).toEqual([EXISTS]);
  });
});

describe('what a source stands for that does not show all values', () => {
  const of = (dots: number[], before: number[], unseen: number[]) =>
    dotsStoodFor(dots as Dot[], before as Dot[], new Set(unseen as Dot[]));
  it.each([
    ['all, where it shows all', [1, 2], [], [], [1, 2]],
    ['what it held before', [1, 2, 3], [1], [2], [1]],
    ['else all but what wrote the others', [1, 2, 3], [], [2], [1, 3]],
    ['nothing, where that leaves none to keep those', [3], [], [2], []],
    ['nothing, though it held all of it before', [3, 4], [3, 4], [2], []],
  ] as const)('is %s', (_, dots, before, unseen, stoodFor) => {
    expect(of([...dots], [...before], [...unseen])).toEqual(stoodFor);
  });
});
