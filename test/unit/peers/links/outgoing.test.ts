import { describe, expect, it } from 'vitest';
import { Outgoing } from '../../../../src/main/peers/links/outgoing.ts';
import { releaseHeap } from '../../../../src/main/platform/spare-memory.ts';

/** A socket that has written nothing until `next` says so. */
function socket() {
  const writes: { readonly bytes: Uint8Array; readonly written: (isWritten: boolean) => void }[] = [];
  let progress = 0;
  const outgoing = new Outgoing(
    (bytes, written) => writes.push({ bytes, written }),
    () => progress++,
  );
  const next = (isWritten = true) => {
    const write = writes.shift()!;
    write.written(isWritten);
    return write.bytes;
  };
  return { outgoing, writes, next, progress: () => progress };
}
const yielded = () => Promise.resolve();

describe('what waits to be written', () => {
  it('is written one buffer at a time, in order, and counted until it is', async () => {
    const { outgoing, writes, next, progress } = socket();
    outgoing.push(new Uint8Array(20_000).fill(1));
    outgoing.push(new Uint8Array(30_000).fill(2));
    expect(writes).toHaveLength(0);
    await yielded();
    expect(writes).toHaveLength(1);
    expect(outgoing.waiting).toBe(50_000);
    expect(next()).toEqual(new Uint8Array(20_000).fill(1));
    expect(outgoing.waiting).toBe(30_000);
    expect(next()).toEqual(new Uint8Array(30_000).fill(2));
    expect(outgoing.waiting).toBe(0);
    expect(writes).toHaveLength(0);
    expect(progress()).toBe(2);
  });

  it('takes more memory than its bytes where it is many parts', async () => {
    const { outgoing, next } = socket();
    for (let n = 0; n < 1000; n++) outgoing.push(Uint8Array.of(n));
    expect(outgoing.memory).toBeGreaterThan(100_000);
    await yielded();
    next();
    expect(outgoing.memory).toBe(0);
  });

  it('is let go of once it is written, though there is always something that waits', async () => {
    const { outgoing, next } = socket();
    const pushed: WeakRef<Uint8Array>[] = [];
    const push = (): void => {
      const bytes = new Uint8Array(100_000);
      pushed.push(new WeakRef(bytes));
      outgoing.push(bytes);
    };
    for (let n = 0; n < 8; n++) push();
    for (let n = 0; n < 200; n++) {
      // A weak reference holds on for the turn in which it was made.
      await new Promise<void>((resolve) => setImmediate(resolve));
      next();
      push();
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
    releaseHeap();
    expect(pushed.filter((each) => each.deref() !== undefined).length).toBeLessThan(30);
  });

  it('is gathered where it is short', async () => {
    const { outgoing, writes, next } = socket();
    for (let n = 0; n < 5; n++) outgoing.push(Uint8Array.of(n));
    outgoing.push(new Uint8Array(50_000));
    await yielded();
    expect([...next()]).toEqual([0, 1, 2, 3, 4]);
    expect(next()).toHaveLength(50_000);
    expect(writes).toHaveLength(0);
  });

  it('is not gathered without end', async () => {
    const { outgoing, writes, next } = socket();
    for (let n = 0; n < 10; n++) outgoing.push(new Uint8Array(10_000).fill(n));
    await yielded();
    const all = [next(), next()];
    expect(all.map((each) => each.length)).toEqual([60_000, 40_000]);
    expect(all.flatMap((each) => [...each])).toEqual(
      Array.from({ length: 100_000 }, (_, at) => Math.floor(at / 10_000)),
    );
    expect(writes).toHaveLength(0);
  });

  it('is one without a copy where it is one in memory', async () => {
    const { outgoing, next } = socket();
    const slab = new SharedArrayBuffer(100_000);
    outgoing.push(new Uint8Array(slab, 10, 20_000));
    outgoing.push(new Uint8Array(slab, 20_010, 30_000));
    outgoing.push(new Uint8Array(slab, 50_011, 40_000));
    await yielded();
    const first = next();
    expect([first.buffer, first.byteOffset, first.length]).toEqual([slab, 10, 50_000]);
    expect(next().byteOffset).toBe(50_011);
  });

  it('tells each part once its memory is free, and none before', async () => {
    const { outgoing, next } = socket();
    const told: string[] = [];
    outgoing.push(Uint8Array.of(1), () => told.push('short'));
    outgoing.push(Uint8Array.of(2));
    outgoing.push(new Uint8Array(50_000), () => told.push('long'));
    await yielded();
    expect(told).toEqual([]);
    next();
    expect(told).toEqual(['short']);
    next();
    expect(told).toEqual(['short', 'long']);
  });

  it('goes on with what is pushed while it is written', async () => {
    const { outgoing, writes, next } = socket();
    outgoing.push(Uint8Array.of(1), () => outgoing.push(Uint8Array.of(2)));
    await yielded();
    next();
    expect([...next()]).toEqual([2]);
    outgoing.push(Uint8Array.of(3));
    await yielded();
    expect([...next()]).toEqual([3]);
    expect(writes).toHaveLength(0);
  });

  it('stays where writing failed', async () => {
    const { outgoing, writes, next, progress } = socket();
    let sent = false;
    outgoing.push(new Uint8Array(20_000), () => (sent = true));
    outgoing.push(new Uint8Array(20_000));
    await yielded();
    next(false);
    await yielded();
    expect([sent, writes.length, progress()]).toEqual([false, 0, 0]);
  });
});
