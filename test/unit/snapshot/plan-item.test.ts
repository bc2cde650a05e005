import { describe, expect, it } from 'vitest';
import type { Held, RecordState } from '../../../src/main/merge/record-state.ts';
import { ENTRY, EXECUTABLE, EXISTS } from '../../../src/main/record/file-entry.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { planItem } from '../../../src/main/snapshot/plan-item.ts';
import {
  byNumber,
  digestA2,
  entryA,
  entryA2,
  entryA3,
  fileA,
  fileA2,
  gone,
  held,
  state,
} from '../../fakes/tiny-records.ts';

const isA = state({ exists: [[true, 1]], entry: [[entryA, 1]] });
const isA2 = state({ exists: [[true, 2]], entry: [[entryA2, 2]] });
const isGone = state({ exists: [[false, 3]], entry: [[entryA2, 2]] });
/** A and A2 were written apart from each other; the later one is shown. */
const open = state({
  exists: [[true, 1, 2]],
  entry: [
    [entryA, 1],
    [entryA2, 2],
  ],
});
/** It was deleted in one place and changed in another. */
const both = state({
  exists: [
    [false, 3],
    [true, 2],
  ],
  entry: [[entryA2, 2]],
});
const heldA = held({ exists: [true, 1], entry: [entryA, 1] });
const heldA2 = held({ exists: [true, 2], entry: [entryA2, 2] });
const heldGone = held({ exists: [false, 3], entry: [entryA, 1] });

