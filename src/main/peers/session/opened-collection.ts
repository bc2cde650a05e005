import type { Clock } from '../../platform/clock.ts';
import type { CollectionId, DeviceId, LogId, MemberKey } from '../../record/ids.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';
import { readHeadsBeacon } from './heads-beacon.ts';
import { membersMessages } from './members-messages.ts';
import type { Gap, SharedCollection } from './shared-collection.ts';

/** Bytes of packages in one frame, and how many packages. */
const FRAME_PACKAGES_BYTES = 512 << 10;
const FRAME_PACKAGES = 256;

/** Packages of others wait this long before they are passed on: their author is probably linked with the peer too. */
const FORWARD_AFTER_MS = 250;

/** What is known of others is told this long after it changed, once for many changes. */
const STANDING_AFTER_MS = 1000;

/** What is said within one collection, but for content. */
export type MessageInCollection = Extract<
  Message,
  { is: 'MEMBERS' | 'HAVE' | 'WANT' | 'PACKAGE' | 'ACK' | 'SCAN' | 'HEADS' | 'STANDING' | 'CONTENTS_BACK' }
>;

/** What an opened collection needs of the session it belongs to. */
export interface OpenedPort {
  readonly peer: DeviceId;
  readonly clock: Clock;
  /** Nothing is sent once the link has ended. */
  send(message: Message): void;
  /** The peer broke the protocol: the link ends. */
  fault(why: string): void;
  /** There may be bulk to send; with `forward`, packages of others at once. */
  pump(forward: boolean): void;
  /** Bytes of bulk were taken in, and the peer may send as many more. */
  consumed(bytes: number): void;
  /** What the peer holds or has applied became something else. */
  changed(): void;
  /** The peer may have again what it did not have when it was asked. */
  contentsBack(id: CollectionId): void;
}

/**
 * One collection that two members have open on their link: membership, packages in the order of their logs, and what each has
 * applied (PROTOCOL 2.9). It remembers what the peer has or was sent; packages are pushed, asking (WANT) only repairs.
 */
export class OpenedCollection {
  readonly shared: SharedCollection;
  readonly ownHandle: number;
  /** Has the peer opened it too? */
  peerOpened = false;
  readonly #port: OpenedPort;
  /** What the peer has or was sent, per log; null until it told, which it does once it has opened the collection too. */
  #sent: Map<LogId, number> | null = null;
  /** Packages beside the logs that it has or was sent. */
  readonly #branches = new Set<string>();
  /** Logs of which the two have different branches: how far one is says nothing of the other. */
  readonly #forked = new Set<LogId>();
  /** Heads beacons that were told, by either: of each member from when the last one is. */
  readonly #beacons = new Map<MemberKey, number>();
  /** Beacons are due once the peer was sent all that they name. */
  #beaconsDue = true;
  #ackPlanned = false;
  #standingPlanned = false;
  #forwardPlanned = false;
  /** What was told last, as text; '' stands for all that is said by saying nothing. */
  #standingTold = '';
  #partialTold = false;
  /** The peer told of the others, or has said by acknowledging first that there is nothing to tell. */
  #standingHeard = false;
  #isShut = false;

  constructor(shared: SharedCollection, ownHandle: number, port: OpenedPort) {
    this.shared = shared;
    this.ownHandle = ownHandle;
    this.#port = port;
  }

  /** Has the peer told what it holds, so that packages flow? */
  get isFlowing(): boolean {
    return this.#sent !== null;
  }

  /** The two share it no longer, or their link ended: nothing that was planned is said any more. */
  shut(): void {
    this.#isShut = true;
  }

  tellMembers(withOperations: boolean): void {
    const ops = withOperations ? this.shared.membershipOperations() : [];
    for (const message of membersMessages(this.shared, this.ownHandle, ops)) this.#port.send(message);
  }

  tellHeld(): void {
    this.#port.send({ is: 'HAVE', h: this.ownHandle, vector: this.shared.heads() });
  }

