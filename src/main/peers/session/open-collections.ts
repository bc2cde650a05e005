import { hexOf } from '../../record/encode-value.ts';
import type { CollectionId } from '../../record/ids.ts';
import type { PeerLink } from '../links/peer-link.ts';
import type { MessageOf } from '../protocol/messages.ts';
import { membersMessages } from './members-messages.ts';
import { collectionTag, openStatement } from './open-proof.ts';
import { OpenedCollection, type OpenedPort } from './opened-collection.ts';
import type { SharedCollection } from './shared-collection.ts';

/** What a session needs of the device to know which collections it shares. */
export interface CollectionsPort {
  /** The same object for a collection as long as this device has the same part in it. */
  collections(): readonly SharedCollection[];
  /** What the peer shares, holds or has applied became something else. */
  changed(): void;
  /** The peer does not belong to a collection any more, and hears so on this link. */
  removed(): void;
  /** It opened this collection all the same, and was told. */
  toldRemoved(id: CollectionId): void;
}

/**
 * Which collections two linked members have open between them: each tells which it has, by tags that say nothing to anybody else, and opens those
 * that both have by a proof of its membership (PROTOCOL 2.9).
 */
export class OpenCollections {
  readonly #link: PeerLink;
  readonly #exporter: Uint8Array;
  readonly #port: CollectionsPort;
  readonly #openedPort: OpenedPort;
  readonly #wasShut: (handle: number) => void;
  readonly #opened = new Map<CollectionId, OpenedCollection>();
  readonly #byPeerHandle = new Map<number, OpenedCollection>();
  /** Which collections the peer says it has. */
  #peerTags: readonly string[] = [];
  #announced = false;
  readonly #toldRemoved = new Set<CollectionId>();
  /** What the peer opened, that does not belong as far as is known here, by its handles. */
  readonly #fromFormer = new Map<number, SharedCollection>();
  #nextHandle = 1;
  #ended = false;

  /** `wasShut`: the two share no longer what is open under this handle of ours. */
  constructor(link: PeerLink, port: CollectionsPort, opened: OpenedPort, wasShut: (handle: number) => void) {
    this.#link = link;
    this.#exporter = link.exporter('EXPORTER-lockstep-session', 32);
    this.#port = port;
    this.#openedPort = opened;
    this.#wasShut = wasShut;
  }

