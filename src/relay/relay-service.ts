import { createHash } from 'node:crypto';
import { toHex } from '../main/peers/protocol/hex.ts';
import type { Random } from '../main/platform/random.ts';
import type { CollectionId, MemberKey } from '../main/record/ids.ts';
import type { BlobStore } from './rules/blob-store.ts';
import { type AuthView, type ChallengeView, Door } from './rules/door.ts';
import type { EventsPort } from './rules/event-hub.ts';
import { Groups, type LocationView, noGroup } from './rules/groups.ts';
import { Items, type ItemsView, sizeOf } from './rules/items.ts';
import { GRACE_MS, ITEM_LIFE_MS, ITEMS_AT_ONCE, PACKS_AT_ONCE, type RelayLimits } from './rules/limits.ts';
import { type EventsHandle, type Knocked, Meetings } from './rules/meetings.ts';
import type { Meter } from './rules/meter.ts';
import { Packs } from './rules/packs.ts';
import { readGroup, readHex, readKey, readList, readNumber, readObject, readPackId } from './rules/read-input.ts';
import { Refusal } from './rules/refusal.ts';
import type { Acl, RelayStore, StoredHeads, WordHash } from './rules/relay-store.ts';
import type { LiveEnd, LiveLine } from './rules/splices.ts';
import type { Session } from './rules/tokens.ts';
import { Words } from './rules/words.ts';

/** Protocol version `info` tells. */
const VERSION = 1;

export interface RelayWorld {
  readonly store: RelayStore;
  readonly blobs: BlobStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
  readonly meter: Meter;
  readonly limits: RelayLimits;
  /** Is there room on the disk for more? For packs sooner not than for what is small, so that others hear of what has no room. */
  readonly hasRoom: (kind: 'packs' | 'rest') => boolean;
  /** base64url SHA-256 of the SubjectPublicKeyInfo of the relay's TLS key. */
  readonly key: string;
  /** Further names by which devices may authenticate: `https://host:port`. */
  readonly origins: readonly string[];
  /** How long an item stays that everybody has. */
  readonly keepMs: number;
  /** The address of the relay that stores for this one, as devices are given it; null: it stores itself. */
  readonly storage: string | null;
  /** Who registers a group has to know this text; null: anybody may. */
  readonly admission: string | null;
}

/**
 * What a relay answers: who asks, whether that is allowed and how much of it, and then what `rules/` say. It knows no socket and starts no timer: who
 * has the sockets hands in what came, and calls `tick` every second and `collect` every hour. What it refuses is a `Refusal`; all else it throws is a
 * fault.
 */
export class RelayService {
  readonly #world: RelayWorld;
  readonly #door: Door;
  readonly #groups: Groups;
  readonly #items: Items;
  readonly #meetings: Meetings;
  readonly #packs: Packs;
  readonly #words: Words;

