import { describe, expect, it } from 'vitest';
import { KeepSealed } from '../../../src/main/sharing/keep-sealed.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

/** A member whose turn it is as a test says; a seal ends it. */
function member(turn: number | null) {
  const clock = new FakeClock();
  const seen: number[] = [];
  let [told, waits] = [0, 0];
  const log = {
    turn,
    sealTurn: () => log.turn,
    sealMissing: (now: number) => {
      const isMissing = log.turn !== null;
      if (isMissing) seen.push(now);
      log.turn = null;
      return isMissing;
    },
  };
  const start = clock.now();
  const keep = new KeepSealed(log, {
    now: () => clock.now(),
    later: (call, after) => {
      waits++;
      clock.after(after, call);
    },
    sealed: () => told++,
  });
  return { log, keep, clock, sealedAt: () => seen.map((at) => at - start), told: () => told, waits: () => waits };
}

describe('a member without a secret', () => {
  it('is given it at once by the one whose turn it is', () => {
    const { keep, sealedAt, told } = member(0);
    keep.check();
    keep.check();
    expect([sealedAt(), told()]).toEqual([[0], 0]);
  });

  it('is given it by another only where nobody before it did, and that is told', async () => {
    const { keep, clock, sealedAt, told, waits } = member(2);
    keep.check();
    keep.check();
    expect(waits()).toBe(1);
    await clock.advance(119_999);
    expect(sealedAt()).toEqual([]);
    await clock.advance(1);
    expect([sealedAt(), told()]).toEqual([[120_000], 1]);
    await clock.advance(600_000);
    expect(told()).toBe(1);
  });

  it('is left to the others where they did it', async () => {
    const { keep, log, clock, sealedAt, told } = member(1);
    keep.check();
    log.turn = null;
    keep.check();
    await clock.advance(600_000);
    expect([sealedAt(), told()]).toEqual([[], 0]);
    // What is found later has its own time.
    log.turn = 1;
    keep.check();
    await clock.advance(60_000);
    expect([sealedAt().length, told()]).toEqual([1, 1]);
  });

  it('is waited for by nobody where there is none', () => {
    const { keep, waits } = member(null);
    keep.check();
    expect(waits()).toBe(0);
  });

  it('does not wait for a hundred others', async () => {
    const { keep, clock, told } = member(100);
    keep.check();
    await clock.advance(300_000);
    expect(told()).toBe(1);
  });
});
