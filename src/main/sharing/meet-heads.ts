import type { Gap, LogHead, Met } from '../peers/session/shared-collection.ts';
import type { LogId } from '../record/ids.ts';
import type { LogStore } from '../store/log-store.ts';

/** How what a peer holds fits what is here. */
export function meetHeads(logs: LogStore, heads: readonly LogHead[]): Met {
  const has = new Map<LogId, number>();
  const beside = new Set<string>();
  const wanted: Gap[] = [];
  const known = new Map(logs.logs().map((log) => [log.log, log]));
  for (const { member, log, number, hash } of heads) {
    const held = known.get(log)?.held ?? 0;
    const branches = logs.branches(log);
    const short = hash.slice(0, 16);
    const isKnown = logs.holds(log, number, short);
    let upTo = number;
    if (branches !== null && number >= branches.first) {
      upTo = branches.sharedUpTo(short);
      for (const each of branches.upTo(short)) beside.add(each);
    } else if (!isKnown && number <= held) upTo = number - 1;
    if (!isKnown && (number <= held || branches !== null))
      wanted.push({ member, log, from: Math.min(number, held + 1) });
    has.set(log, Math.max(upTo, has.get(log) ?? 0));
  }
  return { has, branches: beside, wanted };
}

/**
 * Up to which number of a log a peer that told these heads has the packages that are here: a number alone does not say which branch it
 * counts. Infinite where it has every branch that is here, or where there is but one.
 */
export function comparableUpTo(logs: LogStore, log: LogId, heads: readonly LogHead[]): number {
  const branches = logs.branches(log);
  if (branches === null) return Number.POSITIVE_INFINITY;
  const told = heads.flatMap((head) => (head.log === log ? [head.hash.slice(0, 16)] : []));
  return branches.areAllIn(told) ? Number.POSITIVE_INFINITY : branches.first - 1;
}
