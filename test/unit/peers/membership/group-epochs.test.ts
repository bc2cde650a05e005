import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SEALED_BYTES, sealTo } from '../../../../src/main/peers/identity/box-seal.ts';
import { makeDescriptor } from '../../../../src/main/peers/identity/descriptor.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import { commitmentTo } from '../../../../src/main/peers/membership/epochs.ts';
import { GroupMembership } from '../../../../src/main/peers/membership/group-membership.ts';
import { addMember, createCollection, selfAsMember } from '../../../../src/main/peers/membership/membership-log.ts';
import {
  MOST_SEALS,
  makeBinding,
  makeOp,
  type OpBody,
  parseOp,
} from '../../../../src/main/peers/membership/membership-op.ts';
import { toHex } from '../../../../src/main/peers/protocol/hex.ts';
import type { MemberRole } from '../../../../src/main/peers/protocol/messages.ts';
import { aboutPhotos, foundPhotos, makeIdentities, makeIdentity } from '../../../fakes/identities.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const random = new SeededRandom('group epochs');
const [ana, ben, cleo] = makeIdentities(random, 'ana', 'ben', 'cleo');
const { group, ops: founding } = foundPhotos(ana);
const DAY = 86_400_000;
const byText = (a: string, b: string): number => (a < b ? -1 : 1);
const NOW = Date.UTC(2026, 0, 1);

/** What one device knows; it says something and others hear it only where a test has it told. */
function on(identity: DeviceIdentity, from: GroupMembership | null = null): GroupMembership {
  const stored = from?.operations() ?? founding.map(({ bytes }) => bytes);
  const file = { load: () => stored, save: () => undefined };
  return new GroupMembership(identity, group, file, random.fork(identity.id));
}
const newcomer = (who: DeviceIdentity, role: MemberRole = 'editor') => ({
  descriptor: who.descriptor,
  ...selfAsMember(who, group),
  role,
  name: '',
  history: true,
});
/** An admin that knows no secret lets a device in. */
const letIn = (membership: GroupMembership, who: DeviceIdentity, role: MemberRole = 'editor'): void => {
  membership.receive([addMember(ana, group, membership.heads(), NOW, newcomer(who, role)).bytes]);
};
/** A collection with these members, as each knows it. */
function among(...others: readonly (readonly [DeviceIdentity, MemberRole])[]): readonly GroupMembership[] {
  const first = on(ana);
  for (const [who, role] of others) first.add(newcomer(who, role), NOW);
  return [first, ...others.map(([who]) => on(who, first))];
}
/** Everyone hears everything. */
function meet(...all: readonly GroupMembership[]): void {
  for (const one of all) for (const other of all) one.receive(other.operations());
}
const secrets = (membership: GroupMembership) =>
  membership.epochs().map(({ secret }) => (secret === null ? null : toHex(secret)));
const writing = (membership: GroupMembership, now = NOW) => membership.writingEpoch(now)?.id ?? null;
const operationsOf = (membership: GroupMembership, op: string) =>
  membership.operations().flatMap((bytes) => {
    const body = parseOp(bytes)?.body;
    return body?.op === op ? [body] : [];
  });

