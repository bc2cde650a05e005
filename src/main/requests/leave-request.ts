import type { Engine } from '../engine.ts';
import type { Replica } from '../replica.ts';
import { syncRequest } from './sync-request.ts';

/** So long whoever leaves waits for those that are linked, or the relay, to take what only this device has. */
const HAND_OVER_SECONDS = 10;

/** Collections that are being left. */
const leaving = new WeakMap<Replica, Promise<void>>();

/**
 * Leaves a collection, once those that are linked have what was written here, and it lies at the relay, or is not taken in time: of what nobody else
 * had they would only have heard. Asked again meanwhile it is the same leave: a second one would take away what tells the others of the first, and the rows of whatever
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
  const { network } = engine;
  const linked = network.linkedTo(replica.id).length > 0;
  // Those that are linked pass it on; where there are none it can only lie at the relay.
  if (takesPart && (linked || network.relays.readySession(replica.id) !== null))
    await syncRequest(engine, { collection: replica.id, wait: linked, timeoutSeconds: HAND_OVER_SECONDS });
  await engine.leave(replica);
}
