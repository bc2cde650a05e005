import { describe, expect, it } from 'vitest';
import { sealTo } from '../../../../src/main/peers/identity/box-seal.ts';
import { checkedText } from '../../../../src/main/peers/identity/checked-text.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import { makeRecoveryKey, recoveryIdentity } from '../../../../src/main/peers/identity/recovery-key.ts';
import { commitmentTo } from '../../../../src/main/peers/membership/epochs.ts';
import { evaluateMembership, type Membership } from '../../../../src/main/peers/membership/membership.ts';
import {
  addMember,
  createCollection,
  mayWrite,
  selfAsMember,
} from '../../../../src/main/peers/membership/membership-log.ts';
import {
  type MembershipOp,
  MOST_LATER_SEALS,
  MOST_SEALS,
  makeOp,
  type OpBody,
  parseOp,
  verifySignature,
} from '../../../../src/main/peers/membership/membership-op.ts';
import { decodeCanonical, encodeCanonical } from '../../../../src/main/peers/protocol/canonical-cbor.ts';
import { toHex } from '../../../../src/main/peers/protocol/hex.ts';
import type { MemberRole } from '../../../../src/main/peers/protocol/messages.ts';
import { type CollectionId, collectionId, type Digest, digest, logId } from '../../../../src/main/record/ids.ts';
import { goldenBytes } from '../../../fakes/golden-bytes.ts';
import { aboutPhotos, foundPhotos, makeIdentities, makeIdentity } from '../../../fakes/identities.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const decoded = (bytes: Uint8Array): unknown => decodeCanonical(bytes)?.value;
const random = new SeededRandom('membership');
const [ana, ben, cleo, dan, eve] = makeIdentities(random, 'ana', 'ben', 'cleo', 'dan', 'eve');
const { group, ops: founding } = foundPhotos(ana);
const log = logId('0011223344556677');

/** What one device knows of the log; `says` appends an operation that follows all of it. */
class Copy {
  readonly ops: MembershipOp[];
  constructor(ops: readonly MembershipOp[] = founding) {
    this.ops = [...ops];
  }
  fork(): Copy {
    return new Copy(this.ops);
  }
  state(): Membership {
    return evaluateMembership(group, this.ops) as Membership;
  }
  says(author: DeviceIdentity, body: OpBody): MembershipOp {
    const op = makeOp(author, group, this.state().heads, 2000, body);
    this.ops.push(op);
    return op;
  }
  adds(author: DeviceIdentity, who: DeviceIdentity, role: MemberRole = 'admin', name = ''): MembershipOp {
    const newcomer = { descriptor: who.descriptor, ...selfAsMember(who, group), role, name, history: true };
    const op = addMember(author, group, this.state().heads, 2000, newcomer);
    this.ops.push(op);
    return op;
  }
  removes(author: DeviceIdentity, who: DeviceIdentity, cut: { log: typeof log; number: number }[] = []): MembershipOp {
    return this.says(author, { op: 'remove', device: who.id, cut, epoch: 0 });
  }
  gives(
    author: DeviceIdentity,
    who: DeviceIdentity,
    role: MemberRole,
    cut: { log: typeof log; number: number }[] = [],
  ): MembershipOp {
    return this.says(author, { op: 'role', device: who.id, role, cut });
  }
  /** The number of the next rotation, as these operations have it. */
  nextNumber(): number {
    return 1 + Math.max(0, ...this.state().rotations.map(({ n }) => n));
  }
  rotates(author: DeviceIdentity, n = this.nextNumber(), to: readonly DeviceIdentity[] = [author]): MembershipOp {
    return this.says(author, { op: 'rotate', n, commit: commitmentTo(SECRET), seals: to.map(sealedTo) });
  }
  seals(author: DeviceIdentity, rotate: Digest, to: readonly DeviceIdentity[]): MembershipOp {
    return this.says(author, { op: 'seal', seals: to.map((who) => ({ rotate, ...sealedTo(who) })) });
  }
}
const SECRET = new Uint8Array(32).fill(5);
const sealedTo = ({ id, descriptor }: DeviceIdentity) => ({
  device: id,
  sealed: sealTo(descriptor.box, group, SECRET, new Uint8Array(32).fill(6)) as Uint8Array,
});
const join = (...copies: Copy[]): Membership =>
  evaluateMembership(
    group,
    copies.flatMap((copy) => copy.ops),
  ) as Membership;
const roles = (state: Membership) =>
  Object.fromEntries([...state.members].map(([id, member]) => [names.get(id), member.role]));
const names = new Map([
  [ana.id, 'ana'],
  [ben.id, 'ben'],
  [cleo.id, 'cleo'],
  [dan.id, 'dan'],
  [eve.id, 'eve'],
]);

