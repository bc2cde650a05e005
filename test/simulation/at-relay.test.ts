import { afterEach, describe, expect, it, vi } from 'vitest';
import { toHex } from '../../src/main/peers/protocol/hex.ts';
import type { RelaySession } from '../../src/main/peers/relay/relay-session.ts';
import { NO_EPOCH, openItem, sealedEpoch } from '../../src/main/peers/sealed/sealed-item.ts';
import { RateLimit } from '../../src/main/peers/session/rate-limit.ts';
import type { ContentGiven } from '../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../src/main/platform/hash.ts';
import type { MemberKey } from '../../src/main/record/ids.ts';
import type { Replica } from '../../src/main/replica.ts';
import type { ExchangePort } from '../../src/main/store-and-forward/exchange-port.ts';
import { RelayExchange } from '../../src/main/store-and-forward/relay-exchange.ts';
import { StandingsAtRelay } from '../../src/main/store-and-forward/standings-at-relay.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { alone, lyingThere, neverTogether, replicaOf, textOf } from './never-together.ts';
import { ROOT, type SimulatedDevice } from './simulated-device.ts';
import type { SimulatedGroup } from './simulated-group.ts';

let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});
async function devices<const N extends number>(count: N): Promise<readonly SimulatedDevice[]> {
  group = await neverTogether(count);
  return group.devices;
}
const write = (device: SimulatedDevice, path: string, content: string | Uint8Array) => () =>
  device.user.writeFile(`${ROOT}/${path}`, content);
const large = (letter: string): string => letter.repeat(300_000);

/** What an exchange needs around it, where nobody is linked and nobody waits. */
const portOf = (group: SimulatedGroup, replica: Replica, port: Partial<ExchangePort>): ExchangePort => ({
  clock: group.clock,
  random: new SeededRandom('exchange'),
  up: new RateLimit(() => 0),
  down: new RateLimit(() => 0),
  session: () => null,
  online: () => new Set(),
  isLinked: () => false,
  mayExchange: () => true,
  give: (asked) => replica.giveRelayed(asked),
  wants: () => {},
  contentsMayBeThere: () => {},
  changed: () => {},
  log: () => {},
  ...port,
});

/** The items that lie there, as a member opens them, with what a relay sees of each. */
function opened(device: SimulatedDevice) {
  const { membership, id } = replicaOf(group, device);
  return lyingThere(group).items.map(({ bytes }) => {
    const epoch = sealedEpoch(bytes);
    const known = membership.epochs().find((each) => each.id === epoch)?.secret ?? null;
    const secret = epoch === NO_EPOCH ? membership.membersSecret() : known;
    return {
      epoch,
      salt: toHex(bytes.subarray(9, 41)),
      item: openItem(bytes, { secret: secret as Uint8Array, group: id }),
    };
  });
}

