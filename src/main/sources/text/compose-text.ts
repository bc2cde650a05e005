import type { RecordId } from '../../record/ids.ts';
import type { Fields } from '../../record/value.ts';
import { uidOfRecord } from './item-ids.ts';
import type { TextFormat } from './text-format.ts';

/** A new text of these records. */
export function composeText(
  format: TextFormat,
  records: readonly { readonly id: RecordId; readonly full: Fields }[],
  moment: string | null = null,
): Uint8Array {
  return format.write(
    format.split(format.empty()),
    records.map(({ id, full }) => ({ item: null, before: null, after: format.project(full), uid: uidOfRecord(id) })),
    moment,
  );
}

/** A moment (ms since 1970) as `TextFormat.write` takes it. */
export const momentOf = (now: number): string => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