describe('a new collection', () => {
  it('is named by its first operation and has its creator as admin', () => {
    const state = new Copy().state();
    expect(group).toBe(founding[0]?.hash.slice(0, 32));
    expect(state).toMatchObject({ group, kind: 'files', name: 'Photos', creator: ana.id, missing: [] });
    expect(state.members.get(ana.id)).toMatchObject({
      role: 'admin',
      name: 'ana',
      memberKey: ana.member(group).key,
      history: true,
      cut: null,
      addedBy: ana.id,
    });
    expect([state.invalid.size, state.removed.size]).toEqual([0, 0]);
  });

  it('is another one for another nonce', () => {
    expect(createCollection(ana, { ...aboutPhotos, nonce: new Uint8Array(32) }).group).not.toBe(group);
  });

  it('comes to nothing without its first operation', () => {
    expect(evaluateMembership(group, founding.slice(1))).toBeNull();
    expect(evaluateMembership(createCollection(ana, { ...aboutPhotos, time: 5 }).group, founding)).toBeNull();
  });
});

describe('a recovery key', () => {
  const key = makeIdentity(random, 'printed');
  const brings = (copy: Copy, author = ana) =>
    copy.says(author, { op: 'recovery-key', descriptor: key.descriptor.bytes });

  it('is an admin and no member', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    brings(copy);
    expect(copy.state().recoveryKeys).toEqual([{ id: key.id, addedBy: ana.id }]);
    expect(roles(copy.state())).toEqual({ ana: 'admin', ben: 'editor' });
    copy.gives(key, ben, 'admin');
    copy.removes(ben, ana);
    expect(roles(copy.state())).toEqual({ ben: 'admin' });
    expect([...copy.state().invalid]).toEqual([]);
  });

  it('counts only where an admin brings it, and until one takes it away', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    const refused = brings(copy, ben);
    expect(copy.state().recoveryKeys).toEqual([]);
    expect(copy.state().invalid.get(refused.hash)).toBe('not-allowed');
    brings(copy);
    copy.removes(ana, key);
    const late = copy.gives(key, ben, 'admin');
    expect(copy.state().recoveryKeys).toEqual([]);
    expect(copy.state().removed.size).toBe(0);
    expect(copy.state().invalid.get(late.hash)).toBe('not-allowed');
  });

  it('does not hide a device: one that is a member stays one', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor', 'ben');
    copy.says(ana, { op: 'recovery-key', descriptor: ben.descriptor.bytes });
    expect(copy.state().recoveryKeys).toEqual([]);
    expect(copy.state().members.get(ben.id)).toMatchObject({ name: 'ben', memberKey: ben.member(group).key });
  });

  it('is read back from print, and is another one in another collection', () => {
    const text = makeRecoveryKey(random.fork('print'));
    expect(text).toMatch(/^([A-Z2-7]{6}-){8}[A-Z2-7]{6}$/);
    const read = recoveryIdentity(text.toLowerCase().replaceAll('-', ' '), group);
    expect(read?.id).toBe(recoveryIdentity(text, group)?.id);
    expect(recoveryIdentity(text, 'f'.repeat(32) as CollectionId)?.id).not.toBe(read?.id);
    expect(recoveryIdentity(text.slice(0, -1), group)).toBeNull();
    expect(recoveryIdentity(checkedText(new Uint8Array(32), 'some-text-1'), group)).toBeNull();
  });
});

describe('a withdrawn link', () => {
  it('is named to everyone by admins, and by nobody else', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    const [one, other] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    const op = copy.says(ana, { op: 'revoke-invite', invite: one });
    copy.says(ben, { op: 'revoke-invite', invite: other });
    expect(parseOp(op.bytes)).toEqual(op);
    expect([...copy.state().revokedInvites]).toEqual(['01'.repeat(16)]);
  });
});

