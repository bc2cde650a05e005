import { expect, it } from 'vitest';
import { IdleWork } from '../../../src/main/keep/keep-idle.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

function make(steps: number) {
  const clock = new FakeClock();
  const done: number[] = [];
  const faults: string[] = [];
  const state = { left: steps, busy: false, fails: false };
  const job = {
    step: async () => {
      if (state.fails) throw new Error('the disk says no');
      if (state.left === 0) return false;
      state.left--;
      done.push(clock.now());
      return state.left > 0;
    },
  };
  const idle = new IdleWork(
    clock,
    [job],
    () => state.busy,
    (error) => faults.push(error.message),
  );
  return { clock, done, faults, state, idle, start: clock.now() };
}

it('begins once nothing happened for 150 ms, and leaves no timer when all is done', async () => {
  const { clock, done, idle, start } = make(3);
  idle.wake();
  await clock.advance(100);
  idle.wake();
  await clock.advance(149);
  expect(done).toEqual([]);
  await clock.advance(151);
  expect(done).toHaveLength(3);
  expect(done[0]).toBeGreaterThanOrEqual(start + 250);
  await clock.advance(1000);
  expect(clock.untilNext()).toBeNull();
});

it('stops at the next step when work arrives, and goes on when it is quiet again', async () => {
  const { clock, done, state, idle } = make(3);
  state.busy = true;
  idle.wake();
  await clock.advance(10_000);
  expect(done).toEqual([]);
  state.busy = false;
  // After ten seconds of work, half a second without any is no end of it yet.
  await clock.advance(500);
  expect(done).toEqual([]);
  await clock.advance(2000);
  expect(done).toHaveLength(3);
});

it('tells of a step that failed, once a minute, and does not stop for good', async () => {
  const { clock, done, faults, state, idle } = make(1);
  state.fails = true;
  idle.wake();
  await clock.advance(90_000);
  expect(faults).toEqual(['the disk says no', 'the disk says no']);
  state.fails = false;
  await clock.advance(60_000);
  expect(done).toHaveLength(1);
});

it('begins no step after it was stopped', async () => {
  const { clock, done, idle } = make(3);
  idle.wake();
  await idle.stop();
  idle.wake();
  await clock.advance(10_000);
  expect(done).toEqual([]);
});

it('gives each job a turn once a minute where it is never quiet, and leaves no timer afterwards', async () => {
  const clock = new FakeClock();
  const done = { first: 0, second: 0 };
  let left = 0;
  const idle = new IdleWork(
    clock,
    [
      {
        step: async () => {
          done.first++;
          return left-- > 0;
        },
      },
      {
        step: async () => {
          done.second++;
          return false;
        },
      },
    ],
    () => false,
    () => {},
  );
  for (let second = 0; second < 600; second++) {
    left = 5;
    idle.wake();
    await clock.advance(140);
    idle.wake();
    await clock.advance(140);
  }
  expect(done.second).toBe(2);
  expect(done.first).toBe(12);
  await clock.advance(10_000);
  expect(clock.untilNext()).toBeNull();
});

it('has its turn each minute though the clock was set back', async () => {
  const fake = new FakeClock();
  let setBack = 0;
  const clock = { now: () => fake.now() - setBack, after: fake.after.bind(fake) };
  let done = 0;
  const job = {
    step: async () => {
      done++;
      return false;
    },
  };
  const idle = new IdleWork(
    clock,
    [job],
    () => true,
    () => {},
  );
  idle.wake();
  await fake.advance(30_000);
  setBack = 3600_000;
  await fake.advance(130_000);
  expect(done).toBe(2);
});

it('comes back to what one turn was too short for as soon as it is to', async () => {
  const turnsIn = async (minutes: number, again?: number): Promise<number> => {
    const clock = new FakeClock();
    let steps = 0;
    const step = (): Promise<boolean> => {
      steps++;
      return new Promise((resolve) => void clock.after(1000, () => resolve(true)));
    };
    const idle = new IdleWork(
      clock,
      [{ step }],
      () => true,
      () => {},
      again,
    );
    idle.wake();
    await clock.advance(minutes * 60_000);
    return Math.floor(steps / 3);
  };
  expect(await turnsIn(10)).toBe(9);
  expect(await turnsIn(10, 10_000)).toBe(42);
});
