import { authenticationBytes } from '../../main/peers/protocol/relay-statements.ts';
import type { Random } from '../../main/platform/random.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { isSigned } from './is-signed.ts';
import { CHALLENGE_MS, GROUPS_AT_ONCE, type RelayLimits } from './limits.ts';
import type { Meter } from './meter.ts';
import { hostKey, Rates } from './rates.ts';
import { readGroup, readHex, readKey, readList, readObject, readText } from './read-input.ts';
import { Refusal } from './refusal.ts';
import type { RelayStore } from './relay-store.ts';
import { type Session, Tokens } from './tokens.ts';

export interface ChallengeView {
  readonly challenge: string;
  readonly time: number;
  readonly origins: readonly string[];
}
/** What became of one group an authentication named. */
export type AuthError = 'unknown-group' | 'not-a-member' | 'bad-signature';
export interface AuthView {
  readonly token: string;
  readonly expires: number;
  /** `word`: the key was taken out of the group, and something was left for it. */
  readonly groups: readonly { readonly g: CollectionId; readonly error: AuthError | null; readonly word?: true }[];
}

interface Claim {
  readonly g: CollectionId;
  readonly k: MemberKey;
  readonly sig: string;
}

/** Lets devices in: who they are, how often strangers may ask, and how much members may use. */
export class Door {
  readonly tokens: Tokens;
  readonly #store: RelayStore;
  readonly #meter: Meter;
  readonly #origins: readonly string[];
  readonly #onDropped: (session: Session) => void;
  readonly #strangers: Rates;
  readonly #lookups: Rates;
  readonly #items: Rates;
  readonly #bytes: Rates;

  constructor(world: {
    readonly store: RelayStore;
    readonly random: Random;
    readonly meter: Meter;
    readonly limits: RelayLimits;
    readonly origins: readonly string[];
    readonly onDropped: (session: Session) => void;
  }) {
    const { limits } = world;
    this.tokens = new Tokens(world.random);
    this.#store = world.store;
    this.#meter = world.meter;
    this.#origins = world.origins;
    this.#onDropped = world.onDropped;
    this.#strangers = new Rates(limits.strangersAMinute / 60, limits.strangersAMinute);
    this.#lookups = new Rates(limits.lookupsAMinute / 60, limits.lookupsAMinute);
    this.#items = new Rates(limits.itemsASecond, limits.itemsAtOnce);
    this.#bytes = new Rates(limits.bytesASecond, 2 * limits.bytesASecond);
  }

  /** Counts a request without a token from this address; refuses with `too-many`. */
  stranger(address: string, now: number): void {
    const host = hostKey(address);
    if (host !== null) this.#limit(this.#strangers.take(host, 1, now));
  }

  /** Counts a question where a group is: a device asks one for each of its groups before it has a token. */
  lookup(address: string, now: number): void {
    const host = hostKey(address);
    if (host !== null) this.#limit(this.#lookups.take(host, 1, now));
  }

  /** Counts a new item of a member. */
  item(key: MemberKey, now: number): void {
    this.#limit(this.#items.take(key, 1, now));
  }

  /** Counts what a member is about to send; refuses as long as it, or what it fetched, was too much. */
  bytes(key: MemberKey, count: number, now: number): void {
    this.#limit(this.#bytes.take(key, count, now));
  }

  /** Counts what a member fetched. */
  spent(key: MemberKey, count: number, now: number): void {
    this.#bytes.spend(key, count, now);
  }

  challenge(now: number): ChallengeView {
    return { challenge: this.tokens.challenge(now), time: now, origins: this.#origins };
  }

  /** A token for those of the groups whose proof holds. Refuses a challenge that is none, and another relay's name. */
  async authenticate(body: unknown, now: number): Promise<AuthView> {
    const { challenge, origin, members } = readObject(body, 'the request');
    const [name, given] = [readText(origin, 300, 'origin'), readHex(challenge, 32, 'challenge')];
    const claims = readList(members, GROUPS_AT_ONCE, 'members').map(readClaim);
    const time = this.tokens.redeem(given, now);
    if (time === null) {
      this.#meter.count('auth_bad_challenge');
      const minutes = CHALLENGE_MS / 60_000;
      throw new Refusal('not-authenticated', `ask for a new challenge: each is good once, for ${minutes} minutes`);
    }
    if (!this.#origins.includes(name)) {
      this.#meter.count('auth_bad_challenge');
      throw new Refusal('not-authenticated', 'the answer was signed for another relay; ours are in the challenge');
    }
    const groups = [];
    const proven = new Map<CollectionId, MemberKey>();
    const former = new Map<CollectionId, MemberKey>();
    for (const claim of claims) {
      const proof = authenticationBytes({ origin: name, challenge: given, group: claim.g, time });
      const error = await this.#errorOf(claim, proof);
      this.#meter.count(error === null ? 'auth_ok' : COUNTS[error]);
      if (error === null) proven.set(claim.g, claim.k);
      const hasWord = error === 'not-a-member' && (await this.#hasWord(claim, proof));
      if (hasWord) former.set(claim.g, claim.k);
      groups.push({ g: claim.g, error, ...(hasWord ? { word: true as const } : {}) });
    }
    const { session, dropped } = this.tokens.open(proven, former, now);
    for (const each of dropped) this.#onDropped(each);
    await this.#lookAgain(session);
    return { token: session.token, expires: session.expires, groups };
  }

  /** The session of a token; refuses what is none. */
  session(token: string | null, now: number): Session {
    const session = token === null ? null : this.tokens.find(token, now);
    if (session === null) throw new Refusal('not-authenticated', 'this needs a token: authenticate (again)');
    return session;
  }

  async #errorOf(claim: Claim, proof: Uint8Array): Promise<AuthError | null> {
    const acl = await this.#store.acl(claim.g);
    if (acl === null) return 'unknown-group';
    if (!acl.keys.some(({ k }) => k === claim.k)) return 'not-a-member';
    return isSigned(proof, claim.sig, claim.k) ? null : 'bad-signature';
  }
  async #hasWord({ g, k, sig }: Claim, proof: Uint8Array): Promise<boolean> {
    const words = await this.#store.words(g);
    return words.some((word) => word.k === k) && isSigned(proof, sig, k);
  }

  /** Somebody may have been removed between the look at the keys and the token, which nobody knew of then. */
  async #lookAgain(session: Session): Promise<void> {
    for (const [group, key] of session.groups) {
      const acl = await this.#store.acl(group);
      if (acl?.keys.some(({ k }) => k === key) === true) continue;
      this.tokens.close(session);
      throw new Refusal('not-authenticated', 'the members of a group just changed: authenticate again');
    }
  }

  #limit(seconds: number): void {
    if (seconds === 0) return;
    this.#meter.count('rate_refusals');
    throw new Refusal('too-many', `too much at once: try again in ${seconds} s`, { retryAfter: seconds });
  }
}

const COUNTS = {
  'unknown-group': 'auth_unknown_group',
  'not-a-member': 'auth_not_a_member',
  'bad-signature': 'auth_bad_signature',
} as const;

function readClaim(value: unknown): Claim {
  const { g, k, sig } = readObject(value, 'an entry of members');
  return { g: readGroup(g), k: readKey(k, 'k'), sig: readHex(sig, 64, 'sig') };
}