describe('operations', () => {
  it('are read back as they were written', () => {
    const copy = new Copy();
    for (const op of [...founding, copy.adds(ana, ben, 'reader'), copy.removes(ana, ben, [{ log, number: 7 }])]) {
      expect(parseOp(op.bytes)).toEqual(op);
    }
  });

  it('are refused where any byte of the form is wrong', () => {
    const op = new Copy().adds(ana, ben);
    expect(parseOp(op.bytes.subarray(1))).toBeNull();
    expect(parseOp(Buffer.concat([op.bytes, Uint8Array.of(0)]))).toBeNull();
    const [content, sig] = decoded(op.bytes) as [Uint8Array, Uint8Array];
    const inner = decoded(content) as { p: unknown[] };
    const remade = (change: object): unknown =>
      parseOp(encodeCanonical([encodeCanonical({ ...inner, ...change }), sig]));
    expect(remade({})).toEqual(op);
    expect(remade({ p: [...inner.p, ...inner.p] })).toBeNull();
    expect(remade({ p: [] })).toBeNull();
    expect(remade({ g: [] })).toBeNull();
    expect(remade({ b: {} })).toBeNull();
    expect(remade({ a: new Uint8Array(31) })).toBeNull();
  });

  it('of kinds to come keep their place and change nothing', () => {
    const copy = new Copy();
    const op = copy.adds(ana, ben);
    const [content] = decoded(op.bytes) as [Uint8Array];
    const later = encodeCanonical({ ...(decoded(content) as object), o: 'later-kind', b: { any: 1 } });
    const signed = new Uint8Array(Buffer.concat([Buffer.from('lockstep-membership-1\0'), later]));
    const unknown = parseOp(encodeCanonical([later, ana.sign(signed)])) as MembershipOp;
    expect(unknown.body).toBeNull();
    const state = evaluateMembership(group, [...founding, unknown]) as Membership;
    expect([state.heads, state.invalid.size, roles(state)]).toEqual([[unknown.hash], 0, { ana: 'admin' }]);
  });

  it('count only with the signature of their author', () => {
    const copy = new Copy();
    const op = copy.adds(ana, ben);
    const forged = parseOp(encodeCanonical([(decoded(op.bytes) as [Uint8Array])[0], eve.sign(op.signed)]));
    const state = evaluateMembership(group, [...founding, forged as MembershipOp]) as Membership;
    expect([roles(state), state.invalid.get(op.hash)]).toEqual([{ ana: 'admin' }, 'bad-signature']);
    // Nobody builds on what nobody signed.
    expect(state.heads).toEqual([founding[1]?.hash]);
  });

  it('of one collection say nothing in another', () => {
    const other = createCollection(ana, { ...aboutPhotos, nonce: new Uint8Array(32) });
    expect(evaluateMembership(group, [...founding, ...other.ops])?.invalid.get(other.ops[1]?.hash as Digest)).toBe(
      'other-group',
    );
  });

  it('wait for what they follow', () => {
    const copy = new Copy();
    const first = copy.adds(ana, ben);
    const second = copy.adds(ben, cleo);
    const state = evaluateMembership(group, [...founding, second]) as Membership;
    expect([state.missing, state.invalid.get(second.hash), roles(state)]).toEqual([
      [first.hash],
      'missing-parent',
      { ana: 'admin' },
    ]);
  });

  it('cannot add a device that did not bind itself to its key', () => {
    const copy = new Copy();
    const stolen = {
      descriptor: ben.descriptor,
      ...selfAsMember(eve, group),
      role: 'admin',
      name: '',
      history: true,
    } as const;
    const op = addMember(ana, group, copy.state().heads, 1, stolen);
    copy.ops.push(op);
    expect([copy.state().invalid.get(op.hash), roles(copy.state())]).toEqual(['bad-binding', { ana: 'admin' }]);
    const elsewhere = createCollection(ben, { ...aboutPhotos, deviceName: 'ben' });
    const foreign = { ...stolen, ...selfAsMember(ben, elsewhere.group) };
    const replayed = addMember(ana, group, copy.state().heads, 1, foreign);
    expect(evaluateMembership(group, [...founding, replayed])?.invalid.get(replayed.hash)).toBe('bad-binding');
  });
});

describe('roles', () => {
  it('let admins alone add, remove and change roles', () => {
    for (const role of ['editor', 'reader', 'relay'] as const) {
      const copy = new Copy();
      copy.adds(ana, ben, role);
      const tries = [copy.fork().adds(ben, eve), copy.fork().removes(ben, ana), copy.fork().gives(ben, ben, 'admin')];
      for (const op of tries) expect(join(copy, new Copy([op])).invalid.get(op.hash)).toBe('not-allowed');
      expect(roles(join(copy, new Copy(tries)))).toEqual({ ana: 'admin', ben: role });
    }
  });

  it('let strangers do nothing', () => {
    const copy = new Copy();
    const op = makeOp(eve, group, copy.state().heads, 1, { op: 'name', name: 'eve' });
    expect(evaluateMembership(group, [...founding, op])?.invalid.get(op.hash)).toBe('bad-signature');
  });

  it('let everyone leave and name its own device', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'reader', 'old name');
    copy.says(ben, { op: 'name', name: 'Ben\u202e  laptop\n' });
    expect(copy.state().members.get(ben.id)?.name).toBe('Ben  laptop');
    copy.says(ben, { op: 'name', name: 'Ben, at home' });
    expect(copy.state().members.get(ben.id)?.name).toBe('Ben, at home');
    copy.removes(ben, ben);
    expect([roles(copy.state()), copy.state().removed.has(ben.id)]).toEqual([{ ana: 'admin' }, true]);
  });

  it('end what a demoted member may write at the cut', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    expect([copy.state().members.get(ben.id)?.cut, mayWrite(copy.state().members, ben.id)]).toEqual([null, true]);
    copy.gives(ana, ben, 'reader', [{ log, number: 4 }]);
    expect(copy.state().members.get(ben.id)?.cut).toEqual(new Map([[log, 4]]));
    expect(mayWrite(copy.state().members, ben.id)).toBe(false);
    copy.gives(ana, ben, 'editor');
    expect(copy.state().members.get(ben.id)?.cut).toBeNull();
  });

  it('given apart from each other leave the weaker one', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    one.gives(ana, cleo, 'admin');
    two.gives(ben, cleo, 'reader');
    expect(roles(join(one, two)).cleo).toBe('reader');
  });
});

