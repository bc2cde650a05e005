import type { PackageHead } from '../../change-log/package.ts';
import type { Random } from '../../platform/random.ts';
import { compareTexts } from '../../record/compare-texts.ts';
import { bytesOf } from '../../record/encode-value.ts';
import type { CollectionId, DeviceId, Digest, LogId, MemberKey } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { DeviceIdentity, MemberSigner } from '../identity/identity.ts';
import { displayName } from '../protocol/display-name.ts';
import type { MemberRole } from '../protocol/messages.ts';
import type { LogHead } from '../session/shared-collection.ts';
import { type Epoch, GroupEpochs, membersSecretOf } from './group-epochs.ts';
import type { Member } from './member.ts';
import { evaluateMembership, type Membership, type RecoveryKey } from './membership.ts';
import type { Misplaced } from './membership-graph.ts';
import { addMember, type Newcomer } from './membership-log.ts';
import {
  type Cut,
  type MembershipOp,
  makeOp,
  type NamedOperation,
  type OpBody,
  type OpKind,
  parseOp,
  verifySignature,
} from './membership-op.ts';
import { OperationsHere } from './operations-here.ts';
import { voidNewcomers, wordOfRemoval } from './word-of-removal.ts';

/** Where the operations of one collection are kept: outside the database, for they cannot be made anew. */
export interface MembershipFile {
  load(): readonly Uint8Array[];
  /** Durable when it returns. */
  save(operations: readonly Uint8Array[]): void;
}

/**
 * Operations without a place that are kept: what they follow may be yet to come. Anybody can make such, for nobody knows who signed them, and
 * has them passed on to all: so there is an end to them.
 */
const MOST_MISPLACED = 1000;
const MISPLACED: ReadonlySet<string> = new Set([
  'other-group',
  'missing-parent',
  'bad-signature',
  'bad-binding',
] satisfies Misplaced[]);

/** So many rotations back a member that was away is recognised in a network. */
const DISCOVERY_SECRETS = 4;

/** A device that does not belong, and may not know it yet. */
export interface FormerMember {
  readonly descriptor: Descriptor;
  readonly memberKey: MemberKey | null;
  /** When others last said what makes it one, milliseconds since 1970 by their clocks; null: nobody did, it left. */
  readonly saidAt: number | null;
}

/** Why a package is not taken. */
export interface PackageRefusal {
  readonly why: string;
  /** Its author was a member: a person may still want it. */
  readonly setAside: boolean;
}

/** Who belongs to one collection, as this device knows it, and this device's own key in it. */
export class GroupMembership {
  readonly group: CollectionId;
  readonly #identity: DeviceIdentity;
  readonly #signer: MemberSigner;
  readonly #file: MembershipFile;
  readonly #epochs: GroupEpochs;
  readonly #operations = new OperationsHere();
  #current: Membership | null = null;
  #byKey: ReadonlyMap<MemberKey, Member> | null = null;
  #former: ReadonlyMap<DeviceId, FormerMember> | null = null;

