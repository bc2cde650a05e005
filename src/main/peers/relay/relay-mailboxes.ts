import type { Clock } from '../../platform/clock.ts';
import type { RelayGrants } from './relay-grants.ts';
import type { RelayPlaces } from './relay-places.ts';
import { notThere } from './relay-storage.ts';

interface Mailbox {
  readonly tokenHash: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Invitations that are open at the relay: opened again each time this device comes to it. */
export class RelayMailboxes {
  readonly #clock: Clock;
  readonly #grants: RelayGrants;
  readonly #places: RelayPlaces;
  readonly #open = new Map<string, Mailbox>();

  constructor(clock: Clock, grants: RelayGrants, places: RelayPlaces) {
    this.#clock = clock;
    this.#grants = grants;
    this.#places = places;
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** As of `RelaySession`. */
  async open(id: string, tokenHash: string, ttlMs: number): Promise<void> {
    const mailbox = { tokenHash, until: this.#clock.now() + ttlMs };
    this.#open.set(id, mailbox);
    await this.#put(id, mailbox);
  }
  async close(id: string): Promise<void> {
    const token = this.#grants.current?.token;
    if (!this.#open.delete(id) || token === undefined) return;
    await this.#places.home.ask({ method: 'DELETE', path: `/v1/mailbox/${id}`, token }).catch(notThere);
  }

  renew(): void {
    const now = this.#clock.now();
    for (const [id, mailbox] of this.#open) {
      if (mailbox.until <= now) this.#open.delete(id);
      // A relay that does not take it has it still, or the inviter is found another way.
      else this.#put(id, mailbox).catch(() => {});
    }
  }

  async #put(id: string, { tokenHash, until }: Mailbox): Promise<void> {
    const { token } = this.#grants.current ?? (await this.#grants.renew());
    const body = { id, token: tokenHash, ttl: until - this.#clock.now() };
    await this.#places.home.ask({ method: 'POST', path: '/v1/mailbox', token, body });
  }
}
