import type { Clock } from '../../platform/clock.ts';
import type { RecordId } from '../../record/ids.ts';
import { type LeftForLater, LookScope } from './look-scope.ts';
import { RestlessItems } from './restless-items.ts';
import { SETTLE_MS, Settling } from './settling.ts';
import { Vanishing } from './vanishing.ts';

const EVERYWHERE: ReadonlySet<string> = new Set(['']);

/**
 * What of one source is looked at again, why, and when: what was changing as it was read (settling.ts), what changes on and on (restless-items.ts),
 * what is gone and may be only the first of more (vanishing.ts), and all of it where what is known of it does not count any more. The schedule says
 * when a look runs that is due.
 */
export class LaterLooks implements LeftForLater {
  readonly settling: Settling;
  readonly restless: RestlessItems | null;
  readonly vanishing: Vanishing;
  readonly #lookAt: (groups: ReadonlySet<string>, after: number) => void;
  #token: number | null = null;
  /** The look everywhere that is under way; null: there is none, or what it finds will not count as all there is. */
  #everywhere: LookScope | null = null;

  /**
   * `isOfTexts`: its items are parts of texts, and where one of them is read all of its text is. `lookAt`: these groups are to be looked at after so
   * many milliseconds.
   */
  constructor(
    clock: Pick<Clock, 'now'>,
    isOfTexts: boolean,
    lookAt: (groups: ReadonlySet<string>, after: number) => void,
  ) {
    this.settling = new Settling(clock);
    this.restless = isOfTexts ? null : new RestlessItems(clock);
    this.vanishing = new Vanishing(clock);
    this.#lookAt = lookAt;
  }

  get token(): number | null {
    return this.#token;
  }
  /** Something is gone that is not taken for deleted yet. */
  get isGoing(): boolean {
    return this.vanishing.groups.size > 0;
  }
  /** Is the item one of that? */
  isGone(id: RecordId): boolean {
    return this.vanishing.has(id);
  }

  /** What the next look is at. `groups`: where something happened; null: somewhere. `asked`: a person waits for it. */
  next(groups: readonly string[] | null, asked: boolean): LookScope {
    const within = groups === null || this.#token === null ? null : [...new Set([...groups, ...this.vanishing.groups])];
    const scope = new LookScope(this, within, asked);
    if (within === null) this.#everywhere = scope;
    return scope;
  }

  /** A look everywhere that only tells what there is. */
  trial(): LookScope {
    const { settling, restless, vanishing } = this;
    return new LookScope({ token: null, settling, restless, vanishing }, null, true);
  }

  /** That look took in what it found. `token`: of its listing. true: it counts as one at all there is. */
  took(scope: LookScope, token: number): boolean {
    const isAll = scope === this.#everywhere;
    // What is left is told again by the next look everywhere.
    if (isAll && scope.going.size === 0 && scope.resting.size === 0) this.#token = token;
    if (scope.going.size === 0) this.vanishing.took(scope.deleted);
    else {
      this.vanishing.wait(scope.going, scope.goingItems);
      this.#lookAt(scope.going, SETTLE_MS);
    }
    for (const [after, groups] of scope.again) this.#lookAt(groups, after);
    for (const [group, after] of this.restless?.plan(scope.resting) ?? []) this.#lookAt(new Set([group]), after);
    return isAll;
  }

  /** That look found what nobody may take in unasked. */
  halted(scope: LookScope): void {
    // The plan a person confirms is that of a look at everything.
    if (scope !== this.#everywhere) this.#lookAt(EVERYWHERE, SETTLE_MS);
    this.vanishing.halted();
    this.forget();
  }

  /** Something was changing where an item is to be written. */
  lookAgain(group: string): void {
    this.#lookAt(new Set([group]), SETTLE_MS);
  }

  /** What earlier looks found does not count any more, nor what one finds that is under way: the next is everywhere. */
  forget(): void {
    this.#token = null;
    this.#everywhere = null;
  }
}
