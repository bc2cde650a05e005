import type { JoinedView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { isAddress } from '../locations/server-place.ts';
import type { SourcePlace } from '../locations/source-place.ts';
import type { Join } from '../network/joins-under-way.ts';
import { whyOut } from '../peers/membership/why-out.ts';
import type { Joined, OfferShown } from '../peers/pairing/pairing-joiner.ts';
import { LockstepError } from '../platform/trouble.ts';
import { tellingOfFormer } from './place-of-former.ts';

/** Asks to be let in; `show` is told what is offered, and says whether it is wanted. */
type Ask = (show: (offer: OfferShown) => Promise<boolean>) => Promise<Joined>;

/**
 * Joins (by a link, or `ask`) with a place as source, in whatever format it holds the collection's kind (CLI `join`). Resolves when membership is
 * granted, or, without `wait`, as soon as both screens show the code and a person at the other end has to approve; the join then goes on
 * by itself.
 */
export async function joinRequest(
  engine: Engine,
  ask: Ask,
  location: string,
  format: string | null,
  wait: boolean,
): Promise<JoinedView> {
  // What is wrong with the place itself is said before anybody is asked.
  if (!isAddress(location) && engine.world.realPath(location) !== null)
    await tellingOfFormer(engine, () => engine.place(location, { kind: null, format, create: false }));
  let place: SourcePlace | null = null;
  return new Promise((resolve, reject) => {
    let code = '';
    let waiting: Join | null = null;
    let isAnswered = false;
    const asked = ask(async (offer) => {
      const known = engine.replicas.get(offer.collection);
      if (known !== undefined)
        throw new LockstepError(
          'already-joined',
          known.membership.isMember()
            ? `This device is in ${offer.name} already. Add another source to it instead.`
            : `${whyOut(known.membership, offer.name).title}. Leave it here first, then join anew: its folder stays as it is.`,
          offer.collection,
        );
      place = await engine.place(location, { kind: offer.kind, format, create: true });
      code = offer.code;
      const { collection, name } = offer;
      waiting = { collection, name, location: place.path, state: 'waiting-for-approval', code, why: null };
      engine.joins.put(waiting);
      engine.changed();
      if (!wait)
        engine.world.clock.after(APPROVAL_MS, () => {
          isAnswered = true;
          resolve({ collection, source: '', state: 'waiting-for-approval', code });
        });
      return true;
    });
    asked
      .then(async (joined) => {
        engine.joins.granted(joined.collection);
        const replica = engine.openCollection(joined.collection, joined.name, joined.kind);
        place ??= await engine.place(location, { kind: joined.kind, format, create: true });
        const source = await engine.addSource(replica, place);
        resolve({ collection: joined.collection, source: source.id, state: 'joined', code });
      })
      .catch((error: unknown) => {
        const { message } = error as Error;
        engine.world.log(`join: ${message}`);
        // Where the program ends, the next start tells of it.
        const isEnding = error instanceof LockstepError && error.code === 'join-cancelled';
        if (waiting !== null && !isEnding) {
          // Whoever still waits for the answer is told by it; everybody else by the status.
          if (isAnswered) engine.joins.put({ ...waiting, state: 'failed', why: message });
          else engine.joins.drop(waiting.collection);
          engine.changed();
        }
        reject(error as Error);
      });
  });
}

/** A headless inviter that approves by itself has answered by then. */
const APPROVAL_MS = 1500;

/** A join that failed is not told any more. false: there is none of that collection. */
export function forgetJoin(engine: Engine, collection: string): boolean {
  const failed = engine.joins.all().find((one) => one.collection === collection && one.state === 'failed');
  if (failed === undefined) return false;
  engine.joins.drop(failed.collection);
  engine.changed();
  return true;
}
