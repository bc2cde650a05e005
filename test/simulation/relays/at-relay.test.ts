import { afterEach, describe, expect, it, vi } from 'vitest';
import { makePackage, readPackage } from '../../../src/main/change-log/package.ts';
import type { Epoch } from '../../../src/main/peers/membership/group-epochs.ts';
import { toHex } from '../../../src/main/peers/protocol/hex.ts';
import { NO_EPOCH, openItem, sealedEpoch, sealItem } from '../../../src/main/peers/sealed/sealed-item.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import type { SimulatedRelay } from '../../fakes/simulated-relay.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import { alone, lyingThere, neverTogether, replicaOf, textOf, write } from './never-together.ts';

let group: SimulatedGroup;
afterEach(() => {
  for (const device of group.devices) device.end();
});
async function devices(count: number): Promise<readonly SimulatedDevice[]> {
  group = await neverTogether(count);
  return group.devices;
}
const large = (letter: string): string => letter.repeat(300_000);

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

  it('is put up again where the relay lost it, as soon as somebody waits for it, though who put it there was never away', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', large('x')));
    lyingThere(group).packs.clear();
    await group.start(other);
    await group.pass(10 * 60_000);
    expect(textOf(other, 'a')).toBe(large('x'));
  });

  it.each(['editor', 'reader'] as const)(
    'is asked for, also by who may not make a key (%s), where nobody wrote for so long that what was sealed with then is used no more',
    async (role) => {
      const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
      const change = (wanted: { readonly add?: string; readonly remove?: string }) =>
        group.until(
          other,
          Promise.resolve(other.running?.handlers['source:change'](group.collection as string, wanted as never)),
        );
      group.setRole(other, role, one);
      await group.pass(60_000);
      await change({ remove: ROOT });
      await alone(group, one, write(one, 'a', large('x')));
      await alone(group, other);
      await alone(group, one);
      expect(lyingThere(group).packs.size).toBe(0);
      for (const { wall } of group.devices) wall.jump(91 * 24 * 3600_000);
      await alone(group, other);
      await change({ add: ROOT });
      await group.pass(60_000);
      expect([replicaOf(group, other).collection.records.live, textOf(other, 'a') === null]).toEqual([1, true]);
      await alone(group, one);
      // A reader is told of a secret it can say in what it waits for.
      for (const device of [other, one, other]) await alone(group, device);
      expect(textOf(other, 'a') === large('x')).toBe(true);
    },
  );

  it('is what somebody waits for as soon as it is here again, though nothing is written then', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    const change = (wanted: { readonly add?: string; readonly remove?: string }) =>
      group.until(
        one,
        Promise.resolve(one.running?.handlers['source:change'](group.collection as string, wanted as never)),
      );
    const relay = group.relay as SimulatedRelay;
    relay.stop();
    write(one, 'a', 'known to one')();
    await group.pass(60_000);
    await change({ remove: ROOT });
    // As where there was no room to keep what nobody else has.
    const given = vi.spyOn(replicaOf(group, one), 'giveRelayed');
    given.mockImplementation(async (asked) => asked.map(() => null));
    relay.start();
    await group.pass(10 * 60_000);
    const held = replicaOf(group, other).collection.records.all();
    expect([[...held].map(({ id }) => id), textOf(other, 'a')]).toEqual([['a'], null]);
    given.mockRestore();
    await change({ add: ROOT });
    await group.pass(60_000);
    expect(textOf(other, 'a')).toBe('known to one');
  });

  it('is put up at the next relay, whatever lay at the one before', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', 'put up there'));
    const { membership, id } = replicaOf(group, one);
    await group.relays?.at('https://next.example').register(id, lyingThere(group).acl.keys);
    membership.setRelay('https://next.example', one.wall.now());
    replicaOf(group, one).membershipChanged();
    await group.pass(60_000);
    group.admit(other, one);
    await alone(group, other);
    expect(textOf(other, 'a')).toBe('put up there');
  });

  it('is taken away where its device was killed before it told what is in it, and its own once it had told', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, () => {});
    const there = lyingThere(group);
    const relay = group.relay as SimulatedRelay;
    const members = replicaOf(group, one);
    const told = () =>
      there.items.filter(({ bytes }) => {
        const secret = members.membership.epochs().find(({ id }) => id === sealedEpoch(bytes))?.secret;
        return secret != null && openItem(bytes, { secret, group: members.id }).is === 'contents';
      }).length;
    /** Writes a file, and is killed as soon as something is so at the relay; it does not hear of that itself. */
    const killedOnce = async (path: string, letter: string, isSo: () => boolean): Promise<void> => {
      one.user.writeFile(`${ROOT}/${path}`, large(letter));
      const isAbout = () => replicaOf(group, one).collection.relay.untoldPacks().length > 0;
      for (let waited = 0; !isAbout() && waited < 3000; waited++) await group.pass(10);
      for (let waited = 0; !isSo() && waited < 3000; waited++) await group.pass(1);
      expect(isSo()).toBe(true);
      one.kill();
      await alone(group, one, () => {});
    };
    await killedOnce('a', 'x', () => relay.packsPut === 1);
    expect([relay.packsPut, there.packs.size]).toEqual([2, 1]);
    await killedOnce('b', 'y', () => told() === 2);
    expect([relay.packsPut, there.packs.size]).toEqual([3, 2]);
    await alone(group, other, () => {});
    expect([textOf(other, 'a'), textOf(other, 'b')]).toEqual([large('x'), large('y')]);
    await alone(group, one, () => {});
    expect(there.packs.size).toBe(0);
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
  /** Puts something there that is not as a member would put it. */
  function put(bytes: Uint8Array): void {
    const there = lyingThere(group);
    there.items.push({ sid: ++there.last, bytes, hash: digestOf(bytes), at: group.clock.now() });
  }

  it('is read from the first on that is left where others were let go of', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', 'with the keys'));
    await alone(group, other);
    await alone(group, one);
    const there = lyingThere(group);
    put(new Uint8Array(100));
    there.collected = there.last;
    there.items = [];
    write(one, 'b', 'the first that is left')();
    await group.pass(60_000);
    expect(opened(one)[0]?.item.is).toBe('contents');
    await alone(group, other);
    expect(textOf(other, 'b')).toBe('the first that is left');
  });

  it('counts as a package that need not be put up only where it is that very package', async () => {
    const [one, other] = (await devices(2)) as [SimulatedDevice, SimulatedDevice];
    await alone(group, one, write(one, 'a', 'with the keys'));
    await alone(group, other);
    await alone(group, one);
    group.relays?.cut(one.host);
    write(one, 'b', 'not put up yet')();
    await group.pass(60_000);
    const { collection, membership, id } = replicaOf(group, one);
    const { held } = collection.log.log(collection.stored.ownLog, membership.ownKey);
    const [stored] = collection.log.mainAfter(collection.stored.ownLog, held - 1, 1);
    const { head, body } = readPackage(stored?.bytes as Uint8Array);
    const { bytes } = makePackage(head, body, () => new Uint8Array(64));
    const { id: epoch, secret } = membership.writingEpoch(one.wall.now()) as Epoch;
    put(
      sealItem({ secret: secret as Uint8Array, group: id, epoch, salt: new Uint8Array(32) }, { is: 'package', bytes }),
    );
    group.relays?.mend(one.host);
    await group.pass(60_000);
    await alone(group, other);
    expect(textOf(other, 'b')).toBe('not put up yet');
  });

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
