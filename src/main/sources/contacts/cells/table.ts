import { compareTexts } from '../../../record/compare-texts.ts';
import { type FieldName, fieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../record/value.ts';
import { alignKeys } from '../../text/entry-keys/align-keys.ts';
import { type BoundEntries, type BoundFields, type BoundSlot, shownOf, type Table, textsIn } from './bound.ts';
import { BLANK, type NewTexts, prefOf, type Row, said, type Texts } from './cells.ts';
import type { Field } from './layout.ts';
import { type Placed, Placing, valuesOf } from './placing.ts';

/** What a row says, in the universal format. `previous`: the fields it held before, whose keys stay. */
export function readCells({ parts }: Table, row: Row, previous: Fields | null): Map<FieldName, Value> {
  const fields = new Map<FieldName, Value>();
  const found = foundIn(parts, row);
  const names = found.length === 0 ? NO_NAMES : alignKeys(found, previous);
  let at = 0;
  for (const part of parts) {
    if (part.is === 'fields') readFields(part, row, fields);
    else if (part.part.keyed !== undefined) for (const { field, value } of keyedIn(part, row)) fields.set(field, value);
    else for (; found[at]?.part === part; at++) fields.set(names[at] as FieldName, (found[at] as HeldEntry).value);
  }
  return fields;
}
const NO_NAMES: readonly FieldName[] = [];

/** Tells the cells to change so that a row says `after`, where it says `before`. Of what there is no column for nothing is written. */
export function writeCells(table: Table, row: Row, before: Fields, after: Fields, changed: NewTexts): void {
  const { parts } = table;
  const wanted = byPart(table, after);
  const placed = row === BLANK ? NO_PLACED : placedIn(parts, row, before);
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] as BoundPart;
    const own = wanted[at] ?? NONE;
    if (part.is === 'fields') writeFields(part, row, own, changed);
    // In the order of the projection: it knows which is preferred, which its own entries may not say any more.
    else writeEntries(part, row, placed[at] ?? NO_ENTRIES, own, changed);
  }
}

/** Why a record is not written into a table that can hold nothing of it. */
export const SAYS_NOTHING = 'this file has no place for anything it says, and an empty entry would be nobody';

const KIND = fieldName('kind');

/** Has a table no row for it: a group, which is nobody and whose members no cell names, or somebody of whom it could say nothing (`shown`)? */
export const hasNoRowFor = (full: Fields, shown: Fields): boolean => full.get(KIND) === 'group' || shown.size === 0;

/** Is there a cell in a table for one of these fields, beside all the others? */
export function hasCellFor({ parts }: Table, fields: Fields, field: FieldName): boolean {
  return parts.some((part) => {
    if (!owns(part, field)) return false;
    if (part.is === 'fields') return true;
    const others: Field[] = [];
    fields.forEach((value, other) => {
      if (other !== field && owns(part, other)) others.push({ field: other, value });
    });
    const placing = new Placing(part, BLANK);
    placing.place(NO_ENTRIES, [...preferredFirst(others), { field, value: fields.get(field) ?? null }]);
    return part.slots.some((_, at) => placing.entriesOf(at).some((each) => each.field === field));
  });
}

/**
 * What the columns there are tell of a value that a row of all columns of its layout says; as it is where none of them could say it. Of an entry
 * the columns it stands in do, in this `row`, which says `now`.
 */
export function toldInColumns(table: Table, row: Row, now: Fields): (field: FieldName, value: Value) => Value {
  let placed: readonly (readonly Placed[])[] | null = null;
  return (field, value) => {
    const index = table.parts.findIndex((part) => owns(part, field));
    const part = table.parts[index];
    if (part === undefined) return value;
    if (part.is === 'fields') {
      const texts = part.part.write([{ field, value }], toAll(part.blank));
      return part.part.read(shownOf(part, texts)).find((each) => each.field === field)?.value ?? value;
    }
    if (part.part.keyed !== undefined) return value;
    placed ??= placedIn(table.parts, row, now);
    const own = placed[index]?.find((each) => each.field === field);
    for (const bound of own === undefined ? part.slots : [part.slots[own.slot] as BoundSlot]) {
      const texts = bound.slot.write([value], toAll(bound.blank));
      const [told, ...others] = texts === null ? [] : bound.slot.read(shownOf(bound, texts));
      if (told !== undefined && others.length === 0) return told;
    }
    return value;
  };
}
const toAll = (blank: Texts): Texts => blank.map(() => '');

