import { describe, expect, it } from 'vitest';
import { PlannedRetry, Retry, waitAfter } from '../../../src/main/platform/retry.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const PACE = { first: 5, most: 60 };

describe('what failed', () => {
  it('is tried again ever later, up to a longest wait', () => {
    expect([0, 1, 2, 3, 4, 5, 1e9].map((before) => waitAfter(PACE, before))).toEqual([5, 10, 20, 40, 60, 60, 60]);
    expect([0, 1, 2].map((before) => waitAfter({ ...PACE, grows: 4 }, before))).toEqual([5, 20, 60]);
    const retry = new Retry(PACE);
    expect([retry.dueIn(0), retry.failed(100), retry.dueIn(100), retry.dueIn(104), retry.dueIn(105)]).toEqual([
      0, 5, 5, 1, 0,
    ]);
    expect([retry.failed(105), retry.failures]).toEqual([10, 2]);
  });

  it('is due where somebody asks, and no sooner than it would have been where that fails too', () => {
    const retry = new Retry(PACE);
    retry.failed(0);
    retry.failed(5);
    retry.tryNow();
    expect([retry.dueIn(6), retry.failed(6)]).toEqual([0, 20]);
  });

  it('fails for the first time once it went', () => {
    const retry = new Retry(PACE);
    retry.failed(0);
    retry.failed(5);
    retry.ended();
    expect([retry.dueIn(6), retry.failures, retry.failed(6)]).toEqual([0, 0, 5]);
  });

  it('does not wait for long where the clock is set back', () => {
    const retry = new Retry(PACE);
    retry.failed(1_000_000);
    expect(retry.dueIn(0)).toBe(0);
  });

  it('together comes back one by one: a random part of each wait is left out, up to half of it', () => {
    const [one, other] = [1, 2].map((seed) => new Retry({ first: 5000, most: 300_000 }, new SeededRandom(seed)));
    const differ = [5, 10, 20, 40, 80, 160, 300, 300].filter((full) => {
      const waits = [one!.failed(0), other!.failed(0)];
      for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(full * 500);
      for (const wait of waits) expect(wait).toBeLessThanOrEqual(full * 1000);
      return waits[0] !== waits[1];
    });
    expect(differ.length).toBeGreaterThan(6);
  });
});

describe('what is tried again by itself', () => {
  const planned = () => {
    const clock = new FakeClock();
    const tries: number[] = [];
    const began = clock.now();
    const retry = new PlannedRetry(clock, PACE, () => {
      tries.push(clock.now() - began);
      retry.failed();
    });
    return { clock, tries, retry };
  };

  it('is planned once, and ever later', async () => {
    const { clock, tries, retry } = planned();
    retry.failed();
    retry.failed();
    await clock.advance(200);
    expect(tries).toEqual([5, 15, 35, 75, 135, 195]);
  });

  it('comes as soon as what is new to it, and no later than it would have', async () => {
    const { clock, tries, retry } = planned();
    retry.failed();
    await clock.advance(36);
    retry.anew();
    await clock.advance(6);
    expect(tries).toEqual([5, 15, 35, 41]);
    retry.anew();
    await clock.advance(11);
    expect(tries.slice(4)).toEqual([47]);
  });

  it('comes as soon as what is new to it, though the clock was set back or forward since', async () => {
    for (const set of [-1000, 38]) {
      const clock = new FakeClock();
      let moved = 0;
      const tries: number[] = [];
      const began = clock.now();
      const turned = { now: () => clock.now() + moved, after: clock.after.bind(clock) };
      const retry = new PlannedRetry(turned, PACE, () => {
        tries.push(clock.now() - began);
        retry.failed();
      });
      retry.failed();
      await clock.advance(36);
      moved = set;
      retry.anew();
      await clock.advance(6);
      expect(tries).toEqual([5, 15, 35, 41]);
    }
  });

  it('comes no later for what is new to it', async () => {
    const { clock, tries, retry } = planned();
    retry.failed();
    await clock.advance(73);
    retry.anew();
    await clock.advance(4);
    expect(tries).toEqual([5, 15, 35, 75]);
  });

  it('is not once it is over', async () => {
    const { clock, tries, retry } = planned();
    retry.failed();
    retry.ended();
    await clock.advance(100);
    expect(tries).toEqual([]);
    retry.failed();
    await clock.advance(5);
    expect(tries).toEqual([105]);
  });
});
