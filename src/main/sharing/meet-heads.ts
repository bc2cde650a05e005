import { hashIn } from '../change-log/package.ts';
import type { Gap, LogHead, MetHeads } from '../peers/session/shared-collection.ts';
import type { Digest, LogId } from '../record/ids.ts';
import type { LogStore } from '../store/log-store.ts';

/** How what a peer holds fits what is here. */
export function meetHeads(logs: LogStore, heads: readonly LogHead[]): MetHeads {
  const has = new Map<LogId, number>();
  const beside = new Set<string>();
  const wanted: Gap[] = [];
  for (const [log, told] of Map.groupBy(heads, (head) => head.log)) {
    const held = logs.known(log)?.held ?? 0;
    const branches = logs.branches(log);
    const known: number[] = [];
    const others: number[] = [];
    let isElsewhere = false;
    for (const { member, number, hash } of told) {
      const short = hash.slice(0, 16);
      const isKnown = logs.holds(log, number, short);
      let upTo = number;
      if (branches !== null && number >= branches.first) {
        upTo = branches.sharedUpTo(short);
        for (const each of branches.upTo(short)) beside.add(each);
      } else if (!isKnown && number <= held) upTo = number - 1;
      if (isKnown) known.push(upTo);
      else others.push(upTo);
      if (isKnown || (number > held && branches === null)) continue;
      isElsewhere = true;
      wanted.push({ member, log, from: Math.min(number, held + 1) });
    }
    has.set(log, hasUpTo(known, others, isElsewhere));
  }
  return { has, branches: beside, wanted };
}

/**
 * How far somebody has a log as it is here, by how far the packages it names tell so: those that are here, and others. `isElsewhere`: one of
 * these is not on the log as it is here. Then what is here tells, or, where that is none of it, the others allow for no more than the least.
 */
function hasUpTo(known: readonly number[], others: readonly number[], isElsewhere: boolean): number {
  if (!isElsewhere) return Math.max(...known, ...others);
  return known.length > 0 ? Math.max(...known) : Math.min(...others);
}

/** Of what somebody tells: packages of logs of which others are here under their numbers, so that the two have not the same log. */
export function headsElsewhere(logs: LogStore, heads: readonly LogHead[]): readonly LogHead[] {
  return heads.filter(({ log, number, hash }) => {
    const known = logs.known(log);
    if (known === null || number > known.held || (number === known.held && hash === known.hash)) return false;
    return !logs.holds(log, number, hash.slice(0, 16));
  });
}

/** So many of the packages that others name are answered with what is here under their numbers. */
const MOST_COMPARED = 64;

/**
 * Packages of a log by which others see where theirs parts from it: those at these numbers, where they have others, and from the least of them
 * further and further back to the first, however much was written since.
 */
export function trailIn(logs: LogStore, log: LogId, numbers: readonly number[]): readonly LogHead[] {
  const { member = '', held = 0 } = logs.known(log) ?? {};
  if (member === '' || numbers.length === 0) return [];
  const compared = [...new Set(numbers)].sort((a, b) => a - b).slice(0, MOST_COMPARED);
  const trail = new Set(compared);
  for (let number = compared[0] ?? 1, step = 1; number > 1; step *= 2) {
    number = Math.max(1, number - step);
    trail.add(number);
  }
  return [...trail]
    .filter((number) => number < held)
    .sort((a, b) => b - a)
    .flatMap((number) =>
      logs.mainAfter(log, number - 1, 1).map(({ bytes }) => ({ member, log, number, hash: hashIn(bytes) as Digest })),
    );
}

/**
 * Up to which number of a log a peer that told these heads has the packages that are here: a number alone does not say which branch it
 * counts. Infinite where it has every branch that is here, or where there is but one, which it has as well.
 */
export function comparableUpTo(logs: LogStore, log: LogId, heads: readonly LogHead[]): number {
  const told = heads.filter((head) => head.log === log);
  const branches = logs.branches(log);
  if (branches === null) {
    const isSame = headsElsewhere(logs, told).length === 0;
    return isSame ? Number.POSITIVE_INFINITY : (meetHeads(logs, told).has.get(log) ?? 0);
  }
  const hashes = told.map(({ hash }) => hash.slice(0, 16));
  return branches.areAllIn(hashes) ? Number.POSITIVE_INFINITY : branches.first - 1;
}
