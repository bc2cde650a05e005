import type { ToldTroubles } from './one-source/told-troubles.ts';
import type { Clock } from './platform/clock.ts';
import { isOfDatabase } from './platform/database-trouble.ts';
import { PlannedRetry, type RetryPace } from './platform/retry.ts';
import type { Synchronizer } from './synchronizer.ts';
import { LookPace } from './take-in/later-looks/look-pace.ts';
import { SETTLE_MS } from './take-in/later-looks/settling.ts';

/** What happens while a batch is being written there is mostly that: it is looked at after so long, or so many times what the last look took. */
const DEBOUNCE_WRITING_MS = 1000;
const WRITING_TO_LOOKING = 10;
/** But no longer than this: a computer that slept in the middle of a look is one whose look took a night. */
const LONGEST_DEBOUNCE_MS = 60_000;
/** Once nothing is written any more, what was put off so is looked at after this time: whoever waited for it asks for a look of their own. */
const DEBOUNCE_WRITTEN_MS = 200;
const UNAVAILABLE_RETRY_MS = 5000;
/**
 * Content that nobody linked had is asked for again so soon: a peer that keeps what a conflict is about has it a moment later, and tells nobody. The
 * same of what found no room on the disk.
 */
const LACKING: RetryPace = { first: 2000, most: 5 * 60_000 };
/** Who asks for a look waits for so many of them at most, where a text is written on and on. */
const MOST_LOOKS = 3;

/**
 * When the two half-cycles of one source run, never what they do: soon after something happened in it, on a timer, and when somebody asks.
 * Looking and constructing are two loops; the source's own lock keeps them apart, some batches at a time, so a long
 * transfer holds up no look.
 */
export class Schedule {
  readonly #clock: Clock;
  readonly #synchronizer: Synchronizer;
  readonly #interval: () => number;
  readonly #troubles: Pick<ToldTroubles, 'failed' | 'passed'>;
  readonly #groups = new Set<string>();
  readonly #pace: LookPace;
  #everywhere = false;
  /** Who waits for a look, and for how many they did. */
  #waiting: Asked[] = [];
  /** Who waits for what was written just now to rest. */
  #resting: Asked[] = [];
  #looking = false;
  /** Milliseconds, from when it was its turn. */
  #lookTook = 0;
  #constructing = false;
  #constructAgain = false;
  #planned: (() => void) | null = null;
  /** What is planned was put off because something is being written. */
  #isPutOff = false;
  #timer: (() => void) | null = null;
  /** That is to find out soon whether the source is there again. */
  #isRetry = false;
  readonly #retry: PlannedRetry;
  /** So many records lacked content when that was planned. */
  #lacking = 0;
  #stopped = false;

