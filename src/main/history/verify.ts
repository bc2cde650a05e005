import { createHash } from 'node:crypto';
import type { VerifyView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import { difference } from '../difference/difference.ts';
import { isConflict, isLive, shownSibling } from '../merge/record-state.ts';
import { canonicalText } from '../past/canonical-text.ts';
import type { HistoryPort, HistorySource } from '../past/history-port.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileEntry } from '../record/file-entry.ts';
import type { FieldName, RecordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import { nativeOf, sameFields } from '../snapshot/lens.ts';
import type { StoredRecord, StoredSnapshot } from '../store/record-store.ts';

const ROOT_LABEL = 'lockstep-records-1\n';
/** Hashing takes longer to begin than to do. */
const PIECE = 1 << 16;

/**
 * The digest of a collection's merged records: equal on two devices if and only if they hold the same records with the same values and the same
 * open conflicts. Nothing in it is local. Deleted records are in it by not being there.
 */
export function recordsRoot(collection: Collection): { readonly root: string; readonly records: number } {
  const hash = createHash('sha256').update(`${ROOT_LABEL}${collection.kind}\n`);
  let records = 0;
  let piece = '';
  for (const record of collection.records.all()) {
    if (!isLive(record.state)) continue;
    records++;
    piece += textOf(collection, record);
    if (piece.length < PIECE) continue;
    hash.update(piece);
    piece = '';
  }
  return { root: hash.update(piece).digest('hex'), records };
}

/** A record's id and fields in the order of their names, each with every value that stands there, in the order of their texts. */
function textOf(collection: Collection, record: StoredRecord): string {
  let text = `${record.id.length} ${record.id}\n`;
  for (const field of [...record.state.fields.keys()].sort()) text += fieldText(collection, record, field);
  return text;
}

function fieldText(collection: Collection, record: StoredRecord, field: FieldName): string {
  const siblings = record.state.fields.get(field) ?? [];
  const [first] = siblings;
  if (siblings.length === 1 && first !== undefined) {
    // A flag that is off may be false on one device and cleared on another, whichever came first: they mean the same.
    if (field === EXISTS || first.value === null || (field === EXECUTABLE && first.value === false)) return '';
    return ` ${field} ${canonicalText(field, first.value)}\n`;
  }
  const rule = fieldRule(collection.kind, field);
  if (!isConflict(rule, siblings)) {
    const shown = shownSibling(rule, siblings, collection.log.order);
    return shown === null ? '' : ` ${field} ${canonicalText(field, shown.value)}\n`;
  }
  const texts = siblings.map((sibling) => canonicalText(field, sibling.value)).sort();
  return ` ${field} ${texts.length}: ${texts.join(' | ')}\n`;
}

const BATCH = 500;

/**
 * The records' digest; with `content` every source is read again, whole, and each record that is not as the snapshot says is named. A source that
 * cannot be looked at now differs by itself: it is named with an empty record.
 */
export async function verifyCollection(
  port: Pick<HistoryPort, 'collection' | 'sources'>,
  content: boolean,
  signal: AbortSignal,
): Promise<VerifyView> {
  const { root, records } = recordsRoot(port.collection);
  const differs: { source: string; record: string }[] = [];
  for (const source of content ? port.sources() : [])
    for (const record of await differing(port.collection, source, signal)) differs.push({ source: source.id, record });
  return { collection: port.collection.stored.id, root, records, differs };
}

async function differing(
  collection: Collection,
  source: HistorySource,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if ((await source.adapter.condition()).is === 'unavailable') return [''];
  const listed = new Set<RecordId>();
  const differs = new Set<string>();
  await source.adapter.list(
    null,
    null,
    (event) => {
      if (event.is === 'unlisted') differs.add(event.problem?.id ?? event.group);
      if (event.is !== 'groups') return;
      for (const group of event.groups) {
        for (const item of group.items) listed.add(item.id);
        for (const problem of group.problems) differs.add(problem.id);
      }
    },
    signal,
  );
  for (const record of collection.records.all()) {
    const stored = collection.records.snapshot(source.row, record.row);
    const isGone = stored?.revision instanceof Uint8Array && !listed.has(record.id);
    const isMissing = isGone || (isDue(collection, record, stored) && source.adapter.onlyLeads?.(record.id) !== true);
    if (isMissing && !isOutside(source, record)) differs.add(record.id);
  }
  const ids = [...listed];
  for (let at = 0; at < ids.length; at += BATCH)
    for (const reading of await source.adapter.read(ids.slice(at, at + BATCH), signal))
      if ('code' in reading || !isAsHeld(collection, source, reading.id, reading.fields)) differs.add(reading.id);
  return [...differs].sort();
}

/**
 * Is the record still to be brought to the source? What is to go is not named: a folder stays as long as something lives in it. Of a text a lens
 * tells, which shows only part of it.
 */
function isDue(collection: Collection, record: StoredRecord, stored: StoredSnapshot | undefined): boolean {
  if (collection.kind !== 'files') return false;
  const { write, fields } = collection.plan(record, collection.held(record, stored));
  return write && fields !== null;
}

/** Do the rules of a source keep the record out of it? */
export function isOutside({ adapter }: Pick<HistorySource, 'adapter'>, { id, state }: StoredRecord): boolean {
  return adapter.outside(id, fileEntry(state.fields.get(ENTRY)?.[0]?.value)?.type === 'directory');
}

function isAsHeld(collection: Collection, { row, adapter }: HistorySource, id: RecordId, fields: Fields): boolean {
  const record = collection.records.find(id);
  const stored = record === null ? undefined : collection.records.snapshot(row, record.row);
  // A folder that is there only because of what lives in it is no item of its own.
  if (stored?.revision == null)
    return fileEntry(fields.get(ENTRY))?.type === 'directory' && collection.records.hasLiveBelow(id);
  const held = record === null ? null : collection.held(record, stored);
  if (adapter.project === undefined) return difference(collection.kind, id, held, fields) === null;
  return sameFields(
    collection.kind,
    nativeOf(held, stored.native, (full) => adapter.project?.(full) ?? full),
    fields,
  );
}
