import type { CollectionId, DeviceId, Digest, LogId, MemberKey, RecordId } from '../../record/ids.ts';
import type { HeadsBeacon } from './heads-beacon.ts';

export interface LogPosition {
  readonly member: MemberKey;
  readonly log: LogId;
  readonly number: number;
}
export interface LogHead extends LogPosition {
  /** Hash of that package: a fork shows at once. */
  readonly hash: Digest;
}
export interface ContentAsked {
  readonly digest: Digest;
  readonly kind: 'content' | 'chunk' | 'chunk-list';
  readonly hint: RecordId | null;
  /** A chunk list the asker has. */
  readonly base: Digest | null;
  /** How long a content is to be, as the record says that names it: so much is let in. */
  readonly size?: number;
  /** Somebody gave something else for it: an answer that is not what the digest says is none, and the next one is asked. Not of splices. */
  readonly doubted?: boolean;
}
export interface ContentGiven {
  readonly bytes: Uint8Array;
  /** The bytes are a splice of the chunk list the asker named as base. */
  readonly splice: boolean;
}
export interface Gap {
  readonly log: LogId;
  readonly member: MemberKey;
  readonly from: number;
}
/** A package beside its log, which has several branches. */
export interface BranchPackage {
  readonly log: LogId;
  readonly member: MemberKey;
  readonly number: number;
  /** 8 bytes of its hash. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}
/** How what a peer holds fits what is held here. */
export interface MetHeads {
  /** Per log, how far it has what is here. */
  readonly has: ReadonlyMap<LogId, number>;
  /** Packages beside a log that it has: 8 bytes of their hashes. */
  readonly branches: ReadonlySet<string>;
  /** Where it has another past than is here. */
  readonly wanted: readonly Gap[];
}
/** Packages taken in: what is still needed to go on. */
export interface PackagesTaken {
  readonly stored: number;
  /** Logs in which packages before these are missing, and from which number on. */
  readonly gaps: readonly Gap[];
  /** Logs that turned out to have several branches. */
  readonly forked: readonly LogId[];
  /** What must not be taken, and why; the peer that sent it is told and left. */
  readonly refused: string | null;
}

/** How far a member is, as it told somebody. */
export interface MemberStanding {
  readonly member: MemberKey;
  /** It is linked now with who tells. */
  readonly linked: boolean;
  readonly held: readonly LogPosition[];
  readonly applied: readonly LogPosition[];
}
/** What a device tells beside its acknowledgements. */
export interface Standing {
  /** Its sources leave something out: what it applied it need not hold. */
  readonly partial: boolean;
  readonly members: readonly MemberStanding[];
}

/** A collection as a peer session sees it: logs, acknowledgements and content; no records, no sources. */
export interface SharedCollection {
  readonly id: CollectionId;
  readonly member: MemberKey;
  /** What this device is in it. One that left tells the members so, one that was removed hears from them if it was not: nothing else is exchanged. */
  readonly part: 'member' | 'left' | 'removed';
  sign(bytes: Uint8Array): Uint8Array;
  verify(member: MemberKey, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** The member key of a device that may take part now; null for strangers and removed ones. */
  memberKeyOf(device: DeviceId): MemberKey | null;
  /** The member key of a device that was removed and may not know it yet; null for all others. */
  formerKeyOf(device: DeviceId): MemberKey | null;
  /** The operations that tell such a device. */
  wordOfRemoval(device: DeviceId): readonly Uint8Array[];
  membershipHeads(): readonly Digest[];
  membershipOperations(): readonly Uint8Array[];
  /** Takes in operations; true where they told something new. */
  receiveMembership(operations: readonly Uint8Array[]): boolean;
  /** The newest package of each log; of a log with several branches, of each. */
  heads(): readonly LogHead[];
  /** Tells what a peer holds, before anything is sent: our own past may be in it. */
  peerHolds(device: DeviceId, heads: readonly LogHead[]): MetHeads;
  /** What is held beside the logs themselves, in an order in which it can be taken. Nearly always nothing. */
  branchPackages(): readonly BranchPackage[];
  packagesAfter(
    log: LogId,
    after: number,
    limit: number,
  ): readonly { readonly number: number; readonly bytes: Uint8Array }[];
  isOwn(log: LogId): boolean;
  receivePackages(device: DeviceId, packages: readonly Uint8Array[]): PackagesTaken;
  positions(): {
    readonly held: readonly LogPosition[];
    readonly applied: readonly LogPosition[];
    readonly problems: number;
  };
  /** `problems`: so many items the device names as problems. */
  acknowledged(device: DeviceId, held: readonly LogPosition[], applied: readonly LogPosition[], problems: number): void;
  /** What a peer is told of this device's sources and of the members but itself. */
  standing(peer: DeviceId): Standing;
  /** Do the sources here hold less than what is said to be applied? */
  readonly isPartial: boolean;
  standingHeard(device: DeviceId, standing: Standing): void;
  /** What this device signs now to say what it holds, and the newest that others signed: for peers to compare with what comes to them. */
  beacons(): readonly HeadsBeacon[];
  /** Takes a beacon of this collection that a peer told, of itself or of another; false: the member it names did not sign it. */
  beaconHeard(beacon: HeadsBeacon): boolean;
  /** Content for a peer, which nobody else may see or keep where it lies in a slab; null for what is not here. Same order. */
  giveContent(asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]>;
  /** Looks at the sources now; resolves when what it found is in the log. */
  scan(): Promise<void>;
}
