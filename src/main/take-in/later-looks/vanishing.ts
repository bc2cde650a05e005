import type { Clock } from '../../platform/clock.ts';
import type { RecordId } from '../../record/ids.ts';

/** Deletions within this time count together. */
const TOGETHER_MS = 10_000;
/** No more went for this long: whatever it was is over. */
const QUIET_MS = 2000;

/**
 * Many items that go one after the other. `rm -r` of a large folder takes seconds, and each look finds but a part of it, too little to halt at
 * (DESIGN 4). So what is gone is not taken for deletions while more goes; once no more does, all of it is judged at once. A few items are
 * deletions at once, and so is everything where a person asks for a look.
 */
export class Vanishing {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #groups = new Set<string>();
  #items: ReadonlySet<RecordId> = NONE;
  #taken: readonly { readonly at: number; readonly count: number }[] = [];
  #seen: { readonly at: number; readonly count: number } | null = null;
  #isJudged = false;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Where something is gone that was not taken yet: every look has to include these. */
  get groups(): ReadonlySet<string> {
    return this.#groups;
  }

  /** Is it one of what is gone and was not taken yet? */
  has(id: RecordId): boolean {
    return this.#items.has(id);
  }

  /** A look at `groups` and more found `count` items gone: may they be taken for deletions? `few`: as many as may go at once. */
  mayTake(count: number, few: number): boolean {
    if (this.#isJudged) return true;
    const now = this.#clock.now();
    // A clock that was set back must not make anything wait for long.
    this.#taken = this.#taken.filter(({ at }) => Math.abs(now - at) < TOGETHER_MS);
    if (count === 0 || this.#taken.reduce((sum, taken) => sum + taken.count, count) <= few) return true;
    const before = this.#seen;
    if (before === null || count > before.count || now < before.at) this.#seen = { at: now, count };
    else if (now - before.at >= QUIET_MS) return true;
    return false;
  }

  /** What is gone in these groups waits: `items`, all there are by now. */
  wait(groups: Iterable<string>, items: ReadonlySet<RecordId>): void {
    for (const group of groups) this.#groups.add(group);
    this.#items = items;
    this.#isJudged = false;
  }

  /** All that was gone was taken, or is there again. */
  took(count: number): void {
    if (count > 0) this.#taken = [...this.#taken, { at: this.#clock.now(), count }];
    this.#clear();
    this.#isJudged = false;
  }

  /** The source halts: whatever is gone was judged, and waits for a person, not for its rest. */
  halted(): void {
    this.#clear();
    this.#isJudged = true;
  }

  #clear(): void {
    this.#seen = null;
    this.#groups.clear();
    this.#items = NONE;
  }
}

const NONE: ReadonlySet<RecordId> = new Set();
