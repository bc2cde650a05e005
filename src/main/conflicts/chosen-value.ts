import { shownFields } from '../merge/record-state.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { valuesOf, writtenBy } from '../past/record-past.ts';
import { LockstepError } from '../platform/trouble.ts';
import { ENTRY, EXISTS, type FileEntry, fileEntry } from '../record/file-entry.ts';
import { digest } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { whyUnfitting } from './fitting-value.ts';
import type { OpenConflict, OpenValue } from './open-conflicts.ts';

type Port = Pick<HistoryPort, 'collection' | 'contents' | 'sources'>;

/** The value a VALUE_ID means, in full or shortened. Fails with `no-such-value` and `ambiguous-id`. */
export function takenValue(conflict: OpenConflict, id: string): OpenValue {
  const found = id === '' ? [] : conflict.values.filter((value) => value.id.startsWith(id));
  if (found.length > 1) throw new LockstepError('ambiguous-id', `${id} can mean several values; give more digits.`, id);
  const [value] = found;
  if (value !== undefined) return value;
  const all = conflict.values.map((each) => each.id).join(', ');
  throw new LockstepError(
    'no-such-value',
    `The conflict ${conflict.id} of ${conflict.record} has no value ${id}; it has ${all}.`,
    id,
  );
}

/**
 * The value a person wrote in place of those in conflict. null: delete. For files an entry whose content is known here, or the bytes of a
 * new one, which are kept before anything names them. Fails with `bad-value` and `unknown-content`.
 */
export async function newValue(
  port: Port,
  record: StoredRecord,
  conflict: OpenConflict,
  given: unknown,
): Promise<Value> {
  if (given === null) return null;
  if (conflict.field === EXISTS) throw bad(conflict, 'take one of the values: it is kept as a whole or deleted');
  if (conflict.field !== ENTRY || port.collection.kind !== 'files') return fieldValue(port, record, conflict, given);
  if (given instanceof Uint8Array) return { type: 'file', ...(await port.contents.keep(given)) };
  if (typeof given !== 'object' || Array.isArray(given)) throw bad(conflict, 'an entry is {"type": …}');
  const { type, target, sha256, size } = given as { readonly [key: string]: unknown };
  if (type === 'directory') return { type };
  if (type === 'symlink' && typeof target === 'string' && target !== '' && !target.includes('\0'))
    return { type, target };
  if (type !== 'file' || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256))
    throw bad(
      conflict,
      'a file is {"type": "file", "sha256": 64 hex digits}, a link {"type": "symlink", "target": text}, a folder {"type": "directory"}',
    );
  return (await knownContent(port, record, sha256.toLowerCase(), size)) as Value;
}

/** The entry of a content that this record had once, or that is on this device. */
async function knownContent(port: Port, record: StoredRecord, sha256: string, size: unknown): Promise<FileEntry> {
  const { collection, contents } = port;
  const dots = collection.log.changesOf(record.row).filter((dot) => writtenBy(collection, dot, ENTRY) !== undefined);
  for (const { value } of valuesOf(collection, ENTRY, dots)) {
    const entry = fileEntry(value);
    if (entry?.type === 'file' && entry.digest === sha256) return entry;
  }
  const name = digest(sha256);
  const content = { digest: name, size: typeof size === 'number' ? size : Number.NaN };
  const bytes =
    contents.isHere(name) && Number.isSafeInteger(content.size) ? await contents.read(record.id, content) : null;
  if (bytes?.length === content.size) return { type: 'file', ...content };
  throw new LockstepError(
    'unknown-content',
    `No version of ${record.id} has the content ${sha256}, and with this size it is not on this device either; give the bytes instead.`,
    record.id,
  );
}

/** A value of one field: of the kind of those in conflict, and such that no source that can hold those would show it as cleared. */
function fieldValue(port: Port, record: StoredRecord, conflict: OpenConflict, given: unknown): Value {
  const { kind, log } = port.collection;
  const value = plainValue(conflict, given);
  const known = conflict.values.flatMap((each) => (each.value === null ? [] : [each.value]));
  const why = whyUnfitting(value, known);
  if (why !== null) throw bad(conflict, why);
  const full = fieldsOf(shownFields(kind, record.state, log.order));
  for (const { adapter } of port.sources()) {
    const holds = (each: Value): boolean =>
      adapter.project?.(new Map([...full, [conflict.field, each]])).has(conflict.field) !== false;
    if (known.some(holds) && !holds(value)) throw bad(conflict, 'no source could show it');
  }
  return value;
}

/** JSON as a field's value; what no field can hold is refused. */
function plainValue(conflict: OpenConflict, given: unknown): Value {
  if (given === null || typeof given === 'boolean' || typeof given === 'string' || given instanceof Uint8Array)
    return given;
  if (typeof given === 'number' && Number.isFinite(given)) return given;
  if (Array.isArray(given)) return given.map((item) => plainValue(conflict, item));
  if (typeof given === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(given)))
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, plainValue(conflict, item)]));
  throw bad(conflict, 'it is no JSON value');
}

function bad(conflict: OpenConflict, why: string): LockstepError {
  return new LockstepError(
    'bad-value',
    `${conflict.record}, ${conflict.field}: this value cannot stand there; ${why}.`,
    conflict.record,
  );
}
