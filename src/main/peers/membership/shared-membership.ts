import type { CollectionId, DeviceId, Digest, MemberKey } from '../../record/ids.ts';
import type { GroupMembership } from './group-membership.ts';

/** What a collection shows a peer of who belongs to it, whatever part this device has in it (`SharedCollection`). */
export abstract class SharedMembership {
  readonly membership: GroupMembership;

  constructor(membership: GroupMembership) {
    this.membership = membership;
  }

  get id(): CollectionId {
    return this.membership.group;
  }
  get member(): MemberKey {
    return this.membership.ownKey;
  }
  sign(bytes: Uint8Array): Uint8Array {
    return this.membership.sign(bytes);
  }
  verify(member: MemberKey, bytes: Uint8Array, signature: Uint8Array): boolean {
    return this.membership.verify(member, bytes, signature);
  }
  memberKeyOf(device: DeviceId): MemberKey | null {
    return this.membership.memberKeyOf(device);
  }
  membershipHeads(): readonly Digest[] {
    return this.membership.heads();
  }
  membershipOperations(): readonly Uint8Array[] {
    return this.membership.operations();
  }
}
