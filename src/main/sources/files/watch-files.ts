import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import { type NamePlatform, recordName } from './names.ts';
import { ParentGuard, parentOf } from './path-guard.ts';

export interface WatchOptions {
  readonly fs: FileSystem;
  /** A real path (no links in it). */
  readonly root: string;
  readonly platform: NamePlatform;
  readonly folding: boolean;
  /** As `IgnoreRules.outside`, with the rules as they stand. */
  outside(id: string, isDirectory: boolean): boolean;
  /** Something happened in this directory (record id); null: somewhere. Not batched: the caller does. */
  onDirty(group: string | null): void;
  /** Called once when the system gives no more watches; what is not watched is left to scanning. */
  onLimit(detail: string): void;
  /** How to watch one directory; the system's own unless a test says otherwise. */
  readonly watch?: typeof watch;
}

export interface FilesWatch {
  /** Watches these directories too: those a listing told. Returns at once; a few directories are taken up a turn. */
  add(groups: Iterable<string>): void;
  /** Stops watching a directory and what lies below it. */
  remove(group: string): void;
  close(): Promise<void>;
}

/** Told more new directories than this at once, a caller is better off looking everywhere. */
const MANY = 256;
/** Directories taken up in one turn, so that nothing else waits long. */
const TURN_GROUPS = 32;
/** Where something happened to more items of a directory than this in one turn, it is read once rather than each item looked at. */
const NAMES_LOOKED_AT = 8;

/** macOS and Windows watch a whole tree with one handle; elsewhere every directory has a watch of its own. */
export function watchFiles(options: WatchOptions): FilesWatch {
  return options.platform === 'posix' ? new DirectoryWatch(options) : new TreeWatch(options);
}

interface Watched {
  readonly watcher: FSWatcher;
  /** Another one at the same path is another directory; one that was made right after this was deleted may have the same. */
  readonly inode: bigint;
}

/** What happened in a directory in one turn. */
interface Happening {
  readonly path: string;
  readonly names: Set<string>;
  /** Its watch may be of a directory that is gone: the system says so as of an entry with the directory's own name. */
  mayBeGone: boolean;
}

/**
 * One watch a directory. A new directory is taken up with everything below it, and each is told as dirty once its watch stands, so
 * that nothing made in between is missed. Watching starts after listing; hence what `add` took up is told too.
 */
