import type { CollectionId, DeviceId, Digest, MemberKey } from '../../record/ids.ts';
import type { Met, PackagesTaken, SharedCollection } from '../session/shared-collection.ts';
import type { GroupMembership } from './group-membership.ts';
import type { Member } from './membership.ts';

const NOTHING_MET: Met = { has: new Map(), branches: new Set(), wanted: [] };
const NOTHING_TAKEN: PackagesTaken = { stored: 0, gaps: [], forked: [], refused: null };

/**
 * A collection this device left, until one of the others knows: they would wait for it for ever. It tells them so over the link, and
 * gives and takes nothing else.
 */
export class LeftCollection implements SharedCollection {
  readonly isLeft = true;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly #membership: GroupMembership;
  readonly #told: () => void;

  /** `told`: called once a member has what this device said when it left. */
  constructor(membership: GroupMembership, since: number, told: () => void) {
    this.#membership = membership;
    this.since = since;
    this.#told = told;
  }

  get id(): CollectionId {
    return this.#membership.group;
  }
  /** As of `GroupMembership`. */
  get relay(): string {
    return this.#membership.relay();
  }
  get member(): MemberKey {
    return this.#membership.ownKey;
  }
  others(): readonly Member[] {
    return this.#membership.others();
  }
  sign(bytes: Uint8Array): Uint8Array {
    return this.#membership.sign(bytes);
  }
  verify(member: MemberKey, bytes: Uint8Array, signature: Uint8Array): boolean {
    return this.#membership.verify(member, bytes, signature);
  }
  memberKeyOf(device: DeviceId): MemberKey | null {
    return this.#membership.memberKeyOf(device);
  }
  formerKeyOf() {
    return null;
  }
  wordOfRemoval() {
    return [];
  }
  membershipHeads(): readonly Digest[] {
    return this.#membership.heads();
  }
  membershipOperations(): readonly Uint8Array[] {
    return this.#membership.operations();
  }
  /** A member that tells of this device's leaving has taken it. */
  receiveMembership(operations: readonly Uint8Array[]): boolean {
    const isNew = this.#membership.receive(operations);
    if (this.#membership.tellsOfOwnRemoval(operations)) this.#told();
    return isNew;
  }
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
