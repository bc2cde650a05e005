/** Keys remembered: who spreads over more than this is beyond what a table can stop. */
const REMEMBERED = 100_000;

/**
 * Lets so much pass a second, and so much at once, for each key. What is larger than all that may pass at once passes when nothing is
 * owed, and is owed then.
 */
export class Rates {
  readonly #perSecond: number;
  readonly #atOnce: number;
  /** How much is owed, and when that was. */
  readonly #owed = new Map<string, { level: number; at: number }>();

  constructor(perSecond: number, atOnce: number) {
    this.#perSecond = perSecond;
    this.#atOnce = atOnce;
  }

  /** Counts `amount`, and returns 0; or counts nothing and returns the seconds, 1 or more, after which it would pass. */
  take(key: string, amount: number, now: number): number {
    const over = this.#level(key, now) + Math.min(amount, this.#atOnce) - this.#atOnce;
    if (over > 0) return Math.max(1, Math.ceil(over / this.#perSecond));
    this.spend(key, amount, now);
    return 0;
  }

  /** Counts what passed already, however much that is. */
  spend(key: string, amount: number, now: number): void {
    const level = this.#level(key, now) + amount;
    // Anew at the end: the first of the map is the one that passed least lately.
    this.#owed.delete(key);
    this.#owed.set(key, { level, at: now });
    if (this.#owed.size > REMEMBERED) this.#owed.delete(this.#owed.keys().next().value!);
  }

  #level(key: string, now: number): number {
    const known = this.#owed.get(key);
    if (known === undefined) return 0;
    // A clock that was set back has let nothing pass.
    return Math.max(0, known.level - (Math.max(0, now - known.at) / 1000) * this.#perSecond);
  }
}

/** What a host is counted by: an IPv4 address, or the /64 of an IPv6 one. null: this machine itself, which is not counted. */
export function hostKey(address: string): string | null {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  if (plain === '::1' || plain.startsWith('127.')) return null;
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...middle, ...last].slice(0, 4).join(':');
}

/** How many connections each host has; this machine itself is not counted. */
export class HostCounts {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one more, and returns how to count it no more, once; null: it has as many as it may. */
  enter(address: string): (() => void) | null {
    const host = hostKey(address);
    if (host === null) return () => {};
    const count = this.#open.get(host) ?? 0;
    if (count >= this.#most) return null;
    this.#open.set(host, count + 1);
    return () => {
      const left = (this.#open.get(host) ?? 1) - 1;
      if (left === 0) this.#open.delete(host);
      else this.#open.set(host, left);
    };
  }
}
