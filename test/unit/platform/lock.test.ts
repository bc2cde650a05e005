import { describe, expect, it } from 'vitest';
import { Lock } from '../../../src/main/platform/lock.ts';

/** Work that ends when told. */
function work(log: string[], name: string) {
  let end: (error?: Error) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  const run = async () => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { run, end };
}

describe('a lock', () => {
  it('lets one run at a time, in the order of asking', async () => {
    const log: string[] = [];
    const lock = new Lock();
    const [one, two, three] = [work(log, 'one'), work(log, 'two'), work(log, 'three')];
    const all = [one, two, three].map((each) => lock.run(each.run));
    three.end();
    two.end();
    one.end();
    expect(await Promise.all(all)).toEqual(['one', 'two', 'three']);
    expect(log).toEqual(['one begins', 'one ends', 'two begins', 'two ends', 'three begins', 'three ends']);
  });
  it('goes on after work that failed, and tells it to who asked', async () => {
    const log: string[] = [];
    const lock = new Lock();
    const [one, two] = [work(log, 'one'), work(log, 'two')];
    const failed = lock.run(one.run);
    const next = lock.run(two.run);
    one.end(new Error('no'));
    two.end();
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('two');
  });
});
