import type { Engine } from '../engine.ts';
import { whyOut } from '../peers/membership/why-out.ts';
import { LockstepError } from '../platform/trouble.ts';
import { isRemoved } from './status-view.ts';

/**
 * What finds a place, where that is taken by a collection this device was taken out of: nothing is kept in step there, and who has a new invitation
 * is told what is in its way. Fails as `find`.
 */
export async function tellingOfFormer<T>(engine: Pick<Engine, 'replicas'>, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'overlaps-source') throw error;
    const { subject, code } = error;
    const former = [...engine.replicas.values()].find(
      (replica) =>
        isRemoved(replica) && [...replica.synchronizers.values()].some(({ source }) => source.location === subject),
    );
    if (former === undefined) throw error;
    const { name } = former.collection.stored;
    const { title } = whyOut(former.membership, name);
    throw new LockstepError(
      code,
      `${title}, and ${subject} is still its place here. Leave ${name} first, then try again: what is there stays as it is.`,
      subject,
    );
  }
}
