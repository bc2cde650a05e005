import type { CollectionView } from '../../contract/contract.ts';
import { deciders, listed } from '../../contract/overall-state.ts';

/** Where devices are invited to what this one is no admin of: `Devices are invited to Books and Music on Laptop or Attic`. */
export function invitedElsewhere(collections: readonly CollectionView[]): string {
  const admins = [...new Set(collections.flatMap(({ invitedBy = [] }) => invitedBy))];
  return `Devices are invited to ${listed(collections.map(({ name }) => name))} on ${deciders(admins)}.`;
}
