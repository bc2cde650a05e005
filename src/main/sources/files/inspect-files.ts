import { createHash } from 'node:crypto';
import type { FileStat, FileSystem } from '../../platform/file-system.ts';
import { type FileEntry, fileFields } from '../../record/file-entry.ts';
import { digest, type RecordId } from '../../record/ids.ts';
import type { Inspected } from '../source-adapter.ts';
import type { ConstructContext } from './construct-context.ts';
import { ParentGuard } from './path-guard.ts';
import { isExecutable, modifiedMicroseconds, revisionOf, sameRevision } from './revision.ts';

const PAGE = 4096;
const PIECE = 64 * PAGE;

/** Looks at items after an unclean stop, before anyone believes what is there. Same order; writes nothing. */
export function inspectFiles(context: ConstructContext, ids: readonly RecordId[]): readonly Inspected[] {
  const { fs, root, platform, folding } = context;
  const guard = new ParentGuard(fs, root, platform, folding);
  const buffer = new Uint8Array(PIECE);
  return ids.map((id) => {
    try {
      const place = guard.place(id);
      if (place.is === 'refused') return { is: place.code === 'parent-is-file' ? 'missing' : 'unreadable' };
      const stat = place.is === 'there' ? fs.lstat(place.path) : null;
      // What has another case is another item, and tells nothing of this one.
      if (place.is !== 'there' || stat === null || !guard.isNamedSo(id)) return { is: 'missing' };
      return inspectItem(fs, place.path, stat, buffer);
    } catch {
      return { is: 'unreadable' };
    }
  });
}

function inspectItem(fs: FileSystem, path: string, stat: FileStat, buffer: Uint8Array): Inspected {
  const there = (entry: FileEntry, zeroes = false, holes = false): Inspected => {
    const more = { executable: isExecutable(stat), modified: modifiedMicroseconds(stat) };
    return { is: 'there', revision: revisionOf(stat), fields: fileFields(entry, more), zeroes, holes };
  };
  if (stat.type === 'directory') return there({ type: 'directory' });
  if (stat.type === 'symlink') return there({ type: 'symlink', target: fs.readLink(path) });
  if (stat.type !== 'file') return { is: 'unreadable' };
  const hash = createHash('sha256');
  let zeroes = true;
  let holes = false;
  let size = 0;
  const fd = fs.open(path, 'read');
  try {
    for (let got = -1; got !== 0; size += got) {
      got = fs.read(fd, buffer, 0, PIECE, size);
      hash.update(buffer.subarray(0, got));
      for (let at = 0; at < got; at += PAGE) {
        const empty = isZero(buffer, at, Math.min(got, at + PAGE));
        zeroes &&= empty;
        holes ||= empty;
      }
    }
    if (!sameRevision(revisionOf(fs.fstat(fd)), revisionOf(stat)) || size !== stat.size) return { is: 'unreadable' };
  } finally {
    fs.close(fd);
  }
  return there({ type: 'file', digest: digest(hash.digest('hex')), size }, zeroes, holes);
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}
