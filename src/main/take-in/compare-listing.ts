import type { Collection } from '../collection.ts';
import { notInBoth } from '../platform/not-in-both.ts';
import type { RecordId } from '../record/ids.ts';
import { isAt, vouchesFor } from '../snapshot/stored-revision.ts';
import type {
  ItemProblem,
  ListEvent,
  ListedGroup,
  ListedItem,
  Revision,
  SourceAdapter,
} from '../sources/source-adapter.ts';
import { changedMembers, type GroupMember, MEMBERS_AT_HAND } from '../store/group-at-hand.ts';
import type { DirtyItems } from './dirty-items.ts';
import type { GoneItems } from './gone-items.ts';
import { isWithin, itemIn } from './item-group.ts';

/** What a comparison needs of the look it is a part of. */
export interface ComparePort {
  /** Items of which nothing is known for sure yet: neither changed nor gone. `revision`: one is there like this. */
  heldBack(id: RecordId, revision?: Revision): boolean;
  /** Is an item that the snapshot knows, and does not vouch for, left for a later look? `isSame`: it is as it was when it was read. */
  leaves(id: RecordId, isSame: boolean): boolean;
  /** As of `TakeInRequest`. */
  readonly holdsNameless: boolean;
  /** An item of this id is there. */
  saw(id: RecordId): void;
  note(problem: ItemProblem): void;
}

/** How a source of texts and its snapshot were when they were compared last: of thousands of items few are others each time. */
interface Compared {
  readonly items: readonly ListedItem[];
  /** As long as the store has them at hand. */
  readonly members: WeakRef<readonly GroupMember[]>;
  /** Those that were not found to be the same in both. */
  readonly open: ReadonlySet<string>;
}
const lately = new WeakMap<SourceAdapter, Compared>();
/** Fewer items are compared again sooner than that is remembered, and so are more, which nobody remembers. */
const MANY_ITEMS = 500;

/** Compares what a source lists with its snapshot: what has to be read, and what is gone. */
export class CompareListing {
  /** Items with a problem that are just as the snapshot knows them. */
  readonly asKnown: RecordId[] = [];
  readonly #collection: Collection;
  readonly #source: number;
  readonly #adapter: SourceAdapter;
  readonly #dirty: DirtyItems;
  readonly #gone: GoneItems;
  readonly #port: ComparePort;
  readonly #listed = new Set<string>();
  /** Rows of what the source held and its rules leave out by now. */
  readonly leftOut = new Set<number>();
  readonly #unlisted: string[] = [];
  readonly #goneGroups: string[] = [];
  #unsettled = false;
  #holdsSome = false;

  constructor(
    collection: Collection,
    source: number,
    adapter: SourceAdapter,
    found: { readonly dirty: DirtyItems; readonly gone: GoneItems },
    port: ComparePort,
  ) {
    this.#collection = collection;
    this.#source = source;
    this.#adapter = adapter;
    this.#dirty = found.dirty;
    this.#gone = found.gone;
    this.#port = port;
  }

  /** Somebody seems to be writing just now (`ListedGroup.unsettled`). */
  get unsettled(): boolean {
    return this.#unsettled;
  }
  /** Was something left for a later look that nobody knows yet? */
  get holdsSome(): boolean {
    return this.#holdsSome;
  }
  /** Was this group listed? */
  hasListed(group: string): boolean {
    return this.#listed.has(group);
  }
  /** Does the item lie where the source could not be listed? */
  couldNotList(id: RecordId): boolean {
    return this.#unlisted.some((group) => isWithin(id, group));
  }
  /** Did the item lie in a group that is gone as a whole? */
  wentWithGroup(id: RecordId): boolean {
    return this.#goneGroups.some((group) => isWithin(id, group));
  }

