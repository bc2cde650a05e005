import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { sha256 } from '../platform/hash.ts';
import { type Digest, digest } from '../record/ids.ts';

/*
 * A pack is a row of blocks; a block holds many small objects, compressed together. Numbers are big-endian.
 *
 *   block  = header (24) | table: (SHA-256, u32 length) * count | states: u8 * count | the objects, one behind the other
 *   header = "LKPB" | u8 flags (1: zstd) | u8 0 | u16 count | u32 plain | u32 stored | first 8 bytes of SHA-256(header so far, table)
 *
 * A state is 0 for a live object and 1 for a dropped one; it is the only byte of a block that is ever changed.
 */

/** Bytes of objects (before compression) after which a block is closed. */
export const BLOCK_BYTES = 128 * 1024;
/** An object larger than this gets a file of its own instead. */
export const SMALL_OBJECT = 64 * 1024;
/** Objects after which a block is closed, however small they are. */
export const BLOCK_OBJECTS = 1024;
/** What a block begins with: magic, how it is compressed, how many objects, their bytes plain and stored, and a checksum. */
export const HEADER_BYTES = 24;

const MAGIC = 0x4c4b5042;
const ZSTD = 1;
const ENTRY = 36;
const CHECKED = 16;

export interface PackedObject {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}
export interface BlockHeader {
  readonly compressed: boolean;
  readonly count: number;
  /** Bytes of the objects, and what they take in the block. */
  readonly plain: number;
  readonly stored: number;
}
export interface BlockEntry {
  readonly digest: Digest;
  /** Where the object begins among the plain bytes, and how many it has. */
  readonly offset: number;
  readonly length: number;
  readonly live: boolean;
}

/** `compress` is given where it takes a twentieth off, zstd level 1: faster than the disk. */
export function compressIfSmaller(bytes: Uint8Array): Uint8Array | null {
  const packed = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return packed.length < bytes.length * 0.95 ? packed : null;
}

/** At most `limit` bytes are unpacked; throws where there are more, or where it is no zstd frame. */
export function decompress(bytes: Uint8Array, limit: number): Uint8Array {
  return zstdDecompressSync(bytes, { maxOutputLength: Math.max(limit, 1) });
}

/** The bytes of a block of live objects. */
export function encodeBlock(objects: readonly PackedObject[]): Uint8Array {
  const plain = Buffer.concat(objects.map(({ bytes }) => bytes));
  const packed = compressIfSmaller(plain);
  const stored = packed ?? plain;
  const head = Buffer.alloc(HEADER_BYTES + objects.length * (ENTRY + 1));
  head.writeUInt32BE(MAGIC, 0);
  head.writeUInt8(packed === null ? 0 : ZSTD, 4);
  head.writeUInt16BE(objects.length, 6);
  head.writeUInt32BE(plain.length, 8);
  head.writeUInt32BE(stored.length, 12);
  for (const [at, object] of objects.entries()) {
    head.write(object.digest, HEADER_BYTES + at * ENTRY, 32, 'hex');
    head.writeUInt32BE(object.bytes.length, HEADER_BYTES + at * ENTRY + 32);
  }
  head.set(checkOf(head, objects.length), CHECKED);
  return Buffer.concat([head, stored]);
}

/** null: these bytes do not begin a block. */
export function decodeHeader(bytes: Uint8Array): BlockHeader | null {
  if (bytes.length < HEADER_BYTES) return null;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (head.readUInt32BE(0) !== MAGIC || head.readUInt8(4) > ZSTD) return null;
  return {
    compressed: head.readUInt8(4) === ZSTD,
    count: head.readUInt16BE(6),
    plain: head.readUInt32BE(8),
    stored: head.readUInt32BE(12),
  };
}

/** Bytes of header, table and states together: where the objects begin. */
export function headBytes(header: BlockHeader): number {
  return HEADER_BYTES + header.count * (ENTRY + 1);
}

/** Where in the block the state of its n-th object is. */
export function stateOffset(header: BlockHeader, n: number): number {
  return HEADER_BYTES + header.count * ENTRY + n;
}

/** The table of a block whose header, table and states are `bytes`; null where they are damaged. */
export function decodeTable(bytes: Uint8Array): BlockEntry[] | null {
  const header = decodeHeader(bytes);
  if (header === null || bytes.length < headBytes(header)) return null;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!checkOf(head, header.count).equals(head.subarray(CHECKED, HEADER_BYTES))) return null;
  const entries: BlockEntry[] = [];
  let offset = 0;
  for (let n = 0; n < header.count; n++) {
    const at = HEADER_BYTES + n * ENTRY;
    const length = head.readUInt32BE(at + 32);
    const name = digest(head.toString('hex', at, at + 32));
    entries.push({ digest: name, offset, length, live: head[stateOffset(header, n)] === 0 });
    offset += length;
  }
  return offset === header.plain ? entries : null;
}

function checkOf(head: Uint8Array, count: number): Buffer {
  const checked = Buffer.concat([head.subarray(0, CHECKED), head.subarray(HEADER_BYTES, HEADER_BYTES + count * ENTRY)]);
  return Buffer.from(sha256(checked)).subarray(0, HEADER_BYTES - CHECKED);
}
