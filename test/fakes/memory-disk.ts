import type { Clock } from '../../src/main/platform/clock.ts';
import { cloneDisk } from './clone-disk.ts';
import { describeTree } from './describe-tree.ts';
import { DiskError } from './disk-error.ts';
import type { DiskState, JournalRecord, Undo } from './disk-journal.ts';
import { keepDurable } from './disk-journal.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { KeepUnsynced, Moment } from './file-content.ts';
import {
  type Entry,
  type Inode,
  type InodeType,
  LINUX_NAMES,
  makeInode,
  makeVolume,
  type NameRules,
  pathIn,
  storedName,
  type Volume,
} from './inode.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { recountInodes } from './recount-inodes.ts';
import type { Place } from './walk-path.ts';
import { walkPath } from './walk-path.ts';

export interface DiskOptions {
  readonly clock: Clock;
  readonly names?: Partial<NameRules>;
  /** Bytes of file content the root volume holds; absent: no end. */
  readonly capacity?: number;
  /** Nanoseconds between two time stamps that can be told apart (a kernel's tick is 4,000,000). Absent: every stamp of one millisecond is
   *  larger than the one before. */
  readonly tick?: bigint;
  /** Permission bits do not bind this user. */
  readonly superuser?: boolean;
  /** Files can share their bytes (a reflink); default false. */
  readonly clones?: boolean;
  /** fsync of a file makes the names of its directory durable too, as ext4 happens to do. POSIX does not promise it; default false. */
  readonly syncCommitsNames?: boolean;
  /** Milliseconds after which the system writes back by itself; default 60,000. */
  readonly flushAfter?: number;
}

/** A disk to come back to, any number of times. */
export type DiskSnapshot = DiskState;

/**
 * A disk in memory, with the semantics of Linux: what all processes of one computer share. Each process works through a
 * `MemoryFileSystem` of its own (`process`), so that one can die and the other go on.
 *
 * Durability is that of a journalling file system at its least helpful: names and attributes survive a power loss in the
 * order they were changed, up to some point at or after the last `syncDirectory`; the bytes of a file survive surely only up to its
 * last `sync`, so a rename may survive and the bytes of the renamed file not.
 */
export class MemoryDisk {
  readonly clock: Clock;
  readonly superuser: boolean;
  readonly clones: boolean;
  readonly syncCommitsNames: boolean;
  readonly flushAfter: number;
  root: Volume;
  readonly #tick: bigint | null;
  #journal: JournalRecord[] = [];
  #stampAt = Number.NaN;
  #stampCount = 0n;
  #nextDevice = 2050n;
  /** Processes of an older epoch are dead: the power went, or another state was restored. */
  #epoch = 0;
  readonly #listeners = new Set<(path: string) => void>();

  constructor(options: DiskOptions) {
    this.clock = options.clock;
    this.superuser = options.superuser ?? false;
    this.clones = options.clones ?? false;
    this.syncCommitsNames = options.syncCommitsNames ?? false;
    this.flushAfter = options.flushAfter ?? 60_000;
    this.#tick = options.tick ?? null;
    this.root = this.#volume(options.names ?? {}, options.capacity ?? Number.POSITIVE_INFINITY);
  }

  get epoch(): number {
    return this.#epoch;
  }
  /** Operations on names and attributes that a power loss could undo. */
  get undurable(): number {
    return this.#journal.length;
  }

  /** A process of this computer. */
  process(plan: FaultPlan | null = null): MemoryFileSystem {
    return new MemoryFileSystem(this, plan);
  }

