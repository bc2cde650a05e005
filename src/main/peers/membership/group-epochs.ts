import { hkdfSync } from 'node:crypto';
import { equalBytes } from '../../platform/equal-bytes.ts';
import type { Random } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import type { CollectionId, DeviceId, Digest } from '../../record/ids.ts';
import { SEALED_BYTES, sealTo } from '../identity/box-seal.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import { fromHex } from '../protocol/hex.ts';
import { commitmentTo, nextNumber, type Rotation } from './epochs.ts';
import type { Member } from './member.ts';
import type { Membership } from './membership.ts';
import { mayWrite } from './membership-log.ts';
import { groupOf, type MembershipOp, MOST_LATER_SEALS, MOST_SEALS, type OpBody } from './membership-op.ts';

const SECRET_BYTES = 32;
const COLLECTION_ID_BYTES = 16;
const DAY = 86_400_000;
/** A secret is written with for this long (milliseconds). */
const LIFETIME = 90 * DAY;

/** A secret that what lies at a relay is sealed with. */
export interface Epoch {
  /** 16 hex digits: what sealed items name it by. */
  readonly id: string;
  readonly n: number;
  /** 32 bytes; null: it was not sealed to this device. */
  readonly secret: Uint8Array | null;
  /** Milliseconds since 1970, as its author's clock said. */
  readonly made: number;
}

/** The log of members, and this device's part in it. */
interface Log {
  readonly identity: DeviceIdentity;
  readonly group: CollectionId;
  readonly random: Random;
  current(): Membership | null;
  say(body: OpBody, now: number): MembershipOp;
}

/** A member that a secret which is known here was not sealed to. */
interface Unsealed {
  readonly rotation: Rotation;
  readonly secret: Uint8Array;
  readonly member: Member;
}

/**
 * The secrets of one collection's epochs. They are opened from the operations with the device's key each time the program runs, and are
 * nowhere but in memory.
 */
export class GroupEpochs {
  readonly #log: Log;
  readonly #secrets = new Map<Digest, Uint8Array>();
  /** Seals to this device that are no good: not tried again. */
  readonly #useless = new WeakSet<Uint8Array>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** All there are, for reading, the newest last. */
  all(): readonly Epoch[] {
    return this.#rotations.map((rotation) => this.#epochOf(rotation));
  }

  /** The one to write with: the newest that nobody knows who is no member. null: there is none, or it is not known here. */
  writing(now: number): Epoch | null {
    const newest = this.#rotations.findLast(
      (rotation) =>
        rotation.counts &&
        now - rotation.made <= LIFETIME &&
        [...rotation.holders].every((device) => this.#members.has(device)) &&
        this.#secretOf(rotation) !== null,
    );
    return newest === undefined ? null : this.#epochOf(newest);
  }

  /** Up to so many secrets that are known here: the one to write with, then the others, the newest first. */
  newest(now: number, most: number): readonly Uint8Array[] {
    const writing = this.writing(now)?.secret ?? null;
    const known = this.#rotations.toReversed().flatMap((rotation) => this.#secretOf(rotation) ?? []);
    return [...(writing === null ? [] : [writing]), ...known.filter((secret) => secret !== writing)].slice(0, most);
  }

