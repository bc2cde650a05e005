import { describe, expect, it } from 'vitest';
import type { PackageHead } from '../../../../src/main/change-log/package.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import { GroupMembership } from '../../../../src/main/peers/membership/group-membership.ts';
import { selfAsMember } from '../../../../src/main/peers/membership/membership-log.ts';
import { makeOp } from '../../../../src/main/peers/membership/membership-op.ts';
import { decodeCanonical, encodeCanonical } from '../../../../src/main/peers/protocol/canonical-cbor.ts';
import type { MemberRole } from '../../../../src/main/peers/protocol/messages.ts';
import { collectionId, digest, type LogId, logId } from '../../../../src/main/record/ids.ts';
import { foundPhotos, makeIdentities } from '../../../fakes/identities.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const random = new SeededRandom('group membership');
const [ana, ben, cleo, dora] = makeIdentities(random, 'ana', 'ben', 'cleo', 'dora');
const { group, ops } = foundPhotos(ana);
const founding = ops.map(({ bytes }) => bytes);
const log = logId('0011223344556677');

/** One device's file of the log, and what was written to it. */
function open(identity: DeviceIdentity, stored: readonly Uint8Array[] = founding) {
  let kept = stored;
  let saves = 0;
  const file = {
    load: () => kept,
    save: (operations: readonly Uint8Array[]) => {
      kept = operations;
      saves++;
    },
  };
  const membership = new GroupMembership(identity, group, file, random);
  return { membership, file, saves: () => saves, again: () => new GroupMembership(identity, group, file, random) };
}
const newcomer = (who: DeviceIdentity, role: MemberRole) => ({
  descriptor: who.descriptor,
  ...selfAsMember(who, group),
  role,
  name: 'new',
  history: true,
});
/** What is signed of an operation. */
const contentOf = (bytes: Uint8Array): unknown => (decodeCanonical(bytes) as { value: readonly unknown[] }).value[0];
/** The head of a package of this device. */
const head = (who: DeviceIdentity, number: number, of: LogId = log): PackageHead =>
  ({ member: who.member(group).key, log: of, number }) as PackageHead;

