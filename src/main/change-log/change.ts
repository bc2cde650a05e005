import type { Dot, FieldName, RecordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';

/** Sets one field and says which dots that replaces: exactly those its author was looking at (DESIGN 5). */
export interface FieldWrite {
  readonly field: FieldName;
  readonly value: Value;
  readonly replaces: readonly Dot[];
  /** Of an undo: the changes whose value this is, which it brings back. `NOTHING` among them: what was there before any of them. */
  readonly standsFor?: readonly Dot[];
}

/** The dot of no change: what a field holds before anybody wrote it. */
export const NOTHING = -1 as Dot;

/** Why a change was made, for history and `explain`. */
export type Cause = 'source' | 'settle' | 'undo' | 'restore' | 'follow-move';
/** All causes, in the order of their numbers in a package. */
export const CAUSES: readonly Cause[] = ['source', 'settle', 'undo', 'restore', 'follow-move'];

/** One record's transaction. */
export interface Change {
  readonly record: RecordId;
  readonly writes: readonly FieldWrite[];
  readonly cause: Cause;
  /** Of an undo: the changes to this record it takes back. Undos of earlier versions do not say. */
  readonly takesBack?: readonly Dot[];
  /** A delete whose content went to another record in the same cycle, and that record's add. */
  readonly movedTo?: RecordId;
  readonly movedFrom?: RecordId;
}
