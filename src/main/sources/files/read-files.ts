import { hash } from 'node:crypto';
import {
  type ChunkedFile,
  chunkFile,
  chunkFileAgain,
  chunkFileHelped,
  type HashHelper,
} from '../../content/chunk-file.ts';
import { FormerCuts } from '../../content/former-cuts.ts';
import type { FileStat, FileSystem } from '../../platform/file-system.ts';
import { troubleText } from '../../platform/trouble-text.ts';
import { type FileEntry, fileFields } from '../../record/file-entry.ts';
import { digest, type RecordId } from '../../record/ids.ts';
import type { ItemProblem, ProblemCode, Reading } from '../source-adapter.ts';
import { type ParentGuard, problemCode } from './path-guard.ts';
import { hasSameRevision, isExecutable, isFresh, isUnsynced, modifiedMicroseconds, revisionOf } from './revision.ts';

/** Files up to this size are read in one go and are one chunk. */
const WHOLE_BYTES = 64 * 1024;
/** From here on a second thread saves more than it costs. */
const HELPED_BYTES = 64 * 1024 * 1024;

const NONE: ReadonlyMap<RecordId, Uint8Array> = new Map();

/** Raised while an item is read, to become a problem of that item. */
class Unreadable extends Error {
  readonly code: ProblemCode;
  constructor(code: ProblemCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * Reads items whole, on the terms of `SourceAdapter.read`. The buffer is used again for every file, so one reader serves one
 * call at a time.
 */
export class FileReader {
  readonly #fs: FileSystem;
  readonly #now: () => number;
  readonly #helper: HashHelper | null;
  readonly #buffer = new Uint8Array(WHOLE_BYTES);

  /** `now`: milliseconds since 1970. `helper`: for large files. */
  constructor(fs: FileSystem, now: () => number, helper: HashHelper | null = null) {
    this.#fs = fs;
    this.#now = now;
    this.#helper = helper;
  }

  /** `guard`: a fresh one, which finds the items and vouches for the directories on the way. `former`: as in `SourceAdapter.read`. */
  read(
    guard: ParentGuard,
    ids: readonly RecordId[],
    former: ReadonlyMap<RecordId, Uint8Array> = NONE,
  ): readonly (Reading | ItemProblem)[] {
    return ids.map((id) => {
      try {
        return this.#readItem(guard, id, former.get(id) ?? null);
      } catch (error) {
        if (error instanceof Unreadable) return { id, code: error.code, detail: error.message };
        const code = problemCode(error);
        return {
          id,
          code: code === 'io' || code === 'no-permission' ? 'unreadable' : code,
          detail: troubleText(error),
        };
      }
    });
  }

  #readItem(guard: ParentGuard, id: RecordId, former: Uint8Array | null): Reading {
    const place = guard.place(id);
    if (place.is === 'parent-missing') throw gone();
    if (place.is === 'refused') throw new Unreadable(place.code, place.detail);
    const fd = this.#openFile(place.path);
    if (fd === null) return this.#readOther(id, place.path);
    try {
      const before = this.#fs.fstat(fd);
      if (before.type === 'directory') return this.#reading(id, before, { type: 'directory' }, []);
      if (before.type !== 'file') throw special();
      const now = this.#now();
      const { entry, attachments } = this.#content(fd, before, former);
      if (!hasSameRevision(before, this.#fs.fstat(fd))) throw changing();
      return this.#reading(id, before, entry, attachments, now);
    } finally {
      this.#fs.close(fd);
    }
  }

  /** null: it is not a file that can be opened; lstat tells what it is. */
  #openFile(path: string): number | null {
    try {
      return this.#fs.open(path, 'read');
    } catch (error) {
      const stat = this.#fs.lstat(path);
      if (stat?.type === 'file') throw error;
      return null;
    }
  }

  #content(
    fd: number,
    stat: FileStat,
    former: Uint8Array | null,
  ): { entry: FileEntry; attachments: Reading['attachments'] } {
    const { size } = stat;
    if (size > WHOLE_BYTES) {
      const { digest: whole, list, read } = this.#chunked(fd, size, former);
      if (read !== size) throw changing();
      if (list === null) return { entry: { type: 'file', digest: whole, size }, attachments: [] };
      return { entry: { type: 'file', digest: whole, size, chunks: list.digest }, attachments: [list] };
    }
    let read = 0;
    while (read < size) {
      const count = this.#fs.read(fd, this.#buffer, read, size - read, read);
      if (count === 0) throw changing();
      read += count;
    }
    return {
      entry: { type: 'file', digest: digest(hash('sha256', this.#buffer.subarray(0, size), 'hex')), size },
      attachments: [],
    };
  }

  #chunked(fd: number, size: number, list: Uint8Array | null): ChunkedFile {
    const former = list === null ? null : FormerCuts.of(list, size);
    if (this.#helper === null || size < HELPED_BYTES) return chunkFile(this.#fs, fd, size, former);
    if (former === null) return chunkFileHelped(this.#fs, fd, size, this.#helper);
    return chunkFileAgain(this.#fs, fd, size, former, this.#helper);
  }

  #readOther(id: RecordId, path: string): Reading {
    const stat = this.#fs.lstat(path);
    if (stat === null) throw gone();
    // Where directories cannot be opened.
    if (stat.type === 'directory') return this.#reading(id, stat, { type: 'directory' }, []);
    if (stat.type === 'file') throw changing();
    if (stat.type === 'other') throw special();
    const now = this.#now();
    const target = this.#readTarget(path);
    const after = this.#fs.lstat(path);
    if (after === null || !hasSameRevision(stat, after)) throw changing();
    return this.#reading(id, stat, { type: 'symlink', target }, [], now);
  }

  #readTarget(path: string): string {
    try {
      return this.#fs.readLink(path);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EILSEQ') throw error;
      throw new Unreadable('name-not-unicode', 'the target of the link is not Unicode');
    }
  }

  /** `now`: taken before the content was read, so that what changes meanwhile counts as fresh. */
  #reading(
    id: RecordId,
    stat: FileStat,
    entry: FileEntry,
    attachments: Reading['attachments'],
    now = this.#now(),
  ): Reading {
    return {
      id,
      revision: revisionOf(stat),
      fresh: isFresh(stat, now),
      unsynced: isUnsynced(stat, now),
      fields: fileFields(entry, { executable: isExecutable(stat), modified: modifiedMicroseconds(stat) }),
      attachments,
    };
  }
}

const gone = (): Unreadable => new Unreadable('changing', 'it went away before it was read');
const changing = (): Unreadable => new Unreadable('changing', 'it changed while it was read; it is read again later');
const special = (): Unreadable => new Unreadable('special-file', 'it is no file, folder or link');
