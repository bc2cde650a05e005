import type { Clock } from '../../platform/clock.ts';
import { hexOf } from '../../record/encode-value.ts';
import type { CollectionId, DeviceId } from '../../record/ids.ts';
import type { GreetedLink } from '../connect/hello.ts';
import type { MessageStream } from '../connect/message-stream.ts';
import type { PeerLink } from '../links/peer-link.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';
import { BEACON_EVERY_MS } from './beacons-heard.ts';
import { ContentReplies, refusalOf } from './content-replies.ts';
import { ContentRequests, type Fetched } from './content-requests.ts';
import { CreditGrants } from './grant-credit.ts';
import { membersMessages } from './members-messages.ts';
import { collectionTag, openStatement } from './open-proof.ts';
import { OpenedCollection, type OpenedPort } from './opened-collection.ts';
import type { RateLimit } from './rate-limit.ts';
import { ScanRequests } from './scan-requests.ts';
import type { ContentAsked, SharedCollection } from './shared-collection.ts';

/** What a session needs of the device it speaks for. */
export interface SessionPort {
  /** The same object for a collection as long as this device has the same part in it. */
  collections(): readonly SharedCollection[];
  /** host:port where this device can be reached. */
  ownAddresses(): readonly string[];
  /** Where else the peer says it can be reached. */
  addresses(addresses: readonly string[]): void;
  /** What the peer shares, holds or has applied became something else. */
  changed(): void;
  /** The peer sends contents again after it sent nothing for a while: what waits may be had now. */
  contentsMove(): void;
  /** As `OpenedPort`. */
  contentsBack(id: CollectionId): void;
  /** The peer does not belong to a collection any more, and hears so on this link. */
  removed(): void;
  /** It opened this collection all the same, and was told. */
  toldRemoved(id: CollectionId): void;
  /** Bytes of bulk to and from all peers together. */
  readonly up: RateLimit;
  readonly down: RateLimit;
  /** Is this a time at which bulk may be exchanged? */
  mayExchange(): boolean;
}

/** Bulk that may not go now is tried again after this long at the latest. */
const LATEST_RETRY_MS = 30_000;
/** What this device's limit lets pass in so long goes in one frame of content: whoever waits for it sees that more comes. */
const FRAME_MS = 5000;

/**
 * What two members say to each other once their link stands: which collections they share, membership, packages, acknowledgements,
 * content (PROTOCOL 2.9). What belongs to one collection is in `OpenedCollection`; here is what they share: which collections are open,
 * credit for bulk, content, and asking the other to look.
 */
