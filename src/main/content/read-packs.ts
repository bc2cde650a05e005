import type { FileSystem } from '../platform/file-system.ts';
import {
  BLOCK_OBJECTS,
  type BlockEntry,
  type BlockHeader,
  decodeHeader,
  decodeTable,
  decompress,
  HEADER_BYTES,
  headBytes,
} from './pack-block.ts';
import { readFully } from './read-fully.ts';

/** Read at once where a block begins: mostly its whole head. */
const HEAD_GUESS = 4096;

/** A block, and where it lies. */
export interface PlacedBlock {
  readonly pack: { readonly path: string };
  readonly offset: number;
  readonly header: BlockHeader;
}

/** Reads blocks of packs. One file is open at a time, and stays so until another one is asked for, or `stop`. */
export class ReadPacks {
  readonly #fs: FileSystem;
  #reading: { readonly path: string; readonly fd: number } | null = null;
  #unpacked: {
    readonly block: PlacedBlock;
    readonly entries: readonly BlockEntry[];
    readonly bytes: Uint8Array;
  } | null = null;

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  /** Header, table and states of the block at `offset`; null where the file ends before. */
  head(path: string, offset: number): Uint8Array | null {
    const fd = this.#open(path);
    const guess = new Uint8Array(HEAD_GUESS);
    const got = readFully(this.#fs, fd, guess, offset);
    const header = got < HEADER_BYTES ? null : decodeHeader(guess);
    if (header === null || header.count > BLOCK_OBJECTS) return null;
    const length = headBytes(header);
    if (length <= got) return guess.subarray(0, length);
    const head = new Uint8Array(length);
    return readFully(this.#fs, fd, head, offset) === length ? head : null;
  }

  /** What is in a block; null where that is damaged. */
  table(block: PlacedBlock): BlockEntry[] | null {
    const head = this.head(block.pack.path, block.offset);
    return head === null ? null : decodeTable(head);
  }

  /** The n-th object of a block, as it lies there; null where the block is damaged. */
  object(block: PlacedBlock, n: number): Uint8Array | null {
    const unpacked = this.#unpack(block);
    const entry = unpacked?.entries[n];
    return entry === undefined ? null : unpacked!.bytes.slice(entry.offset, entry.offset + entry.length);
  }

  /** Lets go of its file: that may go, or has changed. */
  stop(): void {
    if (this.#reading !== null) this.#fs.close(this.#reading.fd);
    this.#reading = null;
    this.#unpacked = null;
  }

  /** The last block asked for stays unpacked: what was replaced together is mostly asked for together. */
  #unpack(block: PlacedBlock) {
    if (this.#unpacked?.block === block) return this.#unpacked;
    const entries = this.table(block);
    const stored = new Uint8Array(block.header.stored);
    const got = readFully(this.#fs, this.#open(block.pack.path), stored, block.offset + headBytes(block.header));
    if (entries === null || got < stored.length) return null;
    try {
      const bytes = block.header.compressed ? decompress(stored, block.header.plain) : stored;
      this.#unpacked = { block, entries, bytes };
      return this.#unpacked;
    } catch {
      return null;
    }
  }

  #open(path: string): number {
    if (this.#reading?.path === path) return this.#reading.fd;
    this.stop();
    this.#reading = { path, fd: this.#fs.open(path, 'read') };
    return this.#reading.fd;
  }
}
