import { expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import type { Dot } from '../../../src/main/record/ids.ts';
import { ownVersion } from '../../../src/main/take-in/own-version.ts';
import { change, deletes, dot, held, sets, state, write } from '../../fakes/tiny-records.ts';

/** The record's changes, by dots from 1 on, and what they come to. */
interface Known {
  readonly history: readonly Change[];
  readonly fields: Parameters<typeof state>[0];
}
const collectionOf = ({ history, fields }: Known) =>
  ({
    kind: 'contacts',
    log: { changesOf: () => history.map((_, at) => dot(at + 1)) },
    packages: { changeAt: (at: Dot) => ({ change: history[at - 1] }) },
    records: { at: () => ({ state: state(fields) }) },
  }) as unknown as Parameters<typeof ownVersion>[0];
const deletedDots = (known: Known, shown: Parameters<typeof held>[0]) =>
  ownVersion(collectionOf(known), 1, held(shown))?.get(EXISTS)?.dots;

const apart = [sets('was'), sets('mine', 1), sets('theirs', 1)];
it('who shows the version that is left deletes it, where the other one was deleted by who had that', () => {
  const known = {
    history: [...apart, deletes(2)],
    fields: {
      exists: [[true, 3] as const, [false, 4] as const],
      name: [['mine', 2] as const, ['theirs', 3] as const],
    },
  };
  expect(deletedDots(known, { exists: [true], name: ['theirs', 3] })).toEqual([3]);
  // Whoever shows the other one has nothing of what is left.
  expect(deletedDots(known, { exists: [true], name: ['mine', 2] })).toEqual([]);
});

it('what was said by somebody who had seen both keeps both', () => {
  const known = {
    history: [...apart, change(write('note', 'of both'), write(EXISTS, true, 2, 3))],
    fields: {
      exists: [[true, 4] as const],
      name: [['mine', 2] as const, ['theirs', 3] as const],
      note: [['of both', 4] as const],
    },
  };
  expect(deletedDots(known, { exists: [true], name: ['theirs', 3], note: ['of both', 4] })).toEqual([]);
});

it('what stands for something already, or is not there, stays as it is', () => {
  const known = { history: apart, fields: { exists: [[true, 2, 3] as const] } };
  expect(deletedDots(known, { exists: [true, 2] })).toEqual([2]);
  expect(deletedDots(known, { exists: [false] })).toEqual([]);
  expect(ownVersion(collectionOf(known), 1, null)).toBeNull();
});
