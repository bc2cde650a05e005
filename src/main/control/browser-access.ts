import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { isKey, type KnownPages } from './known-pages.ts';

const TOKEN_LIFE_MS = 10 * 60_000;
/** Unspent tokens and sessions kept; the oldest go first. Both are only made for this machine's user. */
const KEPT = 32;

/** What a page says first: the key it made for itself, what it was asked to sign, and the token of its address or the session it had before a reload. */
interface Presented {
  readonly key?: unknown;
  readonly proof?: unknown;
  readonly token?: unknown;
  readonly session?: unknown;
}

/**
 * Who may talk to the browser door. A token is in the address a person opens: it works once, within ten minutes, and lets the page in. A
 * reload goes on with a session secret, which the page keeps in sessionStorage and which ends with the program; the open page itself goes on
 * after a restart too, with a key that is in its memory alone. So another program that has the port while this one is off gets nothing it could
 * go on with: what is in the storage is over then, the key is gone once its own page is loaded, and what is signed names the address. No
 * cookie: cookies of 127.0.0.1 go to every port, so to every other local server.
 */
export class BrowserAccess {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #known: KnownPages;
  readonly #tokens = new Map<string, number>();
  readonly #sessions = new Set<string>();

  constructor(clock: Clock, random: Random, known: KnownPages) {
    this.#clock = clock;
    this.#random = random;
    this.#known = known;
  }

  freshToken(): string {
    const token = this.#secret();
    this.#tokens.set(token, this.#clock.now() + TOKEN_LIFE_MS);
    dropOldest(this.#tokens);
    return token;
  }

  /** What one page has to sign, for this once. */
  challenge(): string {
    return this.#secret();
  }

  /** The session secret of a page that is let in; null: it is not. `self`: HOST:PORT of the door. A token is spent by it. */
  admit(presented: unknown, challenge: string, self: string): string | null {
    const { key, proof, token, session } = (presented ?? {}) as Presented;
    const isFresh = this.#spend(token);
    if (!isKey(key)) return null;
    const known = this.#sessionOf(session);
    if (isFresh || known !== null) {
      this.#known.add(key);
      return known ?? this.#freshSession();
    }
    const isKnown = typeof proof === 'string' && this.#known.admits(key, signedText(self, challenge), proof);
    return isKnown ? this.#freshSession() : null;
  }

  #sessionOf(presented: unknown): string | null {
    if (typeof presented !== 'string' || presented.length > 256) return null;
    for (const session of this.#sessions) if (same(presented, session)) return session;
    return null;
  }

  #freshSession(): string {
    const session = this.#secret();
    this.#sessions.add(session);
    dropOldest(this.#sessions);
    return session;
  }

  #spend(presented: unknown): boolean {
    if (typeof presented !== 'string' || presented.length > 256) return false;
    for (const [token, until] of this.#tokens) {
      if (!same(presented, token)) continue;
      this.#tokens.delete(token);
      return this.#clock.now() < until;
    }
    return false;
  }

  #secret(): string {
    return Buffer.from(this.#random.bytes(24)).toString('base64url');
  }
}

function dropOldest(kept: Map<string, number> | Set<string>): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) return;
    kept.delete(oldest);
  }
}

/** As the page has it (`renderer/client/page-key.ts`). */
const signedText = (self: string, challenge: string): string => `lockstep page ${self} ${challenge}`;

function same(presented: string, secret: string): boolean {
  const [left, right] = [Buffer.from(presented), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
