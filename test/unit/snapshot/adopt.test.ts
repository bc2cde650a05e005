import { describe, expect, it } from 'vitest';
import { difference } from '../../../src/main/difference/difference.ts';
import { applyChange } from '../../../src/main/merge/apply-change.ts';
import type { RecordState } from '../../../src/main/merge/record-state.ts';
import {
  ENTRY,
  EXECUTABLE,
  EXISTS,
  type FileEntry,
  fileFields,
  MODIFIED,
} from '../../../src/main/record/file-entry.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { adopt, type EarlierValue } from '../../../src/main/snapshot/adopt.ts';
import { heldAfter } from '../../../src/main/snapshot/held.ts';
import { planItem } from '../../../src/main/snapshot/plan-item.ts';
import {
  byNumber,
  dot,
  entryA,
  entryA2,
  entryA3,
  fileA,
  fileA2,
  fileA3,
  held,
  RECORD,
  state,
  write,
} from '../../fakes/tiny-records.ts';

/** The record was A (by 1), then A2 (by 2). */
const now2 = state({ exists: [[true, 2]], entry: [[entryA2, 2]] });
/** … and was then deleted (by 3). */
const deleted = state({ exists: [[false, 3]], entry: [[entryA2, 2]] });
const said = (field: string, value: Value, by: number): EarlierValue => ({
  field: fieldName(field),
  value,
  dot: dot(by),
});
const earlier = () => [
  said('entry', entryA, 1),
  said('exists', true, 1),
  said('entry', entryA2, 2),
  said('exists', true, 2),
  said('exists', false, 3),
];
const never = (): never => {
  throw new Error('nothing earlier is needed');
};

/** What an item stands for, and what it says of itself: null is nothing. */
function adopted(record: RecordState, now: Fields, past: () => readonly EarlierValue[] = earlier) {
  const stands = adopt('files', record, now, past);
  return { ...stands, change: difference('files', RECORD, stands.held, now) };
}

describe('an item that no snapshot tells of', () => {
  it('equal to the current value is that: the snapshot only, and nothing is looked up', () => {
    expect(adopted(now2, fileA2, never)).toEqual({
      held: held({ entry: [entryA2, 2], exists: [true, 2] }),
      deleted: false,
      change: null,
    });
  });

  it('equal to an earlier value is that version, and takes the newer', () => {
    const { held: stands, change } = adopted(now2, fileA);
    expect(stands).toEqual(held({ entry: [entryA, 1], exists: [true] }));
    expect(change).toBeNull();
    expect(planItem('files', now2, stands, byNumber)).toMatchObject({ write: true, fields: fileA2 });
  });

  it('of a conflict shows the value it has: who deletes it there does not mean the other, which nobody saw', () => {
    const open = state({
      exists: [[true, 2, 3]],
      entry: [
        [entryA2, 2],
        [entryA3, 3],
      ],
    });
    const { held: stands, change } = adopted(open, fileA2, never);
    expect(stands).toEqual(held({ entry: [entryA2, 2], exists: [true, 2] }));
    expect(change).toBeNull();
    const gone = difference('files', RECORD, stands, null);
    const merged = applyChange('files', open, dot(9), gone!, () => true);
    expect(merged.fields.get(EXISTS)?.map(({ value }) => value)).toEqual([true, false]);
  });

  it('of a value nobody knows becomes a change, beside what is there: neither is lost', () => {
    const { held: stands, change } = adopted(now2, fileA3);
    expect(change).toEqual({
      record: RECORD,
      cause: 'source',
      writes: [write(ENTRY, entryA3), write(EXISTS, true)],
    });
    const merged = applyChange('files', now2, dot(9), change!, () => true);
    expect(merged).toEqual(
      state({
        entry: [
          [entryA2, 2],
          [entryA3, 9],
        ],
        exists: [[true, 2, 9]],
      }),
    );
    const holds = heldAfter('files', stands, change!, fileA3, dot(9));
    expect(planItem('files', merged, holds, byNumber).write).toBe(false);
  });

  it('of a deleted record, equal to an earlier version, is a question', () => {
    for (const known of [fileA, fileA2]) {
      const { deleted: isQuestion, held: stands, change } = adopted(deleted, known);
      expect([isQuestion, change]).toEqual([true, null]);
      // Said yes to, it goes: what it holds is what came before the delete.
      expect(planItem('files', deleted, stands, byNumber)).toMatchObject({ write: true, fields: null });
    }
  });

  it('of a deleted record with a value nobody knows is made anew: the delete did not mean it', () => {
    const { deleted: isQuestion, change } = adopted(deleted, fileA3);
    expect(isQuestion).toBe(false);
    expect(change?.writes).toEqual([write(ENTRY, entryA3, 2), write(EXISTS, true, 3)]);
    expect(applyChange('files', deleted, dot(9), change!, () => true)).toEqual(
      state({ entry: [[entryA3, 9]], exists: [[true, 9]] }),
    );
  });

  it('of a record deleted before anybody knew it to be there is a change', () => {
    const { deleted: isQuestion, change } = adopted(deleted, fileA2, () => [said('exists', false, 3)]);
    expect([isQuestion, change?.writes]).toEqual([false, [write(EXISTS, true, 3)]]);
  });

  it('of a record in conflict that holds one of its values stands for that one alone', () => {
    const open = state({
      exists: [[true, 2]],
      entry: [
        [entryA, 1],
        [entryA2, 2],
      ],
    });
    const { held: stands, change } = adopted(open, fileA, never);
    expect([stands.get(ENTRY), change]).toEqual([{ value: entryA, dots: [dot(1)] }, null]);
    expect(planItem('files', open, stands, byNumber).write).toBe(false);
  });

  it('of a record deleted beside an edit is there', () => {
    const both = state({
      exists: [
        [false, 3],
        [true, 4],
      ],
      entry: [[entryA2, 4]],
    });
    expect(adopted(both, fileA2, never)).toMatchObject({
      held: held({ entry: [entryA2, 4], exists: [true, 4] }),
      change: null,
    });
  });

  it('with a value written several times shows all that wrote it', () => {
    const past = () => [said('entry', entryA, 1), said('entry', entryA, 5), said('executable', entryA, 6)];
    expect(adopted(now2, fileA, past).held.get(ENTRY)).toEqual({ value: entryA, dots: [dot(1), dot(5)] });
  });

  it('that lacks a field says nothing of it, and gets it', () => {
    const marked = state({ exists: [[true, 2]], entry: [[entryA2, 2]], executable: [[true, 2]] });
    const { held: stands, change } = adopted(marked, fileA2, never);
    expect(change).toBeNull();
    expect(planItem('files', marked, stands, byNumber)).toMatchObject({
      write: true,
      fields: new Map([...fileA2, [EXECUTABLE, true]]),
    });
  });
});

