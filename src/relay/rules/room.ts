import { hostKey } from './rates.ts';
import { Refusal } from './refusal.ts';

/**
 * How much may be in memory at once of what is being received and sent: of all, and of one host, so that one that is slow on purpose
 * holds up nobody else. This machine itself is only counted with all.
 */
export class Room {
  readonly #all: number;
  readonly #each: number;
  #taken = 0;
  readonly #byHost = new Map<string, number>();

  constructor(all: number, each: number) {
    this.#all = all;
    this.#each = each;
  }

  /** Takes so many bytes, and returns how to give them back, once. Refuses with `too-many` where there is no room. */
  take(address: string, bytes: number): () => void {
    const host = hostKey(address);
    const ofHost = host === null ? 0 : (this.#byHost.get(host) ?? 0) + bytes;
    if (this.#taken + bytes > this.#all || ofHost > this.#each)
      throw new Refusal('too-many', 'too much is under way: try again in a second', { retryAfter: 1 });
    this.#taken += bytes;
    if (host !== null) this.#byHost.set(host, ofHost);
    return () => {
      this.#taken -= bytes;
      if (host === null) return;
      const left = (this.#byHost.get(host) ?? 0) - bytes;
      if (left === 0) this.#byHost.delete(host);
      else this.#byHost.set(host, left);
    };
  }
}
