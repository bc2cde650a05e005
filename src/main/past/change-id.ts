import type { Collection } from '../collection.ts';
import { LockstepError } from '../platform/trouble.ts';
import { CHANGES_PER_PACKAGE, type Dot, dotOf, indexOf, type LogId, packageRowOf } from '../record/ids.ts';

/** `LOG-NUMBER`: a package, by the same name on every device. Where several have that number, `LOG-NUMBER~HASH`. */
export function packageId(collection: Collection, row: number): string {
  const { log, number, hash } = collection.log.place(row);
  const first = collection.log.branches(log)?.first ?? Number.POSITIVE_INFINITY;
  return `${log}-${number}${number < first ? '' : `~${hash}`}`;
}

/** The id of its package, and `-INDEX`: one change of it. */
export function changeId(collection: Collection, dot: Dot): string {
  return `${packageId(collection, packageRowOf(dot))}-${indexOf(dot)}`;
}

/** A package of this collection, or one change of it. */
export interface FoundId {
  readonly row: number;
  readonly log: LogId;
  readonly number: number;
  /** Hybrid time of the package. */
  readonly time: number;
  /** null: the whole package. */
  readonly dot: Dot | null;
}

const FORM = /^([0-9a-f]{1,16})-([1-9][0-9]{0,14})(?:~([0-9a-f]{1,16}))?(?:-([0-9]{1,3}))?$/;

const RANGE = /^([0-9a-f]{1,16})-([1-9][0-9]{0,8})\.\.([1-9][0-9]{0,8})$/;
/** So many are undone in one go; each has up to 256 changes. */
export const MOST_PACKAGES = 4096;

/**
 * What `LOG-FROM..TO` names: these packages, which is what one large change became. Of any other text what `findId` finds. Empty: nothing of this
 * collection. Fails as `findId`, and with `no-such-change` where one of them is missing or they are too many.
 */
export function findIds(collection: Collection, text: string): readonly FoundId[] {
  const parts = RANGE.exec(text);
  if (parts === null) return [findId(collection, text)].filter((found) => found !== null);
  const [, log, from, to] = parts as unknown as [string, string, string, string];
  const count = Number(to) - Number(from) + 1;
  if (count < 1 || count > MOST_PACKAGES)
    throw new LockstepError(
      'no-such-change',
      `${text} is no range of 1 to ${MOST_PACKAGES} packages, the first one first.`,
      text,
    );
  const found = Array.from({ length: count }, (_, at) => findId(collection, `${log}-${Number(from) + at}`));
  const known = found.filter((each) => each !== null);
  if (known.length > 0 && known.length < count)
    throw new LockstepError('no-such-change', `Of ${text} only ${known.length} packages are here.`, text);
  return known;
}

/** Has a text the form of such an id? It may still name nothing. */
export const isChangeOrPackageId = (text: string): boolean => FORM.test(text);

/**
 * What a package or change id names here; the log may be shortened as long as it stays clear. null: no package of this collection.
 * Fails with `ambiguous-id` where several logs begin so, and with `no-such-change` where the package has no such change.
 */
export function findId(collection: Collection, text: string): FoundId | null {
  const parts = FORM.exec(text);
  if (parts === null) return null;
  const [, prefix, number, hash, index] = parts as unknown as [string, string, string, ...(string | undefined)[]];
  const found = collection.log
    .logs()
    .filter((log) => log.log.startsWith(prefix))
    .flatMap((log) => collection.log.find(log.log, Number(number), hash ?? ''));
  if (found.length > 1)
    throw new LockstepError('ambiguous-id', `${text} can mean several packages; give more digits.`, text);
  const [stored] = found;
  if (stored === undefined) return null;
  const { row, log, time } = stored;
  if (index === undefined) return { row, log, number: stored.number, time, dot: null };
  const count = collection.packages.open(row)?.body.count ?? 0;
  if (Number(index) >= Math.min(count, CHANGES_PER_PACKAGE))
    throw new LockstepError(
      'no-such-change',
      `The package ${packageId(collection, row)} has ${count} changes; ${text} is none of them.`,
      text,
    );
  return { row, log, number: stored.number, time, dot: dotOf(row, Number(index)) };
}
