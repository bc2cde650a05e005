import { readFully } from '../../../content/read-fully.ts';
import type { Clock } from '../../../platform/clock.ts';
import { equalBytes } from '../../../platform/equal-bytes.ts';
import type { FileStat, FileSystem } from '../../../platform/file-system.ts';
import { troubleText } from '../../../platform/trouble-text.ts';
import { revisionOf, sameRevision } from '../../files/revision.ts';
import type { ProblemCode, SourceCondition } from '../../source-adapter.ts';
import type {
  DocumentListing,
  DocumentPlace,
  DocumentWritten,
  ListedDocument,
  ReadDocument,
  UnreadDocument,
} from '../document-place.ts';
import { PastTexts } from './past-texts.ts';
import { RecentTexts } from './recent-texts.ts';
import { placeOf, replaceFile, settleLeftOvers } from './replace-file.ts';

/** A larger text is no address book, and would not fit into memory several times over. */
const LARGEST_TEXT = 256 << 20;

export interface OneFileOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** A real path. */
  readonly path: string;
  /** Calls whenever something happens to the file; returns how to stop. null: it is looked at on a timer only. */
  readonly watch: ((path: string, onChange: () => void) => Promise<() => Promise<void>>) | null;
}

/** All items in one file. That it is not there says nothing of them. */
export class OneFile implements DocumentPlace {
  readonly many = false;
  readonly writable = true;
  readonly mostBytes = LARGEST_TEXT;
  readonly watch: DocumentPlace['watch'];
  readonly #fs: FileSystem;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #recent = new RecentTexts();
  readonly #past: PastTexts;
  /** Nothing that an interruption left stands beside the file. */
  #isSettled = false;

  constructor({ fs, clock, path, watch }: OneFileOptions) {
    this.#fs = fs;
    this.#clock = clock;
    this.#path = path;
    this.#past = new PastTexts(fs, clock);
    this.watch = watch === null ? null : this.#past.watching((onDirty) => watch(path, onDirty));
  }

