import type { RecordId } from '../../record/ids.ts';
import { uidOfRecord } from '../../record/record-uid.ts';
import type { Fields } from '../../record/value.ts';
import type { TextFormat } from './text-format.ts';

/** A new text of these records. */
export function composeText(
  format: TextFormat,
  records: readonly { readonly id: RecordId; readonly full: Fields }[],
): Uint8Array {
  return composeShown(
    format,
    records.map(({ id, full }) => ({ id, shown: format.project(full) })),
    null,
  );
}

/** The same of what the format shows of records. `moment`: as `TextFormat.write` takes it. */
export function composeShown(
  format: TextFormat,
  records: readonly { readonly id: RecordId; readonly shown: Fields }[],
  moment: string | null,
): Uint8Array {
  const writes = records.map(({ id, shown }) => ({ item: null, before: null, after: shown, uid: uidOfRecord(id) }));
  return format.write(format.split(format.empty()), writes, moment);
}

/** A moment (ms since 1970) as `TextFormat.write` takes it. */
export const momentOf = (now: number): string => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
