import { createHash } from 'node:crypto';
import type { FileSystem } from '../platform/file-system.ts';
import { digestOf } from '../platform/hash.ts';
import { type Digest, digest } from '../record/ids.ts';
import { type Chunk, encodeChunkList } from './chunk-list.ts';
import { averageFor, Chunker, LONGEST_CHUNK } from './chunker.ts';

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

/** What one of two threads finds out about a file: the SHA-256 and length of all of it, and the chunks of the second share. */
export interface HelperShare {
  readonly digest: Digest;
  readonly read: number;
  readonly cut: CutRange;
}
/**
 * Another thread that can read files this one has open. It begins at once; what is returned waits for what it found. null: it failed.
 */
export type HashHelper = (fd: number, size: number) => () => HelperShare | null;

/** Bytes a read asks for: large enough to make the call cheap, small enough to stay in the processor's cache. */
const PIECE = 256 * 1024;

/** Reads `size` bytes of an open file (and notices up to a piece more) once, for its digest and its chunks. */
export function chunkFile(fs: FileSystem, fd: number, size: number): ChunkedFile {
  const whole = createHash('sha256');
  const cut = cutPieces(fs, fd, size, { from: 0, until: Number.POSITIVE_INFINITY }, (piece) => whole.update(piece));
  return chunkedFile(digest(whole.digest('hex')), cut);
}

/** As `chunkFile`, in half the time: with another thread. Whatever goes wrong there is done here. */
export function chunkFileHelped(fs: FileSystem, fd: number, size: number, helper: HashHelper): ChunkedFile {
  const wait = helper(fd, size);
  const first = cutAndHash(fs, fd, size, sharesOf(size).first);
  const other = wait();
  if (other === null) return chunkFile(fs, fd, size);
  const cut = joinShares(first, other.cut) ?? goOn(fs, fd, size, first);
  // The two saw the file end in different places: it is being written to, and what was found is worth nothing.
  return { ...chunkedFile(other.digest, cut), read: other.read === cut.to ? cut.to : -1 };
}

/** What `chunkFileHelped` has done by another thread. */
export function helpChunking(fs: FileSystem, fd: number, size: number): HelperShare {
  return { ...hashWhole(fs, fd), cut: cutAndHash(fs, fd, size, sharesOf(size).second) };
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
  share: { readonly from: number; readonly until: number } = { from: 0, until: Number.POSITIVE_INFINITY },
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
      const cut = chunker.next(buffer, seen, end);
      if (cut < 0) break;
      chunks.push({ digest: digestOf(buffer.subarray(start, cut)), length: cut - start });
      start = cut;
      seen = cut;
      if (base + cut >= share.until) return { from: share.from, to: base + cut, chunks };
    }
  }
  if (end > start) chunks.push({ digest: digestOf(buffer.subarray(start, end)), length: end - start });
  return { from: share.from, to: base + end, chunks };
}
