import type { HistoryChangeView, UndoneView } from '../../contract/contract.ts';
import type { Change } from '../change-log/change.ts';
import { authorOf } from '../past/author-of.ts';
import { changeId } from '../past/change-id.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { type KeptWhere, keptWhere } from '../past/kept-where.ts';
import { entrySeen, type PastValue, replacedBy, valuesOf } from '../past/record-past.ts';
import { firstValues, recordTitle } from '../past/record-title.ts';
import { valueView } from '../past/value-view.ts';
import { alsoIn, MATCHED_BY } from '../record/alias.ts';
import { ENTRY, EXISTS } from '../record/file-entry.ts';
import { type Dot, type FieldName, indexOf } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import { makesOne } from './fusions.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents'>;
type FieldView = HistoryChangeView['fields'][number];

/** What a change did to its record. A record made anew after a delete is an add, and what goes on with a change is an edit. */
export function actionOf(port: Pick<Port, 'collection'>, dot: Dot, change: Change): HistoryChangeView['action'] {
  if (change.movedTo !== undefined || change.movedFrom !== undefined) return 'move';
  // A contact that was found to be another one when it came: nothing went.
  if (change.writes.some((write) => write.field === MATCHED_BY && write.value !== null)) return 'modify';
  if (change.writes.some((write) => write.field === EXISTS && write.value === false)) return 'delete';
  const before = replacedBy(change, EXISTS);
  if (before.length === 0 && firstTurn(port, dot, change).change !== change) return 'modify';
  const wasThere = before.length > 0 ? stoodThere(port, before) : isOfKnown(change);
  return wasThere ? 'modify' : 'add';
}

/** Was the record there as these say, be it in conflict with its deletion? */
function stoodThere({ collection }: Pick<Port, 'collection'>, dots: readonly Dot[]): boolean {
  const values = valuesOf(collection, EXISTS, dots);
  return values.length === 0 || values.some(({ value }) => value === true);
}

/** Was the record there for its author, though what keeps it stands for a value they never saw: beside one that differs, or by another id? */
const isOfKnown = ({ writes }: Change): boolean =>
  writes.some(({ field, value, replaces }) => replaces.length > 0 || alsoIn(field, value) !== null);

interface Turn {
  readonly dot: Dot;
  readonly change: Change;
}

/**
 * A change writes one value a field: where an undo brings several back, or a contact takes several from the one it is made one with, changes of the same
 * record follow the first, and say of nothing that it was replaced. The first of those this one is of, most often itself.
 */
function firstTurn({ collection }: Pick<Port, 'collection'>, dot: Dot, change: Change): Turn {
  let first: Turn = { dot, change };
  while ((change.cause === 'undo' || change.cause === 'settle') && replacedBy(first.change, EXISTS).length === 0) {
    if (indexOf(first.dot) === 0) break;
    const before = (first.dot - 1) as Dot;
    const found = collection.packages.changeAt(before)?.change;
    if (found === undefined || found.record !== change.record || found.cause !== change.cause) break;
    first = { dot: before, change: found };
  }
  return first;
}

/** One change as history shows it: per field what stood there before and what was written, and who can give back what was before. */
export function changeView(port: Port, id: string, dot: Dot, change: Change): HistoryChangeView {
  const action = actionOf(port, dot, change);
  return {
    id,
    record: change.record,
    title: titleOf(port, change),
    action,
    fields: fieldsOf(port, dot, change, action),
    ...(change.cause === 'undo' ? { undoes: undoneBy(port, change) } : {}),
    ...fusing(port, dot, change),
  };
}

/** What an undo takes back, as far as it is known here; one of an earlier version does not say it but by what it replaced. */
export function undoneBy(port: Pick<Port, 'collection' | 'members'>, change: Change): readonly UndoneView[] {
  return (change.takesBack ?? replacedBy(change, EXISTS)).flatMap((dot) => {
    const undone = port.collection.packages.changeAt(dot)?.change;
    if (undone === undefined) return [];
    const { device, name, at } = authorOf(port, dot);
    const action = actionOf(port, dot, undone);
    const id = changeId(port.collection, dot);
    return [{ id, device, deviceName: name, at, action, cause: undone.cause, ...fusing(port, dot, undone) }];
  });
}

const fusing = ({ collection }: Pick<Port, 'collection'>, dot: Dot, change: Change): { readonly fuses?: true } =>
  makesOne(collection, dot, change) ? { fuses: true } : {};

/** What the record was called by then: as the change says, else as it is now. */
function titleOf(port: Port, { record, writes }: Change): string {
  const { kind, records } = port.collection;
  const state = kind === 'files' ? undefined : records.find(record)?.state;
  const fields = state === undefined ? new Map<FieldName, Value>() : firstValues(state);
  for (const { field, value } of writes) if (value !== null) fields.set(field, value);
  return recordTitle(kind, record, fields);
}

function fieldsOf(port: Port, dot: Dot, change: Change, action: HistoryChangeView['action']): readonly FieldView[] {
  const fields: FieldView[] = [];
  if (change.movedFrom !== undefined)
    fields.push({ path: 'path', before: change.movedFrom, after: change.record, kept: 'here' });
  if (change.movedTo !== undefined)
    fields.push({ path: 'path', before: change.record, after: change.movedTo, kept: 'here' });
  const isFiles = port.collection.kind === 'files';
  const makesOrEnds =
    (action === 'add' || action === 'delete') && !change.writes.some((write) => write.field === ENTRY);
  if (isFiles && makesOrEnds) fields.push(...entryOf(port, dot, change, action));
  const first = firstTurn(port, dot, change);
  for (const { field, value } of change.writes) {
    if (field === EXISTS) continue;
    const before = valuesOf(port.collection, field, replacedBy(first.change, field));
    if (change.movedFrom !== undefined && before.length === 0) continue;
    fields.push(fieldView(port, first.dot, field, before, value));
  }
  if (fields.length === 0)
    fields.push({ path: EXISTS, before: action !== 'add', after: action !== 'delete', kept: 'here' });
  return fields;
}

/** A delete says nothing of the content it ends, nor does bringing the record back: it is the one its author saw. */
function entryOf(port: Port, dot: Dot, change: Change, action: HistoryChangeView['action']): readonly FieldView[] {
  const seen = entrySeen(port.collection, replacedBy(change, EXISTS));
  if (seen === null) return [];
  return action === 'delete'
    ? [fieldView(port, dot, ENTRY, [seen], null)]
    : [fieldView(port, dot, ENTRY, [], seen.value)];
}

function fieldView(port: Port, dot: Dot, path: FieldName, before: readonly PastValue[], after: Value): FieldView {
  const views = before.map(({ value }) => valueView(value));
  return {
    path,
    before: views.length > 1 ? views : (views[0] ?? null),
    after: valueView(after),
    kept: keptAll(port, before, dot),
  };
}

/** Where all of these can be had: most often it is one. */
function keptAll(port: Port, before: readonly PastValue[], replacing: Dot): KeptWhere {
  const places = before
    .map(({ value, dot }) => keptWhere(port, value, dot, replacing))
    .filter((where) => where !== 'here');
  const [first, ...others] = places;
  if (first === undefined) return 'here';
  const all = first === 'no' ? [] : first.filter((device) => others.every((where) => where.includes(device)));
  return all.length === 0 ? 'no' : all;
}