  /** `interval`: milliseconds between whole looks. */
  constructor(
    clock: Clock,
    synchronizer: Synchronizer,
    interval: () => number,
    troubles: Pick<ToldTroubles, 'failed' | 'passed'>,
  ) {
    this.#clock = clock;
    this.#synchronizer = synchronizer;
    this.#interval = interval;
    this.#troubles = troubles;
    this.#pace = new LookPace(clock);
    this.#retry = new PlannedRetry(clock, LACKING, () => {
      synchronizer.retryLacking();
      this.constructSoon();
    });
    this.#plan(true);
  }

  /** Is it looking or constructing, or about to? */
  get isWorking(): boolean {
    return this.#looking || this.#constructing || this.#planned !== null;
  }

  /** Something happened in this group; null: somewhere. */
  dirty(group: string | null): void {
    if (group === null) this.#everywhere = true;
    else this.#groups.add(group);
    if (!this.#looking) this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#planned !== null || this.#stopped) return;
    const writing = Math.max(DEBOUNCE_WRITING_MS, WRITING_TO_LOOKING * this.#lookTook);
    this.#isPutOff = this.#isWriting;
    this.#planLook(this.#isPutOff ? Math.min(writing, LONGEST_DEBOUNCE_MS) : this.#pace.pause(this.#lookTook));
  }

  #planLook(delay: number): void {
    this.#planned = this.#clock.after(delay, () => {
      this.#planned = null;
      void this.#look();
    });
  }

  get #isWriting(): boolean {
    return this.#synchronizer.state === 'writing';
  }

  /** `after`: milliseconds. */
  lookLater(groups: ReadonlySet<string>, after: number): void {
    this.#clock.after(after, () => {
      for (const group of groups) this.dirty(group);
    });
  }

  /**
   * Looks everywhere; resolves after a look that began after this call. Where what is gone may be yet to come, as in a text that was written just
   * now, it looks once more when that has rested.
   */
  lookNow(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ resolve, looks: 0 });
      this.#everywhere = true;
      void this.#look();
    });
  }

  constructSoon(): void {
    this.#constructAgain = true;
    if (!this.#constructing && !this.#stopped) void this.#construct();
  }

  stop(): void {
    this.#stopped = true;
    this.#planned?.();
    this.#timer?.();
    this.#retry.ended();
    for (const { resolve } of [...this.#waiting.splice(0), ...this.#resting.splice(0)]) resolve();
  }

  /**
   * Plans the next look at everything. `isAnew`: there was one just now. A look at a part, or what is to be written, puts it off no further: where one
   * comes every minute it never came.
   */
  #plan(isAnew: boolean): void {
    const away = this.#synchronizer.state === 'unavailable';
    if (!isAnew && (!away || this.#isRetry) && this.#timer !== null && !this.#stopped) return;
    this.#timer?.();
    if (this.#stopped) return;
    this.#isRetry = away;
    this.#timer = this.#clock.after(away ? UNAVAILABLE_RETRY_MS : this.#interval(), () => {
      this.#timer = null;
      this.dirty(null);
    });
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    let isWhole = false;
    try {
      while (!this.#stopped && (this.#everywhere || this.#groups.size > 0)) {
        const groups = this.#everywhere ? null : [...this.#groups];
        isWhole ||= this.#everywhere;
        const waiting = this.#everywhere ? this.#waiting.splice(0) : [];
        this.#everywhere = false;
        this.#groups.clear();
        let began = this.#clock.now();
        const begins = (): void => {
          began = this.#clock.now();
        };
        try {
          await this.#synchronizer.look(groups, waiting.length > 0, begins);
          if (this.#synchronizer.state !== 'unavailable') this.#troubles.passed();
        } catch (error) {
          this.#synchronizer.lookFailed(error as Error);
          this.#failed(error as Error);
        }
        this.#lookTook = Math.max(0, this.#clock.now() - began);
        this.#pace.looked();
        this.#answer(waiting);
        this.constructSoon();
        // Nobody waits for what was told meanwhile, and more of it is to come.
        if (this.#waiting.length === 0) break;
      }
    } finally {
      this.#looking = false;
      this.#plan(isWhole);
      if (this.#everywhere || this.#groups.size > 0) this.#lookSoon();
    }
  }

  #answer(waiting: readonly Asked[]): void {
    const wait = this.#synchronizer.postpones && !this.#stopped;
    const resting = waiting.filter(({ looks }) => wait && looks + 1 < MOST_LOOKS);
    for (const asked of waiting) if (!resting.includes(asked)) asked.resolve();
    if (resting.length === 0) return;
    this.#resting.push(...resting);
    this.#clock.after(SETTLE_MS, () => {
      this.#waiting.push(...this.#resting.splice(0).map(({ resolve, looks }) => ({ resolve, looks: looks + 1 })));
      this.#everywhere = true;
      void this.#look();
    });
  }

  async #construct(): Promise<void> {
    this.#constructing = true;
    try {
      while (this.#constructAgain && !this.#stopped) {
        this.#constructAgain = false;
        await this.#synchronizer.construct();
      }
    } catch (error) {
      this.#failed(error as Error);
    } finally {
      this.#constructing = false;
      this.#planRetry();
      this.#lookAtWritten();
      // Where that was found out as it was written to, nothing else would tell that it is there again.
      if (this.#synchronizer.state === 'unavailable' && !this.#looking) this.#plan(false);
    }
  }

  /** Of what was stopped nobody needs to hear why it ended, unless that was the database: nothing may go on after that. */
  #failed(error: Error): void {
    if (!this.#stopped || isOfDatabase(error)) this.#troubles.failed(error);
  }

  #lookAtWritten(): void {
    if (this.#planned === null || !this.#isPutOff || this.#isWriting || this.#stopped) return;
    this.#planned();
    this.#isPutOff = false;
    this.#planLook(DEBOUNCE_WRITTEN_MS);
  }

  #planRetry(): void {
    const { lacking } = this.#synchronizer;
    if (lacking !== this.#lacking) this.#retry.anew();
    this.#lacking = lacking;
    if (lacking > 0 && !this.#stopped) this.#retry.failed();
    else this.#retry.ended();
  }
}

interface Asked {
  resolve(): void;
  readonly looks: number;
}
