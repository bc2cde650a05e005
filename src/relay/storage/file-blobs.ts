import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CollectionId, collectionId } from '../../main/record/ids.ts';
import type { BlobStore } from '../rules/blob-store.ts';

const GROUP = /^[0-9a-f]{32}$/;
const PACK = /^[0-9a-f]{64}$/;

/**
 * Packs as files: `<first byte of the group>/<group>/<id>`. Written beside, synced and renamed, so that what has its name is whole. Only the owner
 * may read them.
 */
export class FileBlobs implements BlobStore {
  readonly #root: string;
  /** Distinguishes what is written at the same time. */
  #writes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async put(group: CollectionId, id: string, bytes: Uint8Array): Promise<void> {
    const directory = this.#directory(group);
    const isNew = (await mkdir(directory, { recursive: true, mode: 0o700 })) !== undefined;
    const beside = join(directory, `${id}.${process.pid}-${this.#writes++}.new`);
    try {
      const file = await open(beside, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(beside, join(directory, id));
    } catch (fault) {
      await rm(beside, { force: true });
      throw fault;
    }
    await syncDirectory(directory);
    if (isNew) for (const above of [join(directory, '..'), this.#root]) await syncDirectory(above);
  }

  async read(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array | null> {
    const file = await open(join(this.#directory(group), id), 'r').catch(ifMissing);
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
    await rm(join(this.#directory(group), id), { force: true });
  }

  async *writtenBefore(time: number): AsyncGenerator<{ readonly g: CollectionId; readonly id: string }> {
    for (const first of await names(this.#root))
      for (const name of (await names(join(this.#root, first))).filter((each) => GROUP.test(each))) {
        const g = collectionId(name);
        for (const id of await names(this.#directory(g))) {
          const path = join(this.#directory(g), id);
          const found = await stat(path).catch(ifMissing);
          if (found === null || found.mtimeMs >= time) continue;
          if (PACK.test(id)) yield { g, id };
          else await rm(path, { force: true });
        }
      }
  }

  #directory(group: CollectionId): string {
    return join(this.#root, group.slice(0, 2), group);
  }
}

async function names(directory: string): Promise<readonly string[]> {
  return (await readdir(directory).catch(ifMissing)) ?? [];
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directory; there the rename itself is journalled.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
