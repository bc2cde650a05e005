import type { Clock } from '../../platform/clock.ts';

/** A server that answers out of several copies of what it holds has all of them brought up to date by then. */
const BEHIND_MS = 90_000;

interface Replaced {
  readonly etag: string | null;
  readonly isRemoved: boolean;
  readonly at: number;
}

/**
 * What a server had where it took a write of ours just now. Where it shows that again, it answers out of a copy that is behind, most likely: what we
 * wrote would be taken back everywhere, as if somebody had. One that has it in truth goes on showing it.
 */
export class ReplacedVersions {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #replaced = new Map<string, Replaced>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** It took a write where it had this version; null: nothing. What it shows again after another write is what it made of that. */
  replaced(name: string, etag: string | null, isRemoved = false): void {
    const known = this.#replaced.get(name);
    if (known === undefined || known.etag !== etag || known.isRemoved !== isRemoved)
      this.#replaced.set(name, { etag, isRemoved, at: this.#clock.now() });
  }

  /** Does it show just what was there before? `etag` null: nothing. */
  isBehind(name: string, etag: string | null): boolean {
    const known = this.#replaced.get(name);
    if (known === undefined || known.etag !== etag) return false;
    const since = this.#clock.now() - known.at;
    return since >= 0 && since < BEHIND_MS;
  }

  /** Of what is new it is believed that it is not there: somebody waits to hear that another client took it away. */
  newMayGo(): void {
    for (const [name, { etag }] of this.#replaced) if (etag === null) this.#replaced.delete(name);
  }

  /** Was it taken away by us? */
  isRemoved(name: string): boolean {
    return this.#replaced.get(name)?.isRemoved === true;
  }

  /** It tells of what became of it since. */
  told(name: string): void {
    this.#replaced.delete(name);
  }
}
