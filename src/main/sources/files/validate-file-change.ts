import type { Change } from '../../change-log/change.ts';
import { ENTRY, EXECUTABLE, EXISTS, fileEntry, MODIFIED } from '../../record/file-entry.ts';
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
      if (entry === null) return 'an entry of a form this version does not know';
      if (entry.type === 'symlink' && (entry.target.length > LONGEST_TARGET || entry.target.includes('\0'))) return 'a link whose target no system can hold';
    } else if (field === EXECUTABLE || field === EXISTS) {
      if (typeof value !== 'boolean') return `${field} is neither true nor false`;
    } else if (field === MODIFIED) {
      if (!Number.isSafeInteger(value)) return 'a modification time that is none';
    } else return `a field this version does not know: ${field}`;
  }
  return null;
}
