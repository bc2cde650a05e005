import { describe, expect, it } from 'vitest';
import type { RelayListener } from '../../../src/main/network/open-relay.ts';
import { ToldAtRelay } from '../../../src/main/network/told-at-relay.ts';
import type { LeftCollection } from '../../../src/main/peers/membership/left-collection.ts';
import { RateLimit } from '../../../src/main/peers/session/rate-limit.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import { type CollectionId, collectionId } from '../../../src/main/record/ids.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const AGAIN_MS = 60_000;
const PHOTOS = collectionId('0a'.repeat(16));
const OTHERS = collectionId('0b'.repeat(16));

/** A device that left collections, and a relay of which a test says when it is there and what becomes of each item (`post`). */
function open() {
  const clock = new FakeClock();
  const listeners = new Map<CollectionId, RelayListener>();
  const left = new Set<LeftCollection>();
  const told: CollectionId[] = [];
  const lines: string[] = [];
  const relay = { isReady: true, posts: 0, post: (): Promise<number> => Promise.resolve(1) };
  const post = (): Promise<number> => {
    relay.posts++;
    return relay.post();
  };
  const relays = {
    listen: (id: CollectionId, listener: RelayListener) => {
      listeners.set(id, listener);
      if (relay.isReady) listener.onReady();
      return () => void listeners.delete(id);
    },
    readySession: () => (relay.isReady ? { post } : null),
  };
  const telling = new ToldAtRelay({
    clock,
    random: new SeededRandom('told'),
    up: new RateLimit(() => 0),
    relays: relays as never,
    left,
    log: (line) => void lines.push(line),
  });
  /** `at`: its relay, '' for none. */
  const leave = (id = PHOTOS, at = 'https://relay.example:443', secret: Uint8Array | null = new Uint8Array(32)) => {
    const collection = {
      id,
      relay: at,
      membersSecret: () => secret,
      namedOperations: () => [{ bytes: Uint8Array.of(1) }],
      told: () => void told.push(id),
    } as unknown as LeftCollection;
    left.add(collection);
    telling.refresh();
    return collection;
  };
  const ready = (id = PHOTOS) => listeners.get(id)?.onReady();
  return { clock, listeners, left, told, lines, relay, telling, leave, ready };
}
const failing = (error: Error) => () => Promise.reject(error);

describe('what a device says as it leaves a collection', () => {
  it('is put up once at its relay, and nowhere where there is none', async () => {
    const { clock, listeners, told, relay, telling, leave } = open();
    leave();
    leave(OTHERS, '');
    telling.refresh();
    await clock.advance(AGAIN_MS);
    expect([told, relay.posts, [...listeners.keys()]]).toEqual([[PHOTOS], 1, [PHOTOS]]);
  });

  it('is put up once at a time, though the relay is there anew meanwhile', async () => {
    const { clock, told, relay, leave, ready } = open();
    const { promise, resolve } = Promise.withResolvers<number>();
    relay.post = () => promise;
    leave();
    await clock.advance(1);
    ready();
    await clock.advance(1);
    expect([told, relay.posts]).toEqual([[], 1]);
    resolve(1);
    await clock.advance(1);
    ready();
    await clock.advance(1);
    expect([told, relay.posts]).toEqual([[PHOTOS, PHOTOS], 2]);
  });

  it('is put up again a minute after that failed, or as soon as the relay is there anew', async () => {
    const { clock, told, relay, lines, leave, ready } = open();
    relay.post = failing(new LockstepError('relay-full', 'no room', ''));
    leave();
    await clock.advance(AGAIN_MS - 1);
    expect(relay.posts).toBe(1);
    await clock.advance(1);
    expect(relay.posts).toBe(2);
    await clock.advance(AGAIN_MS / 2);
    ready();
    // One of the two is planned, not both.
    await clock.advance(AGAIN_MS - 1);
    expect([relay.posts, lines]).toEqual([3, []]);
    relay.post = () => Promise.resolve(1);
    await clock.advance(1);
    expect([told, relay.posts]).toEqual([[PHOTOS], 4]);
  });

  it('is put up once the relay is there, and once it can be sealed', async () => {
    const { clock, told, relay, lines, leave, ready } = open();
    relay.isReady = false;
    leave();
    leave(OTHERS, 'https://relay.example:443', null);
    // It says that it is there, and is not by then.
    ready();
    await clock.advance(1);
    relay.isReady = true;
    ready(OTHERS);
    await clock.advance(AGAIN_MS);
    expect([told, relay.posts, lines]).toEqual([[PHOTOS], 1, []]);
  });

  it('is put up no more where it is not to be told any more, or nobody tells', async () => {
    for (const end of ['forgotten', 'stopped']) {
      const { clock, listeners, left, told, relay, lines, telling, leave, ready } = open();
      relay.post = failing(new Error('a fault'));
      leave();
      await clock.advance(1);
      expect(lines).toEqual([expect.stringContaining('a fault')]);
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      relay.post = () => promise;
      ready();
      leave(OTHERS);
      await clock.advance(1);
      if (end === 'stopped') telling.stop();
      else {
        left.clear();
        telling.refresh();
      }
      expect(listeners.size).toBe(0);
      if (end === 'stopped') resolve(1);
      else reject(new Error('too late'));
      await clock.advance(3 * AGAIN_MS);
      expect([told, relay.posts]).toEqual([[], 3]);
    }
  });
});
