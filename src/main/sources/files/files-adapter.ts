import { BATCH_SIZES, type BatchSizes } from '../../platform/batch-sizes.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import type { Remote } from '../../platform/remote.ts';
import { freeSlabs, giveSlabs, noteSlab, SLAB_BYTES, slabsOf } from '../../platform/slabs.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { Digest, RecordId } from '../../record/ids.ts';
import type {
  Capabilities,
  ConstructItem,
  ConstructOutcome,
  ContentRequest,
  ItemProblem,
  ListEvent,
  ListResult,
  Reading,
  SourceAdapter,
  SourceCondition,
  StagedFile,
  StagedPiece,
  StageRequest,
} from '../source-adapter.ts';
import type { AsideBatch, MovedOn } from './aside.ts';
import { IgnoreRules, type RuleSettings } from './ignore-rules.ts';
import type { LookService } from './look-service.ts';
import type { NamePlatform } from './names.ts';
import { parentOf } from './path-guard.ts';
import type { SourceMarker } from './source-marker.ts';
import type { PlacedItem } from './staging-batch.ts';
import type { FilesWatch, WatchOptions } from './watch-files.ts';
import type { WriteService } from './write-service.ts';

/** So many batches of a listing are brought over from its thread at a time. */
const LIST_BATCHES = 2;
/** Room for content that is read: about as much as a peer asks for at once. */
const SLABS_AT_ONCE = 4;
/** What was taken aside is looked at once more after this long: an editor may still have held it open (DESIGN 4). */
const RECHECK_MS = 2000;
/** What an interruption left and could not be settled, for want of room or of a peer who knows it, is tried again after this long. */
const RECOVER_AGAIN_MS = 30_000;

export interface FilesAdapterOptions {
  readonly source: string;
  /** A real path. */
  readonly root: string;
  readonly platform: NamePlatform;
  /** Does the disk at the root fail to tell names apart by case? It can be told while the root is there, marked. */
  isFolding(): boolean;
  readonly marker: SourceMarker;
  readonly rules: RuleSettings;
  /** Absent: `BATCH_SIZES`. */
  readonly batches?: BatchSizes | undefined;
  /** For the watcher, which lives in the caller's thread. */
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly watch: ((options: WatchOptions) => FilesWatch) | null;
  /** Tells when the root itself goes away or comes back. */
  readonly watchRoot: ((root: string, onChange: () => void) => () => Promise<void>) | null;
  /** Bytes somebody wrote to a file after it was replaced or deleted: they are in the version store, and a change of that item. */
  onMovedOn(moved: readonly MovedOn[]): void;
  /** Of bytes that an interruption left: are they only what a power loss made of something known? null: that cannot be told now. Same order. */
  areTorn(moved: readonly MovedOn[]): Promise<readonly (boolean | null)[]>;
  /** What an interruption found in its place: before the root is looked at for the first time. */
  onPlaced(placed: readonly PlacedItem[]): void;
  /** Nothing is left of an interruption. */
  onRecovered(): void;
  onProblems(problems: readonly ItemProblem[]): void;
}

/** A folder as a source: looks through `LookService`, writes through `WriteService`, both in threads of their own. */
export class FilesAdapter implements SourceAdapter {
  readonly kind = 'files';
  readonly can: Capabilities;
  readonly #look: Remote<LookService>;
  readonly #write: Remote<WriteService>;
  readonly #options: FilesAdapterOptions;
  readonly #batchItems: number;
  #isFolding: boolean;
  #settings: RuleSettings;
  #rules: IgnoreRules;
  #rulesVersion = 1;
  #ignoreText = '';
  #linked = 0;
  #watch: FilesWatch | null = null;
  readonly #seen = new Set<string>();
  /** Something half-done may lie in the root: that is put right before it is listed. */
  #isInterrupted = true;
  #leftAside = true;
  /** What was taken aside and waits to be looked at again. */
  readonly #rechecks = new Set<Promise<void>>();
  #recoversAgain: (() => void) | null = null;
  /** The directory of each batch of which no snapshot tells yet. */
  readonly #placed = new WeakMap<readonly ConstructOutcome[], string>();

  constructor(look: Remote<LookService>, write: Remote<WriteService>, options: FilesAdapterOptions) {
    this.#look = look;
    this.#write = write;
    this.#options = options;
    this.#batchItems = (options.batches ?? BATCH_SIZES).listed;
    this.#isFolding = options.isFolding();
    this.#settings = options.rules;
    this.#rules = new IgnoreRules('', options.rules);
    this.can = { write: true, watch: options.watch !== null, fields: null };
  }

  /** Takes the root in care; `fresh`: a new source, which is marked. Fails with `other-marker` where it belongs to another. */
  async open(fresh: boolean): Promise<void> {
    await this.#openServices();
    if (fresh) await this.#look.makeMarker(this.#options.source);
    await this.#askFolding();
    if ((await this.condition()).is !== 'ready') return;
    await this.#recover(true);
    await this.#readRules();
  }

