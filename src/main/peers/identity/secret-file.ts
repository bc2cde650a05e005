import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from '../../platform/make-folders.ts';

const OWNER_ONLY = 0o600;

/**
 * Writes a file only its owner may read, whole or not at all: after a crash there are the old bytes or the new ones. The directory is
 * made, 0700, where it is missing. Throws what the file system throws.
 */
export function writeSecretFile(path: string, bytes: Uint8Array): void {
  const directory = dirname(path);
  makeFolders(directory, 0o700);
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  const file = openSync(beside, 'wx', OWNER_ONLY);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncDirectory(directory);
}

/** null where there is no such file. */
export function readSecretFile(path: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function syncDirectory(path: string): void {
  // Windows opens no directory; there the rename itself is journalled.
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
