import { type HashStream, hashStreamHere } from '../../content/hash-stream.ts';
import { readFully } from '../../content/read-fully.ts';
import { writeFully } from '../../content/write-fully.ts';
import { writeSparsely } from '../../content/write-sparsely.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { digestOf } from '../../platform/hash.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { type Digest, digest } from '../../record/ids.ts';
import { NO_ROOM, type StagedFile, type StagedPiece, type StageRequest } from '../source-adapter.ts';
import { assembleFile, type Parts } from './assemble-file.ts';
import { attempt } from './attempt.ts';
import { type ConstructContext, ensureStaging, stagingOf } from './construct-context.ts';
import { type Copy, type Run, runsOf } from './copy-runs.ts';
import { ParentGuard, problemCode } from './path-guard.ts';
import { revisionOf, sameRevision } from './revision.ts';
import type { StagedHashes } from './staged-hashes.ts';

/** A stretch of the file (bytes) and what it must hold. */
type Piece = StageRequest['wanted'][number];

const SUFFIX = '.part';
const STAGED_NAME = /^[0-9a-f]{64}\.part$/;
const COPY_PIECE = 256 * 1024;
/** From here on a second thread saves more than it costs. */
const HASHED_BESIDE = 64 * 1024 * 1024;

/**
 * Large files, put together piece by piece in `.lockstep/staging/DIGEST.part` of one root. Every step may be repeated, after a crash as
 * well: the file itself says what it holds already. At first all goes well, mostly: pieces are put in unverified, and `isWhole` judges
 * the file by its own digest. A file it finds wanting, or that an earlier run left, is staged with care: every piece is verified.
 */
export class StagedContent {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #hashes: StagedHashes;
  readonly #guard: () => ParentGuard;
  readonly #startHash: () => HashStream;
  /** Begun here, and not yet found wanting. */
  readonly #trusted = new Set<string>();

  /** `startHash`: a second thread that hashes what passes by in large files. */
  constructor(
    context: Pick<ConstructContext, 'fs' | 'root' | 'platform' | 'folding' | 'hashes'>,
    startHash: () => HashStream = hashStreamHere,
  ) {
    this.#startHash = startHash;
    const { fs, root, platform, folding, hashes } = context;
    this.#fs = fs;
    this.#root = root;
    this.#hashes = hashes;
    this.#guard = () => new ParentGuard(fs, root, platform, folding);
  }

