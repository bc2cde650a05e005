import type { LogId, MemberKey } from '../record/ids.ts';
import type { MessageOf } from './protocol/messages.ts';
import type { SharedCollection } from './shared-collection.ts';

/** Bytes of packages in one frame, and how many packages. */
const FRAME_PACKAGES_BYTES = 512 << 10;
const FRAME_PACKAGES = 256;

/** One collection that two members have open on their link. */
export interface Opened {
  readonly shared: SharedCollection;
  readonly ownHandle: number;
  /** What the peer has or was sent, per log; null until it told. */
  sent: Map<LogId, number> | null;
  /** Packages beside the logs that it has or was sent. */
  readonly branches: Set<string>;
  /** Logs of which the two have different branches: how far one is says nothing of the other. */
  readonly forked: Set<LogId>;
  /** Heads beacons that were told, by either: of each member from when the last one is. */
  readonly beacons: Map<MemberKey, number>;
  /** Beacons are due once the peer was sent all that they name. */
  beaconsDue: boolean;
  peerOpened: boolean;
  ackPlanned: boolean;
  standingPlanned: boolean;
  /** What was told last, as text; '' stands for all that is said by saying nothing. */
  standingTold: string;
  /** The peer told of the others, or has said by acknowledging first that there is nothing to tell. */
  standingHeard: boolean;
  forwardPlanned: boolean;
}

/** As it is before anything was said of it. */
export function newlyOpened(shared: SharedCollection, ownHandle: number): Opened {
  return {
    shared,
    ownHandle,
    sent: null,
    branches: new Set(),
    forked: new Set(),
    beacons: new Map(),
    beaconsDue: true,
    peerOpened: false,
    ackPlanned: false,
    standingPlanned: false,
    standingTold: '',
    standingHeard: false,
    forwardPlanned: false,
  };
}

/**
 * The packages to push next, in the order of their log; null: the peer was sent all. Those of others wait while it is planned to pass them on,
 * but for `forward`.
 */
export function nextPackages(all: Iterable<Opened>, forward: boolean): MessageOf<'PACKAGE'> | null {
  for (const opened of all) {
    if (opened.sent === null || !opened.peerOpened) continue;
    for (const { log, member, number } of opened.shared.heads()) {
      const sent = opened.sent.get(log) ?? 0;
      if (number <= sent) continue;
      if (!forward && !opened.shared.isOwn(log) && opened.forwardPlanned) continue;
      const packages: Uint8Array[] = [];
      let bytes = 0;
      for (const each of opened.shared.packagesAfter(log, sent, FRAME_PACKAGES)) {
        if (packages.length > 0 && bytes + each.bytes.length > FRAME_PACKAGES_BYTES) break;
        packages.push(each.bytes);
        bytes += each.bytes.length;
      }
      if (packages.length === 0) continue;
      opened.sent.set(log, sent + packages.length);
      return {
        is: 'PACKAGE',
        h: opened.ownHandle,
        member,
        log,
        numbers: { first: sent + 1, count: packages.length },
        packages,
      };
    }
    const beside = nextBranch(opened, forward);
    if (beside !== null) return beside;
  }
  return null;
}

/** Once the log itself is sent, what is beside it. */
function nextBranch(opened: Opened, forward: boolean): MessageOf<'PACKAGE'> | null {
  for (const { log, member, number, hash, bytes } of opened.shared.branchPackages()) {
    if (opened.branches.has(hash) || (!forward && opened.forwardPlanned)) continue;
    opened.branches.add(hash);
    return {
      is: 'PACKAGE',
      h: opened.ownHandle,
      member,
      log,
      numbers: { first: number, count: 1 },
      packages: [bytes],
    };
  }
  return null;
}
