import { readFully } from '../../content/read-fully.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { digestOf } from '../../platform/hash.ts';
import type { Digest, RecordId } from '../../record/ids.ts';
import type { Revision } from '../source-adapter.ts';
import type { ConstructContext } from './construct-context.ts';
import { ParentGuard } from './path-guard.ts';
import { revisionOf, sameRevision } from './revision.ts';

/** A file whose bytes history shall be able to give back, as it was at a revision. */
export interface CaptureRequest {
  readonly id: RecordId;
  readonly revision: Revision;
  readonly digest: Digest;
}
/** `moved`: the file is not at that revision any more, or cannot be read. `no-room`: the disk is as full as it may get. */
export type Captured = 'kept' | 'moved' | 'no-room';

/**
 * Keeps copies of files in the version store, durably, and only of bytes that are what their digest says. `room`: bytes that may be
 * written. Same order. Throws what the disk says; then nothing of it counts as kept.
 */
export function captureFiles(
  context: ConstructContext,
  requests: readonly CaptureRequest[],
  room: number,
): readonly Captured[] {
  const { fs, root, platform, folding, versions } = context;
  const guard = new ParentGuard(fs, root, platform, folding);
  let left = room;
  const results = requests.map(({ id, revision, digest }): Captured => {
    const bytes = readAt(fs, guard, id, revision);
    if (bytes === null || digestOf(bytes) !== digest) return 'moved';
    left -= bytes.length;
    if (left < 0) return 'no-room';
    versions.keepBytes(digest, bytes);
    return 'kept';
  });
  versions.flush();
  return results;
}

function readAt(fs: FileSystem, guard: ParentGuard, id: RecordId, revision: Revision): Uint8Array | null {
  let fd: number | null = null;
  try {
    const place = guard.place(id);
    if (place.is !== 'there') return null;
    fd = fs.open(place.path, 'read');
    const stat = fs.fstat(fd);
    if (stat.type !== 'file' || !sameRevision(revisionOf(stat), revision)) return null;
    const bytes = new Uint8Array(stat.size);
    return readFully(fs, fd, bytes, 0) === bytes.length ? bytes : null;
  } catch {
    return null;
  } finally {
    if (fd !== null) fs.close(fd);
  }
}
