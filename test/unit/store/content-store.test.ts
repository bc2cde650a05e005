import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/main/record/ids.ts';
import { ContentStore, HOLDERS_A_PAGE, type KeptContent } from '../../../src/main/store/content-store.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64) as Digest) as [Digest, Digest, Digest];

describe('where contents are', () => {
  it('tells in one go which of them any record holds', () => {
    const store = new ContentStore(openDatabase(':memory:'));
    expect(store.heldAmong([a, b])).toEqual(new Set());
    store.noteHolder(a, 1, 1);
    store.noteHolder(c, 1, 2);
    store.noteHolder(c, 1, 3);
    expect(store.heldAmong([a, b, c, c])).toEqual(new Set([a, c]));
    expect(store.heldAmong([])).toEqual(new Set());
    store.forgetHolder(a, 1, 1, 5);
    store.forgetHolder(c, 1, 2, 5);
    expect(store.heldAmong([a, b, c])).toEqual(new Set([c]));
  });

  it('tells the file of one source from that of the next, page by page, and neither from what refers to it', () => {
    const store = new ContentStore(openDatabase(':memory:'));
    for (let record = 1; record <= HOLDERS_A_PAGE + 1; record++) store.noteHolder(a, 2, record);
    store.noteHolder(a, 7, 1);
    store.noteReference(a, 1);
    store.noteReference(a, 5);
    const first = store.holders(a, null);
    expect(first).toEqual(Array.from({ length: HOLDERS_A_PAGE }, (_, at) => ({ source: 2, record: at + 1 })));
    const rest = [
      { source: 2, record: HOLDERS_A_PAGE + 1 },
      { source: 7, record: 1 },
    ];
    expect(store.holders(a, first.at(-1) ?? null)).toEqual(rest);
    store.forgetHolder(a, 2, 1, 5);
    expect(store.holders(a, { source: 2, record: HOLDERS_A_PAGE })).toEqual(rest);
    store.forgetSource(2);
    expect([store.holders(a, null), store.referrers(a)]).toEqual([[{ source: 7, record: 1 }], [1, 5]]);
  });

  it('knows of the first content that is kept, and of those of before', () => {
    const database = openDatabase(':memory:');
    const store = new ContentStore(database);
    expect([store.isKept(a), store.keptSize(b)]).toEqual([false, null]);
    store.noteKept(a, 7, 1);
    store.forgetHolder(a, 1, 1, 9);
    expect([store.keptSize(a), store.isKept(b)]).toEqual([7, false]);
    expect(store.keptByAge(null, 5)).toEqual([{ digest: a, size: 7, since: 9 }]);
    const later = new ContentStore(database);
    expect(later.keptSize(a)).toBe(7);
    later.forgetHolder(a, 1, 1, 11);
    expect(later.keptByAge(null, 5)).toEqual([{ digest: a, size: 7, since: 11 }]);
  });

  it('lets nothing that is kept be older than it was known to be, whatever the clock says', () => {
    const store = new ContentStore(openDatabase(':memory:'));
    store.noteKept(a, 7, 9);
    store.noteKept(a, 7, 3);
    store.forgetHolder(a, 1, 1, 5);
    expect(store.keptByAge(null, 5)).toEqual([{ digest: a, size: 7, since: 9 }]);
  });

  it('tells what is kept page by page, of one moment too', () => {
    const store = new ContentStore(openDatabase(':memory:'));
    for (const [digest, since] of [
      [c, 1],
      [b, 2],
      [a, 2],
    ] as const)
      store.noteKept(digest, 7, since);
    const pages: (readonly KeptContent[])[] = [];
    for (let page = 0; page < 4; page++) pages.push(store.keptByAge(pages.at(-1)?.[0] ?? null, 1));
    expect(pages.map((page) => page.map(({ digest }) => digest))).toEqual([[c], [a], [b], []]);
    expect(
      [store.keptByDigest(null, 2), store.keptByDigest(b, 2)].map((page) => page.map((each) => each.digest)),
    ).toEqual([[a, b], [c]]);
  });
});
