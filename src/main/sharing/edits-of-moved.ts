import type { Change } from '../change-log/change.ts';
import type { AppliedChange, Collection } from '../collection.ts';
import { bringsTheSame, followMove, isDeletedAnywhere, isDeletedBesideEdit, type Move } from '../merge/follow-move.ts';
import type { RecordState, Sibling } from '../merge/record-state.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName, RecordId } from '../record/ids.ts';

/** The changes that bring edits, which met a move of their record, to where it went. */
export function editsOfMoved(collection: Collection, applied: readonly AppliedChange[]): readonly Change[] {
  if (!applied.some(({ change, state }) => change.movedFrom !== undefined || isDeletedBesideEdit(state))) return [];
  const changes: Change[] = [];
  const states = new Map<RecordId, RecordState>();
  for (const { change, state } of applied) states.set(change.record, state);
  for (const { change } of applied) {
    const from = change.movedFrom;
    if (from === undefined || states.has(from)) continue;
    const record = collection.records.find(from);
    if (record !== null) states.set(from, record.state);
  }
  for (const [id, state] of states) {
    if (!isDeletedBesideEdit(state)) continue;
    const move = moveOf(collection, id, state);
    if (move !== null) changes.push(...followMove(collection.kind, id, state, move));
  }
  return changes;
}

/**
 * Where a record that was moved is now: the end of all its moves. null: it was not moved, the other half has not arrived, or an edit must
 * not follow it. Where the place it went to was deleted by somebody too, or moved back, devices would follow each other there and back
 * for ever; where a later move brought something new, the edit would replace what it never saw.
 */
function moveOf(collection: Collection, id: RecordId, state: RecordState): Move | null {
  const passed = new Set([id]);
  let first: Move | null = null;
  for (let from = state; ; ) {
    const move = stepOf(collection, from);
    const target = move === null ? null : collection.records.find(move.to);
    if (move === null || target === null || passed.has(move.to)) return null;
    if (first !== null && !bringsTheSame(collection.kind, first, move)) return null;
    if (!isDeletedAnywhere(target.state)) return move;
    if (isDeletedBesideEdit(target.state)) return null;
    passed.add(move.to);
    first ??= move;
    from = target.state;
  }
}

/** The one move of which a deletion among a record's values is a half. */
function stepOf(collection: Collection, state: RecordState): Move | null {
  const gone = state.fields.get(EXISTS)?.find((sibling) => sibling.value === false);
  for (const dot of gone?.dots ?? []) {
    const { movedTo, record } = collection.packages.changeAt(dot)?.change ?? {};
    const target = movedTo === undefined ? null : collection.records.find(movedTo);
    if (movedTo === undefined || target === null) continue;
    for (const addedBy of collection.log.changesOf(target.row)) {
      const added = collection.packages.changeAt(addedBy)?.change;
      if (added?.movedFrom === record && added !== undefined)
        return { to: movedTo, added, addedBy, stood: stoodBefore(collection, target.state, added, addedBy) };
    }
  }
  return null;
}

/** What a record said before a change that did not write it, and says still. */
function stoodBefore({ log }: Collection, state: RecordState, { writes }: Change, dot: Dot): Move['stood'] {
  const stood = new Map<FieldName, Sibling>();
  for (const [field, siblings] of state.fields) {
    const [only] = siblings;
    if (only === undefined || siblings.length > 1 || writes.some((write) => write.field === field)) continue;
    if (only.dots.every((each) => log.order(each, dot) < 0)) stood.set(field, only);
  }
  return stood;
}
