import type { HashStream } from '../../content/hash-stream.ts';
import { readFully } from '../../content/read-fully.ts';
import { type KeptListing, VersionStore } from '../../content/version-store.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { digestOf } from '../../platform/hash.ts';
import { SLAB_BYTES } from '../../platform/slabs.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { Digest, RecordId } from '../../record/ids.ts';
import type {
  ConstructItem,
  ConstructOutcome,
  ContentRequest,
  Inspected,
  StagedFile,
  StagedPiece,
  StageRequest,
} from '../source-adapter.ts';
import { type AsideBatch, recheckAside } from './aside.ts';
import { attempt } from './attempt.ts';
import { type Captured, type CaptureRequest, captureFiles } from './capture-files.ts';
import { type ConstructContext, stagingOf } from './construct-context.ts';
import { type ConstructReport, constructFiles } from './construct-files.ts';
import { changedUnderneath } from './construct-work.ts';
import { inspectFiles } from './inspect-files.ts';
import { ParentGuard } from './path-guard.ts';
import { recoverStaging, settleRecovered } from './recover-staging.ts';
import { revisionOf, sameRevision } from './revision.ts';
import { isSameRoot, markedRoot } from './source-marker.ts';
import { StagedContent } from './stage-content.ts';
import { StagedHashes } from './staged-hashes.ts';
import { forgetPlaced } from './staging-batch.ts';
import { syncFiles } from './sync-files.ts';

export interface OpenRoot {
  readonly platform: ConstructContext['platform'];
  readonly folding: boolean;
}

interface OpenedRoot {
  readonly context: ConstructContext;
  readonly staged: StagedContent;
}

/** It is tried again once a look has found the root to be there. */
const awayOutcome = (id: RecordId): ConstructOutcome => {
  const { reason, message } = changedUnderneath(id);
  return { id, done: 'refused', reason, detail: message };
};
const NOTHING_MADE = { madeDirectories: [], aside: null, placed: null, needsRecovery: false } as const;

/**
 * Writes into the roots of all files sources of this device, keeps what is replaced, and reads content for peers. Lives in one worker thread:
 * the version store has one writer, and a root one construction at a time.
 */
export class WriteService {
  readonly #fs: FileSystem;
  readonly #versions: VersionStore;
  readonly #newFileMode: number;
  readonly #free: () => number | null;
  readonly #startHash: (() => HashStream) | undefined;
  readonly #roots = new Map<string, OpenedRoot>();
  /** Directories of batches that wait to be looked at again: no recovery touches them. */
  readonly #live = new Set<string>();

  /** `freeBytes`: room left on the disk of a path; null: the system does not say. `startHash`: as in `StagedContent`. */
  constructor(
    fs: FileSystem,
    versionsDirectory: string,
    newFileMode: number,
    freeBytes: (path: string) => number | null = () => null,
    startHash?: () => HashStream,
  ) {
    this.#startHash = startHash;
    this.#fs = fs;
    this.#versions = new VersionStore(fs, versionsDirectory);
    this.#newFileMode = newFileMode;
    this.#free = () => freeBytes(versionsDirectory);
  }

