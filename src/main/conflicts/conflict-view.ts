import type { ConflictsView, ConflictView, ValueView } from '../../contract/contract.ts';
import { deletedWords } from '../../contract/field-words.ts';
import type { Collection } from '../collection.ts';
import { countChoices } from '../merge/record-state.ts';
import { authorOf } from '../past/author-of.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { entrySeen, type PastValue, replacedBy, valuesOf, writtenBy } from '../past/record-past.ts';
import { storedTitle } from '../past/record-title.ts';
import { valueView } from '../past/value-view.ts';
import { LockstepError } from '../platform/trouble.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import type { Dot } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { commonAncestor } from './common-ancestor.ts';
import { mayHaveConflict, type OpenConflict, type OpenValue, openConflicts } from './open-conflicts.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'sources'>;

/** Every open conflict of a collection, by record. */
export function listConflicts(port: Port): readonly ConflictView[] {
  return port.collection.records
    .inConflict()
    .flatMap((record) =>
      openConflicts(port.collection, record).map((conflict) => conflictView(port, record, conflict)),
    );
}

/**
 * The first open conflicts of records with the text in their name or path, whatever the case, and how many there are of such. Those of one
 * record come together: a few more than `limit` where it has several.
 */
export function firstConflicts(port: Port, text: string, limit: number): ConflictsView {
  const { kind, records } = port.collection;
  const wanted = text.trim().toLowerCase();
  const list: ConflictView[] = [];
  let total = 0;
  for (const record of records.inConflict()) {
    if (
      wanted !== '' &&
      !record.id.toLowerCase().includes(wanted) &&
      !storedTitle(kind, record).toLowerCase().includes(wanted)
    )
      continue;
    // What is not shown is only counted: who wrote each value, and over what, is most of the work.
    total += countChoices(kind, record.state, records.isCovered(record.row));
    if (list.length >= limit) continue;
    list.push(...openConflicts(port.collection, record).map((conflict) => conflictView(port, record, conflict)));
  }
  return { list, total };
}

/**
 * The open conflict an id names, by its full id or an unambiguous beginning; null: this collection has none such.
 * Fails with `ambiguous-id`.
 */
export function findConflict(
  port: Port,
  id: string,
): { readonly record: StoredRecord; readonly conflict: OpenConflict } | null {
  if (id === '') return null;
  const found = port.collection.records
    .inConflict()
    .filter((record) => mayHaveConflict(port.collection, record, id))
    .flatMap((record) => openConflicts(port.collection, record).map((conflict) => ({ record, conflict })))
    .filter(({ conflict }) => conflict.id.startsWith(id));
  if (found.length > 1)
    throw new LockstepError('ambiguous-id', `${id} can mean ${found.length} conflicts; give more digits.`, id);
  return found[0] ?? null;
}

/** A conflict as people are shown it: each value with who wrote it and, where this device has several places, where it is. */
export function conflictView(port: Port, record: StoredRecord, conflict: OpenConflict): ConflictView {
  const { collection } = port;
  const isOwn = (value: OpenValue): boolean => authorOf(port, value.latest).device === port.members.self;
  const isTwiceHere = port.sources().length > 1 && conflict.values.filter(isOwn).length > 1;
  const name = storedTitle(collection.kind, record);
  const base = baseOf(port, conflict);
  return {
    id: conflict.id,
    collection: collection.stored.id,
    record: record.id,
    field: conflict.field,
    title: `${name}: ${whoDidWhat(port, conflict)}`,
    name,
    base: base?.view ?? null,
    ...(base === null ? {} : { baseBy: whoAndWhen(port, base.dot) }),
    shown: conflict.shown.id,
    values: conflict.values.map((value) => {
      const places = isTwiceHere && isOwn(value) ? placesOf(port, record, conflict, value) : [];
      const shown = shownValue(record, conflict, value);
      const view = { id: value.id, kind: value.kind, value: shown, ...whoAndWhen(port, value.latest) };
      return places.length === 0 ? view : { ...view, places };
    }),
  };
}

function whoAndWhen(port: Port, dot: Dot): { readonly device: string; readonly at: string } {
  const { device, at } = authorOf(port, dot);
  return { device, at };
}

