import { pathIn } from './inode.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { MemoryFileSystem } from './memory-file-system.ts';
import { walkPath } from './walk-path.ts';

/** How programs save a document. `in-place`: cut and write; `rename`: write beside and rename over (most editors); `backup`: rename the
 *  old one to `NAME~`, write anew under the name (Emacs, older Office). */
export type SaveHow = 'in-place' | 'rename' | 'backup';

type Text = string | Uint8Array;

/** Where a program that saves by `rename` writes a file before it has its name. */
export const beforeRename = (path: string): string => `${path}.swp-tmp`;

/**
 * The person, and the programs, at a simulated computer: works on a disk as a process of its own, whatever becomes of ours. After a power
 * loss it starts anew by itself. Paths are absolute; what cannot be done throws as the file system does.
 */
export class SimulatedUser {
  readonly #disk: MemoryDisk;
  #process: MemoryFileSystem;

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
    this.#process = disk.process();
  }

  /** The file system as this user sees it. */
  get fs(): MemoryFileSystem {
    if (this.#process.dead) this.#process = this.#disk.process();
    return this.#process;
  }

  /** null: no file there. Links are followed, as programs do. */
  read(path: string): Uint8Array | null {
    const { fs } = this;
    const real = this.#real(path);
    const stat = fs.lstat(real);
    if (stat?.type !== 'file') return null;
    const bytes = new Uint8Array(stat.size);
    const fd = fs.open(real, 'read');
    try {
      fs.read(fd, bytes, 0, bytes.length, 0);
    } finally {
      fs.close(fd);
    }
    return bytes;
  }

  /** As `read`, decoded as UTF-8. */
  readText(path: string): string | null {
    const bytes = this.read(path);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  }

  /** Makes the file or replaces what is in it, in place. */
  writeFile(path: string, content: Text): void {
    this.writeInTwoSteps(path, content)();
  }

  /** As `writeFile`, caught in the middle: half of it is written; the function returned writes the rest and closes the file. */
  writeInTwoSteps(path: string, content: Text): () => void {
    const fd = this.#openOrCreate(path);
    this.fs.truncate(fd, 0);
    return this.#inTwoSteps(fd, toBytes(content), 0);
  }

  /** As `writeInTwoSteps`, adding to the end. */
  appendInTwoSteps(path: string, content: Text): () => void {
    const fd = this.#openOrCreate(path);
    return this.#inTwoSteps(fd, toBytes(content), this.fs.fstat(fd).size);
  }

  appendFile(path: string, content: Text): void {
    this.appendInTwoSteps(path, content)();
  }

  /** Overwrites bytes from `position` on and leaves the rest. */
  overwrite(path: string, position: number, content: Text): void {
    const fd = this.#openOrCreate(path);
    this.#inTwoSteps(fd, toBytes(content), position)();
  }

  /** Saves a file that exists or not as a program of that kind does; its mode is kept. */
  save(path: string, content: Text, how: SaveHow): void {
    if (how === 'in-place') {
      this.writeFile(path, content);
      return;
    }
    const { fs } = this;
    const real = this.#real(path);
    const old = fs.lstat(real);
    const written = how === 'rename' ? beforeRename(real) : real;
    if (how === 'backup' && old !== null) fs.rename(real, `${real}~`);
    this.writeFile(written, content);
    if (old !== null) fs.setMode(written, old.mode & 0o7777);
    if (how === 'rename') fs.rename(written, real);
  }

  /** Makes the directory and those above it that are missing. */
  mkdirp(path: string): void {
    const { fs } = this;
    const names = path.split('/').filter((name) => name !== '');
    let at = '';
    for (const name of names) {
      at += `/${name}`;
      if (fs.lstat(at) === null) fs.makeDirectory(at);
    }
  }

  /** Renames; what is at `to` is replaced where the system allows it. */
  move(from: string, to: string): void {
    this.fs.rename(from, to);
  }

  /** Removes the item with all that is in it. Links are removed, never followed. Nothing there is no error. */
  remove(path: string): void {
    const { fs } = this;
    const stat = fs.lstat(path);
    if (stat === null) return;
    if (stat.type !== 'directory') {
      fs.unlink(path);
      return;
    }
    for (const { name } of fs.readDirectory(path)) {
      if (name === null) throw new Error(`${path} holds a name that is not Unicode: it cannot be removed by name`);
      this.remove(path === '/' ? `/${name}` : `${path}/${name}`);
    }
    fs.removeDirectory(path);
  }

  /** A copy of a file, with its mode and, where asked, its modification time (`cp -p`, a file manager). */
  copy(from: string, to: string, keepTime = false): void {
    const { fs } = this;
    fs.copy(from, to);
    const stat = fs.lstat(this.#real(from));
    if (keepTime && stat !== null) fs.setModified(to, Number(stat.modifiedNs / 1000n));
  }

  chmod(path: string, mode: number): void {
    this.fs.setMode(path, mode);
  }

  /** Sets the modification time: now, or microseconds since 1970. Makes the file where there is none. */
  touch(path: string, microseconds = Math.trunc(this.#disk.clock.now() * 1000)): void {
    this.fs.close(this.#openOrCreate(path));
    this.fs.setModified(this.#real(path), microseconds);
  }

  symlink(target: string, path: string): void {
    this.fs.symlink(target, path);
  }

  hardLink(from: string, to: string): void {
    this.fs.link(from, to);
  }

  #inTwoSteps(fd: number, bytes: Uint8Array, position: number): () => void {
    const { fs } = this;
    const half = bytes.length >> 1;
    this.#writeAll(fd, bytes.subarray(0, half), position);
    return () => {
      // The program died with its computer and does not come back to finish.
      if (fs.dead) return;
      this.#writeAll(fd, bytes.subarray(half), position + half);
      fs.close(fd);
    };
  }

  #writeAll(fd: number, bytes: Uint8Array, position: number): void {
    let done = 0;
    while (done < bytes.length) done += this.fs.write(fd, bytes, done, bytes.length - done, position + done);
  }

  #openOrCreate(path: string): number {
    const real = this.#real(path);
    return this.fs.open(real, this.fs.lstat(real) === null ? 'create-new' : 'write');
  }

  /** Where the links at the end of a path lead. */
  #real(path: string): string {
    const { parent, name } = walkPath({ root: this.#disk.root.root, mayEnter: () => true }, path, true);
    return pathIn(parent, name);
  }
}

function toBytes(content: Text): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
