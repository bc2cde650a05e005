import { expect, it } from 'vitest';
import { type Join, JoinsUnderWay } from '../../../src/main/network/joins-under-way.ts';
import type { CollectionId } from '../../../src/main/record/ids.ts';

const join = (collection: string): Join => ({
  collection: collection as CollectionId,
  name: 'docs',
  location: '/docs',
  state: 'waiting-for-approval',
  code: '123456',
  why: null,
});

/** The settings of a device, over its restarts. */
function settings() {
  const stored = new Map<string, string>();
  return {
    stored,
    setting: (key: string) => stored.get(key) ?? null,
    setSetting: (key: string, value: string | null) => {
      if (value === null) stored.delete(key);
      else stored.set(key, value);
    },
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