describe('removal', () => {
  it('cuts what the removed one wrote, and only so far as nobody had applied more', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'reader');
    copy.removes(ana, ben, [{ log, number: 7 }]);
    expect(copy.state().removed.get(ben.id)?.cut).toEqual(new Map([[log, 7]]));
    const hash = 'ab'.repeat(32) as Digest;
    copy.says(cleo, { op: 'extend-cut', device: ben.id, log, to: 9, hash });
    copy.says(cleo, { op: 'extend-cut', device: ben.id, log, to: 8, hash });
    expect(copy.state().removed.get(ben.id)?.cut).toEqual(new Map([[log, 9]]));
    const late = copy.says(ben, { op: 'extend-cut', device: ben.id, log, to: 99, hash });
    expect(copy.state().invalid.get(late.hash)).toBe('not-allowed');
  });

  it('is not stretched by the one that was cut, nor for one that never could write', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    copy.adds(ana, cleo, 'reader');
    copy.gives(ana, ben, 'reader', [{ log, number: 4 }]);
    const extension = { op: 'extend-cut', log, to: 99, hash: 'ab'.repeat(32) as Digest } as const;
    const own = copy.says(ben, { ...extension, device: ben.id });
    expect(copy.state().invalid.get(own.hash)).toBe('not-allowed');
    expect(copy.state().members.get(ben.id)?.cut).toEqual(new Map([[log, 4]]));
    copy.says(ben, { ...extension, device: cleo.id });
    expect(copy.state().members.get(cleo.id)?.cut).toEqual(new Map());
  });

  it('leaves what was written of one that became a writer only later', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'reader');
    copy.gives(ana, ben, 'editor');
    copy.removes(ana, ben, [{ log, number: 7 }]);
    expect(copy.state().removed.get(ben.id)?.cut).toEqual(new Map([[log, 7]]));
  });

  it('says how far it goes anew where it is one after the other: the last counts', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    copy.removes(ana, ben, [{ log, number: 9 }]);
    copy.adds(ana, ben, 'editor');
    expect(copy.state().members.get(ben.id)?.cut).toBeNull();
    copy.removes(ana, ben, [{ log, number: 7 }]);
    expect(copy.state().removed.get(ben.id)?.cut).toEqual(new Map([[log, 7]]));
  });

  it('by several leaves the furthest cut', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo);
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(ana, cleo, [{ log, number: 3 }]);
    two.removes(ben, cleo, [{ log, number: 5 }]);
    expect(join(one, two).removed.get(cleo.id)?.cut).toEqual(new Map([[log, 5]]));
  });

  it('strikes what the removed one did meanwhile, and all that followed from it', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    const [good, evil] = [copy.fork(), copy.fork()];
    good.removes(ana, ben);
    const added = evil.adds(ben, eve);
    const further = evil.adds(eve, dan);
    const state = join(good, evil);
    expect(roles(state)).toEqual({ ana: 'admin' });
    expect([state.invalid.get(added.hash), state.invalid.get(further.hash)]).toEqual([
      'removed-meanwhile',
      'let-in-by-removed',
    ]);
  });

  it('between two admins is decided for the senior, whichever was first', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ben, cleo);
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(ben, cleo);
    two.removes(cleo, ben);
    expect(roles(join(one, two))).toEqual({ ana: 'admin', ben: 'admin' });
    const [three, four] = [copy.fork(), copy.fork()];
    three.removes(ben, ana);
    four.removes(ana, ben);
    expect(roles(join(three, four))).toEqual({ ana: 'admin', cleo: 'admin' });
  });

  it('between two admins is decided for the one that has been one for longer, also where it was none when it came', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    copy.gives(ana, ben, 'admin');
    copy.adds(ana, cleo);
    const duel = () => {
      const [one, two] = [copy.fork(), copy.fork()];
      one.removes(ben, cleo);
      two.removes(cleo, ben);
      return roles(join(one, two));
    };
    expect(duel()).toEqual({ ana: 'admin', ben: 'admin' });
    // Who was removed and let in again begins anew.
    copy.removes(ana, ben);
    copy.adds(ana, ben);
    expect(duel()).toEqual({ ana: 'admin', cleo: 'admin' });
  });

  it('strikes what one did meanwhile that had been an admin for longer, and is none any more', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo);
    copy.gives(ana, ben, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(cleo, ben);
    const epoch = two.rotates(ben);
    expect(join(one, two).invalid.get(epoch.hash)).toBe('removed-meanwhile');
  });

  it('of one by the next, of three in a row, is judged from the most senior on, whatever came first', () => {
    const base = new Copy();
    for (const [author, who] of [
      [ana, ben],
      [ana, cleo],
      [ana, dan],
      [ana, eve],
    ] as const)
      base.adds(author, who);
    for (let each = 0; each < 6; each++) {
      base.says(ana, { op: 'name', name: `ana ${each}` });
      const row = [
        [ana, ben],
        [ben, cleo],
        [cleo, dan],
        [dan, eve],
      ] as const;
      const copies = row.map(([author, who]) => {
        const copy = base.fork();
        copy.removes(author, who);
        return copy;
      });
      // Without ben's removal of cleo, hers of dan stands, and without his own eve stays.
      expect(roles(join(...copies)), `names ${each}`).toEqual({ ana: 'admin', cleo: 'admin', eve: 'admin' });
    }
  });

  it('leaves nothing of what the removed one wanted to count of others, be it a senior', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'editor');
    copy.removes(ana, cleo, [{ log, number: 5 }]);
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(ben, ana);
    const hash = 'ab'.repeat(32) as Digest;
    const extension = two.says(ana, { op: 'extend-cut', device: cleo.id, log, to: 9, hash });
    expect(two.state().removed.get(cleo.id)?.cut).toEqual(new Map([[log, 9]]));
    const state = join(one, two);
    expect(state.invalid.get(extension.hash)).toBe('removed-meanwhile');
    expect(state.removed.get(cleo.id)?.cut).toEqual(new Map([[log, 5]]));
  });

  it('of itself, and another role, leave what one told apart from that of how far it had taken a log', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'editor');
    copy.removes(ana, cleo, [{ log, number: 5 }]);
    const hash = 'ab'.repeat(32) as Digest;
    const extended = copy.fork();
    extended.says(ben, { op: 'extend-cut', device: cleo.id, log, to: 9, hash });
    const [leaves, demoted] = [copy.fork(), copy.fork()];
    leaves.removes(ben, ben);
    demoted.gives(ana, ben, 'reader');
    for (const other of [leaves, demoted])
      expect(join(other, extended).removed.get(cleo.id)?.cut).toEqual(new Map([[log, 9]]));
  });

  it('is not what makes an admin of one that is one already: whom it let in apart from that stays', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    const [one, two] = [copy.fork(), copy.fork()];
    one.gives(ana, ben, 'admin');
    two.adds(ben, cleo, 'editor');
    expect(roles(join(one, two))).toEqual({ ana: 'admin', ben: 'admin', cleo: 'editor' });
  });

  it('takes nothing from who was let in again after it', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.removes(ana, ben);
    copy.adds(ana, ben);
    copy.adds(ben, cleo, 'editor');
    expect([roles(copy.state()), copy.state().invalid.size]).toEqual([
      { ana: 'admin', ben: 'admin', cleo: 'editor' },
      0,
    ]);
  });

  it('leaves who is let in again as what it is let in as, whatever was said of it apart from that', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    two.adds(ben, cleo, 'reader', 'apart');
    one.removes(ana, cleo);
    one.adds(ana, cleo, 'admin', 'again');
    expect(join(one, two).members.get(cleo.id)).toMatchObject({ role: 'admin', name: 'again', addedBy: ana.id });
  });

  it('of a senior by a junior stands, and so does what the senior did meanwhile', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(ben, ana);
    two.adds(ana, cleo);
    expect(roles(join(one, two))).toEqual({ ben: 'admin', cleo: 'admin' });
  });

  it('is never undone by an addition made apart from it, but by one that knew of it', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(ana, cleo);
    two.adds(ben, cleo, 'admin');
    const both = new Copy([...new Set([...one.ops, ...two.ops])]);
    expect(roles(both.state())).toEqual({ ana: 'admin', ben: 'admin' });
    both.adds(ben, cleo, 'reader');
    expect(roles(both.state())).toMatchObject({ cleo: 'reader' });
  });

  it('of itself ends what who leaves had seen, and not that it was let in again by one that had not heard of it', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(cleo, cleo);
    two.adds(ben, cleo, 'reader', 'back');
    const both = join(one, two);
    expect(both.members.get(cleo.id)).toMatchObject({ role: 'reader', name: 'back', addedBy: ben.id });
    expect([both.removed.size, both.invalid.size]).toEqual([0, 0]);
    // Once more, of which it heard; and taken out by another, apart from that.
    const [again, removed] = [new Copy([...new Set([...one.ops, ...two.ops])]), two.fork()];
    removed.removes(ana, cleo);
    again.removes(cleo, cleo);
    expect(roles(again.state())).toEqual({ ana: 'admin', ben: 'admin' });
    expect(roles(join(one, removed))).toEqual({ ana: 'admin', ben: 'admin' });
  });

  it('made twice apart is not undone by who knew of one of the two', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    copy.adds(ana, cleo, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(ana, cleo);
    one.adds(ana, cleo, 'editor');
    two.removes(ben, cleo);
    expect(roles(one.state())).toMatchObject({ cleo: 'editor' });
    const both = new Copy([...new Set([...one.ops, ...two.ops])]);
    expect(roles(both.state())).toEqual({ ana: 'admin', ben: 'admin' });
    both.adds(ana, cleo, 'editor');
    expect(roles(both.state())).toMatchObject({ cleo: 'editor' });
  });

  it('cannot be dodged by signing with old parents afterwards', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    const before = copy.fork();
    copy.removes(ana, ben);
    const backdated = before.says(ben, { op: 'role', device: ana.id, role: 'reader', cut: [] });
    expect(join(copy, new Copy([backdated])).invalid.get(backdated.hash)).toBe('removed-meanwhile');
    const extension = before.says(ben, {
      op: 'extend-cut',
      device: ben.id,
      log,
      to: 99,
      hash: 'ab'.repeat(32) as Digest,
    });
    expect(join(copy, before).invalid.has(extension.hash)).toBe(true);
    expect(join(copy, before).removed.get(ben.id)?.cut).toEqual(new Map());
  });

  it('strikes admin work of one demoted meanwhile, not its own name', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    const [one, two] = [copy.fork(), copy.fork()];
    one.gives(ana, ben, 'editor');
    two.says(ben, { op: 'name', name: 'tower' });
    const added = two.adds(ben, eve);
    const state = join(one, two);
    expect([roles(state), state.members.get(ben.id)?.name]).toEqual([{ ana: 'admin', ben: 'editor' }, 'tower']);
    expect(state.invalid.get(added.hash)).toBe('removed-meanwhile');
  });
});