describe('an epoch', () => {
  it('is there once somebody makes one, and every member has its secret from the operations alone', () => {
    const [first, second, third] = among([ben, 'editor'], [cleo, 'reader']) as [
      GroupMembership,
      GroupMembership,
      GroupMembership,
    ];
    expect([first.epochs(), writing(first)]).toEqual([[], null]);
    const epoch = first.rotate(NOW);
    expect([epoch.n, epoch.made, epoch.secret?.length]).toEqual([1, NOW, 32]);
    meet(first, second, third);
    for (const membership of [first, second, third, on(ben, first)]) {
      expect(membership.epochs()).toEqual([epoch]);
      expect(membership.writingEpoch(NOW)).toEqual(epoch);
    }
    expect(first.rotate(NOW).secret).not.toEqual(epoch.secret);
  });

  it('is made by nobody who may only read', () => {
    const [, reader] = among([ben, 'reader']) as [GroupMembership, GroupMembership];
    expect(() => reader.rotate(NOW)).toThrow(expect.objectContaining({ code: 'not-allowed' }));
    expect(reader.epochs()).toEqual([]);
    // Nor written with where one does it all the same.
    const secret = random.bytes(32);
    const seals = [ana, ben].map((who) => ({
      device: who.id,
      sealed: sealTo(who.descriptor.box, group, secret, random.bytes(32)) as Uint8Array,
    }));
    const body = { op: 'rotate', n: 1, commit: commitmentTo(secret), seals } as const;
    reader.receive([makeOp(ben, group, reader.heads(), NOW, body).bytes]);
    expect([secrets(reader), writing(reader)]).toEqual([[toHex(secret)], null]);
  });

  it('does not open for a device it was not sealed to', () => {
    const [first] = among([ben, 'editor']) as [GroupMembership];
    first.rotate(NOW);
    letIn(first, cleo);
    const outsider = on(cleo, first);
    expect([secrets(outsider), writing(outsider)]).toEqual([[null], null]);
    expect(outsider.sealMissing(NOW)).toBe(false);
  });

  it('is written with for 90 days', () => {
    const first = on(ana);
    const { id } = first.rotate(NOW);
    expect(writing(first, NOW + 90 * DAY)).toBe(id);
    expect(writing(first, NOW + 90 * DAY + 1)).toBeNull();
  });

  it('made apart from another is kept for reading, and all write with the same one', () => {
    const [first, second] = among([ben, 'editor']) as [GroupMembership, GroupMembership];
    const made = [first.rotate(NOW), second.rotate(NOW)].map(({ id }) => id).sort(byText);
    meet(first, second);
    for (const membership of [first, second]) {
      expect(membership.epochs().map(({ id }) => id)).toEqual(made);
      expect(secrets(membership)).not.toContain(null);
      expect(writing(membership)).toBe(made[1]);
    }
  });

  it('that a removed device knows is read and not written with', () => {
    const [first, second] = among([ben, 'editor']) as [GroupMembership, GroupMembership];
    const old = first.rotate(NOW);
    meet(first, second);
    // It leaves: whoever wants to write next has to make another.
    const leaves = makeOp(ben, group, first.heads(), NOW, { op: 'remove', device: ben.id, cut: [], epoch: 0 });
    first.receive([leaves.bytes]);
    expect([writing(first), secrets(first).length]).toEqual([null, 1]);
    const next = first.rotate(NOW);
    expect([next.n, writing(first)]).toEqual([2, next.id]);
    meet(first, second);
    expect(second.epochs().map(({ id, secret }) => [id, secret !== null])).toEqual([
      [old.id, true],
      [next.id, false],
    ]);
  });

  it('is made anew by who takes a device out, where there was one', () => {
    const [first, second, third] = among([ben, 'admin'], [cleo, 'editor']) as [
      GroupMembership,
      GroupMembership,
      GroupMembership,
    ];
    first.remove(cleo.id, [], NOW);
    expect(operationsOf(first, 'rotate')).toEqual([]);
    first.add(newcomer(cleo), NOW);
    meet(first, second, third);
    const { id } = first.rotate(NOW);
    meet(first, second, third);
    second.remove(cleo.id, [], NOW);
    const next = writing(second);
    expect([next === null, next === id, second.epochs().length]).toEqual([false, false, 2]);
    meet(first, second, third);
    expect([writing(first), third.epochs().at(-1)]).toEqual([
      next,
      expect.objectContaining({ id: next, secret: null }),
    ]);
    // Who leaves makes none: it would know it.
    second.remove(ben.id, [], NOW);
    expect(second.epochs().length).toBe(2);
  });

  it('is given to whom a member lets in, at once', () => {
    const first = on(ana);
    first.add(newcomer(ben), NOW);
    expect(operationsOf(first, 'seal')).toEqual([]);
    first.rotate(NOW);
    first.rotate(NOW);
    first.add(newcomer(cleo, 'reader'), NOW);
    expect(secrets(on(cleo, first))).toEqual(secrets(first));
    expect(operationsOf(first, 'seal').length).toBe(1);
  });

  it('of one removed meanwhile still opens what others wrote with it', () => {
    const [first, second, third] = among([ben, 'editor'], [cleo, 'editor']) as [
      GroupMembership,
      GroupMembership,
      GroupMembership,
    ];
    const { id } = second.rotate(NOW);
    meet(second, third);
    expect(writing(third)).toBe(id);
    first.remove(ben.id, [], NOW);
    meet(first, third);
    expect(writing(first)).toBeNull();
    first.rotate(NOW);
    meet(first, third);
    expect(writing(third)).toBe(writing(first));
    expect(writing(third)).not.toBe(id);
    for (const membership of [first, third]) expect(secrets(membership)).not.toContain(null);
  });

  it('opens with a good seal where useless ones were told first, and never with another secret', () => {
    const first = on(ana);
    const { secret } = first.rotate(NOW);
    const { hash } = first.current!.rotations[0]!;
    letIn(first, ben);
    const second = on(ben, first);
    const tell = (sealed: Uint8Array): void => {
      const seals = [{ rotate: hash, device: ben.id, sealed }];
      const op = makeOp(ana, group, first.heads(), NOW, { op: 'seal', seals });
      for (const each of [first, second]) each.receive([op.bytes]);
    };
    const seal = (what: Uint8Array) => sealTo(ben.descriptor.box, group, what, random.bytes(32)) as Uint8Array;
    tell(new Uint8Array(SEALED_BYTES));
    tell(new Uint8Array(SEALED_BYTES).fill(9));
    tell(seal(new Uint8Array(32)));
    expect([secrets(second), second.writingEpoch(NOW)]).toEqual([[null], null]);
    // By what was told it has the secret: nobody seals it again.
    expect(first.sealTurn()).toBeNull();
    tell(seal(secret as Uint8Array));
    expect(second.epochs()[0]?.secret).toEqual(secret);
    tell(seal(new Uint8Array(32)));
    expect(second.epochs()[0]?.secret).toEqual(secret);
  });
});

