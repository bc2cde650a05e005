import { beforeEach, describe, expect, it } from 'vitest';
import { StuckContents } from '../../../src/main/store-and-forward/stuck-contents.ts';

const MINUTE = 60_000;
const long = { digest: 'a', length: 200_000 };
const longer = { digest: 'b', length: 300_000 };

describe('contents that the line to a relay breaks off over', () => {
  let stuck: StuckContents;
  const breakOff = (which: typeof long, times: number, now = 0): void => {
    for (let time = 0; time < times; time++) stuck.brokeOff(which, now);
  };
  beforeEach(() => {
    stuck = new StuckContents();
  });

  it('are tried three times, then left out for a minute with all that are as long', () => {
    breakOff(long, 2);
    expect([stuck.areAny, stuck.isLeftOut('a', 200_000, 0), stuck.triedIn(0)]).toEqual([false, false, null]);
    breakOff(long, 1);
    expect([stuck.areAny, stuck.triedIn(0)]).toEqual([true, MINUTE]);
    const leftOut = (now: number) =>
      [
        ['a', 200_000] as const,
        ['a', 0] as const,
        ['b', 300_000] as const,
        ['c', 199_999] as const,
        ['d', 0] as const,
      ].map(([digest, size]) => stuck.isLeftOut(digest, size, now));
    expect(leftOut(MINUTE - 1)).toEqual([true, true, true, false, false]);
    expect(leftOut(MINUTE)).toEqual([false, false, false, false, false]);
    expect([stuck.areAny, stuck.triedIn(MINUTE)]).toEqual([true, null]);
  });

  it('are left out for four times as long each time one breaks off again, up to a day', () => {
    breakOff(long, 3);
    let now = MINUTE;
    for (const pause of [4, 16, 64, 256, 1024, 1440, 1440]) {
      breakOff(longer, 1, now);
      expect(stuck.triedIn(now)).toBe(pause * MINUTE);
      now += pause * MINUTE;
    }
  });

  it('are tried once more where a person asks, and where the clock was set back', () => {
    breakOff(long, 3, 1000 * MINUTE);
    breakOff(longer, 1, 1001 * MINUTE);
    expect([stuck.triedIn(1001 * MINUTE), stuck.triedIn(0)]).toEqual([4 * MINUTE, null]);
    stuck.tryNow();
    expect([stuck.isLeftOut('b', 300_000, 1001 * MINUTE), stuck.areAny]).toEqual([false, true]);
    breakOff(longer, 1, 1001 * MINUTE);
    expect(stuck.triedIn(1001 * MINUTE)).toBe(16 * MINUTE);
  });

  it('are shorter ones too, once those break off as often', () => {
    breakOff(longer, 3);
    breakOff(long, 2);
    expect(stuck.isLeftOut('a', 200_000, 0)).toBe(false);
    breakOff(long, 1);
    expect([stuck.isLeftOut('a', 200_000, 0), stuck.triedIn(0)]).toEqual([true, MINUTE]);
  });

  it('are none any more once one as long went through', () => {
    breakOff(long, 3);
    stuck.wentThrough({ digest: 'c', length: 100_000 });
    expect(stuck.areAny).toBe(true);
    stuck.wentThrough(longer);
    expect([stuck.areAny, stuck.isLeftOut('a', 200_000, 0), stuck.triedIn(0)]).toEqual([false, false, null]);
    breakOff(long, 2);
    stuck.wentThrough(long);
    breakOff(long, 2);
    expect(stuck.areAny).toBe(false);
  });
});
