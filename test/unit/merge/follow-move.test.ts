import { describe, expect, it } from 'vitest';
import type { FieldWrite } from '../../../src/main/change-log/change.ts';
import {
  bringsTheSame,
  followMove,
  isDeletedAnywhere,
  isDeletedBesideEdit,
  type Move,
} from '../../../src/main/merge/follow-move.ts';
import { ENTRY, EXECUTABLE, EXISTS } from '../../../src/main/record/file-entry.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import { change, dot, entryA, entryA2, RECORD, sets, state, write } from '../../fakes/tiny-records.ts';

const to = recordId('docs/b.txt');
/** `RECORD` went to `to` by the change 7, with the content it had then. */
const move: Move = { to, added: { ...sets(entryA), record: to, movedFrom: RECORD }, addedBy: dot(7), stood: new Map() };

describe('an edit beside a move', () => {
  it('shows where the record went, and ends where it was', () => {
    const edited = state({
      entry: [[entryA2, 6]],
      exists: [
        [false, 5],
        [true, 6],
      ],
    });
    expect(followMove('files', RECORD, edited, move)).toEqual([
      {
        record: to,
        cause: 'follow-move',
        movedFrom: RECORD,
        writes: [write(ENTRY, entryA2, 7), write(EXISTS, true, 7)],
      },
      { record: RECORD, cause: 'follow-move', movedTo: to, writes: [write(EXISTS, false, 5, 6)] },
    ]);
  });

  it('replaces as well what stands there though the move, an undo of another, did not write it', () => {
    const edited = state({
      entry: [[entryA2, 6]],
      exists: [
        [false, 5],
        [true, 6],
      ],
    });
    const back: Move = {
      to,
      added: { ...change(write(EXISTS, true)), record: to, movedFrom: RECORD },
      addedBy: dot(7),
      stood: new Map([[ENTRY, { value: entryA, dots: [dot(2)] }]]),
    };
    const [there] = followMove('files', RECORD, edited, back);
    expect(there?.writes).toEqual([write(ENTRY, entryA2, 7, 2), write(EXISTS, true, 7)]);
    const unedited = state({
      entry: [[entryA, 6]],
      exists: [
        [false, 5],
        [true, 6],
      ],
    });
    expect(followMove('files', RECORD, unedited, back)[0]?.writes).toEqual([write(EXISTS, true, 7)]);
  });

  it('is none while what the move replaced is yet to come: what stands there was before it', () => {
    const former = state({
      entry: [[entryA2, 1]],
      exists: [
        [false, 5],
        [true, 1],
      ],
    });
    const early = { ...former, superseded: new Map([[EXISTS, [dot(4)]]]) };
    expect(followMove('files', RECORD, early, move)).toEqual([]);
    expect(followMove('files', RECORD, former, move)).toHaveLength(2);
  });

  it('writes only the fields that differ from what the move brought', () => {
    const edited = state({
      entry: [[entryA, 1]],
      executable: [[true, 6]],
      exists: [
        [false, 5],
        [true, 6],
      ],
    });
    const [made] = followMove('files', RECORD, edited, move);
    expect(made?.writes).toEqual([write('executable', true, 7), write(EXISTS, true, 7)]);
  });

  it('takes what means the same for the same', () => {
    const edited = state({
      entry: [[{ ...entryA, chunks: entryA2.digest }, 1]],
      executable: [[false, 6]],
      exists: [
        [false, 5],
        [true, 6],
      ],
    });
    const [made] = followMove('files', RECORD, edited, move);
    expect(made?.writes).toEqual([write(EXISTS, true, 7)]);
  });

  it('is left to a person where it is in conflict itself', () => {
    const edited = state({
      entry: [
        [entryA, 4],
        [entryA2, 6],
      ],
      exists: [
        [false, 5],
        [true, 6],
      ],
    });
    expect(followMove('files', RECORD, edited, move)).toEqual([]);
  });

  it('is there only where a delete stands beside something', () => {
    expect(
      isDeletedBesideEdit(
        state({
          exists: [
            [false, 5],
            [true, 6],
          ],
        }),
      ),
    ).toBe(true);
    expect(isDeletedBesideEdit(state({ exists: [[true, 6]] }))).toBe(false);
    expect(isDeletedBesideEdit(state({}))).toBe(false);
  });

  it('knows where a place was deleted by somebody, so that devices do not follow each other there and back', () => {
    const both = state({
      exists: [
        [true, 6],
        [false, 5],
      ],
    });
    expect([both, state({ exists: [[false, 5]] })].map(isDeletedAnywhere)).toEqual([true, true]);
    expect([state({ exists: [[true, 6]] }), state({})].map(isDeletedAnywhere)).toEqual([false, false]);
  });

  it('follows a second move only where nothing was edited in between', () => {
    const further = (...writes: readonly FieldWrite[]): Move => {
      const added = { ...change(...writes), record: recordId('docs/c.txt'), movedFrom: to };
      return { to: added.record, added, addedBy: dot(9), stood: new Map() };
    };
    const exists = write(EXISTS, true);
    const later = [
      further(write(ENTRY, entryA), exists),
      further(write(ENTRY, entryA2), exists),
      further(write(ENTRY, entryA), write(EXECUTABLE, true), exists),
      further(exists),
    ];
    expect(later.map((each) => bringsTheSame('files', move, each))).toEqual([true, false, false, false]);
  });

  it('makes the same change on every device, so that two who see it write one value', () => {
    const edited = state({
      entry: [[entryA2, 6]],
      exists: [
        [true, 6],
        [false, 5],
      ],
    });
    const [one] = followMove('files', RECORD, edited, move);
    const other = followMove(
      'files',
      RECORD,
      state({
        exists: [
          [false, 5],
          [true, 6],
        ],
        entry: [[entryA2, 6]],
      }),
      move,
    );
    expect(other[0]).toEqual(one);
    expect(change(...(one?.writes ?? []))).toEqual(change(write(ENTRY, entryA2, 7), write(EXISTS, true, 7)));
  });
});
