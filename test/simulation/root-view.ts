import type { Inode } from '../fakes/inode.ts';
import type { MemoryDisk } from '../fakes/memory-disk.ts';
import { walkPath } from '../fakes/walk-path.ts';

/** An item as anyone who looks at the disk sees it. */
export interface Seen {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes of a file as text (each byte a character), the target of a link; '' for others. */
  readonly content: string;
  readonly executable: boolean;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
}
/** What lies below a folder, by path below it. */
export type View = ReadonlyMap<string, Seen>;

export const OWN = '.lockstep';

/** What lies below `root`, without the program's own directory; null: there is no such folder. Costs no call of any process. */
export function viewRoot(disk: MemoryDisk, root: string): View | null {
  const top = directoryAt(disk, root);
  if (top === null) return null;
  const view = new Map<string, Seen>();
  walk(top, '', view, (path) => path === OWN);
  return view;
}

/** Contents of files in the program's own directory below `root`. */
export function stagedContents(disk: MemoryDisk, root: string): ReadonlySet<string> {
  return new Set([...viewOwn(disk, root).values()].filter((seen) => seen.type === 'file').map((seen) => seen.content));
}
/** Their paths below `root`. */
export function stagedPaths(disk: MemoryDisk, root: string): readonly string[] {
  return [...viewOwn(disk, root).keys()].map((path) => `${OWN}/${path}`);
}

function viewOwn(disk: MemoryDisk, root: string): View {
  const top = directoryAt(disk, `${root}/${OWN}`);
  const view = new Map<string, Seen>();
  if (top !== null) walk(top, '', view, () => false);
  return view;
}

function directoryAt(disk: MemoryDisk, path: string): Inode | null {
  try {
    const { inode } = walkPath({ root: disk.root.root, mayEnter: () => true }, path, false);
    const found = inode?.mounted ?? inode;
    return found?.type === 'directory' ? found : null;
  } catch {
    return null;
  }
}

function walk(directory: Inode, prefix: string, into: Map<string, Seen>, skip: (path: string) => boolean): void {
  const entries = [...directory.entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, inode } of entries) {
    const path = `${prefix}${name}`;
    if (skip(path)) continue;
    into.set(path, seen(inode));
    if (inode.type === 'directory') walk(inode.mounted ?? inode, `${path}/`, into, skip);
  }
}

function seen(inode: Inode): Seen {
  const content = inode.type === 'file' ? latin1(inode.content.bytes()) : inode.target;
  const executable = inode.type === 'file' && (inode.mode & 0o100) !== 0;
  return { type: inode.type, content, executable, modified: inode.modifiedNs };
}

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
export const bytesOfText = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
