import { createHash, type Hash } from 'node:crypto';
import type { FileSystem } from '../../platform/file-system.ts';
import { type Digest, digest } from '../../record/ids.ts';
import type { Revision, StagedPiece } from '../source-adapter.ts';
import { revisionOf, sameRevision } from './revision.ts';

interface Progress {
  readonly hash: Hash;
  /** Bytes from the start of the file that are hashed. */
  to: number;
  /** The file after the last write here: if it is not so any more, somebody else wrote to it. */
  revision: Revision;
  digest: Digest | null;
}

const PIECE = 256 * 1024;

/**
 * The SHA-256 of files that are put together here. Bytes that come in the order of the file are hashed as they pass by, and the rest
 * is read once it is asked for: a transfer that went straight through is not read again. What somebody else touched is hashed from its start.
 */
export class StagedHashes {
  readonly #fs: FileSystem;
  readonly #files = new Map<string, Progress>();

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  /** Nothing of the file is hashed yet, whatever was known; or all of it is, and `known` is its digest. `fd`: the file, open. */
  begin(path: string, fd: number, known: Digest | null = null): void {
    const revision = revisionOf(this.#fs.fstat(fd));
    this.#files.set(path, { hash: createHash('sha256'), to: 0, revision, digest: known });
  }

  /** Lets `write` write to the file; it returns what it wrote. */
  whileWriting(path: string, fd: number, write: () => readonly Pick<StagedPiece, 'offset' | 'bytes'>[]): void {
    const known = this.#take(path, fd);
    for (const { offset, bytes } of write()) {
      // Bytes that are hashed already were written over, or all of them were asked for.
      if (known === null || offset < known.to || known.digest !== null) return;
      if (offset > known.to) continue;
      known.hash.update(bytes);
      known.to += bytes.length;
    }
    if (known !== null) this.#files.set(path, { ...known, revision: revisionOf(this.#fs.fstat(fd)) });
  }

  /** The digest of the file as it is. */
  digest(path: string): Digest {
    const fd = this.#fs.open(path, 'read');
    try {
      let known = this.#take(path, fd);
      if (known === null) {
        this.begin(path, fd);
        known = this.#take(path, fd) as Progress;
      }
      known.digest ??= this.#finish(known, fd);
      this.#files.set(path, known);
      return known.digest;
    } finally {
      this.#fs.close(fd);
    }
  }

  /** It leaves staging. */
  forget(path: string): void {
    this.#files.delete(path);
  }

  /** What is known of the file, which is then known no longer: whoever takes it puts it back when all went well. */
  #take(path: string, fd: number): Progress | null {
    const known = this.#files.get(path);
    this.#files.delete(path);
    return known !== undefined && sameRevision(known.revision, revisionOf(this.#fs.fstat(fd))) ? known : null;
  }

  #finish(known: Progress, fd: number): Digest {
    const buffer = new Uint8Array(PIECE);
    for (let got = -1; got !== 0; known.to += got) {
      got = this.#fs.read(fd, buffer, 0, PIECE, known.to);
      known.hash.update(buffer.subarray(0, got));
    }
    return digest(known.hash.digest('hex'));
  }
}