  condition(): Promise<SourceCondition> {
    return Promise.resolve(fileCondition(this.#fs, this.#path));
  }

  list(): Promise<DocumentListing> {
    this.#settle();
    const stat = this.#fs.lstat(this.#path);
    if (stat?.type !== 'file')
      return Promise.resolve({ documents: [], problems: [unread('', 'unreadable', `${this.#path} is not there`)] });
    return Promise.resolve({ documents: [listed('', stat, this.#isFresh(stat))], problems: this.#past.problems() });
  }

  current(): Uint8Array | null {
    return currentRevision(this.#fs, this.#path);
  }

  read(
    names: readonly string[],
    atHand: (name: string) => Uint8Array | undefined = () => undefined,
    isOther: (name: string) => void = () => undefined,
  ): Promise<readonly (ReadDocument | UnreadDocument)[]> {
    const own = (name: string): AtHand => ({ bytes: () => atHand(name), isOther: () => isOther(name) });
    return Promise.resolve(names.map((name) => readDocument(this.#file(name), own(name))));
  }

  write(_name: string, expected: Uint8Array | null, bytes: Uint8Array | null): Promise<DocumentWritten> {
    this.#settle();
    const written = writeDocument(this.#file(''), expected, bytes);
    this.#isSettled = written.done === 'written';
    return Promise.resolve(written);
  }

  newName(): string {
    return '';
  }
  release(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.#past.close();
    return Promise.resolve();
  }

  #file(name: string): TextFile {
    return {
      fs: this.#fs,
      name,
      path: this.#path,
      isFresh: (stat) => this.#isFresh(stat),
      replaced: (aside, was) => this.#past.watch(aside, this.#path, was),
    };
  }

  #isFresh(stat: FileStat): boolean {
    return this.#recent.isFresh('', stat, this.#clock.now());
  }

  #settle(): void {
    if (this.#isSettled && !this.#past.owes) return;
    const { directory, name } = placeOf(this.#path);
    try {
      const listed = this.#fs.readDirectory(directory);
      const moved = settleLeftOvers(this.#fs, directory, listed, name);
      this.#past.meet(directory, moved ? this.#fs.readDirectory(directory) : listed, name);
      this.#isSettled = true;
    } catch (error) {
      // The file may well be read where what lies beside it cannot be listed, or moved just now.
      if ((error as { code?: string }).code === undefined) throw error;
    }
  }
}

function fileCondition(fs: FileSystem, path: string): SourceCondition {
  const away = (code: 'missing' | 'unreadable', detail: string): SourceCondition => ({
    is: 'unavailable',
    code,
    detail,
  });
  try {
    const stat = fs.lstat(path);
    if (stat === null) return away('missing', `${path} is not there. Nothing was deleted elsewhere.`);
    if (stat.type !== 'file') return away('unreadable', `${path} is no file any more.`);
    return { is: 'ready' };
  } catch (error) {
    return away('unreadable', `${path}: ${troubleText(error)}`);
  }
}

/** A text on a disk, as a place lists it. */
export function listed(name: string, stat: FileStat, fresh: boolean): ListedDocument {
  return { name, revision: revisionOf(stat), fresh, size: stat.size };
}

/** The revision of a text on a disk; null: there is no file of that name. */
export function currentRevision(fs: FileSystem, path: string): Uint8Array | null {
  const stat = fs.lstat(path);
  return stat?.type === 'file' ? revisionOf(stat) : null;
}

/** A text that could not be read, and why. */
export const unread = (name: string, code: ProblemCode, detail: string): UnreadDocument => ({ name, code, detail });

/** A text on a disk. */
export interface TextFile {
  readonly fs: FileSystem;
  /** As `ListedDocument.name`. */
  readonly name: string;
  readonly path: string;
  isFresh(stat: FileStat): boolean;
  /** As `replaceFile` tells. */
  replaced(aside: string, was: string): void;
}

type Refused = Extract<DocumentWritten, { done: 'refused' }>;
/** A file that was written, as it stands now. */
export type MadeFile = { readonly done: 'made'; readonly stat: FileStat } | Refused;

/** As `DocumentPlace.read` says of one. It is asked for, and not given, so that nothing else holds it in memory. */
interface AtHand {
  bytes(): Uint8Array | undefined;
  isOther(): void;
}

/** A text, with the revision it had while all of it was read. */
export function readDocument(
  { fs, name, path, isFresh }: TextFile,
  atHand: AtHand | null = null,
): ReadDocument | UnreadDocument {
  const read = readText(fs, path, atHand);
  return 'code' in read ? { name, ...read } : { ...listed(name, read.stat, isFresh(read.stat)), bytes: read.bytes };
}

/** All a file says, and how it stood while that was read. */
function readText(
  fs: FileSystem,
  path: string,
  atHand: AtHand | null,
): { readonly stat: FileStat; readonly bytes: Uint8Array } | Omit<UnreadDocument, 'name'> {
  try {
    const before = fs.lstat(path);
    if (before?.type !== 'file') return { code: 'changing', detail: `${path} is no file` };
    if (before.size > LARGEST_TEXT)
      return { code: 'unreadable', detail: `${path} is larger than ${LARGEST_TEXT >> 20} MiB: split it` };
    const fd = fs.open(path, 'read');
    try {
      const bytes = bytesIn(fs, fd, before.size, atHand);
      const stat = fs.fstat(fd);
      if (bytes === null || !sameRevision(revisionOf(before), revisionOf(stat)))
        return { code: 'changing', detail: `${path} changed while it was read` };
      return { stat, bytes };
    } finally {
      fs.close(fd);
    }
  } catch (error) {
    return { code: troubleOf(error), detail: troubleText(error) };
  }
}

/** All of a file of this size, as it is at hand where it says just that. null: it is shorter. */
function bytesIn(fs: FileSystem, fd: number, size: number, atHand: AtHand | null): Uint8Array | null {
  const same = bytesAsAtHand(fs, fd, size, atHand?.bytes());
  if (same === size) return atHand?.bytes() ?? new Uint8Array(0);
  if (same === null) atHand?.isOther();
  const bytes = new Uint8Array(size);
  return readFully(fs, fd, bytes, 0) < size ? null : bytes;
}

/** A text is compared in pieces of so many bytes: it need not be in memory twice. */
const PIECE = 256 << 10;

/** The length of what is at hand, where a file of this size begins with that. null: it does not. */
function bytesAsAtHand(fs: FileSystem, fd: number, size: number, atHand: Uint8Array | undefined): number | null {
  return atHand !== undefined && atHand.length <= size && saysJust(fs, fd, atHand) ? atHand.length : null;
}

function saysJust(fs: FileSystem, fd: number, bytes: Uint8Array): boolean {
  const piece = Buffer.allocUnsafe(Math.min(PIECE, bytes.length));
  for (let at = 0; at < bytes.length; at += PIECE) {
    const wanted = bytes.subarray(at, at + PIECE);
    const found = piece.subarray(0, wanted.length);
    if (readFully(fs, fd, found, at) < wanted.length || !equalBytes(found, wanted)) return false;
  }
  return true;
}

/** See `DocumentPlace.write`. */
export function writeDocument(file: TextFile, expected: Uint8Array | null, bytes: Uint8Array | null): DocumentWritten {
  const { fs, path } = file;
  try {
    const stat = fs.lstat(path);
    const replaced = expected === null ? null : { revision: expected, mode: stat?.mode ?? 0o600 };
    if (!replaceFile(fs, path, replaced, bytes, (aside, was) => file.replaced(aside, was)))
      return changedUnderneath(`${path} changed just now`);
    return bytes === null ? { done: 'written', document: null } : writtenDocument(file, bytes);
  } catch (error) {
    return { done: 'refused', reason: troubleOf(error), detail: troubleText(error) };
  }
}

function writtenDocument({ fs, name, path, isFresh }: TextFile, bytes: Uint8Array): DocumentWritten {
  const now = readBack(fs, path, bytes);
  if (now.done === 'refused') return now;
  return { done: 'written', document: { ...listed(name, now.stat, isFresh(now.stat)), bytes } };
}

/** How a file stands that was just written with these bytes. Whoever wrote to it at once is not taken for us: the next look finds out what they changed. */
export function readBack(fs: FileSystem, path: string, bytes: Uint8Array): MadeFile {
  const now = readText(fs, path, { bytes: () => bytes, isOther: () => undefined });
  if ('code' in now) return changedUnderneath(now.detail);
  return equalBytes(now.bytes, bytes)
    ? { done: 'made', stat: now.stat }
    : changedUnderneath(`${path} changed just now`);
}
export const changedUnderneath = (detail: string): Refused => ({
  done: 'refused',
  reason: 'changed-underneath',
  detail,
});

/** The code for what a call of the file system failed with. */
export function troubleOf(error: unknown): ProblemCode {
  const code = (error as { code?: string }).code;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'no-permission';
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'io';
}