export class PeerSession {
  readonly peer: DeviceId;
  readonly link: PeerLink;
  readonly #stream: MessageStream<PeerLink>;
  readonly #clock: Clock;
  readonly #exporter: Uint8Array;
  readonly #opened = new Map<CollectionId, OpenedCollection>();
  readonly #byPeerHandle = new Map<number, OpenedCollection>();
  readonly #grants: CreditGrants;
  readonly #requests: ContentRequests;
  readonly #replies: ContentReplies;
  readonly #scans = new ScanRequests();
  readonly #port: SessionPort;
  readonly #openedPort: OpenedPort;
  /** Which collections the peer says it has. */
  #peerTags: readonly string[] = [];
  #announced = false;
  readonly #toldRemoved = new Set<CollectionId>();
  #credit: number;
  #nextHandle = 1;
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
    const grant = (bytes: number) => this.#stream.send({ is: 'CREDIT', bytes });
    this.#grants = new CreditGrants(clock, port.down, grant, () => this.#stream.moved.isWorthHere);
    this.#requests = new ContentRequests({
      clock,
      send: (message) => this.#stream.send(message),
      arriving: () => this.#stream.arriving,
      holdsBack: () => this.#grants.holdsBack,
      silenceChanged: (isSilent) => (isSilent ? port.changed() : port.contentsMove()),
    });
    this.#replies = new ContentReplies(
      () => this.#pump(),
      (message) => this.#stream.send(message),
    );
    this.#openedPort = {
      peer: this.peer,
      clock,
      send: (message) => {
        if (!this.#closed) this.#stream.send(message);
      },
      fault: (why) => this.#stream.fault(why),
      pump: (forward) => this.#pump(forward),
      consumed: (bytes) => this.#grants.consume(bytes),
      contentsBack: (id) => port.contentsBack(id),
      changed: () => port.changed(),
    };
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

  /** Is this collection open between the two, so that packages flow? */
  isOpen(id: CollectionId): boolean {
    return this.#opened.get(id)?.isFlowing === true;
  }

  /** New packages are in the log of this collection: the peer gets them. */
  packagesWritten(id: CollectionId): void {
    this.#opened.get(id)?.packagesWritten();
  }

  /** Something was applied or constructed: the peer is told soon, once for many. */
  acknowledge(id: CollectionId): void {
    this.#opened.get(id)?.acknowledge();
  }

  /** What is known of other members, or what the sources here leave out, may be another thing than it was: the peer is told soon. */
  tellStanding(id: CollectionId): void {
    this.#opened.get(id)?.tellStandingSoon();
  }

  /** What the peer asked for in vain may be here again. */
  tellContentsBack(id: CollectionId): void {
    this.#opened.get(id)?.tellContentsBack();
  }

  /** What this device holds is told anew: what the two have to exchange is another thing than it was. */
  compareAgain(id: CollectionId): void {
    this.#opened.get(id)?.tellHeld();
  }

  membershipChanged(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened === undefined) {
      this.announce();
      return;
    }
    opened.tellMembers(true);
    const { shared } = opened;
    const isAnother = !this.#port.collections().includes(shared);
    if (isAnother || shared.memberKeyOf(this.peer) === null) {
      this.#shut(opened);
      if (shared.formerKeyOf(this.peer) !== null) this.#port.removed();
    }
    // Other packages count now: what the peer has to send is another thing than it was.
    else if (shared.part === 'member') opened.tellHeld();
    this.#openKnown();
  }

  /** This device has no part in the collection any more, or another one. */
  shut(id: CollectionId): void {
    const opened = this.#opened.get(id);
    if (opened !== undefined) this.#shut(opened);
  }

  /** The two share this collection no longer, though maybe others. */
  #shut(opened: OpenedCollection): void {
    opened.shut();
    this.#requests.forget(opened.ownHandle);
    this.#opened.delete(opened.shared.id);
    for (const [handle, each] of this.#byPeerHandle) if (each === opened) this.#byPeerHandle.delete(handle);
    this.#port.changed();
  }

  /** Does the peer send nothing of the contents it was asked for? */
  get isSilent(): boolean {
    return this.#requests.isSilent;
  }

  /** Fetches content; null for what the peer does not have or does not send, and for what was still to come when the link ended. */
  fetch(id: CollectionId, asked: readonly ContentAsked[]): Promise<readonly (Fetched | null)[]> {
    const opened = this.#opened.get(id);
    if (opened?.isFlowing !== true) return Promise.resolve(asked.map(() => null));
    return this.#requests.ask(opened.ownHandle, asked);
  }

  /** Asks the peer to look at its sources; resolves when it has (true), or when the link ends (false). */
  scan(id: CollectionId): Promise<boolean> {
    const opened = this.#opened.get(id);
    if (opened?.isFlowing !== true || this.#closed) return Promise.resolve(false);
    return this.#scans.ask((req) => this.#stream.send({ is: 'SCAN', h: opened.ownHandle, req }));
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
    this.#replies.end();
    this.#scans.end();
    for (const opened of this.#opened.values()) opened.shut();
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
        this.#scans.looked(message.req);
        return;
      case 'MEMBERS':
      case 'HAVE':
      case 'WANT':
      case 'PACKAGE':
      case 'ACK':
      case 'CONTENT_WANT':
      case 'SCAN':
      case 'HEADS':
      case 'STANDING':
      case 'CONTENTS_BACK': {
        const opened = this.#byPeerHandle.get(message.h);
        if (opened === undefined || opened.shared.memberKeyOf(this.peer) === null) {
          // It may have been shut here just now; whoever asked is not to wait.
          if (message.is === 'CONTENT_WANT') this.#stream.send(refusalOf(message, 'not-shared'));
          return;
        }
        if (message.is === 'CONTENT_WANT') void this.#replies.answer(opened.shared, message);
        else opened.receive(message);
        return;
      }
      default:
        return;
    }
  }

  #planBeacons(): void {
    this.#stopBeacons = this.#clock.after(BEACON_EVERY_MS, () => {
      for (const opened of this.#opened.values()) opened.beaconsAreDue();
      this.#pump();
      this.#planBeacons();
    });
  }

  #openKnown(): void {
    if (!this.#announced) return;
    for (const shared of this.#port.collections()) {
      if (this.#opened.has(shared.id) || shared.memberKeyOf(this.peer) === null) continue;
      if (!this.#peerTags.includes(hexOf(collectionTag(this.#exporter, shared.id, !this.link.dialled)))) continue;
      const opened = new OpenedCollection(shared, this.#nextHandle++, this.#openedPort);
      this.#opened.set(shared.id, opened);
      this.#sendOpen(shared, opened.ownHandle);
      opened.tellMembers(shared.part === 'left');
      if (shared.part === 'member') opened.tellHeld();
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

  /** The peer was away when it was removed, and takes itself for a member: it hears that it is none, once, and nothing else. */
  #tellRemoved(shared: SharedCollection): void {
    if (this.#toldRemoved.has(shared.id)) return;
    this.#toldRemoved.add(shared.id);
    const h = this.#nextHandle++;
    this.#sendOpen(shared, h);
    for (const message of membersMessages(shared, h, shared.wordOfRemoval(this.peer))) this.#stream.send(message);
    this.#port.toldRemoved(shared.id);
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

  /** Sends bulk as long as the peer's credit and the socket allow: content that was asked for, then packages. */
  #pump(forward = false): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    try {
      while (this.#credit > 0 && !this.#closed && this.#maySend()) {
        const reply = this.#replies.next(this.#port.up.in(FRAME_MS));
        const message = reply?.message ?? this.#nextPackages(forward);
        if (message === null) {
          for (const opened of this.#opened.values()) opened.tellBeacons();
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

  #nextPackages(forward: boolean): MessageOf<'PACKAGE'> | null {
    for (const opened of this.#opened.values()) {
      const packages = opened.nextPackages(forward);
      if (packages !== null) return packages;
    }
    return null;
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
