import { expect, it } from 'vitest';
import { PackSealer } from '../../../src/main/peers/sealed/sealed-pack.ts';
import type { ContentAsked } from '../../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { collectionId, digest, recordId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RelayStore } from '../../../src/main/store/relay-store.ts';
import type { ExchangePort } from '../../../src/main/store-and-forward/exchange-port.ts';
import { FetchRelayed } from '../../../src/main/store-and-forward/fetch-relayed.ts';
import type { RelayStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { exchangePort } from '../../fakes/exchange-port.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const asked = (digit: string): ContentAsked => ({
  digest: digest(digit.repeat(64)),
  kind: 'content',
  hint: recordId('a.txt'),
  base: null,
});

/** Where no relay lets this device in. `there`: what is known to lie there all the same. */
function withoutRelay(there: ReadonlySet<string> = new Set()) {
  const at = { now: 0 };
  let wants = 0;
  const store = { content: (name: string) => (there.has(name) ? {} : null) } as unknown as RelayStore;
  const port = { clock: { now: () => at.now }, session: () => null, wants: () => wants++ } as unknown as ExchangePort;
  return { at, fetched: new FetchRelayed({} as Replica, store, port), told: () => wants };
}

it('what was asked for in vain is waited for, as a record showed it, and told of once', async () => {
  const { fetched, told } = withoutRelay();
  expect(await fetched.fetch([asked('1')])).toEqual([null]);
  await fetched.fetch([asked('1')]);
  expect(fetched.wanted).toEqual([{ digest: '1'.repeat(64), kind: 'content', hint: 'a.txt' }]);
  expect([fetched.isAnyAwaited, told()]).toEqual([true, 1]);
});

it('what lies there by now is not asked of members, and is awaited still', async () => {
  const { fetched } = withoutRelay(new Set(['1'.repeat(64)]));
  await fetched.fetch([asked('1'), asked('2')]);
  expect(fetched.wanted.map((each) => each.digest)).toEqual(['2'.repeat(64)]);
  expect(fetched.isAnyAwaited).toBe(true);
});

it('what nobody asked for again for a quarter of an hour nobody waits for any more', async () => {
  const { at, fetched } = withoutRelay();
  await fetched.fetch([asked('1')]);
  at.now = 10 * 60_000;
  await fetched.fetch([asked('2')]);
  at.now = 15 * 60_000 + 1;
  expect(fetched.wanted.map((each) => each.digest)).toEqual(['2'.repeat(64)]);
  at.now = 30 * 60_000;
  expect([fetched.wanted, fetched.isAnyAwaited]).toEqual([[], false]);
});

it('a content is found though somebody said last of junk that it is what is in it', async () => {
  const id = collectionId('01'.repeat(16));
  const bytes = new TextEncoder().encode('what there is');
  const random = new SeededRandom('pack');
  const key = random.bytes(32);
  const sealer = new PackSealer(id, key, new Uint8Array(1000));
  sealer.add({ digest: digestOf(bytes), kind: 'content', bytes });
  const packs = new Map([
    ['good', sealer.finish(random)],
    ['junk', new Uint8Array(1000)],
  ]);
  const store = new RelayStore(openDatabase(':memory:'), 1);
  for (const [at, name] of ['good', 'junk'].entries()) store.notePack({ name, key, sid: at + 1 }, null, sealer.entries);
  const session = {
    pack: async (_: unknown, name: string, offset: number, length: number) =>
      packs.get(name)?.subarray(offset, offset + length) ?? null,
  } as unknown as RelayStorage;
  const replica = { id, collection: { transactSoon: (work: () => void) => work() } } as unknown as Replica;
  const fetched = new FetchRelayed(replica, store, exchangePort({ session: () => session }));
  const [given] = await fetched.fetch([{ ...asked('0'), digest: digestOf(bytes) }]);
  expect(given?.bytes).toEqual(bytes);
  expect([store.pack('junk'), fetched.isAnyAwaited]).toEqual([null, false]);
});
