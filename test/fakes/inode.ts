import { FileContent } from './file-content.ts';

export type InodeType = 'file' | 'directory' | 'symlink' | 'other';

/** How a file system treats names. */
export interface NameRules {
  /** `A` and `a` are one name; the one written first is kept. */
  readonly caseless: boolean;
  /** `none`: names are bytes (ext4). `insensitive`: canonically equal names are one, kept as written (APFS). `nfd`: stored as NFD (HFS+). */
  readonly unicode: 'none' | 'insensitive' | 'nfd';
  /** The longest name, in UTF-8 bytes. */
  readonly longest: number;
  /** Names this file system refuses with EINVAL (`a:b` on FAT). */
  readonly refuses: (name: string) => boolean;
}
export const LINUX_NAMES: NameRules = { caseless: false, unicode: 'none', longest: 255, refuses: () => false };

/** One file system: a device number, its room and its rules. */
export interface Volume {
  readonly device: bigint;
  readonly names: NameRules;
  readonly root: Inode;
  /** Bytes; Infinity: no end. */
  capacity: number;
  used: number;
  readOnly: boolean;
  nextNumber: number;
  /** Numbers of inodes that are gone. The last freed is given out first, as file systems like to do. */
  freeNumbers: number[];
}

export interface Entry {
  readonly name: string;
  /** The name's bytes where they are not UTF-8. */
  readonly raw: Uint8Array | null;
  readonly inode: Inode;
}

export interface Inode {
  readonly type: InodeType;
  readonly number: number;
  readonly volume: Volume;
  /** Permission bits. */
  mode: number;
  modifiedNs: bigint;
  changedNs: bigint;
  /** Names it has; for a directory 2 and one for each directory in it, 0 when removed. */
  links: number;
  opens: number;
  /** Belongs to somebody else who lets nobody in. */
  denied: boolean;
  /** Of a file. */
  content: FileContent;
  /** Of a symlink. */
  readonly target: string;
  /** Of a directory, by folded name. */
  readonly entries: Map<string, Entry>;
  /** Of a directory: where it is. A root is its own parent. */
  parent: Inode;
  name: string;
  /** The root of the volume mounted on this directory. */
  mounted: Inode | null;
  /** Of a mounted root: the directory under it. */
  covers: Inode | null;
}

export function makeInode(volume: Volume, type: InodeType, mode: number, at: bigint, target = ''): Inode {
  const inode: Inode = {
    type,
    number: volume.freeNumbers.pop() ?? volume.nextNumber++,
    volume,
    mode,
    modifiedNs: at,
    changedNs: at,
    links: type === 'directory' ? 2 : 0,
    opens: 0,
    denied: false,
    content: new FileContent(),
    target,
    entries: new Map(),
    parent: null as unknown as Inode,
    name: '',
    mounted: null,
    covers: null,
  };
  inode.parent = inode;
  return inode;
}

export function makeVolume(device: bigint, names: NameRules, capacity: number, at: bigint): Volume {
  const volume = {
    device,
    names,
    root: null as unknown as Inode,
    capacity,
    used: 0,
    readOnly: false,
    nextNumber: 2,
    freeNumbers: [],
  };
  volume.root = makeInode(volume, 'directory', 0o755, at);
  return volume;
}

/** The key under which a directory of this volume finds the name. */
export function foldName(name: string, rules: NameRules): string {
  const canonical = rules.unicode === 'none' ? name : name.normalize('NFD');
  // Upper case first: it joins what lower case alone leaves apart (final sigma, long s).
  return rules.caseless ? canonical.toUpperCase().toLowerCase() : canonical;
}

/** The name as the volume stores it. */
export function storedName(name: string, rules: NameRules): string {
  return rules.unicode === 'nfd' ? name.normalize('NFD') : name;
}

/** Absolute path of a directory as it is now. */
export function pathOf(directory: Inode): string {
  const names: string[] = [];
  let at = directory;
  for (;;) {
    if (at.covers !== null) at = at.covers;
    else if (at.parent === at) break;
    else {
      names.unshift(at.name);
      at = at.parent;
    }
  }
  return `/${names.join('/')}`;
}

/** Absolute path of what has this name in a directory. */
export function pathIn(directory: Inode, name: string): string {
  const folder = pathOf(directory);
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
