import type { Collection } from '../collection.ts';
import { conflictFields, largestDot, type Sibling, shownSibling, strayFields } from '../merge/record-state.ts';
import { canonicalText } from '../past/canonical-text.ts';
import { digestOf } from '../platform/hash.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, EXISTS } from '../record/file-entry.ts';
import type { CollectionId, Dot, FieldName, RecordId } from '../record/ids.ts';
import { SERIES_FIELDS } from '../record/series.ts';
import type { Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { writersOf } from './writers-of.ts';

/** One of the values a person chooses between. */
export interface OpenValue {
  /** 12 hex digits, equal on every device. */
  readonly id: string;
  /** `delete`: the record, or this field of it, shall not be there. */
  readonly kind: 'value' | 'delete';
  readonly value: Value;
  /** The changes that say so. Never empty. */
  readonly dots: readonly Dot[];
  /** The changes that wrote it, as `writersOf` tells them. Never empty. */
  readonly writtenBy: readonly Dot[];
  /** The largest of those. */
  readonly latest: Dot;
  /** No change wrote it: it is a directory because of what lies in it, and the changes are those of one of these. */
  readonly implied?: true;
}
/** A field with several values, as a person sees it: a delete beside edits is one conflict of the whole record. */
export interface OpenConflict {
  /** 16 hex digits, equal on every device. */
  readonly id: string;
  readonly record: RecordId;
  readonly field: FieldName;
  /** A delete stands beside what is kept of the record. */
  readonly ofRecord: boolean;
  /** The latest first. */
  readonly values: readonly OpenValue[];
  /** What a source that held none of them shows. */
  readonly shown: OpenValue;
}

const conflictId = (collection: CollectionId, record: RecordId, field: FieldName): string =>
  digestOf(`${collection}\0${record}\0${field}`).slice(0, 16);

const valueId = (conflict: string, field: FieldName, value: Value): string =>
  digestOf(`${conflict}\0${canonicalText(field, value)}`).slice(0, 12);

/** Can a conflict of this record have an id that begins so? Told without its values, which cost more than all else. */
export function mayHaveConflict(collection: Collection, { id, state }: StoredRecord, prefix: string): boolean {
  const fields = [ENTRY, EXISTS, ...conflictFields(collection.kind, state)];
  return fields.some((field) => conflictId(collection.stored.id, id, field).startsWith(prefix));
}

/** What a person has to decide about a record, in the order of the fields' names. */
export function openConflicts(collection: Collection, record: StoredRecord): readonly OpenConflict[] {
  const fields = conflictFields(collection.kind, record.state);
  const ofRecord = fields.includes(EXISTS);
  const whole = collection.kind === 'files' ? ENTRY : EXISTS;
  const implied = impliedDirectory(collection, record);
  const open = fields
    .filter((field) => field !== EXISTS && !((ofRecord || implied.length > 0) && field === whole))
    .map((field) => conflictOf(collection, record, field, valuesOf(collection, record, field), false));
  if (ofRecord)
    open.push(conflictOf(collection, record, whole, [...implied, ...valuesOfRecord(collection, record, whole)], true));
  else if (implied.length > 0)
    open.push(conflictOf(collection, record, whole, [...implied, ...valuesOf(collection, record, whole)], false));
  return open.sort((a, b) => compareTexts(a.field, b.field));
}

type Draft = Omit<OpenValue, 'id' | 'latest'>;

/**
 * A file that other records lie below is a directory as well, though no change says so of itself: what lies there says it, and for all of it
 * the first of them.
 */
function impliedDirectory(collection: Collection, record: StoredRecord): readonly Draft[] {
  const [first] = collection.records.isCovered(record.row) ? collection.records.liveBelow(record.id, 1) : [];
  const exists = first?.state.fields.get(EXISTS)?.find((sibling) => sibling.value === true);
  return exists === undefined
    ? []
    : [{ kind: 'value', value: { type: 'directory' }, ...saidBy(collection, exists, EXISTS, [exists]), implied: true }];
}

function valuesOf(collection: Collection, record: StoredRecord, field: FieldName): readonly Draft[] {
  const stray = collection.kind === 'calendar' && strayFields(record.state).includes(field);
  return [...(stray ? [withTheSeries(collection, record)] : []), ...ownValues(collection, record, field)];
}

/** Beside what is said of an occurrence of a series that was moved meanwhile: nothing, said by whoever moved it. That is what is shown. */
function withTheSeries(collection: Collection, { state }: StoredRecord): Draft {
  const said = SERIES_FIELDS.flatMap((field) => {
    const siblings = state.fields.get(field) ?? [];
    return siblings.map((sibling) => saidBy(collection, sibling, field, siblings));
  });
  const [dots, writtenBy] = [said.flatMap((each) => each.dots), said.flatMap((each) => each.writtenBy)];
  return { kind: 'delete', value: null, dots, writtenBy };
}

/** The changes that say one of the values of a field, and those that wrote it. */
const saidBy = (
  collection: Collection,
  sibling: Sibling,
  field: FieldName,
  siblings: readonly Sibling[],
): Pick<Draft, 'dots' | 'writtenBy'> => ({
  dots: sibling.dots,
  writtenBy: writersOf(collection, field, sibling, siblings),
});

function ownValues(collection: Collection, record: StoredRecord, field: FieldName): readonly Draft[] {
  const siblings = record.state.fields.get(field) ?? [];
  return shownFirst(collection, field, siblings).map((sibling) => ({
    kind: sibling.value === null ? 'delete' : 'value',
    value: sibling.value,
    ...saidBy(collection, sibling, field, siblings),
  }));
}

/** Each value of the whole record, then its deletion. A single entry is dated by the changes that kept the record, not by its own. */
function valuesOfRecord(collection: Collection, record: StoredRecord, whole: FieldName): readonly Draft[] {
  const exists = record.state.fields.get(EXISTS) ?? [];
  const alive = exists.find((sibling) => sibling.value === true) as Sibling;
  const gone = exists.find((sibling) => sibling.value !== true) as Sibling;
  const kept: readonly Draft[] = whole === EXISTS ? [] : valuesOf(collection, record, whole);
  const value = kept[0]?.value ?? true;
  const values =
    kept.length > 1 ? kept : [{ kind: 'value' as const, value, ...saidBy(collection, alive, EXISTS, exists) }];
  return [...values, { kind: 'delete', value: null, ...saidBy(collection, gone, EXISTS, exists) }];
}

function shownFirst(collection: Collection, field: FieldName, siblings: readonly Sibling[]): readonly Sibling[] {
  const shown = shownSibling(fieldRule(collection.kind, field), siblings, collection.log.order);
  return shown === null ? [] : [shown, ...siblings.filter((sibling) => sibling !== shown)];
}

function conflictOf(
  collection: Collection,
  record: StoredRecord,
  field: FieldName,
  drafts: readonly Draft[],
  ofRecord: boolean,
): OpenConflict {
  const { order } = collection.log;
  const id = conflictId(collection.stored.id, record.id, field);
  const values = drafts.map((draft) => ({
    ...draft,
    id: valueId(id, field, draft.value),
    latest: largestDot({ dots: draft.writtenBy }, order),
  }));
  const shown = values[0] as OpenValue;
  return { id, record: record.id, field, ofRecord, values: values.sort((a, b) => order(b.latest, a.latest)), shown };
}