  open(source: string, root: string, { platform, folding }: OpenRoot): void {
    const context: ConstructContext = {
      fs: this.#fs,
      root,
      platform,
      folding,
      versions: this.#versions,
      hashes: new StagedHashes(this.#fs),
      newFileMode: this.#newFileMode,
    };
    this.#roots.set(source, { context, staged: new StagedContent(context, this.#startHash) });
  }
  /** What of it still waits to be looked at again is an interruption to whoever opens the root next. */
  close(source: string): void {
    const opened = this.#roots.get(source);
    if (opened === undefined) return;
    const staging = `${stagingOf(opened.context.root)}/`;
    for (const directory of this.#live) if (directory.startsWith(staging)) this.#live.delete(directory);
    this.#roots.delete(source);
  }

  /** Puts right what a crash left half-done in a root. */
  recover(source: string) {
    return recoverStaging(this.#root(source), this.#live);
  }
  /** What a recovery told of, by its paths in staging, needs to be there no longer. */
  settleRecovered(source: string, paths: readonly string[]): void {
    settleRecovered(this.#root(source), paths);
  }

  /** As `constructFiles`; where the root's disk goes away meanwhile nothing counts as written: it may have gone to what lies below the mount. */
  construct(source: string, items: readonly ConstructItem[]): ConstructReport {
    const context = this.#root(source);
    const before = markedRoot(this.#fs, context.root);
    if (before === null) return { ...NOTHING_MADE, outcomes: items.map(({ id }) => awayOutcome(id)) };
    const report = constructFiles(context, items);
    if (!isSameRoot(before, markedRoot(this.#fs, context.root)))
      return { ...report, needsRecovery: true, outcomes: items.map(({ id }) => awayOutcome(id)) };
    if (report.placed !== null && !report.needsRecovery) this.#live.add(report.placed);
    return report;
  }
  /** The snapshot says what these batches put in place. */
  forgetPlaced(source: string, directories: readonly string[]): void {
    const { fs } = this.#root(source);
    for (const directory of directories) {
      attempt(() => forgetPlaced(fs, directory));
      if (fs.lstat(directory) === null) this.#live.delete(directory);
    }
  }

  recheck(source: string, batch: AsideBatch) {
    const recheck = recheckAside(this.#root(source), batch);
    if (recheck.again === null) this.#live.delete(batch.directory);
    return recheck;
  }

  stage(source: string, request: StageRequest): StagedFile {
    const { root } = this.#root(source);
    if (markedRoot(this.#fs, root) === null)
      throw new LockstepError(
        'no-staging',
        `${root} is not the folder it was: was it emptied, or is its disk away?`,
        root,
      );
    return this.#opened(source).staged.stage(request);
  }
  /** As `SourceAdapter.writeStaged`; the memory of the pieces that the caller gave away comes back. */
  writeStaged(
    source: string,
    path: string,
    { pieces, owned }: { readonly pieces: readonly StagedPiece[]; readonly owned: ArrayBufferLike[] },
  ): { wrong: readonly number[]; owned: ArrayBufferLike[] } {
    return { wrong: this.#opened(source).staged.write(path, pieces), owned };
  }
  stagedContents(source: string): readonly Digest[] {
    return this.#opened(source).staged.contents();
  }
  /** As `SourceAdapter.keepStaged`. */
  keepStaged(source: string, awaited: readonly Digest[], refused: readonly Digest[]): void {
    this.#opened(source).staged.keep(awaited, refused);
  }
  isStagedWhole(source: string, path: string): boolean {
    return this.#opened(source).staged.isWhole(path);
  }

  /** As `SourceAdapter.readContent`; contents share slabs, which the caller of the thread is given: those that came as `room`, and new ones. */
  readContent(
    source: string,
    requests: readonly ContentRequest[],
    most: number,
    room: { readonly owned: SharedArrayBuffer[] } = { owned: [] },
  ): { items: (Uint8Array | null)[]; owned: ArrayBufferLike[] } {
    const { root, platform, folding } = this.#root(source);
    const guard = new ParentGuard(this.#fs, root, platform, folding);
    const slabs = new Slabs(room.owned);
    const items = requests.map((request) => (slabs.taken < most ? this.#readOne(guard, request, slabs) : null));
    return { items, owned: [...slabs.buffers, ...room.owned] };
  }

  #readOne(guard: ParentGuard, request: ContentRequest, slabs: Slabs): Uint8Array | null {
    let fd: number | null = null;
    try {
      const place = guard.place(request.id);
      if (place.is !== 'there') return null;
      fd = this.#fs.open(place.path, 'read');
      const stat = this.#fs.fstat(fd);
      if (stat.type !== 'file' || !sameRevision(revisionOf(stat), request.revision)) return null;
      // A digest is that of all there is: of a longer item no part can be it.
      if (request.digest !== null && stat.size - request.offset > request.length) return null;
      const bytes = slabs.take(Math.max(0, Math.min(request.length, stat.size - request.offset)));
      if (readFully(this.#fs, fd, bytes, request.offset) !== bytes.length) return null;
      return request.digest === null || digestOf(bytes) === request.digest ? bytes : null;
    } catch {
      return null;
    } finally {
      if (fd !== null) this.#fs.close(fd);
    }
  }

  /** Keeps files in the version store as they are at a revision; `reserve`: bytes of its disk that stay free. Same order. */
  capture(source: string, requests: readonly CaptureRequest[], reserve: number): readonly Captured[] {
    const free = this.#free();
    return captureFiles(this.#root(source), requests, free === null ? Number.POSITIVE_INFINITY : free - reserve);
  }
  inspect(source: string, ids: readonly RecordId[]): readonly Inspected[] {
    return inspectFiles(this.#root(source), ids);
  }
  sync(source: string, ids: readonly RecordId[]): Promise<readonly boolean[]> {
    return syncFiles(this.#root(source), ids);
  }
  /** Bytes that can still be written where the version store is; null: the system does not say. */
  freeBytes(): number | null {
    return this.#free();
  }

  readKept(digest: Digest): Uint8Array | null {
    return this.#versions.read(digest);
  }
  keep(contents: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): void {
    for (const { digest, bytes } of contents) this.#versions.keepBytes(digest, bytes);
    this.#versions.flush();
  }
  drop(digests: readonly Digest[]): void {
    this.#versions.drop(digests);
  }
  keptBytes(): number {
    return this.#versions.size();
  }
  /** One part of what the version store holds, from part 0 on; see `VersionStore.listing`. */
  keptListing(part: number): KeptListing {
    return this.#versions.listing(part);
  }
  hasKept(digests: readonly Digest[]): readonly boolean[] {
    return digests.map((digest) => this.#versions.has(digest));
  }

  #root(source: string): ConstructContext {
    return this.#opened(source).context;
  }
  #opened(source: string): OpenedRoot {
    const opened = this.#roots.get(source);
    if (opened === undefined) throw new LockstepError('no-source', 'the source is not open', source);
    return opened;
  }
}

/** Hands out pieces of large buffers, of `room` while there are any: one transfer between threads for hundreds of small contents. */
class Slabs {
  readonly buffers: ArrayBufferLike[] = [];
  /** Bytes given out. */
  taken = 0;
  readonly #room: SharedArrayBuffer[];
  #used = SLAB_BYTES;

  constructor(room: SharedArrayBuffer[]) {
    this.#room = room;
  }

  take(length: number): Uint8Array {
    if (this.#used + length > (this.buffers.at(-1)?.byteLength ?? 0)) {
      this.buffers.push(
        length > SLAB_BYTES ? new ArrayBuffer(length) : (this.#room.pop() ?? new SharedArrayBuffer(SLAB_BYTES)),
      );
      this.#used = 0;
    }
    const piece = new Uint8Array(this.buffers.at(-1) as ArrayBufferLike, this.#used, length);
    this.#used += length;
    this.taken += length;
    return piece;
  }
}
