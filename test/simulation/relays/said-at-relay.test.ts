import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RelaySession } from '../../../src/main/peers/relay/relay-session.ts';
import type { ContentGiven } from '../../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import type { MemberKey } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import type { ExchangePort } from '../../../src/main/store-and-forward/exchange-port.ts';
import { patientStorage } from '../../../src/main/store-and-forward/patient-storage.ts';
import { RelayExchange } from '../../../src/main/store-and-forward/relay-exchange.ts';
import { StandingsAtRelay } from '../../../src/main/store-and-forward/standings-at-relay.ts';
import { exchangePort } from '../../fakes/exchange-port.ts';
import type { SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { alone, lyingThere, neverTogether, replicaOf, write } from './never-together.ts';

let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});

/** Of a device of the group: what is here it gives. */
const portOf = (group: SimulatedGroup, replica: Replica, port: Partial<ExchangePort>): ExchangePort =>
  exchangePort({ clock: group.clock, give: (asked) => replica.giveRelayed(asked), ...port });

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
    group = await neverTogether(3);
    const [one, other, third] = group.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    const [key, thirds] = [keyOf(other), keyOf(third)];
    const first = lyingThere(group).heads.get(key)?.bytes as Uint8Array;
    await alone(group, other, write(other, 'a', 'more'));
    await alone(group, one);
    const last = lyingThere(group).heads.get(key)?.bytes as Uint8Array;
    expect(last).not.toEqual(first);
    expect(await taken(new Map([[key, last]]))).toEqual([other]);
    expect(await taken(new Map([[thirds, last]]))).toEqual([]);
    expect(await taken(new Map([[key, first]]))).toEqual([]);
  });

  it('is not listened to while they are linked, and say more', async () => {
    group = await neverTogether(2);
    const [one, other] = group.devices as [SimulatedDevice, SimulatedDevice];
    const heads = new Map([[keyOf(other), lyingThere(group).heads.get(keyOf(other))?.bytes as Uint8Array]]);
    await alone(group, one);
    expect(await taken(heads, { isLinked: () => true })).toEqual([]);
    expect(await taken(heads)).toEqual([other]);
  });

  it('is nothing to anybody once they were removed', async () => {
    group = await neverTogether(2);
    const [one, other] = group.devices as [SimulatedDevice, SimulatedDevice];
    const heads = new Map([[keyOf(other), lyingThere(group).heads.get(keyOf(other))?.bytes as Uint8Array]]);
    await alone(group, one);
    group.remove(other, one);
    expect(await taken(heads)).toEqual([]);
  });

  it('is heard when somebody says something, and with all that is read while not all of it is understood', async () => {
    group = await neverTogether(2);
    const [one, other] = group.devices as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', 'words'));
    const replica = replicaOf(group, one);
    const there = one.engine.network.relays.readySession(replica.id) as RelaySession;
    const key = replica.membership.memberKeyOf(other.identity.id) as MemberKey;
    let [heard, said]: [number, readonly { readonly key: MemberKey; readonly bytes: Uint8Array }[]] = [0, []];
    const heads = async () => {
      heard++;
      return said;
    };
    const session = () => ({ ...patientStorage(there, group.clock), heads });
    const exchange = new RelayExchange(replica, replica.collection.relay, portOf(group, replica, { session }));
    const heardOnce = async (told: () => void): Promise<number> => {
      told();
      await group.pass(5000);
      return heard;
    };
    expect(await heardOnce(() => exchange.ready())).toBe(1);
    expect(await heardOnce(() => exchange.somethingThere())).toBe(1);
    said = [{ key, bytes: Uint8Array.of(1, 2, 3) }];
    expect(await heardOnce(() => exchange.somethingSaid())).toBe(2);
    expect(await heardOnce(() => exchange.somethingThere())).toBe(3);
    said = [];
    expect(await heardOnce(() => exchange.somethingThere())).toBe(4);
    expect(await heardOnce(() => exchange.somethingThere())).toBe(4);
    exchange.stop();
  });
});

it('a state that cannot be written is told as a fault, and is none of the relay', async () => {
  group = await neverTogether(2);
  const [one] = group.devices as [SimulatedDevice];
  await alone(group, one);
  const replica = replicaOf(group, one);
  const there = patientStorage(one.engine.network.relays.readySession(replica.id) as RelaySession, group.clock);
  const told = async (code: string): Promise<readonly Error[]> => {
    const items = () => Promise.reject(Object.assign(new Error('of a test'), { code }));
    const failures: Error[] = [];
    const failed = (error: Error) => void failures.push(error);
    const port = portOf(group, replica, { session: () => ({ ...there, items }), failed });
    const exchange = new RelayExchange(replica, replica.collection.relay, port);
    exchange.ready();
    await group.pass(1000);
    exchange.stop();
    return failures;
  };
  expect((await told('SQLITE_FULL'))[0]?.message).toBe('of a test');
  expect(await told('ECONNRESET')).toEqual([]);
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
    group = await neverTogether(2);
    const [one] = group.devices as [SimulatedDevice];
    await alone(group, one, write(one, 'a', 'what there is'));
    expect(await fetched()).toBe('what there is');
    expect(await fetched({ mayExchange: () => false })).toBeNull();
  });

  it('are those that were asked for, whatever the list of a pack says', async () => {
    group = await neverTogether(2);
    const [one] = group.devices as [SimulatedDevice];
    await alone(group, one, write(one, 'a', 'what there is'));
    await alone(group, one, write(one, 'b', 'what was exchanged for it'));
    const { relay } = replicaOf(group, one).collection;
    const content = relay.content(digestOf('what was exchanged for it'), 'content');
    expect(content).not.toBeNull();
    vi.spyOn(relay, 'content').mockReturnValueOnce(content).mockReturnValue(null);
    expect(await fetched()).toBeNull();
  });
});
