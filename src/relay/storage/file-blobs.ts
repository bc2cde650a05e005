import * as nodeFiles from 'node:fs/promises';
import { join } from 'node:path';
import { type CollectionId, collectionId } from '../../main/record/ids.ts';
import type { BlobStore } from '../rules/blob-store.ts';

const GROUP = /^[0-9a-f]{32}$/;
const PACK = /^[0-9a-f]{64}$/;

/** As `node:fs/promises`. */
export type BlobFiles = Pick<typeof nodeFiles, 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm' | 'stat'>;

/** Of so many groups it is known that their folders are on the disk; then that is forgotten. */
const KNOWN_GROUPS = 10_000;

/**
 * Packs as files: `<first byte of the group>/<group>/<id>`. Written beside, synced and renamed, so that what has its name is whole. Only the owner
 * may read them.
 */
export class FileBlobs implements BlobStore {
  readonly #root: string;
  readonly #files: BlobFiles;
  /** Groups whose folders are on the disk for sure: one that was found may have been made by a process that ended before it could see to that. */
  readonly #durable = new Set<CollectionId>();
  /** Distinguishes what is written at the same time. */
  #writes = 0;

  constructor(root: string, files: BlobFiles = nodeFiles) {
    this.#root = root;
    this.#files = files;
  }

  async put(group: CollectionId, id: string, bytes: Uint8Array): Promise<void> {
    const directory = this.#directory(group);
    await this.#files.mkdir(directory, { recursive: true, mode: 0o700 });
    const beside = join(directory, `${id}.${process.pid}-${this.#writes++}.new`);
    try {
      const file = await this.#files.open(beside, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.#files.rename(beside, join(directory, id));
    } catch (fault) {
      await this.#files.rm(beside, { force: true });
      throw fault;
    }
    await this.#sync(directory);
    if (!this.#durable.has(group)) await this.#syncAbove(group);
  }

  async read(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array | null> {
    const file = await this.#files.open(join(this.#directory(group), id), 'r').catch(ifMissing);
    if (file === null) return null;
    try {
      const bytes = Buffer.allocUnsafe(length);
      let at = 0;
      while (at < length) {
        const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    } finally {
      await file.close();
    }
  }

  async remove(group: CollectionId, id: string): Promise<void> {
    await this.#files.rm(join(this.#directory(group), id), { force: true });
  }

  async *writtenBefore(time: number): AsyncGenerator<{ readonly g: CollectionId; readonly id: string }> {
    for (const first of await this.#names(this.#root))
      for (const name of (await this.#names(join(this.#root, first))).filter((each) => GROUP.test(each))) {
        const g = collectionId(name);
        for (const id of await this.#names(this.#directory(g))) {
          const path = join(this.#directory(g), id);
          const found = await this.#files.stat(path).catch(ifMissing);
          if (found === null || found.mtimeMs >= time) continue;
          if (PACK.test(id)) yield { g, id };
          else await this.#files.rm(path, { force: true });
        }
      }
  }

  #directory(group: CollectionId): string {
    return join(this.#root, group.slice(0, 2), group);
  }

  async #names(directory: string): Promise<readonly string[]> {
    return (await this.#files.readdir(directory).catch(ifMissing)) ?? [];
  }

  async #syncAbove(group: CollectionId): Promise<void> {
    for (const above of [join(this.#directory(group), '..'), this.#root]) await this.#sync(above);
    if (this.#durable.size >= KNOWN_GROUPS) this.#durable.clear();
    this.#durable.add(group);
  }

  async #sync(path: string): Promise<void> {
    // Windows opens no directory; there the rename itself is journalled.
    if (process.platform === 'win32') return;
    const directory = await this.#files.open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
