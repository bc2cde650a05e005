import type { SeededRandom } from './seeded-random.ts';

/** What a power loss leaves of what was never synced: all, nothing, or what a seed decides. */
export type KeepUnsynced = 'all' | 'none' | SeededRandom;

/** One step of writing that has not been made durable: bytes at a place, or a new size. */
type Step = { readonly when: number } & (
  | { readonly is: 'write'; readonly at: number; readonly bytes: Uint8Array }
  /** `modifiedNs`: what the file said of its time until then. */
  | { readonly is: 'resize'; readonly size: number; readonly modifiedNs: bigint }
);

/** When a step is made, and how long after it the system has written it back by itself; milliseconds. */
export interface Moment {
  readonly now: number;
  readonly flushAfter: number;
}
/** So many steps are kept before old ones are folded into what is synced: it costs a copy of the file. */
const MANY_STEPS = 64;

interface Bytes {
  readonly buffer: Uint8Array;
  readonly size: number;
}
const NOTHING: Bytes = { buffer: new Uint8Array(0), size: 0 };

/**
 * The bytes of one inode, as processes see them and as the platter has them: the synced bytes plus the steps since. Copies share
 * their buffer until one of them is written.
 */
export class FileContent {
  #buffer: Uint8Array = NOTHING.buffer;
  #size = 0;
  /** False: someone else reads this buffer too, so it is copied before it is written. */
  #mine = true;
  /** The bytes up to here take room on the disk; beyond it is a hole. */
  #allocated = 0;
  /** What is durable, and what has happened since; no steps: the bytes above are durable. */
  #synced: Bytes = NOTHING;
  #steps: Step[] = [];

  get size(): number {
    return this.#size;
  }
  get allocated(): number {
    return this.#allocated;
  }
  get unsynced(): boolean {
    return this.#steps.length > 0;
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#size);
  }

  read(into: Uint8Array, offset: number, length: number, position: number): number {
    const end = Math.min(this.#size, position + length);
    if (end <= position) return 0;
    into.set(this.#buffer.subarray(position, end), offset);
    return end - position;
  }

  write(bytes: Uint8Array, at: number, moment: Moment): void {
    this.#step({ is: 'write', at, bytes: bytes.slice(), when: moment.now }, moment);
    this.#allocated = Math.max(this.#allocated, at + bytes.length);
  }

  resize(size: number, modifiedNs: bigint, moment: Moment): void {
    this.#step({ is: 'resize', size, modifiedNs, when: moment.now }, moment);
    this.#allocated = Math.min(this.#allocated, size);
  }

  sync(): void {
    this.#steps = [];
    this.#synced = NOTHING;
  }

  /** An equal one, at the price of a pointer. */
  copy(): FileContent {
    const copy = new FileContent();
    copy.#buffer = this.#buffer;
    copy.#size = this.#size;
    copy.#mine = false;
    this.#mine = false;
    copy.#allocated = this.#allocated;
    copy.#synced = this.#synced;
    copy.#steps = [...this.#steps];
    return copy;
  }

  /**
   * The power went. Of the steps since the last sync survive none, all, the first few with the next one torn, or what they wrote to
   * some pages (the system may write back in any order). What survives is durable.
   *
   * Returns the time the file had before the first cut that was lost; null: none was. Size and time are in one place on a disk: a file that is
   * as long as before has no time of after it.
   */
  losePower(keep: KeepUnsynced, moment: Moment): bigint | null {
    this.#writeBack(moment);
    if (!this.unsynced || keep === 'all') {
      this.sync();
      return null;
    }
    const steps = keep === 'none' ? [] : survivors(this.#steps, keep);
    const lost = this.#steps.find((step) => step.is === 'resize' && !steps.includes(step));
    this.#take(this.#synced);
    for (const step of steps) this.#apply(step);
    this.#allocated = this.#size;
    this.sync();
    return lost?.is === 'resize' ? lost.modifiedNs : null;
  }

  #step(step: Step, moment: Moment): void {
    if (this.#steps.length >= MANY_STEPS || isOld(this.#steps.at(-1), moment)) this.#writeBack(moment);
    if (!this.unsynced && this.#size > 0) {
      this.#synced = { buffer: this.#buffer, size: this.#size };
      this.#mine = false;
    }
    this.#apply(step);
    this.#steps.push(step);
  }

  /** The system writes back by itself what has lain long enough. */
  #writeBack(moment: Moment): void {
    const young = this.#steps.findIndex((step) => !isOld(step, moment));
    if (young < 0) {
      this.sync();
      return;
    }
    if (young === 0) return;
    const settled = new FileContent();
    settled.#take(this.#synced);
    for (const step of this.#steps.splice(0, young)) settled.#apply(step);
    this.#synced = { buffer: settled.#buffer, size: settled.#size };
  }

  #take(bytes: Bytes): void {
    this.#buffer = bytes.buffer;
    this.#size = bytes.size;
    this.#mine = false;
  }

  #apply(step: Step): void {
    const size = step.is === 'resize' ? step.size : Math.max(this.#size, step.at + step.bytes.length);
    if (size > this.#buffer.length || !this.#mine) {
      const room = size > this.#buffer.length ? Math.max(size, 2 * this.#size) : this.#buffer.length;
      const buffer = new Uint8Array(room);
      buffer.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = buffer;
      this.#mine = true;
    }
    // What lies beyond the old end may be left over from before it was cut off.
    if (size > this.#size) this.#buffer.fill(0, this.#size, size);
    else this.#buffer.fill(0, size, this.#size);
    this.#size = size;
    if (step.is === 'write') this.#buffer.set(step.bytes, step.at);
  }
}

function isOld(step: Step | undefined, { now, flushAfter }: Moment): boolean {
  return step !== undefined && now - step.when >= flushAfter;
}

function survivors(steps: readonly Step[], random: SeededRandom): readonly Step[] {
  switch (random.int(4)) {
    case 0:
      return [];
    case 1:
      return steps;
    case 2: {
      const whole = random.int(steps.length);
      const torn = steps[whole] as Step;
      if (torn.is === 'resize') return steps.slice(0, whole);
      const bytes = torn.bytes.subarray(0, random.int(torn.bytes.length + 1));
      return [...steps.slice(0, whole), ...(bytes.length > 0 ? [{ ...torn, bytes }] : [])];
    }
    default:
      return somePages(steps, random);
  }
}

const PAGE = 4096;

/** What a system writes back is pages, each with all that was written to it, in any order. */
function somePages(steps: readonly Step[], random: SeededRandom): readonly Step[] {
  const survives = new Map<number, boolean>();
  const written: Step[] = [];
  for (const step of steps) {
    if (step.is === 'resize') {
      written.push(step);
      continue;
    }
    for (let from = 0; from < step.bytes.length; ) {
      const page = Math.floor((step.at + from) / PAGE);
      const to = Math.min(step.bytes.length, (page + 1) * PAGE - step.at);
      const kept = survives.get(page) ?? random.chance(0.5);
      survives.set(page, kept);
      if (kept) written.push({ ...step, at: step.at + from, bytes: step.bytes.subarray(from, to) });
      from = to;
    }
  }
  return written;
}
