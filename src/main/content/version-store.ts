import { createHash } from 'node:crypto';
import type { FileStat, FileSystem } from '../platform/file-system.ts';
import { digestOf } from '../platform/hash.ts';
import { LockstepError } from '../platform/trouble.ts';
import { type Digest, digest } from '../record/ids.ts';
import { compressIfSmaller, decompress, SMALL_OBJECT } from './pack-block.ts';
import { PackFiles } from './pack-files.ts';
import { readFully } from './read-fully.ts';
import { writeFully } from './write-fully.ts';

/** A file to be kept. `digest` null: not known, so its bytes are read to find out. */
export interface FileToKeep {
  readonly path: string;
  readonly digest: Digest | null;
  /** Where the caller has just looked; otherwise it is looked at. */
  readonly stat?: FileStat;
}
/**
 * The digest under which a file is kept, or why it is not (and then it is where it was). `left`: why it was kept but not removed
 * as asked; `changed` where it was written to while it was kept.
 */
export type KeptFile =
  | { readonly kept: Digest; readonly left: 'changed' | 'failed' | null }
  | { readonly kept: null; readonly error: unknown };

/** Some of what is kept, and where to go on; `next` null: that was all. */
export interface KeptListing {
  /** `size`: bytes of the object, of a large one as it lies on the disk (it may be compressed). */
  readonly items: readonly { readonly digest: Digest; readonly size: number }[];
  readonly next: number | null;
}

/** Large objects lie in as many directories as a byte has values. */
const GROUPS = 256;
/** Bytes of the longest object that `read` gives in one piece. */
const LONGEST_READ = 1024 * 1024 * 1024;
/** Bytes of a file up to which it is waited for until it is on the disk. */
const LARGEST_SYNCED = 16 * 1024 * 1024;
const COPY_PIECE = 256 * 1024;

/**
 * What history can give back: content named by its SHA-256. Up to 64 KiB many share a pack (`packs/`, compressed); larger ones are
 * files of their own below `objects/`, a file taken from a user's folder as it is, other bytes compressed (`.zst`) where that helps.
 * All is 0600, nothing is a link to an inode that something else can write to, and nothing is given back unverified: a damaged
 * object counts as absent and is named to `onDamage`. One instance a directory at a time.
 */
export class VersionStore {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #packs: PackFiles;
  readonly #onDamage: (digest: Digest, where: string) => void;
  readonly #lent = new Map<Digest, string>();
  readonly #made = new Set<string>();
  #device: bigint | null = null;

  /** `directory` exists; what is missing in it is made. */
  constructor(fs: FileSystem, directory: string, onDamage: (digest: Digest, where: string) => void = () => {}) {
    this.#fs = fs;
    this.#directory = directory;
    this.#onDamage = onDamage;
    this.#makeDirectory(`${directory}/packs`);
    this.#makeDirectory(`${directory}/objects`);
    this.#packs = new PackFiles(fs, `${directory}/packs`, onDamage);
  }

  /** Is it kept, or lent? Says nothing about damage. */
  has(name: Digest): boolean {
    return this.#lent.has(name) || this.#isKept(name);
  }

  /** The object, or null where it is not here, damaged, or over 1 GiB (see `readTo`). */
  read(name: Digest): Uint8Array | null {
    const packed = this.#packs.read(name);
    if (packed !== null) return packed;
    const raw = this.#readFile(this.#objectPath(name));
    if (raw !== null && digestOf(raw) === name) return raw;
    if (raw !== null) this.#report(name, this.#objectPath(name));
    return this.#readLent(name) ?? this.#readCompressed(name);
  }

