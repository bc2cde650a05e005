import type { ActChangesView, ActView, HistoryChangeView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import { timeText } from '../past/author-of.ts';
import { findIds, packageId } from '../past/change-id.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import { dotOf, indexOf, type LogId } from '../record/ids.ts';
import type { PackagePlace } from '../store/log-store.ts';
import { Act, EVERYTHING, isBeside, outlineOf, sizeOf } from './act.ts';
import { changeView } from './change-view.ts';
import { type Filter, filterOf, type HistoryPage, isShown, standingStill } from './history-view.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents'>;
/** Acts of a page where the query names no limit, and how many packages are looked up, and looked into, in one go. */
const PAGE = 100;
const AT_ONCE = 64;
const OPENED_AT_ONCE = 8;
/**
 * A page of one collection's acts, the newest first by their newest package. `before`: an act, or the place in time of one of another collection.
 * Where a filter lets only some changes be seen every package is an act. Never for long at a time. Fails as `listHistory`.
 */
export async function listActs(asked: Port, query: HistoryPage): Promise<readonly ActView[]> {
  const port = standingStill(asked);
  const { collection } = port;
  const { filter, only } = filterOf(port, query);
  const limit = query.limit ?? PAGE;
  const start = typeof query.before === 'string' ? newestOf(collection, query.before) : (query.before ?? null);
  const acts: Act[] = [];
  /** The act that a package of a log may still belong to; one of an earlier page is in no list. */
  const open = new Map<LogId, Act>();
  let [before, isDone] = [start, false];
  while (!isDone) {
    const places = collection.log.places(only, before, AT_ONCE);
    for await (const place of inTurns(places, OPENED_AT_ONCE)) {
      const outline = outlineOf(collection, place, filter);
      const mayJoin = filter.matches === null && !isBeside(collection, place);
      const act = open.get(place.log) ?? (mayJoin ? actOfEarlierPage(collection, place, start, filter) : null);
      if (mayJoin && act?.goesOn(place, outline)) {
        act.take(place, outline);
        open.set(place.log, act);
      } else {
        const begun = new Act(place, outline);
        if (mayJoin) open.set(place.log, begun);
        if (!isFull(acts, limit)) acts.push(begun);
        else if ([...open.values()].every((each) => !acts.includes(each) || each.isOver(place))) isDone = true;
      }
    }
    before = places.at(-1) ?? null;
    isDone ||= before === null;
  }
  const shown = acts.filter(({ changeCount }) => changeCount > 0).slice(0, limit);
  return shown.map((act) => actView(port, act, filter, query.changesLimit ?? Number.POSITIVE_INFINITY));
}

const isFull = (acts: readonly Act[], limit: number): boolean =>
  acts.length >= limit && acts.filter(({ changeCount }) => changeCount > 0).length >= limit;

/** A package that follows one of an earlier page may go on with the act of that: it was told there. null: it follows none. */
function actOfEarlierPage(
  collection: Collection,
  { log, number }: PackagePlace,
  start: Omit<PackagePlace, 'row'> | null,
  filter: Filter,
): Act | null {
  if (start === null) return null;
  const [next] = collection.log.find(log, number + 1, '');
  if (next === undefined) return null;
  const place = { row: next.row, log, number: number + 1, time: next.time };
  return isBefore(place, start) ? null : new Act(place, outlineOf(collection, place, filter));
}

/** Is a place older than another, in the order of `LogStore.places`? */
function isBefore(a: Omit<PackagePlace, 'row'>, b: Omit<PackagePlace, 'row'>): boolean {
  if (a.time !== b.time) return a.time < b.time;
  return a.log === b.log ? a.number < b.number : a.log < b.log;
}

function newestOf(collection: Collection, id: string): PackagePlace {
  const found = findIds(collection, id).at(-1);
  if (found !== undefined) return found;
  throw new LockstepError('no-such-change', `${collection.stored.name} has no package ${id}.`, id);
}

function actView(port: Port, act: Act, filter: Filter, most: number): ActView {
  const { collection, members } = port;
  const { newest, oldest, packages } = act;
  const body = collection.packages.open(newest.row);
  const device = body === null ? newest.log : members.deviceOf(body.member);
  const id = packageId(collection, newest.row);
  return {
    id: packages === 1 ? id : `${oldest.log}-${oldest.number}..${newest.number}`,
    newest: id,
    collection: collection.stored.id,
    device,
    deviceName: members.nameOf(device),
    at: timeText(newest.time),
    packages,
    cause: act.cause,
    changeCount: act.changeCount,
    counts: act.counts,
    changes: changesFrom(port, rowsOf(collection, act), filter, 0, most),
  };
}

/** Rows of its packages, the oldest first; looked up as they are asked for. */
function* rowsOf(collection: Collection, { newest, oldest, packages }: Act): Generator<number> {
  if (packages === 1) yield newest.row;
  else
    for (let number = oldest.number; number <= newest.number; number++)
      for (const { row } of collection.log.find(newest.log, number, '')) yield row;
}

/** Changes of these packages, as they were written: `count` from `from` on, of those a filter lets be seen. */
function changesFrom(
  port: Port,
  rows: Iterable<number>,
  filter: Filter,
  from: number,
  count: number,
): readonly HistoryChangeView[] {
  const changes: HistoryChangeView[] = [];
  let passed = 0;
  for (const row of rows) {
    if (changes.length >= count) break;
    const body = port.collection.packages.open(row)?.body;
    const id = packageId(port.collection, row);
    for (let index = 0; index < (body?.count ?? 0) && changes.length < count; index++) {
      if (body === undefined || !isShown(body, index, filter)) continue;
      const change = body.at(index);
      if ('invalid' in change || passed++ < from) continue;
      changes.push(changeView(port, `${id}-${index}`, dotOf(row, index), change));
    }
  }
  return changes;
}

/** Of the changes to records with `text` in their name (null: of all) `count` from `from` on. */
export interface ChangesPage {
  readonly from: number;
  readonly count: number;
  readonly text: string | null;
}

/** Changes of an act, of a package or one change, by its id; null: nothing of this collection. Fails as `findIds`. */
export function changesOf(asked: Port, id: string, { from, count, text }: ChangesPage): ActChangesView | null {
  const port = standingStill(asked);
  const { collection } = port;
  const found = findIds(collection, id);
  const [first] = found;
  if (first === undefined) return null;
  if (first.dot !== null) {
    const change = collection.packages.changeAt(first.dot)?.change;
    const name = `${packageId(collection, first.row)}-${indexOf(first.dot)}`;
    const changes = change === undefined ? [] : [changeView(port, name, first.dot, change)];
    return { changes: changes.slice(from, from + count), matching: changes.length, total: changes.length };
  }
  const { filter } = filterOf(port, text === null ? {} : { text });
  let [total, matching, passed] = [0, 0, 0];
  const rows: number[] = [];
  for (const place of found) {
    const size = sizeOf(outlineOf(collection, place, filter));
    // What lies wholly before what is asked for is not opened again.
    if (rows.length === 0 && matching + size <= from) passed += size;
    else rows.push(place.row);
    matching += size;
    total += filter.matches === null ? size : sizeOf(outlineOf(collection, place, EVERYTHING));
  }
  return { changes: changesFrom(port, rows, filter, from - passed, count), matching, total };
}
