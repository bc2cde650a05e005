import { beforeEach, describe, expect, it } from 'vitest';
import { ContentsMayCome } from '../../../src/main/network/contents-may-come.ts';
import type { CollectionId, DeviceId } from '../../../src/main/record/ids.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const [docs, photos] = ['docs', 'photos'] as unknown as readonly [CollectionId, CollectionId];
const laptop = 'laptop' as DeviceId;

let clock: FakeClock;
let told: CollectionId[];
let waiting: number;
let gone: boolean;
/** What was tried, source by source: what waits, and what nobody had any more. */
let tried: string[];
/** What was sought again for peers. */
let sought: CollectionId[];
let open: Set<CollectionId>;
let contents: ContentsMayCome;
beforeEach(() => {
  clock = new FakeClock();
  told = [];
  waiting = 0;
  gone = true;
  tried = [];
  sought = [];
  open = new Set();
  const source = (name: string) => ({
    construction: {
      get waiting() {
        return waiting;
      },
      retryWaiting: () => void tried.push(`${name}: waiting`),
    },
    retryGone: () => {
      tried.push(`${name}: gone`);
      return gone;
    },
  });
  const replicas = new Map([
    [docs, { synchronizers: new Map([[1, source('docs')]]) }],
    [photos, { synchronizers: new Map([[2, source('photos')]]) }],
  ]);
  const schedules = new Map([1, 2].map((row) => [row, { constructSoon: () => void tried.push(`${row} soon`) }]));
  const keeper = { seekAgain: (id: CollectionId) => void sought.push(id) };
  const session = {
    isOpen: (id: CollectionId) => open.has(id),
    tellContentsBack: (id: CollectionId) => void told.push(id),
  };
  contents = new ContentsMayCome({ replicas, schedules, keeper }, clock, new Map([[laptop, session]]));
});

describe('what waits for content', () => {
  it('is tried again once a device shares its collection, with what nobody had any more', () => {
    open.add(docs);
    contents.sharedWith(laptop);
    contents.sharedWith(laptop);
    expect([tried, contents.epoch]).toEqual([['docs: gone', 'docs: waiting', '1 soon'], 1]);
    contents.unlinked(laptop);
    gone = false;
    contents.sharedWith(laptop);
    expect([tried.slice(3), contents.epoch]).toEqual([['docs: gone'], 2]);
  });

  it('is tried again, and nothing else, as others have applied more or send contents again', () => {
    contents.tryAgain(docs);
    contents.move(laptop);
    expect([tried, contents.epoch]).toEqual([[], 1]);
    open.add(photos);
    waiting = 1;
    contents.move(laptop);
    expect(tried).toEqual(['photos: waiting', '2 soon']);
  });
});

describe('that contents are back', () => {
  it('is told once, where somebody asked for some in vain', () => {
    contents.areHere(docs);
    expect(told).toEqual([]);
    contents.askedInVain(docs);
    contents.areHere(photos);
    contents.areHere(docs);
    contents.areHere(docs);
    expect(told).toEqual([docs]);
  });

  it('is heard once a second of a collection, and what was said meanwhile after that', async () => {
    contents.areBack(docs);
    contents.areBack(docs);
    contents.areBack(docs);
    contents.areBack(photos);
    expect([contents.epoch, sought]).toEqual([2, [docs, photos]]);
    await clock.advance(1000);
    expect([contents.epoch, tried.at(-3)]).toEqual([3, 'docs: gone']);
    await clock.advance(10_000);
    expect(contents.epoch).toBe(3);
    contents.areBack(docs);
    expect(contents.epoch).toBe(4);
  });

  it('is heard no more once all ends', async () => {
    contents.areBack(docs);
    contents.areBack(docs);
    contents.stop();
    await clock.advance(10_000);
    expect(contents.epoch).toBe(1);
  });
});
