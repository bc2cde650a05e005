import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_PREVIOUS, makePackage } from '../../../src/main/change-log/package.ts';
import type { Epoch } from '../../../src/main/peers/membership/group-epochs.ts';
import type { RelayItem } from '../../../src/main/peers/sealed/relay-item.ts';
import { NO_EPOCH, openItem, sealedEpoch, sealItem } from '../../../src/main/peers/sealed/sealed-item.ts';
import { makeStanding, type RelayStanding, readStanding } from '../../../src/main/peers/sealed/standing.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { ENTRY, fileEntry } from '../../../src/main/record/file-entry.ts';
import { type CollectionId, type Digest, type MemberKey, recordId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { statusView } from '../../../src/main/requests/status-view.ts';
import { syncRequest } from '../../../src/main/requests/sync-request.ts';
import type { RelayExchange } from '../../../src/main/store-and-forward/relay-exchange.ts';
import { StandingsAtRelay } from '../../../src/main/store-and-forward/standings-at-relay.ts';
import type { RelayNetwork } from '../../fakes/relay-network.ts';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import { mergedText } from '../folders/checks.ts';
import { simulate } from '../folders/simulate.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { alone as aloneIn, lyingThere, neverTogether, textOf } from './never-together.ts';

it.each([1, 6, 11, 16])(
  'devices that leave things for each other at a relay, or meet through it, come to the same (five seeds from %i)',
  async (first) => {
    const kinds = ['tree', 'crash', 'settle', 'race', 'clock', 'power', 'pause', 'relay'] as const;
    for (let seed = first; seed < first + 5; seed++)
      expect((await simulate(seed, { kinds, every: true })).findings, `--seed ${seed}, all of ${kinds}`).toEqual([]);
  },
  240_000,
);

it('also where the relay itself fails: it ends, forgets, is full or wants pauses (five seeds)', async () => {
  const kinds = ['tree', 'crash', 'settle', 'power', 'members', 'remove', 'epochs', 'relay', 'relay-fails'] as const;
  for (let seed = 1; seed <= 5; seed++)
    expect((await simulate(seed, { kinds, every: true })).findings, `--seed ${seed}, all of ${kinds}`).toEqual([]);
}, 240_000);

describe('two devices that are never on at the same time', () => {
  let group: SimulatedGroup;
  let one: SimulatedDevice;
  let other: SimulatedDevice;

  beforeEach(async () => {
    group = await neverTogether(2);
    [one, other] = group.devices as [SimulatedDevice, SimulatedDevice];
  });
  afterEach(() => {
    for (const device of group.devices) device.end();
  });

  const text = textOf;
  const large = (letter: string): Uint8Array => new Uint8Array(300_000).fill(letter.charCodeAt(0));
  const alone = (device: SimulatedDevice, act: () => void) => aloneIn(group, device, act);

  it('have what the other wrote, though its first key came with it', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'from the first'));
    await alone(other, () => other.user.writeFile(`${ROOT}/b`, 'from the second'));
    expect(text(other, 'a')).toBe('from the first');
    await alone(one, () => one.user.remove(`${ROOT}/a`));
    expect(text(one, 'b')).toBe('from the second');
    await alone(other, () => {});
    expect(text(other, 'a')).toBeNull();
  });

  it('a device that finds its relay open and left again in one go goes there once more', async () => {
    const relays = group.relays as RelayNetwork;
    one.kill();
    for (const relay of relays.relays)
      vi.spyOn(relay, 'serve').mockImplementationOnce(async (_, opened) => {
        // What it says from now on comes as soon as it is reached again.
        relays.cut(one.host, 'silent');
        opened().close(4408);
        return { came: () => {}, closed: () => {} };
      });
    await group.start(one);
    await group.pass(5000);
    expect(relays.isApart(one.host)).toBe(true);
    relays.mend(one.host);
    await group.pass(120_000);
    other.user.writeFile(`${ROOT}/a`, 'from the second');
    await group.pass(60_000);
    expect(text(one, 'a')).toBe('from the second');
  });

  it('have large files of each other, and nothing of them stays at the relay', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/large`, large('x')));
    expect(group.relay?.bytes).toBeGreaterThan(300_000);
    await alone(other, () => {});
    expect(other.user.fs.lstat(`${ROOT}/large`)?.size).toBe(300_000);
    await alone(one, () => {});
    await group.relay?.collect();
    expect(group.relay?.bytes).toBeLessThan(10_000);
    await alone(other, () => {});
    for (const device of group.alive) {
      const known = device.running?.database.prepare(
        'SELECT (SELECT count(*) FROM relay_pack) + (SELECT count(*) FROM relay_content)',
      );
      expect([device.name, known?.pluck().get()]).toEqual([device.name, 0]);
    }
  });

  it('ask for parts of packs that tell nothing of how long a content is', async () => {
    await alone(one, () => {
      one.user.writeFile(`${ROOT}/large`, large('x'));
      for (let each = 0; each < 9; each++) one.user.writeFile(`${ROOT}/${each}`, String(each).repeat(20_000 + each));
    });
    await alone(other, () => {});
    expect(text(other, '8')).toHaveLength(20_008);
    const { partsAsked } = group.relay as SimulatedRelay;
    expect(partsAsked.length).toBeGreaterThan(0);
    for (const { offset, length } of partsAsked) expect([offset % 65_536, length % 65_536]).toEqual([0, 0]);
  });

  it('a device that was removed hears of it at the relay, keeps what it has and has nothing more', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'known to both'));
    await alone(other, () => {});
    await alone(one, () => {
      const replica = group.replica(one) as Replica;
      for (const { device } of replica.membership.others()) one.engine.members.remove(replica, device);
      one.user.writeFile(`${ROOT}/b`, 'not for the other');
    });
    await alone(other, () => {});
    expect(group.replica(other)?.membership.isMember()).toBe(false);
    expect(statusView(other.engine).collections).toMatchObject([{ removed: true, peers: [] }]);
    expect([text(other, 'a'), text(other, 'b')]).toEqual(['known to both', null]);
  });

  it('put nothing up that can be read there', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a telling name`, 'words that are nobody’s business'));
    const there = [...(group.relay?.everything() ?? [])].map((bytes) => Buffer.from(bytes).toString('latin1')).join();
    expect(there.length).toBeGreaterThan(500);
    for (const word of ['telling', 'nobody', 'things', one.name.repeat(3)]) expect(there).not.toContain(word);
  });

  it('need no relay while they are linked', async () => {
    const before = group.relay?.bytes;
    group.network.mend(one.host, other.host);
    for (const device of [one, other]) device.engine.network.dialNow();
    await group.pass(1000);
    one.user.writeFile(`${ROOT}/a`, 'while both are on');
    await group.pass(60_000);
    expect(text(other, 'a')).toBe('while both are on');
    expect(group.relay?.bytes).toBe(before);
  });

  it('have what was let go of there before it was read, once who has it comes again', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'long ago'));
    await group.relay?.collect(true);
    await alone(other, () => {});
    expect(text(other, 'a')).toBeNull();
    // What it is, and, since the pack is gone as well, what is in it once somebody waits for that.
    for (const device of [one, other, one, other]) await alone(device, () => {});
    expect(text(other, 'a')).toBe('long ago');
  });

  it('have each other’s files without contents while the relay has no room, and those once it has', async () => {
    (group.relay as SimulatedRelay).limits.groupPacks = 100_000;
    await alone(one, () => {
      one.user.writeFile(`${ROOT}/large`, large('x'));
      one.user.remove(`${ROOT}/nothing`);
    });
    await alone(other, () => {});
    expect(group.replica(other)?.collection.records.live).toBe(1);
    expect(text(other, 'large')).toBeNull();
    // Both say what waits and why, though they never meet.
    const told = (device: SimulatedDevice) => statusView(device.engine).collections[0];
    const large1 = { why: 'room', records: 1, named: ['large'] };
    expect(told(other)).toMatchObject({ relay: { full: true }, contents: [{ ...large1, lacking: 'here' }] });
    await group.start(one);
    await group.pass(60_000);
    expect(told(one)).toMatchObject({ relay: { full: true }, contents: [{ ...large1, lacking: 'there' }] });
    const before = group.clock.now();
    await group.until(one, syncRequest(one.engine, { wait: false, timeoutSeconds: 60 }));
    expect(group.clock.now() - before).toBeLessThan(30_000);
    (group.relay as SimulatedRelay).limits.groupPacks = 2 ** 30;
    await alone(one, () => {});
    await group.pass(11 * 60_000);
    await alone(other, () => {});
    expect(other.user.fs.lstat(`${ROOT}/large`)?.size).toBe(300_000);
    expect(told(other)?.contents).toBeUndefined();
    await alone(one, () => {});
    expect([told(one)?.contents, told(one)?.relay?.full]).toEqual([undefined, undefined]);
  });

  it('have what found no room there as well where the time to try it again came while others were told of it', async () => {
    (group.relay as SimulatedRelay).limits.groupPacks = 100_000;
    await alone(one, () => one.user.writeFile(`${ROOT}/large`, large('x')));
    await alone(other, () => {});
    await group.start(one);
    await group.pass(60_000);
    expect(statusView(one.engine).collections[0]?.relay).toMatchObject({ full: true });
    (group.relay as SimulatedRelay).limits.groupPacks = 2 ** 30;
    await group.pass(8 * 60_000);
    const slow = vi
      .spyOn(StandingsAtRelay.prototype, 'tell')
      .mockImplementationOnce(() => new Promise((told) => void group.clock.after(180_000, told)));
    one.engine.network.exchanges.of(group.collection as CollectionId)?.changedHere();
    await group.pass(20 * 60_000);
    expect(slow.mock.calls.length).toBeGreaterThan(1);
    await group.until(one, one.stop());
    await alone(other, () => {});
    expect(other.user.fs.lstat(`${ROOT}/large`)?.size).toBe(300_000);
  });

  it('say of what is too large for a relay that it waits until both are on, also after a start', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/film`, new Uint8Array((256 << 20) + 1)));
    const told = (device: SimulatedDevice) => statusView(device.engine).collections[0]?.contents;
    expect(told(one)).toEqual([{ lacking: 'there', why: 'large', records: 1, named: ['film'] }]);
    await alone(other, () => {});
    expect(told(other)).toEqual([{ lacking: 'here', why: 'large', records: 1, named: ['film'] }]);
    await alone(one, () => {});
    expect(told(one)).toEqual([{ lacking: 'there', why: 'large', records: 1, named: ['film'] }]);
    await alone(one, () => one.user.remove(`${ROOT}/film`));
    expect(told(one)).toBeUndefined();
  });

  it('know of each other’s changes while the relay has no room for anything, and have them once it has', async () => {
    const relay = group.relay as SimulatedRelay;
    await alone(one, () => one.user.writeFile(`${ROOT}/before`, 'while there was room'));
    await alone(other, () => {});
    relay.room = 'nothing';
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'no room for it'));
    await alone(other, () => {});
    const synced = await group.until(
      other,
      syncRequest(other.engine, { wait: true, for: ['all'], timeoutSeconds: 20 }),
    );
    expect(synced).toMatchObject({ inStep: false });
    relay.room = 'all';
    await alone(one, () => {});
    await alone(other, () => {});
    expect(text(other, 'a')).toBe('no room for it');
  });

  it('do not put up again and again what somebody never takes', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'refused'));
    await alone(other, () => {});
    // It forgets what it has each time, and says so.
    const { log } = (group.replica(other) as Replica).collection;
    vi.spyOn(log, 'logs').mockReturnValue([]);
    await group.start(one);
    await group.pass(3600_000);
    const before = (group.relay as SimulatedRelay).posted;
    await group.pass(3600_000);
    expect((group.relay as SimulatedRelay).posted - before).toBeLessThan(4);
  });

  it('both branches of a log that was written twice come to the other', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'before the copy'));
    one.backUp();
    await alone(one, () => one.user.writeFile(`${ROOT}/b`, 'known to nobody yet'));
    await group.until(one, one.stop());
    group.relays?.cut(one.host);
    one.restoreBackup();
    await group.start(one);
    one.user.writeFile(`${ROOT}/c`, 'written after it was restored');
    await group.pass(60_000);
    group.relays?.mend(one.host);
    await group.pass(60_000);
    await alone(other, () => {});
    expect([text(other, 'a'), text(other, 'b'), text(other, 'c')]).toEqual([
      'before the copy',
      'known to nobody yet',
      'written after it was restored',
    ]);
    expect(mergedText(group.replica(other) as Replica).size).toBe(3);
    await alone(one, () => {});
    expect(mergedText(group.replica(one) as Replica).size).toBe(3);
  });

  it('have all of each other through a relay that lost everything, whoever comes back to it first', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/before`, 'lay there when it was lost'));
    group.relay?.loseEverything();
    await alone(other, () => other.user.writeFile(`${ROOT}/after`, 'the first thing there'));
    expect(text(other, 'before')).toBeNull();
    await alone(one, () => one.user.writeFile(`${ROOT}/last`, 'from who had read more than there is'));
    expect(text(one, 'after')).toBe('the first thing there');
    await alone(other, () => {});
    expect([text(other, 'before'), text(other, 'last')]).toEqual([
      'lay there when it was lost',
      'from who had read more than there is',
    ]);
  });

  it('have all of each other through a relay that is as it was a while ago', async () => {
    await alone(other, () => other.user.writeFile(`${ROOT}/first`, 'in the copy'));
    const putBack = group.relay?.copy();
    await alone(one, () => one.user.writeFile(`${ROOT}/before`, 'not in the copy'));
    await group.until(one, one.stop());
    putBack?.();
    await alone(one, () => {});
    await alone(other, () => {});
    expect(text(other, 'before')).toBe('not in the copy');
  });

  it('what was written a moment before the program is ended lies there, unless it is killed or the relay does not answer', async () => {
    const writeAndEnd = async (path: string, end: () => Promise<unknown>): Promise<void> => {
      await group.until(other, other.stop());
      if (one.running === null) await group.start(one);
      await group.pass(60_000);
      one.user.writeFile(`${ROOT}/${path}`, 'in a hurry');
      await group.pass(1500);
      await end();
      await alone(other, () => {});
    };
    await writeAndEnd('a', () => group.until(one, one.stop()));
    expect(text(other, 'a')).toBe('in a hurry');
    await writeAndEnd('b', async () => one.kill());
    expect(text(other, 'b')).toBeNull();
    await writeAndEnd('c', async () => {
      group.relays?.cut(one.host);
      const before = group.clock.now();
      await group.until(one, one.stop());
      expect(group.clock.now() - before).toBeLessThan(2500);
      group.relays?.mend(one.host);
    });
    // What was lost by the death of the program was put up at the next start.
    expect([text(other, 'b'), text(other, 'c')]).toEqual(['in a hurry', null]);
  });

  it('a device that is ended after a sync has left what it had, however soon after its start that is', async () => {
    await group.until(one, one.stop());
    await group.until(other, other.stop());
    one.user.writeFile(`${ROOT}/a`, 'in a hurry');
    await group.start(one);
    await group.until(one, syncRequest(one.engine, { wait: false, timeoutSeconds: 60 }));
    await alone(other, () => {});
    expect(text(other, 'a')).toBe('in a hurry');
  });

  it.each(['https://another.example', ''])(
    'hear of another relay (%s) at the former one, and what each wrote meanwhile',
    async (url) => {
      await alone(one, () => one.user.writeFile(`${ROOT}/before`, 'at the former relay'));
      await alone(one, () => {
        one.user.writeFile(`${ROOT}/after`, 'at the other one');
        const replica = group.replica(one) as Replica;
        replica.membership.setRelay(url, one.wall.now());
        replica.membershipChanged();
      });
      await alone(other, () => other.user.writeFile(`${ROOT}/answer`, 'by who was away'));
      expect(group.replica(other)?.membership.relay()).toBe(url);
      if (url === '') return;
      // Contents that it did not fetch there come by way of the other one.
      await alone(one, () => {});
      await alone(other, () => {});
      expect(text(other, 'before')).toBe('at the former relay');
      expect(text(other, 'after')).toBe('at the other one');
      await alone(one, () => {});
      expect(text(one, 'answer')).toBe('by who was away');
    },
  );

  it('hear of another relay at the former one though that was not reached when it was left', async () => {
    await group.until(other, other.stop());
    group.relays?.cut(one.host);
    await alone(one, () => {
      const replica = group.replica(one) as Replica;
      replica.membership.setRelay('https://another.example', one.wall.now());
      replica.membershipChanged();
    });
    await group.until(one, one.stop());
    group.relays?.mend(one.host);
    await alone(one, () => {});
    await alone(other, () => {});
    expect(group.replica(other)?.membership.relay()).toBe('https://another.example');
    const posted = group.relay?.posted;
    await alone(one, () => {});
    await alone(other, () => {});
    expect(group.relay?.posted).toBe(posted);
  });

  it('a device that lost its database has everything again', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'kept'));
    await alone(other, () => {});
    await group.until(other, other.stop());
    other.loseDatabase();
    other.user.remove(`${ROOT}/a`);
    await group.start(other);
    await group.pass(60_000);
    await alone(one, () => {});
    await alone(other, () => {});
    expect([text(one, 'a'), text(other, 'a')]).toEqual(['kept', 'kept']);
  });

  /** Puts an item there as somebody would who knows a secret. */
  function putUp(item: RelayItem, secret: Uint8Array, epoch: string): void {
    const there = (group.relay as SimulatedRelay).group(group.collection as CollectionId);
    if (there === null) throw new Error('nothing lies there');
    const bytes = sealItem({ secret, group: group.collection as CollectionId, epoch, salt: new Uint8Array(32) }, item);
    there.items.push({ sid: ++there.last, bytes, hash: digestOf(bytes), at: group.clock.now() });
    if (item.is !== 'contents') return;
    there.packs.set(item.pack, { size: 5000, by: '' as MemberKey, lease: Number.MAX_SAFE_INTEGER, marked: 0 });
    void group.relay?.blobs.put(group.collection as CollectionId, item.pack, new Uint8Array(5000));
  }
  const junkFor = (bytes: Uint8Array): RelayItem => ({
    is: 'contents',
    pack: digestOf(Uint8Array.of(1)),
    key: new Uint8Array(32),
    entries: [{ digest: digestOf(bytes), kind: 'content', offset: 0, length: bytes.length + 16 }],
  });
  /** What a member says of itself there. */
  function said(device: SimulatedDevice): RelayStanding & { readonly epoch: string | null } {
    const { membership, id } = group.replica(device) as Replica;
    const bytes = (group.relay as SimulatedRelay).group(id)?.heads.get(membership.ownKey)?.bytes as Uint8Array;
    const epoch = sealedEpoch(bytes);
    const secret = membership.epochs().find((each) => each.id === epoch)?.secret ?? membership.membersSecret();
    const item = openItem(bytes, { secret: secret as Uint8Array, group: id });
    if (item.is !== 'standing') throw new Error(item.is);
    return { ...readStanding(item, id, () => true), epoch };
  }

  it('have a file though somebody says of junk that it is what is in it', async () => {
    const bytes = new TextEncoder().encode('what there is');
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, bytes));
    const { id, secret } = (group.replica(one) as Replica).membership.writingEpoch(one.wall.now()) as Epoch;
    putUp(junkFor(bytes), secret as Uint8Array, id);
    await alone(other, () => {});
    expect(text(other, 'a')).toBe('what there is');
  });

  it('take nothing but operations of members by the secret that who was removed knows too', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'what there is'));
    const secret = (group.replica(one) as Replica).membership.membersSecret() as Uint8Array;
    putUp(junkFor(new Uint8Array(3)), secret, NO_EPOCH);
    await alone(other, () => {});
    expect(text(other, 'a')).toBe('what there is');
    expect(group.findings.map(({ what }) => what).join()).toContain('cannot be used: contents of no epoch');
  });

  /** A package of the next number in a device's log that it never wrote. */
  function forgedOf(device: SimulatedDevice): RelayItem {
    const { collection, membership, id } = group.replica(device) as Replica;
    const log = collection.stored.ownLog;
    const { number, hash } = collection.log
      .logs()
      .reduce((found, each) => (each.log === log ? { number: each.held, hash: each.hash } : found), {
        number: 0,
        hash: FIRST_PREVIOUS,
      });
    const head = { collection: id, member: membership.ownKey, log, number: number + 1, previous: hash };
    const rest = { epoch: 0, time: 0, seen: [] };
    return {
      is: 'package',
      bytes: makePackage({ ...head, ...rest }, Uint8Array.of(0), () => new Uint8Array(64)).bytes,
    };
  }

  it('put up what somebody only pretends to have put there, and write their logs on though somebody pretends to', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'before'));
    await alone(other, () => other.user.writeFile(`${ROOT}/b`, 'before'));
    await alone(one, () => {});
    const { membership, collection } = group.replica(one) as Replica;
    const { id, secret } = membership.writingEpoch(one.wall.now()) as Epoch;
    const { ownLog } = collection.stored;
    putUp(forgedOf(one), secret as Uint8Array, id);
    await group.until(one, one.stop());
    await group.start(one);
    await group.pass(60_000);
    expect((group.replica(one) as Replica).collection.stored.ownLog).toBe(ownLog);
    one.user.writeFile(`${ROOT}/a`, 'after');
    await group.pass(60_000);
    await alone(other, () => {});
    expect(text(other, 'a')).toBe('after');
  });

  /** Leaves word for a device as one that is no good would: it has everything, and read all that will ever lie there. */
  function pretend(device: SimulatedDevice, what: Partial<RelayStanding>): void {
    const { membership, id } = group.replica(device) as Replica;
    const { epoch, ...before } = said(device);
    const item = makeStanding(
      { key: membership.ownKey, sign: (bytes) => membership.sign(bytes) },
      { ...before, time: before.time + 1, ...what },
    );
    const secret = membership.epochs().find((each) => each.id === epoch)?.secret as Uint8Array;
    const bytes = sealItem({ secret, group: id, epoch: epoch as string, salt: new Uint8Array(32) }, item);
    (group.relay as SimulatedRelay)
      .group(id)
      ?.heads.set(membership.ownKey, { k: membership.ownKey, at: group.clock.now(), bytes });
  }
  /** How much is put there in half an hour in which it tells of something again and again. */
  async function putThere(): Promise<{ readonly items: number; readonly packs: number }> {
    const [relay, id] = [group.relay as SimulatedRelay, group.collection as CollectionId];
    const before = { items: relay.posted, packs: relay.packsPut };
    for (let told = 0; told < 180; told++) {
      relay.tell({ is: 'heads', g: id });
      await group.pass(10_000);
    }
    return { items: relay.posted - before.items, packs: relay.packsPut - before.packs };
  }

  it('read no more than once a second, however often they are told that something is there', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'words'));
    const [relay, id] = [group.relay as SimulatedRelay, group.collection as CollectionId];
    const before = relay.itemsAsked;
    for (let told = 0; told < 100; told++) {
      relay.tell(told % 2 === 0 ? { is: 'heads', g: id } : { is: 'new', g: id, sid: 0 });
      await group.pass(50);
    }
    expect(relay.itemsAsked - before).toBeLessThan(8);
  });

  it('do not tell all members again and again to one that says it has read that, and knows of others', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'words'));
    await alone(other, () => {});
    pretend(other, { cursor: Number.MAX_SAFE_INTEGER, operations: [digestOf(Uint8Array.of(1))] });
    await alone(one, () => {});
    expect((await putThere()).items).toBeLessThan(6);
  });

  it('put contents up once for one that waits for them, and keep them for it, though it has applied what names them', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/large`, large('x')));
    await alone(other, () => {});
    await alone(one, () => {});
    await alone(other, () => {});
    const { collection } = group.replica(other) as Replica;
    const entry = fileEntry(collection.records.find(recordId('large'))?.state.fields.get(ENTRY)?.[0]?.value);
    const chunks = (entry?.type === 'file' ? entry.chunks : null) as Digest;
    pretend(other, {
      cursor: Number.MAX_SAFE_INTEGER,
      wanted: [{ digest: chunks, kind: 'chunk-list', hint: 'large' }],
    });
    await alone(one, () => {});
    const there = (group.relay as SimulatedRelay).bytes;
    expect(there).toBeGreaterThan(300_000);
    const { items, packs } = await putThere();
    expect(packs).toBe(0);
    expect(items).toBeLessThan(6);
  });

  it('put contents up once for one that does not come for them, keep them until it may have, and take them away then', async () => {
    await alone(one, () => one.user.writeFile(`${ROOT}/a`, 'words'));
    await alone(other, () => {});
    await alone(one, () => {});
    const [relay, id] = [group.relay as SimulatedRelay, group.collection as CollectionId];
    await group.start(other);
    await group.pass(60_000);
    expect(lyingThere(group).packs.size).toBe(0);
    const digest = digestOf(Buffer.from('words'));
    const asked = [{ digest, kind: 'content', hint: recordId('a'), base: null }] as const;
    const exchange = other.engine.network.exchanges.of(id) as RelayExchange;
    const before = relay.packsPut;
    expect(await group.until(other, exchange.fetch(asked))).toEqual([null]);
    await group.pass(600_000);
    expect(relay.packsPut - before).toBe(1);
    expect(one.engine.network.exchanges.of(id)?.state.is).toBe('level');
    const [given] = (await group.until(other, exchange.fetch(asked))) ?? [];
    expect(Buffer.from(given?.bytes ?? []).toString()).toBe('words');
    await group.pass(600_000);
    expect(relay.packsPut - before).toBe(1);
    expect(lyingThere(group).packs.size).toBe(0);
  });

  it('name nothing of theirs to those who were removed', async () => {
    (group.relay as SimulatedRelay).limits.groupPacks = 100_000;
    await alone(one, () => one.user.writeFile(`${ROOT}/large`, large('x')));
    await alone(other, () => {
      const replica = group.replica(other) as Replica;
      vi.spyOn(replica.membership, 'writingEpoch').mockReturnValue(null);
      vi.spyOn(replica, 'mayWrite').mockReturnValue(false);
    });
    expect(said(other)).toMatchObject({ epoch: NO_EPOCH, wanted: [] });
    await group.until(other, other.stop());
    await alone(other, () => {});
    expect(said(other)).toMatchObject({ wanted: [{ hint: 'large' }] });
  });

  it('are believed though their clock was set back', async () => {
    await alone(other, () => other.user.writeFile(`${ROOT}/a`, 'before'));
    const { time } = said(other);
    other.wall.jump(-86_400_000);
    await alone(other, () => other.user.writeFile(`${ROOT}/b`, 'after'));
    expect(said(other).time).toBeGreaterThan(time);
    await group.until(other, other.stop());
    await alone(other, () => other.user.writeFile(`${ROOT}/c`, 'and after that'));
    expect(said(other).time).toBeGreaterThan(time + 1);
    await alone(one, () => {});
    expect([text(one, 'b'), text(one, 'c')]).toEqual(['after', 'and after that']);
  });
});
