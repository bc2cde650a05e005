import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/main/record/ids.ts';
import { ContentStore } from '../../../src/main/store/content-store.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64) as Digest) as [Digest, Digest, Digest];

describe('where contents are', () => {
  it('tells in one go which of them any record holds', () => {
    const store = new ContentStore(openDatabase(':memory:'));
    expect(store.heldAmong([a, b])).toEqual(new Set());
    store.noteHolder(a, 1);
    store.noteHolder(c, 2);
    store.noteHolder(c, 3);
    expect(store.heldAmong([a, b, c, c])).toEqual(new Set([a, c]));
    expect(store.heldAmong([])).toEqual(new Set());
    store.forgetHolder(a, 1, 5);
    store.forgetHolder(c, 2, 5);
    expect(store.heldAmong([a, b, c])).toEqual(new Set([c]));
  });

  it('knows of the first content that is kept, and of those of before', () => {
    const database = openDatabase(':memory:');
    const store = new ContentStore(database);
    expect([store.isKept(a), store.keptSize(b)]).toEqual([false, null]);
    store.noteKept(a, 7, 1);
    store.forgetHolder(a, 1, 9);
    expect([store.keptSize(a), store.isKept(b)]).toEqual([7, false]);
    expect(store.keptByAge(null, 5)).toEqual([{ digest: a, size: 7, since: 9 }]);
    const later = new ContentStore(database);
    expect(later.keptSize(a)).toBe(7);
    later.forgetHolder(a, 1, 11);
    expect(later.keptByAge(null, 5)).toEqual([{ digest: a, size: 7, since: 11 }]);
  });
});
