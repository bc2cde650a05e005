import type { Clock } from '../../src/main/platform/clock.ts';
import { flush } from './flush.ts';

/** 2026-01-01T00:00:00Z: a fixed start, so that traces are equal. */
const START = 1_767_225_600_000;

interface Timer {
  readonly due: number;
  /** Order of asking: what breaks ties of `due`. */
  readonly sequence: number;
  readonly call: () => void;
  readonly owner: DeviceClock | null;
  cancelled: boolean;
}

/**
 * Virtual time for a whole group of devices. Nothing moves but by `advance` and `runUntilIdle`, which run the timers one by one in the
 * order of (due, asked for) and after each let all promises settle. What a timer throws comes out of them.
 */
export class FakeClock implements Clock {
  #now: number;
  #sequence = 0;
  /** Sorted by (due, sequence). */
  readonly #timers: Timer[] = [];

  constructor(start = START) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, call: () => void): () => void {
    return this.schedule(milliseconds, call, null);
  }

  /** As `after`; a device's clock names itself as the owner, whose timers `forget` drops together. */
  schedule(milliseconds: number, call: () => void, owner: DeviceClock | null): () => void {
    // setTimeout turns what is not a number, or negative, into the shortest wait.
    const wait = milliseconds > 0 ? milliseconds : 0;
    const timer: Timer = { due: this.#now + wait, sequence: this.#sequence++, call, owner, cancelled: false };
    let at = this.#timers.length;
    while (at > 0 && (this.#timers[at - 1] as Timer).due > timer.due) at--;
    this.#timers.splice(at, 0, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  forget(owner: DeviceClock): void {
    for (const timer of this.#timers) if (timer.owner === owner) timer.cancelled = true;
  }

  /** Milliseconds until the next timer; null where none waits. */
  untilNext(): number | null {
    this.#dropCancelled();
    const first = this.#timers[0];
    return first === undefined ? null : first.due - this.#now;
  }

  /** Moves time by this many milliseconds and runs what falls due on the way, the end included. */
  async advance(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0)) throw new RangeError(`advance(${milliseconds})`);
    const until = this.#now + milliseconds;
    await flush();
    while (await this.#runNext(until));
    this.#now = until;
  }

  /**
   * Runs timers, moving time from one to the next, until none is left (true) or the next one is more than `limit` milliseconds
   * from now (false; time has then moved by `limit`).
   */
  async runUntilIdle(limit: number): Promise<boolean> {
    const until = this.#now + limit;
    await flush();
    while (await this.#runNext(until));
    if (this.untilNext() === null) return true;
    this.#now = until;
    return false;
  }

  /** The clock one device sees. */
  device(skew = 0): DeviceClock {
    return new DeviceClock(this, skew);
  }

  async #runNext(until: number): Promise<boolean> {
    this.#dropCancelled();
    const timer = this.#timers[0];
    if (timer === undefined || timer.due > until) return false;
    this.#timers.shift();
    this.#now = timer.due;
    timer.call();
    await flush();
    return true;
  }

  #dropCancelled(): void {
    while (this.#timers[0]?.cancelled === true) this.#timers.shift();
  }
}

/** One device's view of virtual time: its wall clock may be wrong and may jump, its timers are right. */
export class DeviceClock implements Clock {
  readonly #world: FakeClock;
  /** Milliseconds this wall clock is ahead of true time. */
  #skew: number;
  #stopped: boolean;

  constructor(world: FakeClock, skew: number) {
    this.#world = world;
    this.#skew = skew;
    this.#stopped = false;
  }

  now(): number {
    return this.#world.now() + this.#skew;
  }

  /** Once stopped, nothing is run any more. */
  after(milliseconds: number, call: () => void): () => void {
    return this.#stopped ? () => {} : this.#world.schedule(milliseconds, call, this);
  }

  /** The wall clock is set this many milliseconds on (or back, where negative). */
  jump(milliseconds: number): void {
    this.#skew += milliseconds;
  }

  /** The process died: its timers never run. A new process gets a new clock, with `skew()` to carry on. */
  stop(): void {
    this.#stopped = true;
    this.#world.forget(this);
  }

  skew(): number {
    return this.#skew;
  }
}
