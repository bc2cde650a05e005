import { hasPassed } from '../platform/clock.ts';
import type { KeptContent } from '../store/content-store.ts';
import type { ConflictContents } from './keep-conflicts.ts';
import { NeededContents } from './keep-needed.ts';
import type { IdleJob, KeepPort } from './keep-port.ts';

const DAY_MS = 24 * 3600_000;
const STEP = 256;
/** What was just replaced may still lie in staging, on its way to the version store. */
const YOUNG_MS = 3600_000;
/** When room is made for more, so much of the limit is left in use: else the next content would not fit again. */
const ROOM_SHARE = 0.95;

interface Pass {
  /**
   * Found out once something might be let go of: that takes a while, and mostly nothing is old enough. Anew in each step before which something
   * happened: a person may have brought back what was not needed before.
   */
  needed: NeededContents | null;
  /** Bytes to get down to. */
  readonly target: number;
  readonly until: number;
  after: KeptContent | null;
  bytes: number;
}

/**
 * Lets go of what is kept longer than the user wants, and of the oldest beyond the bytes the user grants; never of what an open conflict,
 * something not constructed yet or a current value that exists only here needs. At the start, then daily, and when room is wanted.
 */
export class Retention implements IdleJob {
  readonly #port: KeepPort;
  readonly #conflicts: ConflictContents;
  readonly #dropped: () => void;
  #pass: Pass | null = null;
  /** When the last pass began; null: none did, or there is to be another at once. */
  #began: number | null = null;
  #wantsRoom: boolean = false;
  #cancel: (() => void) | null = null;

  /** `dropped`: after a pass that let go of something. */
  constructor(port: KeepPort, conflicts: ConflictContents, dropped: () => void) {
    this.#port = port;
    this.#conflicts = conflicts;
    this.#dropped = dropped;
  }

  /** Contents that should be kept do not fit. */
  makeRoom(): void {
    this.#wantsRoom = true;
    this.#began = null;
    this.#port.wake();
  }
  stop(): void {
    this.#cancel?.();
  }

  async step(): Promise<boolean> {
    const { clock, kept, store } = this.#port;
    this.#pass ??= this.#begin(clock.now());
    const pass = this.#pass;
    if (pass === null) return false;
    const page = kept.keptByAge(pass.after, STEP);
    const drop: KeptContent[] = [];
    const cutoff = clock.now() - this.#port.limits().days * DAY_MS;
    let isOver = page.length < STEP;
    if (pass.needed?.isStale() === true) pass.needed = null;
    for (const content of page) {
      if (content.since > pass.until || (content.since >= cutoff && pass.bytes <= pass.target)) {
        isOver = true;
        break;
      }
      pass.after = content;
      pass.needed ??= new NeededContents(this.#port, this.#conflicts);
      if (pass.needed.has(content.digest)) continue;
      drop.push(content);
      pass.bytes -= content.size;
    }
    if (drop.length > 0) {
      const digests = drop.map((content) => content.digest);
      // First from the table: what it names must be there, what it does not name is only in the way until the next reconciling.
      this.#port.transact(() => kept.forgetKept(digests));
      await store.drop(digests);
      this.#dropped();
    }
    if (!isOver) return true;
    this.#pass = null;
    return false;
  }

  #begin(now: number): Pass | null {
    if (!hasPassed(DAY_MS, this.#began, now)) return null;
    this.#began = now;
    this.#cancel?.();
    this.#cancel = this.#port.clock.after(DAY_MS, () => this.#port.wake());
    const { bytes } = this.#port.limits();
    const target = this.#wantsRoom ? bytes * ROOM_SHARE : bytes;
    this.#wantsRoom = false;
    return { needed: null, target, until: now - YOUNG_MS, after: null, bytes: this.#port.kept.keptBytes() };
  }
}
