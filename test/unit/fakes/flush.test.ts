import { expect, it } from 'vitest';
import { flush } from '../../fakes/flush.ts';

it('runs chains of promises of any length to their end, and those they start', async () => {
  const trace: string[] = [];
  const chain = async (name: string, steps: number) => {
    for (let step = 0; step < steps; step++) await Promise.resolve();
    trace.push(name);
  };
  void chain('long', 10_000).then(() => void chain('started by long', 5000));
  void chain('short', 3);
  process.nextTick(() => void chain('from a tick', 1));
  await flush();
  expect(trace.indexOf('short')).toBeLessThan(trace.indexOf('long'));
  expect(new Set(trace)).toEqual(new Set(['short', 'from a tick', 'long', 'started by long']));
});
