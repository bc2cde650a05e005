import { createHash } from 'node:crypto';
import { fromHex, toHex } from '../../main/peers/protocol/hex.ts';
import type { Random } from '../../main/platform/random.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { EventHub, EventsLine, type EventsPort } from './event-hub.ts';
import { MAILBOX_MS, MAILBOX_TRIES, MAILBOXES } from './limits.ts';
import type { Meter } from './meter.ts';
import { readGroup, readHex, readKey, readNumber, readObject } from './read-input.ts';
import { Refusal } from './refusal.ts';
import type { RelayStore } from './relay-store.ts';
import { type LiveEnd, type LiveLine, Splices } from './splices.ts';
import type { Session } from './tokens.ts';

/** How a knock at a mailbox ends: with the token of the joiner's end, or with the code its socket is closed with. */
export type Knocked = { readonly is: 'heard'; readonly token: string } | { readonly is: 'no'; readonly code: number };

/** What the owner of an events socket tells of it. */
export interface EventsHandle {
  /** A message of the device, as it came. */
  came(text: string): void;
  closed(): void;
}

/** The switchboard: who is there, who wants a link to whom, and who comes with an invitation. */
export class Meetings {
  readonly hub = new EventHub();
  readonly splices: Splices;
  readonly #store: RelayStore;
  readonly #meter: Meter;
  readonly #now: () => number;

  constructor(world: {
    readonly store: RelayStore;
    readonly random: Random;
    readonly meter: Meter;
    readonly now: () => number;
  }) {
    this.#store = world.store;
    this.#meter = world.meter;
    this.#now = world.now;
    this.splices = new Splices(world.random, (bytes) => world.meter.count('live_bytes', bytes));
  }

  connect(session: Session, port: EventsPort): EventsHandle {
    const line = new EventsLine(session, port, this.#now());
    this.hub.add(line);
    return { came: (text) => this.#came(line, text), closed: () => this.hub.remove(line) };
  }

  /** Refuses with `not-found` a token that is none, is over or was used. */
  claim(token: string, end: LiveEnd): LiveLine {
    const line = this.splices.claim(token, end, this.#now());
    if (line === null) throw new Refusal('not-found', 'no such token: each is good once, for ten seconds');
    return line;
  }

  /** `{id, token, ttl, g?}`: an invitation is open. Refuses with `exists` one of somebody else, `too-many` beyond what a member may have. */
  async openMailbox(session: Session, body: unknown): Promise<void> {
    const { id, token, ttl, g } = readObject(body, 'the request');
    const owner = ownerOf(session, g === undefined ? null : readGroup(g));
    const now = this.#now();
    const mailbox = {
      id: readHex(id, 16, 'id'),
      token: readHex(token, 32, 'token'),
      ...owner,
      until: now + Math.min(readNumber(ttl, 1, 'ttl'), MAILBOX_MS),
      tries: 0,
    };
    if (await this.#store.putMailbox(mailbox, now, MAILBOXES)) return;
    const former = await this.#store.mailbox(mailbox.id);
    if (former !== null) throw new Refusal('exists', 'somebody else has a mailbox of this id');
    throw new Refusal('too-many', `a member has at most ${MAILBOXES} open invitations`, { retryAfter: 60 });
  }

  async closeMailbox(session: Session, id: string): Promise<void> {
    const mailbox = await this.#store.mailbox(readHex(id, 16, 'id'));
    if (mailbox === null || session.groups.get(mailbox.g) !== mailbox.k)
      throw new Refusal('not-found', 'no mailbox of yours has this id');
    await this.#store.removeMailbox(mailbox.id);
  }

  /** Somebody came with what opens a mailbox (hex). The inviter is told on its events socket. */
  async knock(id: string, secret: string): Promise<Knocked> {
    const mailbox = await this.#store.mailbox(readHex(id, 16, 'id'));
    const now = this.#now();
    if (mailbox === null || now >= mailbox.until) return { is: 'no', code: 4404 };
    if (sha256(secret) !== mailbox.token) {
      await this.#store.tryMailbox(mailbox.id, MAILBOX_TRIES);
      return { is: 'no', code: 4403 };
    }
    if (!this.hub.isThere(mailbox.g, mailbox.k)) return { is: 'no', code: 4404 };
    const tokens = this.splices.grant(mailbox, null, now);
    if (tokens === null) return { is: 'no', code: 4429 };
    await this.#store.tryMailbox(mailbox.id, MAILBOX_TRIES);
    this.#meter.count('knocks');
    if (this.hub.tellOne(mailbox.g, mailbox.k, { is: 'knock', mailbox: mailbox.id, token: tokens[0] }))
      return { is: 'heard', token: tokens[1] };
    return { is: 'no', code: 4404 };
  }

  /** A key is no member any more: nothing of it stays open. */
  removed(group: CollectionId, key: MemberKey): void {
    this.hub.closeMember(group, key, 4403);
    this.splices.drop(group, key, 4403);
  }

  closeAll(code: number): void {
    this.hub.closeAll(code);
    this.splices.closeAll(code);
  }

  #came(line: EventsLine, text: string): void {
    line.heard = this.#now();
    let message: { readonly [name: string]: unknown };
    try {
      message = readObject(JSON.parse(text), 'a message');
      if (message.is === 'live') this.#live(line, message);
      else if (message.is !== 'pong') throw new Refusal('bad-request', 'a message is live or pong');
    } catch {
      // Whatever is wrong with it, this device says what nobody understands.
      this.hub.remove(line);
      line.port.close(4400);
    }
  }

  #live(line: EventsLine, message: { readonly [name: string]: unknown }): void {
    const [req, g, to] = [readNumber(message.req, 0, 'req'), readGroup(message.g), readKey(message.to, 'to')];
    const from = line.session.groups.get(g);
    const granted = from === undefined ? 'not-a-member' : this.#grant(g, from, to);
    if (typeof granted === 'string') line.port.send({ is: 'no', req, why: granted });
    else line.port.send({ is: 'granted', req, token: granted.token });
  }

  /** The token of who asked, after the other was told; or why not. */
  #grant(g: CollectionId, from: MemberKey, to: MemberKey): { readonly token: string } | string {
    if (from === to || !this.hub.isThere(g, to)) return 'offline';
    const tokens = this.splices.grant({ g, k: from }, { g, k: to }, this.#now());
    if (tokens === null) return 'too-many';
    this.#meter.count('live_granted');
    this.hub.tellOne(g, to, { is: 'live', g, from, token: tokens[1] });
    return { token: tokens[0] };
  }
}

/** As which member a session opens an invitation. */
function ownerOf(session: Session, asked: CollectionId | null): { readonly g: CollectionId; readonly k: MemberKey } {
  const g = asked ?? [...session.groups.keys()].sort()[0];
  const k = g === undefined ? undefined : session.groups.get(g);
  if (g === undefined || k === undefined) throw new Refusal('not-a-member', 'this token opens no such group');
  return { g, k };
}

const sha256 = (hex: string): string => toHex(createHash('sha256').update(fromHex(hex)).digest());
