import type { Choice, ResultView } from '../../contract/contract.ts';
import type { Change } from '../change-log/change.ts';
import { authorOf } from '../past/author-of.ts';
import { findDevice } from '../past/find-device.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { keptWhere } from '../past/kept-where.ts';
import { LockstepError } from '../platform/trouble.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { newValue, takenValue } from './chosen-value.ts';
import { findConflict } from './conflict-view.ts';
import { copiesBeside, entriesBeside, valueThatStays } from './keep-both.ts';
import { type OpenConflict, type OpenValue, openConflicts } from './open-conflicts.ts';
import { type Missing, NOT_KEPT, resultOf } from './result.ts';
import { deleteChange, type Settled, settleChange } from './settle-change.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'commit' | 'sources'>;

/**
 * Settles one conflict. null: this collection has no such conflict. Fails with `bad-value`, `no-such-value`, `unknown-content`,
 * `content-not-kept`, and with `cannot-keep-both` where the values can stand nowhere beside each other.
 */
export async function resolveConflict(port: Port, id: string, choice: Choice): Promise<ResultView | null> {
  const before = findConflict(port, id);
  if (before === null) return null;
  if ('keepBoth' in choice) return keepBoth(port, before.record, before.conflict);
  if ('take' in choice) {
    const value = takenValue(before.conflict, choice.take);
    if (lacksContent(port, value)) return resultOf(port, [], [{ record: before.record.id, why: NOT_KEPT }]);
    return commitSettled(port, before.record, settledWith(before.conflict, value));
  }
  const given = 'text' in choice ? textChoice(port, before.conflict, choice.text) : choice.value;
  const value = await newValue(port, before.record, before.conflict, given);
  const now = port.collection.records.at(before.record.row) ?? before.record;
  const conflict = openConflicts(port.collection, now).find((each) => each.id === before.conflict.id);
  if (conflict === undefined || !sameValues(conflict, before.conflict))
    throw new LockstepError(
      'changed-meanwhile',
      `${now.id} changed while its conflict was being settled; look at it again.`,
      now.id,
    );
  const deleted = value === null && (conflict.ofRecord || isEntry(port, conflict));
  return commitSettled(port, now, deleted ? { conflict, deleted } : { conflict, value });
}

/**
 * Settles every conflict of the collection with the newest value, or with that of one device (`this-device`, or a DEVICE). Those to which that
 * device has said nothing, whose content nobody has, or where a file would take the place of a folder with something in it, stay open.
 */
export function resolveAll(port: Port, prefer: string): ResultView {
  const device =
    prefer === 'newest' ? null : prefer === 'this-device' ? port.members.self : findDevice(port.members, prefer);
  const changes: Change[] = [];
  const missing: Missing[] = [];
  const left: string[] = [];
  for (const record of port.collection.records.inConflict()) {
    const settled: Settled[] = [];
    for (const conflict of openConflicts(port.collection, record)) {
      const value =
        device === null
          ? conflict.values[0]
          : conflict.values.find((each) => each.writtenBy.some((dot) => authorOf(port, dot).device === device));
      if (value === undefined || wouldDelete(port, record, conflict, value)) left.push(conflict.id);
      else if (!lacksContent(port, value)) settled.push(settledWith(conflict, value));
      else {
        left.push(conflict.id);
        missing.push({ record: record.id, why: NOT_KEPT });
      }
    }
    if (settled.length > 0) changes.push(settleChange(record, settled));
  }
  const result = resultOf(port, changes.length === 0 ? [] : port.commit(changes), missing);
  return { ...result, conflicts: [...new Set([...result.conflicts, ...left])] };
}

function settledWith(conflict: OpenConflict, value: OpenValue): Settled {
  return value.kind === 'delete' && conflict.ofRecord ? { conflict, deleted: true } : { conflict, value: value.value };
}

/** A file takes the place of a folder: what is in that is deleted with the same settlement. */
function commitSettled(port: Port, record: StoredRecord, settled: Settled): ResultView {
  const { conflict } = settled;
  const below =
    'value' in settled && isFileValue(port, conflict, settled.value)
      ? port.collection.records.liveBelow(record.id, Number.MAX_SAFE_INTEGER)
      : [];
  const deletions = below.map((each) => deleteChange(each)).reverse();
  return resultOf(port, port.commit([settleChange(record, [settled]), ...deletions]), []);
}

const wouldDelete = (port: Port, record: StoredRecord, conflict: OpenConflict, value: OpenValue): boolean =>
  isFileValue(port, conflict, value.value) && port.collection.records.hasLiveBelow(record.id);

function isFileValue(port: Port, conflict: OpenConflict, value: Value): boolean {
  return isEntry(port, conflict) && value !== null && fileEntry(value)?.type !== 'directory';
}

function keepBoth(port: Port, record: StoredRecord, conflict: OpenConflict): ResultView {
  if (!isEntry(port, conflict)) return keepEntries(port, record, conflict);
  const stays = valueThatStays(port.collection, conflict);
  const copies = copiesBeside(port, conflict, stays);
  return resultOf(port, port.commit([settleChange(record, [{ conflict, value: stays.value }]), ...copies]), []);
}

/** Numbers, addresses and the like of a contact: one stays what it is, the others are entries of their own from now on. */
function keepEntries(port: Port, record: StoredRecord, conflict: OpenConflict): ResultView {
  const stays = conflict.shown.value === null ? conflict.values.find(({ value }) => value !== null) : conflict.shown;
  const added = stays === undefined ? [] : entriesBeside(port.collection, record, conflict, stays);
  if (stays === undefined || added.length === 0)
    throw new LockstepError(
      'cannot-keep-both',
      `${record.id}: the values of ${conflict.field} cannot stand beside each other; take one of them.`,
      record.id,
    );
  const change = settleChange(record, [{ conflict, value: stays.value }]);
  return resultOf(port, port.commit([{ ...change, writes: [...change.writes, ...added] }]), []);
}

function lacksContent(port: Port, value: OpenValue): boolean {
  return value.dots.every((dot) => keptWhere(port, value.value, dot, null) === 'no');
}

function textChoice(port: Port, conflict: OpenConflict, text: string): Uint8Array | string {
  return isEntry(port, conflict) ? new TextEncoder().encode(text) : text;
}

const isEntry = (port: Port, conflict: OpenConflict): boolean =>
  conflict.field === ENTRY && port.collection.kind === 'files';

const sameValues = (a: OpenConflict, b: OpenConflict): boolean =>
  a.values.length === b.values.length &&
  a.values.every((value, at) => value.id === b.values[at]?.id && value.latest === b.values[at]?.latest);
