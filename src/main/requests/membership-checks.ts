import type { CheckView } from '../../contract/contract.ts';
import { whyOut } from '../peers/membership/why-out.ts';
import type { Replica } from '../replica.ts';
import { isRemoved } from './status-view.ts';

/** What `doctor` says of the collections that this device was taken out of, or was let into in vain; one line where it belongs to all of them. */
export function membershipChecks(replicas: Iterable<Replica>): readonly CheckView[] {
  const all = [...replicas];
  const out = all.filter(isRemoved);
  if (out.length > 0)
    return out.map(({ membership, collection }) => {
      const { title, text } = whyOut(membership, collection.stored.name);
      const fix = `To leave it: lockstep leave ${collection.stored.id.slice(0, 12)}`;
      return { check: 'membership', ok: false, detail: `${title}. ${text}`, fix };
    });
  if (all.length === 0) return [];
  return [{ check: 'membership', ok: true, detail: 'this device belongs to all that it keeps', fix: null }];
}
