import type { ActionCounts } from '../../contract/contract.ts';
import type { Cause } from '../change-log/change.ts';
import { millisecondsOf } from '../change-log/hybrid-time.ts';
import type { Collection } from '../collection.ts';
import { MOST_PACKAGES } from '../past/change-id.ts';
import { dotOf, type RecordId } from '../record/ids.ts';
import type { PackagePlace } from '../store/log-store.ts';
import { actionOf } from './change-view.ts';
import { type Filter, isShown } from './history-view.ts';

type Counts = { -readonly [action in keyof ActionCounts]: number };

/** Packages of one log that lie no further apart are of one act, where one of them has so many changes: a few may be two saves in a hurry. */
const TOGETHER_MS = 1000;
const SEVERAL = 16;
/** So are large ones, which take their time where what is in them has to be read first. */
const SLOWLY_MS = 60_000;
const LARGE = 64;

/** What edits files on and on, as a program that builds something does, has begun anew at each of these marks of the clock. */
const EDITING_MS = 600_000;

/** So many packages are remembered by what they do. */
const MOST_KNOWN = 20_000;

/** What a package does, as far as a filter lets it be seen. */
export interface Outline {
  readonly cause: Cause;
  /** Changes in it, shown or not. */
  readonly size: number;
  readonly counts: ActionCounts;
  /** Of moves: so many of their adds, and of their deletes, which come after the adds of the look that found them. */
  readonly begun: number;
  readonly ended: number;
  /** Files it changes; decoded when they are asked for. */
  files(): readonly RecordId[];
}

/** What one act became: packages that follow each other in a log. */
export class Act {
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
    if (apart <= TOGETHER_MS && gaveWay(outline, this.#outline)) return true;
    if (editsWhatWasThere(outline, this.#outline) || editsWhatWasThere(this.#outline, outline)) return false;
    const isEditing = onlyEdits(outline) && onlyEdits(this.#outline);
    if (isEditing && markOf(place) !== markOf(this.#oldest)) return false;
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
const editsWhatWasThere = (outline: Outline, beside: Outline): boolean =>
  onlyEdits(outline) && beside.counts.add > 0 && beside.counts.modify === 0;

const onlyEdits = ({ counts, size }: Outline): boolean => counts.modify === size;

/** By the clock alone, and not by how long an act is: acts that were told stay as they are while more is written. */
const markOf = ({ time }: PackagePlace): number => Math.floor(millisecondsOf(time) / EDITING_MS);

/** Is all that the later one deletes below what the one before it made a file: a folder that was replaced by that? */
function gaveWay(before: Outline, later: Outline): boolean {
  if (later.size === 0 || later.size !== later.counts.delete) return false;
  const files = new Set<string>(before.files());
  return files.size > 0 && later.files().every((path) => isBelow(path, files));
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1))
    if (folders.has(path.slice(0, at))) return true;
  return false;
}

const ACTIONS = ['add', 'modify', 'delete', 'move'] as const;

export const EVERYTHING: Filter = { matches: null, asked: null };

/** Is its number that of several packages? */
export const isBeside = ({ log }: Collection, place: PackagePlace): boolean =>
  place.number >= (log.branches(place.log)?.first ?? Number.POSITIVE_INFINITY);

const known = new WeakMap<Collection, Map<string, Outline>>();

/** A package stays what it is: without a filter it is looked into once. */
export function outlineOf(collection: Collection, place: PackagePlace, filter: Filter): Outline {
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
    counts[plain ?? actionOf({ collection }, dotOf(place.row, index), change as NonNullable<typeof change>)]++;
  }
  const first = body === undefined || body.count === 0 ? null : body.at(0);
  const cause = first === null || 'invalid' in first ? 'source' : first.cause;
  return { cause, size: body?.count ?? 0, counts, begun, ended, files: () => filesIn(collection, place) };
}

function filesIn({ kind, packages }: Collection, { row }: PackagePlace): readonly RecordId[] {
  const body = kind === 'files' ? packages.open(row)?.body : undefined;
  return Array.from({ length: body?.count ?? 0 }, (_, index) => body?.at(index)).flatMap((change) =>
    change === undefined || 'invalid' in change ? [] : [change.record],
  );
}

export const sizeOf = ({ counts }: { readonly counts: ActionCounts }): number =>
  ACTIONS.reduce((sum, action) => sum + counts[action], 0);

/**
 * The packages of the act that this one is of, the oldest first, where moves of it lie in several of them, or a file took the place of a folder: undone one
 * by one these leave what moved in no folder, or an empty one, or a file and a folder of one name. Of any other it alone.
 */
export function packagesToUndo(collection: Collection, place: PackagePlace): readonly PackagePlace[] {
  const outline = outlineOf(collection, place, EVERYTHING);
  const next = neighbour(collection, place, 1);
  const makesWay = next !== null && gaveWay(outline, outlineOf(collection, next, EVERYTHING));
  if (!makesWay && outline.begun + outline.ended === 0 && outline.size !== outline.counts.add + outline.counts.delete)
    return [place];
  const newest = newestNear(collection, place, outline.cause);
  let act = new Act(newest, outlineOf(collection, newest, EVERYTHING));
  let places = [newest];
  for (let at = neighbour(collection, newest, -1); at !== null; at = neighbour(collection, at, -1)) {
    const each = outlineOf(collection, at, EVERYTHING);
    if (act.goesOn(at, each)) {
      act.take(at, each);
      places.unshift(at);
    } else if (places.some(({ row }) => row === place.row)) break;
    else [act, places] = [new Act(at, each), [at]];
  }
  const isSplit = (at: PackagePlace): boolean => {
    const { begun, ended } = outlineOf(collection, at, EVERYTHING);
    return begun !== ended;
  };
  const tookPlace = (at: PackagePlace, index: number): boolean => {
    const later = places[index + 1];
    const outlines = [at, later ?? at].map((each) => outlineOf(collection, each, EVERYTHING)) as [Outline, Outline];
    return later !== undefined && gaveWay(...outlines);
  };
  return places.some(isSplit) || places.some(tookPlace) ? places : [place];
}

/** The newest package of a log that may be of one act with this one. */
function newestNear(collection: Collection, place: PackagePlace, cause: Cause): PackagePlace {
  let newest = place;
  for (let count = 1; count < MOST_PACKAGES; count++) {
    const next = neighbour(collection, newest, 1);
    if (next === null || millisecondsOf(next.time) - millisecondsOf(newest.time) > SLOWLY_MS) break;
    if (outlineOf(collection, next, EVERYTHING).cause !== cause) break;
    newest = next;
  }
  return newest;
}

/** The package before (-1) or after (1) one in its log; null: there is none, or the number is that of several. */
function neighbour(collection: Collection, { log, number }: PackagePlace, by: 1 | -1): PackagePlace | null {
  const [found, ...others] = collection.log.find(log, number + by, '');
  if (found === undefined || others.length > 0) return null;
  const place = { row: found.row, log, number: number + by, time: found.time };
  return isBeside(collection, place) ? null : place;
}
