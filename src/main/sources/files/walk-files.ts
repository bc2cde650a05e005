import { BATCH_SIZES } from '../../platform/batch-sizes.ts';
import type { DirectoryName, FileStat, FileSystem } from '../../platform/file-system.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { troubleText } from '../../platform/trouble-text.ts';
import { recordId } from '../../record/ids.ts';
import type { ItemProblem, ListEvent, ListResult, ProblemCode } from '../source-adapter.ts';
import { type DirectoryNames, usableNames } from './directory-names.ts';
import { bury, childOf, type DirectoryNode, newNode, nodeAt } from './directory-tree.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { ListingEvents } from './listing-events.ts';
import { ListingPrint } from './listing-print.ts';
import { DISK_IS_AWAY, type MountMemory } from './mount-memory.ts';
import type { NamePlatform } from './names.ts';
import { checkRecordPath, ParentGuard, problemCode } from './path-guard.ts';
import { DIRECTORY_REVISION, freshCutoff, isFreshSince, REVISION_BYTES } from './revision.ts';

export interface WalkOptions {
  readonly platform: NamePlatform;
  /** The disk does not tell names apart by case. */
  readonly folding: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  readonly mounts: MountMemory;
  /** About so many items are told of at a time; absent: as `BATCH_SIZES` says. */
  readonly batchItems?: number | undefined;
}

export interface WalkResult extends ListResult {
  /** Everything was told, `since` being null or unknown here: a group that was neither listed nor is below an unlisted one is gone. */
  readonly complete: boolean;
}

interface Directory {
  readonly node: DirectoryNode;
  readonly id: string;
  readonly path: string;
  readonly device: bigint;
}

interface FoundEntry {
  readonly name: string;
  readonly path: string;
  readonly stat: FileStat;
}

/** One listing under way. */
interface Walk {
  readonly generation: number;
  /** Tell only what is newer than this listing; -1: tell everything. */
  readonly since: number;
  readonly rules: IgnoreRules;
  /** Subdirectories still to be listed; null: they are not followed. */
  readonly pending: Directory[] | null;
  readonly events: ListingEvents;
  items: number;
  linked: number;
}

