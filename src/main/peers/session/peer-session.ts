import type { Clock } from '../../platform/clock.ts';
import type { CollectionId, DeviceId } from '../../record/ids.ts';
import type { GreetedLink } from '../connect/hello.ts';
import type { MessageStream } from '../connect/message-stream.ts';
import type { PeerLink } from '../links/peer-link.ts';
import type { Message } from '../protocol/messages.ts';
import { BEACON_EVERY_MS } from './beacons-heard.ts';
import { ContentReplies, refusalOf } from './content-replies.ts';
import { ContentRequests, type Fetched } from './content-requests.ts';
import { CreditGrants } from './grant-credit.ts';
import { type CollectionsPort, OpenCollections } from './open-collections.ts';
import type { OpenedPort } from './opened-collection.ts';
import type { RateLimit } from './rate-limit.ts';
import { ScanRequests } from './scan-requests.ts';
import { SendBulk } from './send-bulk.ts';
import type { ContentAsked } from './shared-collection.ts';

/** What a session needs of the device it speaks for. */
export interface SessionPort extends CollectionsPort {
  /** host:port where this device can be reached. */
  ownAddresses(): readonly string[];
  /** Where else the peer says it can be reached. */
  addresses(addresses: readonly string[]): void;
  /** The peer sends contents again after it sent nothing for a while: what waits may be had now. */
  contentsMove(): void;
  /** As `OpenedPort`. */
  contentsBack(id: CollectionId): void;
  /** Bytes of bulk to and from all peers together. */
  readonly up: RateLimit;
  readonly down: RateLimit;
  /** Is this a time at which bulk may be exchanged? */
  mayExchange(): boolean;
}

/**
 * What two members say to each other once their link stands: which collections they share, membership, packages, acknowledgements,
 * content (PROTOCOL 2.9). Which collections are open is in `OpenCollections`, what belongs to one of them in `OpenedCollection`; here is what they
 * share: credit for bulk, content, and asking the other to look.
 */
export class PeerSession {
  readonly peer: DeviceId;
  readonly link: PeerLink;
  readonly #stream: MessageStream<PeerLink>;
  readonly #clock: Clock;
  readonly #collections: OpenCollections;
  readonly #grants: CreditGrants;
  readonly #requests: ContentRequests;
  readonly #replies: ContentReplies;
  readonly #scans = new ScanRequests();
  readonly #port: SessionPort;
  readonly #bulk: SendBulk;
  #closed = false;
  #stopBeacons: () => void = () => {};

  constructor(greeted: GreetedLink, clock: Clock, port: SessionPort) {
    this.#stream = greeted.stream;
    this.link = greeted.stream.link;
    this.peer = this.link.peer;
    this.#clock = clock;
    this.#port = port;
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
      () => this.#bulk.go(),
      (message) => this.#stream.send(message),
    );
    const openedPort: OpenedPort = {
      peer: this.peer,
      clock,
      send: (message) => {
        if (!this.#closed) this.#stream.send(message);
      },
      fault: (why) => this.#stream.fault(why),
      pump: (forward) => this.#bulk.go(forward),
      consumed: (bytes) => this.#grants.consume(bytes),
      contentsBack: (id) => port.contentsBack(id),
      changed: () => port.changed(),
    };
    this.#collections = new OpenCollections(this.link, port, openedPort, (handle) => this.#requests.forget(handle));
    this.#bulk = new SendBulk(greeted.credit, clock, {
      up: port.up,
      mayExchange: () => port.mayExchange(),
      nextContent: (most) => this.#replies.next(most),
      nextPackages: (forward) => this.#collections.nextPackages(forward),
      send: (message, sent) => this.#stream.send(message, sent),
      allSent: () => {
        for (const opened of this.#collections.all()) opened.tellBeacons();
      },
    });
    this.#stream.onDrain(() => this.#bulk.go());
    this.#stream.onClose(() => this.#end());
    this.#stream.receive((message) => this.#receive(message));
    this.#stream.send({ is: 'ADDRS', addrs: [...port.ownAddresses()] });
    this.announce();
    this.#planBeacons();
  }

  /** Tells the peer which collections are here; again whenever one is added or left, or membership changed. */
  announce(): void {
    this.#collections.announce();
  }

  /** Is this collection open between the two, so that packages flow? */
  isOpen(id: CollectionId): boolean {
    return this.#collections.flowing(id) !== null;
  }

  /** New packages are in the log of this collection: the peer gets them. */
  packagesWritten(id: CollectionId): void {
    this.#collections.find(id)?.packagesWritten();
  }

  /** Something was applied or constructed: the peer is told soon, once for many. */
  acknowledge(id: CollectionId): void {
    this.#collections.find(id)?.acknowledge();
  }

  /** What is known of other members, or what the sources here leave out, may be another thing than it was: the peer is told soon. */
  tellStanding(id: CollectionId): void {
    this.#collections.find(id)?.tellStandingSoon();
  }

  /** What the peer asked for in vain may be here again. */
  tellContentsBack(id: CollectionId): void {
    this.#collections.find(id)?.tellContentsBack();
  }

  /** What this device holds is told anew: what the two have to exchange is another thing than it was. */
  compareAgain(id: CollectionId): void {
    this.#collections.find(id)?.tellHeld();
  }

  membershipChanged(id: CollectionId): void {
    this.#collections.membershipChanged(id);
  }

  /** This device has no part in the collection any more, or another one. */
  shut(id: CollectionId): void {
    this.#collections.shut(id);
  }

  /** Does the peer send nothing of the contents it was asked for? */
  get isSilent(): boolean {
    return this.#requests.isSilent;
  }

  /** Fetches content; null for what the peer does not have or does not send, and for what was still to come when the link ended. */
  fetch(id: CollectionId, asked: readonly ContentAsked[]): Promise<readonly (Fetched | null)[]> {
    const opened = this.#collections.flowing(id);
    if (opened === null) return Promise.resolve(asked.map(() => null));
    return this.#requests.ask(opened.ownHandle, asked);
  }

  /** Asks the peer to look at its sources; resolves when it has (true), or when the link ends (false). */
  scan(id: CollectionId): Promise<boolean> {
    const opened = this.#collections.flowing(id);
    if (opened === null || this.#closed) return Promise.resolve(false);
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
    this.#bulk.end();
    this.#requests.end();
    this.#replies.end();
    this.#scans.end();
    this.#collections.end();
  }

  #receive(message: Message): void {
    if (this.#closed) return;
    switch (message.is) {
      case 'GROUPS':
        this.#collections.announced(message);
        return;
      case 'OPEN':
        this.#collections.peerOpens(message);
        return;
      case 'NOT_OPENED':
        this.#collections.notOpened(message);
        return;
      case 'ADDRS':
        this.#port.addresses(message.addrs);
        return;
      case 'CREDIT':
        this.#bulk.grant(message.bytes);
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
        const opened = this.#collections.spokenOf(message.h);
        if (opened === null) {
          // It may have been shut here just now; whoever asked is not to wait.
          if (message.is === 'CONTENT_WANT') this.#stream.send(refusalOf(message, 'not-shared'));
          if (message.is === 'MEMBERS') this.#collections.toldByFormer(message);
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
      for (const opened of this.#collections.all()) opened.beaconsAreDue();
      this.#bulk.go();
      this.#planBeacons();
    });
  }
}
