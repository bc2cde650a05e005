import type { Change, FieldWrite } from '../change-log/change.ts';
import { fieldRule, type RecordKind } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName, RecordId } from '../record/ids.ts';
import type { RecordState, Sibling } from './record-state.ts';

/** A record moved away while it was edited: where it went, and the change that made it there. */
export interface Move {
  readonly to: RecordId;
  /** The add that made it there, and what it wrote. */
  readonly added: Change;
  readonly addedBy: Dot;
  /** What stands there though the add did not write it: an undo that moves back finds it there still. */
  readonly stood: ReadonlyMap<FieldName, Sibling>;
}

/**
 * An edit of x beside its move to y shows at y (DESIGN 3): the edited fields are written there, beside what the move brought, and x is deleted.
 * Every device that sees both writes the same values, which are then one. Returns [] where the edit is in conflict itself: a person decides
 * about x as about any edit beside a delete. So it does while something is to come that the move or an edit replaced: what is there until then
 * may be no edit at all, but what was before it.
 */
export function followMove(kind: RecordKind, from: RecordId, state: RecordState, move: Move): readonly Change[] {
  if (state.superseded.size > 0) return [];
  const exists = state.fields.get(EXISTS) ?? [];
  const writes: FieldWrite[] = [];
  for (const [field, siblings] of state.fields) {
    if (field === EXISTS) continue;
    const [only] = siblings;
    if (only === undefined || siblings.length > 1) return [];
    const stood = move.stood.get(field);
    const brought = move.added.writes.find((write) => write.field === field)?.value ?? stood?.value ?? null;
    if (!fieldRule(kind, field).same(brought, only.value))
      writes.push({ field, value: only.value, replaces: [move.addedBy, ...(stood?.dots ?? [])] });
  }
  writes.push({ field: EXISTS, value: true, replaces: [move.addedBy] });
  return [
    { record: move.to, writes, cause: 'follow-move', movedFrom: from },
    {
      record: from,
      writes: [{ field: EXISTS, value: false, replaces: exists.flatMap((sibling) => sibling.dots) }],
      cause: 'follow-move',
      movedTo: move.to,
    },
  ];
}

/** Is it deleted in one place and changed in another? */
export function isDeletedBesideEdit(state: RecordState): boolean {
  const siblings = state.fields.get(EXISTS);
  return siblings !== undefined && siblings.length > 1;
}

/** Is it deleted, by all or by one of several who did not know of each other? */
export function isDeletedAnywhere(state: RecordState): boolean {
  return (state.fields.get(EXISTS) ?? []).some((sibling) => sibling.value === false);
}

/** Did a later move bring what the first one brought, so that nothing was edited in between? */
export function bringsTheSame(kind: RecordKind, first: Move, later: Move): boolean {
  const fields = new Set([...first.added.writes, ...later.added.writes].map((write) => write.field));
  return [...fields].every((field) => {
    const brought = (move: Move) => move.added.writes.find((write) => write.field === field)?.value ?? null;
    return field === EXISTS || fieldRule(kind, field).same(brought(first), brought(later));
  });
}
