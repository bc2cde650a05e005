import type { FileSystem } from '../platform/file-system.ts';

/** Is this directory that of a version store in which nothing was ever kept? Costs two looks, and no `VersionStore`. */
export function keepsNothing(fs: FileSystem, directory: string): boolean {
  const isEmpty = (path: string): boolean => fs.lstat(path) === null || fs.readDirectory(path).length === 0;
  try {
    return isEmpty(`${directory}/packs`) && isEmpty(`${directory}/objects`);
  } catch {
    // Whoever opens it will say why it cannot be read.
    return false;
  }
}
