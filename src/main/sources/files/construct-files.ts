import type { FileStat } from '../../platform/file-system.ts';
import { compareTexts } from '../../record/compare-texts.ts';
import { ENTRY, type FileEntry, fileEntry, MODIFIED } from '../../record/file-entry.ts';
import type { RecordId } from '../../record/ids.ts';
import type { ConstructItem, ConstructOutcome } from '../source-adapter.ts';
import type { Aside, AsideBatch } from './aside.ts';
import type { ConstructContext } from './construct-context.ts';
import { adjust, deleteItem, type FreePlace, takeItem, type Written, writeItem } from './construct-item.ts';
import { type ConstructWork, changedUnderneath, RefusedItem, refusalOf } from './construct-work.ts';
import { collisionKey } from './names.ts';
import { ParentGuard, parentOf } from './path-guard.ts';
import type { WantedFile } from './prepare-file.ts';
import { revisionOf, sameRevision } from './revision.ts';
import { removeBatch, StagingBatch, tellsOfBatch } from './staging-batch.ts';

export interface ConstructReport {
  /** One an item, in the order of the items. */
  readonly outcomes: readonly ConstructOutcome[];
  /** Implied directories that were made on the way, outermost first. */
  readonly madeDirectories: readonly RecordId[];
  /** What was replaced or deleted: to be given to `recheckAside` two seconds later; null: nothing was. */
  readonly aside: AsideBatch | null;
  /** Of the batch, which tells what it put in place until `forgetPlaced`; null: it put nothing there. */
  readonly placed: string | null;
  /** A failure could not be undone: `recoverStaging` must run before the root is listed again, or it would seem a deletion. */
  readonly needsRecovery: boolean;
}

/** Longest target of a link any system we write to takes (bytes). */
const LINK_BYTES = 4095;

/**
 * Writes the items of one batch, each only where its place is still as expected (I5), and never through a link. A reader sees old
 * bytes or new ones (I4). Nothing is ever overwritten or removed before it has a second name in staging, where it stays until
 * `recheckAside` (after a crash: `recoverStaging`) gives it to the version store. One item that fails stops no other. Parents are
 * made before what lies in them, deletions come last, children first, except where something has to make room.
 */
export function constructFiles(context: ConstructContext, items: readonly ConstructItem[]): ConstructReport {
  return new Construction(context, items).run();
}

class Construction {
  readonly #items: readonly ConstructItem[];
  readonly #work: ConstructWork;
  readonly #numbers = new Map<RecordId, number>();
  readonly #outcomes: (ConstructOutcome | undefined)[];
  /** Items on the way: one that needs another that needs it is not asked twice. */
  readonly #open = new Set<number>();
  /** Ids to be deleted, by the key under which a folding disk cannot tell them apart; empty on other disks. */
  readonly #folded = new Map<string, number>();
  /** Ids of deletions, sorted, for finding what lies below a path. */
  readonly #deletions: readonly RecordId[];

