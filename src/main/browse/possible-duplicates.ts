import type { DuplicateView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import { contactMarks } from '../conflicts/contact-marks.ts';
import { type Duplicate, MarkHolders, marksOf, SharingPairs, surestFirst } from '../conflicts/find-duplicates.ts';
import { areApart } from '../conflicts/fuse-contacts.ts';
import { tellApart } from '../conflicts/tell-apart.ts';
import { storedTitle } from '../past/record-title.ts';
import { inTurns } from '../platform/in-turns.ts';
import type { RecordId } from '../record/ids.ts';
import { AT_ONCE, FollowedRows, shownOf } from './followed-rows.ts';
import { sortInTurns } from './sort-in-turns.ts';

/** A person looks at no more of them at once. */
const MOST = 1000;

/** Both contacts of a pair as a list shows them; null: somebody said that they are two people. */
type Both = DuplicateView['records'] | null;

/**
 * Contacts that may be one person and of which nobody said yet whether they are, the surest first. What contacts share is read once, and then
 * of those that changed: who settles them one after the other asks after each.
 */
export class PossibleDuplicates {
  readonly #collection: Collection;
  /** What each contact is known by. */
  readonly #rows: FollowedRows<readonly string[]>;
  #holders = new MarkHolders();
  readonly #held = new Map<RecordId, readonly string[]>();
  #shown: ReadonlyMap<string, Both> = new Map();
  #list: readonly DuplicateView[] = [];

  constructor(collection: Collection) {
    this.#collection = collection;
    this.#rows = new FollowedRows(collection, (record) => marksOf(contactMarks(shownOf(collection, record))));
  }

  /** As they are now, at most 1,000. */
  list(): Promise<readonly DuplicateView[]> {
    return this.#rows.answer(async (changed) => {
      if (changed === null || changed.size > 0) {
        await this.#follow(changed);
        this.#list = await this.#find(changed);
      }
      return this.#list;
    });
  }

  /** What was read is forgotten. */
  letGo(): void {
    this.#rows.letGo();
  }

  async #follow(changed: ReadonlySet<RecordId> | null): Promise<void> {
    if (changed === null) {
      this.#held.clear();
      this.#holders = new MarkHolders();
    }
    for await (const id of inTurns(changed ?? this.#rows.rows.keys(), AT_ONCE)) {
      const [before, now] = [this.#held.get(id), this.#rows.rows.get(id)];
      if (before !== undefined) this.#holders.remove(id, before);
      if (now === undefined) this.#held.delete(id);
      else {
        this.#holders.add(id, now);
        this.#held.set(id, now);
      }
    }
  }

  async #find(changed: ReadonlySet<RecordId> | null): Promise<readonly DuplicateView[]> {
    const pairs = new SharingPairs();
    for await (const shared of inTurns(this.#holders.shared(), AT_ONCE)) pairs.add(shared);
    const shown = new Map<string, Both>();
    const list: DuplicateView[] = [];
    for await (const pair of inTurns(await sortInTurns([...pairs], surestFirst), AT_ONCE)) {
      const key = pair.ids.join('\0');
      const isAsBefore = changed !== null && !pair.ids.some((id) => changed.has(id));
      const known = isAsBefore ? this.#shown.get(key) : undefined;
      const records = known === undefined ? this.#both(pair) : known;
      shown.set(key, records);
      if (records === null) continue;
      const by = pair.shared.map(({ by, mark }) => `${by} ${mark}`);
      list.push({ collection: this.#collection.stored.id, records, sure: pair.sure, by });
      if (list.length === MOST) break;
    }
    this.#shown = shown;
    return list;
  }

  #both({ ids }: Duplicate): Both {
    const { kind, records } = this.#collection;
    const [one, other] = [records.find(ids[0]), records.find(ids[1])];
    if (one === null || other === null || areApart(one, other)) return null;
    const alone = tellApart(shownOf(this.#collection, one), shownOf(this.#collection, other));
    return [one, other].map((each, at) => ({
      record: each.id,
      title: storedTitle(kind, each),
      alone: alone[at] ?? [],
    }));
  }
}
