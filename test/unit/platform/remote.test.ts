import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { remote, type ServedThread, serveCalls } from '../../../src/main/platform/remote.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';

class Adder {
  sum = 0;
  add(a: number, b: number): number {
    this.sum += a + b;
    return a + b;
  }
  refuse(what: string): never {
    throw new LockstepError('not-that', `cannot ${what}`, what);
  }
  fault(): never {
    throw new TypeError('a bug');
  }
  nothing(): void {}
  async later(a: number): Promise<number> {
    const { sum } = this;
    await new Promise((resolve) => setImmediate(resolve));
    if (a < 0) throw new LockstepError('too-small', 'cannot take less than nothing', `${a}`);
    return sum - this.sum;
  }
  echo(given: { owned: ArrayBufferLike[] }): { owned: ArrayBufferLike[] } {
    return given;
  }
  large(): { owned: ArrayBuffer[]; bytes: Uint8Array } {
    const bytes = Uint8Array.of(1, 2, 3);
    return { owned: [bytes.buffer], bytes };
  }
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A worker without the thread: the other end of a real channel, which `die` ends. */
function worker(service: object) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serveCalls(port2, service);
  const ends = new EventEmitter();
  port1.on('message', (message) => ends.emit('message', message));
  const postMessage = (message: unknown, transfer: readonly ArrayBuffer[]) => port1.postMessage(message, transfer);
  const stub = Object.assign(ends, { postMessage });
  return { stub: stub as unknown as Worker, ends };
}
const called = (service: object) => {
  const { stub, ends } = worker(service);
  return { adder: remote<Adder>(stub, (code, message, subject) => new LockstepError(code, message, subject)), ends };
};

describe('a service in another thread', () => {
  it('answers each call with what it gave', async () => {
    const { adder } = called(new Adder());
    expect(await Promise.all([adder.add(1, 2), adder.add(3, 4), adder.nothing()])).toEqual([3, 7, undefined]);
  });
  it('waits for what a call promises before the next one begins', async () => {
    const { adder } = called(new Adder());
    const calls = [adder.later(1), adder.add(1, 2), adder.later(2), adder.add(3, 4)];
    expect(await Promise.all(calls)).toEqual([0, 3, 0, 7]);
    const last = adder.later(-1);
    const after = adder.add(5, 6);
    await expect(last).rejects.toMatchObject({ code: 'too-small', subject: '-1' });
    expect(await after).toBe(11);
  });
  it('fails with the code, the words and the subject it failed with', async () => {
    const { adder } = called(new Adder());
    await expect(adder.refuse('fly')).rejects.toMatchObject({
      code: 'not-that',
      message: 'cannot fly',
      subject: 'fly',
    });
    await expect(adder.fault()).rejects.toMatchObject({ code: 'internal', message: 'a bug', subject: '' });
    expect(await adder.add(1, 1)).toBe(2);
  });
  it('collects the heap of its thread where it is asked to', async () => {
    const { stub } = worker(new Adder());
    const thread = remote<ServedThread>(stub, (code, message, subject) => new LockstepError(code, message, subject));
    let large: object | null = { items: Array.from({ length: 1000 }, (_, at) => ({ at })) };
    const weak = new WeakRef(large);
    large = null;
    await thread.releaseHeap();
    expect(weak.deref()).toBeUndefined();
  });
  it('hands over the buffers it names, and keeps none of them', async () => {
    let given: ReturnType<Adder['large']> | null = null;
    class Giving extends Adder {
      override large() {
        given = super.large();
        return given;
      }
    }
    const { adder } = called(new Giving());
    expect([...(await adder.large()).bytes]).toEqual([1, 2, 3]);
    expect(given!.bytes.length).toBe(0);
  });
  it('is handed over the buffers an argument names, and can hand them back', async () => {
    const { adder } = called(new Adder());
    const { buffer } = Uint8Array.of(4, 5, 6);
    const back = await adder.echo({ owned: [buffer] });
    expect(buffer.byteLength).toBe(0);
    expect([...new Uint8Array(back.owned[0] as ArrayBuffer)]).toEqual([4, 5, 6]);
  });
  it('shares the memory that is for sharing', async () => {
    const { adder } = called(new Adder());
    const mine = new Uint8Array(new SharedArrayBuffer(3));
    const back = await adder.echo({ owned: [mine.buffer] });
    mine[1] = 7;
    expect([...new Uint8Array(back.owned[0] as SharedArrayBuffer)]).toEqual([0, 7, 0]);
  });
  it('that ends fails all calls under way and all to come', async () => {
    const { adder, ends } = called({ add: () => 0 });
    const waiting = [adder.add(1, 1), adder.add(1, 1)];
    ends.emit('exit', 7);
    for (const call of waiting)
      await expect(call).rejects.toMatchObject({ code: 'thread-ended', message: expect.stringContaining('7') });
    await expect(adder.add(1, 1)).rejects.toMatchObject({ code: 'thread-ended' });
  });
  it('that breaks says how', async () => {
    const { adder, ends } = called({});
    const call = adder.add(1, 1);
    ends.emit('error', new Error('out of memory'));
    ends.emit('exit', 1);
    await expect(call).rejects.toMatchObject({
      code: 'thread-ended',
      message: expect.stringContaining('out of memory'),
    });
  });
});
