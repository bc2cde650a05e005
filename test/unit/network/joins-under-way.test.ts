import { expect, it } from 'vitest';
import { type Join, JoinsUnderWay } from '../../../src/main/network/joins-under-way.ts';
import type { CollectionId } from '../../../src/main/record/ids.ts';
import type { StoredCollection, StoredSource } from '../../../src/main/store/registry-store.ts';

const join = (collection: string): Join => ({
  collection: collection as CollectionId,
  name: 'docs',
  location: '/docs',
  state: 'waiting-for-approval',
  code: '123456',
  why: null,
});

/** The settings of a device, over its restarts, and the collections that are there with so many places. */
function settings(here: Readonly<Record<string, number>> = {}) {
  const ids = Object.keys(here);
  const stored = new Map<string, string>();
  return {
    stored,
    setting: (key: string) => stored.get(key) ?? null,
    setSetting: (key: string, value: string | null) => {
      if (value === null) stored.delete(key);
      else stored.set(key, value);
    },
    collections: () => ids.map((id, row) => ({ id, row }) as unknown as StoredCollection),
    sources: (row: number) => Array<StoredSource>(here[ids[row] as string] as number),
  };
}

it('a join that the end of the program broke off is told as failed at the next start, until a person lets go of it', () => {
  const registry = settings();
  const first = new JoinsUnderWay(registry);
  first.put(join('a'));
  first.put({ ...join('b'), state: 'failed', why: 'It was denied.' });
  expect(first.all().map(({ state }) => state)).toEqual(['waiting-for-approval', 'failed']);
  const second = new JoinsUnderWay(registry);
  expect(second.all()).toEqual([
    { ...join('a'), state: 'failed', why: expect.stringContaining('Join again') },
    { ...join('b'), state: 'failed', why: 'It was denied.' },
  ]);
  second.drop('a' as CollectionId);
  second.drop('b' as CollectionId);
  expect([new JoinsUnderWay(registry).all(), registry.stored.size]).toEqual([[], 0]);
});

it('one that went well leaves nothing behind', () => {
  const registry = settings();
  const joins = new JoinsUnderWay(registry);
  joins.put(join('a'));
  joins.drop('a' as CollectionId);
  expect([joins.all(), registry.stored.size]).toEqual([[], 0]);
});

it('one that was let in is told only where the program ended before its place was there', () => {
  const registry = settings({ placeless: 0, placed: 1 });
  const first = new JoinsUnderWay(registry);
  for (const collection of ['placeless', 'placed', 'unknown']) {
    first.put(join(collection));
    first.granted(collection as CollectionId);
  }
  expect(first.all()).toEqual([]);
  expect(new JoinsUnderWay(registry).all().map(({ collection, why }) => [collection, why])).toEqual([
    ['placeless', expect.stringContaining('Add a place')],
    ['unknown', expect.stringContaining('Join again')],
  ]);
});
