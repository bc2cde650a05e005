import type { Clock } from '../platform/clock.ts';
import { hexOf } from '../record/encode-value.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import { BEACON_EVERY_MS } from './beacons-heard.ts';
import { ContentReplies, ContentRequests, type Fetched } from './content-exchange.ts';
import { CreditGrants } from './grant-credit.ts';
import { readHeadsBeacon } from './heads-beacon.ts';
import type { GreetedLink } from './hello.ts';
import type { PeerLink } from './links/peer-link.ts';
import { membersMessages } from './members-messages.ts';
import type { MessageStream } from './message-stream.ts';
import { collectionTag, openStatement } from './open-proof.ts';
import { newlyOpened, nextPackages, type Opened } from './opened-collection.ts';
import type { Message, MessageOf } from './protocol/messages.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ContentAsked, Gap, SharedCollection } from './shared-collection.ts';

/** Packages of others wait this long before they are passed on: their author is probably linked with the peer too. */
const FORWARD_AFTER_MS = 250;

/** What is known of others is told this long after it changed, once for many changes. */
const STANDING_AFTER_MS = 1000;

/** What a session needs of the device it speaks for. */
export interface SessionPort {
  collections(): readonly SharedCollection[];
  /** host:port where this device can be reached. */
  ownAddresses(): readonly string[];
  /** Where else the peer says it can be reached. */
  addresses(addresses: readonly string[]): void;
  /** What the peer shares, holds or has applied became something else. */
  changed(): void;
  /** The peer was told that it does not belong to a collection any more. */
  toldRemoved(): void;
  /** Bytes of bulk to and from all peers together. */
  readonly up: RateLimit;
  readonly down: RateLimit;
  /** Is this a time at which bulk may be exchanged? */
  mayExchange(): boolean;
}

/** Bulk that may not go now is tried again after this long at the latest. */
const LATEST_RETRY_MS = 30_000;

/**
 * What two members say to each other once their link stands: which collections they share, membership, packages, acknowledgements,
 * content (PROTOCOL 2.9). Packages are pushed in the order of their log as soon as the peer has told what it holds; asking (WANT) only repairs.
 */
export class PeerSession {
  readonly peer: DeviceId;
  readonly link: PeerLink;
  readonly #stream: MessageStream<PeerLink>;
  readonly #clock: Clock;
  readonly #exporter: Uint8Array;
  readonly #opened = new Map<CollectionId, Opened>();
  readonly #byPeerHandle = new Map<number, Opened>();
  readonly #grants: CreditGrants;
  readonly #requests: ContentRequests;
  readonly #replies: ContentReplies;
  readonly #scans = new Map<number, (hasLooked: boolean) => void>();
  readonly #port: SessionPort;
  #credit: number;
  #nextHandle = 1;
  #nextScan = 1;
  #closed = false;
  #stopBeacons: () => void = () => {};
  #pumping = false;
  #pumpPlanned = false;

