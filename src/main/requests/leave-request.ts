import type { Engine } from '../engine.ts';
import type { Replica } from '../replica.ts';
import { syncRequest } from './sync-request.ts';

/** So long whoever leaves waits for those that are linked to take what only this device has. */
const HAND_OVER_SECONDS = 10;

/**
 * Leaves a collection, once those that are linked have what was written here, or do not take it in time: of what nobody else had they would only
 * have heard. Fails as `Engine.leave`.
 */
export async function leaveRequest(engine: Engine, replica: Replica): Promise<void> {
  if (replica.membership.isMember()) engine.members.checkMayLeave(replica);
  const takesPart = replica.membership.isMember() && !replica.collection.stored.paused;
  if (takesPart && engine.network.linkedTo(replica.id).length > 0)
    await syncRequest(engine, { collection: replica.id, wait: true, timeoutSeconds: HAND_OVER_SECONDS });
  await engine.leave(replica);
}