describe('a rotation', () => {
  const known = (copy: Copy) => copy.state().rotations.map(({ n, counts }) => [n, counts]);
  const holders = (state: Membership, at = 0) =>
    new Set([...(state.rotations[at]?.holders ?? [])].map((id) => names.get(id)));

  it('is of those who may write, and so are seals of it', () => {
    const copy = new Copy();
    const first = copy.rotates(ana);
    expect(first.subject).toBeNull();
    for (const [who, role] of [
      [ben, 'editor'],
      [cleo, 'reader'],
      [dan, 'relay'],
    ] as const) {
      copy.adds(ana, who, role);
      const [rotation, seal] = [copy.rotates(who), copy.seals(who, first.hash, [eve])];
      const verdict = role === 'editor' ? undefined : 'not-allowed';
      expect([copy.state().invalid.get(rotation.hash), copy.state().invalid.get(seal.hash)]).toEqual([
        verdict,
        verdict,
      ]);
    }
    expect(known(copy)).toEqual([
      [1, true],
      [2, true],
      [3, false],
      [4, false],
    ]);
    // What readers say does not tell who knows a secret.
    expect(holders(copy.state())).toEqual(new Set(['ana', 'ben', 'eve']));
  });

  it('has the number after those its author had seen, or none at all', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    for (const n of [0, 2, Number.MAX_SAFE_INTEGER]) {
      const op = copy.rotates(ben, n);
      expect(copy.state().invalid.get(op.hash)).toBe('not-allowed');
    }
    expect(known(copy)).toEqual([]);
    const [one, two] = [copy.fork(), copy.fork()];
    const apart = [one.rotates(ana), two.rotates(ben)].map(({ hash }) => hash).sort((a, b) => (a < b ? -1 : 1));
    expect(join(one, two).rotations.map(({ n, hash }) => [n, hash])).toEqual(apart.map((hash) => [1, hash]));
    const both = new Copy([...new Set([...one.ops, ...two.ops])]);
    const next = both.rotates(ana);
    expect(both.state().rotations.at(-1)).toMatchObject({ n: 2, hash: next.hash, id: next.hash.slice(0, 16) });
  });

  it('comes after the largest number its author had seen, wherever that lies', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    for (const n of [1, 2]) one.rotates(ana, n);
    for (const name of ['ben 1', 'ben 2', 'ben 3']) two.says(ben, { op: 'name', name });
    two.rotates(ben, 1);
    const both = new Copy([...new Set([...one.ops, ...two.ops])]);
    expect(known(both).map(([n]) => n)).toEqual([1, 1, 2]);
    both.rotates(ana, 3);
    expect(known(both).at(-1)).toEqual([3, true]);
  });

  it('is known to its author, also where that seals it to others alone', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    copy.rotates(ben, 1, [ana]);
    expect(holders(copy.state())).toEqual(new Set(['ana', 'ben']));
  });

  it('comes after one with a smaller number, however much came before that', () => {
    const copy = new Copy();
    copy.adds(ana, ben, 'editor');
    const [one, two] = [copy.fork(), copy.fork()];
    for (let step = 0; step < 5; step++) one.says(ana, { op: 'name', name: `name ${step}` });
    const late = one.rotates(ana);
    const [first, second] = [two.rotates(ben), two.rotates(ben)];
    const ones = [first.hash, late.hash].sort((a, b) => (a < b ? -1 : 1));
    expect(join(one, two).rotations.map(({ hash }) => hash)).toEqual([...ones, second.hash]);
  });

  it('of one removed meanwhile is read and not counted', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    const [one, two] = [copy.fork(), copy.fork()];
    one.removes(ana, ben);
    two.adds(ben, eve, 'editor');
    two.rotates(ben);
    two.rotates(eve);
    const state = join(one, two);
    expect(state.rotations.map(({ n, counts }) => [n, counts])).toEqual([
      [1, false],
      [2, false],
    ]);
    const [demoted, apart] = [copy.fork(), copy.fork()];
    demoted.gives(ana, ben, 'reader');
    apart.rotates(ben);
    expect(join(demoted, apart).rotations.map(({ counts }) => counts)).toEqual([true]);
  });

  it('is held by whom it was sealed to by one who had seen it', () => {
    const copy = new Copy();
    copy.adds(ana, ben);
    const before = copy.fork();
    const rotation = copy.rotates(ana);
    copy.seals(ben, rotation.hash, [dan]);
    const blind = before.seals(ben, rotation.hash, [cleo]);
    const state = join(copy, before);
    expect(state.invalid.get(blind.hash)).toBeUndefined();
    expect(holders(state)).toEqual(new Set(['ana', 'ben', 'dan']));
    const [removal, late] = [copy.fork(), copy.fork()];
    removal.removes(ana, ben);
    late.seals(ben, rotation.hash, [eve]);
    expect(holders(join(removal, late))).toEqual(new Set(['ana', 'ben', 'dan', 'eve']));
  });

  it('with as many seals and parents as there may be fits into an operation', () => {
    const parents = Array.from({ length: 64 }, (_, at) => digest(at.toString(16).padStart(64, '0')));
    const seals = Array.from({ length: MOST_SEALS }, () => sealedTo(ben));
    const body = { op: 'rotate', n: Number.MAX_SAFE_INTEGER, commit: commitmentTo(SECRET), seals } as const;
    expect(makeOp(ana, group, parents, Number.MAX_SAFE_INTEGER, body).bytes.length).toBeLessThan(16 * 1024);
    expect(() => makeOp(ana, group, parents, 1, { ...body, seals: [...seals, sealedTo(ben)] })).toThrow(RangeError);
    expect(() => makeOp(ana, group, parents, 1, { ...body, commit: new Uint8Array(31) })).toThrow(RangeError);
    const later = Array.from({ length: MOST_LATER_SEALS }, () => ({ rotate: parents[0]!, ...sealedTo(ben) }));
    const full = makeOp(ana, group, parents, Number.MAX_SAFE_INTEGER, { op: 'seal', seals: later });
    expect(full.bytes.length).toBeLessThan(16 * 1024);
    const tooMany = { op: 'seal', seals: [...later, ...later.slice(0, 1)] } as const;
    expect(() => makeOp(ana, group, parents, 1, tooMany)).toThrow(RangeError);
  });
});

