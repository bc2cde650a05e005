import type { ActChangesView, ActionCounts, ActView, HistoryChangeView } from '../../contract/contract.ts';
import type { Cause } from '../change-log/change.ts';
import { millisecondsOf } from '../change-log/hybrid-time.ts';
import type { Collection } from '../collection.ts';
import { timeText } from '../past/author-of.ts';
import { findIds, MOST_PACKAGES, packageId } from '../past/change-id.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import { dotOf, indexOf, type LogId } from '../record/ids.ts';
import type { PackagePlace } from '../store/log-store.ts';
import { actionOf, changeView } from './change-view.ts';
import { type Filter, filterOf, type HistoryPage, isShown, standingStill } from './history-view.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents'>;
type Counts = { -readonly [action in keyof ActionCounts]: number };

/** Packages of one log that lie no further apart are of one act, where one of them has so many changes: a few may be two saves in a hurry. */
const TOGETHER_MS = 1000;
const SEVERAL = 16;
/** So are large ones, which take their time where what is in them has to be read first. */
const SLOWLY_MS = 60_000;
const LARGE = 64;

/** Acts of a page where the query names no limit, and how many packages are looked up, and looked into, in one go. */
const PAGE = 100;
const AT_ONCE = 64;
const OPENED_AT_ONCE = 8;
/** So many packages are remembered by what they do. */
const MOST_KNOWN = 20_000;

/** What a package does, as far as a filter lets it be seen. */
interface Outline {
  readonly cause: Cause;
  /** Changes in it, shown or not. */
  readonly size: number;
  readonly counts: ActionCounts;
  /** Of moves: so many of their adds, and of their deletes, which come after the adds of the look that found them. */
  readonly begun: number;
  readonly ended: number;
}

/** What one act became: packages that follow each other in a log. */
class Act {
  readonly newest: PackagePlace;
  readonly counts: Counts = { add: 0, modify: 0, delete: 0, move: 0 };
  packages = 0;
  #oldest: PackagePlace;
  #outline: Outline;
  /** Moves of which only the delete is in it by now. */
  #halves = 0;

  constructor(place: PackagePlace, outline: Outline) {
    this.newest = place;
    this.#oldest = place;
    this.#outline = outline;
    this.take(place, outline);
  }

  get oldest(): PackagePlace {
    return this.#oldest;
  }
  get cause(): Cause {
    return this.#outline.cause;
  }
  get changeCount(): number {
    return sizeOf(this);
  }

  /** Is this package the one before its oldest, and of the same act? */
  goesOn(place: PackagePlace, outline: Outline): boolean {
    if (place.log !== this.#oldest.log || place.number !== this.#oldest.number - 1) return false;
    if (outline.cause !== this.cause || this.packages >= MOST_PACKAGES) return false;
    const apart = millisecondsOf(this.#oldest.time) - millisecondsOf(place.time);
    if (this.#halves > 0 && outline.begun > 0) return apart <= SLOWLY_MS;
    if (editsWhatWasThere(outline, this.#outline) || editsWhatWasThere(this.#outline, outline)) return false;
    const sizes = [outline.size, this.#outline.size];
    if (apart <= TOGETHER_MS) return Math.max(...sizes) >= SEVERAL;
    return apart <= SLOWLY_MS && Math.min(...sizes) >= LARGE;
  }

  take(place: PackagePlace, outline: Outline): void {
    this.#oldest = place;
    this.#outline = outline;
    this.packages++;
    this.#halves = Math.max(0, this.#halves + outline.ended - outline.begun);
    for (const action of ACTIONS) this.counts[action] += outline.counts[action];
  }

  /** Nothing older than this place goes on with it. */
  isOver(place: PackagePlace): boolean {
    return this.#oldest.number === 1 || millisecondsOf(this.#oldest.time) - millisecondsOf(place.time) > SLOWLY_MS;
  }
}

/** Nothing but edits beside adds without any: somebody edited what was there before, while much was added. */
const editsWhatWasThere = ({ counts, size }: Outline, beside: Outline): boolean =>
  counts.modify === size && beside.counts.add > 0 && beside.counts.modify === 0;

const ACTIONS = ['add', 'modify', 'delete', 'move'] as const;

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

/** Is its number that of several packages? */
const isBeside = ({ log }: Collection, place: PackagePlace): boolean =>
  place.number >= (log.branches(place.log)?.first ?? Number.POSITIVE_INFINITY);

function newestOf(collection: Collection, id: string): PackagePlace {
  const found = findIds(collection, id).at(-1);
  if (found !== undefined) return found;
  throw new LockstepError('no-such-change', `${collection.stored.name} has no package ${id}.`, id);
}

const known = new WeakMap<Collection, Map<string, Outline>>();

/** A package stays what it is: without a filter it is looked into once. */
function outlineOf(collection: Collection, place: PackagePlace, filter: Filter): Outline {
  if (filter.matches !== null) return lookInto(collection, place, filter);
  const outlines = known.get(collection) ?? new Map<string, Outline>();
  known.set(collection, outlines);
  // A row is given to another package where a transaction was rolled back.
  const key = `${place.row} ${collection.log.place(place.row).hash}`;
  const outline = outlines.get(key) ?? lookInto(collection, place, filter);
  if (outlines.size >= MOST_KNOWN) outlines.clear();
  outlines.set(key, outline);
  return outline;
}

function lookInto(collection: Collection, place: PackagePlace, filter: Filter): Outline {
  const counts: Counts = { add: 0, modify: 0, delete: 0, move: 0 };
  const body = collection.packages.open(place.row)?.body;
  let [begun, ended] = [0, 0];
  for (let index = 0; index < (body?.count ?? 0); index++) {
    if (body === undefined) continue;
    const plain = body.outline(index);
    if (body.endsMove(index)) ended++;
    else if (plain === 'move') begun++;
    if (!isShown(body, index, filter)) continue;
    const change = plain === null ? body.at(index) : null;
    if (change !== null && 'invalid' in change) continue;
    counts[plain ?? actionOf({ collection }, change as NonNullable<typeof change>)]++;
  }
  const first = body === undefined || body.count === 0 ? null : body.at(0);
  const cause = first === null || 'invalid' in first ? 'source' : first.cause;
  return { cause, size: body?.count ?? 0, counts, begun, ended };
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

const EVERYTHING: Filter = { matches: null, asked: null };

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

const sizeOf = ({ counts }: { readonly counts: ActionCounts }): number =>
  ACTIONS.reduce((sum, action) => sum + counts[action], 0);