/** What a table can hold of a record, and would say of it. `held`: what its row shows, which stays there. */
export function projectCells(table: Table, full: Fields, held: Fields = NO_FIELDS): Map<FieldName, Value> {
  const { parts } = table;
  const fields = new Map<FieldName, Value>();
  const wanted = byPart(table, full);
  for (let index = 0; index < parts.length; index++) {
    const [part, own] = [parts[index] as BoundPart, wanted[index] ?? null];
    if (own === null) continue;
    if (part.is === 'fields') {
      const texts = part.part.write(own, part.blank);
      for (const { field, value } of part.part.read(shownOf(part, texts))) fields.set(field, value);
      continue;
    }
    const placing = new Placing(part, BLANK);
    placing.place(NO_ENTRIES, heldFirst(preferredFirst(own), held), held);
    for (let slot = 0; slot < part.slots.length; slot++) {
      const entries = placing.entriesOf(slot);
      for (let at = 0; at < entries.length; at++) {
        const value = placing.shownOf(slot)[at] ?? null;
        fields.set((entries[at] as Field).field, part.part.keyed?.withoutKey(value) ?? value);
      }
    }
  }
  return fields;
}

type BoundPart = BoundEntries | BoundFields;

const NO_FIELDS: Fields = new Map();
const NONE: readonly Field[] = [];
const NO_ENTRIES: readonly Placed[] = [];
const NO_PLACED: readonly (readonly Placed[])[] = [];

const owns = (part: BoundPart, field: FieldName): boolean =>
  part.is === 'fields' ? part.part.owns(field) : field.startsWith(part.prefix);

/** Fields by the parts they belong to, in their order; of a part without any nothing. */
function byPart({ parts, none }: Table, fields: Fields): readonly (Field[] | null)[] {
  const found: (Field[] | null)[] = none.slice();
  // Those of one map mostly follow each other.
  let last = 0;
  fields.forEach((value, field) => {
    for (let tried = 0; tried < parts.length; tried++) {
      const at = last + tried < parts.length ? last + tried : last + tried - parts.length;
      if (!owns(parts[at] as BoundPart, field)) continue;
      last = at;
      const own = found[at] ?? null;
      if (own === null) found[at] = [{ field, value }];
      else own.push({ field, value });
      return;
    }
  });
  return found;
}

/** Of two fields of one map. */
const byPreference = (a: Field, b: Field): number =>
  prefOf(a.value) - prefOf(b.value) || compareTexts(a.field, b.field);

/** Sorted in place. */
function preferredFirst(entries: Field[]): readonly Field[] {
  for (let at = 1; at < entries.length; at++)
    if (byPreference(entries[at - 1] as Field, entries[at] as Field) > 0) return entries.sort(byPreference);
  return entries;
}

/** Else another number could show in a cell because of what was said elsewhere of a third one. */
function heldFirst(entries: readonly Field[], held: Fields): readonly Field[] {
  if (held.size === 0 || entries.length < 2) return entries;
  const [stay, come]: [Field[], Field[]] = [[], []];
  for (const each of entries) (held.has(each.field) ? stay : come).push(each);
  return stay.length === 0 || come.length === 0 ? entries : [...stay, ...come];
}

/** An entry a slot holds, whose key is found by alignment. */
interface HeldEntry {
  readonly part: BoundEntries;
  readonly slot: number;
  /** As in `KeylessEntry`. */
  readonly map: string;
  readonly value: Value;
}

function foundIn(parts: readonly BoundPart[], row: Row): readonly HeldEntry[] {
  const found: HeldEntry[] = [];
  for (const part of parts) {
    if (part.is === 'fields' || part.part.keyed !== undefined) continue;
    const { slots } = part;
    for (let slot = 0; slot < slots.length; slot++)
      for (const value of readSlot(slots[slot] as BoundSlot, row))
        found.push({ part, slot, map: part.part.name, value });
  }
  return found;
}

