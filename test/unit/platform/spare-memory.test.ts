import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { giveBackSpare, type ProcessMemory, releaseHeap } from '../../../src/main/platform/spare-memory.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const MB = 1 << 20;
const LONG = 60_000;
/** As far apart as its looks are. */
const LOOK = 5000;

/** Resident megabytes; `release` leaves what is in use. */
class FakeMemory implements ProcessMemory {
  held: number;
  used: number;
  released = 0;
  constructor(held: number) {
    this.held = held;
    this.used = held;
  }
  resident(): number {
    return this.held * MB;
  }
  async release(): Promise<void> {
    this.released++;
    this.held = this.used;
  }
}

describe('memory that is not in use any more', () => {
  it('is given back once, after the work it was needed for', async () => {
    const clock = new FakeClock();
    const memory = new FakeMemory(120);
    let busy = true;
    const stop = giveBackSpare(clock, () => busy, memory);
    memory.held = 300;
    memory.used = 180;
    await clock.advance(LONG);
    expect(memory.released).toBe(0);
    busy = false;
    await clock.advance(LONG);
    expect([memory.released, memory.held]).toEqual([1, 180]);
    memory.held = 195;
    await clock.advance(LONG);
    expect(memory.released).toBe(1);
    memory.held = 280;
    await clock.advance(LONG);
    expect([memory.released, memory.held]).toEqual([2, 180]);
    stop();
    memory.held = 400;
    await clock.advance(LONG);
    expect(memory.released).toBe(2);
  });

  it('is not asked for between two parts of the work', async () => {
    const clock = new FakeClock();
    const memory = new FakeMemory(120);
    let busy = true;
    giveBackSpare(clock, () => busy, memory);
    memory.held = 180;
    await clock.advance(LOOK);
    // What was read is there, and the next part of it begins before the look after this one.
    busy = false;
    await clock.advance(LOOK);
    busy = true;
    await clock.advance(LOOK);
    // Nothing is looked at or written, and more and more comes.
    busy = false;
    for (let at = 0; at < 5; at++) {
      memory.held += 10;
      await clock.advance(LOOK);
    }
    expect(memory.released).toBe(0);
    await clock.advance(2 * LOOK);
    expect(memory.released).toBe(1);
  });

  it('is asked for between two parts of the work where that took very much', async () => {
    const clock = new FakeClock();
    const memory = new FakeMemory(120);
    let busy = true;
    giveBackSpare(clock, () => busy, memory);
    memory.held = 300;
    memory.used = 200;
    await clock.advance(LOOK);
    expect(memory.released).toBe(0);
    busy = false;
    await clock.advance(LOOK);
    expect([memory.released, memory.held]).toEqual([1, 200]);
    // It is in use: what comes on top of it counts.
    memory.held = 260;
    await clock.advance(LOOK);
    expect(memory.released).toBe(1);
  });

  it('is not asked for again and again where all of it is in use', async () => {
    const clock = new FakeClock();
    const memory = new FakeMemory(120);
    giveBackSpare(clock, () => false, memory);
    memory.held = 500;
    memory.used = 500;
    await clock.advance(10 * LONG);
    expect(memory.released).toBe(1);
  });

  it('is what a collection of this thread frees', async () => {
    let large: object | null = { items: Array.from({ length: 1000 }, (_, at) => ({ at })) };
    const weak = new WeakRef(large);
    large = null;
    await turn();
    releaseHeap();
    expect(weak.deref()).toBeUndefined();
    expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
  });
});
