import { expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { SETTLE_LARGE_MS, SETTLE_MS, Settling } from '../../../../src/main/take-in/later-looks/settling.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const film = recordId('film');

it('lets a large file settle once, and a small one be read again at once', async () => {
  const clock = new FakeClock();
  const settling = new Settling(clock);
  expect(settling.begin(recordId('note'), 1000)).toBe(SETTLE_MS);
  expect(settling.isWaiting(recordId('note'))).toBe(false);
  expect(settling.begin(film, 1 << 30)).toBe(SETTLE_LARGE_MS);
  await clock.advance(SETTLE_LARGE_MS - 1);
  expect(settling.isWaiting(film)).toBe(true);
  await clock.advance(1);
  expect(settling.isWaiting(film)).toBe(false);
});

it('waits for nothing where the clock was set back', () => {
  const clock = new FakeClock().device();
  const settling = new Settling(clock);
  expect(settling.begin(film, 16 << 20)).toBe(SETTLE_LARGE_MS);
  clock.jump(-60_000);
  expect(settling.isWaiting(film)).toBe(false);
});
