import type { FileSystem } from '../../../platform/file-system.ts';

export interface ProfileWorld {
  readonly fs: Pick<FileSystem, 'lstat' | 'readLink'>;
  readonly platform: NodeJS.Platform;
  /** Does a process of this number run? */
  isRunning(pid: number): boolean;
  /** What the system says of locked files (Linux: `/proc/locks`); null: it does not say. */
  lockedFiles(): string | null;
}

/** `127.0.0.1:+4711`: who holds the profile. */
const HOLDER = /:\+?(\d+)$/;

/**
 * Is Thunderbird running with this profile? It keeps every card in memory, and would write over what anybody else writes meanwhile. Where it
 * cannot be told, it counts as running.
 */
export function isProfileLocked({ fs, platform, isRunning, lockedFiles }: ProfileWorld, profile: string): boolean {
  // On Windows the file goes when Thunderbird ends, whatever ends it.
  if (platform === 'win32')
    return fs.lstat(`${profile}/parent.lock`) !== null || fs.lstat(`${profile}/parentlock`) !== null;
  const link = fs.lstat(`${profile}/lock`);
  if (link !== null) {
    const pid = link.type === 'symlink' ? HOLDER.exec(fs.readLink(`${profile}/lock`))?.[1] : undefined;
    if (pid === undefined || isRunning(Number(pid))) return true;
  }
  // This one stays when Thunderbird ends: what counts is whether somebody holds it.
  const file = fs.lstat(`${profile}/.parentlock`);
  if (file === null) return false;
  const locked = lockedFiles();
  if (locked === null) return true;
  return locked.split('\n').some((line) => line.includes(`:${file.inode} `));
}
