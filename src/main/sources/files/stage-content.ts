import { readFully } from '../../content/read-fully.ts';
import { writeFully } from '../../content/write-fully.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { digestOf } from '../../platform/hash.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { type Digest, digest } from '../../record/ids.ts';
import type { StagedFile, StagedPiece, StageRequest } from '../source-adapter.ts';
import { attempt } from './attempt.ts';
import { type ConstructContext, ensureStaging, stagingOf } from './construct-context.ts';
import { ParentGuard, problemCode } from './path-guard.ts';
import { revisionOf, sameRevision } from './revision.ts';

type Copy = StageRequest['copies'][number];
/** A stretch of the file (bytes) and what it must hold. */
type Piece = StageRequest['wanted'][number];

const SUFFIX = '.part';

/**
 * Large files, put together piece by piece in `.lockstep/staging/DIGEST.part` of one root. Every step may be repeated, after a crash as
 * well: the file itself says what it holds already. Nothing is trusted unverified, neither other items nor what is there.
 */
export class StagedContent {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #guard: () => ParentGuard;

  constructor(context: Pick<ConstructContext, 'fs' | 'root' | 'platform' | 'folding'>) {
    const { fs, root, platform, folding } = context;
    this.#fs = fs;
    this.#root = root;
    this.#guard = () => new ParentGuard(fs, root, platform, folding);
  }

  /**
   * Begins or resumes a file and copies into it what other items hold. Where most ranges keep their offset in one of them, that is
   * copied whole first (a clone where the disk can) and only verified. Ranges whose item has changed or cannot be read are missing.
   */
  stage(request: StageRequest): StagedFile {
    ensureStaging(this.#fs, this.#root);
    const path = this.#pathOf(request.digest);
    const sources = this.#sourcesOf(request.copies);
    if (this.#fs.lstat(path) === null) this.#begin(path, sources.get(wholeSource(request.copies) ?? ''));
    this.#cut(path, request.size);
    const missing = this.#missing(path, request.wanted);
    const into = this.#fs.open(path, 'write');
    try {
      for (const [id, copies] of Map.groupBy(this.#missing(path, request.copies), ({ from }) => from.id)) {
        const left = this.#copyFrom(sources.get(id) ?? null, copies, into);
        missing.push(...left);
      }
    } finally {
      this.#fs.close(into);
    }
    return { path, missing: missing.map(({ offset }) => offset).sort((a, b) => a - b) };
  }

  /** Writes pieces that were fetched; returns the offsets of those that are not what their digest says, which are not written. */
  write(path: string, pieces: readonly StagedPiece[]): number[] {
    const wrong: number[] = [];
    const fd = this.#fs.open(this.#checked(path), 'write');
    try {
      for (const { offset, digest: name, bytes } of pieces) {
        if (digestOf(bytes) === name) writeFully(this.#fs, fd, bytes, offset);
        else wrong.push(offset);
      }
    } catch (error) {
      // What cannot become whole here would only take the room of what can.
      if (problemCode(error) === 'disk-full') attempt(() => this.#fs.unlink(path));
      throw error;
    } finally {
      this.#fs.close(fd);
    }
    return wrong;
  }

  /** Removes what is staged for nobody any more, at the start. */
  clean(wanted: ReadonlySet<Digest>): void {
    const staging = stagingOf(this.#root);
    if (this.#fs.lstat(staging)?.type !== 'directory') return;
    for (const { name } of this.#fs.readDirectory(staging)) {
      if (!name?.endsWith(SUFFIX) || wanted.has(digest(name.slice(0, -SUFFIX.length)))) continue;
      this.#fs.unlink(`${staging}/${name}`);
    }
  }

  /** Where the items are that still have the revision they are asked for at. */
  #sourcesOf(copies: readonly Copy[]): ReadonlyMap<string, string> {
    const guard = this.#guard();
    const sources = new Map<string, string>();
    for (const { from } of copies) {
      if (sources.has(from.id)) continue;
      const place = guard.place(from.id);
      const stat = place.is === 'there' ? this.#fs.lstat(place.path) : null;
      if (place.is !== 'there' || stat?.type !== 'file') continue;
      if (sameRevision(revisionOf(stat), from.revision)) sources.set(from.id, place.path);
    }
    return sources;
  }

  #begin(path: string, whole: string | undefined): void {
    if (whole !== undefined) {
      try {
        this.#fs.copy(whole, path);
        this.#fs.setMode(path, 0o600);
        return;
      } catch {
        // Unreadable, or gone by now: it is put together range by range, which names what is missing.
        attempt(() => this.#fs.lstat(path) !== null && this.#fs.unlink(path));
      }
    }
    this.#fs.close(this.#fs.open(path, 'create-new'));
    this.#fs.setMode(path, 0o600);
  }

  #cut(path: string, size: number): void {
    const fd = this.#fs.open(path, 'write');
    try {
      if (this.#fs.fstat(fd).size > size) this.#fs.truncate(fd, size);
    } finally {
      this.#fs.close(fd);
    }
  }

  #missing<P extends Piece>(path: string, pieces: readonly P[]): P[] {
    const fd = this.#fs.open(path, 'read');
    try {
      return pieces.filter((piece) => this.#readPiece(fd, piece.offset, piece) === null);
    } finally {
      this.#fs.close(fd);
    }
  }

  /** Returns what `source` (null: it is not to be had) does not hold. */
  #copyFrom(source: string | null, copies: readonly Copy[], into: number): Copy[] {
    const fd = source === null ? null : this.#openSource(source);
    if (fd === null) return [...copies];
    try {
      return copies.filter((copy) => {
        const bytes = this.#readPiece(fd, copy.from.offset, copy);
        if (bytes !== null) writeFully(this.#fs, into, bytes, copy.offset);
        return bytes === null;
      });
    } finally {
      this.#fs.close(fd);
    }
  }

  #openSource(path: string): number | null {
    try {
      return this.#fs.open(path, 'read');
    } catch {
      return null;
    }
  }

  #readPiece(fd: number, offset: number, piece: Piece): Uint8Array | null {
    const bytes = new Uint8Array(piece.length);
    if (readFully(this.#fs, fd, bytes, offset) < bytes.length) return null;
    return digestOf(bytes) === piece.digest ? bytes : null;
  }

  #pathOf(name: Digest): string {
    return `${stagingOf(this.#root)}/${name}${SUFFIX}`;
  }

  /** Only files of ours are ever written to here. */
  #checked(path: string): string {
    const prefix = `${stagingOf(this.#root)}/`;
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : '';
    if (/^[0-9a-f]{64}\.part$/.test(name)) return path;
    throw new LockstepError('not-staged', `${path} is no staged file.`, path);
  }
}

/** The id of the item in which more than half of the copied bytes have the offset they shall have. */
function wholeSource(copies: readonly Copy[]): string | null {
  const inPlace = new Map<string, number>();
  let all = 0;
  for (const { offset, length, from } of copies) {
    all += length;
    if (from.offset === offset) inPlace.set(from.id, (inPlace.get(from.id) ?? 0) + length);
  }
  for (const [id, bytes] of inPlace) if (bytes * 2 > all) return id;
  return null;
}
