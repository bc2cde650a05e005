import { toHex } from '../../main/peers/protocol/hex.ts';
import type { Random } from '../../main/platform/random.ts';
import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { CHALLENGE_MS, EMPTY_TOKEN_MS, TOKEN_MS, TOKENS_A_MEMBER } from './limits.ts';

/** Who a token stands for: one device, by its key in each of its groups. */
export interface Session {
  readonly token: string;
  readonly expires: number;
  readonly groups: ReadonlyMap<CollectionId, MemberKey>;
  /** Groups that its key was taken out of: it may fetch what was left for it there, and nothing else. */
  readonly former: ReadonlyMap<CollectionId, MemberKey>;
}

/** Challenges and tokens remembered at most; the oldest goes. */
const REMEMBERED = 100_000;

/** Challenges that wait for their answer and tokens that are good. In memory: after a restart everybody authenticates again. */
export class Tokens {
  readonly #random: Random;
  /** When each was given. */
  readonly #challenges = new Map<string, number>();
  readonly #sessions = new Map<string, Session>();
  readonly #byMember = new Map<MemberKey, Session[]>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Challenges and tokens that are remembered. */
  get size(): number {
    return this.#challenges.size + this.#sessions.size;
  }

  challenge(now: number): string {
    const challenge = toHex(this.#random.bytes(32));
    this.#challenges.set(challenge, now);
    if (this.#challenges.size > REMEMBERED) this.#challenges.delete(this.#challenges.keys().next().value!);
    return challenge;
  }

  /** When it was given; null: it was not, or was used, or is over. It is used now. */
  redeem(challenge: string, now: number): number | null {
    const given = this.#challenges.get(challenge);
    this.#challenges.delete(challenge);
    return given !== undefined && isWithin(given, CHALLENGE_MS, now) ? given : null;
  }

  /** A token for these; `dropped`: sessions that had to make room. */
  open(
    groups: ReadonlyMap<CollectionId, MemberKey>,
    former: ReadonlyMap<CollectionId, MemberKey>,
    now: number,
  ): { readonly session: Session; readonly dropped: readonly Session[] } {
    const session = {
      token: toHex(this.#random.bytes(32)),
      expires: now + (groups.size === 0 ? EMPTY_TOKEN_MS : TOKEN_MS),
      groups,
      former,
    };
    const dropped: Session[] = [];
    this.#sessions.set(session.token, session);
    for (const key of groups.values()) {
      const those = this.#byMember.get(key) ?? [];
      those.push(session);
      this.#byMember.set(key, those);
      if (those.length > TOKENS_A_MEMBER) dropped.push(those[0]!);
    }
    if (this.#sessions.size > REMEMBERED) dropped.push(this.#sessions.values().next().value!);
    for (const each of dropped) this.close(each);
    return { session, dropped };
  }

  /** null: unknown or expired. */
  find(token: string, now: number): Session | null {
    const session = this.#sessions.get(token);
    return session !== undefined && now < session.expires ? session : null;
  }

  /** All tokens with which this key is a member of `group`. */
  of(group: CollectionId, key: MemberKey): readonly Session[] {
    return (this.#byMember.get(key) ?? []).filter((session) => session.groups.get(group) === key);
  }

  close(session: Session): void {
    this.#sessions.delete(session.token);
    for (const key of session.groups.values()) {
      const left = (this.#byMember.get(key) ?? []).filter((each) => each !== session);
      if (left.length === 0) this.#byMember.delete(key);
      else this.#byMember.set(key, left);
    }
  }

  /** Forgets what is over. */
  tick(now: number): void {
    for (const [challenge, given] of this.#challenges)
      if (!isWithin(given, CHALLENGE_MS, now)) this.#challenges.delete(challenge);
    for (const session of [...this.#sessions.values()]) if (now >= session.expires) this.close(session);
  }
}

/** A clock that was set back makes nothing last longer than it should. */
const isWithin = (from: number, milliseconds: number, now: number): boolean => Math.abs(now - from) <= milliseconds;
