import type { Digest } from '../record/ids.ts';
import type { IdleJob, KeepPort } from './keep-port.ts';

const STEP = 512;

/**
 * Makes the table of what is kept say what the version store holds, which is the truth: after the database was lost, and after an unclean
 * stop between the two. Part by part; nothing else has to wait for it.
 */
export class KeepReconcile implements IdleJob {
  readonly #port: KeepPort;
  #part: number | null;
  #after: Digest | null = null;
  #checks: boolean;

  /** `needed`: false where the last stop was clean, so that only an empty table is filled. */
  constructor(port: KeepPort, needed: boolean) {
    this.#port = port;
    this.#checks = needed && port.kept.keptByDigest(null, 1).length > 0;
    this.#part = needed || port.kept.keptByDigest(null, 1).length === 0 ? 0 : null;
  }

  /** Does the table say what the store holds? */
  get isDone(): boolean {
    return !this.#checks && this.#part === null;
  }

  async step(): Promise<boolean> {
    if (this.#checks) return this.#forgetMissing();
    if (this.#part === null) return false;
    const { kept, store, clock } = this.#port;
    if (this.#part === 0 && store.isEmpty()) {
      this.#part = null;
      return false;
    }
    const { items, next } = await store.keptListing(this.#part);
    const unknown = items.filter(({ digest }) => !kept.isKept(digest));
    if (unknown.length > 0)
      this.#port.transact(() => {
        for (const { digest, size } of unknown) kept.noteKept(digest, size, clock.now());
      });
    this.#part = next;
    return next !== null;
  }

  async #forgetMissing(): Promise<boolean> {
    const { kept, store, transact } = this.#port;
    const page = kept.keptByDigest(this.#after, STEP).map(({ digest }) => digest);
    const held = await store.hasKept(page);
    const missing = page.filter((_, at) => held[at] === false);
    if (missing.length > 0) transact(() => kept.forgetKept(missing));
    this.#after = page.at(-1) ?? null;
    this.#checks = page.length === STEP;
    return true;
  }
}
