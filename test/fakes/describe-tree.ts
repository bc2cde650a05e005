import { createHash } from 'node:crypto';
import type { FileSystem } from '../../src/main/platform/file-system.ts';

export interface DescribeOptions {
  /** Adds `links=N` to files that have several names. */
  readonly links?: boolean;
  /** Adds the permission bits of files and directories. */
  readonly modes?: boolean;
  /** Adds the modification time of files, in microseconds. */
  readonly modified?: boolean;
}

/** Texts up to this many bytes are shown as they are, so that a difference can be read. */
const SHOWN = 64;

/**
 * What is below `root` in any file system: path relative to `root` → what is there, sorted by path. Two trees are equal where the maps
 * are. `directory`, `link to TARGET`, `special`, `file "text"` or `file of SIZE sha256 DIGEST`, with ` executable` where it is.
 */
export function describeTree(fs: FileSystem, root: string, options: DescribeOptions = {}): Map<string, string> {
  const found: [string, string][] = [];
  const walk = (directory: string, prefix: string): void => {
    for (const { name, bytes } of fs.readDirectory(directory)) {
      if (name === null) {
        found.push([`${prefix}<${Buffer.from(bytes ?? []).toString('hex')}>`, 'name that is not Unicode']);
        continue;
      }
      const path = directory === '/' ? `/${name}` : `${directory}/${name}`;
      const { text, enter } = describeItem(fs, path, options);
      found.push([prefix + name, text]);
      if (enter) walk(path, `${prefix}${name}/`);
    }
  };
  walk(root, '');
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function describeItem(fs: FileSystem, path: string, options: DescribeOptions): { text: string; enter: boolean } {
  const stat = fs.lstat(path);
  if (stat === null) throw new Error(`${path} went away while the tree was described`);
  const mode = options.modes ? ` ${(stat.mode & 0o7777).toString(8)}` : '';
  if (stat.type === 'directory') return { text: `directory${mode}`, enter: true };
  if (stat.type === 'symlink') return { text: `link to ${fs.readLink(path)}`, enter: false };
  if (stat.type === 'other') return { text: 'special', enter: false };
  const executable = (stat.mode & 0o100) !== 0 ? ' executable' : '';
  const links = options.links && stat.links > 1 ? ` links=${stat.links}` : '';
  const modified = options.modified ? ` modified=${stat.modifiedNs / 1000n}` : '';
  const content = describeContent(readWhole(fs, path, stat.size));
  return { text: `file ${content}${executable}${mode}${links}${modified}`, enter: false };
}

function describeContent(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  if (buffer.length <= SHOWN && Buffer.from(text).equals(buffer)) return JSON.stringify(text);
  return `of ${buffer.length} sha256 ${createHash('sha256').update(buffer).digest('hex')}`;
}

function readWhole(fs: FileSystem, path: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const fd = fs.open(path, 'read');
  try {
    let at = 0;
    while (at < size) {
      const count = fs.read(fd, bytes, at, size - at, at);
      if (count === 0) throw new Error(`${path} became shorter while the tree was described`);
      at += count;
    }
  } finally {
    fs.close(fd);
  }
  return bytes;
}