function readSlot(bound: BoundSlot, row: Row): readonly Value[] {
  const texts = textsIn(bound, row);
  return texts === bound.blank ? NO_VALUES : bound.slot.read(texts);
}
const NO_VALUES: readonly Value[] = [];

/** The entries whose key says something. Of several of one key the first. */
function keyedIn(part: BoundEntries, row: Row): readonly Placed[] {
  const { keyed } = part.part;
  const found = new Map<string, Placed>();
  part.slots.forEach((bound, slot) => {
    for (const value of readSlot(bound, row)) {
      const key = keyed?.keyOf(value) ?? null;
      if (keyed === undefined || key === null || found.has(key)) continue;
      found.set(key, { field: fieldName(part.prefix + key), value: keyed.withoutKey(value), slot });
    }
  });
  return [...found.values()];
}

/** Each entry the cells hold, with its key and its slot, by the parts; `value` as it is in the field. */
function placedIn(parts: readonly BoundPart[], row: Row, previous: Fields): readonly (readonly Placed[])[] {
  const found = foundIn(parts, row);
  const names = found.length === 0 ? NO_NAMES : alignKeys(found, previous);
  let next = 0;
  return parts.map((part) => {
    if (part.is === 'fields') return NO_ENTRIES;
    if (part.part.keyed !== undefined) return keyedIn(part, row);
    const placed: Placed[] = [];
    for (let each = found[next]; each?.part === part; each = found[next])
      placed.push({ field: names[next++] as FieldName, value: each.value, slot: each.slot });
    return placed;
  });
}

function readFields(part: BoundFields, row: Row, fields: Map<FieldName, Value>): void {
  const texts = textsIn(part, row);
  if (texts !== part.blank) for (const { field, value } of part.part.read(texts)) fields.set(field, value);
}

/** Tells of texts of columns that are others than those of the row. */
function change(places: readonly number[], texts: readonly string[] | null, row: Row, changed: NewTexts): void {
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    if (place < 0) continue;
    const text = texts === null ? '' : (texts[at] as string);
    const now = place < row.length ? row[place] : '';
    if (now !== text) changed.set(place, text);
  }
}

function writeFields(part: BoundFields, row: Row, wanted: readonly Field[], changed: NewTexts): void {
  const now = textsIn(part, row);
  if (now === part.blank && wanted.length === 0) return;
  if (!saysTheSame(part.part.read(now), wanted)) change(part.places, part.part.write(wanted, now), row, changed);
}

function writeEntries(
  part: BoundEntries,
  row: Row,
  placed: readonly Placed[],
  wanted: readonly Field[],
  changed: NewTexts,
): void {
  if (saysTheSame(placed, wanted)) return;
  const placing = new Placing(part, row);
  placing.place(placed, wanted);
  for (let at = 0; at < part.slots.length; at++) {
    const bound = part.slots[at] as BoundSlot;
    const entries = placing.entriesOf(at);
    const now = textsIn(bound, row);
    if (now === bound.blank) {
      if (entries.length === 0) continue;
    } else if (equalValues(valuesOf(entries), bound.slot.read(now))) continue;
    const texts = entries.length === 0 ? null : placing.textsOf(at);
    change(bound.places, texts, row, changed);
    if (bound.stale.length > 0 && (texts?.[0] ?? '') !== (said(now[0]) ?? '')) change(bound.stale, null, row, changed);
  }
}

/** Are they the same fields, in whatever order? */
function saysTheSame(now: readonly Field[], wanted: readonly Field[]): boolean {
  if (now.length !== wanted.length) return false;
  let inOrder = 0;
  while (inOrder < now.length && now[inOrder]?.field === wanted[inOrder]?.field) inOrder++;
  if (inOrder === now.length) return equalValues(valuesOf(now), valuesOf(wanted));
  const values = new Map(now.map(({ field, value }) => [field, value]));
  return wanted.every(({ field, value }) => values.has(field) && equalValues(values.get(field) ?? null, value));
}
