import type { FileSystem } from '../platform/file-system.ts';
import { digestOf } from '../platform/hash.ts';
import { type Digest, digest } from '../record/ids.ts';
import { ObjectIndex } from './object-index.ts';
import {
  BLOCK_BYTES,
  BLOCK_OBJECTS,
  decodeHeader,
  decodeTable,
  encodeBlock,
  headBytes,
  type PackedObject,
  stateOffset,
} from './pack-block.ts';
import { type PlacedBlock, ReadPacks } from './read-packs.ts';
import { ReusedRows } from './reused-rows.ts';
import { writeFully } from './write-fully.ts';

/** Bytes after which a pack is closed and the next one begun. */
const PACK_BYTES = 32 * 1024 * 1024;

interface Pack {
  readonly number: number;
  readonly path: string;
  end: number;
  /** Bytes of objects in it, before compression, and of those not dropped. */
  plain: number;
  live: number;
  /** Never appended to again. */
  closed: boolean;
}
interface Block extends PlacedBlock {
  readonly pack: Pack;
}

/**
 * Many small objects in few files (see pack-block.ts). Packs are only appended to, each `flush` ends in one sync, and the index is
 * rebuilt from the heads of the blocks when the first question is asked. One instance a directory at a time.
 */
export class PackFiles {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #onDamage: (digest: Digest, where: string) => void;
  readonly #read: ReadPacks;
  readonly #packs = new Map<number, Pack>();
  /** Each flush makes one, and a pack that is written anew is gone with all of its own. */
  #blocks = new ReusedRows<Block>();
  #newest = 0;
  #index: ObjectIndex | null = null;
  #pending = new Map<Digest, Uint8Array>();
  #appending: { readonly pack: Pack; readonly fd: number } | null = null;

  constructor(fs: FileSystem, directory: string, onDamage: (digest: Digest, where: string) => void) {
    this.#fs = fs;
    this.#directory = directory;
    this.#onDamage = onDamage;
    this.#read = new ReadPacks(fs);
  }

  has(name: Digest): boolean {
    return this.#pending.has(name) || this.#open().get(name) !== null;
  }

  /** To be kept at the next `flush`; `read` gives it at once. The bytes must not be changed until then. */
  add(name: Digest, bytes: Uint8Array): void {
    if (!this.has(name)) this.#pending.set(name, bytes);
  }