describe('the relay', () => {
  it('is what admins say, the last by depth and hash', () => {
    const copy = new Copy();
    expect(copy.state().relay).toBe('');
    copy.adds(ana, ben, 'editor');
    const refused = copy.says(ben, { op: 'relay', url: 'https://evil' });
    expect([copy.state().relay, copy.state().invalid.get(refused.hash)]).toEqual(['', 'not-allowed']);
    const [one, two] = [copy.fork(), copy.fork()];
    const first = one.says(ana, { op: 'relay', url: 'https://one' });
    const second = two.says(ana, { op: 'relay', url: 'https://two' });
    expect(join(one, two).relay).toBe(first.hash < second.hash ? 'https://two' : 'https://one');
    one.says(ana, { op: 'relay', url: '' });
    expect(join(one, two).relay).toBe('');
  });
});

describe('kinds of operations', () => {
  const author = makeIdentity(new SeededRandom('golden'), 'author');
  const golden: readonly OpBody[] = [
    {
      op: 'rotate',
      n: 3,
      commit: new Uint8Array(32).fill(0xc0),
      seals: [{ device: author.id, sealed: new Uint8Array(80).fill(0x5e) }],
    },
    {
      op: 'seal',
      seals: [{ rotate: digest('ab'.repeat(32)), device: author.id, sealed: new Uint8Array(80).fill(0x5e) }],
    },
    { op: 'relay', url: 'https://relay.example.org:8443#k=AAAA' },
  ];
  it.each(golden)('$op has the bytes it always had', (body) => {
    const op = makeOp(author, collectionId('c0'.repeat(16)), [digest('0d'.repeat(32))], 1_767_225_600_000, body);
    const golden = goldenBytes(`membership-${body.op}`, op.bytes);
    expect(toHex(op.bytes)).toBe(toHex(golden));
    expect(parseOp(golden)).toEqual(op);
  });
});

