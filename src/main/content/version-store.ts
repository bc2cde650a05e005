import type { FileStat, FileSystem } from '../platform/file-system.ts';
import { digestOf } from '../platform/hash.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Digest } from '../record/ids.ts';
import { GROUPS, LargeObjects } from './large-objects.ts';
import { SMALL_OBJECT } from './pack-block.ts';
import { PackFiles } from './pack-files.ts';
import { hashFile, isFile, makePrivateDirectory, readBytes, readFile } from './whole-files.ts';
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

/**
 * What history can give back: content named by its SHA-256. Up to 64 KiB many share a pack (`packs/`, compressed); larger ones are
 * files of their own below `objects/`.
 * All is 0600, nothing is a link to an inode that something else can write to, and nothing is given back unverified: a damaged
 * object counts as absent and is named to `onDamage`. One instance a directory at a time.
 */
export class VersionStore {
  readonly #fs: FileSystem;
  readonly #packs: PackFiles;
  readonly #large: LargeObjects;
  readonly #lent = new Map<Digest, string>();

  /** `directory` exists; what is missing in it is made. */
  constructor(fs: FileSystem, directory: string, onDamage: (digest: Digest, where: string) => void = () => {}) {
    this.#fs = fs;
    makePrivateDirectory(fs, `${directory}/packs`);
    makePrivateDirectory(fs, `${directory}/objects`);
    this.#packs = new PackFiles(fs, `${directory}/packs`, onDamage);
    this.#large = new LargeObjects(fs, `${directory}/objects`, onDamage);
  }

  /** Is it kept, or lent? Says nothing about damage. */
  has(name: Digest): boolean {
    return this.#lent.has(name) || this.#isKept(name);
  }

  /** The object, or null where it is not here, damaged, or over 1 GiB (see `readTo`). */
  read(name: Digest): Uint8Array | null {
    return (
      this.#packs.read(name) ?? this.#large.readPlain(name) ?? this.#readLent(name) ?? this.#large.readCompressed(name)
    );
  }

  /** What was lent is still the user's file, which nobody may be allowed to read. */
  #readLent(name: Digest): Uint8Array | null {
    const path = this.#lent.get(name);
    if (path === undefined) return null;
    try {
      const bytes = readFile(this.#fs, path);
      return bytes !== null && digestOf(bytes) === name ? bytes : null;
    } catch {
      return null;
    }
  }

  /** Makes the file `path`, which must not exist, hold the object. False (and no file) where it is not here or damaged. */
  readTo(name: Digest, path: string): boolean {
    const plain = this.#large.plainPath(name);
    const source = plain ?? this.#lentPath(name);
    if (source !== null && !this.#packs.has(name)) {
      this.#fs.copy(source, path);
      if (hashFile(this.#fs, path) === name) return true;
      this.#fs.unlink(path);
      if (source === plain) this.#large.putAside(name);
      return false;
    }
    const bytes = this.read(name);
    if (bytes === null) return false;
    this.#writeFile(path, bytes);
    return true;
  }

  #lentPath(name: Digest): string | null {
    const path = this.#lent.get(name);
    return path !== undefined && isFile(this.#fs, path) ? path : null;
  }

  #writeFile(path: string, bytes: Uint8Array): void {
    const fd = this.#fs.open(path, 'create-new');
    try {
      writeFully(this.#fs, fd, bytes, 0);
    } catch (error) {
      this.#fs.unlink(path);
      throw error;
    } finally {
      this.#fs.close(fd);
    }
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
        const kept = small ? this.#pack(file, stat.size) : this.#large.keepFile(file.path, file.digest, stat, how.move);
        results.push({ kept, left: null });
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
    if (bytes.length <= SMALL_OBJECT) this.#packs.add(name, bytes);
    else this.#large.keepBytes(name, bytes);
  }

  /** Waits until everything kept is on the disk. */
  flush(): void {
    this.#packs.flush();
  }

  /** Forgets objects; names that are not here are ignored. */
  drop(names: readonly Digest[]): void {
    this.#packs.drop(names);
    for (const name of names) this.#large.drop(name);
  }

  /** What is kept, part by part from 0 on: a part is a directory of large objects or a pack. Lent files are not part of it, and what an interruption left half written goes. */
  listing(part: number): KeptListing {
    if (part >= GROUPS) {
      const { items, more } = this.#packs.entries(part - GROUPS);
      return { items, next: more ? part + 1 : null };
    }
    return { items: this.#large.listing(part), next: part + 1 };
  }

  /** Bytes it takes on disk. Looks at every large object. */
  size(): number {
    return this.#packs.size() + this.#large.size();
  }

  close(): void {
    this.#packs.close();
  }

  #isKept(name: Digest): boolean {
    return this.#packs.has(name) || this.#large.has(name);
  }

  #pack(file: FileToKeep, size: number): Digest {
    const bytes = readBytes(this.#fs, file.path, size);
    const name = digestOf(bytes);
    // Read, not only looked up: what is kept must be sound before the file goes.
    if (this.#packs.read(name) === null) this.#packs.add(name, bytes);
    return name;
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
}
