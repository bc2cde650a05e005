import type { VersionStore } from '../../content/version-store.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { NamePlatform } from './names.ts';
import { OWN_DIRECTORY } from './path-guard.ts';
import type { StagedHashes } from './staged-hashes.ts';

/** What constructing, staging and recovering one root needs. */
export interface ConstructContext {
  readonly fs: FileSystem;
  /** A real path. Only one construction runs in a root at a time. */
  readonly root: string;
  readonly platform: NamePlatform;
  /** The disk does not tell names apart by case. */
  readonly folding: boolean;
  readonly versions: VersionStore;
  /** Of large files in staging. */
  readonly hashes: StagedHashes;
  /** The mode of a new file that may not be executed: 0666 without the process's umask. */
  readonly newFileMode: number;
}

/** The directory in which everything of this root is made before it is moved into place; private to the user. */
export function stagingOf(root: string): string {
  return `${root}/${OWN_DIRECTORY}/staging`;
}

/** Makes the staging directory where it is missing. Throws `no-staging` where something else is in its way. */
export function ensureStaging(fs: FileSystem, root: string): string {
  const staging = stagingOf(root);
  for (const path of [`${root}/${OWN_DIRECTORY}`, staging]) {
    const stat = fs.lstat(path);
    if (stat === null) {
      fs.makeDirectory(path);
      fs.setMode(path, 0o700);
    } else if (stat.type !== 'directory') {
      throw new LockstepError(
        'no-staging',
        `${path} is no directory: move it away, it is where files are put together.`,
        path,
      );
    }
  }
  return staging;
}
