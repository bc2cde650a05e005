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

/** A last name that is no name: `/`, `.` or `..`. */
export const isSpecial = (name: string): boolean => name === '' || name === '.' || name === '..';

/** A path walked up to its last name, which has not been looked up yet. */
export interface ParentPlace {
  readonly directory: Inode;
  readonly last: string;
  readonly trailing: boolean;
}

/**
 * Follows a path as the Linux kernel does to open or look at what is there: links in the middle always, the last one where
 * `follow` says so or the path ends in `/`. Throws ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG; nothing under the last name is no error.
 */
export function walkPath(walk: Walk, path: string, follow: boolean): Place {
  return toItem(walk, walkParent(walk, path), follow, { links: 0 });
}

/** As the kernel does to make, rename or remove a name: the last name stands for itself and is looked up by `lookUpLast`. */
export function walkParent(walk: Walk, path: string): ParentPlace {
  if (path.includes('\0')) throw new TypeError(`path with a null byte: ${JSON.stringify(path)}`);
  if (path !== '' && !path.startsWith('/')) throw new TypeError(`not an absolute path: ${JSON.stringify(path)}`);
  if (utf8Length(path) > LONGEST_PATH) throw new DiskError('ENAMETOOLONG');
  return toParent(walk, walk.root, path.toWellFormed(), { links: 0 });
}

export function lookUpLast(walk: Walk, { directory, last, trailing }: ParentPlace): Place {
  if (last === '') return { parent: directory, name: '', key: '', inode: directory, special: 'root', trailing: false };
  return { ...lookUp(walk, directory, last), trailing };
}

function toParent(walk: Walk, start: Inode, path: string, budget: { links: number }): ParentPlace {
  if (path === '') throw new DiskError('ENOENT');
  const names = path.split('/').filter((name) => name !== '');
  const last = names.pop() ?? '';
  let directory = path.startsWith('/') ? walk.root : start;
  for (const name of names) {
    const place = lookUp(walk, directory, name);
    const next = place.inode?.type === 'symlink' ? followLink(walk, place, budget).inode : place.inode;
    if (next === null) throw new DiskError('ENOENT');
    if (next.type !== 'directory') throw new DiskError('ENOTDIR');
    directory = next;
  }
  if (!walk.mayEnter(directory)) throw new DiskError('EACCES');
  return { directory, last, trailing: last !== '' && path.endsWith('/') };
}

function toItem(walk: Walk, parent: ParentPlace, follow: boolean, budget: { links: number }): Place {
  let place = lookUpLast(walk, parent);
  const { trailing } = parent;
  if (place.inode?.type === 'symlink' && (follow || trailing)) place = followLink(walk, place, budget);
  if (trailing && place.inode !== null && place.inode.type !== 'directory') throw new DiskError('ENOTDIR');
  return { ...place, trailing };
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
  return toItem(walk, toParent(walk, link.parent, (link.inode as Inode).target, budget), true, budget);
}

function above(directory: Inode): Inode {
  let at = directory;
  while (at.parent === at && at.covers !== null) at = at.covers;
  return at.parent;
}

const utf8Length = (text: string): number => Buffer.byteLength(text);