  /** Writes what was added and waits for the disk. Where that fails nothing of it is kept, and nothing older is harmed. */
  flush(): void {
    if (this.#pending.size === 0) return;
    const objects = [...this.#pending].map(([name, bytes]) => ({ digest: name, bytes }));
    this.#pending = new Map();
    const index = this.#open();
    const { pack, fd } = this.#appendable();
    const blocks = inBlocks(objects).map((group) => ({ group, bytes: encodeBlock(group) }));
    let end = pack.end;
    try {
      for (const { bytes } of blocks) {
        writeFully(this.#fs, fd, bytes, end);
        end += bytes.length;
      }
      this.#fs.sync(fd);
    } catch (error) {
      this.#cutOff(fd, pack.end);
      throw error;
    }
    for (const { group, bytes } of blocks) {
      const header = decodeHeader(bytes)!;
      this.#enter(index, { pack, offset: pack.end, header }, group.entries());
      pack.end += bytes.length;
    }
    if (pack.end >= PACK_BYTES) this.#seal();
  }

  /** What is left behind the end after all is written over by the next flush, or cut off at the next start. */
  #cutOff(fd: number, end: number): void {
    try {
      this.#fs.truncate(fd, end);
    } catch {
      // The failure of the write is the one to report.
    }
  }

  /** null: not here, or damaged (and then reported). */
  read(name: Digest): Uint8Array | null {
    const pending = this.#pending.get(name);
    if (pending !== undefined) return pending;
    const place = this.#open().get(name);
    if (place === null) return null;
    const block = this.#blocks.at(Math.floor(place / BLOCK_OBJECTS))!;
    const bytes = this.#read.object(block, place % BLOCK_OBJECTS);
    if (bytes !== null && digestOf(bytes) === name) return bytes;
    this.#index!.delete(name);
    this.#onDamage(name, block.pack.path);
    return null;
  }

  /** Forgets objects. A pack of which less than half is still live is written anew. */
  drop(names: Iterable<Digest>): void {
    const touched = new Set<Pack>();
    const index = this.#open();
    for (const name of names) {
      this.#pending.delete(name);
      const place = index.get(name);
      if (place === null) continue;
      const block = this.#blocks.at(Math.floor(place / BLOCK_OBJECTS))!;
      this.#markDropped(block, place % BLOCK_OBJECTS);
      index.delete(name);
      touched.add(block.pack);
    }
    for (const pack of touched) if (pack.live * 2 < pack.plain) this.#rewrite(pack);
  }

  /** What the n-th pack holds, from 0 on, and is there another one? */
  entries(n: number): {
    readonly items: readonly { readonly digest: Digest; readonly size: number }[];
    readonly more: boolean;
  } {
    const index = this.#open();
    const packs = [...this.#packs.values()];
    const items: { digest: Digest; size: number }[] = [];
    for (const [row, block] of this.#blocks.entries()) {
      if (block.pack !== packs[n]) continue;
      for (const [at, entry] of (this.#read.table(block) ?? []).entries())
        if (index.get(entry.digest) === row * BLOCK_OBJECTS + at)
          items.push({ digest: entry.digest, size: entry.length });
    }
    return { items, more: n + 1 < packs.length };
  }

  /** Bytes on disk. */
  size(): number {
    this.#open();
    let sum = 0;
    for (const pack of this.#packs.values()) sum += pack.end;
    return sum;
  }

  /** Keeps what was added and lets go of its files. */
  close(): void {
    this.flush();
    this.#seal();
    this.#read.stop();
  }

  #open(): ObjectIndex {
    if (this.#index !== null) return this.#index;
    const index = new ObjectIndex();
    this.#packs.clear();
    this.#blocks = new ReusedRows();
    const numbers = this.#fs
      .readDirectory(this.#directory)
      .map(({ name }) => /^(\d{6,})\.pack$/.exec(name ?? '')?.[1])
      .filter((text) => text !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
    for (const number of numbers) this.#scan(index, number, number === numbers.at(-1));
    this.#index = index;
    return index;
  }

  /** Only the last pack can hold what no sync has confirmed, so there every object is read; a torn tail is cut off. */
  #scan(index: ObjectIndex, number: number, last: boolean): void {
    this.#newest = Math.max(this.#newest, number);
    const path = this.#pathOf(number);
    const size = this.#fs.lstat(path)?.size ?? 0;
    const pack: Pack = { number, path, end: 0, plain: 0, live: 0, closed: false };
    this.#packs.set(number, pack);
    while (pack.end < size) {
      const head = this.#read.head(path, pack.end);
      const header = head === null ? null : decodeHeader(head);
      const entries = head === null ? null : decodeTable(head);
      if (header === null || entries === null || pack.end + headBytes(header) + header.stored > size) break;
      const block = { pack, offset: pack.end, header };
      const live = [...entries.entries()].filter(
        ([n, entry]) => entry.live && (!last || this.#sound(block, n, entry.digest)),
      );
      pack.plain += header.plain - live.reduce((sum, [, entry]) => sum + entry.length, 0);
      for (const [, entry] of live) this.#dropOlder(index, entry.digest);
      this.#enter(index, block, live);
      pack.end += headBytes(header) + header.stored;
    }
    if (pack.end === size) return;
    if (last) this.#truncate(pack);
    else this.#onDamage(digest(''), path);
  }

  /** An interrupted rewrite leaves an object twice; the older one would come back when the newer is dropped. */
  #dropOlder(index: ObjectIndex, name: Digest): void {
    const place = index.get(name);
    if (place !== null) this.#markDropped(this.#blocks.at(Math.floor(place / BLOCK_OBJECTS))!, place % BLOCK_OBJECTS);
  }

  #sound(block: Block, n: number, name: Digest): boolean {
    const bytes = this.#read.object(block, n);
    return bytes !== null && digestOf(bytes) === name;
  }

  #enter(
    index: ObjectIndex,
    block: Block,
    entries: Iterable<[number, { readonly digest: Digest; readonly length?: number; readonly bytes?: Uint8Array }]>,
  ): void {
    const row = this.#blocks.add(block);
    for (const [n, entry] of entries) {
      const length = entry.length ?? entry.bytes?.length ?? 0;
      index.set(entry.digest, row * BLOCK_OBJECTS + n);
      block.pack.plain += length;
      block.pack.live += length;
    }
  }

  #truncate(pack: Pack): void {
    const fd = this.#fs.open(pack.path, 'write');
    try {
      this.#fs.truncate(fd, pack.end);
      this.#fs.sync(fd);
    } finally {
      this.#fs.close(fd);
    }
  }

  #appendable(): { readonly pack: Pack; readonly fd: number } {
    if (this.#appending !== null) return this.#appending;
    const last = [...this.#packs.values()].at(-1);
    if (last !== undefined && !last.closed && last.end < PACK_BYTES) {
      this.#appending = { pack: last, fd: this.#fs.open(last.path, 'write') };
      return this.#appending;
    }
    const number = ++this.#newest;
    const pack: Pack = { number, path: this.#pathOf(number), end: 0, plain: 0, live: 0, closed: false };
    const fd = this.#fs.open(pack.path, 'create-new');
    try {
      this.#fs.setMode(pack.path, 0o600);
      this.#fs.syncDirectory(this.#directory);
    } catch (error) {
      this.#fs.close(fd);
      throw error;
    }
    this.#packs.set(number, pack);
    this.#appending = { pack, fd };
    return this.#appending;
  }

  #seal(): void {
    if (this.#appending !== null) this.#fs.close(this.#appending.fd);
    this.#appending = null;
  }

  #markDropped(block: Block, n: number): void {
    const entry = this.#read.table(block)?.[n];
    const fd = this.#fs.open(block.pack.path, 'write');
    try {
      writeFully(this.#fs, fd, Uint8Array.of(1), block.offset + stateOffset(block.header, n));
    } finally {
      this.#fs.close(fd);
    }
    block.pack.live -= entry?.length ?? 0;
  }

  /** What is live goes to the newest pack first, so an interruption leaves it twice and never not at all. */
  #rewrite(pack: Pack): void {
    if (this.#appending?.pack === pack) this.#seal();
    pack.closed = true;
    const index = this.#open();
    for (const [row, block] of this.#blocks.entries()) {
      if (block.pack !== pack) continue;
      for (const [n, entry] of (this.#read.table(block) ?? []).entries()) {
        if (index.get(entry.digest) !== row * BLOCK_OBJECTS + n) continue;
        const bytes = this.read(entry.digest);
        if (bytes !== null) this.#pending.set(entry.digest, bytes);
      }
    }
    this.flush();
    this.#read.stop();
    this.#fs.unlink(pack.path);
    this.#packs.delete(pack.number);
    this.#blocks.remove((block) => block.pack === pack);
    // Of a block whose head is damaged nothing could be moved: its row is another block's soon.
    const lost = index.deleteWhere((place) => this.#blocks.at(Math.floor(place / BLOCK_OBJECTS)) === null);
    if (lost > 0) this.#onDamage(digest(''), pack.path);
  }

  #pathOf(number: number): string {
    return `${this.#directory}/${String(number).padStart(6, '0')}.pack`;
  }
}

function inBlocks(objects: readonly PackedObject[]): PackedObject[][] {
  const blocks: PackedObject[][] = [];
  let bytes = BLOCK_BYTES;
  for (const object of objects) {
    const open = blocks.at(-1);
    if (open === undefined || bytes + object.bytes.length > BLOCK_BYTES || open.length === BLOCK_OBJECTS) {
      blocks.push([object]);
      bytes = object.bytes.length;
    } else {
      open.push(object);
      bytes += object.bytes.length;
    }
  }
  return blocks;
}
