import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { type BrowserSessions, isKey } from './browser-sessions.ts';

const TOKEN_LIFE_MS = 10 * 60_000;
/** Unspent tokens kept; the oldest go first. They are only made for this machine's user. */
const KEPT = 32;

/** What a page says first: the key it made for itself, what it was asked to sign, and the token of its address if it has one. */
interface Presented {
  readonly key?: unknown;
  readonly proof?: unknown;
  readonly token?: unknown;
}

/**
 * Who may talk to the browser door. A token is in the address a person opens: it works once, within ten minutes, and lets the page's key
 * in, which then does so alone, after a restart of the program too. The key never leaves the browser, and what it signs names the address it
 * is shown: another program that has the port while this one is off learns nothing it could go on with. No cookie: cookies of 127.0.0.1 go to
 * every port, so to every other local server.
 */
export class BrowserAccess {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sessions: BrowserSessions;
  readonly #tokens = new Map<string, number>();

  constructor(clock: Clock, random: Random, sessions: BrowserSessions) {
    this.#clock = clock;
    this.#random = random;
    this.#sessions = sessions;
  }

  freshToken(): string {
    const token = this.#secret();
    this.#tokens.set(token, this.#clock.now() + TOKEN_LIFE_MS);
    for (const oldest of this.#tokens.keys()) if (this.#tokens.size > KEPT) this.#tokens.delete(oldest);
    return token;
  }

  /** What one page has to sign, for this once. */
  challenge(): string {
    return this.#secret();
  }

  /** Is this page let in? `self`: HOST:PORT of the door. A token is spent by it. */
  admit(presented: unknown, challenge: string, self: string): boolean {
    const { key, proof, token } = (presented ?? {}) as Presented;
    const isFresh = this.#spend(token);
    if (!isKey(key)) return false;
    if (isFresh) this.#sessions.add(key);
    return isFresh || (typeof proof === 'string' && this.#sessions.admits(key, signedText(self, challenge), proof));
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

/** As the page has it (`renderer/client/page-key.ts`). */
const signedText = (self: string, challenge: string): string => `lockstep page ${self} ${challenge}`;

function same(presented: string, secret: string): boolean {
  const [left, right] = [Buffer.from(presented), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