describe('who belongs to a collection', () => {
  it('is nobody before its first operation is here', () => {
    const { membership } = open(ana, []);
    expect([membership.current, membership.isMember(), membership.others(), membership.heads()]).toEqual([
      null,
      false,
      [],
      [],
    ]);
    expect(membership.refuses(head(ana, 1))?.why).toBe('its author is no member');
  });

  it('is who was added, and is written down before it counts', () => {
    const { membership, saves, again } = open(ana);
    membership.add(newcomer(ben, 'editor'), 2000);
    expect(saves()).toBe(1);
    expect(membership.others().map(({ device }) => device)).toEqual([ben.id]);
    expect(membership.memberKeyOf(ben.id)).toBe(ben.member(group).key);
    expect(membership.memberKeyOf(cleo.id)).toBeNull();
    expect(
      again()
        .others()
        .map(({ device }) => device),
    ).toEqual([ben.id]);
  });

  it('is counted with all who ever did', () => {
    const { membership } = open(ana);
    const counts = [open(ana, []).membership.everyone(), membership.everyone()];
    for (const who of [ben, cleo]) membership.add(newcomer(who, 'editor'), 2000);
    membership.remove(ben.id, [], 3000);
    expect([...counts, membership.everyone(), membership.others().length]).toEqual([0, 1, 3, 1]);
  });

  it('is the same for whom the operations reach, told once', () => {
    const [one, two] = [open(ana), open(ben, [])];
    one.membership.add(newcomer(ben, 'editor'), 2000);
    expect(two.membership.receive(one.membership.operations())).toBe(true);
    expect(two.membership.isMember()).toBe(true);
    expect(two.membership.heads()).toEqual(one.membership.heads());
    expect(two.membership.receive(one.membership.operations())).toBe(false);
    expect(two.saves()).toBe(1);
  });

  it('is not changed by operations that are here, told again under another signature', () => {
    const { membership, saves, again } = open(ana);
    membership.add(newcomer(ben, 'editor'), 2000);
    const before = membership.operations();
    const forged = before.map((bytes) => encodeCanonical([contentOf(bytes), new Uint8Array(64).fill(7)]));
    expect(membership.receive(forged)).toBe(false);
    expect([membership.operations(), membership.others().length, saves()]).toEqual([before, 1, 1]);
    expect(again().others().length).toBe(1);
  });

  it('takes an operation from its author, whoever told it first under another signature', () => {
    const { membership } = open(ana);
    membership.add(newcomer(ben, 'editor'), 2000);
    const all = membership.operations();
    const forged = encodeCanonical([contentOf(all[2] as Uint8Array), new Uint8Array(64)]);
    const two = open(cleo, []).membership;
    expect(two.receive([forged])).toBe(true);
    // Who wrote it is not known yet: of two the first stays, so that two devices do not tell each other for ever.
    expect(two.receive([all[2] as Uint8Array])).toBe(false);
    expect(two.receive(all)).toBe(true);
    expect(two.others().map(({ device }) => device)).toContain(ben.id);
    expect(two.receive([forged])).toBe(false);
    expect(two.heads()).toEqual(membership.heads());
  });

  it('is kept apart from what anybody can make up, of which there is an end', () => {
    const { membership, file, saves } = open(ana);
    const madeUp = (at: number, of = group): Uint8Array =>
      makeOp(cleo, of, [digest(at.toString(16).padStart(64, '0'))], 1, { op: 'name', name: 'x' }).bytes;
    const other = collectionId('ab'.repeat(16));
    for (let from = 0; from < 3000; from += 500)
      membership.receive(Array.from({ length: 500 }, (_, at) => madeUp(from + at, at % 2 === 0 ? group : other)));
    expect(membership.operations()).toHaveLength(founding.length + 1000);
    const before = saves();
    expect(membership.receive([madeUp(5000)])).toBe(false);
    expect(saves()).toBe(before);
    // What has a place is taken all the same.
    const { membership: elsewhere } = open(ana);
    elsewhere.add(newcomer(ben, 'editor'), 2000);
    expect(membership.receive(elsewhere.operations())).toBe(true);
    expect(membership.member(ben.id)?.role).toBe('editor');
    expect(file.load()).toHaveLength(founding.length + 1001);
  });

  it('has in it what came before what it follows, once that is here', () => {
    const { membership: elsewhere } = open(ana);
    elsewhere.add(newcomer(ben, 'editor'), 2000);
    elsewhere.setRole(ben.id, 'reader', [], 3000);
    const { membership } = open(ana);
    const [add, role] = elsewhere.operations().slice(founding.length) as [Uint8Array, Uint8Array];
    expect(membership.receive([role])).toBe(true);
    expect(membership.member(ben.id)).toBeNull();
    expect(membership.receive([add])).toBe(true);
    expect(membership.member(ben.id)?.role).toBe('reader');
  });

  it('is not changed by bytes that are no operation', () => {
    const { membership, saves } = open(ana);
    expect(membership.receive([new Uint8Array(0), Uint8Array.of(0x80), founding[0]!.subarray(1)])).toBe(false);
    expect(saves()).toBe(0);
  });

  it('signs and checks with the keys of this collection alone', () => {
    const { membership } = open(ana);
    const said = Buffer.from('said');
    const signature = membership.sign(said);
    expect(membership.verify(membership.ownKey, said, signature)).toBe(true);
    expect(membership.verify(ben.member(group).key, said, signature)).toBe(false);
    expect(membership.verify(membership.ownKey, Buffer.from('sait'), signature)).toBe(false);
  });
});

describe('who may write', () => {
  it.each([
    ['admin', null],
    ['editor', null],
    ['reader', { why: 'its author may only read', setAside: true }],
    ['relay', { why: 'its author may only read', setAside: true }],
  ] as const)('%s: %s', (role, expected) => {
    const { membership } = open(ana);
    membership.add(newcomer(ben, role), 2000);
    expect(membership.refuses(head(ben, 1))).toEqual(expected);
  });
  it('a stranger may not', () => {
    expect(open(ana).membership.refuses(head(cleo, 1))).toEqual({ why: 'its author is no member', setAside: false });
  });
  it('one removed may up to where it was cut, in the logs that were known', () => {
    const { membership } = open(ana);
    membership.add(newcomer(ben, 'editor'), 2000);
    membership.remove(ben.id, [{ log, number: 7 }], 3000);
    expect(membership.memberKeyOf(ben.id)).toBeNull();
    const removed = { why: 'written after its author was removed', setAside: true };
    expect([membership.refuses(head(ben, 7)), membership.refuses(head(ben, 8))]).toEqual([null, removed]);
    expect(membership.refuses(head(ben, 1, logId('ff'.repeat(8))))).toEqual(removed);
    expect(membership.authorOf(ben.member(group).key)?.device).toBe(ben.id);
  });
});