describe('what is put up at a relay', () => {
  it('is contents before what names them, all of it sealed for members of now, each item and each pack with a key of its own', async () => {
    const [one] = (await devices(2)) as [SimulatedDevice];
    for (const letter of ['x', 'y', 'z']) await alone(group, one, write(one, letter, large(letter)));
    const items = opened(one);
    const order = items.map(({ item: { is } }) => is).filter((is) => is !== 'members');
    expect(order).toEqual(['x', 'y', 'z'].flatMap(() => ['contents', 'package']));
    for (const { epoch, item } of items) expect(epoch === NO_EPOCH, item.is).toBe(item.is === 'members');
    expect(new Set(items.map(({ salt }) => salt)).size).toBe(items.length);
    const keys = items.flatMap(({ item }) => (item.is === 'contents' ? [toHex(item.key)] : []));
    expect(new Set(keys).size).toBe(3);
  });

  it('is put up by each by itself, though the same lies in a pack of another, who takes that away', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', large('x')));
    await alone(group, other, () => {});
    expect(lyingThere(group).packs.size).toBe(1);
    other.user.writeFile(`${ROOT}/copy`, large('x'));
    await group.pass(60_000);
    expect(lyingThere(group).packs.size).toBe(2);
  });

  it('stays until all have it', async () => {
    const [one, other, third] = (await devices(3)) as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', large('x')));
    await alone(group, other);
    await alone(group, one);
    expect(lyingThere(group).packs.size).toBe(1);
    await alone(group, third);
    expect(textOf(third, 'a')).toBe(large('x'));
    await alone(group, one);
    expect(lyingThere(group).packs.size).toBe(0);
  });

  it('stays for who has what names it and not the contents', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', large('x')));
    await alone(group, other, () => {
      vi.spyOn(replicaOf(group, other).collection.relay, 'content').mockReturnValue(null);
    });
    expect([textOf(other, 'a'), replicaOf(group, other).collection.records.live]).toEqual([null, 1]);
    await alone(group, one);
    expect(lyingThere(group).packs.size).toBe(1);
    await alone(group, other);
    expect(textOf(other, 'a')).toBe(large('x'));
  });

  it('is put up again where the relay lost it', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', large('x')));
    lyingThere(group).packs.clear();
    await alone(group, other);
    expect(textOf(other, 'a')).toBeNull();
    await alone(group, one);
    await alone(group, other);
    expect(textOf(other, 'a')).toBe(large('x'));
  });

  it('is put up at the next relay, whatever lay at the one before', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', 'put up there'));
    const { membership, id } = replicaOf(group, one);
    group.relay?.register(id, new Map(lyingThere(group).keys));
    membership.setRelay('https://next.example', one.wall.now());
    replicaOf(group, one).membershipChanged();
    await group.pass(60_000);
    group.admit(other, one);
    await alone(group, other);
    expect(textOf(other, 'a')).toBe('put up there');
  });

  it('is nothing while the collection is paused, and all of it afterwards', async () => {
    const [one] = (await devices(2)) as [SimulatedDevice];
    await alone(group, one);
    const replica = replicaOf(group, one);
    const before = [replica.collection.records.live, group.relay?.posted ?? 0] as const;
    write(one, 'a', 'just before')();
    await group.pass(2000);
    expect([replica.collection.records.live, group.relay?.posted]).toEqual([before[0] + 1, before[1]]);
    one.running?.handlers.pause(replica.id, true);
    await group.pass(60_000);
    expect(group.relay?.posted).toBe(before[1]);
    one.running?.handlers.pause(replica.id, false);
    await group.pass(60_000);
    expect(group.relay?.posted).toBeGreaterThan(before[1]);
  });
});

describe('what lies at a relay', () => {
  it('is read again where it could not be taken', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', 'once more'));
    await alone(group, other, () => {
      vi.spyOn(replicaOf(group, other), 'receiveRelayed').mockImplementationOnce(() => {
        throw new Error('no room on the disk');
      });
    });
    expect(textOf(other, 'a')).toBe('once more');
  });

  it('of its own log, and not here, was written by another computer, or before it was restored: it is written no further', async () => {
    const [one] = (await devices(2)) as [SimulatedDevice];
    await alone(group, one, write(one, 'a', 'before the copy'));
    one.backUp();
    await alone(group, one, write(one, 'b', 'after it'));
    const { ownLog } = replicaOf(group, one).collection.stored;
    await group.until(one, one.stop());
    one.restoreBackup();
    // It has nothing of its own to write that would be beside what lies there.
    one.user.remove(`${ROOT}/b`);
    lyingThere(group).heads.clear();
    await alone(group, one);
    expect(replicaOf(group, one).collection.stored.ownLog).not.toBe(ownLog);
  });

  it('is taken in whatever order it was put there', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', 'with the keys'));
    await alone(group, other);
    const { last } = lyingThere(group);
    const names = Array.from({ length: 12 }, (_, at) => `file ${at}`);
    await alone(group, one);
    for (const name of names) {
      write(one, name, name)();
      await group.pass(10_000);
    }
    const { items } = lyingThere(group);
    const came = items.filter(({ sid }) => sid > last);
    expect(came.length).toBeGreaterThan(20);
    const reversed = came.map(({ sid }, at) => ({ ...(came.at(-1 - at) as (typeof came)[0]), sid }));
    items.splice(items.indexOf(came[0] as (typeof came)[0]), came.length, ...reversed);
    await alone(group, other);
    expect(names.map((name) => textOf(other, name))).toEqual(names);
  });
});