describe('an empty file that no snapshot tells of', () => {
  const nothing = { ...entryA, size: 0 };
  const record = state({ exists: [[true, 2]], entry: [[entryA2, 2]], modified: [[7, 2]] });
  const past = () => [...earlier(), said('modified', 5, 1), said('modified', 7, 2)];
  const at = (modified: number, entry: FileEntry = nothing) =>
    adopted(record, fileFields(entry, { executable: false, modified }), past);

  it('with the very time of a version that was not is what the power left of it, and is made again', () => {
    for (const [time, by] of [
      [7, 2],
      [5, 1],
    ] as const) {
      const { held: stands, change } = at(time);
      expect([change, stands.get(ENTRY)]).toEqual([null, { value: nothing, dots: [dot(by)] }]);
      expect(planItem('files', record, stands, byNumber)).toMatchObject({ write: true });
    }
  });
  it('with another time, and one with bytes in it, is an edit', () => {
    expect(at(6).change?.writes[0]).toEqual(write(ENTRY, nothing));
    expect(at(7, entryA3).change?.writes[0]).toEqual(write(ENTRY, entryA3));
  });
});

describe('the time of an item that no snapshot tells of', () => {
  const record = state({ exists: [[true, 2]], entry: [[entryA2, 2]], modified: [[7, 2]] });
  const at = (modified: number) => adopted(record, fileFields(entryA2, { executable: false, modified }), never);

  it('that is known is no change', () => expect(at(7).change).toBeNull());
  it('that is smaller is no change, and the larger is written', () => {
    const { held: stands, change } = at(5);
    expect(change).toBeNull();
    expect(planItem('files', record, stands, byNumber)).toMatchObject({ write: true });
    expect(planItem('files', record, stands, byNumber).fields?.get(MODIFIED)).toBe(7);
  });
  it('that is larger is a change in the place of the smaller', () => {
    expect(at(9).change?.writes).toEqual([write(MODIFIED, 9, 2), write(EXISTS, true, 2)]);
  });
});
