import { describe, expect, it } from 'vitest';
import { Schedule } from '../../src/main/schedule.ts';
import type { Synchronizer } from '../../src/main/synchronizer.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { flush } from '../fakes/flush.ts';

const INTERVAL = 600_000;

/** A source's two half-cycles as the schedule sees them: what was asked of them, and when they end. */
function world() {
  const clock = new FakeClock();
  const looks: (readonly string[] | null)[] = [];
  const waiting: (() => void)[] = [];
  const faults: string[] = [];
  let passes = 0;
  const double = {
    state: 'ready' as string,
    holdsLooks: false,
    constructs: 0,
    failing: null as Error | null,
    failed: [] as string[],
    async look(groups: readonly string[] | null, _asked?: boolean, _begins?: () => void): Promise<void> {
      looks.push(groups);
      if (double.holdsLooks) await new Promise<void>((resolve) => waiting.push(resolve));
      if (double.failing !== null) throw double.failing;
    },
    lookFailed: (error: Error) => void double.failed.push(error.message),
    async construct(): Promise<void> {
      double.constructs++;
    },
    lacking: 0,
    retried: [] as number[],
    retryLacking: () => void double.retried.push(clock.now()),
  };
  const schedule = new Schedule(clock, double as unknown as Synchronizer, () => INTERVAL, {
    failed: (error) => void faults.push(error.message),
    passed: () => void passes++,
  });
  return { clock, schedule, double, looks, faults, passed: () => passes, goOn: () => waiting.shift()?.() };
}

describe('looking', () => {
  it('comes soon after something happened, once for what happened together', async () => {
    const { clock, schedule, looks } = world();
    for (const group of ['docs', 'music', 'docs']) schedule.dirty(group);
    await clock.advance(19);
    expect(looks).toEqual([]);
    await clock.advance(1);
    expect(looks).toEqual([['docs', 'music']]);
    await clock.advance(1000);
    expect(looks).toHaveLength(1);
  });
  it('is everywhere where nobody knows where', async () => {
    const { clock, schedule, looks } = world();
    schedule.dirty('docs');
    schedule.dirty(null);
    await clock.advance(20);
    expect(looks).toEqual([null]);
  });
  it('comes again for what happens meanwhile', async () => {
    const { clock, schedule, double, looks, goOn } = world();
    double.holdsLooks = true;
    schedule.dirty('docs');
    await clock.advance(20);
    schedule.dirty('music');
    await clock.advance(1000);
    expect(looks).toEqual([['docs']]);
    goOn();
    await clock.advance(19);
    expect(looks).toEqual([['docs']]);
    await clock.advance(1);
    expect(looks).toEqual([['docs'], ['music']]);
  });
  it('comes ever less often where something happens on and on, and soon again once that has ended', async () => {
    const { clock, schedule, looks } = world();
    const goesOn = clock.now() + 10_000;
    for (let at = clock.now(); at < goesOn; at += 5) {
      schedule.dirty('docs');
      await clock.advance(5);
    }
    expect(looks.length).toBeLessThan(60);
    expect(looks.length).toBeGreaterThan(30);
    await clock.advance(5_000);
    const before = looks.length;
    schedule.dirty('docs');
    await clock.advance(20);
    expect(looks).toHaveLength(before + 1);
  });
  it('is not waited for longer by who asks for one', async () => {
    const { clock, schedule, looks } = world();
    for (let at = 0; at < 1000; at++) {
      schedule.dirty('docs');
      await clock.advance(5);
    }
    const before = looks.length;
    void schedule.lookNow();
    await flush();
    expect(looks).toHaveLength(before + 1);
  });
  it('comes back where the computer slept through one, though much is being written there', async () => {
    const world = new FakeClock();
    const clock = world.device();
    let looks = 0;
    const slept = {
      state: 'writing',
      look: async () => {
        if (looks++ === 0) clock.jump(48 * 3_600_000);
      },
      construct: () => Promise.resolve(),
      lacking: 0,
    };
    const troubles = { failed: (error: Error) => expect(error).toBeNull(), passed: () => undefined };
    const schedule = new Schedule(clock, slept as unknown as Synchronizer, () => INTERVAL, troubles);
    schedule.dirty('docs');
    await world.advance(1000);
    expect(looks).toBe(1);
    schedule.dirty('docs');
    await world.advance(60_000);
    expect(looks).toBe(2);
    schedule.stop();
  });
  it('comes by itself after the interval, and after it again', async () => {
    const { clock, looks } = world();
    await clock.advance(INTERVAL + 20);
    expect(looks).toEqual([null]);
    await clock.advance(INTERVAL + 20);
    expect(looks).toEqual([null, null]);
  });
  it('comes by itself after the interval, though something happens again and again meanwhile', async () => {
    const { clock, schedule, looks } = world();
    for (let minute = 0; minute < 22; minute++) {
      schedule.dirty('docs');
      await clock.advance(60_000);
    }
    expect(looks.filter((groups) => groups === null)).toHaveLength(2);
  });
  it('comes back soon to a source that is away', async () => {
    const { clock, schedule, double, looks } = world();
    double.state = 'unavailable';
    schedule.dirty('docs');
    await clock.advance(20);
    await clock.advance(5020);
    expect(looks).toEqual([['docs'], null]);
  });
  it('comes back to what was just changing once it has settled', async () => {
    const { clock, schedule, looks } = world();
    schedule.lookLater(new Set(['docs', 'music']), 2100);
    await clock.advance(2000);
    expect(looks).toEqual([]);
    await clock.advance(200);
    expect(looks).toEqual([['docs', 'music']]);
  });
  it('now resolves after a look that began after the asking', async () => {
    const { clock, schedule, double, looks, goOn } = world();
    double.holdsLooks = true;
    schedule.dirty('docs');
    await clock.advance(20);
    let done = false;
    void schedule.lookNow().then(() => {
      done = true;
    });
    goOn();
    await flush();
    expect([looks, done]).toEqual([[['docs'], null], false]);
    goOn();
    await flush();
    expect(done).toBe(true);
  });
  it('that fails is told, ends the wait of who asked, and stops nothing', async () => {
    const { clock, schedule, double, looks, faults } = world();
    double.failing = new Error('the disk is gone');
    await schedule.lookNow();
    expect([faults, double.failed]).toEqual([['the disk is gone'], ['the disk is gone']]);
    double.failing = null;
    schedule.dirty('docs');
    await clock.advance(20);
    expect(looks).toEqual([null, ['docs']]);
  });
  it('that went well is told where the source is there, so that what fails next is told anew', async () => {
    const { schedule, double, passed } = world();
    double.state = 'unavailable';
    await schedule.lookNow();
    expect(passed()).toBe(0);
    double.state = 'ready';
    await schedule.lookNow();
    expect(passed()).toBe(1);
  });
  it('is followed by constructing', async () => {
    const { schedule, double } = world();
    await schedule.lookNow();
    await flush();
    expect(double.constructs).toBe(1);
  });
});

