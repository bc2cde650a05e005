import type { Change } from '../../change-log/change.ts';
import { LONGEST_PART, referencesOf } from '../../record/content-reference.ts';
import { EXISTS } from '../../record/file-entry.ts';
import type { Value } from '../../record/value.ts';

const LONGEST_ID = 1024;
const LONGEST_FIELD = 1024;
const DEEPEST = 16;
const MOST_PARTS = 10_000;
const MIB = 1 << 20;

/** Why a change cannot be used by any source of contacts or events, or null: what a member sent is checked at the door (DESIGN 6). */
export function validateItemChange(change: Change): string | null {
  const { record } = change;
  if (record === '' || record.length > LONGEST_ID || /[\p{Cc}/]/u.test(record)) return 'an id that is none';
  for (const { field, value } of change.writes) {
    if (field === EXISTS) {
      if (typeof value !== 'boolean') return 'exists is neither true nor false';
    } else if (field === '' || field.length > LONGEST_FIELD || /\p{Cc}/u.test(field))
      return 'a field whose name is none';
    else if (!isBounded(value)) return `${field} is nested too deeply, or has too many parts`;
    const large = referencesOf(value).find(({ size }) => size > LONGEST_PART);
    if (large !== undefined)
      return `${field.split('/')[0]} holds ${Math.ceil(large.size / MIB)} MiB, and ${LONGEST_PART / MIB} are the most`;
  }
  return null;
}

/** Formats walk through values: one that is endless would never end. */
function isBounded(value: Value): boolean {
  let parts = 0;
  const within = (each: Value, depth: number): boolean => {
    if (++parts > MOST_PARTS || depth > DEEPEST) return false;
    if (each === null || typeof each !== 'object' || each instanceof Uint8Array) return true;
    const inner = Array.isArray(each) ? each : Object.values(each);
    return inner.every((one) => within(one as Value, depth + 1));
  };
  return within(value, 0);
}
