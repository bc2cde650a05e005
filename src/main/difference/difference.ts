import type { Change, FieldWrite } from '../change-log/change.ts';
import type { Held } from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import type { Dot, RecordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';

/**
 * What changed between the snapshot of an item and the item as it is now (DESIGN 2). Pure.
 *
 * `held` is what the source held and the dots it shows; null where it never held the record. `now` null: the item is gone.
 * Returns null where nothing changed in meaning. A write replaces exactly the dots the source was showing, never more. What a
 * directory or link cannot hold is not cleared by its still being one.
 */
export function difference(kind: RecordKind, record: RecordId, held: Held | null, now: Fields | null): Change | null {
  const existed = held?.get(EXISTS);
  if (now === null) {
    if (existed === undefined || existed.value !== true) return null;
    return { record, cause: 'source', writes: [{ field: EXISTS, value: false, replaces: existed.dots }] };
  }
  const writes: FieldWrite[] = [];
  now.forEach((value, field) => {
    const before = held?.get(field);
    if (fieldRule(kind, field).same(before?.value ?? null, value)) return;
    writes.push({ field, value, replaces: before?.dots ?? NONE });
  });
  const isFile = kind === 'files' && fileEntry(now.get(ENTRY))?.type === 'file';
  const clears = kind !== 'files' || isFile || writes.some(({ field }) => field === ENTRY);
  if (clears)
    held?.forEach((before, field) => {
      if (field === EXISTS || now.has(field) || fieldRule(kind, field).same(before.value, null)) return;
      writes.push({ field, value: null, replaces: before.dots });
    });
  if (existed?.value === true && writes.every(({ field }) => fieldRule(kind, field).incidental === true)) return null;
  writes.push({ field: EXISTS, value: true, replaces: existed?.dots ?? NONE });
  return { record, cause: 'source', writes };
}

const NONE: readonly Dot[] = [];
