import { DiskError } from './disk-error.ts';
import { foldName, type Inode } from './inode.ts';

/** Linux follows at most this many links on one path. */
const MOST_LINKS = 40;
const LONGEST_PATH = 4095;

/** Where a path leads. */
export interface Place {
  /** The directory its last name is in. */
  readonly parent: Inode;
  readonly name: string;
  /** The last name as `parent` knows it. */
  readonly key: string;
  /** null: nothing there. */
  readonly inode: Inode | null;
  /** The path ends in `.`, `..` or is `/`: nothing that can be made, renamed or removed by that name. */
  readonly special: 'root' | '.' | '..' | null;
  /** The path ends in `/`. */
  readonly trailing: boolean;
}

export interface Walk {
  readonly root: Inode;
  /** May this process look names up in the directory? */
  readonly mayEnter: (directory: Inode) => boolean;
}

/**
 * Follows a path as the Linux kernel does: links in the middle always, the last one where `follow` says so or the path ends in `/`.
 * Throws ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG; something missing under the last name is no error.
 */
export function walkPath(walk: Walk, path: string, follow: boolean): Place {
  if (path.includes('\0')) throw new TypeError(`path with a null byte: ${JSON.stringify(path)}`);
  if (path !== '' && !path.startsWith('/')) throw new TypeError(`not an absolute path: ${JSON.stringify(path)}`);
  if (utf8Length(path) > LONGEST_PATH) throw new DiskError('ENAMETOOLONG');
  return step(walk, walk.root, path.toWellFormed(), follow, { links: 0 });
}

function step(walk: Walk, start: Inode, path: string, follow: boolean, budget: { links: number }): Place {
  if (path === '') throw new DiskError('ENOENT');
  const names = path.split('/').filter((name) => name !== '');
  let directory = path.startsWith('/') ? walk.root : start;
  if (names.length === 0)
    return { parent: directory, name: '', key: '', inode: directory, special: 'root', trailing: false };
  const trailing = path.endsWith('/');
  for (let at = 0; at < names.length - 1; at++) {
    const place = lookUp(walk, directory, names[at] as string);
    const next = place.inode?.type === 'symlink' ? followLink(walk, place, budget).inode : place.inode;
    if (next === null) throw new DiskError('ENOENT');
    if (next.type !== 'directory') throw new DiskError('ENOTDIR');
    directory = next;
  }
  let last = lookUp(walk, directory, names.at(-1) as string);
  if (last.inode?.type === 'symlink' && (follow || trailing)) last = followLink(walk, last, budget);
  if (trailing && last.inode !== null && last.inode.type !== 'directory') throw new DiskError('ENOTDIR');
  return { ...last, trailing };
}

function lookUp(walk: Walk, directory: Inode, name: string): Place {
  if (!walk.mayEnter(directory)) throw new DiskError('EACCES');
  const found = { parent: directory, name, key: '', trailing: false };
  if (name === '.') return { ...found, inode: directory, special: '.' };
  if (name === '..') return { ...found, inode: above(directory), special: '..' };
  const rules = directory.volume.names;
  if (utf8Length(name) > rules.longest) throw new DiskError('ENAMETOOLONG');
  const key = foldName(name, rules);
  let inode = directory.entries.get(key)?.inode ?? null;
  while (inode?.mounted) inode = inode.mounted;
  return { ...found, key, inode, special: null };
}

function followLink(walk: Walk, link: Place, budget: { links: number }): Place {
  budget.links += 1;
  if (budget.links > MOST_LINKS) throw new DiskError('ELOOP');
  return step(walk, link.parent, (link.inode as Inode).target, true, budget);
}

function above(directory: Inode): Inode {
  let at = directory;
  while (at.parent === at && at.covers !== null) at = at.covers;
  return at.parent;
}

const utf8Length = (text: string): number => Buffer.byteLength(text);
