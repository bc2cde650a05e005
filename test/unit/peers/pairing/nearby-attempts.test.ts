import { beforeEach, describe, expect, it } from 'vitest';
import { NearbyAttempts } from '../../../../src/main/peers/pairing/nearby-attempts.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const SECOND = 1000;
let clock: FakeClock;
let attempts: NearbyAttempts;
beforeEach(() => {
  clock = new FakeClock();
  attempts = new NearbyAttempts(clock);
  attempts.begin();
});
/** Whether each of these is let in, half a minute apart. */
async function inTurn(...addresses: readonly string[]): Promise<readonly boolean[]> {
  const taken: boolean[] = [];
  for (const address of addresses) {
    taken.push(attempts.take(address));
    await clock.advance(30 * SECOND);
  }
  return taken;
}

describe('strangers that try to pair', () => {
  it('do so three times in a window, half a minute apart, and twice from one address whatever its port', async () => {
    expect(attempts.take('10.0.0.1:1')).toBe(true);
    await clock.advance(30 * SECOND - 1);
    expect(attempts.take('10.0.0.2:1')).toBe(false);
    await clock.advance(1);
    expect(await inTurn('10.0.0.1:2', '10.0.0.1:3', '10.0.0.2:1', '10.0.0.3:1')).toEqual([true, false, true, false]);
    expect(attempts.isOver).toBe(true);
  });

  it('have all of that again in the next window', async () => {
    await inTurn('10.0.0.1:1', '10.0.0.1:1', '10.0.0.2:1');
    attempts.begin();
    expect(attempts.isOver).toBe(false);
    expect(await inTurn('10.0.0.1:1', '10.0.0.1:1')).toEqual([true, true]);
  });

  it('let others go first for a minute where they came before and showed no digits, and in that window itself do not', async () => {
    await inTurn('10.0.0.1:1');
    attempts.cameToNothing('10.0.0.1:1');
    expect(await inTurn('10.0.0.1:1')).toEqual([true]);
    attempts.begin();
    expect(await inTurn('10.0.0.1:1', '10.0.0.2:1', '10.0.0.1:1')).toEqual([false, true, true]);
  });

  it('are forgotten ten minutes after that', async () => {
    attempts.cameToNothing('10.0.0.1:1');
    await clock.advance(600 * SECOND);
    attempts.begin();
    expect(attempts.take('10.0.0.1:1')).toBe(true);
  });
});
