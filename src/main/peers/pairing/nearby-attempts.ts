import type { Clock } from '../../platform/clock.ts';
import { parseHostPort } from '../links/host-port.ts';

/** Between two attempts, and how many of them in a window: each is one chance in a million for who stands in between. */
const APART_MS = 30_000;
const MAX_ATTEMPTS = 3;
/** Of one address: the last of a window is for another one. */
const OF_AN_ADDRESS = 2;
/** Addresses from which somebody came in an earlier window and showed no digits let others go first, for so long, and are remembered for so long. */
const OTHERS_FIRST_MS = 60_000;
const REMEMBERED_MS = 10 * 60_000;
const MOST_REMEMBERED = 1024;

/**
 * How often strangers may try to pair while a person waits for one of them. Three times in a window, whoever it is: that bounds what can be
 * guessed. Among them those go first who have not had their turn, so that one who only wants to be in the way is not.
 */
export class NearbyAttempts {
  readonly #clock: Clock;
  #openedAt = Number.NEGATIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;
  #count = 0;
  #byHost = new Map<string, number>();
  /** When somebody came from there last who showed no digits. */
  readonly #unproven = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A person opened a window: that is worth as much as half a minute. */
  begin(): void {
    this.#openedAt = this.#clock.now();
    this.#lastAt = Number.NEGATIVE_INFINITY;
    this.#count = 0;
    this.#byHost = new Map();
  }

  /** Has everybody had all there is? */
  get isOver(): boolean {
    return this.#count >= MAX_ATTEMPTS;
  }

  /** May somebody from this address try now? It counts from here on, if so. */
  take(address: string): boolean {
    const now = this.#clock.now();
    const host = hostOf(address);
    const had = this.#byHost.get(host) ?? 0;
    const failedAt = this.#unproven.get(host) ?? Number.NEGATIVE_INFINITY;
    const failedBefore = failedAt < this.#openedAt && now < failedAt + REMEMBERED_MS;
    const goesLast = failedBefore && now < this.#openedAt + OTHERS_FIRST_MS;
    if (this.isOver || now < this.#lastAt + APART_MS || had >= OF_AN_ADDRESS || goesLast) return false;
    this.#count++;
    this.#lastAt = now;
    this.#byHost.set(host, had + 1);
    return true;
  }

  /** Who came from there went, or did not do what is due, before there were digits to compare. */
  cameToNothing(address: string): void {
    const host = hostOf(address);
    this.#unproven.delete(host);
    this.#unproven.set(host, this.#clock.now());
    const [oldest] = this.#unproven.keys();
    if (this.#unproven.size > MOST_REMEMBERED && oldest !== undefined) this.#unproven.delete(oldest);
  }
}

/** The address without its port. */
export const hostOf = (address: string): string => parseHostPort(address)?.host ?? address;
