import { LockstepError } from '../platform/trouble.ts';
import { type Digest, digest } from '../record/ids.ts';
import { LONGEST_CHUNK } from './chunker.ts';

/** One chunk of a file: the SHA-256 of its bytes, and how many they are. */
export interface Chunk {
  readonly digest: Digest;
  readonly length: number;
}

/** Bytes of one entry of an encoded list: a SHA-256 and a big-endian u32 length. */
export const CHUNK_ENTRY = 36;
const DIGEST_BYTES = 32;

/** The chunk list of a file as it is named, stored and sent: `[SHA-256, u32 length]*` in the order of the file. */
export function encodeChunkList(chunks: readonly Chunk[]): Uint8Array {
  const bytes = Buffer.alloc(chunks.length * CHUNK_ENTRY);
  for (const [at, chunk] of chunks.entries()) {
    bytes.write(chunk.digest, at * CHUNK_ENTRY, DIGEST_BYTES, 'hex');
    bytes.writeUInt32BE(chunk.length, at * CHUNK_ENTRY + DIGEST_BYTES);
  }
  return bytes;
}

/**
 * Reads a list that may come from a peer. Throws `chunk-list-wrong` where it is no whole number of entries, where a length is 0
 * or over 4 MiB, or where the lengths do not add up to `size` (bytes of the file; left out where it is not known).
 */
export function decodeChunkList(list: Uint8Array, size?: number): Chunk[] {
  if (list.length % CHUNK_ENTRY !== 0) throw wrong(`${list.length} bytes are no whole number of entries`);
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.length);
  const chunks: Chunk[] = [];
  let sum = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_ENTRY) {
    const length = bytes.readUInt32BE(at + DIGEST_BYTES);
    if (length === 0 || length > LONGEST_CHUNK) throw wrong(`entry ${at / CHUNK_ENTRY} has length ${length}`);
    sum += length;
    if (size !== undefined && sum > size) throw wrong(`its chunks are longer than the file (${size} bytes)`);
    chunks.push({ digest: digest(bytes.toString('hex', at, at + DIGEST_BYTES)), length });
  }
  if (size !== undefined && sum !== size) throw wrong(`its chunks hold ${sum} bytes, the file ${size}`);
  return chunks;
}

/** Bytes of the file that an encoded list cuts. */
export function chunkListSize(list: Uint8Array): number {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  let size = 0;
  for (let at = DIGEST_BYTES; at < list.length; at += CHUNK_ENTRY) size += view.getUint32(at);
  return size;
}

function wrong(detail: string): LockstepError {
  return new LockstepError('chunk-list-wrong', `The chunk list is damaged: ${detail}.`);
}
