import type { DirectoryName, FileStat, FileSystem, Glance } from '../../src/main/platform/file-system.ts';
import { CallGate } from './call-gate.ts';
import { DiskError } from './disk-error.ts';
import type { FaultPlan } from './fault-plan.ts';
import { type Inode, type InodeType, storedName } from './inode.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { Permission } from './permission.ts';
import { renameEntry } from './rename-entry.ts';
import { isSpecial, lookUpLast, type Place, type Walk, walkParent, walkPath } from './walk-path.ts';

const FORMAT: Record<InodeType, number> = { file: 0o100000, directory: 0o040000, symlink: 0o120000, other: 0o010000 };

interface OpenFile {
  readonly inode: Inode;
  readonly path: string;
  /** Where it was opened: what a watcher hears of. */
  readonly place: Place;
  readonly mode: 'read' | 'write';
}

/**
 * One process' view of a `MemoryDisk`: the semantics of Linux 6 on ext4 (umask 022, one user), compared call by call with the real
 * one in test/unit/fakes. It counts its calls and lets a `FaultPlan` spoil them. Once dead it stays so: every call throws
 * `Crash`, so a `finally` of a dead process cleans nothing up.
 */
export class MemoryFileSystem implements FileSystem {
  readonly disk: MemoryDisk;
  readonly #gate: CallGate;
  readonly #permission: Permission;
  readonly #epoch: number;
  readonly #files = new Map<number, OpenFile>();
  #ended: boolean;

  /** `everything`: no permission binds it (for looking at a disk from outside). */
  constructor(disk: MemoryDisk, plan: FaultPlan | null = null, everything = false) {
    this.disk = disk;
    this.#gate = new CallGate(this, plan);
    this.#permission = new Permission(everything ? 'everything' : disk.superuser ? 'superuser' : 'user');
    this.#epoch = disk.epoch;
    this.#ended = false;
  }

  /** Calls so far: what to enumerate crash points by. */
  get calls(): number {
    return this.#gate.calls;
  }
  get callsByName(): ReadonlyMap<string, number> {
    return this.#gate.callsByName;
  }
  /** May be exchanged at any time; null: nothing goes wrong. */
  set plan(plan: FaultPlan | null) {
    this.#gate.plan = plan;
  }
  get dead(): boolean {
    return this.#ended || this.#epoch !== this.disk.epoch;
  }
  /** Paths by which files are open now. */
  get openPaths(): readonly string[] {
    return [...this.#files.values()].map((file) => file.path);
  }

  /** The process ends (`kill -9`): its files are closed, nothing is lost, nothing more happens. */
  kill(): void {
    if (this.dead) return;
    this.#ended = true;
    for (const file of this.#files.values()) this.#letGo(file);
    this.#files.clear();
  }

  lstat(path: string): FileStat | null {
    return this.#gate.pass('lstat', path, () => this.#stat(path));
  }

  glance(path: string): Glance | null {
    return this.#gate.pass('glance', path, () => {
      const stat = this.#stat(path);
      if (stat === null) return null;
      const { size, mode, inode, modifiedNs, changedNs } = stat;
      return { size, mode, ino: Number(inode), mtimeMs: Number(modifiedNs) / 1e6, ctimeMs: Number(changedNs) / 1e6 };
    });
  }

  #stat(path: string): FileStat | null {
    try {
      const { inode } = this.#walk(path, false);
      return inode === null ? null : toStat(inode);
    } catch (error) {
      if (error instanceof DiskError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
      throw error;
    }
  }

