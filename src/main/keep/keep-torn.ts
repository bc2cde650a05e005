import { ENTRY, type FileEntry, fileEntry, MODIFIED } from '../record/file-entry.ts';
import type { Value } from '../record/value.ts';
import type { EarlierValue } from '../snapshot/adopt.ts';

/**
 * Could these bytes be what a power loss leaves of a file that was to hold `whole`: cut short, or with zeroes where bytes never reached
 * the disk? Not the whole itself. Pure.
 */
export function isTorn(found: Uint8Array, whole: Uint8Array): boolean {
  if (found.length > whole.length) return false;
  let differs = found.length < whole.length;
  for (let at = 0; at < found.length; at++) {
    if (found[at] === whole[at]) continue;
    if (found[at] !== 0) return false;
    differs = true;
  }
  return differs;
}

const PAGE = 4096;
const NOTHING = new Uint8Array(PAGE);

/** Is there a page of zeroes in it, as a write that never reached the disk leaves it? Pure. */
export function hasHoles(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += PAGE) {
    const page = bytes.subarray(at, at + PAGE);
    if (Buffer.compare(page, NOTHING.subarray(0, page.length)) === 0) return true;
  }
  return false;
}

/**
 * Does a file bear the very time of an earlier version that was longer, or as long and is now empty in places (`holes`)? Whoever edits a file
 * gives it another time, so the rest of it was lost. Not every other content means that: some programs keep the time of a file they
 * write to (encrypted containers). Pure.
 */
export function hasTimeOfWhole(
  found: Extract<FileEntry, { type: 'file' }>,
  modified: Value | undefined,
  holes: boolean,
  earlier: readonly EarlierValue[],
): boolean {
  return earlier.some(({ field, value, dot }) => {
    if (field !== MODIFIED || value === null || value !== modified) return false;
    const whole = fileEntry(earlier.find((each) => each.dot === dot && each.field === ENTRY)?.value);
    return whole?.type === 'file' && whole.digest !== found.digest && whole.size >= found.size + (holes ? 0 : 1);
  });
}
