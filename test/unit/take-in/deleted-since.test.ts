import { expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import type { Dot } from '../../../src/main/record/ids.ts';
import type { StoredRecord } from '../../../src/main/store/record-store.ts';
import { deletedSince } from '../../../src/main/take-in/deleted-since.ts';
import { change, deletes, dot, held, sets, state, write } from '../../fakes/tiny-records.ts';

/** The record's changes, by dots from 1 on. */
type History = readonly Change[];
const made = sets('a');
const collectionOf = (history: History) =>
  ({
    log: { changesOf: () => history.map((_, at) => dot(at + 1)) },
    packages: { changeAt: (at: Dot) => ({ change: history[at - 1] }) },
  }) as unknown as Parameters<typeof deletedSince>[0];
const was = (history: History, exists: readonly (readonly [boolean, ...number[]])[], shows: readonly number[]) =>
  deletedSince(
    collectionOf(history),
    { row: 1, state: state({ exists }) } as StoredRecord,
    held({ exists: [true, ...shows] }),
  );

it.each<[string, boolean, History, readonly (readonly [boolean, ...number[]])[], readonly number[]]>([
  ['made, and that is all', false, [made], [[true, 1]], [1]],
  ['edited', false, [made, sets('b', 1)], [[true, 2]], [1]],
  ['deleted', true, [made, deletes(1)], [[false, 2]], [1]],
  ['edited, and deleted', true, [made, sets('b', 1), deletes(2)], [[false, 3]], [1]],
  ['deleted, and made anew', true, [made, deletes(1), sets('a', 2)], [[true, 3]], [1]],
  ['deleted, and made anew, which is shown', false, [made, deletes(1), sets('a', 2)], [[true, 3]], [3]],
  [
    'deleted beside the edit that is shown',
    false,
    [made, deletes(1), sets('b', 1)],
    [
      [false, 2],
      [true, 3],
    ],
    [3],
  ],
  [
    'deleted beside the edit that is shown, and kept by a person',
    false,
    [made, deletes(1), sets('b', 1), sets('b', 2, 3)],
    [[true, 4]],
    [3],
  ],
  [
    'deleted beside an edit, and by a person again',
    true,
    [made, deletes(1), sets('b', 1), deletes(2, 3)],
    [[false, 4]],
    [3],
  ],
  ['deleted by somebody who never saw what is shown', false, [made, deletes(1)], [[false, 2]], []],
  ['changed without a word of whether it exists', false, [made, change(write('x', 1))], [[true, 1]], [1]],
])('a record that was %s was deleted since: %s', (_, expected, history, exists, shows) => {
  expect(was(history, exists, shows)).toBe(expected);
});

it('nothing was deleted that is not there, or never was', () => {
  const history = [made, deletes(1)];
  const record = { row: 1, state: state({ exists: [[false, 2]] }) } as StoredRecord;
  expect(deletedSince(collectionOf(history), record, held({ exists: [false, 2] }))).toBe(false);
  expect(deletedSince(collectionOf(history), record, null)).toBe(false);
});
