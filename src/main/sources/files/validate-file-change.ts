import type { Change } from '../../change-log/change.ts';
import { ENTRY, EXECUTABLE, EXISTS, type FileEntry, fileEntry, MODIFIED } from '../../record/file-entry.ts';
import { checkRecordPath } from './path-guard.ts';

const LONGEST_TARGET = 4095;

/** Why a change cannot be used by any files source, or null: what a member sent is checked at the door (DESIGN 6), and again at the write. */
export function validateFileChange(change: Change): string | null {
  for (const path of [change.record, change.movedFrom, change.movedTo]) {
    const wrong = path === undefined ? null : checkRecordPath(path);
    if (wrong !== null) return wrong;
  }
  for (const { field, value } of change.writes) {
    if (value === null && field !== EXISTS) continue;
    if (field === ENTRY) {
      const entry = fileEntry(value);
      if (entry === null || !isWhole(entry)) return 'an entry of a form this version does not know';
      if (entry.type === 'symlink' && !canBeHeld(entry.target)) return 'a link whose target no system can hold';
    } else if (field === EXECUTABLE || field === EXISTS) {
      if (typeof value !== 'boolean') return `${field} is neither true nor false`;
    } else if (field === MODIFIED) {
      if (!Number.isSafeInteger(value)) return 'a modification time that is none';
    } else return `a field this version does not know: ${field}`;
  }
  return null;
}

/** 64 lowercase hex digits; each file that comes is asked about, and an expression takes several times as long. */
function isDigest(value: unknown): boolean {
  if (typeof value !== 'string' || value.length !== 64) return false;
  for (let at = 0; at < 64; at++) {
    const unit = value.charCodeAt(at);
    if (!((unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66))) return false;
  }
  return true;
}
const canBeHeld = (target: string): boolean =>
  target !== '' && target.length <= LONGEST_TARGET && !target.includes('\0');

/** Is every part of the entry what its type says? A member may have sent it in the long form, which nobody has checked. */
function isWhole(entry: FileEntry): boolean {
  if (entry.type === 'directory') return true;
  if (entry.type === 'symlink') return typeof entry.target === 'string';
  const { digest, size, chunks } = entry;
  return isDigest(digest) && Number.isSafeInteger(size) && size >= 0 && (chunks === undefined || isDigest(chunks));
}
