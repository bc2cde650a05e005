import { readFully } from '../../content/read-fully.ts';
import { writeFully } from '../../content/write-fully.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { ENTRY, type FileEntry, fileEntry } from '../../record/file-entry.ts';
import { type Digest, digest, type RecordId, recordId } from '../../record/ids.ts';
import type { ConstructItem } from '../source-adapter.ts';
import { attempt } from './attempt.ts';
import { ensureStaging } from './construct-context.ts';

/*
 * staging/NUMBER/ holds one batch: `N.new` is what item N becomes, `N.old` what was at its place, `journal` which item N is (written
 * before the first `.old`). An `.old` stays until it was looked at again: an editor may still hold it open and write to it.
 */

/** What the journal says of one item: its id, the digest its place had, and what it becomes. */
export interface JournalEntry {
  readonly id: RecordId;
  readonly digest: Digest | null;
  readonly becomes: FileEntry['type'] | 'gone';
}

/** The directory of a batch, made when it is first needed. */
export class StagingBatch {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #items: readonly ConstructItem[];
  #directory: string | null = null;

  constructor(fs: FileSystem, root: string, items: readonly ConstructItem[]) {
    this.#fs = fs;
    this.#root = root;
    this.#items = items;
  }

  /** null: nothing was staged yet. */
  get directory(): string | null {
    return this.#directory;
  }

  newPath(n: number): string {
    return `${this.#open()}/${n}.new`;
  }

  oldPath(n: number): string {
    return `${this.#open()}/${n}.old`;
  }

  #open(): string {
    if (this.#directory !== null) return this.#directory;
    const staging = ensureStaging(this.#fs, this.#root);
    const numbers = batchNumbers(this.#fs, staging);
    const directory = `${staging}/${(numbers.at(-1) ?? 0) + 1}`;
    this.#fs.makeDirectory(directory);
    try {
      this.#writeJournal(`${directory}/journal`);
    } catch (error) {
      attempt(() => this.#fs.unlink(`${directory}/journal`));
      attempt(() => this.#fs.removeDirectory(directory));
      throw error;
    }
    this.#directory = directory;
    return directory;
  }

  #writeJournal(path: string): void {
    const journal = this.#items.map(({ id, replaces, expected, fields }) =>
      expected === null ? 0 : [id, replaces, fileEntry(fields?.get(ENTRY))?.type ?? 'gone'],
    );
    if (journal.every((entry) => entry === 0)) return;
    const fd = this.#fs.open(path, 'create-new');
    try {
      writeFully(this.#fs, fd, Buffer.from(JSON.stringify(journal)), 0);
    } finally {
      this.#fs.close(fd);
    }
  }
}

/** The batches left in a staging directory, oldest first. */
export function batchNumbers(fs: FileSystem, staging: string): number[] {
  return fs
    .readDirectory(staging)
    .filter(({ name }) => name !== null && /^\d{1,15}$/.test(name))
    .map(({ name }) => Number(name))
    .sort((a, b) => a - b);
}

/** The journal of a batch by item number; empty where it is missing or damaged, which costs nothing but the names. */
export function readJournal(fs: FileSystem, directory: string): ReadonlyMap<number, JournalEntry> {
  const entries = new Map<number, JournalEntry>();
  const path = `${directory}/journal`;
  const stat = fs.lstat(path);
  if (stat?.type !== 'file') return entries;
  const bytes = new Uint8Array(stat.size);
  const fd = fs.open(path, 'read');
  try {
    readFully(fs, fd, bytes, 0);
  } finally {
    fs.close(fd);
  }
  try {
    const journal = JSON.parse(Buffer.from(bytes).toString()) as (
      | 0
      | [string, string | null, JournalEntry['becomes']]
    )[];
    for (const [n, entry] of journal.entries()) {
      if (entry === 0) continue;
      const [id, replaced, becomes] = entry;
      entries.set(n, { id: recordId(id), digest: replaced === null ? null : digest(replaced), becomes });
    }
  } catch {
    return new Map();
  }
  return entries;
}

/** Removes a batch of which only the journal is left; one that still holds something stays for `recoverStaging`. */
export function removeBatch(fs: FileSystem, directory: string): void {
  if (fs.lstat(directory) === null) return;
  const left = fs.readDirectory(directory).map(({ name }) => name);
  if (left.some((name) => name !== 'journal')) return;
  if (left.length > 0) fs.unlink(`${directory}/journal`);
  fs.removeDirectory(directory);
}
