import type { BigIntStats, Dirent } from 'node:fs';
import * as fs from 'node:fs';
import type { DirectoryName, FileStat, FileSystem, Glance } from './file-system.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
// Windows has neither flag; links and special files are told apart by lstat there.
const O_CAREFUL = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

const OPEN_FLAGS = {
  read: O_RDONLY | O_CAREFUL,
  'create-new': O_WRONLY | O_CREAT | O_EXCL | O_CAREFUL,
  write: O_WRONLY | O_CAREFUL,
} as const;

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;

const LSTAT = { bigint: true, throwIfNoEntry: false } as const;
const GLANCE = { throwIfNoEntry: false } as const;
const FSTAT = { bigint: true } as const;
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const REPLACEMENT = '\ufffd';

function toStat(stat: BigIntStats): FileStat {
  const mode = Number(stat.mode);
  const format = mode & S_IFMT;
  return {
    type: format === S_IFREG ? 'file' : format === S_IFDIR ? 'directory' : format === S_IFLNK ? 'symlink' : 'other',
    size: Number(stat.size),
    mode,
    modifiedNs: stat.mtimeNs,
    changedNs: stat.ctimeNs,
    inode: stat.ino,
    device: stat.dev,
    links: Number(stat.nlink),
  };
}

function lstat(path: string): FileStat | null {
  try {
    const stat = fs.lstatSync(path, LSTAT);
    return stat === undefined ? null : toStat(stat);
  } catch (error) {
    return nothingAt(error);
  }
}

/** Without the large integers of a whole `lstat`, of which there are eighteen. */
function glance(path: string): Glance | null {
  try {
    return fs.lstatSync(path, GLANCE) ?? null;
  } catch (error) {
    return nothingAt(error);
  }
}

/** throwIfNoEntry lets this one through: something on the way is no directory. */
function nothingAt(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
  throw error;
}

function typeOf(entry: Dirent<string> | Dirent<Buffer>): DirectoryName['type'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'symlink';
  return entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice() ? 'other' : 'unknown';
}

/** Names that were not UTF-8 show as U+FFFD; only a directory with one is read a second time, as bytes. */
function readDirectory(path: string): readonly DirectoryName[] {
  const entries = fs.readdirSync(path, { withFileTypes: true });
  const names: DirectoryName[] = [];
  for (const entry of entries) {
    if (entry.name.includes(REPLACEMENT)) return readDirectoryBytes(path);
    names.push({ name: entry.name, type: typeOf(entry) });
  }
  return names;
}

function readDirectoryBytes(path: string): readonly DirectoryName[] {
  return fs.readdirSync(path, { withFileTypes: true, encoding: 'buffer' }).map((entry) => {
    const name = strictText(entry.name);
    return name === null
      ? { name, bytes: new Uint8Array(entry.name), type: typeOf(entry) }
      : { name, type: typeOf(entry) };
  });
}

function strictText(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

function readLink(path: string): string {
  const target = strictText(fs.readlinkSync(path, { encoding: 'buffer' }));
  if (target !== null) return target;
  throw Object.assign(new Error(`EILSEQ: the target of the link is not Unicode, readlink '${path}'`), {
    code: 'EILSEQ',
  });
}

function setModified(path: string, microseconds: number): void {
  // utimes takes seconds as a double, off by up to a quarter of a microsecond: the quarter added keeps the result within the
  // microsecond meant, whether it is then rounded or cut. The time of access cannot be left out, so it is given as it was.
  const access = fs.lstatSync(path).atimeMs / 1000;
  // As text, for Node takes a negative number for the time it is now.
  fs.lutimesSync(path, String(access), String((microseconds + 0.25) / 1_000_000));
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const fd = fs.openSync(path, O_RDONLY);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

const NO_CLONES = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY', 'EXDEV', 'EINVAL']);

function clone(from: string, to: string): boolean {
  try {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    if (NO_CLONES.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** The disk of this computer. Every call is synchronous and throws Node's own errors (`code`, `path`). */
export const nodeFileSystem: FileSystem = {
  lstat,
  glance,
  readDirectory,
  readLink,
  open: (path, how) => fs.openSync(path, OPEN_FLAGS[how], 0o666),
  read: (fd, into, offset, length, position) => fs.readSync(fd, into, offset, length, position),
  write: (fd, bytes, offset, length, position) => fs.writeSync(fd, bytes, offset, length, position),
  fstat: (fd) => toStat(fs.fstatSync(fd, FSTAT)),
  truncate: (fd, size) => fs.ftruncateSync(fd, size),
  sync: (fd) => fs.fsyncSync(fd),
  syncAll: (fds) => Promise.all(fds.map((fd) => new Promise<Error | null>((done) => fs.fsync(fd, done)))),
  close: (fd) => fs.closeSync(fd),
  makeDirectory: (path) => {
    fs.mkdirSync(path);
  },
  removeDirectory: (path) => fs.rmdirSync(path),
  unlink: (path) => fs.unlinkSync(path),
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  symlink: (target, path) => fs.symlinkSync(target, path),
  setModified,
  setMode: (path, mode) => fs.chmodSync(path, mode),
  copy: (from, to) => fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE),
  clone,
  startSync: (path) => {
    const fd = fs.openSync(path, OPEN_FLAGS.write);
    fs.fdatasync(fd, () => fs.closeSync(fd));
  },
  syncDirectory,
};
