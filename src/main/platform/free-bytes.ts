import { statfsSync } from 'node:fs';

/** Bytes a program of this user can still write to the disk a path is on; null where the system does not say. */
export function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
