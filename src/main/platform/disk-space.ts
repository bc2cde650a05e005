import { statfs } from 'node:fs/promises';

/** Bytes of a disk: what a program of this user can still write to it, and all of it. */
export interface DiskSpace {
  readonly free: number;
  readonly size: number;
}

/** The disk a path is on; null where the system does not say. Asked beside the threads that work with files: an answer may take its time. */
export async function diskSpace(path: string): Promise<DiskSpace | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch {
    return null;
  }
}
