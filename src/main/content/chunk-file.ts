import { createHash } from 'node:crypto';
import type { FileSystem } from '../platform/file-system.ts';
import { digestOf } from '../platform/hash.ts';
import { type Digest, digest } from '../record/ids.ts';
import { type Chunk, encodeChunkList } from './chunk-list.ts';
import { averageFor, Chunker, LONGEST_CHUNK } from './chunker.ts';
import type { FormerCuts } from './former-cuts.ts';

/** What a file is made of, and how many bytes were read of it: another number than its size means it changed meanwhile. */
export interface ChunkedFile {
  /** SHA-256 of the whole file. */
  readonly digest: Digest;
  /** The encoded chunk list and its digest; null where the file is a single chunk, which is then named by `digest`. */
  readonly list: { readonly digest: Digest; readonly bytes: Uint8Array } | null;
  readonly read: number;
}

/** Chunks that follow each other without a gap from `from` to `to` (bytes), both of them cuts. */
export interface CutRange {
  readonly from: number;
  readonly to: number;
  readonly chunks: readonly Chunk[];
}

/** What one of two threads finds out about a file: the SHA-256 and length of all of it, and the chunks of the second share if it cuts. */
export interface HelperShare {
  readonly digest: Digest;
  readonly read: number;
  readonly cut: CutRange | null;
}
/**
 * Another thread that can read files this one has open. It begins at once; what is returned waits for what it found. null: it failed.
 * `cuts`: it has a share in cutting.
 */
export type HashHelper = (fd: number, size: number, cuts: boolean) => () => HelperShare | null;

/** Bytes a read asks for: large enough to make the call cheap, small enough to stay in the processor's cache. */
const PIECE = 256 * 1024;
const ALL = { from: 0, until: Number.POSITIVE_INFINITY } as const;

/** Reads `size` bytes of an open file (and notices up to a piece more) once, for its digest and its chunks. */
export function chunkFile(fs: FileSystem, fd: number, size: number, former: FormerCuts | null = null): ChunkedFile {
  const whole = createHash('sha256');
  const cut = cutPieces(fs, fd, size, ALL, (piece) => whole.update(piece), former);
  return chunkedFile(digest(whole.digest('hex')), cut);
}

/** As `chunkFile`, in half the time: with another thread. Whatever goes wrong there is done here. */
export function chunkFileHelped(fs: FileSystem, fd: number, size: number, helper: HashHelper): ChunkedFile {
  const wait = helper(fd, size, true);
  const first = cutAndHash(fs, fd, size, sharesOf(size).first);
  const other = wait();
  if (other?.cut == null) return chunkFile(fs, fd, size);
  const cut = joinShares(first, other.cut) ?? goOn(fs, fd, size, first);
  // The two saw the file end in different places: it is being written to, and what was found is worth nothing.
  return { ...chunkedFile(other.digest, cut), read: other.read === cut.to ? cut.to : -1 };
}

/** As `chunkFileHelped` for a file that was cut before: little has to be looked for, so this thread cuts and the other hashes the whole. */
export function chunkFileAgain(
  fs: FileSystem,
  fd: number,
  size: number,
  former: FormerCuts,
  helper: HashHelper,
): ChunkedFile {
  const wait = helper(fd, size, false);
  const cut = cutPieces(fs, fd, size, ALL, () => {}, former);
  const other = wait();
  if (other === null) return chunkFile(fs, fd, size);
  return { ...chunkedFile(other.digest, cut), read: other.read === cut.to ? cut.to : -1 };
}

/** What `chunkFileHelped` and, without `cuts`, `chunkFileAgain` have done by another thread. */
export function helpChunking(fs: FileSystem, fd: number, size: number, cuts: boolean): HelperShare {
  return { ...hashWhole(fs, fd), cut: cuts ? cutAndHash(fs, fd, size, sharesOf(size).second) : null };
}

function goOn(fs: FileSystem, fd: number, size: number, first: CutRange): CutRange {
  const rest = cutAndHash(fs, fd, size, { from: first.to, until: Number.POSITIVE_INFINITY });
  return { from: first.from, to: rest.to, chunks: [...first.chunks, ...rest.chunks] };
}

/** Half of `chunkFile`, for one of two threads: the SHA-256 of the whole file. */
export function hashWhole(fs: FileSystem, fd: number): { readonly digest: Digest; readonly read: number } {
  const whole = createHash('sha256');
  const buffer = new Uint8Array(PIECE);
  let read = 0;
  for (let got = -1; got !== 0; read += got) {
    got = fs.read(fd, buffer, 0, PIECE, read);
    if (got > 0) whole.update(buffer.subarray(0, got));
  }
  return { digest: digest(whole.digest('hex')), read };
}

