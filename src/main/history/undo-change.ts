import type { ResultView } from '../../contract/contract.ts';
import type { Change, FieldWrite } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import { firstOfUndo } from '../conflicts/common-ancestor.ts';
import { type Missing, NOT_KEPT, resultOf } from '../conflicts/result.ts';
import { EMPTY_STATE, isLive, type RecordState, type Sibling, shownSibling } from '../merge/record-state.ts';
import { findIds } from '../past/change-id.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { keptWhere } from '../past/kept-where.ts';
import {
  descendsFrom,
  entrySeen,
  type PastValue,
  replacedBy,
  stateAfter,
  valuesOf,
  writtenBy,
} from '../past/record-past.ts';
import { ALIAS_OF, alsoIn, isOwnField, MATCHED_BY } from '../record/alias.ts';
import { fieldRule } from '../record/field-rules.ts';
import { ENTRY, EXISTS } from '../record/file-entry.ts';
import { type Dot, dotOf, type FieldName, type RecordId, recordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';

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
export function undoChange(port: Port, id: string): ResultView | null {
  const { collection } = port;
  const found = findIds(collection, id);
  if (found.length === 0) return null;
  const asked = found.flatMap(({ row, dot }) => {
    const count = collection.packages.open(row)?.body.count ?? 0;
    return dot !== null ? [dot] : Array.from({ length: count }, (_, index) => dotOf(row, index));
  });
  const dots = new Set([...asked, ...asked.flatMap((dot) => otherHalf(port, dot) ?? [])]);
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

/** The delete of a move's add, the add of its delete; of contacts found to be one, the change of the other. null: there is none. */
function otherHalf(port: Port, dot: Dot): Dot | null {
  const { collection } = port;
  const change = collection.packages.changeAt(dot)?.change;
  if (change === undefined) return null;
  const pair = pairOf(port, change);
  const other = pair === null ? (change.movedFrom ?? change.movedTo) : pair.find((id) => id !== change.record);
  const row = other === undefined ? undefined : collection.records.find(other)?.row;
  if (row === undefined) return null;
  const log = placeOf(port, dot).log;
  const halves = collection.log.changesOf(row).filter((each) => {
    const half = placeOf(port, each).log === log ? collection.packages.changeAt(each)?.change : undefined;
    if (half === undefined) return false;
    if (pair !== null) return pairOf(port, half)?.every((id, at) => id === pair[at]) === true;
    return (change.movedFrom === undefined ? half.movedFrom : half.movedTo) === change.record;
  });
  const distance = (each: Dot): number => Math.abs(placeOf(port, each).number - placeOf(port, dot).number);
  return halves.reduce<Dot | null>(
    (best, each) => (best === null || distance(each) < distance(best) ? each : best),
    null,
  );
}

/** The contact that came and the one it was found to be, where a change says so or takes that back; null: it does neither. */
function pairOf({ collection }: Port, change: Change): readonly [RecordId, RecordId] | null {
  if (collection.kind !== 'contacts') return null;
  const saidIn = ({ field, value, replaces }: FieldWrite): Value =>
    value ?? valuesOf(collection, field, replaces)[0]?.value ?? null;
  for (const write of change.writes) {
    const also = isOwnField(write.field) ? alsoIn(write.field, saidIn(write)) : null;
    if (also !== null) return [also.record, change.record];
  }
  const alias = change.writes.find(({ field }) => field === ALIAS_OF);
  const one = alias !== undefined && change.writes.some(({ field }) => field === MATCHED_BY) ? saidIn(alias) : null;
  return typeof one === 'string' ? [change.record, recordId(one)] : null;
}

/** Does it say of a contact that it was found to be another one when it came, so that it never was one of its own? */
const isMet = (change: Change): boolean =>
  isDelete(change) && change.writes.some(({ field, value }) => field === MATCHED_BY && value !== null);

const placeOf = (port: Port, dot: Dot) => port.collection.log.nameOf(dot).name;

function undoOf(port: Port, undone: Undone): { readonly changes: readonly Change[] } | Why {
  const dots = new Set(undone.changes.keys());
  const replaced = (field: FieldName): readonly Dot[] =>
    [...undone.changes.values()].flatMap((change) => replacedBy(change, field)).filter((dot) => !dots.has(dot));
  const own = [...dots];
  /** That it is there, or not, as these changes said it. */
  const said = [...own, ...broughtBack(port, undone, EXISTS, own)];
  const before = replaced(EXISTS);
  if (!before.every((dot) => port.collection.packages.changeAt(dot) !== null)) return { why: FORGOTTEN };
  const lived = valuesOf(port.collection, EXISTS, before).map(({ value }) => value === true);
  const was = lived.includes(true);
  const is = [...undone.changes.values()].some((change) => !isDelete(change));
  if (!was && [...undone.changes.values()].some(isMet)) return { changes: [ofItsOwn(undone, own, said)] };
  // It is taken back already, and nothing it wrote stands.
  if (!was && is && !isLive(undone.state) && !stands(undone.state, dots)) return { changes: [] };
  if (!was && !is) return { changes: isLive(undone.state) ? [existsChange(undone, true, said)] : [] };
  const alive = aliveBy(undone.state);
  const left = alive.filter((dot) => !dots.has(dot) && leftBeside(port.collection, EXISTS, dot));
  const others = alive.filter((dot) => !dots.has(dot) && !left.includes(dot));
  if (!was && others.every((dot) => follows(port.collection, dot, dots)))
    return { changes: [without(port, undone, { own, said: [...said, ...left] }, replaced)] };
  // What a delete wrote beside (`aliasOf`) is taken back as in any change.
  const wrote = fieldsBefore(port, undone, dots, replaced);
  const then = is ? [] : fieldsThen(port, undone, before);
  if ('why' in wrote) return wrote;
  if ('why' in then) return then;
  // What they wrote is what it was before them; a change writes a field once.
  const fields = [...wrote, ...then.filter(({ field }) => !wrote.some((each) => each.field === field))];
  // Where a delete and an edit stood beside each other, and these changes chose, both stand there again.
  const both = lived.length > 1 ? [existsChange(undone, false, [])] : [];
  // It is as it was before them already, and nothing they wrote stands.
  if (fields.length === 0 && both.length === 0 && isLive(undone.state) && !stands(undone.state, dots))
    return { changes: [] };
  return { changes: [...written(undone, fields, said), ...both] };
}

/** Does the record exist, or not, by one of these changes? */
const stands = ({ fields }: RecordState, dots: ReadonlySet<Dot>): boolean =>
  fields.get(EXISTS)?.some((sibling) => sibling.dots.some((dot) => dots.has(dot))) === true;

/** As it was before it was made: not there; if it was said to be another one, it is that again. */
function without(
  { collection }: Port,
  undone: Undone,
  { own, said }: { readonly own: readonly Dot[]; readonly said: readonly Dot[] },
  replaced: (field: FieldName) => readonly Dot[],
): Change {
  const { writes, ...rest } = existsChange(undone, false, said);
  const again = [ALIAS_OF, MATCHED_BY].flatMap((field) => {
    const [before] = valuesOf(collection, field, replaced(field));
    return before === undefined ? [] : [{ field, value: before.value, replaces: own }];
  });
  return { ...rest, writes: [...again, ...writes] };
}

/** A contact that was found to be another one when it came is one of its own: it said all it says. */
function ofItsOwn(undone: Undone, own: readonly Dot[], said: readonly Dot[]): Change {
  const { writes, ...rest } = existsChange(undone, true, said);
  const cleared = [ALIAS_OF, MATCHED_BY].map((field) => ({ field, value: null, replaces: own }));
  return { ...rest, writes: [...cleared, ...writes] };
}

function existsChange(undone: Undone, value: boolean, replaces: readonly Dot[]): Change {
  return { ...head(undone), writes: [{ field: EXISTS, value, replaces }] };
}

/** The changes by which the record is there. */
const aliveBy = ({ fields }: RecordState): readonly Dot[] =>
  dotsIn((fields.get(EXISTS) ?? []).filter(({ value }) => value === true));

const dotsIn = (siblings: readonly Sibling[]): readonly Dot[] => siblings.flatMap(({ dots }) => dots);

/**
 * Did an undo say no more than that a field stays as it is, for somebody else had brought it into being at the same time as the change it took back? It
 * does not keep that once the other one is taken back as well.
 */
function leftBeside(collection: Collection, field: FieldName, dot: Dot): boolean {
  const change = collection.packages.changeAt(dot)?.change;
  const said = writtenBy(collection, dot, field) ?? null;
  if (change?.cause !== 'undo' || said === null || said === false) return false;
  return replacedBy(firstOfUndo(collection, dot, change), field).some((each) => {
    const first = collection.packages.changeAt(each)?.change;
    const wrote = writtenBy(collection, each, field) ?? null;
    if (first === undefined || wrote === null || wrote === false) return false;
    return valuesOf(collection, field, replacedBy(first, field)).every(
      ({ value }) => field === EXISTS && value !== true,
    );
  });
}

interface Why {
  readonly why: string;
}
const FORGOTTEN = 'what it replaced is no longer in history';

interface Back {
  readonly field: FieldName;
  readonly values: readonly Value[];
  readonly replaces: readonly Dot[];
}

/** What the changes replaced, field by field; or why that is not possible. */
function fieldsBefore(
  port: Port,
  undone: Undone,
  dots: ReadonlySet<Dot>,
  replaced: (field: FieldName) => readonly Dot[],
): readonly Back[] | Why {
  const { kind } = port.collection;
  const names = new Set([...undone.changes.values()].flatMap((change) => change.writes.map((write) => write.field)));
  const fields: Back[] = [];
  for (const field of names) {
    if (field === EXISTS) continue;
    const rule = fieldRule(kind, field);
    const now = undone.state.fields.get(field) ?? [];
    const own = [...dots].filter(
      (dot) => undone.changes.get(dot)?.writes.some((write) => write.field === field) === true,
    );
    const past = valuesOf(port.collection, field, replaced(field));
    if (past.length === 0 && replaced(field).length > 0) return { why: FORGOTTEN };
    if (past.some((each) => keptWhere(port, each.value, each.dot, own[0] ?? null) === 'no')) return { why: NOT_KEPT };
    const back = broughtBack(port, undone, field, own);
    const left = past.length > 0 ? [] : dotsIn(now).filter((dot) => leftBeside(port.collection, field, dot));
    const gone = new Set([...own, ...back, ...left]);
    const values = past.length > 0 ? past.map((each) => each.value) : [withoutThem(port, field, now, gone)];
    if (field === ENTRY && values[0] === null) continue;
    const stands = now.some((sibling) => sibling.dots.some((dot) => gone.has(dot)));
    if (!stands && values.every((value) => now.some((sibling) => rule.same(sibling.value, value)))) continue;
    fields.push({ field, values, replaces: [...gone] });
  }
  return fields;
}

/**
 * Dots of values that stand now just as these changes wrote them, because an undo of what came after them brought them back. So whoever
 * undoes the last change, and then the one before it, comes to what was before both.
 */
function broughtBack({ collection }: Port, undone: Undone, field: FieldName, own: readonly Dot[]): readonly Dot[] {
  const rule = fieldRule(collection.kind, field);
  const from = new Set(own);
  const wrote = valuesOf(collection, field, own);
  return (undone.state.fields.get(field) ?? [])
    .filter(({ value }) => wrote.some((each) => rule.same(each.value, value)))
    .flatMap(({ dots }) => dots)
    .filter(
      (dot) =>
        !from.has(dot) && collection.packages.changeAt(dot)?.change.cause === 'undo' && follows(collection, dot, from),
    );
}

/** Had the author of `dot` seen one of these changes? Of an undo that wrote several changes to the record the first says so for all. */
function follows(collection: Collection, dot: Dot, from: ReadonlySet<Dot>): boolean {
  const change = collection.packages.changeAt(dot)?.change;
  if (change?.cause !== 'undo') return descendsFrom(collection, dot, from);
  const seen = replacedBy(firstOfUndo(collection, dot, change), EXISTS);
  return seen.some((each) => from.has(each) || descendsFrom(collection, each, from));
}

/** What a field that these changes brought into being holds without them: what somebody else wrote at the same time, else nothing. */
function withoutThem(port: Port, field: FieldName, now: readonly Sibling[], dots: ReadonlySet<Dot>): Value {
  if (!now.some((sibling) => sibling.dots.some((dot) => dots.has(dot)))) return null;
  const others = now.filter((sibling) => sibling.dots.some((dot) => !dots.has(dot)));
  return shownSibling(fieldRule(port.collection.kind, field), others, port.collection.log.order)?.value ?? null;
}

/**
 * A delete kept the fields it ended. Those that somebody wrote anew since come back beside what they are now; but what was written anew to a record that
 * is not there again nobody sees, so nothing of it stands beside what it was.
 */
function fieldsThen(port: Port, undone: Undone, before: readonly Dot[]): readonly Back[] | Why {
  const { collection } = port;
  const ended = new Set(undone.changes.keys());
  const isUnseen = (dots: readonly Dot[]): boolean =>
    !isLive(undone.state) && dots.every((dot) => descendsFrom(collection, dot, ended));
  const fields: Back[] = [];
  for (const [field, past] of valuesThen(port, undone, before)) {
    if (field === EXISTS) continue;
    const rule = fieldRule(collection.kind, field);
    if (past.some(({ value, dot }) => keptWhere(port, value, dot, null) === 'no')) return { why: NOT_KEPT };
    const now = undone.state.fields.get(field) ?? [];
    const lost = past.filter(({ value }) => !now.some((sibling) => rule.same(sibling.value, value)));
    const over = now.filter(({ value, dots }) => !past.some((each) => rule.same(each.value, value)) && isUnseen(dots));
    if (lost.length === 0 && over.every(({ value }) => value === null)) continue;
    // Of what nobody has to choose the larger is right, unless it was written over.
    if (rule.concurrent === 'larger' && over.length === 0) continue;
    const values = (lost.length > 0 ? lost : past.slice(0, 1)).map(({ value }) => value);
    fields.push({
      field,
      values: values.length > 0 ? values : [null],
      replaces: over.flatMap(({ dots }) => dots),
    });
  }
  return fields;
}

/** What the fields of a record were once these changes were made; of those it has only now (of a file none): nothing. */
function valuesThen(
  { collection }: Port,
  { state }: Undone,
  before: readonly Dot[],
): ReadonlyMap<FieldName, readonly PastValue[]> {
  if (collection.kind === 'files')
    return new Map([[ENTRY, [entrySeen(collection, before)].filter((seen) => seen !== null)]]);
  const then = new Map<FieldName, readonly PastValue[]>();
  for (const field of state.fields.keys()) if (!isOwnField(field)) then.set(field, []);
  stateAfter(collection, before).fields.forEach((siblings, field) => {
    then.set(
      field,
      siblings.map(({ value, dots }) => ({ value, dot: dots[0] as Dot })),
    );
  });
  return then;
}

/** A change writes one value a field: where several were replaced (a settled conflict), others follow in changes of their own. */
function written(undone: Undone, fields: readonly Back[], said: readonly Dot[]): readonly Change[] {
  const most = Math.max(1, ...fields.map((field) => field.values.length));
  return Array.from({ length: most }, (_, turn) => {
    const writes: FieldWrite[] = fields.flatMap(({ field, values, replaces }) => {
      const value = values[turn];
      return value === undefined ? [] : [{ field, value, replaces: turn === 0 ? replaces : [] }];
    });
    return { ...head(undone), writes: [...writes, { field: EXISTS, value: true, replaces: turn === 0 ? said : [] }] };
  });
}

function head(undone: Undone): Pick<Change, 'record' | 'cause'> {
  return { record: undone.record, cause: 'undo' };
}

/** An undone move is a move back: the delete says where the record went, the add where it came from. */
function movedBack(change: Change, undone: Undone): Change {
  const { movedFrom, movedTo } = [...undone.changes.values()][0] ?? {};
  if (isDelete(change)) return movedFrom === undefined ? change : { ...change, movedTo: movedFrom };
  return movedTo === undefined ? change : { ...change, movedFrom: movedTo };
}
