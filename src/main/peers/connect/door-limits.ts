import type { Clock } from '../../platform/clock.ts';

const MINUTE = 60_000;
/** Connections of one host a minute that did not become a link. */
const GREETINGS_A_MINUTE = 8;
/** Protocol errors of one host or device an hour. */
const ERRORS_AN_HOUR = 50;
const BAN_MS = 10 * MINUTE;
/** Hosts remembered: who spreads over more addresses than this is beyond what a table can stop. */
const REMEMBERED = 4096;

/** What one peer may cost us before it is shut out. Keys are hosts before a link is proven and device ids after. */
export class DoorLimits {
  readonly #clock: Clock;
  readonly #greetings = new Map<string, number[]>();
  readonly #errors = new Map<string, number[]>();
  readonly #bans = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a connection that still has to prove itself. false: too many, or banned. */
  admit(host: string): boolean {
    if (this.banned(host)) return false;
    // Who is on this machine already is no stranger of the network, and may be several devices.
    if (host === '::1' || host.startsWith('127.')) return true;
    return count(this.#greetings, host, this.#clock.now(), MINUTE) <= GREETINGS_A_MINUTE;
  }

  /** The connection of `host` became a link: it counts no more. */
  greeted(host: string): void {
    this.#greetings.get(host)?.pop();
  }

  /** Counts a protocol error; from the fifty-first within an hour the key is banned for ten minutes. */
  erred(key: string): void {
    const now = this.#clock.now();
    if (count(this.#errors, key, now, 60 * MINUTE) > ERRORS_AN_HOUR) {
      this.#errors.delete(key);
      this.#bans.set(key, now + BAN_MS);
      forgetOldest(this.#bans);
    }
  }

  banned(key: string): boolean {
    const until = this.#bans.get(key);
    if (until === undefined) return false;
    if (this.#clock.now() < until) return true;
    this.#bans.delete(key);
    return false;
  }
}

/** Events of `key` within the last `window` ms, this one included. */
function count(events: Map<string, number[]>, key: string, now: number, window: number): number {
  const recent = (events.get(key) ?? []).filter((at) => at > now - window);
  recent.push(now);
  events.delete(key);
  events.set(key, recent);
  forgetOldest(events);
  return recent.length;
}
function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