describe('a member without a secret', () => {
  it('is given all of them, whichever member that may write notices', () => {
    const [first, second] = among([ben, 'editor']) as [GroupMembership, GroupMembership];
    first.rotate(NOW);
    first.rotate(NOW);
    letIn(first, cleo);
    meet(first, second);
    expect(second.sealMissing(NOW)).toBe(true);
    expect(second.sealMissing(NOW)).toBe(false);
    const third = on(cleo, second);
    expect(secrets(third)).toEqual(secrets(first));
    meet(first, second);
    expect(first.sealMissing(NOW)).toBe(false);
    expect(writing(third)).toBe(writing(first));
  });

  it('is sealed to first by the one whose id is the smallest of those that can', () => {
    const [first, second, third] = among([ben, 'editor'], [cleo, 'reader']) as [
      GroupMembership,
      GroupMembership,
      GroupMembership,
    ];
    first.rotate(NOW);
    meet(first, second, third);
    expect([first, second, third].map((each) => each.sealTurn())).toEqual([null, null, null]);
    letIn(first, makeIdentity(random, 'dan'));
    meet(first, second, third);
    expect([first.sealTurn(), second.sealTurn()]).toEqual(ana.id < ben.id ? [0, 1] : [1, 0]);
    expect([third.sealTurn(), third.sealMissing(NOW)]).toEqual([null, false]);
  });

  it('waits for nobody who may only read, whatever its id', () => {
    const firstById = (at = 0): DeviceIdentity => {
      const who = makeIdentity(random, `reader ${at}`);
      return who.id < ana.id ? who : firstById(at + 1);
    };
    const [first] = among([firstById(), 'reader']) as [GroupMembership];
    first.rotate(NOW);
    letIn(first, cleo);
    expect(first.sealTurn()).toBe(0);
  });

  it('of one secret is given that', () => {
    const first = on(ana);
    first.rotate(NOW);
    letIn(first, ben);
    expect([first.sealMissing(NOW), first.sealMissing(NOW)]).toEqual([true, false]);
    expect(secrets(on(ben, first))).toEqual(secrets(first));
  });

  it('gets none where it only keeps what passes', () => {
    const [first] = among([ben, 'relay']) as [GroupMembership];
    first.rotate(NOW);
    expect(first.sealTurn()).toBeNull();
    expect(secrets(on(ben, first))).toEqual([null]);
  });

  it('whose box key shares no secret shuts itself out, and nobody else', () => {
    const first = on(ana);
    const { tls, sig } = ben.descriptor;
    const descriptor = makeDescriptor({ tls, sig, box: new Uint8Array(32) });
    const member = ben.member(group).key;
    const binding = makeBinding(ben, group, member);
    first.add({ descriptor, member, binding, role: 'editor', name: '', history: true }, NOW);
    first.add(newcomer(cleo), NOW);
    first.rotate(NOW);
    expect(first.sealMissing(NOW)).toBe(false);
    expect(secrets(on(cleo, first))).toEqual(secrets(first));
  });

  it('is found among more than one operation holds', () => {
    const first = on(ana);
    const many = Array.from({ length: MOST_SEALS + 5 }, (_, at) => makeIdentity(random, `member ${at}`));
    for (const who of many) first.add(newcomer(who), NOW);
    first.rotate(NOW);
    expect(operationsOf(first, 'rotate').length).toBe(1);
    expect(operationsOf(first, 'seal').length).toBe(1);
    expect(first.sealTurn()).toBeNull();
    for (const who of [ana, many[0], many.at(-1)] as DeviceIdentity[])
      expect(secrets(on(who, first)), who.id).toEqual(secrets(first));
  });
});

