import type { JoinedView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';

/**
 * Joins by a link with a folder as source (CLI `join`). Resolves when membership is granted, or, without `wait`, as soon as both screens show the
 * code and a person at the other end has to approve; the join then goes on by itself.
 */
export function joinRequest(
  engine: Engine,
  link: string,
  location: string,
  format: string | null,
  wait: boolean,
): Promise<JoinedView> {
  if (format !== null && format !== 'folder')
    throw new LockstepError('not-available', 'Only folders can be kept in step so far.', format);
  const root = engine.place(location, true);
  return new Promise((resolve, reject) => {
    let code = '';
    const asked = engine.network.join(link, async (offer) => {
      const known = engine.replicas.get(offer.collection);
      if (known !== undefined)
        throw new LockstepError(
          'already-joined',
          known.membership.isMember()
            ? `This device is in ${offer.name} already. Add another source to it instead.`
            : `This device was removed from ${offer.name}. Leave it here first, then join anew: its folder stays as it is.`,
          offer.collection,
        );
      code = offer.code;
      if (!wait)
        engine.world.clock.after(APPROVAL_MS, () =>
          resolve({ collection: offer.collection, source: '', state: 'waiting-for-approval', code }),
        );
      return true;
    });
    asked
      .then(async (joined) => {
        const replica = engine.openCollection(joined.collection, joined.name);
        const source = await engine.addSource(replica, root);
        resolve({ collection: joined.collection, source: source.id, state: 'joined', code });
      })
      .catch((error: unknown) => {
        engine.world.log(`join: ${(error as Error).message}`);
        reject(error as Error);
      });
  });
}

/** A headless inviter that approves by itself has answered by then. */
const APPROVAL_MS = 1500;
