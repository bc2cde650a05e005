import type { Collection } from '../collection.ts';
import { digestOf } from '../platform/hash.ts';
import type { RecordId } from '../record/ids.ts';
import { DELETED_ELSEWHERE } from '../store/problem-store.ts';

/** The same of each item. */
export const DELETED_ELSEWHERE_DETAIL =
  'It was deleted on another device, and an earlier version of it is here. Confirm to delete it here too, or undo the deletion to have it everywhere.';

/** What others deleted, and of which a source holds an earlier version, as one question; the problems are what remembers it. */
export interface Question {
  readonly plan: string;
  /** Sorted. */
  readonly records: readonly RecordId[];
}

/** null: nothing is asked. */
export function questionOf({ problems }: Pick<Collection, 'problems'>, source: number): Question | null {
  const records = [...problems.withCode(source, DELETED_ELSEWHERE)].sort();
  return records.length === 0 ? null : { plan: planName(DELETED_ELSEWHERE, records), records };
}

/** What is asked, for people. */
export function questionText({ records }: Question): string {
  const [first] = records;
  return records.length === 1
    ? `${first} was deleted on another device, and an earlier version of it is here. Delete it here too? All else goes on.`
    : `${records.length.toLocaleString('en')} items here were deleted on another device. Delete them here too? All else goes on.`;
}

/** The same items for the same reason are the same plan, whenever they are found. */
export const planName = (reason: string, ids: readonly RecordId[]): string =>
  digestOf(`${reason}\0${ids.join('\0')}`).slice(0, 16);