/** A look has begun while something is written, and goes on until it is told to. */
async function lookingWhileWriting() {
  const made = world();
  Object.assign(made.double, { state: 'writing', holdsLooks: true });
  made.schedule.dirty('docs');
  await made.clock.advance(1000);
  return made;
}

describe('constructing', () => {
  it('goes on while more comes, one at a time', async () => {
    const { schedule, double } = world();
    let running = 0;
    let most = 0;
    double.construct = async () => {
      double.constructs++;
      most = Math.max(most, ++running);
      if (double.constructs === 1) schedule.constructSoon();
      await Promise.resolve();
      running--;
    };
    schedule.constructSoon();
    await flush();
    expect([double.constructs, most, schedule.isWorking]).toEqual([2, 1, false]);
  });
  it('holds up no look', async () => {
    const { clock, schedule, double, looks } = world();
    double.construct = () => new Promise(() => {});
    schedule.constructSoon();
    schedule.dirty('docs');
    await clock.advance(20);
    expect([looks, schedule.isWorking]).toEqual([[['docs']], true]);
  });
  it('lets a look wait a little while something is written, for most of what happens then is that', async () => {
    const { clock, schedule, double, looks } = world();
    double.state = 'writing';
    schedule.dirty('docs');
    await clock.advance(999);
    expect(looks).toEqual([]);
    await clock.advance(1);
    expect(looks).toEqual([['docs']]);
  });
  it('lets what happens during a look wait as well, while something is written', async () => {
    const { clock, schedule, looks, goOn } = await lookingWhileWriting();
    schedule.dirty('music');
    goOn();
    await clock.advance(999);
    expect(looks).toEqual([['docs']]);
    await clock.advance(1);
    expect(looks).toEqual([['docs'], ['music']]);
  });
  it('is not waited for by who asks for a look meanwhile', async () => {
    const { schedule, looks, goOn } = await lookingWhileWriting();
    void schedule.lookNow();
    goOn();
    await flush();
    expect(looks).toEqual([['docs'], null]);
  });
  it('is looked at soon after it ended', async () => {
    const { clock, schedule, double, looks } = world();
    let ends = (): void => undefined;
    double.construct = () => {
      double.state = 'writing';
      return new Promise((resolve) => {
        ends = () => {
          double.state = 'ready';
          resolve();
        };
      });
    };
    schedule.constructSoon();
    schedule.dirty('docs');
    await clock.advance(100);
    ends();
    await clock.advance(199);
    expect(looks).toEqual([]);
    await clock.advance(1);
    expect([looks, schedule.isWorking]).toEqual([[['docs']], true]);
  });
  it('that a look had to wait for does not count as the time it took', async () => {
    const { clock, schedule, double, looks } = world();
    double.state = 'writing';
    double.look = async (groups, _asked, begins) => {
      looks.push(groups);
      await new Promise<void>((resolve) => void clock.after(30_000, resolve));
      begins?.();
    };
    schedule.dirty('docs');
    await clock.advance(31_000);
    schedule.dirty('music');
    await clock.advance(1000);
    expect(looks).toEqual([['docs'], ['music']]);
  });
  it('that fails is told, and tried again when asked', async () => {
    const { schedule, double, faults } = world();
    const construct = double.construct;
    double.construct = () => Promise.reject(new Error('no'));
    schedule.constructSoon();
    await flush();
    double.construct = construct;
    schedule.constructSoon();
    await flush();
    expect([faults, double.constructs]).toEqual([['no'], 1]);
  });
});

