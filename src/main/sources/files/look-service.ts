import type { HashHelper } from '../../content/chunk-file.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { RecordId } from '../../record/ids.ts';
import type { ItemProblem, ListEvent, Reading, SourceCondition } from '../source-adapter.ts';
import { FilesDisk, type FilesDiskOptions } from './files-disk.ts';
import { IGNORE_FILE, type RuleSettings } from './ignore-rules.ts';
import { readSmallFile } from './source-marker.ts';
import type { WalkResult } from './walk-files.ts';

export type OpenSource = Omit<FilesDiskOptions, 'now' | 'helper'>;

/** Looks at the roots of all files sources of this device: lists and reads. Lives in a worker thread; synchronous, so nothing in it overlaps. */
export class LookService {
  readonly #fs: FileSystem;
  readonly #now: () => number;
  readonly #helper: HashHelper | null;
  readonly #disks = new Map<string, { disk: FilesDisk; root: string; options: OpenSource }>();
  readonly #listings = new Map<number, Generator<ListEvent, WalkResult>>();
  #next = 1;

  /** `helper`: a second thread for large files. */
  constructor(fs: FileSystem, now: () => number, helper: HashHelper | null = null) {
    this.#fs = fs;
    this.#now = now;
    this.#helper = helper;
  }

  /** Takes a root in its care, or changes its rules. `root`: a real path. */
  open(source: string, root: string, options: OpenSource): void {
    const disk = new FilesDisk(this.#fs, root, { ...options, now: this.#now, helper: this.#helper });
    this.#disks.set(source, { disk, root, options });
  }

  close(source: string): void {
    this.#disks.delete(source);
  }

  condition(source: string): SourceCondition {
    return this.#disk(source).condition();
  }

  makeMarker(source: string): void {
    this.#disk(source).makeMarker();
  }

  removeMarker(source: string): void {
    this.#disk(source).removeMarker();
  }

  /** The text of the root's ignore file; '' where there is none. */
  ignoreText(source: string): string {
    const root = this.#disks.get(source)?.root ?? '';
    const bytes = readSmallFile(this.#fs, `${root}/${IGNORE_FILE}`, 1 << 20);
    return bytes === null ? '' : new TextDecoder().decode(bytes);
  }

  /** Items were written to these groups: should they be gone at the next listing, it tells so. */
  expect(source: string, groups: readonly string[]): void {
    this.#disk(source).expect(groups);
  }

  /** `ignoreText`: what the caller takes for the text of the ignore file; what it leaves out is not listed, though the file says otherwise by now. */
  beginList(source: string, since: number | null, within: readonly string[] | null, ignoreText: string): number {
    const id = this.#next++;
    this.#listings.set(id, this.#disk(source).listing(since, within, undefined, ignoreText));
    return id;
  }

  /** The next events of a listing, about `items` items of them; `done` once it is over. */
  nextList(list: number, items: number): { readonly events: readonly ListEvent[]; readonly done: WalkResult | null } {
    const listing = this.#listings.get(list);
    if (listing === undefined) throw new LockstepError('no-listing', 'the listing is over');
    const events: ListEvent[] = [];
    let count = 0;
    try {
      while (count < items) {
        const step = listing.next();
        if (step.done === true) {
          this.#listings.delete(list);
          return { events, done: step.value };
        }
        events.push(step.value);
        count += step.value.is === 'groups' ? step.value.groups.reduce((sum, group) => sum + group.items.length, 1) : 1;
      }
    } catch (error) {
      this.#listings.delete(list);
      throw error;
    }
    return { events, done: null };
  }

  endList(list: number): void {
    this.#listings.delete(list);
  }

  read(
    source: string,
    ids: readonly RecordId[],
    former?: ReadonlyMap<RecordId, Uint8Array>,
  ): readonly (Reading | ItemProblem)[] {
    return this.#disk(source).read(ids, former);
  }

  #disk(source: string): FilesDisk {
    const opened = this.#disks.get(source);
    if (opened === undefined) throw new LockstepError('no-source', 'the source is not open', source);
    return opened.disk;
  }
}
export type { RuleSettings };
