import { createHash, timingSafeEqual } from 'node:crypto';
import { aclBytes } from '../../main/peers/protocol/relay-statements.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { isSigned } from './is-signed.ts';
import type { RelayLimits } from './limits.ts';
import { readAclKeys, readGroup, readHex, readKey, readNumber, readObject } from './read-input.ts';
import { Refusal } from './refusal.ts';
import type { Acl, AclKey, RelayStore } from './relay-store.ts';

/** Where a group's storage is: addresses of relays, as devices are given them. */
export interface LocationView {
  readonly gen: number;
  readonly api: string;
  readonly events: string;
  readonly live: string;
  readonly blob: { readonly kind: 'relay'; readonly base: string };
  readonly region: null;
  /** Seconds for which this may be believed. */
  readonly ttl: number;
}

interface GroupsPort {
  readonly store: RelayStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly limits: Pick<RelayLimits, 'members'>;
  /** As of `RelayWorld`; these two as well. */
  readonly key: string;
  readonly storage: string | null;
  readonly admission: string | null;
}

/** The groups of a relay: who registers one, who its members are by the list an admin signed, and where it is stored. */
export class Groups {
  readonly #port: GroupsPort;

  constructor(port: GroupsPort) {
    this.#port = port;
  }

  /** `{g, keys, by, sig, a?}`: a new group, of generation 1. `a`: what the address of this relay ends in, where it is private. */
  async register(body: unknown): Promise<void> {
    const { store, limits, now, storage, admission } = this.#port;
    const { g, keys, by, sig, a } = readObject(body, 'the request');
    if (admission !== null && !isSameSecret(admission, a))
      throw new Refusal('not-admitted', 'this relay takes groups only of who knows all of its address');
    const [group, list] = [readGroup(g), readAclKeys(keys, limits.members)];
    const admin = readKey(by, 'by');
    if (!list.some((each) => each.k === admin && each.admin))
      throw new Refusal('not-an-admin', 'the list must be signed by an admin in it');
    checkSigned(group, 1, list, admin, readHex(sig, 64, 'sig'));
    if (!(await store.createGroup(group, list, now(), storage ?? '')))
      throw new Refusal('exists', 'this group is registered already');
  }

  /** `here`: the `host:port` by which this relay was asked. */
  async location(g: string, here: string): Promise<LocationView> {
    const { store, storage, key } = this.#port;
    const group = readGroup(g);
    const stored = (await store.storageOf(group)) || storage;
    const acl = await store.acl(group);
    const place = stored ?? `https://${here}#k=${key}`;
    return {
      gen: acl?.gen ?? 0,
      api: place,
      events: place,
      live: place,
      blob: { kind: 'relay', base: place },
      region: null,
      ttl: 3600,
    };
  }

  async acl(group: CollectionId): Promise<Acl> {
    return (await this.#port.store.acl(group)) ?? noGroup();
  }

  /** `{gen, keys, by, sig}`. Who is no member any more; null: the list was this one already. */
  async setAcl(
    group: CollectionId,
    body: unknown,
  ): Promise<{ readonly gen: number; readonly removed: readonly MemberKey[] } | null> {
    const { store, limits } = this.#port;
    const { gen, keys, by, sig } = readObject(body, 'the request');
    const [next, list] = [readNumber(gen, 2, 'gen'), readAclKeys(keys, limits.members)];
    const admin = readKey(by, 'by');
    checkSigned(group, next, list, admin, readHex(sig, 64, 'sig'));
    const outcome = await store.setAcl(group, next, list, admin);
    if (outcome.is === 'no-group') noGroup();
    if (outcome.is === 'not-an-admin')
      throw new Refusal('not-an-admin', 'the list must be signed by an admin of the present one');
    if (outcome.is === 'old')
      throw new Refusal('old-generation', `the list has generation ${outcome.gen}: give it a higher one`, {
        data: { gen: outcome.gen },
      });
    return outcome.is === 'set' ? { gen: next, removed: outcome.removed } : null;
  }

  async isAdmin(group: CollectionId, key: MemberKey): Promise<boolean> {
    return (await this.#port.store.acl(group))?.keys.some(({ k, admin }) => k === key && admin) === true;
  }
}

function checkSigned(group: CollectionId, gen: number, keys: readonly AclKey[], by: MemberKey, sig: string): void {
  if (!isSigned(aclBytes(group, gen, keys), sig, by))
    throw new Refusal('not-an-admin', 'the signature of the list does not hold');
}

export function noGroup(): never {
  throw new Refusal('not-found', 'no such group is registered');
}

/** How long it takes tells nothing of the secret. */
function isSameSecret(secret: string, said: unknown): boolean {
  if (typeof said !== 'string') return false;
  const [one, other] = [secret, said].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(one, other);
}
