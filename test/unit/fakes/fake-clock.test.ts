import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../fakes/fake-clock.ts';

describe('FakeClock', () => {
  let clock: FakeClock;
  let trace: string[];
  beforeEach(() => {
    clock = new FakeClock(1000);
    trace = [];
  });
  const say = (what: string) => () => void trace.push(`${what} ${clock.now()}`);

  it('runs timers in the order of time, then of asking', async () => {
    clock.after(20, say('late'));
    clock.after(10, say('first'));
    clock.after(10, say('second'));
    clock.after(10, say('third'));
    clock.after(21, say('not yet'));
    await clock.advance(20);
    expect(trace).toEqual(['first 1010', 'second 1010', 'third 1010', 'late 1020']);
    expect(clock.now()).toBe(1020);
    expect(clock.untilNext()).toBe(1);
  });

  it('lets promises settle between two timers, so that what they schedule takes part', async () => {
    clock.after(10, () => {
      void Promise.resolve()
        .then(() => {})
        .then(() => clock.after(5, say('from a promise')));
    });
    clock.after(20, say('after it'));
    await clock.advance(100);
    expect(trace).toEqual(['from a promise 1015', 'after it 1020']);
    expect(clock.now()).toBe(1100);
  });

  it('runs what is scheduled for now, and takes nonsense for now', async () => {
    clock.after(0, say('now'));
    clock.after(-5, say('negative'));
    clock.after(Number.NaN, say('not a number'));
    await clock.advance(0);
    expect(trace).toEqual(['now 1000', 'negative 1000', 'not a number 1000']);
  });

  it('does not run what was cancelled', async () => {
    const cancel = clock.after(10, say('cancelled'));
    clock.after(5, () => cancel());
    await clock.advance(50);
    expect(trace).toEqual([]);
    expect(clock.untilNext()).toBeNull();
  });

  it('runs until idle, or says that it is not at the limit', async () => {
    clock.after(10, () => clock.after(10, say('last')));
    expect(await clock.runUntilIdle(1000)).toBe(true);
    expect(clock.now()).toBe(1020);
    const again = () => void clock.after(300, again);
    again();
    expect(await clock.runUntilIdle(1000)).toBe(false);
    expect(clock.now()).toBe(2020);
  });

  it('hands on what a timer throws', async () => {
    clock.after(1, () => {
      throw new Error('from the timer');
    });
    await expect(clock.advance(5)).rejects.toThrow('from the timer');
  });

  it('skews and jumps the wall clock of a device, not its timers', async () => {
    const fast = clock.device(5000);
    const slow = clock.device(-300);
    fast.after(10, () => trace.push(`fast ${fast.now()}`));
    slow.after(10, () => trace.push(`slow ${slow.now()}`));
    fast.jump(-100_000);
    await clock.advance(10);
    expect(trace).toEqual(['fast -93990', 'slow 710']);
    expect(fast.skew()).toBe(-95_000);
  });

  it('drops the timers of a device that died', async () => {
    const device = clock.device();
    device.after(10, say('dead'));
    clock.after(10, say('alive'));
    device.stop();
    device.after(1, say('a zombie'));
    await clock.advance(20);
    expect(trace).toEqual(['alive 1010']);
  });
});
