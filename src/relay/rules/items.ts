import { createHash } from 'node:crypto';
import { toHex } from '../../main/peers/protocol/hex.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { noGroup } from './groups.ts';
import { ITEMS_ANSWER, ITEMS_AT_ONCE, type RelayLimits } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { RelayStore, StoredItem } from './relay-store.ts';

/** Items that came after one. */
export interface ItemsView {
  readonly items: readonly StoredItem[];
  /** Up to where this is all of it: less than what was asked after where that was never given. */
  readonly last: number;
  /** Another one where the group was registered anew. */
  readonly born: number;
}

/** What members post for each other, in the order in which it came. Whoever asks is known to be a member. */
export class Items {
  readonly #store: RelayStore;
  readonly #limits: Pick<RelayLimits, 'item' | 'groupItems'>;

  constructor(store: RelayStore, limits: Pick<RelayLimits, 'item' | 'groupItems'>) {
    this.#store = store;
    this.#limits = limits;
  }

  /** Keeps an item. The sid it has, once it is durable; the same for the same bytes (`isNew` false). null: it finds no room. */
  async post(
    group: CollectionId,
    bytes: Uint8Array,
    now: number,
  ): Promise<{ readonly sid: number; readonly isNew: boolean } | null> {
    const item = { hash: toHex(createHash('sha256').update(bytes).digest()), bytes, at: now };
    const done = await this.#store.append(group, item, this.#limits.groupItems);
    if (done.is === 'quota') return null;
    if (done.is === 'no-group') noGroup();
    if (!('sid' in done)) throw new Error(`no sid: ${done.is}`);
    return { sid: done.sid, isNew: done.is === 'appended' };
  }

  /** What came after `after`, at most `limit` of it. Refuses with `collected` who missed something for good. */
  async after(group: CollectionId, key: MemberKey, after: number, limit: number): Promise<ItemsView> {
    const most = Math.max(1, Math.min(limit, ITEMS_AT_ONCE));
    const { last: newest, born } = await this.#store.span(group);
    const items = await this.#store.items(group, after, most, ITEMS_ANSWER);
    // Asked afterwards: what is collected meanwhile must not go missing unseen.
    const { collected } = await this.#store.span(group);
    if (Math.max(after, await this.#store.cursor(group, key)) < collected)
      throw new Refusal('collected', 'what came after that was collected: other members have it', {
        data: { oldest: collected + 1 },
      });
    const isCut = items.length === most || sizeOf(items) + this.#limits.item > ITEMS_ANSWER;
    const end = items.at(-1)?.sid ?? 0;
    return { items, last: isCut ? end : Math.max(end, newest), born };
  }
}

/** Bytes of all of these. */
export const sizeOf = (entries: readonly { readonly bytes: Uint8Array }[]): number =>
  entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
