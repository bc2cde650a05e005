import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type BeaconChannel, Discovery, type DiscoveryHost } from '../../../../src/main/peers/discovery/discovery.ts';
import {
  type Beacon,
  beaconFromText,
  beaconToText,
  decodeBeacon,
  encodeBeacon,
  makeBeacon,
  type Presence,
  recognise,
  waitingAs,
} from '../../../../src/main/peers/discovery/discovery-beacon.ts';
import { MdnsBeacon } from '../../../../src/main/peers/discovery/mdns-beacon.ts';
import {
  broadcastAddresses,
  networkPrint,
  outwardAddresses,
} from '../../../../src/main/peers/discovery/network-cards.ts';
import { UdpBeacon } from '../../../../src/main/peers/discovery/udp-beacon.ts';
import { encodeCanonical } from '../../../../src/main/peers/protocol/canonical-cbor.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { collectionId, deviceId } from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const random = new SeededRandom('discovery');
const hour = 3_600_000;
const now = 1000 * hour;
const [ana, ben, eve] = [deviceId('aa'.repeat(32)), deviceId('bb'.repeat(32)), deviceId('ee'.repeat(32))];
const [photos, notes] = [collectionId('01'.repeat(16)), collectionId('02'.repeat(16))];
const drawn = () => ({ nonce: random.bytes(8), noise: random.bytes(256) });
const beaconOf = (device: typeof ana, collections: readonly (typeof photos)[], at = now): Beacon =>
  makeBeacon({ port: 21_027, self: device, collections, now: at }, drawn());

describe('a beacon', () => {
  it('is recognised by members of a collection, and by nobody else', () => {
    const beacon = beaconOf(ana, [photos]);
    expect(
      recognise(
        beacon,
        [
          { collection: photos, device: ben },
          { collection: photos, device: ana },
        ],
        now,
      ),
    ).toEqual([ana]);
    expect(recognise(beacon, [{ collection: notes, device: ana }], now)).toEqual([]);
    expect(recognise(beacon, [{ collection: photos, device: eve }], now)).toEqual([]);
  });

  it('has its tags in their order, so that none is told from noise by its place', () => {
    const { tags } = beaconOf(ana, [photos, notes]);
    expect(tags).toEqual([...tags].sort(Buffer.compare));
    expect(tags).toHaveLength(8);
  });

  it('holds for clocks an hour apart and no longer', () => {
    const known: Presence[] = [{ collection: photos, device: ana }];
    const beacon = beaconOf(ana, [photos]);
    expect([-2, -1, 1, 2].map((hours) => recognise(beacon, known, now + hours * hour).length)).toEqual([0, 1, 1, 0]);
  });

  it('is recognised by the newest secret its author has, also where that is older than ours, or none', () => {
    const known: Presence[] = [{ collection: photos, device: ana }];
    const secrets = [3, 2, 1].map((byte) => new Uint8Array(32).fill(byte));
    const with_ = (...some: readonly Uint8Array[]): Beacon =>
      makeBeacon({ port: 21_027, self: ana, collections: [photos], now }, drawn(), () => some);
    const heard = (beacon: Beacon, ...some: readonly Uint8Array[]) => recognise(beacon, known, now, () => some);
    expect(heard(with_(...secrets), ...secrets)).toEqual([ana]);
    expect(heard(with_(...secrets.slice(1)), ...secrets)).toEqual([ana]);
    expect(heard(with_(), ...secrets)).toEqual([ana]);
    // Who was removed before the last rotation, and who knows the collection's id alone.
    expect(heard(with_(...secrets), ...secrets.slice(1))).toEqual([]);
    expect(heard(with_(...secrets))).toEqual([]);
  });

  it('names nobody and does not tell how many collections there are', () => {
    const collections = Array.from({ length: 20 }, (_, at) => collectionId(at.toString(16).padStart(32, '0')));
    const sizes = [0, 1, 8, 9, 20].map((count) => beaconOf(ana, collections.slice(0, count)).tags.length);
    expect(sizes).toEqual([8, 8, 8, 16, 32]);
    const [one, two] = [beaconOf(ana, [photos]), beaconOf(ana, [photos])];
    const tags = new Set([...one.tags, ...two.tags].map((tag) => Buffer.from(tag).toString('hex')));
    expect(tags.size).toBe(16);
    expect(Buffer.from(encodeBeacon(one)).toString('hex')).not.toContain(ana.slice(0, 16));
  });

  it('is read back from a datagram and from a TXT record', () => {
    for (const count of [1, 9, 32]) {
      const collections = Array.from({ length: count }, (_, at) => collectionId(at.toString(16).padStart(32, '0')));
      const beacon = beaconOf(ana, collections);
      expect(decodeBeacon(encodeBeacon(beacon))).toEqual(beacon);
      const text = beaconToText(beacon);
      for (const [key, value] of Object.entries(text)) expect(key.length + value.length + 1).toBeLessThan(256);
      expect(beaconFromText(text, 21_027)).toEqual(beacon);
    }
  });

  it('is none where any part is wrong', () => {
    const whole = encodeBeacon(beaconOf(ana, [photos]));
    for (let at = 0; at < whole.length; at++) expect(decodeBeacon(whole.subarray(0, at))).toBeNull();
    expect(decodeBeacon(new Uint8Array(60_000))).toBeNull();
    expect(decodeBeacon(encodeBeacon({ ...beaconOf(ana, []), port: 0 }))).toBeNull();
    expect(decodeBeacon(encodeBeacon({ ...beaconOf(ana, []), nonce: new Uint8Array(7) }))).toBeNull();
    expect(beaconFromText({}, 5)).toBeNull();
    expect(beaconFromText({ v: '1', n: 'AAAAAAAAAAA', t0: true }, 5)).toMatchObject({ tags: [] });
  });
});