  constructor(greeted: GreetedLink, clock: Clock, port: SessionPort) {
    this.#stream = greeted.stream;
    this.link = greeted.stream.link;
    this.peer = this.link.peer;
    this.#credit = greeted.credit;
    this.#clock = clock;
    this.#port = port;
    this.#exporter = this.link.exporter('EXPORTER-lockstep-session', 32);
    this.#grants = new CreditGrants(clock, port.down, (bytes) => this.#stream.send({ is: 'CREDIT', bytes }));
    this.#requests = new ContentRequests((message) => this.#stream.send(message));
    this.#replies = new ContentReplies(
      () => this.#pump(),
      (message) => this.#stream.send(message),
    );
    this.#stream.onDrain(() => this.#pump());
    this.#stream.onClose(() => this.#end());
    this.#stream.receive((message) => this.#receive(message));
    this.#stream.send({ is: 'ADDRS', addrs: [...port.ownAddresses()] });
    this.announce();
    this.#planBeacons();
  }

  /** Tells the peer which collections are here; again whenever one is added or left, or membership changed. */
  announce(): void {
    if (this.#closed) return;
    const tags = this.#port.collections().map((shared) => collectionTag(this.#exporter, shared.id, this.link.dialled));
    this.#stream.send({ is: 'GROUPS', tags });
    this.#announced = true;
    this.#openKnown();
  }
  #announced = false;
  #peerTags: readonly string[] = [];

  /** Is this collection open between the two, so that packages flow? */
  isOpen(id: CollectionId): boolean {
    return this.#opened.get(id)?.sent !== undefined && this.#opened.get(id)?.sent !== null;
  }

  /** New packages are in the log of this collection: the peer gets them. */
  packagesWritten(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened === undefined || opened.sent === null) return;
    // First, or those of others would go at once.
    this.#planForward(opened);
    this.#pump();
    this.acknowledge(id);
  }

  /** Something was applied or constructed: the peer is told soon, once for many. */
  acknowledge(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened === undefined || opened.ackPlanned || opened.sent === null) return;
    opened.ackPlanned = true;
    queueMicrotask(() => {
      opened.ackPlanned = false;
      if (this.#closed || opened.sent === null) return;
      this.#stream.send({ is: 'ACK', h: opened.ownHandle, ...opened.shared.positions() });
    });
  }

  /** What is known of other members, or what the sources here leave out, may be another thing than it was: the peer is told soon. */
  tellStanding(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened === undefined || opened.sent === null || opened.standingPlanned) return;
    opened.standingPlanned = true;
    this.#clock.after(STANDING_AFTER_MS, () => {
      opened.standingPlanned = false;
      this.#sendStanding(opened);
    });
  }

  #sendStanding(opened: Opened): void {
    if (this.#closed || opened.sent === null || this.#opened.get(opened.shared.id) !== opened) return;
    const standing = opened.shared.standing(this.peer);
    const isNothing = !standing.partial && standing.members.length === 0;
    const told = isNothing ? '' : JSON.stringify(standing);
    if (told === opened.standingTold) return;
    opened.standingTold = told;
    this.#stream.send({ is: 'STANDING', h: opened.ownHandle, ...standing });
  }

  /** What this device holds is told anew: what the two have to exchange is another thing than it was. */
  compareAgain(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened !== undefined) this.#sendHave(opened);
  }

  membershipChanged(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened === undefined) {
      this.announce();
      return;
    }
    this.#sendMembers(opened, true);
    if (opened.shared.memberKeyOf(this.peer) === null) this.#shut(opened);
    // Other packages count now: what the peer has to send is another thing than it was.
    else this.#sendHave(opened);
    this.#openKnown();
  }

  /** This device has no part in the collection any more, or another one. */
  shut(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened !== undefined) this.#shut(opened);
  }

  /** The two share this collection no longer, though maybe others. */
  #shut(opened: Opened): void {
    this.#opened.delete(opened.shared.id);
    for (const [handle, each] of this.#byPeerHandle) if (each === opened) this.#byPeerHandle.delete(handle);
    this.#port.changed();
  }

  /** Fetches content; null for what the peer does not have. Rejects when the link ends. */
  fetch(id: CollectionId, asked: readonly ContentAsked[]): Promise<readonly (Fetched | null)[]> {
    const opened = this.#opened.get(id);
    if (opened === undefined || opened.sent === null) return Promise.resolve(asked.map(() => null));
    return this.#requests.ask(opened.ownHandle, asked);
  }

  /** Asks the peer to look at its sources; resolves when it has (true), or when the link ends (false). */
  scan(id: CollectionId): Promise<boolean> {
    const opened = this.#opened.get(id);
    if (opened === undefined || opened.sent === null || this.#closed) return Promise.resolve(false);
    const req = this.#nextScan++;
    return new Promise((resolve) => {
      this.#scans.set(req, resolve);
      this.#stream.send({ is: 'SCAN', h: opened.ownHandle, req });
    });
  }

  close(reason: string): void {
    this.#stream.close(reason);
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopBeacons();
    this.#grants.end();
    this.#requests.end();
    for (const resolve of this.#scans.values()) resolve(false);
    this.#scans.clear();
    this.#opened.clear();
    this.#byPeerHandle.clear();
  }

  #receive(message: Message): void {
    if (this.#closed) return;
    switch (message.is) {
      case 'GROUPS':
        this.#peerTags = message.tags.map(hexOf);
        this.#openKnown();
        return;
      case 'OPEN':
        this.#onOpen(message);
        return;
      case 'ADDRS':
        this.#port.addresses(message.addrs);
        return;
      case 'CREDIT':
        this.#credit += message.bytes;
        this.#pump();
        return;
      case 'CONTENT':
        this.#grants.consume(message.data.reduce((sum, piece) => sum + piece.length, 0));
        if (!this.#requests.take(message)) this.#stream.fault('content nobody asked for');
        return;
      case 'CONTENT_NO':
        this.#requests.refuse(message);
        return;
      case 'SCANNED':
        this.#scans.get(message.req)?.(true);
        this.#scans.delete(message.req);
        return;
      case 'MEMBERS':
      case 'HAVE':
      case 'WANT':
      case 'PACKAGE':
      case 'ACK':
      case 'CONTENT_WANT':
      case 'SCAN':
      case 'HEADS':
      case 'STANDING': {
        const opened = this.#byPeerHandle.get(message.h);
        if (opened !== undefined) this.#receiveIn(opened, message);
        return;
      }
      default:
        return;
    }
  }

  #receiveIn(
    opened: Opened,
    message: Extract<
      Message,
      { is: 'MEMBERS' | 'HAVE' | 'WANT' | 'PACKAGE' | 'ACK' | 'CONTENT_WANT' | 'SCAN' | 'HEADS' | 'STANDING' }
    >,
  ): void {
    const { shared } = opened;
    if (shared.memberKeyOf(this.peer) === null) return;
    switch (message.is) {
      case 'MEMBERS': {
        if (message.ops.length > 0) shared.receiveMembership(message.ops);
        const same = JSON.stringify([...message.heads].sort()) === JSON.stringify([...shared.membershipHeads()].sort());
        if (!same && message.ops.length === 0) this.#sendMembers(opened, true);
        return;
      }
      case 'HAVE': {
        if (shared.isLeft) return;
        const met = shared.peerHolds(this.peer, message.vector);
        opened.sent = new Map(met.has);
        for (const hash of met.branches) opened.branches.add(hash);
        for (const { log } of met.wanted) opened.forked.add(log);
        this.#want(opened, met.wanted);
        this.#port.changed();
        // Before it is told what is applied.
        this.#sendStanding(opened);
        this.acknowledge(shared.id);
        this.#pump();
        return;
      }
      case 'WANT':
        for (const { log, from } of message.ranges) {
          opened.sent?.set(log, from - 1);
          for (const each of shared.branchPackages())
            if (each.log === log && each.number >= from) opened.branches.delete(each.hash);
        }
        this.#pump();
        return;
      case 'PACKAGE':
        this.#onPackages(opened, message);
        return;
      case 'ACK':
        // It tells of others before it acknowledges: what it told when they were linked last holds no more.
        if (!opened.standingHeard) shared.standingHeard(this.peer, { partial: false, members: [] });
        opened.standingHeard = true;
        for (const { log, number } of message.held)
          if (!opened.forked.has(log) && (opened.sent?.get(log) ?? 0) < number) opened.sent?.set(log, number);
        shared.acknowledged(this.peer, message.held, message.applied);
        this.#port.changed();
        return;
      case 'CONTENT_WANT':
        void this.#replies.answer(shared, message);
        return;
      case 'SCAN':
        void shared.scan().then(() => {
          if (!this.#closed) this.#stream.send({ is: 'SCANNED', h: opened.ownHandle, req: message.req });
        });
        return;
      case 'HEADS':
        this.#onBeacon(opened, message);
        return;
      case 'STANDING':
        opened.standingHeard = true;
        shared.standingHeard(this.peer, message);
        this.#port.changed();
        return;
    }
  }

  #onBeacon(opened: Opened, message: MessageOf<'HEADS'>): void {
    if (opened.shared.isLeft) return;
    const beacon = readHeadsBeacon(message.content, message.signature);
    if (beacon === 'later') return;
    if (beacon === null || beacon.group !== opened.shared.id) {
      this.#stream.fault('a heads beacon of the wrong shape');
      return;
    }
    if (!opened.shared.beaconHeard(beacon)) {
      this.#stream.fault('a forged heads beacon');
      return;
    }
    opened.beacons.set(beacon.member, Math.max(beacon.time, opened.beacons.get(beacon.member) ?? 0));
  }

  #planBeacons(): void {
    this.#stopBeacons = this.#clock.after(BEACON_EVERY_MS, () => {
      for (const opened of this.#opened.values()) opened.beaconsDue = true;
      this.#pump();
      this.#planBeacons();
    });
  }

  /**
   * Tells what members had seen, once the peer was sent all that is here: what a beacon names and the peer misses then, somebody keeps back.
   */
  #tellBeacons(): void {
    for (const opened of this.#opened.values()) {
      if (!opened.beaconsDue || opened.sent === null || !opened.peerOpened || opened.forwardPlanned) continue;
      opened.beaconsDue = false;
      const peer = opened.shared.memberKeyOf(this.peer);
      for (const { member, time, content, signature } of opened.shared.beacons()) {
        if (member === peer || time <= (opened.beacons.get(member) ?? -1)) continue;
        opened.beacons.set(member, time);
        this.#stream.send({ is: 'HEADS', h: opened.ownHandle, content, signature });
      }
    }
  }

  #onPackages(opened: Opened, message: MessageOf<'PACKAGE'>): void {
    const taken = opened.shared.receivePackages(this.peer, message.packages);
    this.#grants.consume(message.packages.reduce((sum, each) => sum + each.length, 0));
    const last = message.numbers.first + message.numbers.count - 1;
    for (const log of taken.forked) opened.forked.add(log);
    if (opened.sent !== null && !opened.forked.has(message.log) && (opened.sent.get(message.log) ?? 0) < last)
      opened.sent.set(message.log, last);
    this.#want(opened, taken.gaps);
    if (taken.refused !== null) this.#stream.fault(`package refused: ${taken.refused}`.slice(0, 200));
  }

  #want(opened: Opened, gaps: readonly Gap[]): void {
    for (const { log, member, from } of gaps)
      this.#stream.send({
        is: 'WANT',
        h: opened.ownHandle,
        ranges: [{ member, log, from, to: Number.MAX_SAFE_INTEGER }],
        max: 0,
      });
  }

  #openKnown(): void {
    if (!this.#announced) return;
    for (const shared of this.#port.collections()) {
      if (this.#opened.has(shared.id) || shared.memberKeyOf(this.peer) === null) continue;
      if (!this.#peerTags.includes(hexOf(collectionTag(this.#exporter, shared.id, !this.link.dialled)))) continue;
      const opened = newlyOpened(shared, this.#nextHandle++);
      this.#opened.set(shared.id, opened);
      this.#sendOpen(shared, opened.ownHandle);
      this.#sendMembers(opened, shared.isLeft);
      if (!shared.isLeft) this.#sendHave(opened);
    }
  }

  #sendOpen(shared: SharedCollection, h: number): void {
    this.#stream.send({
      is: 'OPEN',
      h,
      tag: collectionTag(this.#exporter, shared.id, this.link.dialled),
      member: shared.member,
      proof: shared.sign(openStatement(this.#exporter, shared.id, this.link.dialled)),
    });
  }

  readonly #toldRemoved = new Set<CollectionId>();
  /** The peer was away when it was removed, and takes itself for a member: it hears that it is none, once, and nothing else. */
  #tellRemoved(shared: SharedCollection): void {
    if (this.#toldRemoved.has(shared.id)) return;
    this.#toldRemoved.add(shared.id);
    const h = this.#nextHandle++;
    this.#sendOpen(shared, h);
    for (const message of membersMessages(shared, h, shared.wordOfRemoval(this.peer))) this.#stream.send(message);
    this.#port.toldRemoved();
  }

  #onOpen(message: MessageOf<'OPEN'>): void {
    const tag = hexOf(message.tag);
    const shared = this.#port
      .collections()
      .find((each) => hexOf(collectionTag(this.#exporter, each.id, !this.link.dialled)) === tag);
    if (shared === undefined) return;
    const member = shared.memberKeyOf(this.peer);
    const former = member === null ? shared.formerKeyOf(this.peer) : null;
    if (member === null && former === null) return;
    if (
      (member ?? former) !== message.member ||
      !shared.verify(message.member, openStatement(this.#exporter, shared.id, !this.link.dialled), message.proof)
    ) {
      this.#stream.fault('OPEN without proof');
      return;
    }
    if (member === null) {
      this.#tellRemoved(shared);
      return;
    }
    if (!this.#peerTags.includes(tag)) this.#peerTags = [...this.#peerTags, tag];
    // It had shut it, or was let in again: both begin anew.
    const before = this.#opened.get(shared.id);
    if (before?.peerOpened === true) this.#shut(before);
    this.#openKnown();
    const opened = this.#opened.get(shared.id);
    if (opened === undefined) return;
    opened.peerOpened = true;
    this.#byPeerHandle.set(message.h, opened);
  }

  #sendMembers(opened: Opened, withOperations: boolean): void {
    const { shared, ownHandle } = opened;
    const ops = withOperations ? shared.membershipOperations() : [];
    for (const message of membersMessages(shared, ownHandle, ops)) this.#stream.send(message);
  }

  #sendHave(opened: Opened): void {
    this.#stream.send({ is: 'HAVE', h: opened.ownHandle, vector: opened.shared.heads() });
  }

  #planForward(opened: Opened): void {
    if (opened.forwardPlanned) return;
    opened.forwardPlanned = true;
    this.#clock.after(FORWARD_AFTER_MS, () => {
      opened.forwardPlanned = false;
      this.#pump(true);
    });
  }

  /** Sends bulk as long as the peer's credit and the socket allow: content that was asked for, then packages. */
  #pump(forward = false): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    try {
      while (this.#credit > 0 && !this.#closed && this.#maySend()) {
        const reply = this.#replies.next();
        const message = reply?.message ?? nextPackages(this.#opened.values(), forward);
        if (message === null) {
          this.#tellBeacons();
          return;
        }
        const parts = message.is === 'CONTENT' ? message.data : message.packages;
        const bytes = parts.reduce((sum, part) => sum + part.length, 0);
        this.#credit -= bytes;
        this.#port.up.passed(bytes, this.#clock.now());
        if (!this.#stream.send(message, reply?.sent)) return;
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** The device's own limits; where they hold, bulk goes on later. */
  #maySend(): boolean {
    const wait = this.#port.mayExchange() ? this.#port.up.delay(this.#clock.now()) : LATEST_RETRY_MS;
    if (wait > 0) this.#pumpIn(Math.min(wait, LATEST_RETRY_MS));
    return wait === 0;
  }

  #pumpIn(milliseconds: number): void {
    if (this.#pumpPlanned) return;
    this.#pumpPlanned = true;
    this.#clock.after(milliseconds, () => {
      this.#pumpPlanned = false;
      this.#pump();
    });
  }
}
