import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { threadedService } from '../../../src/main/platform/threaded-service.ts';

interface Doubler {
  double(a: number): number;
}

/** Workers that answer a call with twice its argument, and what they were told. */
function workers() {
  const begun: Thread[] = [];
  class Thread extends EventEmitter {
    readonly calls: string[] = [];
    postMessage({ id, name, args }: { id: number; name: string; args: number[] }): void {
      this.calls.push(`${name} ${args}`);
      queueMicrotask(() => this.emit('message', { id, value: 2 * (args[0] ?? 0) }));
    }
    async terminate(): Promise<void> {
      this.calls.push('terminate');
      this.emit('exit', 1);
    }
  }
  const begin = (): Worker => {
    const thread = new Thread();
    begun.push(thread);
    return thread as unknown as Worker;
  };
  const broke: string[] = [];
  return { begun, broke, thread: threadedService<Doubler>(begin, ({ message }) => broke.push(message)) };
}

describe('a thread for a service', () => {
  it('begins with the first call, once, and is told each in its order', async () => {
    const { begun, thread } = workers();
    expect(begun).toEqual([]);
    const answers = [1, 2, 3].map((each) => thread.service.double(each));
    expect(begun.map(({ calls }) => calls)).toEqual([['double 1', 'double 2', 'double 3']]);
    expect(await Promise.all(answers)).toEqual([2, 4, 6]);
    expect(await thread.service.double(4)).toBe(8);
    expect(begun).toHaveLength(1);
  });

  it('does not begin to give memory back, nor to end', async () => {
    const { begun, thread } = workers();
    await thread.releaseHeap();
    await thread.end();
    expect(begun).toEqual([]);
  });

  it('that has begun gives memory back, and is ended', async () => {
    const { begun, thread } = workers();
    await thread.service.double(1);
    await thread.releaseHeap();
    await thread.end();
    expect(begun.map(({ calls }) => calls)).toEqual([['double 1', 'releaseHeap ', 'terminate']]);
  });

  it('fails each call after its end, whether it had begun or not', async () => {
    for (const had of [true, false]) {
      const { begun, thread } = workers();
      if (had) await thread.service.double(1);
      await thread.end();
      await expect(thread.service.double(2)).rejects.toMatchObject({ code: 'thread-ended' });
      expect(begun).toHaveLength(had ? 1 : 0);
    }
  });

  it('that breaks fails what it was asked, and all that comes later, and that is told once', async () => {
    const { begun, broke, thread } = workers();
    const call = thread.service.double(1);
    begun[0]?.emit('error', new Error('out of memory'));
    begun[0]?.emit('exit', 1);
    expect(broke).toEqual(['out of memory']);
    await expect(call).rejects.toMatchObject({ code: 'thread-ended' });
    await expect(thread.service.double(2)).rejects.toMatchObject({ code: 'thread-ended' });
    expect(begun).toHaveLength(1);
  });

  it('that ends by itself is told of, and one that was ended is not', async () => {
    const alone = workers();
    await alone.thread.service.double(1);
    alone.begun[0]?.emit('exit', 7);
    expect(alone.broke).toEqual(['exit 7']);
    const ended = workers();
    await ended.thread.service.double(1);
    await ended.thread.end();
    expect(ended.broke).toEqual([]);
  });
});
