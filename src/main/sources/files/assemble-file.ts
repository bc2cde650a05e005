import type { HashStream } from '../../content/hash-stream.ts';
import { readFully } from '../../content/read-fully.ts';
import { writeSparsely } from '../../content/write-sparsely.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import type { Digest } from '../../record/ids.ts';
import type { StagedPiece } from '../source-adapter.ts';
import { attempt } from './attempt.ts';
import type { Copy, Run } from './copy-runs.ts';

/** Replacing a file by one whose bytes are not yet on the disk makes some file systems wait for them: of one this large they are on their way by then. */
const SYNCED_BYTES = 64 * 1024 * 1024;
/** Each of them waits in a thread of the pool that others need too. */
const SYNCS = 3;

export interface Parts {
  /** `path`: where the item lies. */
  readonly runs: readonly { readonly run: Run; readonly path: string }[];
  readonly pieces: readonly Pick<StagedPiece, 'offset' | 'bytes'>[];
}

/** `digest` null: it is not known. `missing`: copies for which their item turned out to be too short. */
export interface Assembled {
  readonly digest: Digest | null;
  readonly missing: readonly Copy[];
}

/**
 * Writes a new file from its start to its end, out of parts that make up all of it, and hashes what it writes: it is not read again.
 * `file`: open for writing at `path`.
 */
export function assembleFile(fs: FileSystem, file: number, path: string, parts: Parts, stream: HashStream): Assembled {
  const open = new Map<string, number>();
  const missing: Copy[] = [];
  let written = 0;
  let unsynced = 0;
  const all = sizeOf(parts);
  const pass = (room: Uint8Array, at: number): void => {
    writeSparsely(fs, file, room, at);
    stream.push(room.length);
    written += room.length;
    unsynced += room.length;
    if (all < SYNCED_BYTES || (unsynced < all / SYNCS && written < all)) return;
    unsynced = 0;
    attempt(() => fs.startSync(path));
  };
  const copy = (run: Run, from: string): void => {
    const fd = open.get(from) ?? openSource(fs, from);
    if (fd !== null) open.set(from, fd);
    let copied = 0;
    while (fd !== null && copied < run.length) {
      const room = stream.room();
      const got = readFully(fs, fd, room.subarray(0, Math.min(room.length, run.length - copied)), run.from + copied);
      if (got === 0) break;
      pass(room.subarray(0, got), run.to + copied);
      copied += got;
    }
    missing.push(...run.copies.filter(({ offset, length }) => offset + length > run.to + copied));
  };
  const put = ({ offset, bytes }: Parts['pieces'][number]): void => {
    for (let done = 0; done < bytes.length; ) {
      const whole = stream.room();
      const room = whole.subarray(0, Math.min(whole.length, bytes.length - done));
      room.set(bytes.subarray(done, done + room.length));
      pass(room, offset + done);
      done += room.length;
    }
  };
  try {
    const steps = [
      ...parts.runs.map(({ run, path: from }) => ({ at: run.to, go: () => copy(run, from) })),
      ...parts.pieces.map((piece) => ({ at: piece.offset, go: () => put(piece) })),
    ].sort((a, b) => a.at - b.at);
    for (const { go } of steps) go();
  } catch (error) {
    stream.abandon();
    throw error;
  } finally {
    for (const fd of open.values()) fs.close(fd);
  }
  if (missing.length === 0) return { digest: stream.digest(), missing };
  stream.abandon();
  return { digest: null, missing };
}

function sizeOf({ runs, pieces }: Parts): number {
  return runs.reduce((sum, { run }) => sum + run.length, 0) + pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function openSource(fs: FileSystem, path: string): number | null {
  try {
    return fs.open(path, 'read');
  } catch {
    return null;
  }
}