describe('what a member says of itself and of others', () => {
  it('its name is told once, and only as far as it may be shown', () => {
    const { membership } = open(ana);
    expect([membership.rename('Desk', 2000), membership.rename('Desk', 2001)]).toEqual([true, false]);
    expect(membership.rename('\u202eDesk\n', 2002)).toBe(false);
    expect([membership.rename('\n', 2003), membership.member(ana.id)?.name]).toEqual([false, 'Desk']);
    const other = open(ben);
    other.membership.receive(membership.operations());
    expect(other.membership.member(ana.id)?.name).toBe('Desk');
    expect(other.membership.rename('nobody', 3000)).toBe(false);
    expect(other.membership.nameOf(ana.member(group).key)).toBe(`Desk (${ana.id.slice(0, 8)})`);
  });

  it('an admin’s word on a role holds for all, with the cut where it ends the right to write', () => {
    const first = open(ana);
    first.membership.add(newcomer(ben, 'editor'), 2000);
    first.membership.setRole(ben.id, 'reader', [{ log, number: 3 }], 2001);
    const second = open(ben);
    second.membership.receive(first.membership.operations());
    for (const { membership } of [first, second]) {
      expect(membership.member(ben.id)?.role).toBe('reader');
      expect([3, 4].map((number) => membership.refuses(head(ben, number)) === null)).toEqual([true, false]);
    }
    second.membership.setRole(ben.id, 'admin', [], 2002);
    expect(second.membership.member(ben.id)?.role).toBe('reader');
    first.membership.setRole(ben.id, 'editor', [], 2003);
    expect(first.membership.counting(ben.member(group).key, log)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('one that does not belong any more', () => {
  const told = (who: DeviceIdentity, before: readonly Uint8Array[], word: readonly Uint8Array[]) => {
    const { membership } = open(who, before);
    membership.receive(word);
    return membership;
  };

  it('is told of its removal with what came before, and not of who came after', () => {
    const { membership } = open(ana);
    membership.add(newcomer(ben, 'editor'), 2000);
    const known = membership.operations();
    expect(membership.former().has(ben.id)).toBe(false);
    membership.remove(ben.id, [], 3000);
    membership.add(newcomer(cleo, 'admin'), 4000);
    // Nor of what is said later of who let it in, or of what it had written.
    const hash = digest('ab'.repeat(32));
    for (const body of [
      { op: 'extend-cut', device: ben.id, log, to: 9, hash },
      { op: 'role', device: ana.id, role: 'admin', cut: [] },
    ] as const)
      membership.receive([makeOp(cleo, group, membership.heads(), 5000, body).bytes]);
    membership.receive([...membership.operations()]);
    expect([...membership.former()].map(([device, { memberKey }]) => [device, memberKey])).toEqual([
      [ben.id, ben.member(group).key],
    ]);
    const word = membership.wordOfRemoval(ben.id);
    expect(word).toHaveLength(known.length + 1);
    const bens = told(ben, known, word);
    expect([bens.isMember(), bens.member(ana.id) === null, bens.former().size]).toEqual([false, false, 0]);
  });

  it('is told again by nobody once it was let in again', () => {
    const { membership } = open(ana);
    membership.add(newcomer(ben, 'editor'), 2000);
    membership.remove(ben.id, [], 3000);
    membership.add(newcomer(ben, 'editor'), 4000);
    expect([membership.former().size, membership.member(ben.id)?.device]).toEqual([0, ben.id]);
    const operations = membership.operations();
    expect(open(ben, operations).membership.tellsOfOwnRemoval(operations)).toBe(false);
  });

  it('knows word of its own removal, once that is here, from word of others', () => {
    const { membership } = open(ana);
    for (const who of [ben, cleo]) membership.add(newcomer(who, 'editor'), 2000);
    for (const who of [cleo, ben]) membership.remove(who.id, [], 3000);
    const operations = membership.operations();
    const [ofCleo, ofBen] = operations.slice(-2) as [Uint8Array, Uint8Array];
    const bens = open(ben, operations).membership;
    expect([bens.tellsOfOwnRemoval([ofBen]), bens.tellsOfOwnRemoval([ofCleo])]).toEqual([true, false]);
    expect(bens.isAdmissionVoid()).toBe(false);
    expect(open(ben).membership.tellsOfOwnRemoval([ofBen])).toBe(false);
  });

  it('knows that it left by itself, where it did and is not back', () => {
    const { membership } = open(ana);
    for (const who of [ben, cleo]) membership.add(newcomer(who, 'editor'), 2000);
    const bens = open(ben, membership.operations()).membership;
    bens.remove(ben.id, [], 3000);
    membership.receive(bens.operations());
    membership.remove(cleo.id, [], 4000);
    const all = membership.operations();
    expect([bens.hasLeft(), open(cleo, all).membership.hasLeft(), membership.hasLeft()]).toEqual([true, false, false]);
    membership.add(newcomer(ben, 'editor'), 5000);
    expect(open(ben, membership.operations()).membership.hasLeft()).toBe(false);
    // It left once; what took it out now is another's word.
    membership.remove(ben.id, [], 6000);
    expect(open(ben, membership.operations()).membership.hasLeft()).toBe(false);
  });

  it('has word left for it, the same from everyone who knows as much, unless it left itself or it is long ago', () => {
    const { membership } = open(ana);
    for (const who of [ben, cleo]) membership.add(newcomer(who, 'admin'), 2000);
    const cleos = open(cleo, membership.operations()).membership;
    membership.remove(ben.id, [], 3000);
    cleos.receive([...membership.operations()].reverse());
    const [word] = membership.wordsOfRemoval(3000);
    expect(word?.key).toBe(ben.member(group).key);
    expect(cleos.wordsOfRemoval(0)).toEqual([word]);
    const reversed = open(cleo, [...membership.operations()].reverse()).membership;
    expect(reversed.wordsOfRemoval(0)).toEqual([word]);
    expect(membership.wordsOfRemoval(3001)).toEqual([]);
    cleos.remove(cleo.id, [], 4000);
    membership.receive(cleos.operations());
    expect(membership.wordsOfRemoval(0)).toEqual([word]);
    membership.add(newcomer(ben, 'editor'), 5000);
    expect(membership.wordsOfRemoval(0)).toEqual([]);
    membership.remove(ben.id, [], 6000);
    expect(membership.wordsOfRemoval(6000).map(({ key }) => key)).toEqual([ben.member(group).key]);
  });

  it('may be one whose admission is void: who had let it in was removed by then', () => {
    const anas = open(ana).membership;
    anas.add(newcomer(ben, 'admin'), 2000);
    const bens = open(ben, anas.operations()).membership;
    anas.remove(ben.id, [], 3000);
    bens.add(newcomer(cleo, 'editor'), 3000);
    const cleosKnown = bens.operations();
    bens.receive(anas.operations());
    expect(bens.former().get(cleo.id)?.memberKey).toBe(cleo.member(group).key);
    expect(told(cleo, cleosKnown, []).isMember()).toBe(true);
    expect(told(cleo, cleosKnown, bens.wordOfRemoval(cleo.id)).isMember()).toBe(false);
    const left = bens.wordsOfRemoval(3000).find(({ key }) => key === cleo.member(group).key);
    expect(told(cleo, cleosKnown, left?.operations ?? []).isMember()).toBe(false);
    anas.receive(bens.operations());
    expect([...anas.former().keys()].toSorted()).toEqual([ben.id, cleo.id].toSorted());
    anas.add(newcomer(cleo, 'editor'), 4000);
    expect([...anas.former().keys()]).toEqual([ben.id]);
  });
});

it('one whose admission is void as who let it in was no admin any more is told that', () => {
  const anas = open(ana).membership;
  anas.add(newcomer(ben, 'admin'), 2000);
  const bens = open(ben, anas.operations()).membership;
  anas.setRole(ben.id, 'editor', [], 3000);
  bens.add(newcomer(cleo, 'editor'), 3000);
  const cleos = open(cleo, bens.operations()).membership;
  anas.receive(bens.operations());
  expect([cleos.isMember(), anas.member(cleo.id)]).toEqual([true, null]);
  cleos.receive(anas.wordOfRemoval(cleo.id));
  expect(cleos.isMember()).toBe(false);
});

it.each([
  ['let in', (bens: GroupMembership) => bens.add(newcomer(cleo, 'admin'), 3000)],
  ['made an admin', (bens: GroupMembership) => bens.setRole(cleo.id, 'admin', [], 3000)],
])('so is one that was let in by one who was %s by an admin that was removed', (how, give) => {
  const anas = open(ana).membership;
  anas.add(newcomer(ben, 'admin'), 2000);
  if (how !== 'let in') anas.add(newcomer(cleo, 'editor'), 2000);
  const bens = open(ben, anas.operations()).membership;
  anas.remove(ben.id, [], 3000);
  give(bens);
  const cleos = open(cleo, bens.operations()).membership;
  cleos.add(newcomer(dora, 'editor'), 3500);
  const doras = open(dora, cleos.operations()).membership;
  anas.receive(doras.operations());
  expect([doras.isMember(), anas.member(dora.id), doras.isAdmissionVoid()]).toEqual([true, null, false]);
  expect(anas.former().get(dora.id)?.memberKey).toBe(dora.member(group).key);
  const left = anas.wordsOfRemoval(3000).find(({ key }) => key === dora.member(group).key);
  doras.receive(left?.operations ?? []);
  expect([doras.isMember(), doras.isAdmissionVoid()]).toEqual([false, true]);
  // Of who let it in it has heard what it needs, and belongs once somebody lets it in who may.
  anas.add(newcomer(dora, 'editor'), 4000);
  expect([anas.former().has(dora.id), anas.member(dora.id)?.role]).toEqual([false, 'editor']);
});

describe('a recovery key', () => {
  const [former, printed] = makeIdentities(random, 'former key', 'printed key');

  it('takes the place of the former one, and makes an admin of who has it', () => {
    const { membership } = open(ana);
    membership.add(newcomer(ben, 'reader'), 2000);
    for (const key of [former, printed]) membership.setRecoveryKey(key.descriptor, 3000);
    expect(membership.recoveryKeys().map(({ id }) => id)).toEqual([printed.id]);
    const bens = open(ben, membership.operations()).membership;
    const before = bens.heads();
    expect([bens.redeemRecoveryKey(former, 4000), bens.heads()]).toEqual([false, before]);
    expect([bens.redeemRecoveryKey(printed, 4000), bens.member(ben.id)?.role]).toEqual([true, 'admin']);
  });
});

describe('a cut', () => {
  const had = (who: DeviceIdentity, number: number, of: LogId = log) => ({
    member: who.member(group).key,
    log: of,
    number,
    hash: digest('ab'.repeat(32)),
  });
  /** Ana removed Ben at 7; Cleo learns of it. */
  function afterRemoval() {
    const [first, second] = [open(ana), open(cleo)];
    first.membership.add(newcomer(ben, 'editor'), 2000);
    first.membership.add(newcomer(cleo, 'reader'), 2000);
    first.membership.remove(ben.id, [{ log, number: 7 }], 3000);
    second.membership.receive(first.membership.operations());
    return { first: first.membership, second: second.membership };
  }

  it('is extended by a member that had more, and then counts so far for all', () => {
    const { first, second } = afterRemoval();
    const other = logId('ff'.repeat(8));
    expect(second.extendCuts([had(ben, 9), had(ben, 2, other), had(ana, 5)], 4000)).toBe(true);
    expect(first.receive(second.operations())).toBe(true);
    for (const membership of [first, second]) {
      expect([membership.refuses(head(ben, 9)), membership.refuses(head(ben, 2, other))]).toEqual([null, null]);
      expect(membership.refuses(head(ben, 10))).not.toBeNull();
    }
    expect(second.extendCuts([had(ben, 9)], 5000)).toBe(false);
  });

  it('is left where the member had no more than it says', () => {
    const { second } = afterRemoval();
    const before = second.heads();
    expect([second.extendCuts([had(ben, 7), had(ana, 12)], 4000), second.heads()]).toEqual([false, before]);
    // Nor does one extend its own: nobody would take it.
    expect([second.extendCuts([had(cleo, 3)], 4000), second.heads()]).toEqual([false, before]);
  });

  it('is not extended by one that was removed itself', () => {
    const { first, second } = afterRemoval();
    first.remove(cleo.id, [], 3500);
    second.receive(first.operations());
    expect(second.extendCuts([had(ben, 9)], 4000)).toBe(false);
  });
});
