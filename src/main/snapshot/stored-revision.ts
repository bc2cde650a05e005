import type { Revision } from '../sources/source-adapter.ts';

/*
 * A snapshot's revision as it is stored: one byte that says whether the revision can vouch for the item (0), or the item was read within
 * 2 s of its last change and must be read again (1); then the revision itself.
 */
export function storedRevision(revision: Revision, fresh: boolean): Uint8Array {
  // A part of memory that many share: a small array of its own is moved out of the heap when it is given to SQLite.
  const stored = Buffer.allocUnsafe(revision.length + 1);
  stored[0] = fresh ? 1 : 0;
  stored.set(revision, 1);
  return stored;
}

/** The revision as the source gave it. */
export const revisionIn = (stored: Uint8Array): Revision => stored.subarray(1);

/** Could the revision vouch for the item when that was read? */
export const vouches = (stored: Uint8Array): boolean => stored[0] === 0;

/** Is the item, as listed now, surely the one the snapshot tells of? */
export function vouchesFor(stored: Uint8Array, listed: Revision): boolean {
  return vouches(stored) && isAt(stored, listed);
}

/** Has the item, as listed now, the revision at which it was read, whether that can vouch for it or not? */
export function isAt(stored: Uint8Array, listed: Revision): boolean {
  if (stored.length !== listed.length + 1) return false;
  for (let at = 0; at < listed.length; at++) if (stored[at + 1] !== listed[at]) return false;
  return true;
}
