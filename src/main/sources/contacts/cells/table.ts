import { type FieldName, fieldName } from '../../../record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../record/value.ts';
import { alignKeys } from '../../text/align-keys.ts';
import { type BoundEntries, type BoundFields, type BoundSlot, shownOf, type Table, textsIn } from './bound.ts';
import { BLANK, type CellTexts, prefOf, type Row, said } from './cells.ts';
import { type Keyed, type Placed, Placing } from './placing.ts';

/** What a row says, in the universal format. `previous`: the fields it held before, whose keys stay. */
export function readCells({ parts }: Table, row: Row, previous: Fields | null): Map<FieldName, Value> {
  const fields = new Map<FieldName, Value>();
  const found = foundIn(parts, row);
  const names = found.length === 0 ? NO_NAMES : alignKeys(found, previous);
  let at = 0;
  for (const part of parts) {
    if (part.is === 'fields') readFields(part, row, fields);
    else if (part.part.keyed !== undefined) for (const { field, value } of keyedIn(part, row)) fields.set(field, value);
    else for (; found[at]?.part === part; at++) fields.set(names[at] as FieldName, (found[at] as Found).value);
  }
  return fields;
}
const NO_NAMES: readonly FieldName[] = [];

/** The cells to change so that a row says `after`, where it says `before`. Of what there is no column for nothing is written. */
export function writeCells({ parts }: Table, row: Row, before: Fields, after: Fields): CellTexts {
  const changed = new Map<number, string>();
  const wanted = byPart(parts, after);
  const placed = row === BLANK ? NO_PLACED : placedIn(parts, row, before);
  parts.forEach((part, at) => {
    const own = wanted[at] ?? NONE;
    if (part.is === 'fields') writeFields(part, row, own, changed);
    // In the order of the projection: it knows which is preferred, which its own entries may not say any more.
    else writeEntries(part, row, placed[at] ?? NO_ENTRIES, own, changed);
  });
  return changed;
}

/** Why a record is not written into a table that can hold nothing of it. */
export const SAYS_NOTHING = 'this file has no place for anything it says, and an empty entry would be nobody';

/** Is there a cell in a table for one of these fields, beside all the others? */
export function hasCellFor({ parts }: Table, fields: Fields, field: FieldName): boolean {
  return parts.some((part) => {
    if (!owns(part, field)) return false;
    if (part.is === 'fields') return true;
    const own = keyed(part, field, fields.get(field) ?? null);
    const others: Keyed[] = [];
    fields.forEach((value, other) => {
      if (other !== field && owns(part, other)) others.push(keyed(part, other, value));
    });
    const placing = new Placing(part, BLANK);
    placing.place(NO_ENTRIES, [...preferredFirst(others), own]);
    return part.slots.some((_, at) => placing.contentsOf(at).some(({ key }) => key === own.key));
  });
}

/** What a table can hold of a record, and would say of it. */
export function projectCells({ parts }: Table, full: Fields): Map<FieldName, Value> {
  const fields = new Map<FieldName, Value>();
  const wanted = byPart(parts, full);
  parts.forEach((part, index) => {
    const own = wanted[index];
    if (own === undefined) return;
    if (part.is === 'fields') {
      const texts = part.part.write(asFields(own), part.blank);
      for (const [field, value] of part.part.read(shownOf(part, texts))) fields.set(field, value);
      return;
    }
    const placing = new Placing(part, BLANK);
    placing.place(NO_ENTRIES, preferredFirst(own));
    for (let slot = 0; slot < part.slots.length; slot++) {
      const held = placing.contentsOf(slot);
      for (let at = 0; at < held.length; at++) {
        const value = placing.shownOf(slot)[at] ?? null;
        fields.set((held[at] as Keyed).field, part.part.keyed?.withoutKey(value) ?? value);
      }
    }
  });
  return fields;
}

type BoundPart = BoundEntries | BoundFields;

const NONE: readonly Keyed[] = [];
const NO_ENTRIES: readonly Placed[] = [];
const NO_PLACED: readonly (readonly Placed[])[] = [];

const owns = (part: BoundPart, field: FieldName): boolean =>
  part.is === 'fields' ? part.part.owns(field) : field.startsWith(part.prefix);

const keyed = (part: BoundPart, field: FieldName, value: Value): Keyed => ({
  field,
  key: part.is === 'fields' ? field : field.slice(part.prefix.length),
  value,
});