describe('content that nobody linked had', () => {
  /** When it was asked for again, in seconds, within the first quarter of an hour. */
  async function retries(during: (minute: number, double: ReturnType<typeof world>['double']) => void = () => {}) {
    const { clock, schedule, double } = world();
    const start = clock.now();
    double.lacking = 3;
    schedule.constructSoon();
    await flush();
    for (let minute = 0; minute < 15; minute++) {
      during(minute, double);
      await clock.advance(60_000);
    }
    return double.retried.map((at) => (at - start) / 1000);
  }
  it('is asked for again, soon and then ever more seldom', async () => {
    expect(await retries()).toEqual([2, 6, 14, 30, 62, 126, 254, 510, 810]);
  });
  it('is asked for soon again once some of it came', async () => {
    const seconds = await retries((minute, double) => {
      if (minute === 5) double.lacking = 2;
    });
    expect(seconds.slice(0, 11)).toEqual([2, 6, 14, 30, 62, 126, 254, 510, 512, 516, 524]);
  });
  it('is asked for soon where more of it lacks, however long the next time was put off', async () => {
    const { clock, schedule, double } = world();
    double.lacking = 1;
    schedule.constructSoon();
    await flush();
    await clock.advance(300_000);
    double.retried.length = 0;
    double.lacking = 2;
    schedule.constructSoon();
    await flush();
    const now = clock.now();
    await clock.advance(10_000);
    expect(double.retried.map((at) => at - now)).toEqual([2000, 6000]);
  });
  it('is not asked for where there is none', async () => {
    const seconds = await retries((minute, double) => {
      if (minute === 1) double.lacking = 0;
    });
    expect(seconds).toEqual([2, 6, 14, 30, 62]);
  });
  it('is not asked for any more by a schedule that is stopped', async () => {
    const { clock, schedule, double } = world();
    double.lacking = 1;
    schedule.constructSoon();
    await flush();
    schedule.stop();
    await clock.advance(INTERVAL);
    expect(double.retried).toEqual([]);
  });
});

describe('a schedule that is stopped', () => {
  it('does nothing any more, and keeps nobody waiting', async () => {
    const { clock, schedule, double, looks } = world();
    double.holdsLooks = true;
    schedule.dirty('docs');
    await clock.advance(20);
    const waiting = schedule.lookNow();
    schedule.stop();
    await waiting;
    await schedule.lookNow();
    schedule.dirty('docs');
    schedule.dirty(null);
    schedule.constructSoon();
    await clock.advance(INTERVAL * 3);
    expect([looks, double.constructs]).toEqual([[['docs']], 0]);
  });
  it.each([
    ['nothing of why what was under way ended', new Error('stopped'), []],
    ['that the database failed', Object.assign(new Error('no room'), { code: 'SQLITE_FULL' }), ['no room', 'no room']],
  ])('tells %s', async (_, error, told) => {
    const { clock, schedule, double, faults, goOn } = world();
    double.holdsLooks = true;
    double.failing = error;
    schedule.dirty('docs');
    await clock.advance(20);
    double.construct = () => Promise.reject(error);
    schedule.constructSoon();
    schedule.stop();
    goOn();
    await flush();
    expect(faults).toEqual(told);
  });
});
