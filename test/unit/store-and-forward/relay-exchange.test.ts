import { expect, it } from 'vitest';
import { collectionId, logId, memberKey } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RelayStore } from '../../../src/main/store/relay-store.ts';
import type { RelayStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { RelayExchange } from '../../../src/main/store-and-forward/relay-exchange.ts';
import { exchangePort } from '../../fakes/exchange-port.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

it.each([
  ['another one is read from the first on, whatever was read at the former', 'https://next.example', 0],
  ['the same is read from where it was read up to', 'https://relay.example', 7],
])('of relays %s', async (_, url, from) => {
  const store = new RelayStore(openDatabase(':memory:'), 1);
  store.moveTo('https://relay.example');
  store.cursor = 7;
  const after: number[] = [];
  const session = {
    items: async (_: unknown, sid: number) => {
      after.push(sid);
      return { items: [], last: 7, born: 0 };
    },
    setCursor: async () => {},
    heads: async () => [],
    putHeads: async () => {},
  } as unknown as RelayStorage;
  const replica = {
    id: collectionId('01'.repeat(16)),
    membership: {
      ownKey: memberKey('0e'.repeat(32)),
      isMember: () => true,
      relay: () => url,
      membersSecret: () => new Uint8Array(32),
      writingEpoch: () => null,
      others: () => [],
      heads: () => [],
      sign: () => new Uint8Array(64),
    },
    collection: {
      stored: { ownLog: logId('0e'.repeat(8)), paused: false },
      log: { logs: () => [], log: () => ({ held: 0 }) },
      transact: (work: () => void) => work(),
      transactSoon: (work: () => void) => work(),
    },
    mayWrite: () => false,
    heads: () => [],
    positions: () => ({ applied: [], problems: 0 }),
    isPartial: false,
  } as unknown as Replica;
  const clock = new FakeClock();
  const exchange = new RelayExchange(replica, store, exchangePort({ clock, session: () => session }));
  exchange.ready();
  await clock.advance(1000);
  expect([exchange.state.is, after[0], store.url]).toEqual(['level', from, url]);
});
