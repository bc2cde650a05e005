import type { ResultView } from '../../contract/contract.ts';
import { type Change, type FieldWrite, NOTHING } from '../change-log/change.ts';
import { type Missing, NOT_KEPT, resultOf } from '../conflicts/result.ts';
import { EMPTY_STATE, isLive, type RecordState, type Sibling } from '../merge/record-state.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { InEffect } from '../past/in-effect.ts';
import { keptWhere } from '../past/kept-where.ts';
import { type PastValue, replacedBy, replay, stoodBefore, valuesOf } from '../past/record-past.ts';
import { isOwnField } from '../record/alias.ts';
import { type FieldRule, fieldRule } from '../record/field-rules.ts';
import { ENTRY, EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName, RecordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import { undoneTogether } from './undone-together.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'commit'>;

/** The changes to one record that are undone together. */
interface Undone {
  readonly record: RecordId;
  readonly changes: ReadonlyMap<Dot, Change>;
  readonly state: RecordState;
}

/**
 * Undoes a package, some that follow each other, or one change: writes what it replaced, and replaces only what it wrote, where it stands or
 * an undo brought it back, so whatever was changed since stays beside it as a conflict. Undo of an add is a delete, of a delete the record
 * as it was, of either half of a move both names. null: no package of this collection. Fails with `ambiguous-id`, `no-such-change`, and
 * `content-not-kept` where nothing could be undone.
 */
export const undoChange = (port: Port, id: string): ResultView | null => undoChanges(port, [id]);

/** Undoes several changes at once, as if they were one. null: none of them is of this collection. Fails as `undoChange`, and where only some of them are of it. */
export function undoChanges(port: Port, ids: readonly string[]): ResultView | null {
  const { collection } = port;
  const dots = undoneTogether(collection, ids);
  if (dots.size === 0) return null;
  const changes: Change[] = [];
  const missing: Missing[] = [];
  for (const undone of byRecord(port, dots)) {
    const made = undoOf(port, undone);
    if ('why' in made) missing.push({ record: undone.record, why: made.why });
    else changes.push(...made.changes.map((change) => movedBack(change, undone)));
  }
  // Adds and modifies before deletes, as everywhere: what goes can then be renamed to what comes.
  const ordered = changes.sort((a, b) => Number(isDelete(a)) - Number(isDelete(b)));
  return resultOf(port, ordered.length === 0 ? [] : port.commit(ordered), missing);
}

const isDelete = (change: Change): boolean =>
  change.writes.some((write) => write.field === EXISTS && write.value === false);

function byRecord(port: Port, dots: ReadonlySet<Dot>): readonly Undone[] {
  const { collection } = port;
  const records = new Map<RecordId, Map<Dot, Change>>();
  for (const dot of dots) {
    const change = collection.packages.changeAt(dot)?.change;
    if (change === undefined) continue;
    const known = records.get(change.record) ?? new Map<Dot, Change>();
    records.set(change.record, known.set(dot, change));
  }
  return [...records].map(([record, changes]) => ({
    record,
    changes,
    state: collection.records.find(record)?.state ?? EMPTY_STATE,
  }));
}

function undoOf(port: Port, undone: Undone): { readonly changes: readonly Change[] } | Why {
  const { collection } = port;
  const changes = changesOf(port, undone);
  const known = new InEffect(collection.kind, changes, isLive(undone.state));
  let taken: ReadonlySet<Dot> = new Set(undone.changes.keys());
  const others = new Map([...changes].filter(([dot]) => !taken.has(dot)));
  const isLast = areLast(port, undone, others) && known.areLast(taken);
  // Then nothing need be made of the changes: what they came to is there, before and after.
  const before = isLast ? known.without(new Set(), undone.state) : known;
  let after = known.without(taken, isLast ? replay(collection, others) : null);
  if (!after.isAlive) {
    taken = withWhatWasDeleted(after, undone, taken);
    after = known.without(taken, null);
  }
  const turn: Turn = { undone, taken, before, after };
  const isThere =
    after.isAlive || leftOf(turn, EXISTS, goneFrom(turn, EXISTS, false)).some(({ value }) => value === true);
  const fields: Back[] = [];
  for (const field of new Set([...undone.state.fields.keys(), ...after.fields])) {
    if (field === EXISTS || (!isThere && !isOwnField(field))) continue;
    if (isForgotten(port, turn, field)) return { why: FORGOTTEN };
    const back = after.isAlive || isOwnField(field) ? backIn(port, turn, field) : outOf(port, turn, field);
    if (!isKept(port, turn, field, back)) return { why: NOT_KEPT };
    if (back !== null) fields.push(back);
  }
  if (isForgotten(port, turn, EXISTS)) return { why: FORGOTTEN };
  return { changes: written(port, turn, fields) };
}

/**
 * Has nobody done anything to the record since, and nobody at the same time that keeps it there? Every change says whether the record is there, so then the
 * author of these had seen all others. What undos leave of a record that is not there nobody sees: it is no measure.
 */
function areLast({ collection }: Port, { changes, state }: Undone, others: ReadonlyMap<Dot, Change>): boolean {
  if (!isLive(state) && [...changes.values()].some(({ cause }) => cause === 'undo')) return false;
  const { order } = collection.log;
  const alive = dotsIn((state.fields.get(EXISTS) ?? []).filter(({ value }) => value === true));
  return (
    alive.every((dot) => changes.has(dot)) &&
    [...others.keys()].every((other) => [...changes.keys()].every((dot) => order(other, dot) < 0))
  );
}

/** All changes to a record that are known, in no order. */
function changesOf({ collection }: Port, { record, changes }: Undone): ReadonlyMap<Dot, Change> {
  const row = collection.records.find(record)?.row;
  const all = new Map(changes);
  for (const dot of row === undefined ? [] : collection.log.changesOf(row)) {
    const change = collection.packages.changeAt(dot)?.change;
    if (change !== undefined) all.set(dot, change);
  }
  return all;
}

/** Whoever undoes a deletion wants what was deleted, though that had been taken back before: so that is taken back as well. */
function withWhatWasDeleted(after: InEffect, undone: Undone, taken: ReadonlySet<Dot>): ReadonlySet<Dot> {
  const wanted = new Set<Dot>();
  const open = [...undone.changes].flatMap(([dot, change]) => (isDelete(change) ? after.replacedBy(dot, EXISTS) : []));
  for (let dot = open.pop(); dot !== undefined; dot = open.pop()) {
    if (dot === NOTHING || wanted.has(dot)) continue;
    wanted.add(dot);
    open.push(...after.replacedBy(dot, EXISTS));
  }
  const undos = [...wanted].flatMap((dot) => after.takersOf(dot)).filter((dot) => dot >= 0 && after.counts(dot));
  const stay = undos.flatMap((dot) => after.takenBackBy(dot)).filter((dot) => !wanted.has(dot));
  return new Set([...taken, ...undos, ...stay]);
}

/** One undo of a record: what it takes back, and what all changes came to before it, and will come to. */
interface Turn {
  readonly undone: Undone;
  readonly taken: ReadonlySet<Dot>;
  readonly before: InEffect;
  readonly after: InEffect;
}

interface Why {
  readonly why: string;
}
const FORGOTTEN = 'what it replaced is no longer in history';

/** What a field will hold, and what it then holds no more. */
interface Back {
  readonly field: FieldName;
  readonly values: readonly PastValue[];
  readonly replaces: readonly Dot[];
}

/** Is all that these changes replaced in the field no longer held? */
function isForgotten({ collection }: Port, { undone }: Turn, field: FieldName): boolean {
  const replaced = [...undone.changes.values()].flatMap((change) => replacedBy(change, field));
  return replaced.length > 0 && replaced.every((dot) => collection.packages.changeAt(dot) === null);
}

/** What is to be written to a field; null: nothing. Only what this undo ends goes, and only what it brings back comes, unless nobody sees the record now. */
function backIn({ collection }: Port, turn: Turn, field: FieldName): Back | null {
  const { undone, taken, before, after } = turn;
  const { same } = fieldRule(collection.kind, field);
  const isUnseen = !isLive(undone.state) && !isOwnField(field);
  const now = undone.state.fields.get(field) ?? [];
  // That a file is not there is said by whether it is, and by no value of it.
  const then = after.at(field).filter(({ value }) => field !== ENTRY || value !== null);
  const gone = goneFrom(turn, field, isUnseen);
  const left = leftOf(turn, field, gone);
  const isIn = (values: readonly { readonly value: Value }[], { value }: PastValue): boolean =>
    values.some((each) => same(each.value, value));
  const lacking = distinct(then, same).filter(
    (each) => !isIn(left, each) && (isUnseen || isIn(now, each) || !isIn(before.at(field), each)),
  );
  if (then.length === 0) return null;
  // A field nobody wrote holds nothing without being told so.
  if (now.length === 0 && lacking.every(({ value }) => value === null)) return null;
  if (lacking.length === 0 && gone.size === 0) return null;
  const stood = new Set(before.at(field).map(({ dot }) => dot));
  // Where all of it is there without this undo, it says again what it brings back, so that whoever writes over that replaces it.
  const [again] = [...then.filter(({ dot }) => !stood.has(dot)), ...then].filter((each) => isIn(left, each));
  const values = lacking.length > 0 || again === undefined ? lastLast(turn, collection, field, lacking) : [again];
  const own = [...taken].filter((dot) => undone.changes.get(dot)?.writes.some((write) => write.field === field));
  return { field, values: values.length > 0 ? values : then.slice(0, 1), replaces: [...new Set([...own, ...gone])] };
}

/** The last of several to have been written is written last: so it is shown again where none of them is held. */
function lastLast(
  { undone }: Turn,
  collection: Port['collection'],
  field: FieldName,
  values: readonly PastValue[],
): readonly PastValue[] {
  const changes = [...undone.changes.keys()];
  const stood = new Map(
    values.map((each) => [
      each,
      each.dot === NOTHING ? NOTHING : (stoodBefore(collection, field, each.dot, changes) ?? each.dot),
    ]),
  );
  const at = (each: PastValue): Dot => stood.get(each) ?? each.dot;
  return [...values].sort((a, b) =>
    at(a) === NOTHING ? -1 : at(b) === NOTHING ? 1 : collection.log.order(at(a), at(b)),
  );
}

/**
 * Of a record that stays though all that is known to have made it is taken back (two who did not know of each other took back different things): what these
 * changes say goes, and what else there is stays.
 */
function outOf({ collection }: Port, turn: Turn, field: FieldName): Back | null {
  const { undone, taken, after } = turn;
  const own = dotsIn(undone.state.fields.get(field) ?? []).filter((dot) => taken.has(dot));
  if (own.length === 0) return null;
  const left = dotsIn(leftOf(turn, field, taken)).filter((dot) => !taken.has(dot));
  const replaced = own.flatMap((dot) => after.replacedBy(dot, field));
  const [value = { value: null, dot: NOTHING }] = valuesOf(collection, field, left.length > 0 ? left : replaced);
  return { field, values: [value], replaces: own };
}

/** What of a field stands now and goes on standing. */
function leftOf({ undone }: Turn, field: FieldName, gone: ReadonlySet<Dot>): readonly Sibling[] {
  return (undone.state.fields.get(field) ?? []).filter(({ dots }) => dots.some((dot) => !gone.has(dot)));
}

/** The dots that stand in a field now, and shall not any more. */
function goneFrom({ undone, taken, before, after }: Turn, field: FieldName, isUnseen: boolean): ReadonlySet<Dot> {
  const standing = new Set(after.at(field).map(({ dot }) => dot));
  const stood = new Set(before.at(field).map(({ dot }) => dot));
  const isGone = (dot: Dot): boolean => {
    if (taken.has(dot)) return true;
    const values = after.standsFor(dot, field);
    return values.every((each) => !standing.has(each)) && (isUnseen || values.some((each) => stood.has(each)));
  };
  return new Set(dotsIn(undone.state.fields.get(field) ?? []).filter(isGone));
}

function distinct(values: readonly PastValue[], same: FieldRule['same']): readonly PastValue[] {
  return values.filter(({ value }, at) => values.findIndex((each) => same(each.value, value)) === at);
}

/** Has somebody the content of what comes back? Of a record that nobody sees now, of all it will say. */
function isKept(port: Port, { undone, after, taken }: Turn, field: FieldName, back: Back | null): boolean {
  const values = isLive(undone.state) ? (back?.values ?? []) : after.at(field);
  const by = isLive(undone.state)
    ? ([...taken].find((dot) => undone.changes.get(dot)?.writes.some((write) => write.field === field)) ?? null)
    : null;
  return values.every(({ value, dot }) => dot === NOTHING || keptWhere(port, value, dot, by) !== 'no');
}

/** A change writes one value a field: where there are several (a settled conflict), others follow in changes of their own. */
function written(port: Port, turn: Turn, fields: readonly Back[]): readonly Change[] {
  const { undone, taken, after } = turn;
  const gone = goneFrom(turn, EXISTS, false);
  const left = leftOf(turn, EXISTS, gone);
  const isBeside = after.isAlive && after.at(EXISTS).some(({ value }) => value === false);
  const both = isBeside && left.every(({ value }) => value);
  const isAsItWas = after.isAlive === isLive(undone.state) && (!after.isAlive || after.isLike(turn.before));
  if (fields.length === 0 && gone.size === 0 && !both && isAsItWas) return [];
  const head = { record: undone.record, cause: 'undo' as const, takesBack: [...taken] };
  const change = (at: number): Change => {
    const replaces = at === 0 ? [...new Set([...undone.changes.keys(), ...gone])] : [];
    const writes = fields.flatMap(({ field, values, replaces: over }): FieldWrite[] => {
      const back = values[at];
      if (back === undefined) return [];
      const { value, dot } = back;
      const known = standsForIn(port, after, field, value);
      const standsFor = known.length > 0 ? known : after.standsFor(dot, field);
      return [{ field, value, replaces: at === 0 ? over : [], standsFor }];
    });
    const exists = { value: after.isAlive, replaces, standsFor: standsForIn(port, after, EXISTS, after.isAlive) };
    return { ...head, writes: [...writes, { field: EXISTS, ...exists }] };
  };
  const most = Math.max(1, ...fields.map(({ values }) => values.length));
  const changes = Array.from({ length: most }, (_, at) => change(at));
  if (!both) return changes;
  const deleted = { field: EXISTS, value: false, replaces: [], standsFor: standsForIn(port, after, EXISTS, false) };
  return [...changes, { ...head, writes: [deleted] }];
}

/** The changes whose value it is that comes back to a field. */
function standsForIn({ collection }: Port, after: InEffect, field: FieldName, value: Value): readonly Dot[] {
  const { same } = fieldRule(collection.kind, field);
  return after.at(field).flatMap((each) => (same(each.value, value) ? [each.dot] : []));
}

const dotsIn = (siblings: readonly Sibling[]): readonly Dot[] => siblings.flatMap(({ dots }) => dots);

/** An undone move is a move back: the delete says where the record went, the add where it came from. */
function movedBack(change: Change, undone: Undone): Change {
  const { movedFrom, movedTo } = [...undone.changes.values()][0] ?? {};
  if (isDelete(change)) return movedFrom === undefined ? change : { ...change, movedTo: movedFrom };
  return movedTo === undefined ? change : { ...change, movedFrom: movedTo };
}
