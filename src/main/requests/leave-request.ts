import type { Engine } from '../engine.ts';
import type { Replica } from '../replica.ts';
import { syncRequest } from './sync-request.ts';

/** So long whoever leaves waits for those that are linked to take what only this device has. */
const HAND_OVER_SECONDS = 10;

/** Collections that are being left. */
const leaving = new WeakMap<Replica, Promise<void>>();

/**
 * Leaves a collection, once those that are linked have what was written here, or do not take it in time: of what nobody else had they would only
 * have heard. Asked again meanwhile it is the same leave: a second one would take away what tells the others of the first, and the rows of whatever
 * came after it. Fails as `Engine.leave`.
 */
export function leaveRequest(engine: Engine, replica: Replica): Promise<void> {
  const under = leaving.get(replica);
  if (under !== undefined) return under;
  const left = leave(engine, replica).finally(() => leaving.delete(replica));
  leaving.set(replica, left);
  return left;
}

async function leave(engine: Engine, replica: Replica): Promise<void> {
  if (replica.membership.isMember()) engine.members.checkMayLeave(replica);
  const takesPart = replica.membership.isMember() && !replica.collection.stored.paused;
  if (takesPart && engine.network.linkedTo(replica.id).length > 0)
    await syncRequest(engine, { collection: replica.id, wait: true, timeoutSeconds: HAND_OVER_SECONDS });
  await engine.leave(replica);
}
