import type { FileStat } from '../../platform/file-system.ts';
import type { Revision } from '../source-adapter.ts';

/** Bytes of the revision of a file or a link. */
export const REVISION_BYTES = 32;

/** An item younger than this may be written again within the same tick of its clock (DESIGN 4). */
const FRESH_NS = 2_000_000_000n;

/** By then the system has written back what it was given. */
const UNSYNCED_NS = 60_000_000_000n;

const KIND = { file: 1, symlink: 2, directory: 3, other: 4 } as const;

/** Where revisions are written one after the other: hundreds go to another thread at once, as a few pages instead of an array each. */
let page = new DataView(new ArrayBuffer(128 * REVISION_BYTES));
let used = 0;

/** A directory is there or not: its times change with what lies in it, which its own listing tells. */
export const DIRECTORY_REVISION: Revision = Uint8Array.of(KIND.directory);

/**
 * What must stay the same for an item to be unchanged. Layout (little endian): kind u8, owner may execute u8, size u48,
 * modified i64 ns, changed i64 ns, inode u64. Local to this device; never sent.
 */
export function revisionOf(stat: FileStat): Revision {
  if (stat.type === 'directory') return DIRECTORY_REVISION;
  if (page.byteLength === used) {
    page = new DataView(new ArrayBuffer(page.byteLength));
    used = 0;
  }
  writeRevision(page, used, stat);
  used += REVISION_BYTES;
  return new Uint8Array(page.buffer, used - REVISION_BYTES, REVISION_BYTES);
}

const judged = new DataView(new ArrayBuffer(REVISION_BYTES));
const judgedBytes = new Uint8Array(judged.buffer);

/** Would `revisionOf` give this revision? Never true of a directory. */
export function hasRevision(stat: FileStat, revision: Revision): boolean {
  if (stat.type === 'directory') return false;
  writeRevision(judged, 0, stat);
  return sameRevision(judgedBytes, revision);
}

/** Would `revisionOf` give the same of both? */
export function hasSameRevision(a: FileStat, b: FileStat): boolean {
  if (a.type === 'directory' || b.type === 'directory') return a.type === b.type;
  return (
    a.type === b.type &&
    isExecutable(a) === isExecutable(b) &&
    a.size === b.size &&
    a.modifiedNs === b.modifiedNs &&
    a.changedNs === b.changedNs &&
    a.inode === b.inode
  );
}

/** Writes the revision of a file or link at `at`: what `revisionOf` gives, without an array of its own. */
export function writeRevision(view: DataView, at: number, stat: FileStat): void {
  view.setUint8(at, KIND[stat.type]);
  view.setUint8(at + 1, isExecutable(stat) ? 1 : 0);
  view.setUint32(at + 2, stat.size >>> 0, true);
  view.setUint16(at + 6, Math.floor(stat.size / 0x1_0000_0000) & 0xffff, true);
  view.setBigInt64(at + 8, stat.modifiedNs, true);
  view.setBigInt64(at + 16, stat.changedNs, true);
  view.setBigUint64(at + 24, stat.inode, true);
}

/** Equal byte by byte. */
export function sameRevision(a: Revision, b: Revision): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** May the owner execute it? Always false for what is not a file. */
export function isExecutable(stat: FileStat): boolean {
  return stat.type === 'file' && (stat.mode & 0o100) !== 0;
}

/**
 * Changed within two seconds of `nowMs`, or in its future: the revision cannot vouch for the content. Never true of a directory. A time of
 * modification further in the future was set by somebody (another computer's clock); the time of change, which nobody can set, tells then.
 */
export function isFresh(stat: FileStat, nowMs: number): boolean {
  return isFreshSince(stat, freshCutoff(nowMs));
}

/** The moment in nanoseconds from which on an item is fresh, for those who ask often. */
export function freshCutoff(nowMs: number): bigint {
  return BigInt(Math.floor(nowMs)) * 1_000_000n - FRESH_NS;
}

/** As `isFresh`, with `freshCutoff` of the moment. */
export function isFreshSince(stat: FileStat, cutoff: bigint): boolean {
  if (stat.type === 'directory') return false;
  return stat.changedNs >= cutoff || (stat.modifiedNs >= cutoff && stat.modifiedNs <= cutoff + 2n * FRESH_NS);
}

/** Changed so lately, or in the future of `nowMs`, that the power could still take or tear it: whoever wrote it may not have waited for the disk. */
export function isUnsynced(stat: FileStat, nowMs: number): boolean {
  return stat.changedNs >= BigInt(Math.floor(nowMs)) * 1_000_000n - UNSYNCED_NS;
}

/**
 * Whole microseconds since 1970, to the nearest: what every file system we write to can give back. Beyond the year 2255, which no number here
 * tells exactly, the last that can be told.
 */
export function modifiedMicroseconds(stat: FileStat): number {
  const shifted = stat.modifiedNs + 500n;
  const whole = shifted / 1000n;
  const rounded = Number(shifted < 0n && shifted % 1000n !== 0n ? whole - 1n : whole);
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, rounded));
}
