import { RelayError } from '../../src/main/peers/relay/relay-error.ts';
import type {
  RelayConnector,
  RelayEvents,
  RelayMember,
  RelaySession,
} from '../../src/main/peers/relay/relay-session.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import { digestOf } from '../../src/main/platform/hash.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';
import type { CollectionId, MemberKey } from '../../src/main/record/ids.ts';
import { type ChannelEnd, channelPair } from './channel-pair.ts';
import type { Weather } from './memory-network.ts';

interface Group {
  readonly born: number;
  keys: Map<MemberKey, boolean>;
  items: { readonly sid: number; readonly bytes: Uint8Array; readonly hash: string }[];
  last: number;
  collected: number;
  readonly cursors: Map<MemberKey, number>;
  readonly heads: Map<MemberKey, Uint8Array>;
  readonly packs: Map<string, Uint8Array>;
  /** What was left for who was removed. */
  readonly words: Map<MemberKey, Uint8Array>;
}

/**
 * A relay in memory: devices of one process under one clock leave things there for each other, and are joined where it is told to. It may be
 * out of reach, for one of them or all, and lets go of what all have read whenever it is told to.
 */
export class MemoryRelay {
  readonly #clock: Clock;
  readonly #weather: Weather;
  readonly #groups = new Map<CollectionId, Group>();
  readonly #sessions = new Set<MemorySession>();
  readonly #places = new Map<string, MemoryRelay>();
  /** Bytes of packs for which it has room. */
  room = Number.POSITIVE_INFINITY;
  /** Items are taken as well. */
  takesItems: boolean = true;
  /** Hosts that do not reach it. */
  readonly #apart = new Set<string>();
  /** Members can have channels to each other. */
  joins: boolean = false;
  readonly #channels = new Set<Channel>();

  constructor(clock: Clock, weather: Weather = { latency: () => 1 }) {
    this.#clock = clock;
    this.#weather = weather;
  }

  /** The relay as it is reached from a host, by a process that lives as long as `isDead` says. */
  connector(host: string, isDead: () => boolean = () => false): RelayConnector {
    return {
      open: (url, events) => {
        const place = this.at(url);
        const session = new MemorySession(place, host, events, isDead);
        place.#sessions.add(session);
        return session;
      },
    };
  }

  /** The relay at a URL: this one, at the first there was, or another, which is always reached. */
  at(url: string): MemoryRelay {
    const known = this.#places.get(url);
    if (known !== undefined) return known;
    const place = this.#places.size === 0 ? this : new MemoryRelay(this.#clock, this.#weather);
    this.#places.set(url, place);
    return place;
  }

