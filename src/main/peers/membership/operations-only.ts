import type { DeviceId, MemberKey } from '../../record/ids.ts';
import type { MetHeads, PackagesTaken, SharedCollection } from '../session/shared-collection.ts';
import { SharedMembership } from './shared-membership.ts';

const NOTHING_MET: MetHeads = { has: new Map(), branches: new Set(), wanted: [] };
const NOTHING_TAKEN: PackagesTaken = { stored: 0, gaps: [], forked: [], refused: null };

/** A collection of which operations of members are exchanged over a link, and nothing else is given or taken. */
export abstract class OperationsOnly extends SharedMembership implements SharedCollection {
  abstract readonly part: 'left' | 'removed';
  abstract formerKeyOf(device: DeviceId): MemberKey | null;
  abstract wordOfRemoval(device: DeviceId): readonly Uint8Array[];
  abstract receiveMembership(operations: readonly Uint8Array[]): boolean;
  heads() {
    return [];
  }
  peerHolds(): MetHeads {
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
