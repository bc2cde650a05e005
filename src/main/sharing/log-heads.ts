import { millisecondsOf } from '../change-log/hybrid-time.ts';
import { hashIn } from '../change-log/package.ts';
import type { BranchPackage, LogHead, LogPosition } from '../peers/session/shared-collection.ts';
import type { Digest, LogId, MemberKey } from '../record/ids.ts';
import type { LogStore } from '../store/log-store.ts';

/** The newest package held of each log; of a log with several branches, of each. */
export function headsIn(logs: LogStore): readonly LogHead[] {
  return logs.logs().flatMap(({ log, member, held, hash }) => {
    if (member === '' || held === 0) return [];
    const beside = (logs.branches(log)?.heads ?? []).flatMap(({ row, number }) => {
      const stored = logs.packageAt(row);
      return stored === null ? [] : [{ member, log, number, hash: hashIn(stored.bytes) as Digest }];
    });
    return [{ member, log, number: held, hash: hash as Digest }, ...beside];
  });
}

/** The packages beside the logs themselves, in an order in which they can be taken. Nearly always none. */
export function branchPackagesIn(logs: LogStore): readonly BranchPackage[] {
  return logs.logs().flatMap(({ log, member }) => {
    const others = member === '' ? [] : (logs.branches(log)?.others ?? []);
    return others.flatMap(({ row, number, hash }) => {
      const stored = logs.packageAt(row);
      return stored === null || member === '' ? [] : [{ log, member, number, hash, bytes: stored.bytes }];
    });
  });
}

/** How far each log is held here, and how far it is applied. */
export function positionsIn(logs: LogStore): {
  readonly held: readonly LogPosition[];
  readonly applied: readonly LogPosition[];
} {
  const held: LogPosition[] = [];
  const applied: LogPosition[] = [];
  for (const log of logs.logs()) {
    if (log.member === '') continue;
    held.push({ member: log.member, log: log.log, number: log.held });
    applied.push({ member: log.member, log: log.log, number: log.applied });
  }
  return { held, applied };
}

/** How far the logs of a member are held here. null: of nobody. */
export function heldOfMember(
  logs: LogStore,
  key: MemberKey | null,
): readonly { readonly log: LogId; readonly number: number }[] {
  return logs.logs().flatMap(({ log, member, held }) => (member === key && held > 0 ? [{ log, number: held }] : []));
}

/** When a member signed the newest of what came here, in milliseconds since 1970; null: nothing came. */
export function lastSignedBy(logs: LogStore, key: MemberKey | null): number | null {
  const times = logs.logs().flatMap((log) => (log.member === key ? [millisecondsOf(logs.lastTime(log))] : []));
  const last = Math.max(0, ...times);
  return last === 0 ? null : last;
}