class DirectoryWatch implements FilesWatch {
  readonly #options: WatchOptions;
  readonly #watch: typeof watch;
  readonly #watched = new Map<string, Watched>();
  readonly #queue = new Set<string>();
  /** Taken up since the queue was last empty, and not told yet. */
  #taken: string[] = [];
  #turn: NodeJS.Immediate | null = null;
  /** What happened in this turn, by directory. */
  readonly #happenings = new Map<string, Happening>();
  #telling: NodeJS.Immediate | null = null;
  #limited: boolean = false;
  #closed: boolean = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#watch = options.watch ?? watch;
  }

  add(groups: Iterable<string>): void {
    if (this.#closed) return;
    for (const group of groups) if (!this.#watched.has(group)) this.#queue.add(group);
    this.#schedule();
  }

  remove(group: string): void {
    const isBelow = (id: string): boolean => group === '' || id === group || id.startsWith(`${group}/`);
    for (const [id, { watcher }] of this.#watched) {
      if (!isBelow(id)) continue;
      watcher.close();
      this.#watched.delete(id);
    }
    for (const id of this.#queue) if (isBelow(id)) this.#queue.delete(id);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.remove('');
    this.#happenings.clear();
    if (this.#turn !== null) clearImmediate(this.#turn);
    if (this.#telling !== null) clearImmediate(this.#telling);
    return Promise.resolve();
  }

  #schedule(): void {
    if (this.#turn !== null || this.#queue.size === 0) return;
    this.#turn = setImmediate(() => {
      this.#turn = null;
      const { fs, root, platform, folding } = this.#options;
      const guard = new ParentGuard(fs, root, platform, folding, () => true);
      let left = TURN_GROUPS;
      for (const group of this.#queue) {
        if (left-- === 0) break;
        this.#queue.delete(group);
        this.#takeUp(group, guard);
      }
      if (this.#queue.size > 0) this.#schedule();
      else this.#tellTaken();
    });
  }

  #tellTaken(): void {
    const taken = this.#taken;
    this.#taken = [];
    if (taken.length > MANY) this.#options.onDirty(null);
    else for (const group of taken) this.#options.onDirty(group);
  }

  #takeUp(group: string, guard: ParentGuard): void {
    const { fs, platform } = this.#options;
    if (this.#watched.has(group) || (group !== '' && this.#options.outside(group, true))) return;
    const at = guard.directory(group);
    if (at?.is !== 'there') return;
    this.#taken.push(group);
    try {
      if (!this.#limited) this.#watched.set(group, { watcher: this.#open(group, at.path), inode: at.inode });
      for (const { name, type } of fs.readDirectory(at.path)) {
        const record = name === null ? null : recordName(name, platform);
        if (record === null || (type !== 'directory' && type !== 'unknown')) continue;
        const id = group === '' ? record : `${group}/${record}`;
        if (!this.#watched.has(id) && !this.#options.outside(id, true)) this.#queue.add(id);
      }
    } catch (error) {
      this.#trouble(group, error);
    }
  }

  #open(group: string, path: string): FSWatcher {
    const watcher = this.#watch(path, { persistent: false }, (event, name) => this.#happened(group, path, event, name));
    watcher.on('error', (error) => this.#trouble(group, error));
    return watcher;
  }

  #happened(group: string, path: string, event: string, name: string | null): void {
    if (this.#closed) return;
    if (name === null || recordName(name, this.#options.platform) === null) {
      this.#options.onDirty(group);
      return;
    }
    const happening = this.#happenings.get(group) ?? { path, names: new Set(), mayBeGone: false };
    happening.names.add(name);
    happening.mayBeGone ||= event === 'rename' && name === basename(path);
    this.#happenings.set(group, happening);
    this.#telling ??= setImmediate(() => {
      this.#telling = null;
      const happened = [...this.#happenings];
      this.#happenings.clear();
      for (const [each, happening] of happened) this.#tellHappened(each, happening);
    });
  }

  #tellHappened(group: string, { path, names, mayBeGone }: Happening): void {
    if (mayBeGone) this.#watchAnew(group);
    const directories = names.size > NAMES_LOOKED_AT ? this.#directoriesIn(path) : null;
    let isDirty = false;
    for (const name of names) {
      const record = recordName(name, this.#options.platform);
      if (record === null) continue;
      const id = group === '' ? record : `${group}/${record}`;
      const known = this.#watched.get(id);
      const inode = directories === null || directories.has(name) ? this.#inodeOfDirectory(`${path}/${name}`) : null;
      if (this.#options.outside(id, inode !== null || known !== undefined)) continue;
      if (known !== undefined && known.inode !== inode) this.remove(id);
      if (!isDirty) this.#options.onDirty(group);
      isDirty = true;
      if (known !== undefined && inode === null) this.#options.onDirty(id);
      if (inode !== null) this.add([id]);
    }
  }

  /** What lies below it has watches of its own, which tell the same of themselves. */
  #watchAnew(group: string): void {
    this.#watched.get(group)?.watcher.close();
    this.#watched.delete(group);
    this.add([group]);
  }

  /** What in it is a directory, or may be one; null: that cannot be told. */
  #directoriesIn(path: string): ReadonlySet<string> | null {
    try {
      const found = new Set<string>();
      for (const { name, type } of this.#options.fs.readDirectory(path))
        if (name !== null && (type === 'directory' || type === 'unknown')) found.add(name);
      return found;
    } catch {
      return null;
    }
  }

  /** null: it is no directory, or not there. */
  #inodeOfDirectory(path: string): bigint | null {
    try {
      const stat = this.#options.fs.lstat(path);
      return stat?.type === 'directory' ? stat.inode : null;
    } catch {
      // What cannot be looked at is no directory to be watched; the listing names the trouble.
      return null;
    }
  }

  #trouble(group: string, error: unknown): void {
    if (this.#closed) return;
    const { code } = error as { code?: string };
    if (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE') {
      if (this.#limited) return;
      this.#limited = true;
      this.#options.onLimit(
        `the system gives no more watches (${(error as Error).message}); changes are found by scanning instead`,
      );
      return;
    }
    // A directory that may not be looked at is named by the listing.
    if (code === 'EACCES' || code === 'EPERM') return;
    this.#watched.get(group)?.watcher.close();
    this.#watched.delete(group);
    this.#options.onDirty(code === 'ENOENT' || code === 'ENOTDIR' ? parentOf(group) : null);
  }
}

/** One recursive watch of the system's own. */
class TreeWatch implements FilesWatch {
  readonly #options: WatchOptions;
  #watcher: FSWatcher | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    try {
      this.#watcher = (options.watch ?? watch)(options.root, { recursive: true, persistent: false }, (event, name) => {
        this.#happened(event, name);
      });
      this.#watcher.on('error', () => options.onDirty(null));
    } catch (error) {
      options.onLimit(
        `the folder cannot be watched (${(error as Error).message}); changes are found by scanning instead`,
      );
    }
  }

  add(_groups: Iterable<string>): void {
    // Everything below the root is watched from the start.
  }

  remove(_group: string): void {
    // The one watch stays as long as the root.
  }

  close(): Promise<void> {
    this.#watcher?.close();
    this.#watcher = null;
    return Promise.resolve();
  }

  #happened(event: string, name: string | null): void {
    if (this.#watcher === null) return;
    const parts = (name ?? '').split(/[\\/]/).map((part) => recordName(part, this.#options.platform));
    if (name === null || parts.includes(null)) {
      this.#options.onDirty(null);
      return;
    }
    const id = parts.join('/');
    const path = `${this.#options.root}/${name}`;
    let isDirectory = false;
    try {
      isDirectory = this.#options.fs.lstat(path)?.type === 'directory';
    } catch {
      // It counts as a file; its group is dirty either way.
    }
    if (this.#options.outside(id, isDirectory)) return;
    this.#options.onDirty(parentOf(id));
    if (!isDirectory) return;
    // Of a directory that was moved in, the system tells its own name and nothing of what lies below.
    const dirty = event === 'rename' ? this.#directoriesBelow(id, path) : [id];
    if (dirty === null) this.#options.onDirty(null);
    else for (const group of dirty) this.#options.onDirty(group);
  }

  /** The directory and those below it; null: too many, or not to be told. */
  #directoriesBelow(id: string, path: string): readonly string[] | null {
    const { fs, platform, outside } = this.#options;
    const all = [{ id, path }];
    for (let at = 0; at < all.length; at++) {
      const directory = all[at] as { id: string; path: string };
      try {
        for (const { name, type } of fs.readDirectory(directory.path)) {
          const record = name === null ? null : recordName(name, platform);
          if (record === null || type !== 'directory' || outside(`${directory.id}/${record}`, true)) continue;
          all.push({ id: `${directory.id}/${record}`, path: `${directory.path}/${name}` });
          if (all.length > MANY) return null;
        }
      } catch {
        return null;
      }
    }
    return all.map((directory) => directory.id);
  }
}
