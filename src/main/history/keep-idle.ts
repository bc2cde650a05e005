import type { Clock } from '../platform/clock.ts';
import type { IdleJob } from './keep-port.ts';

/** So long nothing may have been looked at or constructed before work in the background begins. */
const QUIET_MS = 150;
/** After a job failed. */
const BACK_OFF_MS = 60_000;

/**
 * Runs jobs one step at a time, in order, while the device has nothing better to do. Costs nothing while nobody calls `wake`.
 */
export class IdleWork {
  readonly #clock: Clock;
  readonly #jobs: readonly IdleJob[];
  readonly #isBusy: () => boolean;
  readonly #fault: (error: Error) => void;
  #lastWake = Number.NEGATIVE_INFINITY;
  #timer: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #woken: boolean = false;
  #stopped: boolean = false;

  constructor(clock: Clock, jobs: readonly IdleJob[], isBusy: () => boolean, fault: (error: Error) => void) {
    this.#clock = clock;
    this.#jobs = jobs;
    this.#isBusy = isBusy;
    this.#fault = fault;
  }

  /** Something happened: there may be work, once it is quiet. */
  wake(): void {
    this.#lastWake = this.#clock.now();
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
      const quiet = this.#clock.now() - this.#lastWake;
      // A wall clock that was set back must not put this off for as long.
      if (this.#isBusy() || (quiet >= 0 && quiet < QUIET_MS)) this.#arm(QUIET_MS);
      else this.#begin();
    });
  }

  #begin(): void {
    this.#running = this.#run()
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
        if (this.#isBusy()) return QUIET_MS;
        more = await job.step();
      }
    return null;
  }
}