  /** Those this device has opened. */
  all(): Iterable<OpenedCollection> {
    return this.#opened.values();
  }
  find(id: CollectionId): OpenedCollection | undefined {
    return this.#opened.get(id);
  }
  /** The one in which packages flow; null: there is none. */
  flowing(id: CollectionId): OpenedCollection | null {
    const opened = this.#opened.get(id);
    return opened?.isFlowing === true ? opened : null;
  }
  /** The one that the peer speaks of by this handle; null: it is not open, or not to the peer any more. */
  spokenOf(handle: number): OpenedCollection | null {
    const opened = this.#byPeerHandle.get(handle);
    return opened === undefined || opened.shared.memberKeyOf(this.#link.peer) === null ? null : opened;
  }

  /** The packages to push next, of whichever collection; null: the peer was sent all. `forward`: as `OpenedCollection.nextPackages`. */
  nextPackages(forward: boolean): MessageOf<'PACKAGE'> | null {
    for (const opened of this.#opened.values()) {
      const packages = opened.nextPackages(forward);
      if (packages !== null) return packages;
    }
    return null;
  }

  /** Tells the peer which collections are here; again whenever one is added or left, or membership changed. */
  announce(): void {
    if (this.#ended) return;
    const tags = this.#port.collections().map(({ id }) => this.#ownTag(id));
    this.#openedPort.send({ is: 'GROUPS', tags });
    this.#announced = true;
    this.#openKnown();
  }

  /** The peer told which it has. */
  announced({ tags }: MessageOf<'GROUPS'>): void {
    this.#peerTags = tags.map(hexOf);
    this.#openKnown();
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
    if (isAnother || shared.memberKeyOf(this.#link.peer) === null) {
      this.#shut(opened);
      if (shared.formerKeyOf(this.#link.peer) !== null) this.#port.removed();
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

  /** The link ended. */
  end(): void {
    this.#ended = true;
    for (const opened of this.#opened.values()) opened.shut();
    this.#opened.clear();
    this.#byPeerHandle.clear();
  }

  /** The peer opens one. */
  peerOpens(message: MessageOf<'OPEN'>): void {
    const { peer } = this.#link;
    const tag = hexOf(message.tag);
    const shared = this.#port.collections().find(({ id }) => this.#peerTag(id) === tag);
    const member = shared?.memberKeyOf(peer) ?? null;
    const former = member === null ? (shared?.formerKeyOf(peer) ?? null) : null;
    if (shared === undefined || (member === null && former === null)) {
      this.#openedPort.send({ is: 'NOT_OPENED', h: message.h });
      return;
    }
    if (
      (member ?? former) !== message.member ||
      !shared.verify(message.member, openStatement(this.#exporter, shared.id, !this.#link.dialled), message.proof)
    ) {
      this.#openedPort.fault('OPEN without proof');
      return;
    }
    if (member === null) {
      this.#fromFormer.set(message.h, shared);
      this.#tellRemoved(shared);
      this.#openedPort.send({ is: 'NOT_OPENED', h: message.h });
      return;
    }
    if (!this.#peerTags.includes(tag)) this.#peerTags = [...this.#peerTags, tag];
    // It had shut it, or was let in again: both begin anew, unless that is what it answers.
    const before = this.#opened.get(shared.id);
    if (before?.peerOpened === true && !message.answers) this.#shut(before);
    const opened = this.#opened.get(shared.id) ?? this.#open(shared, true);
    opened.peerOpened = true;
    this.#byPeerHandle.set(message.h, opened);
  }

  /** The peer has no part in what was opened so, or knows of none of this device's: once that is otherwise it opens it. */
  notOpened({ h }: MessageOf<'NOT_OPENED'>): void {
    for (const opened of this.#opened.values()) if (opened.ownHandle === h) this.#shut(opened);
  }

  /** One that does not belong, as far as is known here, may know better: that it was let in again, or that this device is out. */
  toldByFormer({ h, ops }: MessageOf<'MEMBERS'>): void {
    const shared = this.#fromFormer.get(h);
    if (shared !== undefined && this.#port.collections().includes(shared)) shared.receiveMembership(ops);
  }

  /** The two share this collection no longer, though maybe others. */
  #shut(opened: OpenedCollection): void {
    opened.shut();
    this.#wasShut(opened.ownHandle);
    this.#opened.delete(opened.shared.id);
    for (const [handle, each] of this.#byPeerHandle) if (each === opened) this.#byPeerHandle.delete(handle);
    this.#port.changed();
  }

  #openKnown(): void {
    if (!this.#announced) return;
    for (const shared of this.#port.collections()) {
      if (this.#opened.has(shared.id) || !this.#peerTags.includes(this.#peerTag(shared.id))) continue;
      if (shared.memberKeyOf(this.#link.peer) !== null) this.#open(shared, false);
      else if (this.#isToBeTold(shared)) this.#tellRemoved(shared);
    }
  }

  /** Whoever dials one that does not belong tells it so: where each removed the other it opens nothing itself. */
  #isToBeTold(shared: SharedCollection): boolean {
    return this.#link.dialled && shared.part === 'member' && shared.formerKeyOf(this.#link.peer) !== null;
  }

  /** `answers`: the peer, which has just opened it. */
  #open(shared: SharedCollection, answers: boolean): OpenedCollection {
    const opened = new OpenedCollection(shared, this.#nextHandle++, this.#openedPort);
    this.#opened.set(shared.id, opened);
    this.#sendOpen(shared, opened.ownHandle, answers);
    opened.tellMembers(shared.part === 'left');
    if (shared.part === 'member') opened.tellHeld();
    return opened;
  }

  #sendOpen(shared: SharedCollection, h: number, answers: boolean): void {
    this.#openedPort.send({
      is: 'OPEN',
      h,
      tag: this.#ownTag(shared.id),
      member: shared.member,
      proof: shared.sign(openStatement(this.#exporter, shared.id, this.#link.dialled)),
      answers,
    });
  }

  /** The peer was away when it was removed, and may take itself for a member: it hears that it is none, once, and nothing else. */
  #tellRemoved(shared: SharedCollection): void {
    if (this.#toldRemoved.has(shared.id)) return;
    this.#toldRemoved.add(shared.id);
    const h = this.#nextHandle++;
    this.#sendOpen(shared, h, true);
    const word = shared.wordOfRemoval(this.#link.peer);
    for (const message of membersMessages(shared, h, word)) this.#openedPort.send(message);
    this.#port.toldRemoved(shared.id);
  }

  #ownTag(id: CollectionId): Uint8Array {
    return collectionTag(this.#exporter, id, this.#link.dialled);
  }
  #peerTag(id: CollectionId): string {
    return hexOf(collectionTag(this.#exporter, id, !this.#link.dialled));
  }
}
