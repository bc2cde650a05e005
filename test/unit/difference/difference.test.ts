import { describe, expect, it } from 'vitest';
import type { Change, FieldWrite } from '../../../src/main/change-log/change.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileFields, MODIFIED } from '../../../src/main/record/file-entry.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import {
  change,
  digestA2,
  entryA,
  entryA2,
  fileA,
  fileA2,
  gone,
  held,
  RECORD,
  write,
} from '../../fakes/tiny-records.ts';

const heldA = held({ exists: [true, 1], entry: [entryA, 2] });
const heldGone = held({ exists: [false, 4], entry: [entryA, 2] });
const meta = (executable: boolean, modified: number): Fields => fileFields(entryA, { executable, modified });
const makes = (...writes: readonly FieldWrite[]): Change => change(...writes);

describe('the difference between a snapshot and the source now', () => {
  const rows: readonly [string, Held | null, Fields | null, Change | null][] = [
    ['never held, not there', null, gone, null],
    ['never held, now there', null, fileA, makes(write(ENTRY, entryA), write(EXISTS, true))],
    ['held and the same', heldA, fileA, null],
    ['held and the same, cut otherwise', heldA, fileFields({ ...entryA, chunks: digestA2 }), null],
    ['held, another content', heldA, fileA2, makes(write(ENTRY, entryA2, 2), write(EXISTS, true, 1))],
    ['held, now gone', heldA, gone, makes(write(EXISTS, false, 1))],
    ['deleted and still gone', heldGone, gone, null],
    ['deleted, made anew the same: no conflict', heldGone, fileA, makes(write(EXISTS, true, 4))],
    ['deleted, made anew otherwise', heldGone, fileA2, makes(write(ENTRY, entryA2, 2), write(EXISTS, true, 4))],
    ['a field more', heldA, meta(true, 7), makes(write(EXECUTABLE, true), write(MODIFIED, 7), write(EXISTS, true, 1))],
    ['a flag that says what its absence said', heldA, new Map([...fileA, [EXECUTABLE, false]]), null],
    ['a field nobody knew, cleared', heldA, new Map([...fileA, [MODIFIED, null]]), null],
    [
      'a field less is cleared',
      held({ exists: [true, 1], entry: [entryA, 1], modified: [7, 3] }),
      fileA,
      makes(write(MODIFIED, null, 3), write(EXISTS, true, 1)),
    ],
    [
      'a flag less that was false anyway',
      held({ exists: [true, 1], entry: [entryA, 1], executable: [false, 3] }),
      fileA,
      null,
    ],
    [
      'a field less that was cleared before',
      held({ exists: [true, 1], entry: [entryA, 1], modified: [null, 3] }),
      fileA,
      null,
    ],
    [
      'every dot the source showed is replaced',
      held({ exists: [true, 1, 8], entry: [entryA, 2, 9] }),
      fileA2,
      makes(write(ENTRY, entryA2, 2, 9), write(EXISTS, true, 1, 8)),
    ],
    [
      'a snapshot without knowledge of its being there',
      held({ entry: [entryA, 2] }),
      fileA,
      makes(write(EXISTS, true)),
    ],
    ['such a snapshot, and nothing there', held({ entry: [entryA, 2] }), gone, null],
  ];
  it.each(rows)('%s', (_, before, now, expected) => {
    expect(difference('files', RECORD, before, now)).toEqual(expected);
  });

  it('replaces dots of the field it writes, of no other', () => {
    const found = difference(
      'files',
      RECORD,
      held({ exists: [true, 1], entry: [entryA, 2], modified: [5, 3] }),
      meta(false, 9),
    );
    expect(found).toEqual(makes(write(MODIFIED, 9, 3), write(EXISTS, true, 1)));
  });

  it('of one difference with what it makes is nothing', () => {
    const before = held({ exists: [true, 1], entry: [entryA, 2] });
    const found = difference('files', RECORD, before, fileA2) as Change;
    const now = new Map([
      ...before,
      ...found.writes.map((each) => [each.field, { value: each.value, dots: [] }] as const),
    ]);
    expect(difference('files', RECORD, now, fileA2)).toBeNull();
  });
});
