import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';

const TOKEN_LIFE_MS = 10 * 60_000;
/** Unspent tokens and sessions kept; the oldest go first. Both are only made for this machine's user. */
const KEPT = 32;

/**
 * Who may talk to the browser door. A token is in the address a person opens: it works once, within ten minutes, and is swapped for a
 * session secret the page keeps in sessionStorage. No cookie: cookies of 127.0.0.1 go to every port, so to every other local server.
 */
export class BrowserAccess {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #tokens = new Map<string, number>();
  readonly #sessions = new Set<string>();
  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  freshToken(): string {
    const token = this.#secret();
    this.#tokens.set(token, this.#clock.now() + TOKEN_LIFE_MS);
    dropOldest(this.#tokens);
    return token;
  }

  /** The session secret for a token (which it spends) or for a session secret; null: neither. */
  admit(presented: unknown): string | null {
    if (typeof presented !== 'string' || presented.length > 256) return null;
    for (const session of this.#sessions) if (same(presented, session)) return session;
    for (const [token, until] of this.#tokens) {
      if (!same(presented, token)) continue;
      this.#tokens.delete(token);
      if (this.#clock.now() >= until) return null;
      const session = this.#secret();
      this.#sessions.add(session);
      dropOldest(this.#sessions);
      return session;
    }
    return null;
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

function same(presented: string, secret: string): boolean {
  const [left, right] = [Buffer.from(presented), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