const below = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`);

/**
 * Walks a folder and tells what lies in it, directory by directory. Between listings it remembers a fingerprint of every
 * directory, so that a listing since an earlier one tells only what differs; nothing is remembered across a restart.
 * Items outside the rules are not told at all, and of an item named by a problem nothing is known: neither is gone.
 */
export class FileWalker {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #options: WalkOptions;
  readonly #batchItems: number;
  readonly #top = newNode();
  readonly #print = new ListingPrint();
  readonly #first: number;
  #generation: number;
  #rootInode: bigint | null = null;

  /** `root`: a real path (no links in it). */
  constructor(fs: FileSystem, root: string, options: WalkOptions) {
    this.#fs = fs;
    this.#root = root;
    this.#options = options;
    this.#batchItems = options.batchItems ?? BATCH_SIZES.listed;
    // So that a token of an earlier process does not pass for one of this.
    this.#first = Math.max(1, Math.floor(options.now())) * 1_000;
    this.#generation = this.#first;
  }

  /**
   * Lists everything below the root, or `within` only those directories and not what lies below them. The token of a partial
   * listing stands for no more than `since` did, unless no other listing came between.
   * Fails with `aborted` when `signal` says so, `source-unavailable` where the root is not the directory it was.
   */
  *walk(
    since: number | null,
    within: readonly string[] | null,
    rules: IgnoreRules,
    signal: { readonly aborted: boolean },
  ): Generator<ListEvent, WalkResult> {
    const known = since !== null && since > this.#first && since <= this.#generation;
    const generation = ++this.#generation;
    const pending: Directory[] | null = within === null ? [] : null;
    const walk: Walk = {
      generation,
      since: known ? since : -1,
      rules,
      pending,
      events: new ListingEvents(this.#batchItems),
      items: 0,
      linked: 0,
    };
    const { platform, folding, mounts } = this.#options;
    const guard = new ParentGuard(this.#fs, this.#root, platform, folding, (id) => mounts.has(id));
    this.#checkRoot();
    for (const id of within === null ? [''] : [...new Set(within)].sort()) {
      this.#start(walk, guard, id);
      for (let next = pending?.pop(); next !== undefined; next = pending?.pop()) {
        this.#list(walk, next);
        if (signal.aborted) throw new LockstepError('aborted', `listing ${this.#root} was stopped`, this.#root);
        if (walk.events.isAny) yield* this.#stillThere(walk.events.take());
      }
    }
    yield* this.#stillThere(walk.events.takeLast());
    if (within === null) mounts.walkedWhole();
    const whole = within === null || (known && since === generation - 1);
    return {
      token: whole ? generation : known ? since : 0,
      items: walk.items,
      complete: !known && within === null,
      ...(within === null ? { linked: walk.linked } : {}),
    };
  }

  /**
   * Something was written to these directories, or deleted, since the last listing: should they be gone by the next, that is told, and so is what is
   * in them, though it be just as it was before that (of a directory that was deleted and is there again nothing else tells).
   */
  expect(ids: readonly string[]): void {
    for (const id of ids) {
      let node = this.#top;
      for (const name of id === '' ? [] : id.split('/')) {
        node = childOf(node, name);
        node.goneIn = 0;
      }
      node.print = null;
    }
  }

  /** Nothing vouches for what lies in this directory: the next listing tells it, though nothing changed. */
  doubt(id: string): void {
    nodeAt(this.#top, id).print = null;
  }

  /** When something was first seen: no listing that began since may vouch for it, as it may have looked there before. */
  #stamp(walk: Walk): number {
    return walk.generation === this.#generation ? walk.generation : this.#generation + 1;
  }

  /** What was read is told only while the root is still the directory it was: had its disk gone, everything in it would look deleted. */
  #stillThere(events: readonly ListEvent[]): readonly ListEvent[] {
    this.#checkRoot();
    return events;
  }

  #checkRoot(): void {
    const stat = this.#fs.lstat(this.#root);
    this.#rootInode ??= stat?.inode ?? null;
    this.#top.device ??= stat?.device ?? null;
    if (stat?.type !== 'directory' || stat.device !== this.#top.device || stat.inode !== this.#rootInode) {
      const what = stat?.type === 'directory' ? 'is on another disk, or another folder, than before' : 'is not there';
      throw new LockstepError('source-unavailable', `${this.#root} ${what}`, this.#root);
    }
  }

  /** Begins at a directory that was asked for by name. */
  #start(walk: Walk, guard: ParentGuard, id: string): void {
    if (id !== '' && (checkRecordPath(id) !== null || walk.rules.outside(id, true))) return;
    const node = nodeAt(this.#top, id);
    const lost = this.#options.mounts.above(id).find((place) => !this.#isMounted(guard, place));
    if (lost !== undefined) {
      unlisted(walk, id, node, 'io', `the disk at ${lost} is not known to be the one that was mounted there`);
      return;
    }
    const at = guard.directory(id);
    const stat = at?.is === 'there' ? this.#fs.lstat(at.path) : null;
    if (at?.is === 'there' && stat !== null) {
      if (node.device === null || node.device === stat.device) {
        this.#list(walk, { node, id, path: at.path, device: stat.device });
      } else {
        unlisted(walk, id, node, 'io', 'another disk is there than before');
      }
    } else if (at?.is === 'refused' && at.code !== 'parent-is-file') {
      unlisted(walk, id, node, at.code, at.detail);
    } else if (this.#options.mounts.touches(id)) {
      unlisted(walk, id, node, 'io', DISK_IS_AWAY);
    } else {
      bury(node, this.#stamp(walk));
      walk.events.tell({ is: 'group-gone', group: id });
    }
  }

  /** Is the disk at that place the one a whole walk of this session found there? */
  #isMounted(guard: ParentGuard, place: string): boolean {
    const at = guard.directory(place);
    const device = at?.is === 'there' ? this.#fs.lstat(at.path)?.device : undefined;
    return device !== undefined && device === nodeAt(this.#top, place).device;
  }

  #list(walk: Walk, at: Directory): void {
    const { node } = at;
    let entries: readonly DirectoryName[];
    try {
      entries = this.#fs.readDirectory(at.path);
    } catch (error) {
      // It was there a moment ago, so whoever lists it next is told: what lay in it is not judged by half a listing.
      if (isGone(error)) tellUnlisted(walk, at.id, node, null);
      else unlisted(walk, at.id, node, 'unreadable', troubleText(error));
      return;
    }
    // Taken before any lstat, so that what changes while the directory is read counts as fresh.
    const cutoff = freshCutoff(this.#options.now());
    node.goneIn = 0;
    node.device = at.device;
    const problems: ItemProblem[] = [];
    const found = this.#found(walk, at, entries, problems);
    if (found === null) {
      unlisted(walk, at.id, node, 'unreadable', 'what lies in it may not be looked at');
      return;
    }
    walk.items += found.length;
    this.#tellGroup(walk, at, found, problems, cutoff);
    this.#follow(walk, at, found);
    this.#tellGone(walk, at);
  }

  /** What lies in the directory, in order. null: none of it may be looked at. */
  #found(walk: Walk, at: Directory, entries: readonly DirectoryName[], problems: ItemProblem[]): FoundEntry[] | null {
    const { rules } = walk;
    const found: FoundEntry[] = [];
    const { platform, folding } = this.#options;
    const { usable, colliding } = usableNames(at.id, entries, platform, folding, problems);
    this.#leaveColliding(walk, at, colliding);
    for (const { name, onDisk, type } of usable) {
      if (!rules.empty && type !== 'unknown' && rules.outside(below(at.id, name), type === 'directory')) continue;
      const path = `${at.path}/${onDisk}`;
      let stat: FileStat | null;
      try {
        stat = this.#fs.lstat(path);
      } catch (error) {
        const code = problemCode(error);
        if (code === 'no-permission') return null;
        const id = below(at.id, name);
        problems.push({
          id: recordId(id),
          code: code === 'io' ? 'unreadable' : code,
          detail: troubleText(error),
        });
        const known = at.node.children?.get(name);
        if (known !== undefined) known.seenIn = walk.generation;
        if (known !== undefined || type === 'directory' || type === 'unknown')
          unlisted(walk, id, known ?? newNode(), 'unreadable', 'it cannot be looked at');
        continue;
      }
      if (stat === null) continue;
      if (!rules.empty && stat.type !== type && rules.outside(below(at.id, name), stat.type === 'directory')) continue;
      if (stat.type === 'other') problems.push(specialFile(below(at.id, name)));
      else found.push({ name, path, stat });
      if (stat.type === 'file' && stat.links > 1) walk.linked++;
    }
    return found;
  }

  /** A directory that may not be held because of its name is there: what lies in it, or in the other of two forms of its name, is not gone. */
  #leaveColliding(walk: Walk, at: Directory, colliding: DirectoryNames['colliding']): void {
    for (const { name, type, problem } of colliding) {
      if (type !== 'directory' && type !== 'unknown') continue;
      const node = childOf(at.node, name);
      node.seenIn = walk.generation;
      tellUnlisted(walk, below(at.id, name), node, problem);
    }
  }

  /** Tells the group unless the listing `since` saw it just so. */
  #tellGroup(
    walk: Walk,
    at: Directory,
    found: readonly FoundEntry[],
    problems: readonly ItemProblem[],
    cutoff: bigint,
  ): void {
    const { node } = at;
    this.#print.begin(found.length);
    let anyFresh = false;
    const names: string[] = [];
    for (const { name, stat } of found) {
      this.#print.put(stat);
      names.push(name);
      anyFresh ||= isFreshSince(stat, cutoff);
    }
    for (const problem of problems) names.push(problem.id, problem.code);
    const print = anyFresh ? null : this.#print.fingerprint(names);
    if (print === null || print !== node.print) {
      node.print = print;
      node.printedIn = this.#stamp(walk);
    } else if (node.printedIn <= walk.since) {
      return;
    }
    const revisions = this.#print.revisions();
    const items = found.map(({ name, stat }, index) => ({
      id: recordId(below(at.id, name)),
      revision:
        stat.type === 'directory'
          ? DIRECTORY_REVISION
          : revisions.subarray(index * REVISION_BYTES, (index + 1) * REVISION_BYTES),
      fresh: anyFresh && isFreshSince(stat, cutoff),
      size: stat.type === 'file' ? stat.size : 0,
    }));
    walk.events.group({ group: at.id, items, problems });
  }

  /** Hands on the subdirectories: the last first, as they are taken from the end. */
  #follow(walk: Walk, at: Directory, found: readonly FoundEntry[]): void {
    for (let index = found.length - 1; index >= 0; index--) {
      const { name, path, stat } = found[index] as FoundEntry;
      if (stat.type !== 'directory') continue;
      const node = childOf(at.node, name);
      // Listed, or known to be one of two forms of one name.
      if (node.seenIn === walk.generation) continue;
      node.seenIn = walk.generation;
      node.goneIn = 0;
      if (walk.pending === null) continue;
      const id = below(at.id, name);
      const { device } = stat;
      const why = this.#options.mounts.judge({ id, device, parentDevice: at.device, earlier: node.device });
      if (why === null) walk.pending.push({ node, id, path, device });
      else unlisted(walk, id, node, 'io', why);
    }
  }

  /** Tells which directories that were here are not any more. */
  #tellGone(walk: Walk, at: Directory): void {
    const { mounts } = this.#options;
    for (const name of mounts.namesIn(at.id)) childOf(at.node, name);
    if (at.node.children === null) return;
    for (const [name, node] of at.node.children) {
      if (node.seenIn === walk.generation) continue;
      const id = below(at.id, name);
      if (mounts.touches(id)) {
        unlisted(walk, id, node, 'io', DISK_IS_AWAY);
        continue;
      }
      if (walk.rules.outside(id, true) || (node.goneIn > 0 && node.goneIn <= walk.since)) {
        at.node.children.delete(name);
        continue;
      }
      if (node.goneIn === 0) bury(node, this.#stamp(walk));
      walk.events.tell({ is: 'group-gone', group: id });
    }
  }
}

function specialFile(id: string): ItemProblem {
  return { id: recordId(id), code: 'special-file', detail: 'it is no file, folder or link' };
}

function unlisted(walk: Walk, id: string, node: DirectoryNode, code: ProblemCode, detail: string): void {
  tellUnlisted(walk, id, node, { id: recordId(id), code, detail });
}

function tellUnlisted(walk: Walk, group: string, node: DirectoryNode, problem: ItemProblem | null): void {
  node.print = null;
  walk.events.tell({ is: 'unlisted', group, problem });
}

/** No directory is there any more. */
function isGone(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === 'ENOENT' || code === 'ENOTDIR';
}
