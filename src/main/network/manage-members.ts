import type { Role } from '../../contract/contract.ts';
import { makeRecoveryKey, recoveryIdentity } from '../peers/identity/recovery-key.ts';
import { whyNotWritten } from '../peers/membership/why-out.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';

/** Whose person manages members. */
interface Manager {
  readonly world: { readonly clock: Clock; readonly random: Random };
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
}

/** What a person does with those who share a collection: roles, removal, recovery keys. Everything is told to the other members at once. */
export class ManageMembers {
  readonly #device: Manager;

  constructor(device: Manager) {
    this.#device = device;
  }

  /** A new recovery key, which stands for an admin; former ones do not any more. */
  makeRecoveryKey(replica: Replica): string {
    checkAdmin(replica, this.#device.deviceId, 'make a recovery key');
    const { clock, random } = this.#device.world;
    const text = makeRecoveryKey(random);
    const key = recoveryIdentity(text, replica.id);
    if (key === null) throw new Error('a recovery key that cannot be read');
    replica.membership.setRecoveryKey(key.descriptor, clock.now());
    replica.membershipChanged();
    return text;
  }
  dropRecoveryKeys(replica: Replica): void {
    checkAdmin(replica, this.#device.deviceId, 'withdraw a recovery key');
    replica.membership.dropRecoveryKeys(this.#device.world.clock.now());
    replica.membershipChanged();
  }
  /** Makes this device an admin. Fails with `bad-recovery-key` or `not-a-member`. */
  redeemRecoveryKey(replica: Replica, text: string): void {
    const key = recoveryIdentity(text, replica.id);
    if (key === null)
      throw new LockstepError(
        'bad-recovery-key',
        'That is no recovery key: was all of it typed, and right?',
        replica.id,
      );
    if (!replica.membership.isMember())
      throw new LockstepError('not-a-member', 'This device was removed: a recovery key lets nobody in.', replica.id);
    if (!replica.membership.redeemRecoveryKey(key, this.#device.world.clock.now()))
      throw new LockstepError('bad-recovery-key', 'That key is not of this collection, or was replaced.', replica.id);
    replica.membershipChanged();
  }

  /** Takes a device out of a collection: what it wrote and we hold counts, nothing after that. */
  remove(replica: Replica, device: DeviceId): void {
    if (replica.membership.member(device) === null) return;
    this.checkMayRemove(replica, device);
    replica.membership.remove(device, replica.heldOf(device), this.#device.world.clock.now());
    replica.membershipChanged();
  }
  /** Fails with `not-allowed`, or with `last-admin` where another has to be made an admin first. */
  checkMayRemove(replica: Replica, device: DeviceId): void {
    if (device !== this.#device.deviceId) checkAdmin(replica, this.#device.deviceId, 'remove devices');
    checkLastAdmin(replica, device);
  }
  /** Fails with `last-admin` where this device has to make another admin first. */
  checkMayLeave(replica: Replica): void {
    checkLastAdmin(replica, this.#device.deviceId);
  }
  /** Gives a device another role: what it wrote so far counts, and where it may only read nothing after that. */
  setRole(replica: Replica, device: DeviceId, role: Role): void {
    const member = replica.membership.member(device);
    if (member === null || member.role === role) return;
    this.checkMaySetRole(replica, device, role);
    const cut = role === 'reader' ? replica.heldOf(device) : [];
    replica.membership.setRole(device, role, cut, this.#device.world.clock.now());
    replica.membershipChanged();
  }
  /** Fails with `not-allowed`, or with `last-admin` where another has to be made an admin first. */
  checkMaySetRole(replica: Replica, device: DeviceId, role: Role): void {
    if (replica.membership.member(device)?.role === role) return;
    checkAdmin(replica, this.#device.deviceId, 'change roles');
    if (role !== 'admin') checkLastAdmin(replica, device);
  }
  /** Tells everyone what this device is called now. */
  renamed(): void {
    for (const replica of this.#device.replicas.values())
      if (replica.membership.rename(this.#device.name, this.#device.world.clock.now())) replica.membershipChanged();
  }
  /** A person decided about what is set aside of a device. */
  settleQuarantine(replica: Replica, device: DeviceId, take: boolean): void {
    this.checkMaySettle(replica, take);
    replica.settleQuarantine(device, take);
  }
  /** Fails with `not-allowed`. */
  checkMaySettle(replica: Replica, take: boolean): void {
    if (take) checkAdmin(replica, this.#device.deviceId, 'take what is set aside');
  }
}

/** Fails with `not-allowed` where this device is no admin of the collection. */
export function checkAdmin(replica: Replica, device: DeviceId, what: string): void {
  if (replica.membership.member(device)?.role === 'admin') return;
  const why = replica.membership.isMember()
    ? `Only an admin of the collection may ${what}.`
    : whyNotWritten(replica.membership, replica.collection.stored.name);
  throw new LockstepError('not-allowed', why, replica.id);
}

/** A collection whose last admin went could neither admit nor remove anyone any more. */
function checkLastAdmin(replica: Replica, device: DeviceId): void {
  const members = [...(replica.membership.current?.members.values() ?? [])];
  const admins = members.filter(({ role }) => role === 'admin');
  if (members.length > 1 && admins.length === 1 && admins[0]?.device === device)
    throw new LockstepError('last-admin', 'It is the only admin of the collection: make another one first.', device);
}
