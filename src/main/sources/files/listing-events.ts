import type { ListEvent, ListedGroup } from '../source-adapter.ts';

/** Groups are told together until there are this many, or so many items. */
const BATCH_GROUPS = 200;

/** What one listing has to tell and has not told yet, in the order in which it was found. */
export class ListingEvents {
  readonly #batchItems: number;
  readonly #events: ListEvent[] = [];
  #groups: ListedGroup[] = [];
  #items = 0;

  /** About `batchItems` items are told of at a time. */
  constructor(batchItems: number) {
    this.#batchItems = batchItems;
  }

  /** Is anything to be taken now? Groups are once there is a batch of them. */
  get isAny(): boolean {
    return this.#events.length > 0;
  }

  group(group: ListedGroup): void {
    this.#groups.push(group);
    this.#items += group.items.length;
    if (this.#items >= this.#batchItems || this.#groups.length >= BATCH_GROUPS) this.#endBatch();
  }

  /** What comes after the groups that were found so far. */
  tell(event: Exclude<ListEvent, { is: 'groups' }>): void {
    this.#endBatch();
    this.#events.push(event);
  }

  take(): ListEvent[] {
    return this.#events.splice(0);
  }

  /** Nothing more is found. */
  takeLast(): ListEvent[] {
    this.#endBatch();
    return this.take();
  }

  #endBatch(): void {
    if (this.#groups.length === 0) return;
    this.#events.push({ is: 'groups', groups: this.#groups });
    this.#groups = [];
    this.#items = 0;
  }
}
