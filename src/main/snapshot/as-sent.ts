import { entryMapOf } from '../record/entry-maps.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** An item of which it is asked whether it is what a source was given. */
export interface MaybeSent {
  /** What the source held when it was last in step; null: it held none. */
  readonly before: Fields | null;
  /** What it was given. */
  readonly sent: Fields;
  /** What it shows. */
  readonly now: Fields;
  /** The record is there. Of one that is not all the same counts, whatever is left out of it. */
  readonly isWanted: boolean;
}
export interface AskedOfSent {
  /** As `SourceAdapter`. */
  unedited(meant: Fields, holds: Fields): Fields | null;
  /** Did the record ever say that? */
  isKnown(field: FieldName, value: Value): boolean;
}

/**
 * What a source held of what it was given, before anybody edited that: what is otherwise by now is an edit. null: nothing tells that it has it, so that all
 * of what it shows is somebody's. Pure.
 */
export function heldAsSent(
  kind: RecordKind,
  { before, sent, now, isWanted }: MaybeSent,
  { unedited, isKnown }: AskedOfSent,
): Fields | null {
  const made = unedited(sent, now);
  const isSame = (field: FieldName, a: Fields, b: Fields): boolean =>
    fieldRule(kind, field).same(a.get(field) ?? null, b.get(field) ?? null);
  if (before === null) {
    if (isWanted && lacksSome(sent, now)) return null;
    if (made === null) return now;
    // What the record said once another device may have put there, before it said what was sent.
    const edited = [...now].filter(([field]) => !isSame(field, made, now));
    return isWanted && !edited.some(([field, value]) => isKnown(field, value)) ? made : null;
  }
  const fields = [...new Set([...before.keys(), ...sent.keys(), ...now.keys()])].filter(
    (field) => fieldRule(kind, field).incidental !== true,
  );
  const written = new Set(fields.filter((field) => !isSame(field, before, sent)));
  const shows = new Map([...now].filter(([field]) => written.has(field)));
  const isInItsWay = unedited(sent, shows) === null;
  const isThere = [...written].some((field) => isSame(field, sent, now) || (isInItsWay && !isSame(field, before, now)));
  if (!isThere) return null;
  const held = new Map(made ?? now);
  // In its own way it had written the rest before.
  for (const field of fields.filter((each) => !written.has(each))) {
    const value = before.get(field);
    if (value === undefined) held.delete(field);
    else held.set(field, value);
  }
  return held;
}

/** Is less of something in it than was given? */
function lacksSome(sent: Fields, now: Fields): boolean {
  const count = (fields: Fields, of: string): number =>
    [...fields.keys()].filter((field) => partOf(field) === of).length;
  return [...sent.keys()].some((field) => count(now, partOf(field)) < count(sent, partOf(field)));
}
const partOf = (field: FieldName): string => entryMapOf(field) ?? field;