describe('what a source has to do', () => {
  const rows: readonly [string, RecordState, Held | null, boolean, Fields | null][] = [
    ['it lacks the record: makes it', isA, null, true, fileA],
    ['it holds the record: nothing', isA, heldA, false, fileA],
    ['it holds another value: writes the new one', isA2, heldA, true, fileA2],
    [
      'it holds the value in another form: nothing',
      isA,
      held({ exists: [true, 1], entry: [{ ...entryA, chunks: digestA2 }, 1] }),
      false,
      fileA,
    ],
    [
      'it holds the value by an older dot: only the snapshot moves',
      isA2,
      held({ exists: [true, 1], entry: [entryA2, 1] }),
      false,
      fileA2,
    ],
    ['the record is deleted: removes it', isGone, heldA2, true, gone],
    ['the record is deleted and it lacks it: nothing', isGone, null, false, gone],
    ['the record is deleted and it holds the tombstone: nothing', isGone, heldGone, false, gone],
    ['the record was made anew: makes it', isA2, heldGone, true, fileA2],
    ['a conflict, and it holds the value not shown: keeps it', open, heldA, false, fileA],
    ['a conflict, and it holds the value shown: keeps it', open, heldA2, false, fileA2],
    [
      'a conflict, and it holds neither: gets the shown one',
      open,
      held({ exists: [true, 9], entry: [entryA3, 9] }),
      true,
      fileA2,
    ],
    ['a conflict, and it holds nothing: gets the shown one', open, null, true, fileA2],
    [
      'a conflict of a record that comes back, and it held one of the values once: gets the shown one',
      open,
      held({ exists: [false, 9], entry: [entryA, 1] }),
      true,
      fileA2,
    ],
    ['a delete beside an edit, and it holds the edit: keeps it', both, heldA2, false, fileA2],
    ['a delete beside an edit, and it holds neither: gets the record', both, null, true, fileA2],
    ['a delete beside an edit, and it holds what came before both: gets the edit', both, heldA, true, fileA2],
    ['a delete beside an edit, and it deleted: stays as its user left it', both, heldGone, false, gone],
  ];
  it.each(rows)('%s', (_, record, holds, write, fields) => {
    const planned = planItem('files', record, holds, byNumber);
    expect([planned.write, planned.fields]).toEqual([write, fields]);
  });

  it('leaves it holding just the record, where there is no conflict', () => {
    expect(planItem('files', isA2, heldA, byNumber).held).toEqual(heldA2);
    expect(planItem('files', isGone, heldA2, byNumber).held).toEqual(held({ exists: [false, 3], entry: [entryA2, 2] }));
  });
  it('leaves it holding the value it kept, with the dots of that alone', () => {
    expect(planItem('files', open, heldA, byNumber).held).toEqual(held({ exists: [true, 1], entry: [entryA, 1] }));
  });
  it('leaves it without what came since its user deleted it, which was never seen there', () => {
    expect(planItem('files', both, heldGone, byNumber).held).toEqual(heldGone);
    const more = state({
      exists: [
        [false, 3, 4],
        [true, 2],
      ],
      entry: [[entryA2, 2]],
      executable: [[true, 2]],
    });
    expect(planItem('files', more, heldGone, byNumber).held).toEqual(
      held({ exists: [false, 3, 4], entry: [entryA, 1] }),
    );
  });
  it('keeps a value that several wrote where it holds it by one of them', () => {
    const twice = state({
      exists: [[true, 1, 2, 3]],
      entry: [
        [entryA, 1, 2],
        [entryA2, 3],
      ],
    });
    expect(planItem('files', twice, heldA, byNumber)).toMatchObject({ write: false, fields: fileA });
  });
  it('leaves it standing for no more of what keeps the record than its person saw', () => {
    const three = state({
      exists: [[true, 1, 2, 3]],
      entry: [
        [entryA, 1],
        [entryA2, 2],
      ],
      executable: [[true, 3]],
    });
    expect(planItem('files', three, heldA, byNumber).held.get(EXISTS)).toEqual({ value: true, dots: [1] });
    const elsewhere = held({ exists: [true, 9], entry: [entryA, 1] });
    expect(planItem('files', three, elsewhere, byNumber).held.get(EXISTS)).toEqual({ value: true, dots: [1, 3] });
    const others = state({
      exists: [[true, 2]],
      entry: [
        [entryA, 1],
        [entryA2, 2],
      ],
    });
    expect(planItem('files', others, elsewhere, byNumber).held.get(EXISTS)).toEqual({ value: true, dots: [] });
  });
  describe('of a covered file, below which others lie', () => {
    const folder = { type: 'directory' } as const;
    const isFolder: Fields = new Map([[ENTRY, folder]]);
    const was = held({ exists: [true, 9], entry: [folder, 9] });
    const plan = (record: RecordState, holds: Held | null) => planItem('files', record, holds, byNumber, true);

    it('makes a directory where none of it was, which stands for no change', () => {
      expect(plan(isA, null)).toEqual({
        write: true,
        fields: isFolder,
        held: held({ exists: [true], entry: [folder] }),
      });
      expect(plan(isA2, heldA)).toMatchObject({ write: true, fields: isFolder });
    });
    it('leaves the directory that is there as it is, and stands for what it stood for', () => {
      expect(plan(isA, was)).toEqual({ write: false, fields: isFolder, held: was });
    });
    it('leaves the file where it is, and its deletion', () => {
      expect(plan(isA, heldA)).toMatchObject({ write: false, fields: fileA });
      expect(plan(both, heldGone)).toMatchObject({ write: false, fields: gone });
    });
    it('is a file again everywhere once nothing lies below', () => {
      for (const holds of [plan(isA, null).held, was])
        expect(planItem('files', isA, holds, byNumber)).toMatchObject({ write: true, fields: fileA });
    });
  });
  it('keeps a value it holds, whoever wrote that: one that an undo wrote anew', () => {
    const chosen = held({ exists: [true, 9], entry: [entryA, 9] });
    const plan = planItem('files', open, chosen, byNumber);
    expect(plan).toMatchObject({ write: false, fields: fileA });
    expect(plan.held.get(ENTRY)?.dots).toEqual([1]);
  });
  it('is there where it was deleted before, and is deleted beside an edit since', () => {
    const gone = held({ exists: [false, 9], entry: [entryA, 9] });
    const deleted = state({
      exists: [
        [true, 5],
        [false, 6],
      ],
      entry: [[entryA2, 5]],
    });
    expect(planItem('files', deleted, gone, byNumber)).toMatchObject({ write: true, fields: fileA2 });
  });
  it('decides field by field', () => {
    const flags = state({
      exists: [[true, 5]],
      entry: [
        [entryA, 1],
        [entryA2, 2],
      ],
      executable: [[true, 5]],
    });
    expect(planItem('files', flags, heldA, byNumber)).toMatchObject({
      write: true,
      fields: new Map([...fileA, [EXECUTABLE, true]]),
    });
  });
  it('writes no cleared field, and clears what was there', () => {
    const cleared = state({ exists: [[true, 5]], entry: [[entryA, 1]], modified: [[null, 5]] });
    const before = held({ exists: [true, 1], entry: [entryA, 1], modified: [7, 1] });
    expect(planItem('files', cleared, before, byNumber)).toMatchObject({ write: true, fields: fileA });
    expect(planItem('files', cleared, heldA, byNumber)).toMatchObject({ write: false, fields: fileA });
  });
  it('of what merges to the larger writes that, though it holds one of the values', () => {
    const times = state({
      exists: [[true, 1]],
      entry: [[entryA, 1]],
      modified: [
        [7, 1],
        [9, 2],
      ],
    });
    const before = held({ exists: [true, 1], entry: [entryA, 1], modified: [7, 1] });
    const planned = planItem('files', times, before, byNumber);
    expect([planned.write, planned.held]).toEqual([
      true,
      held({ exists: [true, 1], entry: [entryA, 1], modified: [9, 1, 2] }),
    ]);
  });
  it('is nothing once it is done', () => {
    for (const [name, record, holds] of rows) {
      const planned = planItem('files', record, holds, byNumber);
      const again = planItem('files', record, planned.held, byNumber);
      expect([again.write, again.fields, again.held], name).toEqual([false, planned.fields, planned.held]);
    }
  });
});