  /** What was lent is still the user's file, which nobody may be allowed to read. */
  #readLent(name: Digest): Uint8Array | null {
    const path = this.#lent.get(name);
    if (path === undefined) return null;
    try {
      const bytes = this.#readFile(path);
      return bytes !== null && digestOf(bytes) === name ? bytes : null;
    } catch {
      return null;
    }
  }

  /** Makes the file `path`, which must not exist, hold the object. False (and no file) where it is not here or damaged. */
  readTo(name: Digest, path: string): boolean {
    const source = [this.#objectPath(name), this.#lent.get(name)].find((at) => at !== undefined && this.#isFile(at));
    if (source !== undefined && !this.#packs.has(name)) {
      this.#fs.copy(source, path);
      if (this.#hashFile(path) === name) return true;
      this.#fs.unlink(path);
      if (source === this.#objectPath(name)) this.#report(name, source);
      return false;
    }
    const bytes = this.read(name);
    if (bytes === null) return false;
    this.#writeFile(path, bytes, false);
    return true;
  }

  /**
   * Until it is kept or `unlend` is called, `name` is read from the file `path`: what was just taken out of the user's folder is
   * held back until nobody writes to it any more, and must be readable meanwhile.
   */
  lend(name: Digest, path: string): void {
    this.#lent.set(name, path);
  }

  unlend(name: Digest): void {
    this.#lent.delete(name);
  }

  /** See `keepFiles`, for one file. Throws why it cannot be kept. */
  keepFile(path: string, name: Digest | null, how: { readonly move: boolean }): Digest {
    const [result] = this.keepFiles([{ path, digest: name }], how);
    if (result?.kept === null) throw result.error;
    return result!.kept;
  }

  /**
   * Keeps files, with one sync for all small ones. `move`: the file is gone afterwards; a large one is renamed, if it lies on the same
   * file system and no other name of its inode is left (else copied). The digest of what is read is what it is kept under; a large
   * file that is only renamed is taken at its word and verified when it is read. One that fails stays where it is.
   */
  keepFiles(files: readonly FileToKeep[], how: { readonly move: boolean }): KeptFile[] {
    const results: KeptFile[] = [];
    const packed: number[] = [];
    const remove: { readonly at: number; readonly stat: FileStat }[] = [];
    for (const [at, file] of files.entries()) {
      try {
        const stat = file.stat ?? this.#fs.lstat(file.path);
        if (stat?.type !== 'file') throw new LockstepError('not-a-file', 'There is no file here to keep.', file.path);
        const small = stat.size <= SMALL_OBJECT;
        results.push({ kept: small ? this.#pack(file, stat.size) : this.#keepLarge(file, stat, how.move), left: null });
        if (small) packed.push(at);
        remove.push({ at, stat });
      } catch (error) {
        results.push({ kept: null, error });
      }
    }
    try {
      this.#packs.flush();
    } catch (error) {
      for (const at of packed) results[at] = { kept: null, error };
    }
    if (how.move) for (const { at, stat } of remove) this.#removeKept(results, at, files[at]!.path, stat);
    return results;
  }

  /**
   * Keeps bytes: small ones once `flush` returns, larger ones when this does. Throws `content-wrong` where they are not what the
   * digest names.
   */
  keepBytes(name: Digest, bytes: Uint8Array): void {
    if (digestOf(bytes) !== name)
      throw new LockstepError('content-wrong', 'These bytes are not what their name says.', name);
    if (this.#isKept(name)) return;
    if (bytes.length <= SMALL_OBJECT) {
      this.#packs.add(name, bytes);
      return;
    }
    const packed = compressIfSmaller(bytes);
    this.#place(name, packed === null ? '' : '.zst', (temporary) => this.#writeFile(temporary, packed ?? bytes, true));
  }

  /** Waits until everything kept is on the disk. */
  flush(): void {
    this.#packs.flush();
  }

  /** Forgets objects; names that are not here are ignored. */
  drop(names: readonly Digest[]): void {
    this.#packs.drop(names);
    for (const name of names) {
      for (const path of [this.#objectPath(name), `${this.#objectPath(name)}.zst`]) {
        if (this.#isFile(path)) this.#fs.unlink(path);
      }
    }
  }

  /** What is kept, part by part from 0 on: a part is a directory of large objects or a pack. Lent files are not part of it. */
  listing(part: number): KeptListing {
    if (part >= GROUPS) {
      const { items, more } = this.#packs.entries(part - GROUPS);
      return { items, next: more ? part + 1 : null };
    }
    const group = part.toString(16).padStart(2, '0');
    const directory = `${this.#directory}/objects/${group}`;
    const items: { digest: Digest; size: number }[] = [];
    for (const { name } of this.#isDirectory(directory) ? this.#fs.readDirectory(directory) : []) {
      const rest = /^([0-9a-f]{62})(?:\.zst)?$/.exec(name ?? '')?.[1];
      const stat = rest === undefined ? null : this.#fs.lstat(`${directory}/${name}`);
      if (stat?.type === 'file') items.push({ digest: digest(group + rest), size: stat.size });
    }
    return { items, next: part + 1 };
  }

  /** Bytes it takes on disk. Looks at every large object. */
  size(): number {
    let sum = this.#packs.size();
    for (const { name: group } of this.#fs.readDirectory(`${this.#directory}/objects`)) {
      for (const { name } of this.#fs.readDirectory(`${this.#directory}/objects/${group}`)) {
        sum += this.#fs.lstat(`${this.#directory}/objects/${group}/${name}`)?.size ?? 0;
      }
    }
    return sum;
  }

  close(): void {
    this.#packs.close();
  }

  #isKept(name: Digest): boolean {
    return (
      this.#packs.has(name) || this.#isFile(this.#objectPath(name)) || this.#isFile(`${this.#objectPath(name)}.zst`)
    );
  }

  #pack(file: FileToKeep, size: number): Digest {
    const bytes = this.#readBytes(file.path, size);
    const name = digestOf(bytes);
    // Read, not only looked up: what is kept must be sound before the file goes.
    if (this.#packs.read(name) === null) this.#packs.add(name, bytes);
    return name;
  }

  #keepLarge(file: FileToKeep, stat: FileStat, move: boolean): Digest {
    const renamed = move && stat.links === 1 && stat.device === this.#ownDevice();
    const name = file.digest ?? this.#hashFile(file.path);
    if (renamed) {
      // It may have been written a moment ago, by us. A huge one the system has to write back by itself: nothing else could be written meanwhile.
      if (stat.size <= LARGEST_SYNCED) this.#sync(file.path);
      this.#fs.rename(file.path, this.#placeOf(name));
      this.#makePrivate(this.#objectPath(name));
      return name;
    }
    if (!move && this.#isKept(name)) return name;
    const temporary = this.#temporaryOf(name);
    this.#copy(file.path, temporary);
    const copied = this.#hashFile(temporary);
    this.#fs.rename(temporary, this.#placeOf(copied));
    // What it was copied from may go next, so its name has to be on the disk too.
    this.#fs.syncDirectory(this.#groupOf(copied));
    return copied;
  }

  /** The directories are 0700, so a file of another owner, whose mode cannot be changed, is private as well. */
  #makePrivate(path: string): void {
    try {
      this.#fs.setMode(path, 0o600);
    } catch (error) {
      if (problemOf(error) !== 'EPERM') throw error;
    }
  }

  #copy(from: string, to: string): void {
    if (this.#isFile(to)) this.#fs.unlink(to);
    try {
      this.#fs.copy(from, to);
      this.#makePrivate(to);
      this.#sync(to);
    } catch (error) {
      if (this.#isFile(to)) this.#fs.unlink(to);
      throw error;
    }
  }

  #sync(path: string): void {
    const fd = this.#openToSync(path);
    try {
      this.#fs.sync(fd);
    } finally {
      this.#fs.close(fd);
    }
  }
  /** Windows flushes only what is open for writing; elsewhere a file that nobody may write to can be flushed too. */
  #openToSync(path: string): number {
    try {
      return this.#fs.open(path, 'write');
    } catch {
      return this.#fs.open(path, 'read');
    }
  }

  #removeKept(results: KeptFile[], at: number, path: string, checked: FileStat): void {
    const { kept } = results[at]!;
    if (kept === null) return;
    try {
      const stat = this.#fs.lstat(path);
      if (stat === null) return;
      if (stat.size === checked.size && stat.modifiedNs === checked.modifiedNs) this.#fs.unlink(path);
      else results[at] = { kept, left: 'changed' };
    } catch {
      results[at] = { kept, left: 'failed' };
    }
  }

  #readCompressed(name: Digest): Uint8Array | null {
    const path = `${this.#objectPath(name)}.zst`;
    const stored = this.#readFile(path);
    if (stored === null) return null;
    try {
      const bytes = decompress(stored, LONGEST_READ);
      if (digestOf(bytes) === name) return bytes;
    } catch {
      // No zstd frame any more: reported like any other damage.
    }
    this.#report(name, path);
    return null;
  }

  /** A damaged object is put out of the way: kept, it would stand for the sound one that may come again. */
  #report(name: Digest, path: string): void {
    this.#fs.rename(path, `${path}.damaged`);
    this.#onDamage(name, path);
  }

  #readFile(path: string): Uint8Array | null {
    const stat = this.#fs.lstat(path);
    return stat?.type !== 'file' || stat.size > LONGEST_READ ? null : this.#readBytes(path, stat.size);
  }

  #readBytes(path: string, size: number): Uint8Array {
    const fd = this.#fs.open(path, 'read');
    try {
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readFully(this.#fs, fd, bytes, 0));
    } finally {
      this.#fs.close(fd);
    }
  }

  #writeFile(path: string, bytes: Uint8Array, durable: boolean): void {
    const fd = this.#fs.open(path, 'create-new');
    try {
      writeFully(this.#fs, fd, bytes, 0);
      if (durable) this.#fs.sync(fd);
    } catch (error) {
      this.#fs.unlink(path);
      throw error;
    } finally {
      this.#fs.close(fd);
    }
    if (durable) this.#fs.setMode(path, 0o600);
  }

  #place(name: Digest, suffix: string, write: (temporary: string) => void): void {
    const temporary = this.#temporaryOf(name);
    if (this.#isFile(temporary)) this.#fs.unlink(temporary);
    write(temporary);
    this.#fs.rename(temporary, this.#placeOf(name) + suffix);
    this.#fs.syncDirectory(this.#groupOf(name));
  }

  #hashFile(path: string): Digest {
    const hash = createHash('sha256');
    const buffer = new Uint8Array(COPY_PIECE);
    const fd = this.#fs.open(path, 'read');
    try {
      let read = 0;
      for (let got = -1; got !== 0; read += got) {
        got = this.#fs.read(fd, buffer, 0, buffer.length, read);
        hash.update(buffer.subarray(0, got));
      }
    } finally {
      this.#fs.close(fd);
    }
    return digest(hash.digest('hex'));
  }

  #ownDevice(): bigint | null {
    this.#device ??= this.#fs.lstat(`${this.#directory}/objects`)?.device ?? null;
    return this.#device;
  }

  #groupOf(name: Digest): string {
    return `${this.#directory}/objects/${name.slice(0, 2)}`;
  }
  #objectPath(name: Digest): string {
    return `${this.#groupOf(name)}/${name.slice(2)}`;
  }

  #placeOf(name: Digest): string {
    this.#makeDirectory(this.#groupOf(name));
    return this.#objectPath(name);
  }

  #temporaryOf(name: Digest): string {
    return `${this.#placeOf(name)}.new`;
  }

  #makeDirectory(path: string): void {
    if (this.#made.has(path)) return;
    if (this.#fs.lstat(path) === null) {
      this.#fs.makeDirectory(path);
      this.#fs.setMode(path, 0o700);
      this.#fs.syncDirectory(path.slice(0, path.lastIndexOf('/')));
    }
    this.#made.add(path);
  }

  #isFile(path: string): boolean {
    return this.#fs.lstat(path)?.type === 'file';
  }
  #isDirectory(path: string): boolean {
    return this.#fs.lstat(path)?.type === 'directory';
  }
}

function problemOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
