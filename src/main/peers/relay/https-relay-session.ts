import type { WebSocket } from 'ws';
import { backoff } from '../../platform/backoff.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { waitAfter } from '../../platform/retry.ts';
import type { CollectionId, MemberKey } from '../../record/ids.ts';
import { toHex } from '../protocol/hex.ts';
import { AclKeeper } from './acl-keeper.ts';
import type { Grant, RelayEvent } from './relay-answers.ts';
import { asRelayError, type RelayError } from './relay-error.ts';
import { RelayGrants } from './relay-grants.ts';
import { RelayHttp, type RelayReach } from './relay-http.ts';
import { RelayListener } from './relay-listener.ts';
import { RelayMailboxes } from './relay-mailboxes.ts';
import { RelayPlaces } from './relay-places.ts';
import type {
  RelayChannel,
  RelayConnector,
  RelayEvents,
  RelayMember,
  RelaySession,
  RelayState,
} from './relay-session.ts';
import { RelayStorage } from './relay-storage.ts';
import { parseRelayUrl, type RelayAddress } from './relay-url.ts';
import { openChannel } from './ws-channel.ts';

/** Between two looks where events cannot be heard, and at groups that are not open to this device yet. */
const POLL_MS = 60_000;
/** The same at groups that this device was taken out of: hardly ever is that void. */
const TAKEN_OUT_POLL_MS = 3600_000;
/** Others may know of changes to a group's members that this device hears of first: their list is not corrected at once. */
const ACL_MS = 5000;
/** Channels others ask for that are on their way at one time. */
const MOST_INCOMING = 16;
/** Until a channel must be open. While a device is dialled through a relay it is dialled in no other way. */
const CHANNEL_MS = 30_000;

export class HttpsRelayConnector implements RelayConnector {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #reach: RelayReach;
  constructor(clock: Clock, random: Random, reach: RelayReach = (address) => new RelayHttp(address, clock)) {
    this.#clock = clock;
    this.#random = random;
    this.#reach = reach;
  }
  open(url: string, events: RelayEvents): RelaySession {
    return new HttpsRelaySession(parseRelayUrl(url), events, this.#clock, this.#random, this.#reach);
  }
}

/**
 * A relay over HTTPS and WebSockets. Everything that happens (members, a lost socket, a timer) only changes what is wanted and calls `#plan`; one
 * `#connect` at a time brings that about: authenticate, ask where things are, listen, tell who may fetch.
 */
class HttpsRelaySession implements RelaySession {
  readonly #address: RelayAddress;
  readonly #events: RelayEvents;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #places: RelayPlaces;
  readonly #members = new Map<CollectionId, RelayMember>();
  readonly #mailboxes: RelayMailboxes;
  readonly #lists: AclKeeper;
  readonly #grants: RelayGrants;
  readonly #storage: RelayStorage;
  #listener: RelayListener | null = null;
  /** Groups that were told ready since it is listened for them. */
  readonly #told = new Set<CollectionId>();
  #failures = 0;
  /** Rounds after which some group was not open to this device. */
  #notYet = 0;
  #why: RelayError | null = null;
  #isConnecting: boolean = false;
  #isWanted: boolean = false;
  #closed: boolean = false;
  #incoming = 0;
  #cancelPlan: () => void = () => {};

