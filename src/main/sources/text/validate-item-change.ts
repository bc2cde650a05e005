import type { Change } from '../../change-log/change.ts';
import { LONGEST_PART, largestReference } from '../../record/content-reference.ts';
import { EXISTS } from '../../record/file-entry.ts';
import type { Plain, Value } from '../../record/value.ts';

const LONGEST_ID = 1024;
const LONGEST_FIELD = 1024;
const DEEPEST = 16;
const MOST_PARTS = 10_000;
const MIB = 1 << 20;
/**
 * One field has to fit into one package (`BODY_LIMIT`) with its name and the changes it replaces. Bytes of its text and of its names, and
 * `OF_A_PART` for each part.
 */
const LONGEST_VALUE = 960 << 10;
const OF_A_PART = 8;

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
    else if (isTooLong(value))
      return `${field.split('/')[0]} is longer than ${LONGEST_VALUE >> 10} KiB, which is the most one field may have: shorten it`;
    const largest = largestReference(value);
    if (largest > LONGEST_PART)
      return `${field.split('/')[0]} holds ${Math.ceil(largest / MIB)} MiB, and ${LONGEST_PART / MIB} are the most`;
  }
  return null;
}

/** Formats walk through values: one that is endless would never end. */
function isBounded(value: Value): boolean {
  return value === null || typeof value !== 'object' || partsOf(value, 0) <= MOST_PARTS;
}

/** Parts of a value and itself; more than are allowed where it is nested too deeply, or as soon as there are. */
function partsOf(value: Value, depth: number): number {
  if (depth > DEEPEST) return MOST_PARTS + 1;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return 1;
  let parts = 1;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length && parts <= MOST_PARTS; at++) parts += partsOf(value[at] as Value, depth + 1);
    return parts;
  }
  const entries = value as Plain;
  for (const key in entries) {
    parts += partsOf(entries[key] as Value, depth + 1);
    if (parts > MOST_PARTS) break;
  }
  return parts;
}

/** Would it not fit into a package? Few values come near that, whatever their letters take. */
const isTooLong = (value: Value): boolean =>
  lengthOf(value, atMost) > LONGEST_VALUE && lengthOf(value, Buffer.byteLength) > LONGEST_VALUE;

const atMost = (text: string): number => text.length * 3;

/** About as many bytes as it takes in a package, `bytesOf` each text. */
function lengthOf(value: Value, bytesOf: (text: string) => number): number {
  if (typeof value === 'string') return bytesOf(value);
  if (value === null || typeof value !== 'object') return OF_A_PART;
  if (value instanceof Uint8Array) return value.length;
  let length = OF_A_PART;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) length += lengthOf(value[at] as Value, bytesOf) + OF_A_PART;
    return length;
  }
  const entries = value as Plain;
  for (const key in entries) length += bytesOf(key) + lengthOf(entries[key] as Value, bytesOf) + OF_A_PART;
  return length;
}
