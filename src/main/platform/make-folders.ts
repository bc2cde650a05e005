import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, where they are missing. Node's own way never returns where a file system says of a folder in one that
 * is there that it cannot be found, as those do that make folders themselves (automounted ones, /proc).
 */
export function makeFolders(path: string, mode = 0o777): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent, mode);
  try {
    mkdirSync(path, mode);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(path)) throw cause;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
