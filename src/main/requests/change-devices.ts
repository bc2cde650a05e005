import type { Role } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { findCollection, findDevice } from './find-named.ts';
import { inEachCollection } from './in-each-collection.ts';
import { leaveRequest } from './leave-request.ts';

/**
 * Takes a device out of one collection, or all (CLI `remove-device`). This one leaves a collection, and only one that is named: else who mistakes a name would
 * share nothing any more. Fails with `this-device`, `not-allowed`, `last-admin`; of all, where that is so of some, once the others are done.
 */
export async function removeDevice(engine: Engine, text: string, collection: string | null): Promise<void> {
  const { device, name } = findDevice(engine, text);
  if (device !== engine.deviceId) {
    if (collection !== null) engine.members.remove(findCollection(engine, collection), device);
    else
      inEachCollection(sharedWith(engine, device), {
        subject: name,
        check: (replica) => engine.members.checkMayRemove(replica, device),
        act: (replica) => engine.members.remove(replica, device),
        done: `${name} was removed from`,
        undone: 'It stays in',
      });
    return;
  }
  if (collection === null)
    throw new LockstepError('this-device', `${name} is this device: name the collection that it shall leave.`, name);
  await leaveRequest(engine, findCollection(engine, collection));
}

/**
 * Gives a device another role in one collection, or all it shares with this one (CLI `set-role`). Fails with `not-a-member` where it is not in the one that is
 * named, `not-allowed`, `last-admin`; of all, where that is so of some, once the others are done.
 */
export function setRole(engine: Engine, text: string, role: Role, collection: string | null): void {
  const { device, name } = findDevice(engine, text);
  if (collection === null) {
    inEachCollection(sharedWith(engine, device), {
      subject: name,
      check: (replica) => engine.members.checkMaySetRole(replica, device, role),
      act: (replica) => engine.members.setRole(replica, device, role),
      done: `${name} is ${ROLE_WORDS[role]} in`,
      undone: 'It keeps its role in',
    });
    return;
  }
  const replica = findCollection(engine, collection);
  if (replica.membership.isMember() && replica.membership.member(device) === null)
    throw new LockstepError(
      'not-a-member',
      `${name} is not in ${replica.collection.stored.name}. Invite it there with the role it shall have.`,
      name,
    );
  engine.members.setRole(replica, device, role);
}

const ROLE_WORDS: { readonly [role in Role]: string } = { admin: 'an admin', editor: 'an editor', reader: 'a reader' };

/**
 * What is set aside of a device counts after all, or is let go of, in one collection or in all where something is (CLI `quarantine`). Fails with
 * `not-allowed`; of all, where that is so of some, once the others are done.
 */
export function settleQuarantine(engine: Engine, text: string, take: boolean, collection: string | null): void {
  const { device, name } = findDevice(engine, text, 'and former ones');
  if (collection !== null) {
    engine.members.settleQuarantine(findCollection(engine, collection), device, take);
    return;
  }
  const all = [...engine.replicas.values()];
  const waiting = all.filter((replica) => replica.hasSetAside(device));
  // Where nothing waits whoever may not decide is told that, as where something does.
  inEachCollection(waiting.length > 0 ? waiting : all, {
    subject: name,
    check: (replica) => engine.members.checkMaySettle(replica, take),
    act: (replica) => engine.members.settleQuarantine(replica, device, take),
    done: `What was set aside of ${name} counts in`,
    undone: 'It waits still in',
  });
}

/** Collections of which, as far as is known here, it is a member. */
const sharedWith = (engine: Engine, device: DeviceId): readonly Replica[] =>
  [...engine.replicas.values()].filter((replica) => replica.membership.member(device) !== null);