  /** Contents of which something is staged. */
  contents(): readonly Digest[] {
    try {
      return this.#fs
        .readDirectory(stagingOf(this.#root))
        .flatMap(({ name }) => (name !== null && STAGED_NAME.test(name) ? digest(name.slice(0, -SUFFIX.length)) : []));
    } catch {
      // Nothing was ever staged, or the disk is away: nothing can be used then.
      return [];
    }
  }

  /**
   * Begins or resumes a file and copies into it what other items and, verified, other staged files hold. Where most ranges keep their offset in one of them, that is
   * copied whole first (a clone where the disk can). Ranges whose item has changed or cannot be read are missing. Where nothing is to be
   * fetched any more, and the disk has no clones, the file is written and hashed in one go.
   */
  stage(request: StageRequest): StagedFile {
    ensureStaging(this.#fs, this.#root);
    const path = this.#pathOf(request.digest);
    const sources = this.#sourcesOf(request.copies);
    const isNew = this.#fs.lstat(path) === null;
    if (isNew) checkRoom(request.wanted, request.room);
    const source = wholeSource(request.copies);
    const parts = isNew ? partsOf(request, sources) : null;
    const isCloned = parts !== null && source !== null && this.#clone(path, sources.get(source) as string);
    if (parts !== null && !isCloned) return { path, missing: this.#assemble(path, request.size, parts) };
    const whole = isCloned ? source : isNew ? this.#begin(path, sources, source) : null;
    this.#cut(path, request.size);
    let missing = isNew ? [...request.wanted] : this.#missing(path, request.wanted);
    checkRoom(missing, request.room);
    const open = isNew
      ? request.copies.filter(({ offset, from }) => from.id !== whole || from.offset !== offset)
      : this.#missing(path, request.copies);
    const into = this.#fs.open(path, 'write');
    try {
      for (const [id, copies] of Map.groupBy(open, ({ from }) => from.id))
        missing.push(...this.#copyFrom(sources.get(id) ?? null, copies, into, !isNew));
      missing = this.#takeOver(missing, request.parts, into);
      this.#hashes.begin(path, into);
    } finally {
      this.#fs.close(into);
    }
    if (isNew) this.#trusted.add(path);
    else this.#trusted.delete(path);
    return { path, missing: this.#put(path, request.pieces, missing) };
  }

  /** Writes those pieces that are missing. Returns the offsets that still are. */
  #put(path: string, pieces: readonly StagedPiece[], missing: readonly Piece[]): number[] {
    const open = new Set(missing.map(({ offset }) => offset));
    const wanted = pieces.filter(({ offset }) => open.has(offset));
    if (wanted.length > 0) {
      const wrong = this.write(path, wanted);
      for (const { offset } of wanted) if (!wrong.includes(offset)) open.delete(offset);
    }
    return [...open].sort((a, b) => a - b);
  }

  #clone(path: string, source: string): boolean {
    try {
      if (!this.#fs.clone(source, path)) return false;
      this.#fs.setMode(path, 0o600);
      return true;
    } catch {
      // Unreadable, or gone by now: what is missing is found out range by range.
      attempt(() => this.#fs.lstat(path) !== null && this.#fs.unlink(path));
      return false;
    }
  }

  /** Returns the offsets of what is missing after all. */
  #assemble(path: string, size: number, parts: Parts): number[] {
    this.#fs.close(this.#fs.open(path, 'create-new'));
    this.#fs.setMode(path, 0o600);
    const file = this.#fs.open(path, 'write');
    try {
      const stream = size < HASHED_BESIDE ? hashStreamHere() : this.#startHash();
      const { digest: found, missing } = assembleFile(this.#fs, file, path, parts, stream);
      this.#hashes.begin(path, file, found);
      this.#trusted.add(path);
      return missing.map(({ offset }) => offset).sort((a, b) => a - b);
    } catch (error) {
      this.#dropIfFull(path, error);
      throw error;
    } finally {
      this.#fs.close(file);
    }
  }

  /** What cannot become whole here would only take the room of what can. */
  #dropIfFull(path: string, error: unknown): void {
    if (problemCode(error) === 'disk-full') attempt(() => this.#fs.unlink(path));
  }

  /** Writes pieces that were fetched; returns the offsets of those that were found not to be what their digest says, and not written. */
  write(path: string, pieces: readonly StagedPiece[]): number[] {
    const wrong = this.#trusted.has(this.#checked(path))
      ? []
      : pieces.filter(({ digest: name, bytes }) => digestOf(bytes) !== name);
    const right = joined(wrong.length === 0 ? pieces : pieces.filter((piece) => !wrong.includes(piece)));
    const fd = this.#fs.open(path, 'write');
    try {
      this.#hashes.whileWriting(path, fd, () => {
        for (const { offset, bytes } of right) writeSparsely(this.#fs, fd, bytes, offset);
        return right;
      });
    } catch (error) {
      this.#dropIfFull(path, error);
      throw error;
    } finally {
      this.#fs.close(fd);
    }
    return wrong.map(({ offset }) => offset);
  }

  /** Is the file what its name says? If not, `stage` finds out which pieces are wrong. */
  isWhole(path: string): boolean {
    const isWhole = `${this.#hashes.digest(this.#checked(path))}${SUFFIX}` === path.slice(path.lastIndexOf('/') + 1);
    if (!isWhole) this.#trusted.delete(path);
    return isWhole;
  }

  /** As `SourceAdapter.keepStaged`. */
  keep(awaited: readonly Digest[], refused: readonly Digest[]): void {
    const staged = new Set(this.contents());
    if (awaited.some((content) => !staged.has(content))) return;
    for (const content of [...awaited, ...refused]) staged.delete(content);
    for (const content of staged) {
      const path = this.#pathOf(content);
      attempt(() => this.#fs.unlink(path));
      this.#hashes.forget(path);
      this.#trusted.delete(path);
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

  /** Makes the file, as a copy of the item `whole` if that can be had: returns its id then. */
  #begin(path: string, sources: ReadonlyMap<string, string>, whole: string | null): string | null {
    const source = sources.get(whole ?? '');
    if (source !== undefined) {
      try {
        this.#fs.copy(source, path);
        this.#fs.setMode(path, 0o600);
        return whole;
      } catch {
        // Unreadable, or gone by now: it is put together range by range, which names what is missing.
        attempt(() => this.#fs.lstat(path) !== null && this.#fs.unlink(path));
      }
    }
    this.#fs.close(this.#fs.open(path, 'create-new'));
    this.#fs.setMode(path, 0o600);
    return null;
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

  /** Returns what `source` (null: it is not to be had) does not hold; unverified, what it is too short for. */
  #copyFrom(source: string | null, copies: readonly Copy[], into: number, verified: boolean): readonly Copy[] {
    const fd = source === null ? null : this.#openSource(source);
    if (fd === null) return copies;
    try {
      if (!verified) return runsOf(copies).flatMap((run) => this.#copyRun(fd, run, into));
      return copies.filter((copy) => {
        const bytes = this.#readPiece(fd, copy.from.offset, copy);
        if (bytes !== null) writeFully(this.#fs, into, bytes, copy.offset);
        return bytes === null;
      });
    } finally {
      this.#fs.close(fd);
    }
  }

  /** Returns what other staged files do not hold either. */
  #takeOver(missing: readonly Piece[], parts: StageRequest['parts'], into: number): Piece[] {
    const open = new Map(missing.map((piece) => [piece.offset, piece]));
    const wanted = parts.filter(({ offset }) => open.has(offset));
    for (const [content, ranges] of Map.groupBy(wanted, ({ from }) => from.content)) {
      const fd = this.#openSource(this.#pathOf(content));
      if (fd === null) continue;
      try {
        for (const range of ranges) {
          const bytes = this.#readPiece(fd, range.from.offset, range);
          if (bytes === null) continue;
          writeSparsely(this.#fs, into, bytes, range.offset);
          open.delete(range.offset);
        }
      } finally {
        this.#fs.close(fd);
      }
    }
    return [...open.values()];
  }

  #copyRun(fd: number, run: Run, into: number): readonly Copy[] {
    const buffer = new Uint8Array(Math.min(run.length, COPY_PIECE));
    let copied = 0;
    while (copied < run.length) {
      const piece = buffer.subarray(0, Math.min(buffer.length, run.length - copied));
      const got = readFully(this.#fs, fd, piece, run.from + copied);
      if (got === 0) break;
      writeSparsely(this.#fs, into, piece.subarray(0, got), run.to + copied);
      copied += got;
    }
    return run.copies.filter(({ offset, length }) => offset + length > run.to + copied);
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
    if (STAGED_NAME.test(name)) return path;
    throw new LockstepError('not-staged', `${path} is no staged file.`, path);
  }
}

/** Pieces that follow each other in the file and in memory as one: a few large writes cost less than many. */
function joined(
  pieces: readonly Pick<StagedPiece, 'offset' | 'bytes'>[],
): readonly Pick<StagedPiece, 'offset' | 'bytes'>[] {
  const runs: { offset: number; bytes: Uint8Array }[] = [];
  for (const { offset, bytes } of pieces) {
    const last = runs.at(-1);
    const follows =
      last !== undefined &&
      last.offset + last.bytes.length === offset &&
      last.bytes.buffer === bytes.buffer &&
      last.bytes.byteOffset + last.bytes.length === bytes.byteOffset;
    if (follows) last.bytes = new Uint8Array(bytes.buffer, last.bytes.byteOffset, last.bytes.length + bytes.length);
    else runs.push({ offset, bytes });
  }
  return runs;
}

/** null: something is to be fetched first, or an item is not to be had. */
function partsOf({ wanted, copies, pieces }: StageRequest, sources: ReadonlyMap<string, string>): Parts | null {
  const given = new Set(pieces.map(({ offset }) => offset));
  if (wanted.some(({ offset }) => !given.has(offset))) return null;
  if (copies.some(({ from }) => !sources.has(from.id))) return null;
  const runs = runsOf(copies).map((run) => ({ run, path: sources.get((run.copies[0] as Copy).from.id) as string }));
  return { runs, pieces };
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

function checkRoom(missing: readonly Piece[], room: number | null): void {
  const bytes = missing.reduce((sum, { length }) => sum + length, 0);
  if (room !== null && bytes > room) throw new LockstepError('disk-full', NO_ROOM);
}
