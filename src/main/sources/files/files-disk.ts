import type { HashHelper } from '../../content/chunk-file.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { troubleText } from '../../platform/trouble-text.ts';
import type { RecordId } from '../../record/ids.ts';
import type { ItemProblem, ListEvent, Reading, SourceCondition } from '../source-adapter.ts';
import { IGNORE_FILE, IgnoreRules, type RuleSettings } from './ignore-rules.ts';
import { MountMemory } from './mount-memory.ts';
import type { NamePlatform } from './names.ts';
import { ParentGuard } from './path-guard.ts';
import { FileReader } from './read-files.ts';
import {
  markerPath,
  markRoot,
  readMarker,
  readSmallFile,
  type SourceMarker,
  type StoredMarker,
  writeMarker,
} from './source-marker.ts';
import { FileWalker, type WalkResult } from './walk-files.ts';

const IGNORE_FILE_BYTES = 1024 * 1024;

export interface FilesDiskOptions {
  readonly platform: NamePlatform;
  /** The disk does not tell names apart by case. */
  readonly folding: boolean;
  /** This source's own rules; those of `.lockstepignore` come before them. */
  readonly rules: RuleSettings;
  /** Whose root this is. */
  readonly marker: SourceMarker;
  /** A listing tells of about so many items at a time; absent: as `BATCH_SIZES` says. */
  readonly batchItems?: number | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** For large files; null: none. */
  readonly helper?: HashHelper | null;
}

/**
 * The files source's looking at a disk: synchronous, one call at a time, in a worker thread or inline. It keeps what it needs
 * to list only differences; losing it costs a whole listing and nothing else.
 */
export class FilesDisk {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #options: FilesDiskOptions;
  readonly #reader: FileReader;
  #device: bigint | null = null;
  #looking: { readonly walker: FileWalker; readonly mounts: MountMemory } | null = null;
  #rules: { readonly text: string; readonly rules: IgnoreRules } | null = null;

  /** `root`: a real path (no links in it). */
  constructor(fs: FileSystem, root: string, options: FilesDiskOptions) {
    this.#fs = fs;
    this.#root = root;
    this.#options = options;
    this.#reader = new FileReader(fs, () => options.now(), options.helper);
  }

  /** Is the root there, on the disk it was on, with the marker it should have? */
  condition(): SourceCondition {
    try {
      const stat = this.#fs.lstat(this.#root);
      if (stat === null) return unavailable('missing', `${this.#root} is not there`);
      if (stat.type !== 'directory') return unavailable('missing', `${this.#root} is no folder any more`);
      if (this.#device !== null && stat.device !== this.#device) {
        return unavailable('other-disk', `${this.#root} is on another disk than before`);
      }
      const marker = readMarker(this.#fs, this.#root);
      if (marker === null)
        return unavailable('no-marker', `${this.#root} is not the folder it was: was it emptied, or is its disk away?`);
      if (!this.#isOurs(marker)) return unavailable('other-marker', `${this.#root} belongs to another source`);
      this.#device = stat.device;
      return { is: 'ready' };
    } catch (error) {
      return unavailable('unreadable', `${this.#root}: ${troubleText(error)}`);
    }
  }

  /** Marks the root as this source's. Fails as `checkMayMark`. */
  makeMarker(): void {
    markRoot(this.#fs, this.#root, this.#options.marker);
  }

  /** The root is nobody's any more. Does nothing where the marker is not this source's. */
  removeMarker(): void {
    const there = readMarker(this.#fs, this.#root);
    if (there !== null && this.#isOurs(there)) this.#fs.unlink(markerPath(this.#root));
  }

  /**
   * As `SourceAdapter.list`, and `complete` (see `WalkResult`). Fails with `source-unavailable` where `condition` is not ready or
   * stops being so; whatever was told until then holds.
   */
  list(
    since: number | null,
    within: readonly string[] | null,
    tell: (event: ListEvent) => void,
    signal: { readonly aborted: boolean } = { aborted: false },
  ): WalkResult {
    const listing = this.listing(since, within, signal);
    for (let step = listing.next(); ; step = listing.next()) {
      if (step.done === true) return step.value;
      tell(step.value);
    }
  }

  /**
   * The same, event by event as they are asked for. A listing may be left half-way, and others may begin before it ends. `ignoreText`: as
   * `readRules`.
   */
  *listing(
    since: number | null,
    within: readonly string[] | null,
    signal: { readonly aborted: boolean } = { aborted: false },
    ignoreText?: string,
  ): Generator<ListEvent, WalkResult> {
    const condition = this.condition();
    if (condition.is !== 'ready') throw new LockstepError('source-unavailable', condition.detail, this.#root);
    const { walker, mounts } = this.#lookingAt();
    const result = yield* walker.walk(since, within, this.readRules(ignoreText), signal);
    if (within === null) this.#keepMounts(mounts);
    return result;
  }

  /** Items were written to these directories, or deleted: should they be gone at the next listing, it tells so. */
  expect(groups: readonly string[]): void {
    // A first listing is compared with all that is known.
    this.#looking?.walker.expect(groups);
  }

  /** As `SourceAdapter.read`. */
  read(ids: readonly RecordId[], former?: ReadonlyMap<RecordId, Uint8Array>): readonly (Reading | ItemProblem)[] {
    const { platform, folding } = this.#options;
    const { walker, mounts } = this.#lookingAt();
    const read = this.#reader.read(
      new ParentGuard(this.#fs, this.#root, platform, folding, (id) => mounts.has(id)),
      ids,
      former,
    );
    // Nothing on the disk says that another program let go of a file, or that the disk is well again.
    for (const each of read) if ('code' in each) walker.doubt(each.id.slice(0, Math.max(0, each.id.lastIndexOf('/'))));
    return read;
  }

  /**
   * The rules with this text of the ignore file; absent: as it stands on the disk now. Fails with the system's error, or `too-large`, where
   * that cannot be read.
   */
  readRules(text = this.#ignoreText()): IgnoreRules {
    if (this.#rules?.text !== text) this.#rules = { text, rules: new IgnoreRules(text, this.#options.rules) };
    return this.#rules.rules;
  }

  #ignoreText(): string {
    const bytes = readSmallFile(this.#fs, `${this.#root}/${IGNORE_FILE}`, IGNORE_FILE_BYTES);
    return bytes === null ? '' : new TextDecoder().decode(bytes);
  }

  #lookingAt(): { readonly walker: FileWalker; readonly mounts: MountMemory } {
    if (this.#looking === null) {
      const { platform, folding } = this.#options;
      const mounts = new MountMemory(readMarker(this.#fs, this.#root)?.mounts ?? null);
      const walker = new FileWalker(this.#fs, this.#root, {
        platform,
        folding,
        mounts,
        batchItems: this.#options.batchItems,
        now: () => this.#options.now(),
      });
      this.#looking = { walker, mounts };
    }
    return this.#looking;
  }

  /** What a listing learned of mounts is worth keeping only beside the marker it belongs to. */
  #keepMounts(mounts: MountMemory): void {
    const places = mounts.takeChanged();
    if (places !== null) writeMarker(this.#fs, this.#root, { ...this.#options.marker, mounts: places });
  }

  #isOurs(marker: StoredMarker): boolean {
    const { collection, source, device } = this.#options.marker;
    return marker.collection === collection && marker.source === source && marker.device === device;
  }
}

function unavailable(code: Exclude<SourceCondition, { is: 'ready' }>['code'], detail: string): SourceCondition {
  return { is: 'unavailable', code, detail };
}
