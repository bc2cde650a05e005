import { beforeEach, expect, it, vi } from 'vitest';
import { NO_EPOCH, openItem, sealedEpoch } from '../../../src/main/peers/sealed/sealed-item.ts';
import { collectionId, digest, memberKey } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RelayStore } from '../../../src/main/store/relay-store.ts';
import type { ContentsAtRelay } from '../../../src/main/store-and-forward/contents-at-relay.ts';
import type { RelayStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { PutUp } from '../../../src/main/store-and-forward/put-up.ts';
import type { StandingsAtRelay } from '../../../src/main/store-and-forward/standings-at-relay.ts';
import { exchangePort } from '../../fakes/exchange-port.ts';

const GROUP = collectionId('01'.repeat(16));
const BOB = memberKey('bb'.repeat(32));
const EPOCH = { id: 'e0'.repeat(8), n: 1, secret: new Uint8Array(32).fill(1), made: 0 };
const MEMBERS_SECRET = new Uint8Array(32).fill(2);
const WANTED = { digest: digest('dd'.repeat(32)), kind: 'content', hint: '' } as const;
const OPERATIONS = [1, 2].map((each) => ({ hash: `operation ${each}`, bytes: Uint8Array.of(each) }));

let store: RelayStore;
beforeEach(() => {
  store = new RelayStore(openDatabase(':memory:'), 1);
  store.moveTo('https://relay.example');
});

/** One run for Bob, who is away and lacks no package. `epoch`: what this device may write with. */
async function putUp({ hasOtherOperations = false, epoch = EPOCH as typeof EPOCH | null, wanted = [WANTED] } = {}) {
  const posted: Uint8Array[] = [];
  const session = { post: async (_: unknown, bytes: Uint8Array) => posted.push(bytes) } as unknown as RelayStorage;
  const tell = vi.fn(async () => {});
  const replica = {
    id: GROUP,
    member: memberKey('0e'.repeat(32)),
    mayWrite: () => false,
    membership: {
      isMember: () => true,
      membersSecret: () => MEMBERS_SECRET,
      writingEpoch: () => epoch,
      others: () => [{ device: 'bob', memberKey: BOB }],
      namedOperations: () => OPERATIONS,
    },
    memberPositions: { of: () => new Map() },
    collection: {
      stored: {},
      log: { logs: () => [] },
      transactSoon: (work: () => void) => work(),
    },
  } as unknown as Replica;
  const standings = {
    isMute: () => false,
    wantedBy: () => [],
    ofForked: () => [],
    hasOtherOperations: () => hasOtherOperations,
    tell,
  } as unknown as StandingsAtRelay;
  const contents = {
    dropUntold: async () => {},
    dropUnneeded: async () => {},
    fullFor: 0,
    stuckFor: null,
  } as unknown as ContentsAtRelay;
  const fetched = { wanted, isAnyAwaited: wanted.length > 0 };
  await new PutUp({ replica, store, port: exchangePort(), contents, fetched, standings }).run(session);
  const told = posted.map((bytes) => {
    const secret = sealedEpoch(bytes) === NO_EPOCH ? MEMBERS_SECRET : EPOCH.secret;
    const item = openItem(bytes, { secret, group: GROUP });
    return item.is === 'members' ? item.operations.map(([first]) => first) : item.is;
  });
  return { told, tell };
}

it('of the membership log what lies there is put up again only for a member that says it has another one', async () => {
  store.noteOperation('operation 1');
  expect((await putUp()).told).toEqual([[2]]);
  expect((await putUp()).told).toEqual([]);
  expect((await putUp({ hasOtherOperations: true })).told).toEqual([[1, 2]]);
});

it('what this device waits for it tells members of now, and nobody with the secret that who was removed knows too', async () => {
  const { tell } = await putUp();
  expect(tell.mock.calls).toMatchObject([[{ epoch: { id: EPOCH.id } }, [WANTED], false]]);
  const without = await putUp({ epoch: null });
  expect(without.tell.mock.calls).toMatchObject([[{ epoch: { id: NO_EPOCH } }, [], false]]);
});
