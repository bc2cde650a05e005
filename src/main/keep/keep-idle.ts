import type { Clock } from '../platform/clock.ts';
import type { IdleJob } from './keep-port.ts';

/** So long nothing may have happened before work in the background begins. */
const QUIET_MS = 150;
/** After much work a pause is rather a stall of it than its end: then a fifth of its time, up to this. */
const LONGEST_QUIET_MS = 2000;
const QUIET_SHARE = 0.2;
/** Where there is never such a pause, as while programs write for hours, what is to be done gets a turn this often, and for so long. */
const TURN_EVERY_MS = 60_000;
const TURN_MS = 3000;
/** After a job failed. */
const BACK_OFF_MS = 60_000;

/**
 * Runs jobs one step at a time, in order, while the device has nothing better to do; and where it always has, now and then. Costs nothing while
 * nobody calls `wake`.
 */
export class IdleWork {
  readonly #clock: Clock;
  readonly #jobs: readonly IdleJob[];
  readonly #isBusy: () => boolean;
  readonly #fault: (error: Error) => void;
  readonly #again: number;
  #lastWake = 0;
  /** Since when there is something to do; null: all was done. */
  #since: number | null = null;
  #timer: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #woken: boolean = false;
  #stopped: boolean = false;

  /** `again`: after a turn that was too short for all there was, the next one comes so many milliseconds later. */
  constructor(
    clock: Clock,
    jobs: readonly IdleJob[],
    isBusy: () => boolean,
    fault: (error: Error) => void,
    again: number = TURN_EVERY_MS,
  ) {
    this.#clock = clock;
    this.#jobs = jobs;
    this.#isBusy = isBusy;
    this.#fault = fault;
    this.#again = again;
  }

  /** Something happened: there may be work, once it is quiet. */
  wake(): void {
    this.#note();
    this.#woken = true;
    if (this.#timer === null && this.#running === null) this.#arm(QUIET_MS);
  }

  /** Resolves once the step under way has ended; no other begins. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.();
    await this.#running;
  }

  #arm(milliseconds: number): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.after(milliseconds, () => {
      this.#timer = null;
      if (this.#isBusy()) this.#note();
      const now = this.#clock.now();
      const quiet = now - this.#lastWake;
      const worked = (this.#lastWake - (this.#since ?? this.#lastWake)) * QUIET_SHARE;
      const needed = Math.min(LONGEST_QUIET_MS, Math.max(QUIET_MS, worked));
      // A wall clock that was set back must not put this off for as long.
      if (quiet < 0 || quiet >= needed) this.#begin(this.#run());
      else if (now - (this.#since ?? now) >= TURN_EVERY_MS) this.#begin(this.#turn());
      else this.#arm(QUIET_MS);
    });
  }

  #note(): void {
    this.#lastWake = this.#clock.now();
    // A clock that was set back must not put off the next turn for as long.
    this.#since = Math.min(this.#since ?? this.#lastWake, this.#lastWake);
  }

  #begin(work: Promise<number | null>): void {
    this.#running = work
      .catch((error: unknown) => {
        if (!this.#stopped) this.#fault(error as Error);
        return BACK_OFF_MS;
      })
      .then((again) => {
        this.#running = null;
        if (again !== null || this.#woken) this.#arm(again ?? QUIET_MS);
      });
  }

  /** null: all is done; else when to go on. */
  async #run(): Promise<number | null> {
    this.#woken = false;
    for (const job of this.#jobs)
      for (let more = true; more; ) {
        if (this.#stopped) return null;
        if (this.#isBusy()) {
          this.#note();
          return QUIET_MS;
        }
        more = await job.step();
      }
    this.#since = null;
    return null;
  }

  /** In the midst of other work: a step of each by turns, so that none waits for all of another. When to go on. */
  async #turn(): Promise<number | null> {
    const until = this.#clock.now() + TURN_MS;
    let open = this.#jobs;
    while (open.length > 0 && this.#clock.now() < until) {
      const more: IdleJob[] = [];
      for (const job of open) {
        if (this.#stopped) return null;
        if (await job.step()) more.push(job);
      }
      open = more;
    }
    this.#since = this.#clock.now() - (open.length === 0 ? 0 : TURN_EVERY_MS - this.#again);
    return QUIET_MS;
  }
}