  constructor(identity: DeviceIdentity, group: CollectionId, file: MembershipFile, random: Random) {
    this.group = group;
    this.#identity = identity;
    this.#signer = identity.member(group);
    this.#file = file;
    this.#epochs = new GroupEpochs({
      identity,
      group,
      random,
      current: () => this.current,
      say: (body, now) => this.#say(body, now),
    });
    this.#operations.take(file.load());
  }

  get ownKey(): MemberKey {
    return this.#signer.key;
  }
  sign(bytes: Uint8Array): Uint8Array {
    return this.#signer.sign(bytes);
  }
  verify(member: MemberKey, bytes: Uint8Array, signature: Uint8Array): boolean {
    return verifySignature(bytesOf(member), bytes, signature);
  }

  /** null while the collection's first operation is not here. */
  get current(): Membership | null {
    this.#current ??= evaluateMembership(this.group, this.#operations.byHash.values());
    return this.#current;
  }

  others(): readonly Member[] {
    return [...(this.current?.members.values() ?? [])].filter((member) => member.device !== this.#identity.id);
  }
  /** How many belong to it or ever did. */
  everyone(): number {
    return (this.current?.members.size ?? 0) + (this.current?.removed.size ?? 0);
  }
  isMember(): boolean {
    return this.current?.members.has(this.#identity.id) === true;
  }
  /** This device does not belong, though nobody removed it: who let it in was removed before that. */
  isAdmissionVoid(): boolean {
    return this.current !== null && !this.isMember() && !this.current.removed.has(this.#identity.id);
  }
  /** This device left it by itself, and nobody let it in since: what is here of it is older than that, as in a copy of its data that was put back. */
  hasLeft(): boolean {
    if (this.isMember()) return false;
    const own = this.#identity.id;
    const { byHash } = this.#operations;
    const about = [...byHash.values()].filter(({ subject }) => subject === own);
    const seen = new Set<Digest>();
    const before = about.flatMap(({ body, parents }) => (body?.op === 'add' ? parents : []));
    for (let each = before.pop(); each !== undefined; each = before.pop()) {
      if (seen.has(each)) continue;
      seen.add(each);
      before.push(...(byHash.get(each)?.parents ?? []));
    }
    return about.some(({ author, body, hash }) => body?.op === 'remove' && author === own && !seen.has(hash));
  }
  member(device: DeviceId): Member | null {
    return this.current?.members.get(device) ?? null;
  }
  memberKeyOf(device: DeviceId): MemberKey | null {
    return this.member(device)?.memberKey ?? null;
  }

  /** Devices that were removed, or whose admission is void: they may not know it yet. */
  former(): ReadonlyMap<DeviceId, FormerMember> {
    this.#former ??= this.#findFormer();
    return this.#former;
  }
  #findFormer(): ReadonlyMap<DeviceId, FormerMember> {
    const { members, removed, invalid } = this.current ?? {};
    if (members === undefined || removed === undefined || invalid === undefined) return new Map();
    const former = new Map<DeviceId, FormerMember>();
    for (const [device, { descriptor, memberKey }] of removed)
      former.set(device, { descriptor, memberKey, saidAt: this.#saidAt(device, 'remove') });
    for (const { body, describes } of voidNewcomers({ byHash: this.#operations.byHash, invalid }))
      if (body?.op === 'add' && describes !== null && !members.has(describes.id) && !removed.has(describes.id)) {
        const saidAt = this.#saidAt(describes.id, 'add', 'remove', 'role');
        former.set(describes.id, { descriptor: describes, memberKey: body.member, saidAt });
      }
    former.delete(this.#identity.id);
    return former;
  }
  #saidAt(device: DeviceId, ...kinds: readonly OpKind[]): number | null {
    const times = [...this.#operations.byHash.values()].flatMap(({ subject, author, body, time }) =>
      subject === device && author !== device && body !== null && kinds.includes(body.op) ? [time] : [],
    );
    return times.length === 0 ? null : Math.max(...times);
  }
  /** The operations that tell a former member that it is one. */
  wordOfRemoval(device: DeviceId): readonly Uint8Array[] {
    const invalid = this.current?.invalid ?? new Map();
    return wordOfRemoval({ byHash: this.#operations.byHash, invalid }, device).map(({ bytes }) => bytes);
  }

  /** The same for those that others took out since then (ms), in an order of its own: whoever knows the same says the same. */
  wordsOfRemoval(since: number): readonly { readonly key: MemberKey; readonly operations: readonly Uint8Array[] }[] {
    const invalid = this.current?.invalid ?? new Map();
    return [...this.former()].flatMap(([device, { memberKey: key, saidAt }]) => {
      // Who left knows it.
      if (key === null || saidAt === null || saidAt < since) return [];
      const told = wordOfRemoval({ byHash: this.#operations.byHash, invalid }, device);
      const inOrder = [...told].sort((a, b) => compareTexts(a.hash, b.hash));
      return [{ key, operations: inOrder.map(({ bytes }) => bytes) }];
    });
  }

  /** The device behind a key, also one that was removed since. */
  authorOf(key: MemberKey): Member | null {
    if (this.#byKey === null) {
      const all = [...(this.current?.removed.values() ?? []), ...(this.current?.members.values() ?? [])];
      this.#byKey = new Map(
        all.flatMap((member) => (member.memberKey === null ? [] : [[member.memberKey, member] as const])),
      );
    }
    return this.#byKey.get(key) ?? null;
  }

  /** How people know a member, also one that was removed since; no two are known alike. */
  nameOf(key: MemberKey): string {
    const author = this.authorOf(key);
    return `${author?.name ?? ''} (${(author?.device ?? key).slice(0, 8)})`.trim();
  }

  /** Why what this member wrote must not be taken, or null. */
  refuses(head: Pick<PackageHead, 'member' | 'log' | 'number'>): PackageRefusal | null {
    const author = this.authorOf(head.member);
    if (author === null) return { why: 'its author is no member', setAside: false };
    if (head.number <= this.counting(head.member, head.log)) return null;
    const isMember = this.member(author.device) !== null;
    return { why: isMember ? 'its author may only read' : 'written after its author was removed', setAside: true };
  }

  /** The last number of a log of this member that counts: all of them where it may write, none where it never could. */
  counting(member: MemberKey, log: LogId): number {
    const author = this.authorOf(member);
    if (author === null) return 0;
    return author.cut === null ? Number.POSITIVE_INFINITY : (author.cut.get(log) ?? 0);
  }

  heads(): readonly Digest[] {
    return this.current?.heads ?? [];
  }
  operations(): readonly Uint8Array[] {
    return this.namedOperations().map(({ bytes }) => bytes);
  }
  /** All operations, with what they are known by. */
  namedOperations(): readonly NamedOperation[] {
    return [...this.#operations.byHash.values()];
  }

  /** Takes in operations; what is malformed is left out, and what has no place where there is much of that. true where they told something new. */
  receive(operations: readonly Uint8Array[]): boolean {
    const came = this.#operations.take(operations);
    if (came.length === 0) return false;
    this.#forgetDerived();
    const dropped = this.#tooManyMisplaced(came);
    if (dropped.length > 0) {
      this.#operations.drop(dropped);
      this.#forgetDerived();
      if (dropped.length === came.length) return false;
    }
    this.#file.save(this.operations());
    return true;
  }
  #forgetDerived(): void {
    this.#current = null;
    this.#byKey = null;
    this.#former = null;
  }
  /** Of those that just came: what has no place among the others, beyond what may be kept of that. It is told again once it has one. */
  #tooManyMisplaced(came: readonly Digest[]): readonly Digest[] {
    const { invalid = new Map<Digest, string>() } = this.current ?? {};
    const isMisplaced = (hash: Digest): boolean => MISPLACED.has(invalid.get(hash) ?? '');
    const over = [...invalid.keys()].filter(isMisplaced).length - MOST_MISPLACED;
    return over <= 0 ? [] : came.filter(isMisplaced).slice(-over);
  }

  /** Is what took this device out among these operations? */
  tellsOfOwnRemoval(operations: readonly Uint8Array[]): boolean {
    if (this.isMember()) return false;
    return operations.some((bytes) => {
      const op = parseOp(bytes);
      return op?.body?.op === 'remove' && op.subject === this.#identity.id && this.#operations.byHash.has(op.hash);
    });
  }

  /** Lets a device in, and gives it the secrets that are known here. */
  add(newcomer: Newcomer, now: number): void {
    this.receive([addMember(this.#identity, this.group, this.heads(), now, newcomer).bytes]);
    this.#epochs.sealMissing(now);
  }

  /** Takes a device out. `cut`: what it wrote and we hold; nothing it writes after that counts, and it learns no secret made after that. */
  remove(device: DeviceId, cut: Cut, now: number): void {
    this.#say({ op: 'remove', device, cut, epoch: 0 }, now);
    this.#epochs.memberWent(now);
  }

  /** Gives a device another role. `cut`: as for a removal, where it may not write from now on; else empty. */
  setRole(device: DeviceId, role: MemberRole, cut: Cut, now: number): void {
    this.#say({ op: 'role', device, role, cut }, now);
  }

  /** Tells the others what this device is called, unless they know. true where it told. */
  rename(name: string, now: number): boolean {
    const shown = displayName(name);
    const own = this.member(this.#identity.id);
    if (own === null || shown === '' || own.name === shown) return false;
    this.#say({ op: 'name', name: shown }, now);
    return true;
  }

  /** A link admits nobody any more, wherever it was made. */
  revokeInvite(invite: Uint8Array, now: number): void {
    this.#say({ op: 'revoke-invite', invite }, now);
  }

  recoveryKeys(): readonly RecoveryKey[] {
    return this.current?.recoveryKeys ?? [];
  }

  /** This key counts as an admin from now on, and no former one does. */
  setRecoveryKey(key: Descriptor, now: number): void {
    this.dropRecoveryKeys(now);
    this.#say({ op: 'recovery-key', descriptor: key.bytes }, now);
  }

  dropRecoveryKeys(now: number): void {
    for (const { id } of this.recoveryKeys()) this.#say({ op: 'remove', device: id, cut: [], epoch: 0 }, now);
  }

  /** Makes this device an admin with a recovery key; false: that key does not count here. */
  redeemRecoveryKey(key: DeviceIdentity, now: number): boolean {
    if (!this.recoveryKeys().some(({ id }) => id === key.id)) return false;
    const body = { op: 'role', device: this.#identity.id, role: 'admin', cut: [] } as const;
    this.receive([makeOp(key, this.group, this.heads(), now, body).bytes]);
    return true;
  }

  /**
   * Tells how far this device had taken what those wrote who may not any more, where that is further than the cut: what was applied anywhere
   * is applied everywhere (PROTOCOL 2.5). `held`: the logs here. true where there was something to tell.
   */
  extendCuts(held: readonly LogHead[], now: number): boolean {
    if (!this.isMember()) return false;
    const further = held.filter(
      ({ member, log, number }) => member !== this.ownKey && number > this.counting(member, log),
    );
    for (const { member, log, number, hash } of further) {
      const author = this.authorOf(member);
      if (author !== null) this.#say({ op: 'extend-cut', device: author.device, log, to: number, hash }, now);
    }
    return further.length > 0;
  }

  /** A URL; '' for none. */
  relay(): string {
    return this.current?.relay ?? '';
  }
  /** Of an admin. */
  setRelay(url: string, now: number): void {
    if (url !== this.relay()) this.#say({ op: 'relay', url }, now);
  }

  /** All that what lies at a relay may be sealed with, the newest last. */
  epochs(): readonly Epoch[] {
    return this.#epochs.all();
  }
  /** The one to write with now; null: make another (`rotate`), where this device may. Members that lack it are for `sealMissing`. */
  writingEpoch(now: number): Epoch | null {
    return this.#epochs.writing(now);
  }
  /** The secrets by which members recognise each other in a network, the one to be recognised by first; a few, the newest. */
  discoverySecrets(now: number): readonly Uint8Array[] {
    return this.#epochs.newest(now, DISCOVERY_SECRETS);
  }
  /** A new secret, sealed to every member. Fails with `not-allowed` where this device may only read. */
  rotate(now: number): Epoch {
    return this.#epochs.rotate(now);
  }
  /** Seals the secrets known here to members that lack them. true where there were any. */
  sealMissing(now: number): boolean {
    return this.#epochs.sealMissing(now);
  }
  /** How many members are to seal what is missing before this device does; null: nothing is missing that it could. */
  sealTurn(): number | null {
    return this.#epochs.sealTurn();
  }
  /** 32 bytes under which these operations are sealed at a relay; null while the collection's first one is not here. */
  membersSecret(): Uint8Array | null {
    return membersSecretOf(this.#operations.byHash.values(), this.group);
  }

  #say(body: OpBody, now: number): MembershipOp {
    const op = makeOp(this.#identity, this.group, this.heads(), now, body);
    this.receive([op.bytes]);
    return op;
  }
}