  /** From now on this host does not reach it, or does again. */
  cut(host: string): void {
    this.#apart.add(host);
    this.tellPresence();
  }
  mend(host: string): void {
    if (!this.#apart.delete(host)) return;
    for (const session of this.#sessions) if (session.host === host) session.admit();
    this.tellPresence();
  }
  isApart(host: string): boolean {
    return this.#apart.has(host);
  }

  /** Lets go of every item that all members have read; with `all` also of those that are not read. */
  collect(all = false): void {
    for (const group of this.#groups.values()) {
      const least = all ? group.last : Math.min(...[...group.keys.keys()].map((key) => group.cursors.get(key) ?? 0));
      group.items = group.items.filter(({ sid }) => sid > least);
      group.collected = Math.max(group.collected, least);
    }
  }
  /** Its disk is empty again. Who is an admin, and there, registers its groups anew. */
  loseEverything(): void {
    this.#groups.clear();
    for (const session of this.#sessions) session.beginAgain();
  }
  /** Its disk is as it was when `copy` was made. */
  copy(): () => void {
    const groups = structuredClone(this.#groups);
    return () => {
      this.#groups.clear();
      for (const [id, group] of groups) this.#groups.set(id, group);
      for (const session of this.#sessions) session.beginAgain();
    };
  }
  /** Bytes that lie there. */
  get bytes(): number {
    let bytes = 0;
    for (const { items, packs } of this.#groups.values()) {
      for (const item of items) bytes += item.bytes.length;
      for (const pack of packs.values()) bytes += pack.length;
    }
    return bytes;
  }
  /** How many items were ever put there. */
  get posted(): number {
    return [...this.#groups.values()].reduce((sum, { last }) => sum + last, 0);
  }
  /** How often somebody asked for items. */
  itemsAsked = 0;
  /** The parts of packs that were asked for. */
  readonly partsAsked: { readonly offset: number; readonly length: number }[] = [];
  /** How many packs were ever put there. */
  packsPut = 0;
  /** Everything that lies there, for who looks for what should not be readable. */
  *everything(): Generator<Uint8Array> {
    for (const { items, packs, heads } of this.#groups.values()) {
      for (const item of items) yield item.bytes;
      yield* packs.values();
      yield* heads.values();
    }
  }

  /** Some milliseconds later. */
  later(call: () => void): void {
    this.#clock.after(this.#weather.latency(), call);
  }
  way(): Promise<void> {
    return new Promise((resolve) => this.later(resolve));
  }

  group(id: CollectionId): Group | null {
    return this.#groups.get(id) ?? null;
  }
  register(id: CollectionId, keys: ReadonlyMap<MemberKey, boolean>): void {
    this.#groups.set(id, {
      born: this.#clock.now(),
      keys: new Map(keys),
      items: [],
      last: 0,
      collected: 0,
      cursors: new Map(),
      heads: new Map(),
      packs: new Map(),
      words: new Map(),
    });
  }
  tell(id: CollectionId, from: MemberKey, event: (events: RelayEvents) => void): void {
    for (const session of this.#sessions) session.tell(id, from, event);
  }
  /** Those who may come in now and did not before. */
  admitAll(): void {
    for (const session of this.#sessions) session.admit();
    this.tellPresence();
  }
  tellPresence(): void {
    this.#dropChannels();
    for (const id of this.#groups.keys()) {
      const online = [...this.#sessions].flatMap((session) => session.keyIn(id) ?? []);
      for (const session of this.#sessions)
        session.tell(id, null, (events) =>
          events.onPresence(
            id,
            online.filter((key) => key !== session.keyIn(id)),
          ),
        );
    }
  }
  leave(session: MemorySession): void {
    if (this.#sessions.delete(session)) this.tellPresence();
  }

  /** A channel from one member to another, as both are told of it. */
  async join(from: MemorySession, id: CollectionId, to: MemberKey): Promise<ChannelEnd> {
    await this.way();
    const key = from.keyIn(id);
    const target = [...this.#sessions].find((session) => session.keyIn(id) === to);
    if (!this.joins || key === null || target === undefined)
      throw new RelayError('relay-offline', 'that device is not there', '');
    const ends = channelPair({ later: (call) => this.later(call) });
    for (const end of ends) end.on('error', () => undefined);
    this.#channels.add({ ends, sessions: [from, target] });
    target.tell(id, null, (events) => events.onLive(id, key, ends[1]));
    await this.way();
    return ends[0];
  }
  get channels(): number {
    return this.#channels.size;
  }
  /** Those of who does not reach the relay any more: who died is told nothing. */
  #dropChannels(): void {
    for (const channel of [...this.#channels]) {
      const { ends, sessions } = channel;
      const isOver = ends.every((end) => end.destroyed);
      if (!isOver && sessions.every((session) => session.isThere)) continue;
      this.#channels.delete(channel);
      for (const [at, end] of ends.entries())
        if (sessions[at]?.isDead === true) end.fallSilent();
        else this.later(() => end.destroy());
    }
  }
}

interface Channel {
  readonly ends: readonly [ChannelEnd, ChannelEnd];
  readonly sessions: readonly [MemorySession, MemorySession];
}

class MemorySession implements RelaySession {
  readonly host: string;
  readonly bytes = { bytesIn: 0, bytesOut: 0 };
  readonly #relay: MemoryRelay;
  readonly #events: RelayEvents;
  readonly #isDead: () => boolean;
  #members: readonly RelayMember[] = [];
  readonly #ready = new Set<CollectionId>();

  constructor(relay: MemoryRelay, host: string, events: RelayEvents, isDead: () => boolean) {
    this.#relay = relay;
    this.host = host;
    this.#events = events;
    this.#isDead = isDead;
  }

  setMembers(members: readonly RelayMember[]): void {
    this.#members = members;
    for (const id of this.#ready) if (!members.some(({ group }) => group === id)) this.#ready.delete(id);
    this.#relay.later(() => this.#keepLists());
  }

  #keepLists(): void {
    if (!this.isThere) return;
    let isChanged = false;
    for (const { group: id, own, acl, removed, words } of this.#members.map((each) => ({
      group: each.group,
      own: each.key,
      acl: each.acl(),
      removed: each.removed(),
      words: each.words(0),
    }))) {
      if (acl === null) continue;
      const keys = new Map(acl.map(({ key, admin }) => [key, admin]));
      const group = this.#relay.group(id);
      // Who is no admin in the list does not set it.
      if (group !== null && group.keys.get(own) !== true) continue;
      if (group === null) this.#relay.register(id, keys);
      else {
        for (const [key, admin] of keys) {
          group.keys.set(key, admin);
          group.words.delete(key);
        }
        for (const key of removed) for (const left of [group.keys, group.cursors, group.heads]) left.delete(key);
        for (const { key, bytes } of words) group.words.set(key, bytes);
      }
      isChanged = true;
    }
    if (isChanged) this.#relay.admitAll();
    else this.admit();
  }

  beginAgain(): void {
    this.#ready.clear();
    this.#relay.later(() => this.#keepLists());
  }

  get isDead(): boolean {
    return this.#isDead();
  }
  get isThere(): boolean {
    return !this.#isDead() && !this.#relay.isApart(this.host);
  }
  /** Its key in a group that lets it in; null: it is not there. */
  keyIn(id: CollectionId): MemberKey | null {
    const member = this.#members.find(({ group }) => group === id);
    return this.isThere && member !== undefined && this.#relay.group(id)?.keys.has(member.key) === true
      ? member.key
      : null;
  }
  admit(): void {
    for (const { group, key } of this.#members) {
      const word = this.isThere ? this.#relay.group(group)?.words.get(key) : undefined;
      if (word !== undefined) this.#relay.later(() => void (!this.#isDead() && this.#events.onWord(group, word)));
      if (this.keyIn(group) === null || this.#ready.has(group)) continue;
      this.#ready.add(group);
      this.#relay.later(() => {
        if (this.keyIn(group) === null) this.#ready.delete(group);
        else this.#events.onReady(group);
      });
    }
  }
  tell(id: CollectionId, from: MemberKey | null, event: (events: RelayEvents) => void): void {
    const key = this.keyIn(id);
    if (key === null) this.#ready.delete(id);
    else if (key !== from) this.#relay.later(() => void (this.keyIn(id) !== null && event(this.#events)));
  }

  /** There and back; fails where it is not let in, or does not get there or back. */
  async #ask<T>(id: CollectionId, act: (group: Group, key: MemberKey) => T): Promise<T> {
    await this.#relay.way();
    const [group, key] = [this.#relay.group(id), this.keyIn(id)];
    if (group === null || key === null) throw new LockstepError('relay-unreachable', 'no answer from the relay');
    const result = act(group, key);
    await this.#relay.way();
    if (this.#isDead()) return new Promise(() => undefined);
    if (!this.isThere) throw new LockstepError('relay-unreachable', 'no answer from the relay');
    return result;
  }

  post(id: CollectionId, item: Uint8Array): Promise<number> {
    return this.#ask(id, (group, key) => {
      const hash = digestOf(item);
      const known = group.items.find((each) => each.hash === hash);
      if (known !== undefined) return known.sid;
      if (!this.#relay.takesItems) throw new RelayError('relay-quota', 'no room', '');
      group.items.push({ sid: ++group.last, bytes: item.slice(), hash });
      const sid = group.last;
      this.#relay.tell(id, key, (events) => events.onNew(id, sid));
      return sid;
    });
  }
  items(id: CollectionId, after: number) {
    this.#relay.itemsAsked++;
    return this.#ask(id, (group, key) => {
      if (Math.max(after, group.cursors.get(key) ?? 0) < group.collected)
        throw new RelayError('relay-collected', 'it was let go of', '', { said: { oldest: group.collected + 1 } });
      return { items: group.items.filter(({ sid }) => sid > after).slice(0, 7), last: group.last, born: group.born };
    });
  }
  setCursor(id: CollectionId, sid: number): Promise<void> {
    return this.#ask(id, (group, key) => void group.cursors.set(key, Math.max(sid, group.cursors.get(key) ?? 0)));
  }
  putHeads(id: CollectionId, bytes: Uint8Array): Promise<void> {
    return this.#ask(id, (group, key) => {
      group.heads.set(key, bytes.slice());
      this.#relay.tell(id, key, (events) => events.onHeads(id));
    });
  }
  heads(id: CollectionId) {
    return this.#ask(id, (group) => [...group.heads].map(([key, bytes]) => ({ key, bytes })));
  }
  putPack(id: CollectionId, bytes: Uint8Array): Promise<string> {
    return this.#ask(id, (group) => {
      const name = digestOf(bytes);
      const used = [...group.packs.values()].reduce((sum, pack) => sum + pack.length, 0);
      if (used + bytes.length > this.#relay.room) throw new RelayError('relay-quota', 'no room', '');
      group.packs.set(name, bytes.slice());
      this.#relay.packsPut++;
      return name;
    });
  }
  pack(id: CollectionId, name: string, offset: number, length: number): Promise<Uint8Array | null> {
    return this.#ask(id, (group) => {
      this.#relay.partsAsked.push({ offset, length });
      return group.packs.get(name)?.slice(offset, offset + length) ?? null;
    });
  }
  deletePack(id: CollectionId, name: string): Promise<void> {
    return this.#ask(id, (group) => void group.packs.delete(name));
  }
  touchPacks(id: CollectionId, names: readonly string[]): Promise<readonly string[]> {
    return this.#ask(id, (group) => names.filter((name) => !group.packs.has(name)));
  }
  live(id: CollectionId, to: MemberKey): Promise<ChannelEnd> {
    return this.#relay.join(this, id, to);
  }
  async openMailbox(): Promise<void> {}
  async closeMailbox(): Promise<void> {}
  knock(): Promise<never> {
    return Promise.reject(new LockstepError('relay-offline', 'nobody listens at mailboxes here'));
  }
  retryNow(): void {
    this.admit();
  }
  async close(): Promise<void> {
    this.#members = [];
    this.#relay.leave(this);
  }
}
