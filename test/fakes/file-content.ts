import type { SeededRandom } from './seeded-random.ts';

/** What a power loss leaves of what was never synced: all, nothing, or what a seed decides. */
export type KeepUnsynced = 'all' | 'none' | SeededRandom;

/** One step of writing that has not been made durable: bytes at a place, or a new size. */
type Step =
  | { readonly is: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly is: 'resize'; readonly size: number };

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
  #lastStep = 0;

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

  write(bytes: Uint8Array, at: number, now: number, flushAfter: number): void {
    this.#step({ is: 'write', at, bytes: bytes.slice() }, now, flushAfter);
    this.#allocated = Math.max(this.#allocated, at + bytes.length);
  }

  resize(size: number, now: number, flushAfter: number): void {
    this.#step({ is: 'resize', size }, now, flushAfter);
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
    copy.#lastStep = this.#lastStep;
    return copy;
  }

  /**
   * The power went. Of the steps since the last sync survive none, all, the first few with the next one torn, or any of them
   * (the disk may write in any order). What survives is durable.
   */
  losePower(keep: KeepUnsynced): void {
    if (!this.unsynced || keep === 'all') {
      this.sync();
      return;
    }
    const steps = keep === 'none' ? [] : survivors(this.#steps, keep);
    this.#buffer = this.#synced.buffer;
    this.#size = this.#synced.size;
    this.#mine = false;
    for (const step of steps) this.#apply(step);
    this.#allocated = this.#size;
    this.sync();
  }

  #step(step: Step, now: number, flushAfter: number): void {
    // The system writes back by itself what has lain long enough.
    if (this.unsynced && now - this.#lastStep >= flushAfter) this.sync();
    if (!this.unsynced && this.#size > 0) {
      this.#synced = { buffer: this.#buffer, size: this.#size };
      this.#mine = false;
    }
    this.#apply(step);
    this.#steps.push(step);
    this.#lastStep = now;
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
      return steps.filter(() => random.chance(0.5));
  }
}