/**
 * The other half: cuts and hashes the chunks of a file of `size` bytes. `share`: starts at `from` as if a chunk began there, and
 * ends with the first cut at or after `until`. Cuts depend only on the bytes since the last one, so as soon as two shares have one
 * cut in common they have all that follow: `joinShares`.
 */
export function cutAndHash(
  fs: FileSystem,
  fd: number,
  size: number,
  share: { readonly from: number; readonly until: number } = ALL,
): CutRange {
  return cutPieces(fs, fd, size, share, () => {});
}

/**
 * How two threads share a file (bytes): one hashes the whole and then cuts from `second.from` to the end, the other cuts `first`.
 * Hashing the whole takes about as long as half of the cutting and hashing of chunks, so a quarter is left for the one that does both.
 * `first` reaches sixteen of the longest chunks into the second share, where the two almost surely meet.
 */
export function sharesOf(size: number): {
  readonly first: { readonly from: number; readonly until: number };
  readonly second: { readonly from: number; readonly until: number };
} {
  const border = Math.floor(size * 0.75);
  const overlap = Math.min(64 * averageFor(size), size - border);
  return {
    first: { from: 0, until: border + overlap },
    second: { from: border, until: Number.POSITIVE_INFINITY },
  };
}

/** Joins two shares at a cut both have; null where there is none (then cut on from `first.to`, and nothing is wrong but the time). */
export function joinShares(first: CutRange, second: CutRange): CutRange | null {
  const starts = new Map<number, number>();
  let at = second.from;
  for (const [index, chunk] of second.chunks.entries()) {
    starts.set(at, index);
    at += chunk.length;
  }
  starts.set(at, second.chunks.length);
  const index = starts.get(first.to);
  if (index === undefined) return null;
  return { from: first.from, to: second.to, chunks: [...first.chunks, ...second.chunks.slice(index)] };
}

/** What two threads found out about one file, as `chunkFile` gives it. `cut` runs from 0 to the end. */
export function chunkedFile(whole: Digest, cut: CutRange): ChunkedFile {
  if (cut.chunks.length <= 1) return { digest: whole, list: null, read: cut.to };
  const bytes = encodeChunkList(cut.chunks);
  return { digest: whole, list: { digest: digestOf(bytes), bytes }, read: cut.to };
}

/** Each chunk is hashed from one stretch of memory: what is left of a chunk at the end of the buffer moves to its front. */
function cutPieces(
  fs: FileSystem,
  fd: number,
  size: number,
  share: { readonly from: number; readonly until: number },
  see: (piece: Uint8Array) => void,
  former: FormerCuts | null = null,
): CutRange {
  const average = averageFor(size);
  const chunker = new Chunker(average);
  const buffer = new Uint8Array(Math.min(average * 4, LONGEST_CHUNK) + Math.max(PIECE, average * 4));
  const chunks: Chunk[] = [];
  /** The chunk being cut begins at `start`, bytes are known up to `end`; `base` is the place of `buffer[0]` in the file. */
  let start = 0;
  let end = 0;
  let base = share.from;
  for (;;) {
    if (buffer.length - end < PIECE) {
      buffer.copyWithin(0, start, end);
      base += start;
      end -= start;
      start = 0;
    }
    const got = fs.read(fd, buffer, end, PIECE, base + end);
    if (got === 0) break;
    see(buffer.subarray(end, end + got));
    let seen = end;
    end += got;
    for (;;) {
      const expected = former?.expected(base + start) ?? null;
      let cut: number;
      if (expected !== null) {
        cut = start + expected.length;
        if (cut > end) break;
        if (digestOf(buffer.subarray(start, cut)) !== expected.digest) {
          former?.lose();
          seen = start;
          continue;
        }
        former?.confirm();
        chunks.push(expected);
      } else {
        cut = chunker.next(buffer, seen, end);
        if (cut < 0) break;
        const chunk = { digest: digestOf(buffer.subarray(start, cut)), length: cut - start };
        former?.found(chunk.digest);
        chunks.push(chunk);
      }
      start = cut;
      seen = cut;
      if (base + cut >= share.until) return { from: share.from, to: base + cut, chunks };
    }
  }
  // What was expected and is cut short by the end of the file may hold other cuts.
  if (former?.expected(base + start) != null) {
    for (let cut = chunker.next(buffer, start, end); cut >= 0; cut = chunker.next(buffer, start, end)) {
      chunks.push({ digest: digestOf(buffer.subarray(start, cut)), length: cut - start });
      start = cut;
    }
  }
  if (end > start) chunks.push({ digest: digestOf(buffer.subarray(start, end)), length: end - start });
  return { from: share.from, to: base + end, chunks };
}