/** Where it is on this device. */
function placesOf(port: Port, record: StoredRecord, conflict: OpenConflict, { dots }: OpenValue): readonly string[] {
  const { collection } = port;
  const fields = conflict.ofRecord ? [conflict.field, EXISTS] : [conflict.field];
  return port.sources().flatMap(({ row, location }) => {
    const held = collection.held(record, collection.records.snapshot(row, record.row));
    return fields.some((field) => held?.get(field)?.dots.some((dot) => dots.includes(dot))) ? [location] : [];
  });
}

/** A contact or event as a whole is all its fields; a file is its entry. */
function shownValue(record: StoredRecord, conflict: OpenConflict, value: OpenValue): ValueView {
  if (value.kind === 'delete') return null;
  if (conflict.field !== EXISTS) return valueView(value.value);
  const fields = [...record.state.fields].filter(([field]) => field !== EXISTS);
  return Object.fromEntries(
    fields.flatMap(([field, [first]]) =>
      first === undefined || first.value === null ? [] : [[field, valueView(first.value)]],
    ),
  );
}

/** What all values of a conflict were made from, and the change that wrote it; null where they have no common origin, or none that is still held. */
export function baseOf(
  port: Pick<Port, 'collection'>,
  conflict: OpenConflict,
): { readonly value: Value; readonly view: ValueView; readonly dot: Dot } | null {
  const { collection } = port;
  if (conflict.values.some((value) => value.implied)) return baseOfFile(collection, conflict);
  const through = conflict.ofRecord ? EXISTS : conflict.field;
  const dot = commonAncestor(
    collection,
    through,
    conflict.values.map((value) => value.dots),
  );
  if (dot === null) return null;
  if (conflict.field === EXISTS) return null;
  if (conflict.ofRecord && conflict.field === ENTRY) return baseView(entrySeen(collection, [dot]));
  const value = writtenBy(collection, dot, through);
  return baseView(value === undefined ? null : { value, dot });
}

/** What a file took the place of, where the folder beside it is there because of what lies in it. */
function baseOfFile(collection: Collection, conflict: OpenConflict): ReturnType<typeof baseOf> {
  const file = conflict.values.find((value) => value.kind === 'value' && !value.implied);
  const change = file === undefined ? undefined : collection.packages.changeAt(file.latest)?.change;
  const [before] = change === undefined ? [] : valuesOf(collection, ENTRY, replacedBy(change, ENTRY));
  return baseView(before ?? null);
}

const baseView = (past: PastValue | null): ReturnType<typeof baseOf> =>
  past === null || past.value === null ? null : { ...past, view: valueView(past.value) };

/** `edited on Laptop and Phone`, `edited on Laptop, deleted on Phone`, of an occurrence `edited on Laptop, as its series says on Phone`. */
function whoDidWhat(port: Port, conflict: OpenConflict): string {
  const names = (which: (value: OpenValue) => boolean): readonly string[] => [
    ...new Set(conflict.values.filter(which).map((value) => authorOf(port, value.latest).name)),
  ];
  const isFolder = ({ value }: OpenValue): boolean => fileEntry(value)?.type === 'directory';
  const values = conflict.values.filter((value) => value.kind === 'value').length;
  const edited = names((value) => value.kind === 'value');
  const deleted = names((value) => value.kind === 'delete');
  const folders = names(isFolder);
  const others = names((value) => value.kind === 'value' && !isFolder(value));
  const parts: string[] = [];
  if (folders.length > 0 && others.length > 0)
    parts.push(`a file on ${listed(others)}`, `a folder on ${listed(folders)}`);
  else if (values > 1 && edited.length === 1) parts.push(`edited on ${listed(edited)} in ${values} different ways`);
  else if (values > 0) parts.push(`edited on ${listed(edited)}`);
  if (deleted.length > 0) parts.push(`${deletedWords(conflict.field)} on ${listed(deleted)}`);
  return parts.join(', ');
}

/** Names in a sentence: `A, B and C`. */
export function listed(names: readonly string[]): string {
  return names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
