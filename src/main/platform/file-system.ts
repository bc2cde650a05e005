/** What the files source and the version store ask of a disk. Synchronous on purpose: these calls run in worker threads,
 *  where they are 4 to 50 times faster than promises (docs/decisions/002). The test double is test/fakes/memory-file-system.ts. */
export interface FileSystem {
  /** null: nothing there (ENOENT, ENOTDIR). Other trouble throws an error with a Node `code`. Never follows a final link. */
  lstat(path: string): FileStat | null;
  /** A part of what `lstat` tells, in half the time; null as there. */
  glance(path: string): Glance | null;
  /** Names as bytes decode strictly to UTF-8; one that does not is given as `{ bytes }`. Any order. */
  readDirectory(path: string): readonly DirectoryName[];
  readLink(path: string): string;
  /** Opens without following a final link and without blocking on special files. */
  open(path: string, how: 'read' | 'create-new' | 'write'): number;
  /** Bytes read; 0 at the end. */
  read(fd: number, into: Uint8Array, offset: number, length: number, position: number): number;
  write(fd: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  fstat(fd: number): FileStat;
  truncate(fd: number, size: number): void;
  sync(fd: number): void;
  /** The same of many at once, which the disk does together. What went wrong with each, in the same order; null: nothing. */
  syncAll(fds: readonly number[]): Promise<readonly (Error | null)[]>;
  close(fd: number): void;
  makeDirectory(path: string): void;
  removeDirectory(path: string): void;
  unlink(path: string): void;
  /** Replaces what is at `to`, atomically. */
  rename(from: string, to: string): void;
  /** A second name of the same inode; fails with EEXIST. */
  link(from: string, to: string): void;
  symlink(target: string, path: string): void;
  /** Microseconds; access time is left alone where the system allows. */
  setModified(path: string, microseconds: number): void;
  setMode(path: string, mode: number): void;
  /** A whole-file copy, as a clone where the file system can. `to` must not exist. */
  copy(from: string, to: string): void;
  /** As `copy`, but only where the file system can share the bytes; false, and no file, where it cannot. */
  clone(from: string, to: string): boolean;
  /** Has the system begin to bring the file's bytes to the disk, and waits for nothing. */
  startSync(path: string): void;
  /** Makes the directory's entries durable; does nothing where the system has no such call. */
  syncDirectory(path: string): void;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
  readonly mode: number;
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly inode: bigint;
  /** Identifies the file system; another one below the root means another disk was mounted there. */
  readonly device: bigint;
  readonly links: number;
}
/** Of what had rested when the first was taken, two that are the same say that it is unchanged: times are cut to a quarter of a microsecond. */
export interface Glance {
  readonly size: number;
  readonly mode: number;
  readonly ino: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}
export interface DirectoryName {
  /** null where the name is not Unicode; `bytes` then tells it. */
  readonly name: string | null;
  readonly bytes?: Uint8Array;
  /** As the directory itself says; 'unknown' needs an lstat. */
  readonly type: 'file' | 'directory' | 'symlink' | 'other' | 'unknown';
}