describe('evaluation', () => {
  const everyone = [ana, ben, cleo, dan, eve];

  /** Replicas that act on what they know, merge at random, and sometimes do what they must not. */
  function history(seed: number): { ops: MembershipOp[]; group: CollectionId } {
    const dice = new SeededRandom(`history ${seed}`);
    const copies = everyone.map(() => new Copy());
    for (let step = 0; step < 40; step++) {
      const at = dice.int(copies.length);
      const copy = copies[at] as Copy;
      if (dice.chance(0.35)) {
        const known = new Set(copy.ops.map((op) => op.hash));
        copy.ops.push(...(dice.pick(copies) as Copy).ops.filter((op) => !known.has(op.hash)));
        continue;
      }
      const [author, who] = [everyone[at] as DeviceIdentity, dice.pick(everyone)];
      const role = dice.pick(['admin', 'admin', 'editor', 'reader'] as const);
      const cut = [{ log, number: dice.int(9) }];
      const acts = [
        () => copy.adds(author, who, role),
        () => copy.adds(author, who, role),
        () => copy.removes(author, who, cut),
        () => copy.gives(author, who, role, cut),
        () =>
          copy.says(author, {
            op: 'extend-cut',
            device: who.id,
            log,
            to: dice.int(20),
            hash: 'ab'.repeat(32) as Digest,
          }),
        () => copy.says(author, { op: 'name', name: `name ${step}` }),
        () => copy.rotates(author, dice.chance(0.8) ? copy.nextNumber() : dice.int(4)),
        () => copy.rotates(author, copy.nextNumber()),
        () => copy.seals(author, dice.pick([...copy.ops, ...(dice.pick(copies) as Copy).ops]).hash, [who]),
        () => copy.says(author, { op: 'relay', url: `https://relay${step}` }),
      ];
      dice.pick(acts)();
    }
    const all = new Map(copies.flatMap((copy) => copy.ops).map((op) => [op.hash, op]));
    return { ops: [...all.values()], group };
  }

  it('comes to the same whatever the order and repetition', () => {
    let rotations = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { ops } = history(seed);
      const dice = new SeededRandom(`order ${seed}`);
      const one = evaluateMembership(group, ops);
      const other = evaluateMembership(
        group,
        [...dice.shuffle(ops), ...ops.slice(0, 5)].map((op) => parseOp(op.bytes) as MembershipOp),
      );
      expect(sorted(other), `seed ${seed}`).toEqual(sorted(one));
      rotations += one?.rotations.length ?? 0;
    }
    expect(rotations).toBeGreaterThan(60);
  });

  it('has the same members for a version that does not know rotations, seals and relays', () => {
    const later = new Set(['rotate', 'seal', 'relay']);
    for (let seed = 0; seed < 60; seed++) {
      const { ops } = history(seed);
      const [one, other] = [ops, ops.map((op) => (later.has(op.body?.op ?? '') ? { ...op, body: null } : op))].map(
        (each) => evaluateMembership(group, each) as Membership,
      ) as [Membership, Membership];
      for (const what of ['members', 'removed', 'recoveryKeys', 'heads', 'missing'] as const)
        expect(other[what], `seed ${seed}`).toEqual(one[what]);
      expect([other.rotations, other.relay]).toEqual([[], '']);
    }
  });

  it('holds to what the creator did, whatever others did apart from it', () => {
    for (let seed = 0; seed < 60; seed++) {
      const { ops } = history(seed);
      const removal = makeOp(ana, group, founding.map((op) => op.hash).slice(1), 3000, {
        op: 'remove',
        device: ben.id,
        cut: [],
        epoch: 0,
      });
      const heads = (evaluateMembership(group, ops) as Membership).heads;
      const state = evaluateMembership(group, [...ops, removal]) as Membership;
      expect(state.invalid.has(removal.hash), `seed ${seed}`).toBe(false);
      expect(state.members.has(ben.id) && !readded(ops, removal), `seed ${seed}`).toBe(false);
      expect(heads.length).toBeGreaterThan(0);
    }
  });

  it('holds a large group', () => {
    const copy = new Copy();
    const many = Array.from({ length: 40 }, (_, at) => makeIdentity(random, `member ${at}`));
    let heads = copy.state().heads;
    for (const who of many) {
      const op = addMember(ana, group, heads, 1, {
        descriptor: who.descriptor,
        ...selfAsMember(who, group),
        role: 'editor',
        name: '',
        history: true,
      });
      copy.ops.push(op);
      heads = [op.hash];
    }
    expect(copy.state().members.size).toBe(41);
  });
});

