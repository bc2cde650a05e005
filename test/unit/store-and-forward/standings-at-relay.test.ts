import { expect, it } from 'vitest';
import { openItem } from '../../../src/main/peers/sealed/sealed-item.ts';
import { readStanding } from '../../../src/main/peers/sealed/standing.ts';
import { collectionId, memberKey } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RelayStore } from '../../../src/main/store/relay-store.ts';
import type { RelayStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { StandingsAtRelay } from '../../../src/main/store-and-forward/standings-at-relay.ts';
import { exchangePort } from '../../fakes/exchange-port.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const GROUP = collectionId('01'.repeat(16));
const EPOCH = { id: 'e0'.repeat(8), secret: new Uint8Array(32) };

it('what is said after the clock was set back is the later of the two', async () => {
  const store = new RelayStore(openDatabase(':memory:'), 1);
  store.moveTo('https://relay.example');
  const said: number[] = [];
  const replica = {
    id: GROUP,
    membership: {
      ownKey: memberKey('0e'.repeat(32)),
      sign: () => new Uint8Array(64),
      others: () => [],
      heads: () => [],
    },
    collection: { log: {} },
    heads: () => [],
    positions: () => ({ applied: [], problems: 0 }),
    isPartial: false,
  };
  const session = {
    putHeads: async (_: unknown, bytes: Uint8Array) => {
      const item = openItem(bytes, { secret: EPOCH.secret, group: GROUP });
      if (item.is === 'standing') said.push(readStanding(item, GROUP, () => true).time);
    },
  } as unknown as RelayStorage;
  const clock = new FakeClock().device();
  const standings = new StandingsAtRelay(replica as unknown as Replica, store, exchangePort({ clock }));
  const begun = clock.now();
  const tell = (isFull: boolean) => standings.tell({ session, epoch: EPOCH }, [], isFull);
  await tell(false);
  clock.jump(-86_400_000);
  await tell(true);
  // The same is not said again.
  await tell(true);
  expect(said).toEqual([begun, begun + 1]);
});
