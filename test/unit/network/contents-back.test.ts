import { beforeEach, describe, expect, it } from 'vitest';
import { ContentsBack } from '../../../src/main/network/contents-back.ts';
import type { CollectionId } from '../../../src/main/record/ids.ts';

const [docs, photos] = ['docs', 'photos'] as unknown as readonly [CollectionId, CollectionId];

let now: number;
let told: CollectionId[];
let tried: CollectionId[];
let back: ContentsBack;
beforeEach(() => {
  now = 1_000_000;
  told = [];
  tried = [];
  back = new ContentsBack(
    () => now,
    () => [{ tellContentsBack: (id) => void told.push(id) }],
    (id) => void tried.push(id),
  );
});

describe('that contents are back', () => {
  it('is told once, where somebody asked for some in vain', () => {
    back.readableAgain(docs);
    expect(told).toEqual([]);
    back.askedInVain(docs);
    back.readableAgain(photos);
    back.readableAgain(docs);
    back.readableAgain(docs);
    expect(told).toEqual([docs]);
  });

  it('is heard once a second of a collection, also by a clock that was set back', () => {
    back.heard(docs);
    back.heard(docs);
    back.heard(photos);
    expect(tried).toEqual([docs, photos]);
    now += 1000;
    back.heard(docs);
    now = 0;
    back.heard(docs);
    expect(tried).toEqual([docs, photos, docs, docs]);
  });
});