describe('how far members say there that they are', () => {
  /** What is taken of it by the first, by whom it is said. */
  async function taken(heads: ReadonlyMap<MemberKey, Uint8Array>, port: Partial<ExchangePort> = {}) {
    const replica = replicaOf(group, group.devices[0] as SimulatedDevice);
    const spy = vi.spyOn(replica, 'standingRelayed').mockReturnValue();
    const answers = { heads: async () => [...heads].map(([key, bytes]) => ({ key, bytes })) };
    const standings = new StandingsAtRelay(replica, replica.collection.relay, portOf(group, replica, port));
    await standings.read(answers as unknown as RelaySession);
    const told = spy.mock.calls.map(([device]) => device);
    spy.mockRestore();
    return group.devices.filter(({ identity }) => told.includes(identity.id));
  }
  const keyOf = (device: SimulatedDevice) => replicaOf(group, device).membership.ownKey;

  it('is what they say of themselves, and last, whatever the relay makes of it', async () => {
    const [one, other, third] = (await devices(3)) as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    const [key, thirds] = [keyOf(other), keyOf(third)];
    const first = lyingThere(group).heads.get(key) as Uint8Array;
    await alone(group, other, write(other, 'a', 'more'));
    await alone(group, one);
    const last = lyingThere(group).heads.get(key) as Uint8Array;
    expect(last).not.toEqual(first);
    expect(await taken(new Map([[key, last]]))).toEqual([other]);
    expect(await taken(new Map([[thirds, last]]))).toEqual([]);
    expect(await taken(new Map([[key, first]]))).toEqual([]);
  });

  it('is not listened to while they are linked, and say more', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    const heads = new Map([[keyOf(other), lyingThere(group).heads.get(keyOf(other)) as Uint8Array]]);
    await alone(group, one);
    expect(await taken(heads, { isLinked: () => true })).toEqual([]);
    expect(await taken(heads)).toEqual([other]);
  });

  it('is nothing to anybody once they were removed', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    const heads = new Map([[keyOf(other), lyingThere(group).heads.get(keyOf(other)) as Uint8Array]]);
    await alone(group, one);
    group.remove(other, one);
    expect(await taken(heads)).toEqual([]);
  });
});

describe('contents at a relay', () => {
  const asked = (text: string) => [{ digest: digestOf(text), kind: 'content', hint: null, base: null } as const];
  async function fetched(port: Partial<ExchangePort> = {}) {
    const [one] = group.devices as [SimulatedDevice];
    const replica = replicaOf(group, one);
    const { relay } = replica.collection;
    const session = () => one.engine.network.relays.readySession(replica.id);
    const exchange = new RelayExchange(replica, relay, portOf(group, replica, { session, ...port }));
    const [given] = (await group.until(
      one,
      exchange.fetch(asked('what there is')),
    )) as readonly (ContentGiven | null)[];
    return given === null || given === undefined ? null : new TextDecoder().decode(given.bytes);
  }

  it('are fetched in the hours in which devices exchange, and no others', async () => {
    const [one] = (await devices(2)) as [SimulatedDevice];
    await alone(group, one, write(one, 'a', 'what there is'));
    expect(await fetched()).toBe('what there is');
    expect(await fetched({ mayExchange: () => false })).toBeNull();
  });

  it('are those that were asked for, whatever the list of a pack says', async () => {
    const [one] = (await devices(2)) as [SimulatedDevice];
    await alone(group, one, write(one, 'a', 'what there is'));
    await alone(group, one, write(one, 'b', 'what was exchanged for it'));
    const { relay } = replicaOf(group, one).collection;
    const content = relay.content(digestOf('what was exchanged for it'), 'content');
    expect(content).not.toBeNull();
    vi.spyOn(relay, 'content').mockReturnValueOnce(content).mockReturnValue(null);
    expect(await fetched()).toBeNull();
  });
});