class FakeChannel implements BeaconChannel {
  readonly said: { at: number; beacon: Beacon }[] = [];
  heard: (beacon: Beacon, host: string) => void = () => {};
  rebuilt = 0;
  readonly #clock: FakeClock;
  constructor(clock: FakeClock) {
    this.#clock = clock;
  }
  async start(heard: (beacon: Beacon, host: string) => void): Promise<void> {
    this.heard = heard;
  }
  say(beacon: Beacon): void {
    this.said.push({ at: this.#clock.now(), beacon });
  }
  networksChanged(): void {
    this.rebuilt++;
  }
  async stop(): Promise<void> {}
}
async function started(more: Partial<DiscoveryHost> = {}) {
  const clock = new FakeClock();
  const channel = new FakeChannel(clock);
  const suggested: unknown[] = [];
  const heard: unknown[] = [];
  const networks = { now: 'home', changes: 0 };
  const discovery = new Discovery({
    self: ben,
    clock,
    random,
    channels: [channel],
    port: () => 21_027,
    collections: () => [photos],
    secretsOf: () => [],
    known: () => [{ collection: photos, device: ana }],
    networks: () => networks.now,
    suggest: (device, addresses) => suggested.push([device, ...addresses]),
    waiting: () => null,
    heard: (waiting, address) => heard.push([waiting?.name ?? null, address]),
    onNetworkChange: () => {
      networks.changes++;
    },
    ...more,
  });
  const begin = clock.now();
  await discovery.start();
  const times = (): number[] => channel.said.map(({ at }) => (at - begin) / 1000);
  return { clock, channel, suggested, heard, networks, discovery, times };
}

describe('Discovery', () => {
  it('finds that the machine slept: connections are to be tried at once, and who is here is said anew', async () => {
    let slept = 0;
    const clock = new FakeClock();
    const waking = { now: () => clock.now() + slept, after: clock.after.bind(clock) };
    const { networks, channel } = await started({ clock: waking });
    await clock.advance(20_000);
    const before = channel.said.length;
    expect(networks.changes).toBe(0);
    slept = 3_600_000;
    await clock.advance(5000);
    expect(networks.changes).toBe(1);
    await clock.advance(4000);
    expect(channel.said.length).toBe(before + 3);
    await clock.advance(20_000);
    expect(networks.changes).toBe(1);
  });

  it('speaks three times soon and then every half minute or so', async () => {
    const { clock, times, discovery } = await started();
    await clock.advance(300_000);
    expect(times().slice(0, 3)).toEqual([0, 1, 3]);
    const pauses = times()
      .slice(3)
      .map((time, at) => time - (times()[at + 2] as number));
    expect(pauses.length).toBeGreaterThan(7);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(27);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(33);
    const before = times().length;
    await discovery.stop();
    await clock.advance(300_000);
    expect(times().length).toBe(before);
  });

  it('suggests where a member was heard', async () => {
    const { clock, channel, suggested } = await started();
    const at = clock.now();
    channel.heard(beaconOf(ana, [photos], at), '::ffff:192.168.1.7');
    channel.heard(beaconOf(ana, [photos], at), 'fe80::7%eth0');
    channel.heard(beaconOf(eve, [photos], at), '192.168.1.66');
    channel.heard(beaconOf(ben, [photos], at), '192.168.1.8');
    expect(suggested).toEqual([
      [ana, '192.168.1.7:21027'],
      [ana, '[fe80::7%eth0]:21027'],
    ]);
  });

  it('speaks at once, and says so, when the networks change', async () => {
    const { clock, channel, networks, times } = await started();
    await clock.advance(20_000);
    networks.now = 'train';
    await clock.advance(10_000);
    expect([networks.changes, channel.rebuilt]).toEqual([1, 1]);
    expect(times().slice(3)).toEqual([25, 26, 28]);
  });

  it('says nothing where there is nothing to share, and names many collections by turns', async () => {
    const silent = await started({ collections: () => [] });
    await silent.clock.advance(60_000);
    expect(silent.times()).toEqual([]);
    const many = Array.from({ length: 40 }, (_, at) => collectionId(at.toString(16).padStart(32, '0')));
    const { clock, channel } = await started({ collections: () => many });
    await clock.advance(3000);
    const heard = channel.said.map(
      ({ beacon, at }) =>
        many.filter((collection) => recognise(beacon, [{ collection, device: ben }], at).length > 0).length,
    );
    expect(heard).toEqual([32, 8, 32]);
  });

  it('does not listen to a host that shouts', async () => {
    const { clock, channel, suggested } = await started();
    for (let turn = 0; turn < 100; turn++) channel.heard(beaconOf(ana, [photos], clock.now()), '10.0.0.9');
    expect(suggested.length).toBe(20);
    await clock.advance(10_000);
    channel.heard(beaconOf(ana, [photos], clock.now()), '10.0.0.9');
    expect(suggested.length).toBe(21);
  });
});

describe('a device that waits for one nearby', () => {
  const waiting = waitingAs('0123456789abcdef', 'Büro \u{1f4bb} = "1"');

  it('says its name in the beacon, as a datagram and as a service, and in no other', () => {
    const beacon = { ...beaconOf(ana, [photos]), waiting };
    expect(decodeBeacon(encodeBeacon(beacon))).toEqual(beacon);
    expect(beaconFromText(beaconToText(beacon), 21_027)).toEqual(beacon);
    expect(decodeBeacon(encodeBeacon(beaconOf(ana, [photos])))?.waiting).toBeNull();
    expect(Object.keys(beaconToText(beaconOf(ana, [photos])))).toEqual(['v', 'n', 't0']);
  });

  it('has a name that fits into a string of a TXT record', () => {
    const long = waitingAs('0123456789abcdef', '\u{1f4bb}'.repeat(500));
    const text = beaconToText({ ...beaconOf(ana, [photos]), waiting: long });
    expect(Buffer.byteLength(`w=${text.w}`)).toBeLessThan(256);
    expect(beaconFromText(text, 21_027)?.waiting).toEqual(long);
  });

  it('is none where what it says of itself is malformed', () => {
    const beacon = beaconOf(ana, [photos]);
    const said = (w: unknown): Beacon | null => {
      const fields = { v: 1, p: 5, n: beacon.nonce, t: beacon.tags, w };
      return decodeBeacon(Buffer.concat([Buffer.from('LKS1'), encodeCanonical(fields)]));
    };
    expect(said([new Uint8Array(8), 'x'])?.waiting).toEqual({ id: '00'.repeat(8), name: 'x' });
    for (const wrong of [
      1,
      'x',
      [],
      [new Uint8Array(7), 'x'],
      [new Uint8Array(8), 'x'.repeat(97)],
      [new Uint8Array(8), 1],
    ])
      expect(said(wrong)).toBeNull();
    expect(beaconFromText({ ...beaconToText(beacon), w: 'xyz' }, 5)).toBeNull();
  });

  it('speaks every three seconds while it waits, and says when it does no more', async () => {
    const now: { waiting: typeof waiting | null } = { waiting };
    const { clock, channel, discovery } = await started({ waiting: () => now.waiting });
    await clock.advance(30_000);
    expect(channel.said.length).toBeGreaterThan(10);
    expect(channel.said.every(({ beacon }) => beacon.waiting?.name === waiting.name)).toBe(true);
    now.waiting = null;
    discovery.announce();
    const before = channel.said.length;
    await clock.advance(10_000);
    expect(channel.said.slice(before).map(({ beacon }) => beacon.waiting)).toEqual([null, null, null]);
  });

  it('is told of with its address, and so is whoever does not wait', async () => {
    const { channel, heard, suggested } = await started();
    channel.heard({ ...beaconOf(eve, [notes]), waiting }, '192.168.1.9');
    channel.heard(beaconOf(eve, [notes]), '192.168.1.9');
    expect(heard).toEqual([
      [waiting.name, '192.168.1.9:21027'],
      [null, '192.168.1.9:21027'],
    ]);
    expect(suggested).toEqual([]);
  });
});

describe('network cards', () => {
  const card = (address: string, netmask: string, internal = false) =>
    ({ address, netmask, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as never;
  const cards = {
    lo: [card('127.0.0.1', '255.0.0.0', true)],
    eth0: [card('192.168.1.7', '255.255.255.0'), card('fd00::1', 'ffff::')],
    wlan0: [card('10.1.2.3', '255.255.0.0')],
  };
  it('have one way out and one broadcast address each', () => {
    expect(outwardAddresses(cards)).toEqual(['192.168.1.7', '10.1.2.3']);
    expect(broadcastAddresses(cards)).toEqual(['192.168.1.255', '10.1.255.255']);
  });
  it('make another print when one goes', () => {
    expect(networkPrint({ wlan0: cards.wlan0, lo: cards.lo, eth0: cards.eth0 })).toBe(networkPrint(cards));
    expect(networkPrint({ lo: cards.lo })).not.toBe(networkPrint(cards));
  });
});

const isAlone = outwardAddresses(networkInterfaces()).length === 0;
describe.skipIf(isAlone)(`on a real network${isAlone ? ' (skipped: this machine is in none)' : ''}`, () => {
  /** One channel speaks until the other one heard it. */
  async function carries(speaker: BeaconChannel, listener: BeaconChannel): Promise<Beacon> {
    const beacon = beaconOf(ana, [photos]);
    const heard = Promise.withResolvers<Beacon>();
    await listener.start((found) => {
      if (Buffer.from(found.nonce).equals(Buffer.from(beacon.nonce))) heard.resolve(found);
    });
    await speaker.start(() => {});
    speaker.say(beacon);
    const again = setInterval(() => speaker.say(beacon), 300);
    try {
      expect(await heard.promise).toEqual(beacon);
      return await heard.promise;
    } finally {
      clearInterval(again);
      await Promise.all([speaker.stop(), listener.stop()]);
    }
  }

  it('UDP carries a beacon', async () => {
    // Of none that systems hand out.
    const port = 21_100 + (new DataView(systemRandom.bytes(2).buffer).getUint16(0) % 10_000);
    await carries(new UdpBeacon(port), new UdpBeacon(port));
  });

  it('mDNS carries a beacon', async () => {
    await carries(new MdnsBeacon(systemRandom, () => 1), new MdnsBeacon(systemRandom, () => 1));
  });
});