  readDirectory(path: string): readonly DirectoryName[] {
    return this.#gate.pass('readDirectory', path, () => {
      const directory = this.#there(this.#walk(path, true));
      if (directory.type !== 'directory') throw new DiskError('ENOTDIR');
      this.#permission.demand(directory, 'read');
      return [...directory.entries.values()].map(({ name, raw, inode: { type } }) =>
        raw === null ? { name, type } : { name: null, bytes: raw, type },
      );
    });
  }

  readLink(path: string): string {
    return this.#gate.pass('readLink', path, () => {
      const inode = this.#there(this.#walk(path, false));
      if (inode.type !== 'symlink') throw new DiskError('EINVAL');
      return inode.target;
    });
  }

  open(path: string, how: 'read' | 'create-new' | 'write'): number {
    return this.#gate.pass('open', path, () => {
      if (how !== 'create-new') {
        const there = this.#walk(path, false);
        return this.#addFile(this.#openable(there, how), path, there, how);
      }
      const place = this.#newFile(path);
      return this.#addFile(this.disk.create(place, 'file', 0o644), path, place, 'write');
    });
  }

  read(fd: number, into: Uint8Array, offset: number, length: number, position: number): number {
    return this.#gate.pass('read', this.#nameOf(fd), (limit) => {
      const { inode, mode } = this.#file(fd);
      if (mode !== 'read') throw new DiskError('EBADF');
      if (inode.type === 'directory') throw new DiskError('EISDIR');
      return inode.content.read(into, offset, Math.min(length, limit), position);
    });
  }

  write(fd: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    const half = Math.floor(length / 2);
    const write = (limit: number) => {
      const { inode, mode, place } = this.#file(fd);
      if (mode !== 'write') throw new DiskError('EBADF');
      const part = bytes.subarray(offset, offset + Math.min(length, limit));
      const written = this.disk.writeContent(inode, part, position);
      this.disk.changed(place.parent, place.name);
      return written;
    };
    return this.#gate.pass('write', this.#nameOf(fd), write, { halfWay: () => half > 0 && write(half) });
  }

  fstat(fd: number): FileStat {
    return this.#gate.pass('fstat', this.#nameOf(fd), () => toStat(this.#file(fd).inode));
  }

  truncate(fd: number, size: number): void {
    this.#gate.pass('truncate', this.#nameOf(fd), () => {
      const { inode, mode, place } = this.#file(fd);
      if (mode !== 'write') throw new DiskError('EINVAL');
      this.disk.resizeContent(inode, size);
      this.disk.changed(place.parent, place.name);
    });
  }

  sync(fd: number): void {
    this.#gate.pass('sync', this.#nameOf(fd), () => {
      const { inode } = this.#file(fd);
      inode.content.sync();
      if (inode.type === 'directory' || this.disk.syncCommitsNames) this.disk.commitNames();
    });
  }

  async syncAll(fds: readonly number[]): Promise<readonly (Error | null)[]> {
    return fds.map((fd) => {
      try {
        this.sync(fd);
        return null;
      } catch (error) {
        if ((error as { code?: string }).code === undefined) throw error;
        return error as Error;
      }
    });
  }

  close(fd: number): void {
    this.#gate.pass('close', this.#nameOf(fd), () => {
      const file = this.#file(fd);
      this.#files.delete(fd);
      this.#letGo(file);
    });
  }

  makeDirectory(path: string): void {
    this.#gate.pass('makeDirectory', path, () => {
      const place = this.#name(path);
      this.#permission.demandNew(place);
      this.disk.create(place, 'directory', 0o755);
    });
  }

  removeDirectory(path: string): void {
    this.#gate.pass('removeDirectory', path, () => {
      const place = this.#name(path);
      if (place.special !== null)
        throw new DiskError(place.special === '.' ? 'EINVAL' : place.special === '..' ? 'ENOTEMPTY' : 'EBUSY');
      const inode = this.#there(place);
      this.#permission.demand(place.parent, 'write');
      if (inode.type !== 'directory') throw new DiskError('ENOTDIR');
      if (inode.covers !== null) throw new DiskError('EBUSY');
      if (inode.entries.size > 0) throw new DiskError('ENOTEMPTY');
      this.disk.record((undo) => this.disk.setEntry(undo, place.parent, place.key, null));
    });
  }

  unlink(path: string): void {
    this.#gate.pass('unlink', path, () => {
      const place = this.#name(path);
      if (place.special !== null) throw new DiskError('EISDIR');
      const inode = this.#there(place);
      if (place.trailing) throw new DiskError(inode.type === 'directory' ? 'EISDIR' : 'ENOTDIR');
      this.#permission.demand(place.parent, 'write');
      if (inode.type === 'directory') throw new DiskError('EISDIR');
      this.disk.record((undo) => this.disk.setEntry(undo, place.parent, place.key, null));
    });
  }

  rename(from: string, to: string): void {
    this.#gate.pass('rename', from, () => this.#rename(from, to), { to });
  }

  link(from: string, to: string): void {
    const run = () => {
      const inode = this.#there(this.#walk(from, false));
      const place = this.#name(to);
      if (place.inode !== null || place.special !== null) throw new DiskError('EEXIST');
      if (place.trailing) throw new DiskError('ENOENT');
      if (inode.volume !== place.parent.volume) throw new DiskError('EXDEV');
      this.#permission.demandNew(place);
      if (inode.type === 'directory' || inode.denied) throw new DiskError('EPERM');
      const name = storedName(place.name, place.parent.volume.names);
      this.disk.record((undo) => this.disk.setEntry(undo, place.parent, place.key, { name, raw: null, inode }));
    };
    this.#gate.pass('link', from, run, { to });
  }

  symlink(target: string, path: string): void {
    this.#gate.pass('symlink', path, () => {
      if (target === '') throw new DiskError('ENOENT');
      if (Buffer.byteLength(target) > 4095) throw new DiskError('ENAMETOOLONG');
      const place = this.#name(path);
      if (place.inode === null && place.trailing) throw new DiskError('ENOENT');
      this.#permission.demandNew(place);
      this.disk.create(place, 'symlink', 0o777, target);
    });
  }

  setModified(path: string, microseconds: number): void {
    this.#gate.pass('setModified', path, () => {
      const place = this.#walk(path, false);
      this.disk.setModified(this.#owned(place), BigInt(Math.trunc(microseconds)) * 1000n);
      this.disk.changed(place.parent, place.name);
    });
  }

  /** Follows a final link, as chmod does. */
  setMode(path: string, mode: number): void {
    this.#gate.pass('setMode', path, () => {
      const place = this.#walk(path, true);
      this.disk.setMode(this.#owned(place), mode & 0o7777);
      this.disk.changed(place.parent, place.name);
    });
  }

  /** Follows a final link of `from`, as copyFile does. */
  copy(from: string, to: string): void {
    const copy = (part: number) => {
      const source = this.#openable(this.#walk(from, true), 'read');
      const place = this.#newFile(to);
      if (source.type === 'directory') throw new DiskError('EISDIR');
      const bytes = source.content.bytes();
      const wanted = Math.floor(bytes.length * part);
      if (this.disk.free(place.parent.volume) < wanted) throw new DiskError('ENOSPC');
      const made = this.disk.create(place, 'file', source.mode);
      this.disk.writeContent(made, bytes.subarray(0, wanted), 0);
      this.disk.changed(place.parent, place.name);
    };
    this.#gate.pass('copy', from, () => copy(1), { to, halfWay: () => copy(0.5) });
  }

  clone(from: string, to: string): boolean {
    if (!this.disk.clones) return false;
    this.copy(from, to);
    return true;
  }

  /** What is not synced yet may always be on the disk. */
  startSync(_path: string): void {}

  syncDirectory(path: string): void {
    this.#gate.pass('syncDirectory', path, () => {
      this.#openable(this.#walk(path, true), 'read');
      this.disk.commitNames();
    });
  }

  #rename(from: string, to: string): void {
    // Both directories come first, then the names in them: that decides which error wins.
    const fromParent = walkParent(this.#lookUps, from);
    const toParent = walkParent(this.#lookUps, to);
    renameEntry(this.disk, this.#permission, this.#lookUps, fromParent, toParent);
  }

  get #lookUps(): Walk {
    return { root: this.disk.root.root, mayEnter: (directory) => this.#permission.may(directory, 'enter') };
  }

  #walk(path: string, follow: boolean): Place {
    return walkPath(this.#lookUps, path, follow);
  }

  /** The place of a name that is to be made or removed. */
  #name(path: string): Place {
    return lookUpLast(this.#lookUps, walkParent(this.#lookUps, path));
  }

  /** The place for a file that is to be made by open: the kernel looks at the end of the path before the name. */
  #newFile(path: string): Place {
    const parent = walkParent(this.#lookUps, path);
    if (parent.trailing && !isSpecial(parent.last)) throw new DiskError('EISDIR');
    const place = lookUpLast(this.#lookUps, parent);
    this.#permission.demandNew(place);
    return place;
  }

  #there(place: Place): Inode {
    if (place.inode === null) throw new DiskError('ENOENT');
    return place.inode;
  }

  #openable(place: Place, how: 'read' | 'write'): Inode {
    const inode = this.#there(place);
    if (inode.type === 'symlink') throw new DiskError('ELOOP');
    if (how === 'write' && inode.type === 'directory') throw new DiskError('EISDIR');
    this.#permission.demand(inode, how);
    // Nobody reads the other end of a FIFO.
    if (how === 'write' && inode.type === 'other') throw new DiskError('ENXIO');
    return inode;
  }

  #owned(place: Place): Inode {
    const inode = this.#there(place);
    this.#permission.demandOwn(inode);
    return inode;
  }

  #addFile(inode: Inode, path: string, place: Place, mode: 'read' | 'write'): number {
    inode.opens += 1;
    // The lowest number free, as POSIX has it: a stale one soon names another file.
    let fd = 3;
    while (this.#files.has(fd)) fd++;
    this.#files.set(fd, { inode, path, place, mode });
    return fd;
  }

  #file(fd: number): OpenFile {
    const file = this.#files.get(fd);
    if (file === undefined) throw new DiskError('EBADF');
    return file;
  }

  #nameOf(fd: number): string {
    return this.#files.get(fd)?.path ?? `descriptor ${fd}`;
  }

  #letGo(file: OpenFile): void {
    file.inode.opens -= 1;
    this.disk.release(file.inode);
  }
}

function toStat(inode: Inode): FileStat {
  const size =
    inode.type === 'file' ? inode.content.size : inode.type === 'symlink' ? Buffer.byteLength(inode.target) : 0;
  return {
    type: inode.type,
    size: inode.type === 'directory' ? 4096 : size,
    mode: FORMAT[inode.type] | inode.mode,
    modifiedNs: inode.modifiedNs,
    changedNs: inode.changedNs,
    inode: BigInt(inode.number),
    device: inode.volume.device,
    links: inode.links,
  };
}
