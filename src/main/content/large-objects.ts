import type { FileStat, FileSystem } from '../platform/file-system.ts';
import { digestOf } from '../platform/hash.ts';
import { type Digest, digest } from '../record/ids.ts';
import { compressIfSmaller, decompress } from './pack-block.ts';
import { hashFile, isFile, LONGEST_READ, makePrivateDirectory, readFile } from './whole-files.ts';
import { writeNewFile } from './write-new-file.ts';

/** Objects lie in as many directories as a byte has values. */
export const GROUPS = 256;
/** How one is called while it is written. */
const HALF_WRITTEN = /^[0-9a-f]{62}\.new$/;
/** Bytes of a file up to which it is waited for until it is on the disk. */
const LARGEST_SYNCED = 16 * 1024 * 1024;

/** An object, and its bytes as it lies on the disk. */
interface StoredObject {
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Objects that are files of their own, named by their SHA-256: a file taken from a user's folder as it is (plain), other bytes compressed (`.zst`)
 * where that helps. All is 0600, and a damaged one is put aside and named to `onDamage`.
 */
export class LargeObjects {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #onDamage: (digest: Digest, where: string) => void;
  readonly #made = new Set<string>();
  #device: bigint | null = null;

  /** `directory` exists. */
  constructor(fs: FileSystem, directory: string, onDamage: (digest: Digest, where: string) => void) {
    this.#fs = fs;
    this.#directory = directory;
    this.#onDamage = onDamage;
  }

  has(name: Digest): boolean {
    return isFile(this.#fs, this.#plain(name)) || isFile(this.#fs, this.#compressed(name));
  }

  /** Where the object lies as it is; null: it is not here, or compressed. */
  plainPath(name: Digest): string | null {
    const path = this.#plain(name);
    return isFile(this.#fs, path) ? path : null;
  }

  /** The bytes of an object that lies as it is, or null where it does not, is damaged, or over 1 GiB. */
  readPlain(name: Digest): Uint8Array | null {
    const bytes = readFile(this.#fs, this.#plain(name));
    if (bytes === null || digestOf(bytes) === name) return bytes;
    this.putAside(name);
    return null;
  }

  /** The bytes of one that lies compressed, else as `readPlain`. */
  readCompressed(name: Digest): Uint8Array | null {
    const path = this.#compressed(name);
    const stored = readFile(this.#fs, path);
    if (stored === null) return null;
    try {
      const bytes = decompress(stored, LONGEST_READ);
      if (digestOf(bytes) === name) return bytes;
    } catch {
      // No zstd frame any more: reported like any other damage.
    }
    this.#putAside(name, path);
    return null;
  }

  /** One that lies as it is was found to be damaged: kept, it would stand for the sound one that may come again. */
  putAside(name: Digest): void {
    this.#putAside(name, this.#plain(name));
  }
  #putAside(name: Digest, path: string): void {
    this.#fs.rename(path, `${path}.damaged`);
    this.#onDamage(name, path);
  }

  /** Keeps bytes that are what `name` says, on the disk when this returns. */
  keepBytes(name: Digest, bytes: Uint8Array): void {
    const compressed = compressIfSmaller(bytes);
    const temporary = this.#temporaryOf(name);
    if (isFile(this.#fs, temporary)) this.#fs.unlink(temporary);
    writeNewFile(this.#fs, temporary, compressed ?? bytes, 0o600);
    this.#fs.rename(temporary, compressed === null ? this.#plain(name) : this.#compressed(name));
    this.#fs.syncDirectory(this.#groupOf(name));
  }

  /** See `VersionStore.keepFiles`. Returns what it is kept under. */
  keepFile(path: string, known: Digest | null, stat: FileStat, move: boolean): Digest {
    const isRenamed = move && stat.links === 1 && stat.device === this.#ownDevice();
    const name = known ?? hashFile(this.#fs, path);
    if (isRenamed) {
      // It may have been written a moment ago, by us. A huge one the system has to write back by itself: nothing else could be written meanwhile.
      if (stat.size <= LARGEST_SYNCED) this.#sync(path);
      this.#makePlace(name);
      this.#fs.rename(path, this.#plain(name));
      this.#makePrivate(this.#plain(name));
      return name;
    }
    if (!move && this.has(name)) return name;
    const temporary = this.#temporaryOf(name);
    this.#copy(path, temporary);
    const copied = hashFile(this.#fs, temporary);
    this.#makePlace(copied);
    this.#fs.rename(temporary, this.#plain(copied));
    // What it was copied from may go next, so its name has to be on the disk too.
    this.#fs.syncDirectory(this.#groupOf(copied));
    return copied;
  }

  drop(name: Digest): void {
    for (const path of [this.#plain(name), this.#compressed(name)]) if (isFile(this.#fs, path)) this.#fs.unlink(path);
  }

  /** What lies in one of the directories, from 0 on. What an interruption left half written there goes: nobody would ask for it again. */
  listing(group: number): readonly StoredObject[] {
    const name = group.toString(16).padStart(2, '0');
    const directory = `${this.#directory}/${name}`;
    if (this.#fs.lstat(directory)?.type !== 'directory') return [];
    const entries = this.#fs.readDirectory(directory);
    for (const entry of entries)
      if (HALF_WRITTEN.test(entry.name ?? '')) this.#removeIfLet(`${directory}/${entry.name}`);
    return entries.flatMap((entry) => {
      const rest = /^([0-9a-f]{62})(?:\.zst)?$/.exec(entry.name ?? '')?.[1];
      const stat = rest === undefined ? null : this.#fs.lstat(`${directory}/${entry.name}`);
      return stat?.type === 'file' ? { digest: digest(name + rest), size: stat.size } : [];
    });
  }

  /** A disk that fails does not let go of it now: the next listing tries again. */
  #removeIfLet(path: string): void {
    try {
      this.#fs.unlink(path);
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
    }
  }

  /** Bytes on the disk. Looks at every object. */
  size(): number {
    let sum = 0;
    for (const { name: group } of this.#fs.readDirectory(this.#directory)) {
      for (const { name } of this.#fs.readDirectory(`${this.#directory}/${group}`)) {
        sum += this.#fs.lstat(`${this.#directory}/${group}/${name}`)?.size ?? 0;
      }
    }
    return sum;
  }

  /** The directories are 0700, so a file of another owner, whose mode cannot be changed, is private as well. */
  #makePrivate(path: string): void {
    try {
      this.#fs.setMode(path, 0o600);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EPERM') throw error;
    }
  }

  #copy(from: string, to: string): void {
    if (isFile(this.#fs, to)) this.#fs.unlink(to);
    try {
      this.#fs.copy(from, to);
      this.#makePrivate(to);
      this.#sync(to);
    } catch (error) {
      if (isFile(this.#fs, to)) this.#fs.unlink(to);
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

  #ownDevice(): bigint | null {
    this.#device ??= this.#fs.lstat(this.#directory)?.device ?? null;
    return this.#device;
  }

  #groupOf(name: Digest): string {
    return `${this.#directory}/${name.slice(0, 2)}`;
  }
  #plain(name: Digest): string {
    return `${this.#groupOf(name)}/${name.slice(2)}`;
  }
  #compressed(name: Digest): string {
    return `${this.#plain(name)}.zst`;
  }
  #temporaryOf(name: Digest): string {
    this.#makePlace(name);
    return `${this.#plain(name)}.new`;
  }
  #makePlace(name: Digest): void {
    const group = this.#groupOf(name);
    if (this.#made.has(group)) return;
    makePrivateDirectory(this.#fs, group);
    this.#made.add(group);
  }
}
