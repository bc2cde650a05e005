import type { LogId, MemberKey } from '../record/ids.ts';

/** How far a log is held here. */
export interface HeldLog {
  readonly log: LogId;
  readonly member: MemberKey;
  readonly held: number;
}
/** Another member, as far as is known: what it holds of each log, and up to where it has read what lies at the relay. */
export interface MemberThere {
  readonly key: MemberKey;
  /** Linked now: what it lacks it is given directly. */
  readonly linked: boolean;
  /** It could put packages up as well as this device. */
  readonly online: boolean;
  readonly held: ReadonlyMap<LogId, number>;
  readonly cursor: number;
}
/** Packages of one log, from one number to another. */
export interface PackageRange {
  readonly log: LogId;
  readonly from: number;
  readonly to: number;
}

/**
 * The packages that somebody has to put up: those a member that is not linked lacks, and that do not lie at the relay beyond what it has read
 * there. Its own log first, then in the order of `logs`; each range in the order of its log. `sidsAfter`: where the packages of a log after a
 * number lie there, as far as they do.
 */
export function packagesWanted(
  logs: readonly HeldLog[],
  own: LogId,
  members: readonly MemberThere[],
  sidsAfter: (log: LogId, after: number) => ReadonlyMap<number, number>,
): readonly PackageRange[] {
  const away = members.filter(({ linked }) => !linked);
  const ranges: PackageRange[] = [];
  for (const { log, held } of [...logs].sort((a, b) => Number(b.log === own) - Number(a.log === own))) {
    const lacking = away.flatMap((member) => {
      const has = member.held.get(log) ?? 0;
      return has < held ? [{ has, cursor: member.cursor }] : [];
    });
    if (lacking.length === 0) continue;
    let from = 0;
    const least = Math.min(...lacking.map(({ has }) => has));
    const sids = sidsAfter(log, least);
    for (let number = least + 1; number <= held + 1; number++) {
      const sid = number > held ? Number.POSITIVE_INFINITY : (sids.get(number) ?? 0);
      const isWanted = lacking.some(({ has, cursor }) => has < number && sid <= cursor);
      if (isWanted && from === 0) from = number;
      if (isWanted || from === 0) continue;
      ranges.push({ log, from, to: number - 1 });
      from = 0;
    }
  }
  return ranges;
}

/**
 * Is it this device that puts up what is wanted of a log? Its author does where it is there; else, of those who are and hold it, the one with
 * the smallest key, so that it is put up once.
 */
export function isMineToPutUp(
  { log, to }: PackageRange,
  author: MemberKey,
  self: MemberKey,
  members: readonly MemberThere[],
): boolean {
  if (author === self) return true;
  const could = members.filter(({ online, held }) => online && (held.get(log) ?? 0) >= to);
  return could.every(({ key }) => key !== author && self < key);
}