  constructor(world: RelayWorld) {
    this.#world = world;
    this.#groups = new Groups(world);
    this.#items = new Items(world.store, world.limits);
    this.#meetings = new Meetings(world);
    this.#packs = new Packs(world);
    this.#words = new Words(world.store);
    this.#door = new Door({
      ...world,
      origins: [`k=${world.key}`, ...world.origins],
      onDropped: (session) => this.#meetings.hub.close(session, 4409),
    });
  }

  /** What is open: sockets, and what waits or is good in memory. */
  get open(): { readonly events: number; readonly splices: number; readonly tokens: number } {
    return {
      events: this.#meetings.hub.size,
      splices: this.#meetings.splices.size,
      tokens: this.#door.tokens.size,
    };
  }

  // Without a token. `from`: the address of who asks.

  info(from: string): unknown {
    this.#stranger(from);
    const { item, pack, heads, groupItems, groupPacks, members } = this.#world.limits;
    return {
      version: VERSION,
      time: this.#world.now(),
      key: this.#world.key,
      limits: { item, pack, heads, groupItems, groupPacks, members },
    };
  }

  challenge(from: string): ChallengeView {
    this.#stranger(from);
    return this.#door.challenge(this.#world.now());
  }

  async authenticate(from: string, body: unknown): Promise<AuthView> {
    this.#stranger(from);
    return this.#door.authenticate(body, this.#world.now());
  }

  /** As `Groups.register`. */
  async register(from: string, body: unknown): Promise<void> {
    this.#stranger(from);
    this.#room();
    await this.#groups.register(body);
  }

  /** As `Groups.location`. */
  async location(from: string, g: string, here: string): Promise<LocationView> {
    this.#door.lookup(from, this.#world.now());
    return this.#groups.location(g, here);
  }

  // With a token.

  /** The session of a token (null: none came along); refuses with `not-authenticated`. */
  session(token: string | null): Session {
    return this.#door.session(token, this.#world.now());
  }

  async acl(session: Session, g: string): Promise<Acl> {
    return this.#groups.acl(memberOf(session, g).group);
  }

  /** As `Groups.setAcl`. Who is removed loses its tokens and sockets at once. */
  async setAcl(session: Session, g: string, body: unknown): Promise<void> {
    const { group } = memberOf(session, g);
    const set = await this.#groups.setAcl(group, body);
    if (set === null) return;
    for (const key of set.removed) {
      for (const each of this.#door.tokens.of(group, key)) this.#door.tokens.close(each);
      this.#meetings.removed(group, key);
    }
    this.#meetings.hub.tell(group, { is: 'acl', g: group, gen: set.gen });
  }

  /** May this session use this group, and this much more? For who reads a body only once that is known. Who was removed brings nothing. */
  check(session: Session, g: string, bytes: number): void {
    const former = bytes === 0 ? session.former.get(readGroup(g)) : undefined;
    this.#door.bytes(former ?? memberOf(session, g).key, bytes, this.#world.now());
  }

  /** Of an admin: for a key that was taken out of the list, which fetches it with its next token. */
  async putWord(session: Session, g: string, k: string, bytes: Uint8Array): Promise<void> {
    const { group, key } = memberOf(session, g);
    const { limits } = this.#world;
    checkSize(bytes, limits.item, 'what is left for somebody');
    this.#room();
    this.#door.item(key, this.#world.now());
    if (!(await this.#groups.isAdmin(group, key)))
      throw new Refusal('not-an-admin', 'only an admin leaves something there');
    await this.#words.put(group, readKey(k, 'k'), bytes, this.#world.now(), limits.groupItems);
  }
  async words(session: Session, g: string): Promise<readonly WordHash[]> {
    return this.#words.all(memberOf(session, g).group);
  }
  /** What was left for the key of this session. */
  async word(session: Session, g: string, k: string): Promise<Uint8Array> {
    const [group, key] = [readGroup(g), readKey(k, 'k')];
    if (session.former.get(group) !== key) throw new Refusal('not-a-member', 'this token does not open that');
    const bytes = await this.#words.of(group, key);
    this.#spend(key, bytes.length);
    return bytes;
  }

  /** Keeps an item. The sid it has, once it is durable; the same for the same bytes. */
  async post(session: Session, g: string, bytes: Uint8Array): Promise<number> {
    const { group, key } = memberOf(session, g);
    checkSize(bytes, this.#world.limits.item, 'an item');
    this.#room();
    const now = this.#world.now();
    this.#door.item(key, now);
    const posted = await this.#items.post(group, bytes, now);
    if (posted === null) this.#quota('items');
    if (posted.isNew) {
      this.#count('items_in');
      this.#count('items_in_bytes', bytes.length);
      this.#meetings.hub.tell(group, { is: 'new', g: group, sid: posted.sid }, key);
    }
    return posted.sid;
  }

  /** As `Items.after`. */
  async items(session: Session, g: string, after: number, limit: number = ITEMS_AT_ONCE): Promise<ItemsView> {
    const { group, key } = memberOf(session, g);
    const found = await this.#items.after(group, key, after, limit);
    const bytes = sizeOf(found.items);
    this.#count('items_out', found.items.length);
    this.#count('items_out_bytes', bytes);
    this.#spend(key, bytes);
    return found;
  }

  /** `{sid}`: this member has everything up to there. The least of all members. */
  async setCursor(session: Session, g: string, body: unknown): Promise<number> {
    const { group, key } = memberOf(session, g);
    const sid = readNumber(readObject(body, 'the request').sid, 0, 'sid');
    return this.#world.store.setCursor(group, key, sid);
  }

  async putHeads(session: Session, g: string, bytes: Uint8Array): Promise<void> {
    const { group, key } = memberOf(session, g);
    checkSize(bytes, this.#world.limits.heads, 'heads');
    await this.#world.store.putHeads(group, key, bytes, this.#world.now());
    this.#meetings.hub.tell(group, { is: 'heads', g: group }, key);
  }

  async heads(session: Session, g: string): Promise<readonly StoredHeads[]> {
    const { group, key } = memberOf(session, g);
    const heads = await this.#world.store.heads(group);
    this.#spend(key, sizeOf(heads));
    return heads;
  }

  /** Keeps a pack under the SHA-256 of its bytes for 30 days; again: renews that. */
  async putPack(session: Session, g: string, name: string, bytes: Uint8Array): Promise<void> {
    const { group, key } = memberOf(session, g);
    const id = readPackId(name);
    this.#room('packs');
    checkSize(bytes, this.#world.limits.pack, 'a pack');
    if (sha256(bytes) !== id) throw new Refusal('bad-request', 'the id of a pack is the SHA-256 of its bytes');
    const outcome = await this.#packs.put(group, id, bytes, key);
    if (outcome === 'quota') this.#quota('packs');
    if (outcome === 'no-group') noGroup();
    this.#count('packs_in_bytes', bytes.length);
  }

  /** Bytes of a pack; refuses with `not-found` where it is not here. */
  packSize(session: Session, g: string, name: string): Promise<number> {
    return this.#packs.size(memberOf(session, g).group, readPackId(name));
  }

  /** So many bytes of a pack, less at its end. */
  async readPack(session: Session, g: string, name: string, offset: number, length: number): Promise<Uint8Array> {
    const { group, key } = memberOf(session, g);
    const bytes = await this.#packs.read(group, readPackId(name), offset, length);
    this.#count('packs_out_bytes', bytes.length);
    this.#spend(key, bytes.length);
    return bytes;
  }

  /** Who put a pack may delete it, and so may an admin. */
  async deletePack(session: Session, g: string, name: string): Promise<void> {
    const { group, key } = memberOf(session, g);
    await this.#packs.remove(group, readPackId(name), async ({ by }) => {
      if (by !== key && !(await this.#groups.isAdmin(group, key)))
        throw new Refusal('not-an-admin', 'only who put a pack, or an admin, deletes it');
    });
  }

  /** `{ids}`: renews their 30 days; those that are not here. */
  async touchPacks(session: Session, g: string, body: unknown): Promise<readonly string[]> {
    const { group } = memberOf(session, g);
    const ids = readList(readObject(body, 'the request').ids, PACKS_AT_ONCE, 'ids').map(readPackId);
    return this.#packs.touch(group, ids);
  }

  // The switchboard.

  openMailbox(session: Session, body: unknown): Promise<void> {
    return this.#meetings.openMailbox(session, body);
  }
  closeMailbox(session: Session, id: string): Promise<void> {
    return this.#meetings.closeMailbox(session, id);
  }
  /** `secret`: hex of what opens the mailbox. */
  async knock(from: string, id: string, secret: string): Promise<Knocked> {
    this.#stranger(from);
    return this.#meetings.knock(id, readHex(secret, 32, 'the secret of a mailbox'));
  }
  connectEvents(session: Session, port: EventsPort): EventsHandle {
    return this.#meetings.connect(session, port);
  }
  claimLive(token: string, end: LiveEnd): LiveLine {
    return this.#meetings.claim(readHex(token, 32, 'the token'), end);
  }

  // Time.

  /** Forgets what is over. Every second. */
  tick(): void {
    const now = this.#world.now();
    this.#door.tokens.tick(now);
    this.#meetings.hub.tick(now);
    this.#meetings.splices.tick(now);
  }

  /** Deletes what nobody needs, a day after it was marked. Every hour. */
  async collect(): Promise<void> {
    const { store, keepMs } = this.#world;
    const now = this.#world.now();
    const times = { graceOver: now - Math.min(keepMs, GRACE_MS), keep: now - keepMs, life: now - ITEM_LIFE_MS };
    this.#count('collected_items', await store.collectItems(times, now));
    this.#count('collected_packs', await this.#packs.collect(times.graceOver, now));
    await store.collectMailboxes(now);
    await this.#words.collect(now);
    await this.#packs.sweep(now);
  }

  /** Ends all sockets; the store is its owner's to close. */
  close(): void {
    this.#meetings.closeAll(1001);
  }

  #stranger(from: string): void {
    this.#door.stranger(from, this.#world.now());
  }

  /** What was served is counted afterwards: too much of it, and the next request waits. */
  #spend(key: MemberKey, bytes: number): void {
    this.#door.spent(key, bytes, this.#world.now());
  }

  #count(what: Parameters<Meter['count']>[0], by = 1): void {
    this.#world.meter.count(what, by);
  }

  #quota(what: string): never {
    this.#count('quota_refusals');
    throw new Refusal('quota', `the group has as many ${what} here as it may`);
  }

  /** What makes room (cursors, deletions) is taken on a full disk too. */
  #room(kind: 'packs' | 'rest' = 'rest'): void {
    if (this.#world.hasRoom(kind)) return;
    this.#count('quota_refusals');
    throw new Refusal('quota', 'the disk of the relay is full');
  }
}

/** As which member a session uses a group; refuses with `not-a-member`. */
function memberOf(session: Session, g: string): { readonly group: CollectionId; readonly key: MemberKey } {
  const group = readGroup(g);
  const key = session.groups.get(group);
  if (key === undefined) throw new Refusal('not-a-member', 'this token does not open that group');
  return { group, key };
}

function checkSize(bytes: Uint8Array, most: number, what: string): void {
  if (bytes.length === 0) throw new Refusal('bad-request', `${what} has no bytes`);
  if (bytes.length > most) throw new Refusal('too-large', `${what} has at most ${most} bytes`);
}

const sha256 = (bytes: Uint8Array): string => toHex(createHash('sha256').update(bytes).digest());
