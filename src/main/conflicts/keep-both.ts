import { isKeptBeside } from '../../contract/kept-beside.ts';
import type { Change, FieldWrite } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import { type RecordState, shownSibling } from '../merge/record-state.ts';
import { authorOf } from '../past/author-of.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, EXISTS, fileEntry, MODIFIED } from '../record/file-entry.ts';
import { type FieldName, fieldName, type RecordId, recordId } from '../record/ids.ts';
import { isPlain, type Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import type { OpenConflict, OpenValue } from './open-conflicts.ts';

/** No file system takes a longer name (bytes of UTF-8). */
const LONGEST_NAME = 255;

/** Which value stays where it is: the shown one, but never a file in place of a folder that something lives in. */
export function valueThatStays(collection: Collection, conflict: OpenConflict): OpenValue {
  if (!collection.records.hasLiveBelow(conflict.record)) return conflict.shown;
  return conflict.values.find((value) => fileEntry(value.value)?.type === 'directory') ?? conflict.shown;
}

/** The adds that put every other value beside it, named after the device it comes from. A folder without its content is nothing to keep. */
export function copiesBeside(
  port: Pick<HistoryPort, 'collection' | 'members'>,
  conflict: OpenConflict,
  stays: OpenValue,
): readonly Change[] {
  const taken = namesBeside(port.collection, conflict.record);
  const changes: Change[] = [];
  for (const value of conflict.values) {
    if (value === stays || value.kind === 'delete' || fileEntry(value.value)?.type === 'directory') continue;
    const record = freeName(conflict.record, authorOf(port, value.latest).name, taken);
    changes.push({
      record,
      cause: 'settle',
      writes: [...writesOf(port.collection, conflict.record, value), { field: EXISTS, value: true, replaces: [] }],
    });
  }
  return changes;
}

/** The values that can stand as entries of their own beside the one that stays; none where the field can have but one. */
export function entriesBeside(
  { kind }: Collection,
  { state }: StoredRecord,
  { field, values }: OpenConflict,
  stays: OpenValue,
): readonly FieldWrite[] {
  if (kind !== 'contacts' || !isKeptBeside(field)) return [];
  const [map] = field.split('/') as [string];
  return values.flatMap((each) => {
    if (each === stays || each.value === null) return [];
    // Whoever else settles it so gives it the same key.
    const entry = freeEntry(state, map, each.id);
    const replaces = (state.fields.get(entry) ?? []).flatMap(({ dots }) => dots);
    return [{ field: entry, value: notPreferred(each.value), replaces }];
  });
}

/** The field of a key, or of the first number behind it, under which nothing stands. */
function freeEntry({ fields }: RecordState, map: string, key: string): FieldName {
  for (let number = 1; ; number++) {
    const field = fieldName(`${map}/${key}${number === 1 ? '' : `-${number}`}`);
    if ((fields.get(field) ?? []).every(({ value }) => value === null)) return field;
  }
}

/** Which is preferred among its kind is said by the one that stays. */
function notPreferred(value: Value): Value {
  if (!isPlain(value)) return value;
  const { pref: _, ...rest } = value;
  return rest;
}

/** The entry, and what its author said of it in the same change: its time, and whether it may be executed. */
function writesOf(collection: Collection, id: RecordId, value: OpenValue): readonly FieldWrite[] {
  const others = saidWith(collection, id, value).filter(
    (write) => write.field !== ENTRY && write.field !== EXISTS && write.value !== null,
  );
  return [{ field: ENTRY, value: value.value, replaces: [] }, ...others.map((write) => ({ ...write, replaces: [] }))];
}

/** What was said beside it when it was brought. Who only settled for it said nothing of its time, and a file without one is as no device has it. */
function saidWith({ kind, log, packages, records }: Collection, id: RecordId, value: OpenValue): readonly FieldWrite[] {
  const said = packages.changeAt(value.latest)?.change.writes ?? [];
  const record = records.find(id);
  if (record === null || said.some(({ field }) => field === MODIFIED)) return said;
  const rule = fieldRule(kind, ENTRY);
  const brought = packages
    .earlierValues(record.row)
    .filter((earlier) => earlier.field === ENTRY && rule.same(earlier.value, value.value))
    .map(({ dot }) => packages.changeAt(dot)?.change.writes ?? [])
    .findLast((writes) => writes.some(({ field }) => field === MODIFIED));
  if (brought !== undefined) return brought;
  const shown = shownSibling(fieldRule(kind, MODIFIED), record.state.fields.get(MODIFIED) ?? [], log.order);
  return shown === null ? said : [...said, { field: MODIFIED, value: shown.value, replaces: [] }];
}

/** Folded names of all records that are or were beside this one: a copy takes the place of none of them on any system. */
function namesBeside(collection: Collection, id: RecordId): Set<string> {
  const directory = id.slice(0, Math.max(0, id.lastIndexOf('/')));
  const names = collection.records.group(0, directory).map((member) => member.name);
  const below = collection.records
    .groupsFrom(directory)
    .map((path) => path.slice(directory === '' ? 0 : directory.length + 1).split('/')[0] ?? '');
  return new Set([...names, ...below].map(folded));
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** `report (Phone).ods`, `report (Phone 2).ods` … */
function freeName(id: RecordId, device: string, taken: Set<string>): RecordId {
  const at = id.lastIndexOf('/') + 1;
  const name = id.slice(at);
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const label = [...device.normalize('NFC').replace(/[\p{C}<>:"|?*\\/]/gu, '')].slice(0, 40).join('').trim() || 'copy';
  for (let count = 1; ; count++) {
    const ending = ` (${count === 1 ? label : `${label} ${count}`})${extension}`;
    const free = `${shortened(stem, LONGEST_NAME - Buffer.byteLength(ending))}${ending}`;
    if (taken.has(folded(free))) continue;
    taken.add(folded(free));
    return recordId(`${id.slice(0, at)}${free}`);
  }
}

function shortened(stem: string, bytes: number): string {
  let kept = stem;
  while (Buffer.byteLength(kept) > bytes && kept !== '') kept = [...kept].slice(0, -1).join('');
  return kept;
}
