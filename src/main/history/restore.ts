import type { ResultView } from '../../contract/contract.ts';
import type { Change, FieldWrite } from '../change-log/change.ts';
import type { WrittenPackage } from '../collection.ts';
import { type Missing, NOT_KEPT, resultOf } from '../conflicts/result.ts';
import { isLive, type RecordState, shownFields } from '../merge/record-state.ts';
import { cleanId, findExact, findRecord } from '../past/find-record.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { keptWhere } from '../past/kept-where.ts';
import type { Moment } from '../past/moment.ts';
import { stateOf } from '../past/record-past.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { fieldRule } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { FieldName, RecordId } from '../record/ids.ts';
import type { StoredRecord } from '../store/record-store.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'commit'>;

/**
 * Brings a record, everything below a folder, or (null) the whole collection back to what it was at a moment, by ordinary changes that replace
 * what stands there now. What has no content any more is left as it is and named. Fails with `no-such-record`, `ambiguous-record`, and
 * `content-not-kept` where nothing could be brought back.
 */
export function restore(port: Port, record: string | null, moment: Moment): ResultView {
  const changes: Change[] = [];
  const missing: Missing[] = [];
  for (const row of rowsMeant(port, record, moment)) {
    const now = port.collection.records.at(row);
    if (now === null) continue;
    const change = restoreChange(port, now, stateOf(port.collection, row, moment.had));
    if (change === 'not-kept') missing.push({ record: now.id, why: NOT_KEPT });
    else if (change !== null) changes.push(change);
  }
  const ordered = changes.sort(byOrderOfWriting);
  const written: readonly WrittenPackage[] = ordered.length === 0 ? [] : port.commit(ordered);
  return resultOf(port, written, missing);
}

/** Was there no record at all at that moment? As before the collection was made. */
export function heldNothing({ collection }: Pick<Port, 'collection'>, moment: Moment): boolean {
  for (const { row } of collection.records.all()) if (isLive(stateOf(collection, row, moment.had))) return false;
  return true;
}

/** Adds and modifies before deletes, each by name. */
function byOrderOfWriting(a: Change, b: Change): number {
  return Number(isDelete(a)) - Number(isDelete(b)) || compareTexts(a.record, b.record);
}

const isDelete = (change: Change): boolean =>
  change.writes.some((write) => write.field === EXISTS && write.value === false);

/** Rows of the records that changed since the moment, as far as they are meant. */
function rowsMeant(port: Port, record: string | null, moment: Moment): readonly number[] {
  const { collection } = port;
  const changed = collection.log.recordsFrom(moment.place);
  if (record === null) return changed;
  const meant = recordsMeant(port, record);
  const rows = new Set(meant.rows);
  return changed.filter((row) => rows.has(row));
}

/** The records a RECORD argument means where a folder means all that is in it, now or once. Fails as `findRecord`. */
export function recordsMeant(
  port: Pick<Port, 'collection'>,
  text: string,
): { readonly id: RecordId; readonly rows: readonly number[] } {
  const { collection } = port;
  const folder = cleanId(collection, text);
  const below = collection.kind === 'files' && folder !== '' ? rowsBelow(port, folder) : [];
  const own = findExact(collection, text);
  if (own === null && below.length > 0) return { id: folder, rows: below };
  const found = own ?? findRecord(collection, text);
  return { id: found.id, rows: [found.row, ...(own === null ? [] : below)] };
}

function rowsBelow(port: Pick<Port, 'collection'>, folder: RecordId): readonly number[] {
  const { records } = port.collection;
  return records.groupsFrom(folder).flatMap((path) => records.group(0, path).map((member) => member.row));
}

/** null: it is as it was then. */
function restoreChange(port: Port, now: StoredRecord, then: RecordState): Change | 'not-kept' | null {
  const { kind, log } = port.collection;
  const exists = now.state.fields.get(EXISTS) ?? [];
  const existsDots = exists.flatMap((sibling) => sibling.dots);
  const head = { record: now.id, cause: 'restore' as const };
  if (!isLive(then)) {
    if (!isLive(now.state)) return null;
    return { ...head, writes: [{ field: EXISTS, value: false, replaces: existsDots }] };
  }
  const shown = shownFields(kind, then, log.order);
  const names = new Set<FieldName>([...shown.keys(), ...now.state.fields.keys()]);
  const writes: FieldWrite[] = [];
  for (const field of names) {
    if (field === EXISTS) continue;
    const value = shown.get(field)?.value ?? null;
    const siblings = now.state.fields.get(field) ?? [];
    if (siblings.length <= 1 && fieldRule(kind, field).same(siblings[0]?.value ?? null, value)) continue;
    const dot = shown.get(field)?.dots[0];
    if (dot !== undefined && keptWhere(port, value, dot, null) === 'no') return 'not-kept';
    writes.push({ field, value, replaces: siblings.flatMap((sibling) => sibling.dots) });
  }
  const isThere = exists.length === 1 && exists[0]?.value === true;
  if (writes.length === 0 && isThere) return null;
  return { ...head, writes: [...writes, { field: EXISTS, value: true, replaces: existsDots }] };
}
