import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openItem } from '../../../src/main/peers/sealed/sealed-item.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { collectionId, type LogId, logId, recordId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RelayStore } from '../../../src/main/store/relay-store.ts';
import { ContentsAtRelay } from '../../../src/main/store-and-forward/contents-at-relay.ts';
import type { RelayStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { exchangePort } from '../../fakes/exchange-port.ts';

const GROUP = collectionId('01'.repeat(16));
const LOG = logId('0e'.repeat(8));
const EPOCH = { id: 'e0'.repeat(8), secret: new Uint8Array(32) };
const BYTES = new TextEncoder().encode('what there is');
const D = digestOf(BYTES);
const WANTED = { digest: D, kind: 'content', hint: recordId('a'), base: null, size: BYTES.length } as const;
const PIECES = [{ digest: D, kind: 'content', offset: 0, length: BYTES.length + 16 }] as const;
const PACK = 'cc'.repeat(32);

let store: RelayStore;
beforeEach(() => {
  store = new RelayStore(openDatabase(':memory:'), 1);
  store.moveTo('https://relay.example');
});

/** A relay that keeps packs, and a device that has one content. `known`: how far the other member is with the log. */
function atRelay(known = { held: 0, applied: 0 }) {
  const packs = new Set<string>();
  const told: string[] = [];
  const session = {
    putPack: async (_: unknown, bytes: Uint8Array) => {
      packs.add(digestOf(bytes));
      return digestOf(bytes);
    },
    touchPacks: async () => [],
    deletePack: vi.fn(async () => {}),
    post: async (_: unknown, bytes: Uint8Array) => {
      const item = openItem(bytes, { secret: EPOCH.secret, group: GROUP });
      if (item.is === 'contents') told.push(item.pack);
      return 100 + told.length;
    },
  };
  const replica = {
    id: GROUP,
    membership: { others: () => [{ device: 'bob', memberKey: 'bb' }] },
    memberPositions: { of: () => new Map([[LOG, known]]), behind: () => 1 },
    collection: {
      log: { logs: () => [] },
      transact: (work: () => void) => work(),
      transactSoon: (work: () => void) => work(),
    },
  };
  const give = async () => [{ bytes: BYTES, splice: false }];
  const contents = new ContentsAtRelay(replica as unknown as Replica, store, exchangePort({ give }));
  const at = { session: session as unknown as RelayStorage, epoch: EPOCH };
  const covers: ReadonlyMap<LogId, number> = new Map([[LOG, 3]]);
  return {
    packs,
    told,
    dropped: session.deletePack,
    putUp: (readUpTo: number) => contents.putUp(at, [WANTED], covers, readUpTo),
    dropUnneeded: () => contents.dropUnneeded(at.session, false, false),
  };
}

describe('contents at a relay', () => {
  const lies = (covers: ReadonlyMap<LogId, number> | null): void =>
    store.notePack({ name: PACK, key: new Uint8Array(32), sid: 5 }, covers, PIECES);

  it('stay until a member has applied what names them: it is not enough that it holds that', async () => {
    lies(new Map([[LOG, 3]]));
    const holds = atRelay({ held: 3, applied: 2 });
    await holds.dropUnneeded();
    expect(holds.dropped).not.toHaveBeenCalled();
    const applied = atRelay({ held: 3, applied: 3 });
    await applied.dropUnneeded();
    expect(applied.dropped.mock.calls).toEqual([[GROUP, PACK]]);
  });

  it('are put up though they lie in a pack of another member, who takes that away when it likes', async () => {
    lies(null);
    const { packs, told, putUp } = atRelay();
    await putUp(0);
    expect([packs.size, told]).toEqual([1, [...packs]]);
  });

  it('are told of again to who read where they lie and lacks them, and not to who has yet to read it', async () => {
    lies(new Map([[LOG, 1]]));
    const { packs, told, putUp } = atRelay();
    await putUp(4);
    expect([packs.size, told]).toEqual([0, []]);
    await putUp(5);
    expect([packs.size, told, store.ownContent(D, 'content')?.sid]).toEqual([0, [PACK], 101]);
  });
});
