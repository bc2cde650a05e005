import type { Change } from '../change-log/change.ts';
import type { Collection } from '../collection.ts';
import { findIds } from '../past/change-id.ts';
import { LockstepError } from '../platform/trouble.ts';
import { type Dot, packageRowOf, type RecordId } from '../record/ids.ts';
import type { PackagePlace } from '../store/log-store.ts';
import { packagesToUndo } from './act.ts';
import { dotsOf, fusedIn, pairsIn } from './fusions.ts';

/**
 * All changes that are undone where ids are given, each of one, of a package or of several: both halves of a move, and of a folder that was renamed, or whose
 * place a file took, all packages, whichever of them is named. Empty: nothing of this collection. Fails as `findIds`, and with `no-such-change` where only
 * some of the ids are of it.
 */
export function undoneTogether(collection: Collection, ids: readonly string[]): ReadonlySet<Dot> {
  const named = ids.map((id) => namedBy(collection, id));
  const unknown = ids.find((_, at) => named[at]?.length === 0);
  if (unknown !== undefined && named.some(({ length }) => length > 0))
    throw new LockstepError('no-such-change', `There is no change or package ${unknown} here.`, unknown);
  return withOtherHalves(collection, named.flat());
}

function namedBy(collection: Collection, id: string): readonly Dot[] {
  const found = findIds(collection, id);
  const packagesOf = (place: PackagePlace) => (found.length === 1 ? packagesToUndo(collection, place) : [place]);
  return found.flatMap(({ dot, ...place }) =>
    dot !== null ? turnsOf(collection, dot) : packagesOf(place).flatMap(({ row }) => dotsOf(collection, row)),
  );
}

/** An undo of one record that became several changes is undone as one. */
function turnsOf(collection: Collection, dot: Dot): readonly Dot[] {
  const { packages } = collection;
  const change = packages.changeAt(dot)?.change;
  if (change?.cause !== 'undo') return [dot];
  return dotsOf(collection, packageRowOf(dot)).filter((each) => {
    const other = packages.changeAt(each)?.change;
    return other?.cause === 'undo' && other.record === change.record;
  });
}

/**
 * These, and whatever is undone with them: both halves of a move, the changes of all contacts they found to be one, and all by which a person made one of
 * two: what only the one that went had said is nowhere where the other one alone loses it.
 */
function withOtherHalves(collection: Collection, asked: readonly Dot[]): ReadonlySet<Dot> {
  const all = new Set(asked);
  // What is added on the way is walked through as well.
  for (const dot of all)
    for (const half of [...otherHalves(collection, dot), ...fusedWith(collection, dot)])
      for (const each of turnsOf(collection, half)) all.add(each);
  return all;
}

/** The delete of a move's add, the add of its delete; of contacts found to be one, the change of each other one. */
function otherHalves(collection: Collection, dot: Dot): readonly Dot[] {
  const change = collection.packages.changeAt(dot)?.change;
  if (change === undefined) return [];
  const { record, movedFrom, movedTo } = change;
  const isMove = (_: Dot, half: Change): boolean =>
    (movedFrom === undefined ? half.movedFrom : half.movedTo) === record;
  const other = movedFrom ?? movedTo;
  const halves = pairsOf(collection, dot).map((pair) => {
    const isPair = (half: Dot): boolean =>
      pairsOf(collection, half).some((each) => each.every((id, at) => id === pair[at]));
    return halfOf(collection, dot, pair[0] === record ? pair[1] : pair[0], isPair);
  });
  if (other !== undefined) halves.push(halfOf(collection, dot, other, isMove));
  return halves.filter((half) => half !== null);
}

/** Of two contacts that a person made one, or whose being one is taken back, the changes of both, and of the groups that have them. */
function fusedWith(collection: Collection, dot: Dot): readonly Dot[] {
  if (collection.kind !== 'contacts') return [];
  return [...firstsOf(collection, dot)].flatMap(([first, { cause, record }]) => {
    if (cause !== 'settle') return [];
    const row = packageRowOf(first);
    const fused = fusedIn(collection, row, record);
    if (first === dot)
      return dotsOf(collection, row).filter((each) => fused.has(recordOf(collection, each) as RecordId));
    const isOfIt = (half: Dot): boolean =>
      [...firstsOf(collection, half).keys()].some((each) => packageRowOf(each) === row);
    return [...fused].flatMap((each) => halfOf(collection, dot, each, isOfIt) ?? []);
  });
}

const recordOf = (collection: Collection, dot: Dot): RecordId | undefined =>
  collection.packages.changeAt(dot)?.change.record;

/** The change to a record, of the same log and closest to this one, that is its other half. null: there is none. */
function halfOf(
  collection: Collection,
  dot: Dot,
  record: RecordId,
  isHalf: (dot: Dot, change: Change) => boolean,
): Dot | null {
  const row = collection.records.find(record)?.row;
  const { log, number } = placeOf(collection, dot);
  const halves = (row === undefined ? [] : collection.log.changesOf(row)).filter((each) => {
    const half = placeOf(collection, each).log === log ? collection.packages.changeAt(each)?.change : undefined;
    return half !== undefined && isHalf(each, half);
  });
  const distance = (each: Dot): number => Math.abs(placeOf(collection, each).number - number);
  return halves.reduce<Dot | null>(
    (best, each) => (best === null || distance(each) < distance(best) ? each : best),
    null,
  );
}

/** Each contact that came and the one it was found to be, where a change says so or takes that back. */
function pairsOf(collection: Collection, dot: Dot): readonly (readonly [RecordId, RecordId])[] {
  if (collection.kind !== 'contacts') return [];
  return [...firstsOf(collection, dot).values()].flatMap((first) => pairsIn(collection, first));
}

/** Of undos, and undos of undos, the changes it all is about, as far as it is said; of any other change it alone. */
function firstsOf({ packages }: Collection, dot: Dot): ReadonlyMap<Dot, Change> {
  const seen = new Set([dot]);
  const firsts = new Map<Dot, Change>();
  // What is added on the way is walked through as well.
  for (const at of seen) {
    const change = packages.changeAt(at)?.change;
    if (change !== undefined && change.takesBack === undefined) firsts.set(at, change);
    for (const each of change?.takesBack ?? []) seen.add(each);
  }
  return firsts;
}

const placeOf = (collection: Collection, dot: Dot) => collection.log.nameOf(dot).name;
