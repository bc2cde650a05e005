import type { RecordId } from '../../record/ids.ts';
import { groupOf } from '../item-group.ts';
import type { RestlessItems } from './restless-items.ts';
import { SETTLE_MS, type Settling } from './settling.ts';
import type { Vanishing } from './vanishing.ts';

/** The only group of a text. */
const THE_TEXT = '';

/** What earlier looks at a source left for later ones. */
export interface LeftForLater {
  /** Token of the last listing of which nothing was left; null: everything is to be looked at. */
  readonly token: number | null;
  readonly settling: Settling;
  /** null: its items are parts of texts, and where one of them is read all of its text is. */
  readonly restless: RestlessItems | null;
  readonly vanishing: Vanishing;
}

/** One look at a source: where it looks, and what it leaves for a later one. */
export class LookScope {
  /** Only these groups; null: everywhere. */
  readonly within: readonly string[] | null;
  /** A person waits for it: what changed is read, and what is gone is deleted, but for what may be yet to come. */
  readonly asked: boolean;
  /** Groups to be looked at again, by the milliseconds until then. */
  readonly again = new Map<number, Set<string>>();
  /** Groups of files that change on and on, with the milliseconds until one of them may be read. */
  readonly resting = new Map<string, number>();
  /** Groups in which something is gone that is not taken for deleted yet. */
  readonly going = new Set<string>();
  readonly goingItems = new Set<RecordId>();
  /** How many items were taken for deleted. */
  deleted = 0;
  readonly #left: LeftForLater;

  constructor(left: LeftForLater, within: readonly string[] | null, asked: boolean) {
    this.#left = left;
    this.within = within;
    this.asked = asked;
  }

  /** Only what changed since the listing of this token; null: all of it. Asked once its turn has come: until then what was known may be forgotten. */
  get since(): number | null {
    return this.within === null ? this.#left.token : null;
  }

  /** Is this item, for which the snapshot does not vouch, left for a later look? `isSame`: it is as it was when it was read. */
  leaves(id: RecordId, isSame: boolean): boolean {
    if (isSame) return this.#left.settling.isWaiting(id);
    const rest = this.asked ? 0 : (this.#left.restless?.rest(id) ?? 0);
    if (rest === 0) return false;
    const group = groupOf(id);
    this.resting.set(group, Math.min(rest, this.resting.get(group) ?? rest));
    return true;
  }

  /** It was read within 2 s of its last change. `size`: bytes of a file; 0 of all else. */
  readFresh(id: RecordId, size: number): void {
    this.#lookAgain(groupOf(id), this.#left.settling.begin(id, size));
  }

  /** Something was changing there while it was looked at. */
  wasChanging(group: string): void {
    this.#lookAgain(group, SETTLE_MS);
  }

  /** A change of what was there before was taken in. */
  changed(id: RecordId): void {
    this.#left.restless?.changed(id);
  }

  /**
   * Are these, all that are gone and did not move, taken for deleted now? `few`: as many as may go at once. `unsettled`: as `ListedGroup` says.
   * `confirmed`: a person said that they go.
   */
  mayDelete(gone: readonly RecordId[], few: number, unsettled: boolean, confirmed: boolean): boolean {
    // A text that was written just now, though nothing is missing in it.
    if (gone.length === 0 && unsettled) this.going.add(THE_TEXT);
    const now =
      gone.length === 0 || confirmed || (!unsettled && (this.asked || this.#left.vanishing.mayTake(gone.length, few)));
    if (now) this.deleted = gone.length;
    for (const id of now ? [] : gone) {
      this.goingItems.add(id);
      this.going.add(groupOf(id));
    }
    return now;
  }

  #lookAgain(group: string, after: number): void {
    const groups = this.again.get(after);
    if (groups === undefined) this.again.set(after, new Set([group]));
    else groups.add(group);
  }
}
