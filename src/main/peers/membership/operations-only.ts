import type { CollectionId, DeviceId, Digest, MemberKey } from '../../record/ids.ts';
import type { Met, PackagesTaken, SharedCollection } from '../session/shared-collection.ts';
import type { GroupMembership } from './group-membership.ts';

const NOTHING_MET: Met = { has: new Map(), branches: new Set(), wanted: [] };
const NOTHING_TAKEN: PackagesTaken = { stored: 0, gaps: [], forked: [], refused: null };

/** A collection of which operations of members are exchanged over a link, and nothing else is given or taken. */
export abstract class OperationsOnly implements SharedCollection {
  abstract readonly part: 'left' | 'removed';
  protected readonly membership: GroupMembership;

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
  abstract formerKeyOf(device: DeviceId): MemberKey | null;
  abstract wordOfRemoval(device: DeviceId): readonly Uint8Array[];
  membershipHeads(): readonly Digest[] {
    return this.membership.heads();
  }
  membershipOperations(): readonly Uint8Array[] {
    return this.membership.operations();
  }
  abstract receiveMembership(operations: readonly Uint8Array[]): boolean;
  heads() {
    return [];
  }
  peerHolds(): Met {
    return NOTHING_MET;
  }
  branchPackages() {
    return [];
  }
  packagesAfter() {
    return [];
  }
  isOwn(): boolean {
    return false;
  }
  receivePackages(): PackagesTaken {
    return NOTHING_TAKEN;
  }
  positions() {
    return { held: [], applied: [], problems: 0 };
  }
  acknowledged(): void {}
  readonly isPartial = false;
  standing() {
    return { partial: false, members: [] };
  }
  standingHeard(): void {}
  beacons() {
    return [];
  }
  beaconHeard() {
    return true;
  }
  async giveContent(asked: readonly unknown[]) {
    return asked.map(() => null);
  }
  async scan(): Promise<void> {}
}
