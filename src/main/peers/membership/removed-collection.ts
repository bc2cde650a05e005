import type { DeviceId, MemberKey } from '../../record/ids.ts';
import type { SharedCollection } from '../session/shared-collection.ts';
import type { GroupMembership } from './group-membership.ts';
import { OperationsOnly } from './operations-only.ts';

/**
 * A collection that this device was taken out of, as it knows. That may be void, for a more senior admin had taken the right to it from whoever did it:
 * then others take this device for a member, link with it, and tell it why.
 */
export class RemovedCollection extends OperationsOnly {
  readonly part = 'removed';
  readonly #replica: Pick<SharedCollection, 'formerKeyOf' | 'wordOfRemoval' | 'receiveMembership'>;

  /** `replica`: the collection as it is here. */
  constructor(
    membership: GroupMembership,
    replica: Pick<SharedCollection, 'formerKeyOf' | 'wordOfRemoval' | 'receiveMembership'>,
  ) {
    super(membership);
    this.#replica = replica;
  }

  formerKeyOf(device: DeviceId): MemberKey | null {
    return this.#replica.formerKeyOf(device);
  }
  wordOfRemoval(device: DeviceId): readonly Uint8Array[] {
    return this.#replica.wordOfRemoval(device);
  }
  receiveMembership(operations: readonly Uint8Array[]): boolean {
    return this.#replica.receiveMembership(operations);
  }
}
