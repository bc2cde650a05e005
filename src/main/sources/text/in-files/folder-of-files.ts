import type { Clock } from '../../../platform/clock.ts';
import type { FileStat, FileSystem } from '../../../platform/file-system.ts';
import type { Remote } from '../../../platform/remote.ts';
import { troubleText } from '../../../platform/trouble-text.ts';
import {
  isSameRoot,
  markedRoot,
  markerPath,
  markRoot,
  readMarker,
  type SourceMarker,
} from '../../files/source-marker.ts';
import type { SourceCondition } from '../../source-adapter.ts';
import type {
  DocumentListing,
  DocumentPlace,
  DocumentWritten,
  NewDocument,
  ReadDocument,
  UnreadDocument,
} from '../document-place.ts';
import { FolderListing } from './folder-listing.ts';
import { makeFiles } from './make-files.ts';
import { currentRevision, listed, type MadeFile, readDocument, type TextFile, writeDocument } from './one-file.ts';
import { PastTexts } from './past-texts.ts';
import { RecentTexts } from './recent-texts.ts';
import { packed, type TextsService } from './texts-service.ts';

/** What is not safe in a name on every system, and a leading dot, which hides it. */
const UNSAFE = /[^A-Za-z0-9@_+=.-]/g;
/** Devices of Windows, whatever the ending. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
const LONGEST_NAME = 100;
/** Fewer new files are made sooner than a thread begins. */
const WORTH_A_THREAD = 20;

export interface FolderOfFilesOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** A real path. */
  readonly root: string;
  /** How names of its texts end: `.vcf`, `.ics`. Whatever else lies there is nobody's business. */
  readonly ending: string;
  readonly marker: SourceMarker;
  readonly watch: WatchFolder | null;
  /** Makes many new files beside everything else. Absent: they are made here. */
  readonly texts?: Remote<TextsService>;
}
/** Tells the name of what something happened to right in a folder; null: to anything there. Returns how to stop. */
export type WatchFolder = (path: string, onChange: (name: string | null) => void) => Promise<() => Promise<void>>;

/** A file for each item, as vdirsyncer, khal and servers keep them (vdir). Only what lies right in the folder. */
export class FolderOfFiles implements DocumentPlace {
  readonly many = true;
  readonly writable = true;
  readonly watch: DocumentPlace['watch'];
  readonly #options: FolderOfFilesOptions;
  readonly #recent = new RecentTexts();
  readonly #past: PastTexts;
  readonly #listing: FolderListing;
  #isWatched = false;

