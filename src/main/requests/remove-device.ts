import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';
import { findCollection, findCollections, findDevice } from './find-named.ts';
import { leaveRequest } from './leave-request.ts';

/**
 * Takes a device out of one collection, or all (CLI `remove-device`). This one leaves a collection, and only one that is named: else who mistakes a name would
 * share nothing any more. Fails with `this-device`, `not-allowed`, `last-admin`.
 */
export async function removeDevice(engine: Engine, text: string, collection: string | null): Promise<void> {
  const { device, name } = findDevice(engine, text);
  if (device !== engine.deviceId) {
    for (const replica of findCollections(engine, collection)) engine.members.remove(replica, device);
    return;
  }
  if (collection === null)
    throw new LockstepError('this-device', `${name} is this device: name the collection that it shall leave.`, name);
  await leaveRequest(engine, findCollection(engine, collection));
}