describe('an operation of a version to come', () => {
  /** Says something of which nobody knows the kind, so deep in lists. */
  function nested(depth: number): Uint8Array {
    const { ops } = new Copy();
    const plain = { v: 1, g: [Buffer.from(group, 'hex')], p: [Buffer.from(ops.at(-1)!.hash, 'hex')], t: 1, o: 'later' };
    const body = Array.from({ length: depth }).reduce<unknown>((inside) => [inside], null);
    const content = encodeCanonical({ ...plain, a: Buffer.from(ana.id, 'hex'), b: body });
    return encodeCanonical([content, ana.sign(content)]);
  }

  it('is taken by every device, or by none: how deep a stack is decides nothing', () => {
    expect(parseOp(nested(20))?.body).toBeNull();
    for (const depth of [70, 500, 2000]) expect(parseOp(nested(depth)), `${depth}`).toBeNull();
  });
});

describe('a signature', () => {
  it('is judged by the key that is given, also where it came in the memory of another one', () => {
    const said = Uint8Array.of(1, 2, 3);
    const [byAna, byBen] = [ana.sign(said), ben.sign(said)];
    const memory = Buffer.from(ana.descriptor.sig);
    expect(verifySignature(memory, said, byAna)).toBe(true);
    memory.set(ben.descriptor.sig);
    expect(verifySignature(memory, said, byAna)).toBe(false);
    expect(verifySignature(memory, said, byBen)).toBe(true);
  });
});

/** Did anyone who knew of the removal add the device again? */
function readded(ops: readonly MembershipOp[], removal: MembershipOp): boolean {
  return ops.some((op) => op.parents.includes(removal.hash));
}
function sorted(state: Membership | null): unknown {
  return state && { ...state, invalid: [...state.invalid].sort() };
}
