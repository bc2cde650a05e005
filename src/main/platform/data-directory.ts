import { chmodSync, realpathSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { makeFolders } from './make-folders.ts';
import { LockstepError } from './trouble.ts';

type Environment = { readonly [name: string]: string | undefined };

/** Where an instance keeps its state when nothing else is said: `LOCKSTEP_DATA`, else the platform's application-data folder. */
export function defaultDataDirectory(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  // HOME may be set and empty: then it is where the system says, not where somebody happens to be.
  home: string = homedir() || userInfo().homedir,
): string {
  if (environment.LOCKSTEP_DATA) return resolve(environment.LOCKSTEP_DATA);
  if (platform === 'win32') return join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Lockstep');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Lockstep');
  // A relative one does not count, as its specification says.
  const shared = environment.XDG_DATA_HOME ?? '';
  return join(isAbsolute(shared) ? shared : join(home, '.local', 'share'), 'lockstep');
}

/** Why the system does not let us have a directory there, in plain words. */
const WHY: { readonly [code: string]: string } = {
  ENOENT: 'it cannot be made there',
  EACCES: 'your user may not do that there',
  EPERM: 'your user may not do that there',
  EROFS: 'that disk can only be read',
  ENOSPC: 'that disk is full',
};

/** Makes the directory where it is missing, closes it to other users, and returns its real path. Fails with `bad-data-directory`. */
export function openDataDirectory(path: string): string {
  try {
    makeFolders(path, 0o700);
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
    return realpathSync(path);
  } catch (cause) {
    const { code = '', path: place = path, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? `${place} is a file` : (WHY[code] ?? message);
    throw new LockstepError(
      'bad-data-directory',
      `Cannot use ${path} as data directory: ${why}. Choose another one with --data.`,
      path,
      cause,
    );
  }
}

/** The real path of a data directory; null: there is none. */
export function existingDataDirectory(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