/** Fields by the parts they belong to, in their order; of a part without any nothing. */
function byPart(parts: readonly BoundPart[], fields: Fields): readonly (Keyed[] | undefined)[] {
  const found: (Keyed[] | undefined)[] = parts.map(() => undefined);
  // Those of one map mostly follow each other.
  let last = 0;
  fields.forEach((value, field) => {
    for (let tried = 0; tried < parts.length; tried++) {
      const at = last + tried < parts.length ? last + tried : last + tried - parts.length;
      const part = parts[at] as BoundPart;
      if (!owns(part, field)) continue;
      last = at;
      const own = found[at];
      if (own === undefined) found[at] = [keyed(part, field, value)];
      else own.push(keyed(part, field, value));
      return;
    }
  });
  return found;
}

function asFields(own: readonly Keyed[]): Fields {
  const fields = new Map<FieldName, Value>();
  for (const { field, value } of own) fields.set(field, value);
  return fields;
}

/** Sorted in place. */
function preferredFirst(entries: Keyed[]): readonly Keyed[] {
  const order = (a: Keyed, b: Keyed): number => prefOf(a.value) - prefOf(b.value) || (a.key < b.key ? -1 : 1);
  for (let at = 1; at < entries.length; at++)
    if (order(entries[at - 1] as Keyed, entries[at] as Keyed) > 0) return entries.sort(order);
  return entries;
}

/** An entry a slot holds, whose key is found by alignment. */
interface Found {
  readonly part: BoundEntries;
  readonly slot: number;
  /** As in `KeylessEntry`. */
  readonly map: string;
  readonly value: Value;
}

function foundIn(parts: readonly BoundPart[], row: Row): readonly Found[] {
  const found: Found[] = [];
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
      found.set(key, { field: fieldName(part.prefix + key), key, value: keyed.withoutKey(value), slot });
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
    for (let each = found[next]; each?.part === part; each = found[next]) {
      const field = names[next++] as FieldName;
      placed.push({ field, key: field.slice(part.prefix.length), value: each.value, slot: each.slot });
    }
    return placed;
  });
}

function readFields(part: BoundFields, row: Row, fields: Map<FieldName, Value>): void {
  const texts = textsIn(part, row);
  if (texts === part.blank) return;
  part.part.read(texts).forEach((value, field) => {
    fields.set(field, value);
  });
}

/** Texts of columns that are others than those of the row. */
function change(places: readonly number[], texts: readonly string[], row: Row, changed: Map<number, string>): void {
  for (let at = 0; at < places.length; at++) {
    const [place, text] = [places[at] as number, texts[at] as string];
    if (place >= 0 && (row[place] ?? '') !== text) changed.set(place, text);
  }
}

function writeFields(part: BoundFields, row: Row, own: readonly Keyed[], changed: Map<number, string>): void {
  const now = textsIn(part, row);
  if (now === part.blank && own.length === 0) return;
  const wanted = asFields(own);
  if (!sameFields(part.part.read(now), wanted)) change(part.places, part.part.write(wanted, now), row, changed);
}

function sameFields(a: Fields, b: Fields): boolean {
  if (a.size !== b.size) return false;
  for (const [field, value] of a) if (!b.has(field) || !equalValues(value, b.get(field) ?? null)) return false;
  return true;
}

function writeEntries(
  part: BoundEntries,
  row: Row,
  placed: readonly Placed[],
  wanted: readonly Keyed[],
  changed: Map<number, string>,
): void {
  if (isAsWanted(placed, wanted)) return;
  const placing = new Placing(part, row);
  placing.place(placed, wanted);
  part.slots.forEach((bound, at) => {
    const { slot, places, stale, blank } = bound;
    const held = placing.contentsOf(at);
    const now = textsIn(bound, row);
    if (held.length === 0 && now === blank) return;
    const values = held.map(({ value }) => value);
    if (now !== blank && equalValues(values, slot.read(now))) return;
    const texts = held.length === 0 ? places.map(() => '') : placing.textsOf(at);
    change(places, texts, row, changed);
    if (stale.length > 0 && texts[0] !== (said(now[0]) ?? ''))
      change(
        stale,
        stale.map(() => ''),
        row,
        changed,
      );
  });
}

function isAsWanted(placed: readonly Keyed[], wanted: readonly Keyed[]): boolean {
  if (placed.length !== wanted.length) return false;
  const isSame = (now: Keyed | undefined, { value }: Keyed): boolean =>
    now !== undefined && equalValues(now.value, value);
  if (wanted.every((each, at) => placed[at]?.key === each.key))
    return wanted.every((each, at) => isSame(placed[at], each));
  const now = new Map(placed.map((each) => [each.key, each]));
  return wanted.every((each) => isSame(now.get(each.key), each));
}