describe('the relay of a collection', () => {
  it('is none until an admin sets one, said once', () => {
    const [first, second] = among([ben, 'editor']) as [GroupMembership, GroupMembership];
    expect(first.relay()).toBe('');
    first.setRelay('https://relay.example.org', NOW);
    first.setRelay('https://relay.example.org', NOW);
    meet(first, second);
    expect([second.relay(), operationsOf(second, 'relay').length]).toEqual(['https://relay.example.org', 1]);
    first.setRelay('', NOW);
    expect(first.relay()).toBe('');
  });

  it('is not told who the members are: their secret follows from the half of a hash that is not the id', () => {
    const [first, second] = among([ben, 'editor']) as [GroupMembership, GroupMembership];
    const half = Buffer.from(founding[0]!.hash.slice(32), 'hex');
    const secret = hkdfSync('sha256', half, Buffer.from(group, 'hex'), 'lockstep-members-1', 32);
    expect(first.membersSecret()).toEqual(new Uint8Array(secret));
    expect(second.membersSecret()).toEqual(first.membersSecret());
    // Another collection's beginning is none.
    const other = createCollection(ben, { ...aboutPhotos, name: 'Other' });
    const mixed = [...other.ops, ...founding].map(({ bytes }) => bytes);
    const third = new GroupMembership(ben, group, { load: () => mixed, save: () => undefined }, random);
    expect(third.membersSecret()).toEqual(first.membersSecret());
    const nothing = { load: () => [], save: () => undefined };
    expect(new GroupMembership(ben, group, nothing, random).membersSecret()).toBeNull();
  });
});