  /**
   * Puts right what an interruption left, if the root is there. `opens`: nothing was looked at since. What was in place when a disk went away, as it
   * may later on, need not be there any more.
   */
  async #recover(opens = false): Promise<void> {
    const { source, clock, onProblems, onMovedOn, onPlaced, onRecovered, areTorn } = this.#options;
    this.#leftAside = true;
    const { moved, problems, placed } = await this.#write.recover(source);
    if ((await this.condition()).is !== 'ready') return;
    if (opens && placed.length > 0) onPlaced(placed);
    if (placed.length > 0)
      await this.#write.forgetPlaced(source, [...new Set(placed.map(({ directory }) => directory))]);
    this.#isInterrupted = false;
    if (problems.length > 0) onProblems(problems);
    const torn = moved.length === 0 ? [] : await areTorn(moved);
    const edits = moved.filter((_, at) => torn[at] === false);
    if (edits.length > 0) onMovedOn(edits);
    const settled = moved.filter((_, at) => torn[at] !== null).map(({ path }) => path);
    if (settled.length > 0) await this.#write.settleRecovered(source, settled);
    if (problems.length === 0 && settled.length === moved.length) {
      this.#leftAside = false;
      onRecovered();
      return;
    }
    this.#recoversAgain?.();
    this.#recoversAgain = clock.after(RECOVER_AGAIN_MS, () => {
      // The source was closed meanwhile: it is tried when it is opened again.
      this.#recover().catch(() => undefined);
    });
  }

  async #openServices(): Promise<void> {
    const { source, root, platform, marker } = this.#options;
    const folding = this.#isFolding;
    const batchItems = this.#batchItems;
    // Both threads may have to begin: at the same time.
    await Promise.all([
      this.#look.open(source, root, { platform, folding, rules: this.#settings, marker, batchItems }),
      this.#write.open(source, root, { platform, folding }),
    ]);
  }

  /** Does its disk fold names? While the root is away, or without a marker, that cannot be told. */
  async #askFolding(): Promise<void> {
    const folding = this.#options.isFolding();
    if (folding === this.#isFolding) return;
    this.#isFolding = folding;
    await this.#openServices();
  }

  /** Other selection or ignore rules hold from now on. */
  async setRules(settings: RuleSettings): Promise<void> {
    this.#settings = settings;
    await this.#openServices();
    this.#ignoreText = '\0';
    await this.#readRules();
  }

  async #readRules(): Promise<void> {
    const text = await this.#look.ignoreText(this.#options.source);
    if (text === this.#ignoreText) return;
    this.#ignoreText = text;
    this.#rulesVersion++;
    this.#rules = new IgnoreRules(text, this.#settings);
  }

  condition(): Promise<SourceCondition> {
    return this.#look.condition(this.#options.source);
  }

  get leftAside(): boolean {
    return this.#leftAside;
  }
  get linked(): number {
    return this.#linked;
  }

  rulesVersion(): number {
    return this.#rules.empty ? 0 : this.#rulesVersion;
  }

  outside(id: RecordId, isDirectory: boolean): boolean {
    return this.#rules.outside(id, isDirectory);
  }
  onlyLeads(id: RecordId): boolean {
    return this.#rules.onlyLeads(id);
  }

  async list(
    since: number | null,
    within: readonly string[] | null,
    tell: (event: ListEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<ListResult> {
    if (this.#isInterrupted) {
      await this.#askFolding();
      await this.#recover();
    }
    await this.#readRules();
    const listing = await this.#look.beginList(this.#options.source, since, within, this.#ignoreText);
    for (let next = this.#look.nextList(listing, LIST_BATCHES * this.#batchItems); ; ) {
      const { events, done } = await next;
      // Listed while these are worked in.
      if (done === null) next = this.#look.nextList(listing, LIST_BATCHES * this.#batchItems);
      next.catch(() => undefined);
      for (const event of events) {
        this.#watchListed(event);
        await tell(event);
      }
      if (done !== null) {
        this.#linked = done.linked ?? this.#linked;
        return done;
      }
      if (signal.aborted) {
        await this.#look.endList(listing);
        throw new LockstepError('stopped', 'the listing was stopped', this.#options.root);
      }
    }
  }

  #watchListed(event: ListEvent): void {
    if (event.is !== 'groups') return;
    const groups = event.groups.map((group) => group.group);
    if (this.#watch === null) for (const group of groups) this.#seen.add(group);
    else this.#watch.add(groups);
  }

  read(
    ids: readonly RecordId[],
    _signal: AbortSignal,
    former?: ReadonlyMap<RecordId, Uint8Array>,
  ): Promise<readonly (Reading | ItemProblem)[]> {
    return this.#look.read(this.#options.source, ids, former);
  }

  async construct(items: readonly ConstructItem[]): Promise<readonly ConstructOutcome[]> {
    const { outcomes, aside, madeDirectories, needsRecovery, placed } = await this.#write.construct(
      this.#options.source,
      items,
    );
    // Before anything is listed again: what could not be put back would look like a deletion.
    if (needsRecovery) {
      this.#isInterrupted = true;
      await this.#recover();
    }
    if (aside !== null) this.#recheckLater(aside);
    if (placed !== null) this.#placed.set(outcomes, placed);
    const groups = new Set(items.map(({ id }) => parentOf(id)));
    this.tellAgain([...groups]);
    if (this.#watch !== null && madeDirectories.length > 0) this.#watch.add(madeDirectories);
    return outcomes;
  }

  tellAgain(groups: readonly string[]): void {
    // Not waited for: what is asked later is answered later.
    this.#look.expect(this.#options.source, groups).catch(() => undefined);
  }

  committed(outcomes: readonly ConstructOutcome[]): void {
    const placed = this.#placed.get(outcomes);
    // Not waited for: where it is not done, what is told of at the next start is found to be known.
    if (placed !== undefined) this.#write.forgetPlaced(this.#options.source, [placed]).catch(() => undefined);
  }

  #recheckLater(batch: AsideBatch): void {
    const recheck = new Promise<void>((resolve) => {
      // The source may have been closed meanwhile: what is aside is settled when it is opened again.
      this.#options.clock.after(RECHECK_MS, () => resolve(this.#recheck(batch).catch(() => undefined)));
    });
    this.#rechecks.add(recheck);
    void recheck.then(() => this.#rechecks.delete(recheck));
  }

  async #recheck(batch: AsideBatch): Promise<void> {
    const { source, onMovedOn, onProblems } = this.#options;
    const { moved, problems, again } = await this.#write.recheck(source, batch);
    if (moved.length > 0) onMovedOn(moved);
    if (problems.length > 0) onProblems(problems);
    if (again !== null) this.#recheckLater(again);
  }

  async readContent(
    requests: readonly ContentRequest[],
    most = Number.POSITIVE_INFINITY,
  ): Promise<readonly (Uint8Array | null)[]> {
    const bytes = requests.reduce((sum, { length }) => sum + length, 0);
    // What is read in one go lies in one slab, so they are not filled. Those that are not needed come back.
    const room = freeSlabs(Math.min(SLABS_AT_ONCE, 1 + Math.ceil((bytes * 1.5) / SLAB_BYTES)));
    const read = this.#write.readContent(this.#options.source, requests, most, { owned: room });
    const { items, owned } = await read.catch((error: unknown) => {
      // Who reads does not wait for whoever lets go of the folder meanwhile.
      if (!(error instanceof LockstepError && error.code === 'no-source')) throw error;
      return { items: requests.map(() => null), owned: room };
    });
    for (const buffer of owned) noteSlab(buffer);
    const used = new Set(items.map((item) => item?.buffer));
    giveSlabs(owned.filter((buffer) => !used.has(buffer)));
    return items;
  }
  async stage(request: StageRequest): Promise<StagedFile> {
    const staged = await this.#write.stage(this.#options.source, request);
    giveSlabs(slabsOf(request.pieces.map((piece) => piece.bytes)));
    return staged;
  }
  async writeStaged(path: string, pieces: readonly StagedPiece[]): Promise<readonly number[]> {
    const sent = { pieces, owned: slabsOf(pieces.map((piece) => piece.bytes)) };
    const { wrong, owned } = await this.#write.writeStaged(this.#options.source, path, sent);
    giveSlabs(owned);
    return wrong;
  }
  stagedContents(): Promise<readonly Digest[]> {
    return this.#write.stagedContents(this.#options.source);
  }
  keepStaged(awaited: readonly Digest[], refused: readonly Digest[]): Promise<void> {
    return this.#write.keepStaged(this.#options.source, awaited, refused);
  }
  isStagedWhole(path: string): Promise<boolean> {
    return this.#write.isStagedWhole(this.#options.source, path);
  }

  watch(onDirty: (group: string | null) => void, onLimit: (detail: string) => void): Promise<() => Promise<void>> {
    const { fs, root, platform, watch } = this.#options;
    if (watch === null) throw new LockstepError('not-watchable', 'this source is not watched', root);
    const watching = watch({
      fs,
      root,
      platform,
      folding: this.#isFolding,
      outside: (id, isDirectory) => this.#rules.outside(id, isDirectory),
      onDirty,
      onLimit,
    });
    this.#watch = watching;
    watching.add(['', ...this.#seen]);
    this.#seen.clear();
    const stopRoot = this.#options.watchRoot?.(root, () => onDirty(null));
    return Promise.resolve(async () => {
      this.#watch = null;
      await stopRoot?.();
      await watching.close();
    });
  }

  /**
   * The root is not this source any more: its marker goes, so that it may become another's. What cannot be reached now keeps it. What was taken
   * aside is looked at again before: nobody would give it to history afterwards.
   */
  async release(): Promise<void> {
    await Promise.all(this.#rechecks);
    await this.#look.removeMarker(this.#options.source).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#recoversAgain?.();
    await this.#watch?.close();
    this.#watch = null;
    await this.#look.close(this.#options.source);
    await this.#write.close(this.#options.source);
  }
}