  constructor(address: RelayAddress, events: RelayEvents, clock: Clock, random: Random, reach: RelayReach) {
    this.#address = address;
    this.#events = events;
    this.#clock = clock;
    this.#random = random;
    this.#places = new RelayPlaces(address, clock, reach);
    this.#grants = new RelayGrants(address, this.#places, this.#members);
    this.#storage = new RelayStorage(this.#grants);
    this.#mailboxes = new RelayMailboxes(clock, this.#grants, this.#places);
    this.#lists = new AclKeeper({
      clock,
      grants: this.#grants,
      members: this.#members,
      isServed: (group) => !this.#closed && this.#told.has(group),
    });
  }

  setMembers(members: readonly RelayMember[]): void {
    const isSame =
      members.length === this.#members.size && members.every(({ group, key }) => this.#members.get(group)?.key === key);
    this.#members.clear();
    for (const member of members) this.#members.set(member.group, member);
    for (const group of this.#told) {
      if (this.#members.has(group)) this.#lists.plan(group, 0);
      else this.#told.delete(group);
    }
    if (isSame) {
      if (this.#notYet > 0) this.#plan(0);
      return;
    }
    this.#notYet = 0;
    this.#grants.forget();
    if (members.length === 0) this.#rest();
    else this.#plan(0);
  }

  post(group: CollectionId, item: Uint8Array): Promise<number> {
    return this.#storage.post(group, item);
  }
  items(group: CollectionId, after: number, limit?: number) {
    return this.#storage.items(group, after, limit);
  }
  setCursor(group: CollectionId, sid: number): Promise<void> {
    return this.#storage.setCursor(group, sid);
  }
  putHeads(group: CollectionId, bytes: Uint8Array): Promise<void> {
    return this.#storage.putHeads(group, bytes);
  }
  heads(group: CollectionId) {
    return this.#storage.heads(group);
  }
  putPack(group: CollectionId, bytes: Uint8Array): Promise<string> {
    return this.#storage.putPack(group, bytes);
  }
  pack(group: CollectionId, id: string, offset: number, length: number): Promise<Uint8Array | null> {
    return this.#storage.pack(group, id, offset, length);
  }
  deletePack(group: CollectionId, id: string): Promise<void> {
    return this.#storage.deletePack(group, id);
  }
  touchPacks(group: CollectionId, ids: readonly string[]): Promise<readonly string[]> {
    return this.#storage.touchPacks(group, ids);
  }

  async live(group: CollectionId, to: MemberKey, signal: AbortSignal): Promise<RelayChannel> {
    const listener = this.#listener;
    if (listener === null) throw this.#why ?? this.#grants.fault(new Error('it is not connected'));
    return this.#channel(group, await listener.askLive(group, to), signal);
  }

  openMailbox(id: string, tokenHash: string, ttlMs: number): Promise<void> {
    return this.#mailboxes.open(id, tokenHash, ttlMs);
  }
  closeMailbox(id: string): Promise<void> {
    return this.#mailboxes.close(id);
  }
  async knock(id: string, token: Uint8Array, signal: AbortSignal): Promise<RelayChannel> {
    try {
      const bell = await this.#places.doorbell();
      return await this.#open(bell.socket(`/v1/mailbox/${id}`, toHex(token)), signal);
    } catch (error) {
      throw this.#grants.fault(error);
    }
  }

  retryNow(): void {
    this.#failures = 0;
    this.#notYet = 0;
    this.#listener?.probe();
    if (this.#listener === null || this.#told.size < this.#members.size) this.#plan(0);
  }
  get bytes() {
    return this.#places.bytes;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPlan();
    this.#grants.forget();
    this.#lists.stop();
    this.#leaveListener();
    this.#places.close();
  }

  #channel(group: CollectionId, token: string, signal: AbortSignal): Promise<RelayChannel> {
    const { url } = this.#address;
    const socket = this.#places.of(group, 'live').socket(`/v1/live/${token}`, this.#grants.current?.token ?? '');
    return this.#open(socket, signal).catch((error: unknown) => Promise.reject(asRelayError(error, url)));
  }
  #open(socket: WebSocket, signal: AbortSignal): Promise<RelayChannel> {
    const late = new AbortController();
    const cancel = this.#clock.after(CHANNEL_MS, () =>
      late.abort(Object.assign(new Error('no channel in time'), { code: 'ETIMEDOUT' })),
    );
    return openChannel(socket, this.#address.url, AbortSignal.any([signal, late.signal])).finally(cancel);
  }

  // How the session stands

  #leaveListener(): void {
    this.#listener?.close();
    this.#listener = null;
    this.#told.clear();
  }
  /** No group needs the relay. */
  #rest(): void {
    this.#cancelPlan();
    this.#leaveListener();
    this.#tell('offline', null);
  }

  #tell(is: RelayState['is'], why: RelayError | null): void {
    this.#why = why;
    this.#events.onState({ is, why });
  }

  #plan(delay: number): void {
    if (this.#closed || this.#members.size === 0) return;
    if (this.#isConnecting) {
      this.#isWanted = true;
      return;
    }
    this.#cancelPlan();
    this.#cancelPlan = this.#clock.after(delay, () => void this.#connect());
  }

  async #connect(): Promise<void> {
    this.#isConnecting = true;
    this.#isWanted = false;
    const delay = await this.#round();
    this.#isConnecting = false;
    if (this.#isWanted) this.#plan(0);
    else if (delay !== null) this.#plan(delay);
  }

  /** Milliseconds until the next one; null: it comes when something happens. */
  async #round(): Promise<number | null> {
    if (this.#listener === null) this.#tell('connecting', this.#why);
    try {
      const former = this.#notYet === 0 ? this.#grants.current : null;
      const grant = former ?? (await this.#grants.renew());
      const open = [...this.#members.keys()].filter((group) => grant.groups.get(group) === null);
      const deaf = await this.#listen(grant, open);
      if (this.#closed) return null;
      this.#failures = 0;
      this.#tell('online', deaf);
      for (const group of open) this.#ready(group, deaf !== null);
      for (const group of this.#members.keys()) {
        const refusal = this.#grants.refusal(grant, group);
        if (refusal !== null) this.#events.onRefused(group, refusal);
      }
      await this.#fetchWords(grant);
      if (this.#closed) return null;
      this.#mailboxes.renew();
      const shut = [...this.#members.values()].filter(({ group }) => grant.groups.get(group) !== null);
      this.#notYet = shut.length > 0 ? this.#notYet + 1 : 0;
      const longest = deaf !== null || shut.some((member) => member.belongs()) ? POLL_MS : TAKEN_OUT_POLL_MS;
      if (this.#notYet > 0) return waitAfter({ first: 2000, most: longest }, this.#notYet - 1);
      return deaf === null ? null : POLL_MS;
    } catch (error) {
      if (this.#closed) return null;
      const why = this.#grants.fault(error);
      if (why.status === 401) this.#grants.forget();
      this.#leaveListener();
      this.#tell('offline', why);
      return Math.max(backoff(++this.#failures, this.#random), (why.retryAfter ?? 0) * 1000);
    }
  }

  /** One that cannot be fetched now is tried with the next round: the group is not open to this device. */
  async #fetchWords(grant: Grant): Promise<void> {
    for (const group of grant.words) {
      const member = this.#members.get(group);
      // Who has heard it need not be told again.
      if (member?.belongs() !== true) continue;
      const word = await this.#grants.word(grant, member).catch(() => null);
      if (word !== null && this.#members.get(group) === member) this.#events.onWord(group, word);
    }
  }

  /** Listens for these groups. Why that does not go, though the relay answers otherwise; null: it goes. */
  async #listen(grant: Grant, groups: readonly CollectionId[]): Promise<RelayError | null> {
    const [first] = groups;
    if (first === undefined || (this.#listener !== null && groups.every((group) => this.#told.has(group)))) return null;
    const socket = this.#places.of(first, 'events').socket('/v1/events', grant.token);
    const listener: RelayListener = new RelayListener(socket, {
      clock: this.#clock,
      relay: this.#address.url,
      onEvent: (event) => this.#onEvent(event),
      onClose: (why, unknown) => this.#deafened(listener, why, unknown),
    });
    try {
      await listener.open();
      // What comes in one go opens it and ends it, before anybody here knows of it: nothing would ever be heard on it.
      if (listener.over !== null) throw listener.over;
    } catch (error) {
      const why = this.#grants.fault(error);
      if (why.status === 401) throw why;
      // Is it only the socket that does not go, or is the relay not there at all?
      const path = `/v1/groups/${first}/acl`;
      await this.#grants.ask(first, { method: 'GET', path });
      this.#leaveListener();
      return why;
    }
    // The former one is left only now, so that nothing is missed in between. Where there was none, nobody heard what was said since the last look.
    if (this.#listener === null) this.#told.clear();
    this.#listener?.close();
    this.#listener = listener;
    return null;
  }

  #deafened(listener: RelayListener, why: RelayError, unknown: boolean): void {
    if (this.#listener !== listener || this.#closed) return;
    this.#listener = null;
    this.#told.clear();
    if (unknown) this.#grants.forget();
    this.#tell('offline', why);
    this.#plan(backoff(this.#failures++, this.#random));
  }

  /** `again`: told though it was told before, for nothing can be heard. */
  #ready(group: CollectionId, again: boolean): void {
    if (!again && this.#told.has(group)) return;
    this.#told.add(group);
    this.#events.onReady(group);
    this.#lists.plan(group, ACL_MS);
  }

  // What is told

  #onEvent(event: RelayEvent): void {
    switch (event.is) {
      case 'new':
        if (this.#members.has(event.group)) this.#events.onNew(event.group, event.sid);
        break;
      case 'heads':
        if (this.#members.has(event.group)) this.#events.onHeads(event.group);
        break;
      case 'acl':
        if (this.#members.has(event.group)) this.#lists.plan(event.group, ACL_MS + backoff(2, this.#random));
        break;
      case 'presence': {
        const own = this.#members.get(event.group)?.key;
        if (own === undefined) break;
        this.#events.onPresence(
          event.group,
          event.online.filter((key) => key !== own),
        );
        break;
      }
      case 'live':
        this.#arrive(event.group, event.token, (channel) => this.#events.onLive(event.group, event.from, channel));
        break;
      case 'knock': {
        const [group] = this.#members.keys();
        if (group !== undefined && this.#mailboxes.has(event.mailbox))
          this.#arrive(group, event.token, (channel) => this.#events.onKnock(event.mailbox, channel));
        break;
      }
    }
  }

  #arrive(group: CollectionId, token: string, arrived: (channel: RelayChannel) => void): void {
    if (!this.#members.has(group) || this.#incoming >= MOST_INCOMING) return;
    this.#incoming++;
    const giveUp = new AbortController();
    const cancel = this.#clock.after(10_000, () => giveUp.abort());
    this.#channel(group, token, giveUp.signal)
      // Who asked for it hears that it does not come to be, and asks again.
      .then(arrived, () => undefined)
      .finally(() => {
        cancel();
        this.#incoming--;
      });
  }
}
