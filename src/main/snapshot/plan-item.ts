import {
  type DotOrder,
  dotsStoodFor,
  type Held,
  type HeldField,
  isConflict,
  isLive,
  type RecordState,
  type Sibling,
  shownField,
} from '../merge/record-state.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import type { Dot, FieldName } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';

/** What a source has to do so that it shows a record's state. */
export interface PlannedItem {
  /** Nothing is written where the source holds all values already; its snapshot still moves to these. */
  readonly write: boolean;
  /** null: the item shall not be there. */
  readonly fields: Fields | null;
  /** What the source holds once that is done. */
  readonly held: Held;
}

/**
 * Plans one record for one source. Pure.
 *
 * Where a field is in conflict, a source that holds one of its values keeps it; one that held none gets the shown one (DESIGN 5).
 * So nothing changes under an open editor, and each device's file stays as its user left it until a person decides.
 *
 * `covered`: it is a file, and other records lie below it: it shows as a directory but where the source holds the file, or its deletion.
 */
export function planItem(
  kind: RecordKind,
  state: RecordState,
  before: Held | null,
  order: DotOrder,
  covered = false,
): PlannedItem {
  if (covered && !holdsOwn(state, before)) return planDirectory(before);
  const target = new Map<FieldName, HeldField>();
  const unseen = new Set<Dot>();
  const wasThere = before?.get(EXISTS)?.value === true;
  const shownOf = (field: FieldName, siblings: readonly Sibling[]): HeldField | undefined =>
    shownField(fieldRule(kind, field), siblings, order) ?? undefined;
  const standing = (field: FieldName): HeldField | undefined =>
    keptSibling(kind, field, before, state.fields.get(field) ?? []) ?? shownOf(field, state.fields.get(field) ?? []);
  // An item that comes back shows none of the values any more: nothing of what it said once is to be kept there.
  const comesBack = !wasThere && standing(EXISTS)?.value === true;
  state.fields.forEach((siblings, field) => {
    const conflicts = siblings.length > 1 && isConflict(fieldRule(kind, field), siblings);
    const value = conflicts && !(comesBack && field !== EXISTS) ? standing(field) : shownOf(field, siblings);
    if (value === undefined) return;
    target.set(field, value);
    if (conflicts)
      for (const { dots } of siblings) for (const dot of dots) if (!value.dots.includes(dot)) unseen.add(dot);
  });
  const exists = target.get(EXISTS);
  if (unseen.size > 0 && exists?.value === true) {
    const held = before?.get(EXISTS);
    const dots = dotsStoodFor(exists.dots, held?.value === true ? held.dots : [], unseen);
    target.set(EXISTS, { value: true, dots });
  }
  if (target.get(EXISTS)?.value !== true) {
    const held = isLive(state) ? heldOfGone(before, target.get(EXISTS)) : target;
    return { write: wasThere, fields: null, held };
  }
  const fields = new Map<FieldName, Value>();
  let write = !wasThere;
  target.forEach(({ value }, field) => {
    if (field === EXISTS) return;
    if (value !== null) fields.set(field, value);
    if (!write && !fieldRule(kind, field).same(before?.get(field)?.value ?? null, value)) write = true;
  });
  return { write, fields, held: target };
}

/**
 * Of a source that stays without a record its user deleted there while others keep it: what it showed last. What came since was never seen there, and
 * who makes the item anew replaces none of it.
 */
function heldOfGone(before: Held | null, exists: HeldField | undefined): Held {
  const held = new Map(before ?? []);
  if (exists !== undefined) held.set(EXISTS, exists);
  return held;
}

/** Does the source hold a file the record has as its value, or that it was deleted? */
function holdsOwn(state: RecordState, held: Held | null): boolean {
  const kept = (field: FieldName): Sibling | null => keptSibling('files', field, held, state.fields.get(field) ?? []);
  if (kept(EXISTS)?.value === false) return true;
  return held?.get(EXISTS)?.value === true && kept(ENTRY) !== null;
}

const DIRECTORY = { type: 'directory' } as const;

/**
 * A directory that no change says is one: it shows no dots, so that what becomes of it in this source stands beside the file, which was
 * never seen there.
 */
function planDirectory(held: Held | null): PlannedItem {
  const fields: Fields = new Map([[ENTRY, DIRECTORY]]);
  if (held?.get(EXISTS)?.value === true && fileEntry(held.get(ENTRY)?.value)?.type === 'directory')
    return { write: false, fields, held };
  return {
    write: true,
    fields,
    held: new Map<FieldName, HeldField>([
      [EXISTS, { value: true, dots: [] }],
      [ENTRY, { value: DIRECTORY, dots: [] }],
    ]),
  };
}

/**
 * The value of the conflict that the source holds: by the dots it shows, else by what it says. An undone settlement writes both values anew, and the
 * one that was chosen stands in every source. Not so of whether it is there: a deletion before this one is another one.
 */
function keptSibling(
  kind: RecordKind,
  field: FieldName,
  source: Held | null,
  siblings: readonly Sibling[],
): Sibling | null {
  const held = source?.get(field);
  if (held === undefined) return null;
  const byDot = siblings.find((sibling) => sibling.dots.some((dot) => held.dots.includes(dot)));
  if (byDot !== undefined || field === EXISTS) return byDot ?? null;
  return siblings.find(({ value }) => fieldRule(kind, field).same(value, held.value)) ?? null;
}
