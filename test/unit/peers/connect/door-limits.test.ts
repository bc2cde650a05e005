import { beforeEach, describe, expect, it } from 'vitest';
import { DoorLimits } from '../../../../src/main/peers/connect/door-limits.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const MINUTE = 60_000;
let clock: FakeClock;
let limits: DoorLimits;
beforeEach(() => {
  clock = new FakeClock();
  limits = new DoorLimits(clock);
});
const admitted = (host: string, times: number): readonly boolean[] =>
  Array.from({ length: times }, () => limits.admit(host));

describe('connections of one host', () => {
  it('are eight a minute, not counting those that became links; on this machine as many as there are', async () => {
    expect(admitted('10.0.0.1', 9).lastIndexOf(true)).toBe(7);
    expect(admitted('10.0.0.2', 1)).toEqual([true]);
    expect(admitted('127.0.0.1', 20)).not.toContain(false);
    await clock.advance(MINUTE);
    expect(limits.admit('10.0.0.1')).toBe(true);
    for (let time = 0; time < 20; time++) {
      expect(limits.admit('10.0.0.3')).toBe(true);
      limits.greeted('10.0.0.3');
    }
  });

  it('are remembered of those that came last', () => {
    admitted('busy', 8);
    for (let host = 0; host < 4000; host++) limits.admit(`before ${host}`);
    expect(limits.admit('busy')).toBe(false);
    for (let host = 0; host < 200; host++) limits.admit(`after ${host}`);
    expect(limits.admit('busy')).toBe(false);
  });
});

it('who errs more than fifty times in an hour is shut out for ten minutes', async () => {
  for (let time = 0; time < 50; time++) limits.erred('device');
  expect(limits.banned('device')).toBe(false);
  limits.erred('device');
  expect([limits.banned('device'), limits.admit('device'), limits.banned('other')]).toEqual([true, false, false]);
  await clock.advance(10 * MINUTE);
  expect([limits.banned('device'), limits.admit('device')]).toEqual([false, true]);
});