  compare(event: ListEvent): void {
    switch (event.is) {
      case 'groups':
        for (const group of event.groups) {
          this.#listed.add(group.group);
          this.#unsettled ||= group.unsettled === true;
          this.#compareGroup(group);
        }
        return;
      case 'unlisted':
        this.#unlisted.push(event.group);
        if (event.problem !== null) this.#port.note(event.problem);
        return;
      case 'group-gone':
        this.#goneGroups.push(event.group);
        for (const path of this.#collection.records.groupsFrom(event.group)) this.#groupIsGone(path);
        return;
    }
  }

  /** A whole look saw every group that is there: what is known of others is gone, but not where it could not look. */
  sweep(): void {
    for (const path of this.#collection.records.groupsFrom(''))
      if (!this.#listed.has(path) && !this.#unlisted.some((group) => isWithin(path, group))) this.#groupIsGone(path);
  }

  #groupIsGone(path: string): void {
    for (const member of this.#collection.records.group(this.#source, path))
      if (member.revision instanceof Uint8Array) this.#isGone(itemIn(path, member.name), member.row);
  }

  #compareGroup(group: ListedGroup): void {
    const members = this.#collection.records.group(this.#source, group.group);
    for (const { id } of group.items) this.#port.saw(id);
    const isOfMany = this.#adapter.project !== undefined && group.items.length >= MANY_ITEMS;
    const doubted = isOfMany && members.length <= MEMBERS_AT_HAND ? this.#doubted(group.items, members) : null;
    const open = this.#compareItems(
      doubted === null ? group : { ...group, items: group.items.filter(({ id }) => doubted.has(id)) },
      doubted === null ? members : members.filter(({ name }) => doubted.has(name)),
    );
    if (isOfMany && members.length <= MEMBERS_AT_HAND)
      lately.set(this.#adapter, { items: group.items, members: new WeakRef(members), open });
  }

  /** Whose item or member is another than when they were compared last, or was not found to be the same then. null: any may be. */
  #doubted(items: readonly ListedItem[], members: readonly GroupMember[]): ReadonlySet<string> | null {
    const last = lately.get(this.#adapter);
    const before = last?.members.deref();
    const changed = before === undefined ? null : changedMembers(before, members);
    // Of an item with a problem it counts that it is as it was.
    if (last === undefined || changed === null || this.#collection.problems.count(this.#source) > 0) return null;
    const doubted = [
      ...last.open,
      ...changed.map(({ name }) => name),
      ...notInBoth(last.items, items).map(({ id }) => id),
    ];
    return doubted.length > MANY_ITEMS ? null : new Set(doubted);
  }

  /** Nobody knows it yet, and a peer may be about to tell of it. */
  #holds({ id, isNameless }: ListedItem): boolean {
    const holds = this.#port.holdsNameless && isNameless === true && this.#collection.records.find(id) === null;
    this.#holdsSome ||= holds;
    return holds;
  }

  /** Returns which are not the same in both. */
  #compareItems(group: ListedGroup, members: readonly GroupMember[]): ReadonlySet<string> {
    const open = new Set<string>();
    const known = new Map<string, GroupMember>();
    for (const member of members) known.set(member.name, member);
    const prefix = group.group === '' ? 0 : group.group.length + 1;
    for (const item of group.items) {
      const name = item.id.slice(prefix);
      const revision = known.get(name)?.revision;
      known.delete(name);
      if (revision instanceof Uint8Array && vouchesFor(revision, item.revision)) {
        if (this.#collection.problems.has(this.#source, item.id)) this.asKnown.push(item.id);
        continue;
      }
      open.add(name);
      if (revision instanceof Uint8Array && this.#port.leaves(item.id, isAt(revision, item.revision))) continue;
      if (this.#holds(item)) continue;
      if (!this.#port.heldBack(item.id, item.revision)) this.#dirty.add({ id: item.id, size: item.size });
    }
    const troubled = new Set<string>(group.problems.map((problem) => problem.id));
    for (const problem of group.problems) this.#port.note(problem);
    for (const [name, member] of known) {
      const id = itemIn(group.group, name);
      if (!(member.revision instanceof Uint8Array)) continue;
      open.add(name);
      if (!troubled.has(id)) this.#isGone(id, member.row);
    }
    return open;
  }

  /** Gone from the listing is gone from the source, unless rules put it outside: then the source is to hold it no more. */
  #isGone(id: RecordId, row: number): void {
    if (this.#port.heldBack(id)) return;
    if (this.#adapter.outside(id, false)) this.leftOut.add(row);
    else this.#gone.add(id, row);
  }
}