  /** Tells the path of everything that changes, when it has: what a watcher would be told. Returns how to stop. */
  onChange(listener: (path: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The tree below a path, as `describeTree` puts it, whatever permissions say. Throws where there is none. */
  tree(root: string): Map<string, string> {
    return describeTree(new MemoryFileSystem(this, null, true), root);
  }

  // --- what an owner or administrator does ---------------------------------------------------------------------------------------

  /** Puts a volume over an existing directory; a new empty one, or one that `unmount` gave back. */
  mount(path: string, volume?: Volume | { names?: Partial<NameRules>; capacity?: number }): Volume {
    const place = this.#existing(path);
    if (place.type !== 'directory') throw new DiskError('ENOTDIR').in('mount', path);
    const mounted =
      volume !== undefined && 'root' in volume
        ? volume
        : this.#volume(volume?.names ?? {}, volume?.capacity ?? Number.POSITIVE_INFINITY);
    if (mounted.root.covers !== null) throw new DiskError('EBUSY').in('mount', path);
    mounted.root.covers = place;
    place.mounted = mounted.root;
    return mounted;
  }

  /** Takes the volume mounted at this path away, as pulling the plug does after a sync; its open files stay with it. */
  unmount(path: string): Volume {
    const root = this.#existing(path);
    if (root.covers === null) throw new DiskError('EINVAL').in('umount', path);
    root.covers.mounted = null;
    root.covers = null;
    return root.volume;
  }

  /** Gives the item to somebody else who lets nobody in (EACCES to open, list or pass, EPERM to change its mode or times). */
  deny(path: string, denied = true): void {
    this.#existing(path).denied = denied;
  }

  /** The volume a path is on: `capacity`, `readOnly` and `used` may be set and read there. */
  volumeAt(path: string): Volume {
    return this.#existing(path).volume;
  }

  /** Bytes that can still be written. */
  free(volume: Volume): number {
    return Math.max(0, volume.capacity - volume.used);
  }

  /** A name whose bytes are not UTF-8: a copy of another system's disk. Nobody here can name it. */
  makeRawName(directory: string, bytes: Uint8Array): void {
    const parent = this.#existing(directory);
    const made = makeInode(parent.volume, 'file', 0o644, this.stamp());
    const name = `\udc80${Buffer.from(bytes).toString('hex')}`;
    this.record((undo) => this.setEntry(undo, parent, name, { name, raw: bytes.slice(), inode: made }));
  }

  /** A FIFO, socket or device node. */
  makeSpecial(path: string): void {
    const place = walkPath({ root: this.root.root, mayEnter: () => true }, path, false);
    if (place.inode !== null || place.special !== null) throw new DiskError('EEXIST').in('mknod', path);
    this.create(place, 'other', 0o644);
  }

  // --- what the calls of a process are made of -------------------------------------------------------------------------------------

  /** The time now for mtime and ctime, in nanoseconds. */
  stamp(): bigint {
    const now = this.clock.now();
    const ns = BigInt(Math.trunc(now)) * 1_000_000n;
    if (this.#tick !== null) return ns - (ns % this.#tick);
    this.#stampCount = now === this.#stampAt ? this.#stampCount + 1n : 0n;
    this.#stampAt = now;
    return ns + this.#stampCount;
  }

  /** Runs one operation on names or attributes; what it pushes is undone together. */
  record(operation: (undo: Undo[]) => void): void {
    const now = this.clock.now();
    // From the front, so that it costs nothing where nothing is old.
    let old = 0;
    while (now - (this.#journal[old]?.at ?? now) >= this.flushAfter) old++;
    if (old > 0) this.#journal.splice(0, old);
    const undo: Undo[] = [];
    operation(undo);
    this.#journal.push({ at: now, undo });
  }

  /** Everything recorded so far survives a power loss. */
  commitNames(): void {
    this.#journal = [];
  }

  create(place: Place, type: InodeType, mode: number, target = ''): Inode {
    const inode = makeInode(place.parent.volume, type, mode, this.stamp(), target);
    const name = storedName(place.name, place.parent.volume.names);
    this.record((undo) => this.setEntry(undo, place.parent, place.key, { name, raw: null, inode }));
    return inode;
  }

  /** The only place that changes a directory. null: the name goes. */
  setEntry(undo: Undo[], directory: Inode, key: string, entry: Entry | null): void {
    const before = directory.entries.get(key) ?? null;
    const { modifiedNs, changedNs } = directory;
    undo.push({ is: 'entry', directory, key, before, modifiedNs, changedNs });
    const at = this.stamp();
    if (before !== null) {
      const gone = before.inode;
      gone.changedNs = at;
      if (gone.type === 'directory') {
        directory.links -= 1;
        gone.links = 0;
      } else gone.links -= 1;
      directory.entries.delete(key);
    }
    if (entry !== null) {
      const come = entry.inode;
      directory.entries.set(key, entry);
      come.changedNs = at;
      if (come.type === 'directory') {
        directory.links += 1;
        come.parent = directory;
        come.name = entry.name;
        come.links = 2;
        for (const { inode } of come.entries.values()) if (inode.type === 'directory') come.links += 1;
      } else come.links += 1;
    }
    directory.modifiedNs = at;
    directory.changedNs = at;
    if (before !== null) this.release(before.inode);
    this.changed(directory, (entry ?? before)?.name ?? key);
  }

  setMode(inode: Inode, mode: number): void {
    this.record((undo) => undo.push({ is: 'mode', inode, before: inode.mode }));
    inode.mode = mode;
    inode.changedNs = this.stamp();
  }

  setModified(inode: Inode, ns: bigint): void {
    this.record((undo) => undo.push({ is: 'modified', inode, before: inode.modifiedNs, set: ns }));
    inode.modifiedNs = ns;
    inode.changedNs = this.stamp();
  }

  /** Writes what fits and says how much that is. Throws ENOSPC where nothing fits. */
  writeContent(inode: Inode, bytes: Uint8Array, at: number): number {
    if (bytes.length === 0) return 0;
    const allocated = inode.content.allocated;
    // What lies between the old end and here is a hole and takes no room.
    const from = Math.max(at, allocated);
    const fits = Math.min(bytes.length, from - at + this.free(inode.volume));
    if (fits <= 0) throw new DiskError('ENOSPC');
    inode.volume.used += Math.max(0, at + fits - allocated);
    inode.content.write(fits === bytes.length ? bytes : bytes.subarray(0, fits), at, this.#moment());
    inode.modifiedNs = inode.changedNs = this.stamp();
    return fits;
  }

  resizeContent(inode: Inode, size: number): void {
    const allocated = inode.content.allocated;
    inode.content.resize(size, inode.modifiedNs, this.#moment());
    inode.volume.used += inode.content.allocated - allocated;
    inode.modifiedNs = inode.changedNs = this.stamp();
  }

  /** Frees the inode when neither a name nor an open file holds it. */
  release(inode: Inode): void {
    if (inode.links > 0 || inode.opens > 0) return;
    inode.volume.used -= inode.content.allocated;
    inode.volume.freeNumbers.push(inode.number);
  }

  changed(directory: Inode, name: string): void {
    if (this.#listeners.size === 0) return;
    const path = pathIn(directory, name);
    for (const listener of this.#listeners) listener(path);
  }

  // --- other states of the same disk -----------------------------------------------------------------------------------------------

  /** Costs as much as there are items, whatever their size. Open files are not part of it. */
  snapshot(): DiskSnapshot {
    return cloneDisk({ root: this.root, journal: this.#journal });
  }

  /** The disk as it was. All processes are dead after it; volumes held from before are no longer those of this disk. */
  restore(snapshot: DiskSnapshot): void {
    const state = cloneDisk(snapshot);
    this.root = state.root;
    this.#journal = [...state.journal];
    recountInodes(this.root.root);
    this.#epoch += 1;
  }

  /** The power goes: all processes are dead, what was not made durable survives in part. */
  losePower(options: { readonly keepUnsynced: KeepUnsynced }): void {
    keepDurable({ root: this.root, journal: this.#journal }, options.keepUnsynced, this.#moment());
    this.#journal = [];
    this.#epoch += 1;
  }

  #moment(): Moment {
    return { now: this.clock.now(), flushAfter: this.flushAfter };
  }

  #existing(path: string): Inode {
    const { inode } = walkPath({ root: this.root.root, mayEnter: () => true }, path, false);
    if (inode === null) throw new DiskError('ENOENT').in('lookup', path);
    return inode;
  }

  #volume(names: Partial<NameRules>, capacity: number): Volume {
    return makeVolume(this.#nextDevice++, { ...LINUX_NAMES, ...names }, capacity, this.stamp());
  }
}
