import { readFully } from '../../content/read-fully.ts';
import { writeFully } from '../../content/write-fully.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { ENTRY, type FileEntry, fileEntry } from '../../record/file-entry.ts';
import { type Digest, digest, type RecordId, recordId } from '../../record/ids.ts';
import type { ConstructItem } from '../source-adapter.ts';
import { attempt } from './attempt.ts';
import { ensureStaging } from './construct-context.ts';

/*
 * staging/NUMBER/ holds one batch: `N.new` is what item N becomes, `N.old` what was at its place, `journal` which item N is, `placed` a byte for
 * each item that was put in its place, until the snapshot says so. An `.old` stays until it was looked at again: an editor may still hold it open
 * and write to it.
 */
const JOURNAL = 'journal';
const PLACED = 'placed';

/** What the journal says of one item. */
export interface JournalEntry {
  readonly id: RecordId;
  /** The digest its place had; null: no file was there. */
  readonly digest: Digest | null;
  readonly becomes: FileEntry['type'] | 'gone';
  /** The digest of the file it becomes; null: it becomes none. */
  readonly makes: Digest | null;
}

/** An item that was put in its place, or taken from it, before an interruption came: the snapshot may not say so. */
export interface PlacedItem extends JournalEntry {
  /** Of its batch. */
  readonly directory: string;
}

/** The directory of a batch, made when it is first needed. */
export class StagingBatch {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #items: readonly ConstructItem[];
  #directory: string | null = null;
  #placed: number | null = null;

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

  /** Item `n` is in its place. Noted after it is, so that an interruption leaves in place what was noted, and one item more at most. */
  noteAsPlaced(n: number): void {
    const { becomes } = entryOf(this.#items[n]!);
    if (becomes !== 'file' && becomes !== 'gone') return;
    // Where there is no room for it what is there is compared after an interruption as if nobody had put it there.
    attempt(() => {
      this.#placed ??= this.#fs.open(`${this.#open()}/${PLACED}`, 'create-new');
      writeFully(this.#fs, this.#placed, Uint8Array.of(1), n);
    });
  }

  /** Nothing is noted any more. */
  end(): void {
    const fd = this.#placed;
    this.#placed = null;
    if (fd !== null) attempt(() => this.#fs.close(fd));
  }

  #open(): string {
    if (this.#directory !== null) return this.#directory;
    const staging = ensureStaging(this.#fs, this.#root);
    const numbers = batchNumbers(this.#fs, staging);
    const directory = `${staging}/${(numbers.at(-1) ?? 0) + 1}`;
    this.#fs.makeDirectory(directory);
    try {
      this.#writeJournal(`${directory}/${JOURNAL}`);
    } catch (error) {
      attempt(() => this.#fs.unlink(`${directory}/${JOURNAL}`));
      attempt(() => this.#fs.removeDirectory(directory));
      throw error;
    }
    this.#directory = directory;
    return directory;
  }

  #writeJournal(path: string): void {
    const journal = this.#items.map((item) => {
      const { id, digest: replaced, becomes, makes } = entryOf(item);
      return [id, replaced, becomes, makes];
    });
    const fd = this.#fs.open(path, 'create-new');
    try {
      writeFully(this.#fs, fd, Buffer.from(JSON.stringify(journal)), 0);
    } finally {
      this.#fs.close(fd);
    }
  }
}

function entryOf({ id, replaces, fields }: ConstructItem): JournalEntry {
  const entry = fileEntry(fields?.get(ENTRY));
  return { id, digest: replaces, becomes: entry?.type ?? 'gone', makes: entry?.type === 'file' ? entry.digest : null };
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
  const bytes = readSmall(fs, `${directory}/${JOURNAL}`);
  if (bytes === null) return entries;
  const digestOf = (name: string | null | undefined): Digest | null => (name == null ? null : digest(name));
  try {
    // 0, and no digest of what it becomes: of an earlier version of this program.
    const journal = JSON.parse(Buffer.from(bytes).toString()) as (
      | 0
      | [string, string | null, JournalEntry['becomes'], (string | null)?]
    )[];
    for (const [n, entry] of journal.entries()) {
      if (entry === 0) continue;
      const [id, replaced, becomes, makes] = entry;
      entries.set(n, { id: recordId(id), digest: digestOf(replaced), becomes, makes: digestOf(makes) });
    }
  } catch {
    return new Map();
  }
  return entries;
}

/** Which items of a batch were noted as in their places, and no snapshot surely says so. */
export function readPlaced(fs: FileSystem, directory: string): ReadonlySet<number> {
  return new Set([...(readSmall(fs, `${directory}/${PLACED}`) ?? [])].flatMap((noted, n) => (noted === 1 ? [n] : [])));
}

function readSmall(fs: FileSystem, path: string): Uint8Array | null {
  const stat = fs.lstat(path);
  if (stat?.type !== 'file') return null;
  const bytes = new Uint8Array(stat.size);
  const fd = fs.open(path, 'read');
  try {
    readFully(fs, fd, bytes, 0);
  } finally {
    fs.close(fd);
  }
  return bytes;
}

/** Is this the name of something in a batch that tells of it, and not of what it made or replaced? */
export const tellsOfBatch = (name: string | null): boolean => name === JOURNAL || name === PLACED;

/** The snapshot says what of a batch is in its place. */
export function forgetPlaced(fs: FileSystem, directory: string): void {
  if (fs.lstat(`${directory}/${PLACED}`) !== null) fs.unlink(`${directory}/${PLACED}`);
  removeBatch(fs, directory);
}

/** Removes a batch of which only the journal is left; one that still holds something stays for `recoverStaging`, or until `forgetPlaced`. */
export function removeBatch(fs: FileSystem, directory: string): void {
  if (fs.lstat(directory) === null) return;
  const left = fs.readDirectory(directory).map(({ name }) => name);
  if (left.some((name) => name !== JOURNAL)) return;
  if (left.length > 0) fs.unlink(`${directory}/${JOURNAL}`);
  fs.removeDirectory(directory);
}