describe('histories', () => {
  const everyone = [ana, ben, cleo, makeIdentity(random, 'dan')];
  const roleIn = (copy: GroupMembership, who: DeviceIdentity) => copy.member(who.id)?.role ?? null;

  /** Something that a person or the program does on a device, as it knows the others. */
  function act(dice: SeededRandom, copy: GroupMembership, self: DeviceIdentity): void {
    const who = dice.pick(everyone);
    const role = who === ana ? 'admin' : dice.pick(['admin', 'editor', 'reader'] as const);
    const own = roleIn(copy, self);
    if (dice.chance(0.2)) copy.sealMissing(NOW);
    else if (dice.chance(0.3) && (own === 'admin' || own === 'editor')) copy.rotate(NOW);
    else if (own !== 'admin') return;
    else if (roleIn(copy, who) === null) copy.add(newcomer(who, role), NOW);
    else if (dice.chance(0.3) && who !== ana) copy.remove(who.id, [], NOW);
    else copy.setRole(who.id, role, [], NOW);
  }

  it('end with one epoch that all members write with, and that nobody knows who was removed', () => {
    for (let seed = 0; seed < 40; seed++) {
      const dice = new SeededRandom(`epochs ${seed}`);
      const copies = everyone.map((who) => on(who));
      for (let step = 0; step < 40; step++) {
        const at = dice.int(copies.length);
        const copy = copies[at] as GroupMembership;
        if (dice.chance(0.4)) copy.receive(dice.pick(copies).operations());
        else act(dice, copy, everyone[at] as DeviceIdentity);
      }
      meet(...copies);
      const [first] = copies as [GroupMembership];
      const epoch = first.writingEpoch(NOW) ?? first.rotate(NOW);
      first.sealMissing(NOW);
      meet(...copies);
      for (const [at, copy] of copies.entries()) {
        const isMember = roleIn(first, everyone[at] as DeviceIdentity) !== null;
        const told = { ...epoch, secret: isMember ? epoch.secret : null };
        expect(
          copy.epochs().find(({ id }) => id === epoch.id),
          `seed ${seed}, ${at}`,
        ).toEqual(told);
        if (isMember) expect(copy.writingEpoch(NOW), `seed ${seed}, ${at}`).toEqual(epoch);
      }
    }
  });

  it('of an editor that makes no good of it leave the others able to go on', () => {
    for (let seed = 0; seed < 12; seed++) {
      const dice = new SeededRandom(`hostile ${seed}`);
      const [first, second, evil] = among([ben, 'editor'], [cleo, 'editor']) as [
        GroupMembership,
        GroupMembership,
        GroupMembership,
      ];
      for (let step = 0; step < 12; step++) {
        const honest = dice.pick([first, second]);
        if (dice.chance(0.3)) honest.rotate(NOW);
        meet(first, second, evil);
        const body = hostile(dice, evil);
        const parents = dice.chance(0.3) ? [founding[1]!.hash] : evil.heads();
        // As it would sign with what it was let in by: what follows nothing it may do is no operation.
        evil.receive([makeOp(cleo, group, parents, NOW, body).bytes]);
        meet(first, second, evil);
        for (const membership of [first, second]) checkSecrets(membership, `seed ${seed}`);
        expect(first.current, `seed ${seed}`).toEqual(again(dice, first).current);
      }
      first.remove(cleo.id, [], NOW);
      const epoch = first.writingEpoch(NOW);
      meet(first, second, evil);
      expect(second.writingEpoch(NOW), `seed ${seed}`).toEqual(epoch);
      expect(evil.epochs().find(({ id }) => id === epoch?.id)?.secret, `seed ${seed}`).toBeNull();
      // What it signs from now on, with whatever parents, changes nothing of that.
      for (const parents of [evil.heads(), [founding[1]!.hash]])
        evil.receive([makeOp(cleo, group, parents, NOW, hostile(dice, evil)).bytes]);
      meet(first, second, evil);
      for (const membership of [first, second]) expect(membership.writingEpoch(NOW), `seed ${seed}`).toEqual(epoch);
    }
  });

  /** Something about epochs that is no good, in one way or another. */
  function hostile(dice: SeededRandom, evil: GroupMembership): OpBody {
    const who = dice.pick(everyone);
    const secret = dice.bytes(32);
    const other = dice.chance(0.5) ? secret : dice.bytes(32);
    const sealed = dice.pick([
      new Uint8Array(SEALED_BYTES),
      dice.bytes(SEALED_BYTES),
      sealTo(who.descriptor.box, group, other, dice.bytes(32)) as Uint8Array,
    ]);
    const rotations = evil.current?.rotations ?? [];
    const rotate = rotations.length === 0 ? founding[0]!.hash : dice.pick(rotations).hash;
    const n = dice.chance(0.7) ? 1 + Math.max(0, ...rotations.map((each) => each.n)) : dice.int(9);
    const seals = dice.chance(0.2) ? [] : [{ device: who.id, sealed }];
    return dice.chance(0.5)
      ? { op: 'rotate', n, commit: commitmentTo(secret), seals }
      : { op: 'seal', seals: seals.map((each) => ({ rotate, ...each })) };
  }

  /** What opens is what its rotation is committed to, and what is written with nobody knows but members. */
  function checkSecrets(membership: GroupMembership, what: string): void {
    const rotations = new Map((membership.current?.rotations ?? []).map((each) => [each.id, each]));
    for (const { id, secret } of membership.epochs())
      if (secret !== null) expect(commitmentTo(secret), what).toEqual(rotations.get(id)?.commit);
    const { id } = membership.writingEpoch(NOW) ?? membership.rotate(NOW);
    const holders = membership.current?.rotations.find((each) => each.id === id)?.holders ?? new Set();
    for (const device of holders) expect(membership.member(device), what).not.toBeNull();
  }

  /** The same operations in another order. */
  function again(dice: SeededRandom, membership: GroupMembership): GroupMembership {
    const stored = dice.shuffle(membership.operations());
    return new GroupMembership(ana, group, { load: () => stored, save: () => undefined }, random);
  }
});

describe('secrets to be recognised by', () => {
  it('begin with the one that is written with; who was removed does not have it', () => {
    const [first, second] = among([ben, 'editor'], [cleo, 'editor']) as [GroupMembership, GroupMembership];
    expect(first.discoverySecrets(NOW)).toEqual([]);
    const before = first.rotate(NOW).secret;
    meet(first, second);
    const removed = on(cleo, first);
    first.remove(cleo.id, [], NOW);
    const after = first.writingEpoch(NOW)?.secret;
    expect(after).not.toEqual(before);
    meet(first, second, removed);
    expect(first.discoverySecrets(NOW)).toEqual([after, before]);
    expect(second.discoverySecrets(NOW)).toEqual([after, before]);
    expect(removed.discoverySecrets(NOW)).toEqual([before]);
  });

  it('are a few', () => {
    const [first] = among() as [GroupMembership];
    const all = [1, 2, 3, 4, 5, 6].map(() => first.rotate(NOW).secret).reverse();
    expect(first.discoverySecrets(NOW)).toEqual(all.slice(0, 4));
  });
});