  /** Makes a secret that nobody knew before and seals it to every member. Fails with `not-allowed` where this device may only read. */
  rotate(now: number): Epoch {
    const { identity, group, random } = this.#log;
    if (!this.#maySeal)
      throw new LockstepError('not-allowed', 'Only members that may write make a new key for the relay.', group);
    const secret = random.bytes(SECRET_BYTES);
    const members = this.#readers;
    // Its author first: it must not be one that did not fit.
    const ordered = [
      ...members.filter(({ device }) => device === identity.id),
      ...members.filter(({ device }) => device !== identity.id),
    ];
    const seals = ordered.slice(0, MOST_SEALS).map((member) => this.#sealed(member, secret));
    const n = nextNumber(this.#rotations);
    const { hash } = this.#log.say({ op: 'rotate', n, commit: commitmentTo(secret), seals }, now);
    this.#secrets.set(hash, secret);
    const rotation = this.#rotations.find((each) => each.hash === hash) as Rotation;
    const others = ordered.slice(MOST_SEALS).map((member) => ({ rotation, secret, member }));
    this.#seal(others, now);
    return this.#epochOf(rotation);
  }

  /** A device was taken out: where there are secrets it knows them all, so another is made. Nothing where this device may not. */
  memberWent(now: number): void {
    if (this.#rotations.length > 0 && this.#maySeal) this.rotate(now);
  }

  /** Seals every secret that is known here to the members it was not sealed to. true where there was one. */
  sealMissing(now: number): boolean {
    const unsealed = this.#unsealed();
    this.#seal(unsealed, now);
    return unsealed.length > 0;
  }

  /**
   * Whose turn it is to seal what is missing: this device's place, by id, among the members that could. 0: it is its own. null: nothing is
   * missing, or this device cannot seal it.
   */
  sealTurn(): number | null {
    const own = this.#log.identity.id;
    const turns = this.#unsealed().map(
      ({ rotation: { holders } }) =>
        [...holders].filter((device) => device < own && mayWrite(this.#members, device)).length,
    );
    return turns.length === 0 ? null : Math.min(...turns);
  }

  get #rotations(): readonly Rotation[] {
    return this.#log.current()?.rotations ?? [];
  }
  get #members(): ReadonlyMap<DeviceId, Member> {
    return this.#log.current()?.members ?? new Map();
  }
  /** Those that secrets are for: a member that only keeps what passes is given none. */
  get #readers(): readonly Member[] {
    return [...this.#members.values()].filter(({ role }) => role !== 'relay');
  }
  get #maySeal(): boolean {
    return mayWrite(this.#members, this.#log.identity.id);
  }

  #unsealed(): readonly Unsealed[] {
    if (!this.#maySeal) return [];
    const readers = this.#readers;
    return this.#rotations.flatMap((rotation) => {
      const members = readers.filter(({ device }) => !rotation.holders.has(device));
      const secret = members.length === 0 ? null : this.#secretOf(rotation);
      return secret === null ? [] : members.map((member) => ({ rotation, secret, member }));
    });
  }

  #seal(unsealed: readonly Unsealed[], now: number): void {
    for (let at = 0; at < unsealed.length; at += MOST_LATER_SEALS) {
      const seals = unsealed
        .slice(at, at + MOST_LATER_SEALS)
        .map(({ rotation, secret, member }) => ({ rotate: rotation.hash, ...this.#sealed(member, secret) }));
      this.#log.say({ op: 'seal', seals }, now);
    }
  }
  #sealed({ device, descriptor }: Member, secret: Uint8Array) {
    const { group, random } = this.#log;
    const sealed = sealTo(descriptor.box, group, secret, random.bytes(SECRET_BYTES));
    // With a key that shares no secret it shuts itself out, and must not keep the others from theirs.
    return { device, sealed: sealed ?? new Uint8Array(SEALED_BYTES) };
  }

  #epochOf(rotation: Rotation): Epoch {
    const { id, n, made } = rotation;
    return { id, n, made, secret: this.#secretOf(rotation) };
  }
  #secretOf({ hash, commit, seals }: Rotation): Uint8Array | null {
    const known = this.#secrets.get(hash);
    if (known !== undefined) return known;
    const { identity, group } = this.#log;
    for (const { device, sealed } of seals) {
      if (device !== identity.id || this.#useless.has(sealed)) continue;
      const secret = identity.openSeal(group, sealed);
      if (secret !== null && equalBytes(commitmentTo(secret), commit)) {
        this.#secrets.set(hash, secret);
        return secret;
      }
      this.#useless.add(sealed);
    }
    return null;
  }
}

/**
 * The secret under which the operations of a collection's members lie at a relay: who knows the operation that began it knows it, and a relay
 * only knows the half of its hash that is the collection's id. null: that operation is not here.
 */
export function membersSecretOf(operations: Iterable<MembershipOp>, group: CollectionId): Uint8Array | null {
  const create = [...operations].find((op) => op.group === null && groupOf(op) === group);
  if (create === undefined) return null;
  const half = fromHex(create.hash).subarray(COLLECTION_ID_BYTES);
  return new Uint8Array(hkdfSync('sha256', half, fromHex(group), 'lockstep-members-1', SECRET_BYTES));
}
