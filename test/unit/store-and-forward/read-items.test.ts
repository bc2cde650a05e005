import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_PREVIOUS, makePackage, readPackage } from '../../../src/main/change-log/package.ts';
import type { RelayItem } from '../../../src/main/peers/sealed/relay-item.ts';
import { NO_EPOCH, sealItem } from '../../../src/main/peers/sealed/sealed-item.ts';
import { collectionId, digest, logId, memberKey } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RelayStore } from '../../../src/main/store/relay-store.ts';
import type { RelayStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { ItemReader } from '../../../src/main/store-and-forward/read-items.ts';
import { exchangePort } from '../../fakes/exchange-port.ts';

const GROUP = collectionId('01'.repeat(16));
const [OWN_KEY, ALICE] = [memberKey('0e'.repeat(32)), memberKey('aa'.repeat(32))];
const [OWN_LOG, LOG] = [logId('0e'.repeat(8)), logId('aa'.repeat(8))];
const [EPOCH, SECRET, MEMBERS_SECRET] = ['e0'.repeat(8), new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const D = digest('dd'.repeat(32));
const CONTENTS: RelayItem = {
  is: 'contents',
  pack: digest('cc'.repeat(32)),
  key: new Uint8Array(32),
  entries: [{ digest: D, kind: 'content', offset: 0, length: 100 }],
};

/** A signature that counts here is of such bytes. */
const GOOD = 7;
function packageOf(log: typeof LOG, number: number, signed = GOOD): Uint8Array {
  const member = log === OWN_LOG ? OWN_KEY : ALICE;
  const head = { collection: GROUP, member, log, number, previous: FIRST_PREVIOUS, epoch: 0, time: 0, seen: [] };
  return makePackage(head, Uint8Array.of(0), () => new Uint8Array(64).fill(signed)).bytes;
}
const sealed = (item: RelayItem, epoch = EPOCH): Uint8Array => {
  const secret = epoch === NO_EPOCH ? MEMBERS_SECRET : SECRET;
  return sealItem({ secret, group: GROUP, epoch, salt: new Uint8Array(32) }, item);
};
const inItem = (bytes: Uint8Array): Uint8Array => sealed({ is: 'package', bytes });

let store: RelayStore;
beforeEach(() => {
  store = new RelayStore(openDatabase(':memory:'), 1);
  store.moveTo('https://relay.example', 100);
});

/** Reads a relay at which these lie, so many in an answer. The log that others write is taken in one by one, from the first. */
function reading(lying: readonly Uint8Array[], { atOnce = 10, born = 100 } = {}) {
  const taken: number[] = [];
  const replica = {
    id: GROUP,
    membership: {
      ownKey: OWN_KEY,
      isMember: () => true,
      membersSecret: () => MEMBERS_SECRET,
      epochs: () => [{ id: EPOCH, n: 1, secret: SECRET, made: 0 }],
      verify: (_: unknown, __: unknown, signature: Uint8Array) => signature[0] === GOOD,
    },
    collection: {
      stored: { ownLog: OWN_LOG },
      log: { mainAfter: () => [] },
      transactSoon: (work: () => void) => work(),
    },
    meetOwnLog: vi.fn(),
    receiveRelayed: (packages: readonly Uint8Array[]) => {
      const gaps = packages.flatMap((bytes) => {
        const { log, number } = readPackage(bytes).head;
        if (number > taken.length + 1) return [{ log, from: taken.length + 1 }];
        if (number > taken.length) taken.push(number);
        return [];
      });
      return { gaps, refused: null };
    },
  };
  const session = {
    items: async (_: unknown, after: number) => {
      const items = lying.map((bytes, at) => ({ sid: at + 1, bytes })).filter(({ sid }) => sid > after);
      return { items: items.slice(0, atOnce), last: lying.length, born };
    },
    setCursor: vi.fn(async () => {}),
  };
  const startAnew = vi.fn((since: number) => store.moveTo('https://relay.example', since));
  const reader = new ItemReader(replica as unknown as Replica, store, exchangePort(), startAnew);
  return { replica, taken, startAnew, read: () => reader.read(session as unknown as RelayStorage) };
}

describe('a package that lies at a relay', () => {
  it('waits for the one before it, which comes with a later answer', async () => {
    const { taken, read } = reading([inItem(packageOf(LOG, 2)), inItem(packageOf(LOG, 1))], { atOnce: 1 });
    await read();
    expect(taken).toEqual([1, 2]);
  });

  it('tells of more in the own log only where this device signed it', async () => {
    const forged = reading([inItem(packageOf(OWN_LOG, 3, GOOD + 1))]);
    await forged.read();
    expect(forged.replica.meetOwnLog.mock.calls).toEqual([[[]]]);
    store.moveTo('https://relay.example', 100);
    const { replica, read } = reading([inItem(packageOf(OWN_LOG, 3))]);
    await read();
    expect(replica.meetOwnLog.mock.calls).toMatchObject([[[{ log: OWN_LOG, number: 3 }]]]);
  });
});

describe('a relay', () => {
  it.each([
    ['was set up anew', 2, { born: 200 }, 200],
    ['has less than was read of it', 5, {}, 100],
  ])('that %s has lost what it had, and is read from the first on', async (_, cursor, relay, born) => {
    store.cursor = cursor;
    const { taken, startAnew, read } = reading([inItem(packageOf(LOG, 1)), inItem(packageOf(LOG, 2))], relay);
    await read();
    expect(startAnew.mock.calls).toEqual([[born]]);
    expect([taken, store.cursor, store.born]).toEqual([[1, 2], 2, born]);
  });

  it('that has what it had is read from where it was read up to', async () => {
    store.cursor = 2;
    const { taken, startAnew, read } = reading([inItem(packageOf(LOG, 1)), inItem(packageOf(LOG, 2))]);
    await read();
    expect([taken, startAnew.mock.calls]).toEqual([[], []]);
  });
});

it('where contents lie is told by members of now, and not with the secret that who was removed knows too', async () => {
  await reading([sealed(CONTENTS, NO_EPOCH)]).read();
  expect(store.content(D, 'content')).toBeNull();
  store.moveTo('https://relay.example', 100);
  await reading([sealed(CONTENTS)]).read();
  expect(store.content(D, 'content')).toMatchObject({ pack: 'cc'.repeat(32), length: 100 });
});