  constructor(context: ConstructContext, items: readonly ConstructItem[]) {
    this.#items = items;
    this.#outcomes = new Array(items.length);
    this.#work = {
      context,
      guard: new ParentGuard(context.fs, context.root, context.platform, context.folding),
      batch: new StagingBatch(context.fs, context.root, items),
      asides: new Map<RecordId, Aside>(),
      made: [],
      emptied: new Set(),
    };
    for (const [n, item] of items.entries()) {
      this.#numbers.set(item.id, n);
      if (context.folding && item.fields === null) this.#folded.set(collisionKey(item.id, true), n);
    }
    this.#deletions = sorted(items.filter(({ fields }) => fields === null).map(({ id }) => id));
  }

  run(): ConstructReport {
    const writes = sorted(this.#items.filter(({ fields }) => fields !== null).map(({ id }) => id));
    for (const id of writes) this.#settle(this.#numbers.get(id)!);
    for (const id of this.#deletions.toReversed()) this.#settle(this.#numbers.get(id)!);
    return {
      outcomes: this.#items.map(({ id }, n) => this.#outcomes[n] ?? twice(id)),
      madeDirectories: this.#work.made,
      ...this.#leave(),
    };
  }

  /** Ends the batch as far as that can be done now. */
  #leave(): Pick<ConstructReport, 'aside' | 'needsRecovery' | 'placed'> {
    const { batch, asides, context } = this.#work;
    batch.end();
    if (batch.directory === null) return { aside: null, needsRecovery: false, placed: null };
    const aside = asides.size === 0 ? null : { directory: batch.directory, asides: [...asides.values()] };
    try {
      const left = context.fs.readDirectory(batch.directory).filter(({ name }) => !tellsOfBatch(name));
      if (left.length === 0) removeBatch(context.fs, batch.directory);
      // Where it is gone the next batch has its name.
      const placed = context.fs.lstat(batch.directory) === null ? null : batch.directory;
      return { aside, needsRecovery: left.length > asides.size, placed };
    } catch {
      return { aside, needsRecovery: true, placed: batch.directory };
    }
  }

  #settle(n: number): void {
    if (this.#outcomes[n] !== undefined || this.#open.has(n)) return;
    const item = this.#items[n]!;
    this.#open.add(n);
    try {
      const written = item.fields === null ? this.#delete(n, item) : this.#write(n, item);
      this.#outcomes[n] = { id: item.id, done: 'written', ...written };
      this.#work.batch.noteAsPlaced(n);
    } catch (error) {
      const { reason, message } = this.#named(item, refusalOf(item.id, error));
      this.#outcomes[n] = { id: item.id, done: 'refused', reason, detail: message };
    }
    this.#open.delete(n);
  }

  /** What stands where a new item belongs may be another one, whose name this disk does not tell from its name: neither of them changed. */
  #named(item: ConstructItem, refusal: RefusedItem): RefusedItem {
    const { guard, context } = this.#work;
    if (!context.folding || refusal.reason !== 'changed-underneath' || item.fields === null || item.expected !== null)
      return refusal;
    return (guard.isNamedSo(item.id) ? null : this.#collision(item.id)) ?? refusal;
  }

  /** Which name on the way to an item is there in another case; null: none. */
  #collision(id: RecordId): RefusedItem | null {
    const { guard, context } = this.#work;
    const place = guard.place(id);
    if (place.is === 'refused') return null;
    let directory = context.root;
    for (const own of place.path.slice(context.root.length + 1).split('/')) {
      const names = namesIn(context, directory);
      const other = names.find((name) => collisionKey(name, true) === collisionKey(own, true));
      if (!names.includes(own) && other !== undefined)
        return new RefusedItem(
          'names-collide',
          `${id}: ${other} is there, and this disk does not tell the two names apart; rename one of them.`,
        );
      directory = `${directory}/${own}`;
    }
    return null;
  }

  #delete(n: number, item: ConstructItem): Written {
    const { guard, context } = this.#work;
    const place = guard.place(item.id);
    // A parent that is a file or a link by now holds no such item any more.
    if (place.is === 'refused' && place.code !== 'parent-is-file') throw new RefusedItem(place.code, place.detail);
    const target = place.is === 'there' ? context.fs.lstat(place.path) : null;
    // What has another case is another item, as far as a listing can tell: this one is gone.
    if (place.is !== 'there' || target === null || !guard.isNamedSo(item.id)) return { revision: null, kept: null };
    return deleteItem(this.#work, n, item, place.path, target);
  }

  #write(n: number, item: ConstructItem): Written {
    const entry = wantedEntry(item);
    const place = this.#placeOf(item.id);
    // A new file is moved in only where nothing is, which the disk itself makes sure of: that saves a look at each.
    if (item.expected === null && entry.type === 'file' && place.is === 'there') {
      try {
        return this.#put(n, item, entry, place, null);
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') throw error;
      }
    }
    const target = place.is === 'there' ? this.#work.context.fs.lstat(place.path) : null;
    return this.#put(n, item, entry, place, target);
  }

  #put(n: number, item: ConstructItem, entry: FileEntry, place: FreePlace, target: FileStat | null): Written {
    const { guard, context } = this.#work;
    if (target === null && item.expected === null && !guard.areParentsNamedSo(item.id))
      if (context.fs.lstat(place.path) === null) throw this.#collision(item.id) ?? changedUnderneath(item.id);
    if (target?.type === 'directory' && entry.type !== 'directory') this.#clear(item.id);
    const taken = entry.type === 'file' ? this.#take(n, item, entry, place, target === null) : null;
    if (taken !== null) return taken;
    const folded =
      item.expected === null && target !== null ? this.#folded.get(collisionKey(item.id, true)) : undefined;
    if (folded === undefined) return this.#writeNamedSo(n, item, entry, place, target);
    const isFolder = entry.type === 'directory' && target?.type === 'directory';
    const recased = isFolder ? this.#recase(item, entry, place.path, folded, target.inode) : null;
    if (recased !== null) return recased;
    this.#settle(folded);
    return this.#writeNamedSo(n, item, entry, place, context.fs.lstat(place.path));
  }

  /** What stands under the name of another case is not this item, though it has the content that is wanted: it goes with the other's deletion. */
  #writeNamedSo(n: number, item: ConstructItem, entry: FileEntry, place: FreePlace, target: FileStat | null): Written {
    const { guard } = this.#work;
    const isNamedSo = target === null ? guard.areParentsNamedSo(item.id) : guard.isNamedSo(item.id);
    if (!isNamedSo) throw (item.expected === null ? this.#collision(item.id) : null) ?? changedUnderneath(item.id);
    return writeItem(this.#work, { n, item, entry, place }, target);
  }

  /** The place of an item that is to be there: a parent that is still a file makes room first, if the batch says so. */
  #placeOf(id: RecordId) {
    const { guard } = this.#work;
    let place = guard.place(id);
    if (place.is === 'refused' && place.code === 'parent-is-file') {
      for (let at = parentOf(id) as RecordId; at !== ''; at = parentOf(at) as RecordId) {
        const n = this.#numbers.get(at);
        if (n === undefined) continue;
        this.#settle(n);
        guard.forget(at);
      }
      place = guard.place(id);
    }
    if (place.is === 'refused') throw new RefusedItem(place.code, place.detail);
    return place;
  }

  /** Deletes what the batch deletes below a directory that becomes something else. */
  #clear(id: RecordId): void {
    const from = lowerBound(this.#deletions, `${id}/`);
    let to = from;
    while (this.#deletions[to]?.startsWith(`${id}/`)) to++;
    for (let at = to - 1; at >= from; at--) this.#settle(this.#numbers.get(this.#deletions[at]!)!);
  }

  /** A move: the item whose content is wanted is to go, so its file becomes this one. null: it has to be copied. */
  #take(n: number, item: ConstructItem, entry: WantedFile, place: FreePlace, free: boolean): Written | null {
    const plan = item.content;
    const taken = plan?.from === 'item' && plan.take ? this.#numbers.get(plan.id) : undefined;
    if (plan?.from !== 'item' || taken === undefined || item.expected !== null) return null;
    const source = this.#items[taken]!;
    const from = this.#work.guard.place(plan.id);
    if (source.fields !== null || this.#outcomes[taken] !== undefined || from.is !== 'there') return null;
    if (!this.#work.guard.isNamedSo(plan.id)) return null;
    const stat = this.#work.context.fs.lstat(from.path);
    if (stat?.type !== 'file' || source.expected === null) return null;
    if (!sameRevision(revisionOf(stat), plan.revision) || !sameRevision(plan.revision, source.expected)) return null;
    if (!free) return this.#recase(item, entry, place.path, taken, stat.inode);
    const written = takeItem(this.#work, { n, item, entry, place }, { n: taken, id: plan.id, path: from.path, stat });
    if (written !== null) this.#gone(taken);
    return written;
  }

  /**
   * A rename that changes only case, on a disk that does not tell case apart: both names lead to the inode `inode`, so each
   * component gets its new case. null: it is no such rename.
   */
  #recase(item: ConstructItem, entry: FileEntry, to: string, source: number, inode: bigint): Written | null {
    const { guard, context } = this.#work;
    const { fs, root } = context;
    const from = guard.place(this.#items[source]!.id);
    if (!context.folding || from.is !== 'there' || from.path.length !== to.length) return null;
    if (fs.lstat(to)?.inode !== inode || fs.lstat(from.path)?.inode !== inode) return null;
    const wanted = to.slice(root.length + 1).split('/');
    const held = from.path.slice(root.length + 1).split('/');
    let path = root;
    for (const [at, name] of wanted.entries()) {
      if (held[at] !== name) fs.rename(`${path}/${held[at]}`, `${path}/${name}`);
      path = `${path}/${name}`;
    }
    guard.forget();
    const renamed = fs.lstat(path);
    if (renamed === null) throw changedUnderneath(item.id);
    const isFile = renamed.type === 'file' && entry.type === 'file';
    const written = isFile ? adjust(this.#work, item, entry, path, renamed) : null;
    this.#gone(source);
    // Only the name was looked at, so the next look reads the rest.
    return { revision: written?.revision ?? revisionOf(renamed), fresh: isFile, kept: null };
  }

  /** Notes that a deletion has happened as part of a move. */
  #gone(n: number): void {
    this.#outcomes[n] = { id: this.#items[n]!.id, done: 'written', revision: null, kept: null };
    this.#work.emptied.add(parentOf(this.#items[n]!.id));
  }
}

function wantedEntry(item: ConstructItem): FileEntry {
  const entry = fileEntry(item.fields?.get(ENTRY));
  const modified = item.fields?.get(MODIFIED) ?? 0;
  if (entry === null) throw new RefusedItem('invalid-change', `${item.id} is no file, directory or link.`);
  if (!Number.isSafeInteger(modified))
    throw new RefusedItem('invalid-change', `${item.id} has no time that can be set.`);
  if (entry.type === 'file' && !(Number.isSafeInteger(entry.size) && /^[0-9a-f]{64}$/.test(entry.digest))) {
    throw new RefusedItem('invalid-change', `${item.id} names no content.`);
  }
  if (entry.type === 'symlink' && !isLinkTarget(entry.target)) {
    throw new RefusedItem('invalid-change', `${item.id} is a link to no path.`);
  }
  return entry;
}

/** Names in a directory; none where it cannot be read. */
function namesIn({ fs }: ConstructContext, directory: string): readonly string[] {
  try {
    return fs.readDirectory(directory).map(({ name }) => name ?? '');
  } catch {
    return [];
  }
}

function isLinkTarget(target: unknown): boolean {
  if (typeof target !== 'string' || target === '' || target.includes('\0') || !target.isWellFormed()) return false;
  return Buffer.byteLength(target) <= LINK_BYTES;
}

/** A parent before what lies in it. */
const sorted = (ids: readonly RecordId[]): RecordId[] => [...ids].sort(compareTexts);

function lowerBound(ids: readonly string[], wanted: string): number {
  let low = 0;
  for (let high = ids.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two items of one id cannot both be right; only the last one was looked at. */
function twice(id: RecordId): ConstructOutcome {
  return { id, done: 'refused', reason: 'invalid-change', detail: `${id} is there twice in one batch.` };
}
