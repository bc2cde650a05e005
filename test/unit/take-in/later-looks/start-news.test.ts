import { beforeEach, expect, it } from 'vitest';
import { StartNews } from '../../../../src/main/take-in/later-looks/start-news.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

let clock: FakeClock;
let isCaughtUp: boolean;
let looks: number;
let news: StartNews;
beforeEach(() => {
  clock = new FakeClock();
  isCaughtUp = false;
  looks = 0;
  news = new StartNews(clock, { caughtUp: () => isCaughtUp, look: () => looks++ });
});

it('waits a minute for peers, however often it is looked at meanwhile, and then no longer', async () => {
  news.looked(true);
  await clock.advance(40_000);
  news.looked(true);
  expect([news.isHeld, news.waits, looks]).toEqual([true, true, 0]);
  await clock.advance(20_000);
  expect([news.isHeld, looks]).toEqual([false, 1]);
  news.looked(false);
  await clock.advance(600_000);
  expect([news.waits, looks]).toEqual([false, 1]);
});

it('is looked at as soon as what peers told is here, and not before', () => {
  news.looked(true);
  news.told();
  expect(looks).toBe(0);
  isCaughtUp = true;
  expect(news.isHeld).toBe(false);
  news.told();
  expect(looks).toBe(1);
});

it('is over once a look left nothing: what is made later is nobody’s but the person’s here', async () => {
  news.looked(false);
  expect(news.isHeld).toBe(false);
  news.told();
  await clock.advance(600_000);
  expect(looks).toBe(0);
});

it('is looked at no more once the program ends', async () => {
  news.looked(true);
  news.stop();
  isCaughtUp = true;
  news.told();
  await clock.advance(600_000);
  expect(looks).toBe(0);
});