  constructor(options: FolderOfFilesOptions) {
    const { fs, root, ending, clock, watch } = options;
    this.#options = options;
    this.#past = new PastTexts(fs, clock);
    this.#listing = new FolderListing({
      fs,
      root,
      ending,
      past: this.#past,
      isFresh: (name, stat) => this.#isFresh(name, stat),
    });
    this.watch = watch === null ? null : this.#past.watching((onDirty) => this.#watch(watch, onDirty));
  }

  /** A new source is marked. Fails as `checkMayMark`. */
  mark(): void {
    const { fs, root, marker } = this.#options;
    markRoot(fs, root, marker);
  }

  condition(): Promise<SourceCondition> {
    return Promise.resolve(this.#condition());
  }

  list(near = false): Promise<DocumentListing> {
    return Promise.resolve((near && this.#isWatched ? this.#listing.near() : null) ?? this.#listing.whole());
  }

  names(): readonly string[] {
    return this.#listing.names();
  }

  current(name: string): Uint8Array | null {
    return currentRevision(this.#options.fs, `${this.#options.root}/${name}`);
  }

  read(names: readonly string[]): Promise<readonly (ReadDocument | UnreadDocument)[]> {
    return Promise.resolve(names.map((name) => readDocument(this.#file(name))));
  }

  async write(name: string, expected: Uint8Array | null, bytes: Uint8Array | null): Promise<DocumentWritten> {
    if (!isName(name)) return notAName(name);
    const [written] = await this.#whileThere([name], async () => [writeDocument(this.#file(name), expected, bytes)]);
    return written as DocumentWritten;
  }

  async make(documents: readonly NewDocument[]): Promise<readonly DocumentWritten[]> {
    const named = documents.filter(({ name }) => isName(name));
    const outcomes = await this.#whileThere(
      named.map(({ name }) => name),
      () => this.#make(named),
    );
    const written = new Map(named.map(({ name }, at) => [name, outcomes[at] as DocumentWritten]));
    return documents.map(({ name }) => written.get(name) ?? notAName(name));
  }

  async #make(documents: readonly NewDocument[]): Promise<readonly DocumentWritten[]> {
    // Whether they have rested is asked of the moment before: it may be a while until they are made.
    const now = this.#options.clock.now();
    const made = await this.#makeFiles(documents);
    return documents.map(({ name, bytes }, at) => {
      const file = made[at] as MadeFile;
      this.#listing.doubt(name);
      if (file.done === 'refused') return file;
      return { done: 'written', document: { ...listed(name, file.stat, this.#isFresh(name, file.stat, now)), bytes } };
    });
  }

  async #makeFiles(documents: readonly NewDocument[]): Promise<readonly MadeFile[]> {
    const { fs, root, texts } = this.#options;
    if (texts === undefined || documents.length < WORTH_A_THREAD) return makeFiles(fs, root, documents);
    try {
      return await texts.make(root, packed(documents));
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'thread-ended') throw error;
      // No other begins. What it had made already is found there, and waits for a look.
      return makeFiles(fs, root, documents);
    }
  }

  /** Its disk may go away at any moment: what was then written below the mount would count as deleted once it is back. */
  async #whileThere(
    names: readonly string[],
    work: () => Promise<readonly DocumentWritten[]>,
  ): Promise<readonly DocumentWritten[]> {
    const { fs, root } = this.#options;
    const before = markedRoot(fs, root);
    const written = before === null ? [] : await work();
    const detail = `${root} went away`;
    return isSameRoot(before, markedRoot(fs, root))
      ? written
      : names.map(() => ({ done: 'refused', reason: 'changed-underneath', detail }));
  }

  newName(uid: string, isTaken: (name: string) => boolean): string {
    const { ending, fs, root } = this.#options;
    const safe = uid.replace(UNSAFE, '_').replace(/^\.+/, '_').replace(RESERVED, '_$&');
    const base = safe.slice(0, LONGEST_NAME) || 'item';
    for (let at = 1; ; at++) {
      const name = `${base}${at === 1 ? '' : `-${at}`}${ending}`;
      if (!isTaken(name) && fs.lstat(`${root}/${name}`) === null) return name;
    }
  }

  release(): Promise<void> {
    const { fs, root } = this.#options;
    const marker = markerPath(root);
    if (fs.lstat(marker)?.type === 'file') fs.unlink(marker);
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.#past.close();
    return Promise.resolve();
  }

  async #watch(watch: WatchFolder, onDirty: () => void): Promise<() => Promise<void>> {
    const stop = await watch(this.#options.root, (name) => {
      if (name !== null && !this.#listing.concerns(name)) return;
      this.#listing.doubt(name);
      onDirty();
    });
    // Of what happened before nobody told.
    this.#listing.doubt(null);
    this.#isWatched = true;
    return () => {
      this.#isWatched = false;
      return stop();
    };
  }

  /** A text that is read or written: it may be another than was listed, or become one. */
  #file(name: string): TextFile {
    const { fs, root } = this.#options;
    this.#listing.doubt(name);
    const path = `${root}/${name}`;
    return {
      fs,
      name,
      path,
      isFresh: (stat) => this.#isFresh(name, stat),
      replaced: (aside, was) => this.#past.watch(aside, path, was),
    };
  }

  #condition(): SourceCondition {
    const { fs, root, marker } = this.#options;
    const away = (code: 'missing' | 'no-marker' | 'other-marker' | 'unreadable', detail: string): SourceCondition => ({
      is: 'unavailable',
      code,
      detail,
    });
    try {
      const stat = fs.lstat(root);
      if (stat === null) return away('missing', `${root} is not there. Nothing was deleted elsewhere.`);
      if (stat.type !== 'directory') return away('unreadable', `${root} is no folder any more.`);
      const known = readMarker(fs, root);
      if (known === null) return away('no-marker', `${root} is empty of its marker: is its disk there?`);
      if (known.source !== marker.source) return away('other-marker', `${root} is another source's.`);
      return { is: 'ready' };
    } catch (error) {
      return away('unreadable', `${root}: ${troubleText(error)}`);
    }
  }

  #isFresh(name: string, stat: FileStat, now = this.#options.clock.now()): boolean {
    return this.#recent.isFresh(name, stat, now);
  }
}

const isName = (name: string): boolean => !name.includes('/') && !name.startsWith('.');
const notAName = (name: string): DocumentWritten => ({
  done: 'refused',
  reason: 'name-not-allowed',
  detail: `${name} cannot be a name`,
});