  /** New packages are in its log. */
  packagesWritten(): void {
    if (this.#sent === null) return;
    // First, or those of others would go at once.
    this.#planForward();
    this.#port.pump(false);
    this.acknowledge();
  }

  /** Something was applied or constructed, or is a problem, or is none any more: the peer is told soon, once for many. */
  acknowledge(): void {
    if (this.#ackPlanned || this.#sent === null) return;
    this.#ackPlanned = true;
    queueMicrotask(() => {
      this.#ackPlanned = false;
      if (this.#isShut) return;
      // Else for a moment the peer would think that what is applied is held here.
      if (this.shared.isPartial !== this.#partialTold) this.#tellStanding();
      this.#port.send({ is: 'ACK', h: this.ownHandle, ...this.shared.positions() });
    });
  }

  /** What is known of other members, or what the sources here leave out, may be another thing than it was: the peer is told soon. */
  tellStandingSoon(): void {
    if (this.#sent === null) return;
    // What is applied counts as held here from now on, or no more.
    if (this.shared.isPartial !== this.#partialTold) this.acknowledge();
    if (this.#standingPlanned) return;
    this.#standingPlanned = true;
    this.#port.clock.after(STANDING_AFTER_MS, () => {
      this.#standingPlanned = false;
      if (!this.#isShut) this.#tellStanding();
    });
  }

  tellContentsBack(): void {
    if (this.#sent !== null) this.#port.send({ is: 'CONTENTS_BACK', h: this.ownHandle });
  }

  /** With the time that passes: what members hold is told again. */
  beaconsAreDue(): void {
    this.#beaconsDue = true;
  }

  /**
   * Tells what members had seen, once the peer was sent all that is here: what a beacon names and the peer misses then, somebody keeps back.
   */
  tellBeacons(): void {
    if (!this.#beaconsDue || this.#sent === null || this.#forwardPlanned) return;
    this.#beaconsDue = false;
    const peer = this.shared.memberKeyOf(this.#port.peer);
    for (const { member, time, content, signature } of this.shared.beacons()) {
      if (member === peer || time <= (this.#beacons.get(member) ?? -1)) continue;
      this.#beacons.set(member, time);
      this.#port.send({ is: 'HEADS', h: this.ownHandle, content, signature });
    }
  }

  /**
   * The packages to push next, in the order of their log; null: the peer was sent all. Those of others wait while it is planned to pass
   * them on, but for `forward`.
   */
  nextPackages(forward: boolean): MessageOf<'PACKAGE'> | null {
    const was = this.#sent;
    if (was === null) return null;
    for (const { log, member, number } of this.shared.heads()) {
      const sent = was.get(log) ?? 0;
      if (number <= sent) continue;
      if (!forward && !this.shared.isOwn(log) && this.#forwardPlanned) continue;
      const packages: Uint8Array[] = [];
      let bytes = 0;
      for (const each of this.shared.packagesAfter(log, sent, FRAME_PACKAGES)) {
        if (packages.length > 0 && bytes + each.bytes.length > FRAME_PACKAGES_BYTES) break;
        packages.push(each.bytes);
        bytes += each.bytes.length;
      }
      if (packages.length === 0) continue;
      was.set(log, sent + packages.length);
      const numbers = { first: sent + 1, count: packages.length };
      return { is: 'PACKAGE', h: this.ownHandle, member, log, numbers, packages };
    }
    return this.#nextBranch(forward);
  }

  /** Once the log itself is sent, what is beside it. */
  #nextBranch(forward: boolean): MessageOf<'PACKAGE'> | null {
    for (const { log, member, number, hash, bytes } of this.shared.branchPackages()) {
      if (this.#branches.has(hash) || (!forward && this.#forwardPlanned)) continue;
      this.#branches.add(hash);
      const numbers = { first: number, count: 1 };
      return { is: 'PACKAGE', h: this.ownHandle, member, log, numbers, packages: [bytes] };
    }
    return null;
  }

  /** Takes in what a member said; the caller has made sure that it is one. */
  receive(message: MessageInCollection): void {
    switch (message.is) {
      case 'MEMBERS':
        this.#onMembers(message);
        return;
      case 'HAVE':
        this.#onHave(message);
        return;
      case 'WANT':
        this.#onWant(message);
        return;
      case 'PACKAGE':
        this.#onPackages(message);
        return;
      case 'ACK':
        this.#onAck(message);
        return;
      case 'SCAN':
        void this.shared.scan().then(() => this.#port.send({ is: 'SCANNED', h: this.ownHandle, req: message.req }));
        return;
      case 'HEADS':
        this.#onBeacon(message);
        return;
      case 'STANDING':
        this.#standingHeard = true;
        this.shared.standingHeard(this.#port.peer, message);
        this.#port.changed();
        return;
      case 'CONTENTS_BACK':
        this.#port.contentsBack(this.shared.id);
        return;
    }
  }

  #onMembers({ ops, heads }: MessageOf<'MEMBERS'>): void {
    const isNew = ops.length > 0 && this.shared.receiveMembership(ops);
    const same = JSON.stringify([...heads].sort()) === JSON.stringify([...this.shared.membershipHeads()].sort());
    // Who tells what is known here, and knows other things, lacks some that are.
    if (!same && !isNew) this.tellMembers(true);
  }

  #onHave({ vector }: MessageOf<'HAVE'>): void {
    if (this.shared.part !== 'member') return;
    const met = this.shared.peerHolds(this.#port.peer, vector);
    this.#sent = new Map(met.has);
    for (const hash of met.branches) this.#branches.add(hash);
    for (const { log } of met.wanted) this.#forked.add(log);
    this.#want(met.wanted);
    this.#port.changed();
    // Before it is told what is applied.
    this.#tellStanding();
    this.acknowledge();
    this.#port.pump(false);
  }

  #onWant({ ranges }: MessageOf<'WANT'>): void {
    for (const { log, from } of ranges) {
      this.#sent?.set(log, from - 1);
      for (const each of this.shared.branchPackages())
        if (each.log === log && each.number >= from) this.#branches.delete(each.hash);
    }
    this.#port.pump(false);
  }

  #onPackages({ log, numbers, packages }: MessageOf<'PACKAGE'>): void {
    const taken = this.shared.receivePackages(this.#port.peer, packages);
    this.#port.consumed(packages.reduce((sum, each) => sum + each.length, 0));
    for (const each of taken.forked) this.#forked.add(each);
    this.#peerHas(log, numbers.first + numbers.count - 1);
    this.#want(taken.gaps);
    if (taken.refused !== null) this.#port.fault(`package refused: ${taken.refused}`.slice(0, 200));
  }

  #onAck({ held, applied, problems }: MessageOf<'ACK'>): void {
    const { peer } = this.#port;
    // It tells of others before it acknowledges: what it told when they were linked last holds no more.
    if (!this.#standingHeard) this.shared.standingHeard(peer, { partial: false, members: [] });
    this.#standingHeard = true;
    for (const { log, number } of held) this.#peerHas(log, number);
    this.shared.acknowledged(peer, held, applied, problems);
    this.#port.changed();
  }

  #onBeacon({ content, signature }: MessageOf<'HEADS'>): void {
    if (this.shared.part !== 'member') return;
    const beacon = readHeadsBeacon(content, signature);
    if (beacon === 'later') return;
    if (beacon === null || beacon.group !== this.shared.id) {
      this.#port.fault('a heads beacon of the wrong shape');
      return;
    }
    if (!this.shared.beaconHeard(beacon)) {
      this.#port.fault('a forged heads beacon');
      return;
    }
    this.#beacons.set(beacon.member, Math.max(beacon.time, this.#beacons.get(beacon.member) ?? 0));
  }

  #peerHas(log: LogId, number: number): void {
    if (this.#sent !== null && !this.#forked.has(log) && (this.#sent.get(log) ?? 0) < number)
      this.#sent.set(log, number);
  }

  #want(gaps: readonly Gap[]): void {
    for (const { log, member, from } of gaps)
      this.#port.send({
        is: 'WANT',
        h: this.ownHandle,
        ranges: [{ member, log, from, to: Number.MAX_SAFE_INTEGER }],
        max: 0,
      });
  }

  #tellStanding(): void {
    const standing = this.shared.standing(this.#port.peer);
    const isNothing = !standing.partial && standing.members.length === 0;
    const told = isNothing ? '' : JSON.stringify(standing);
    this.#partialTold = standing.partial;
    if (told === this.#standingTold) return;
    this.#standingTold = told;
    this.#port.send({ is: 'STANDING', h: this.ownHandle, ...standing });
  }

  #planForward(): void {
    if (this.#forwardPlanned) return;
    this.#forwardPlanned = true;
    this.#port.clock.after(FORWARD_AFTER_MS, () => {
      this.#forwardPlanned = false;
      this.#port.pump(true);
    });
  }
}
