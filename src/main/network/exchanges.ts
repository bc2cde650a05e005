import type { RateLimit } from '../peers/session/rate-limit.ts';
import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { ExchangePort } from '../store-and-forward/exchange-port.ts';
import { PackMemory } from '../store-and-forward/pack-memory.ts';
import { patientStorage } from '../store-and-forward/patient-storage.ts';
import { RelayExchange } from '../store-and-forward/relay-exchange.ts';
import type { Relays } from './relays.ts';

export interface ExchangesHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly up: RateLimit;
  readonly down: RateLimit;
  readonly relays: Pick<Relays, 'listen' | 'readySession' | 'onlineIn'>;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  isLinked(id: CollectionId, device: DeviceId): boolean;
  mayExchange(): boolean;
  contentsMayBeThere(id: CollectionId): void;
  changed(): void;
  failed(error: Error): void;
  log(line: string): void;
}

/** What goes through relays for members that are away: one exchange for each collection that is here. */
export class Exchanges {
  readonly #host: ExchangesHost;
  readonly #all = new Map<CollectionId, { readonly exchange: RelayExchange; readonly end: () => void }>();
  readonly #packs = new PackMemory();
  #isStopped: boolean = false;

  constructor(host: ExchangesHost) {
    this.#host = host;
  }

  /** Collections came or went. */
  refresh(): void {
    const { replicas, relays } = this.#host;
    for (const [id, { exchange, end }] of this.#all) {
      if (replicas.get(id) === exchange.replica) continue;
      end();
      exchange.stop();
      this.#all.delete(id);
    }
    if (this.#isStopped) return;
    for (const replica of replicas.values()) {
      if (this.#all.has(replica.id)) continue;
      const exchange = new RelayExchange(replica, replica.collection.relay, this.#portOf(replica));
      const end = relays.listen(replica.id, {
        onReady: () => exchange.ready(),
        onNew: () => exchange.somethingThere(),
        onHeads: () => exchange.somethingSaid(),
        onPresence: () => exchange.changedHere(),
      });
      this.#all.set(replica.id, { exchange, end });
    }
  }

  /** null: there is no such collection here. */
  of(id: CollectionId): RelayExchange | null {
    return this.#all.get(id)?.exchange ?? null;
  }

  /** Something was written or applied in a collection, its members changed, or who is linked is another. */
  changedHere(id: CollectionId): void {
    this.of(id)?.changedHere();
  }
  linksChanged(): void {
    for (const { exchange } of this.#all.values()) exchange.changedHere();
  }

  /** Contents that wait at the relay of a collection; null for what does not. Same order. */
  async fetch(id: CollectionId, asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]> {
    return (await this.of(id)?.fetch(asked)) ?? asked.map(() => null);
  }

  /** Puts up what was about to be, for so long at most: members that are away would have it at the next start of this device only. */
  async finish(withinMs: number): Promise<void> {
    const work = Promise.all([...this.#all.values()].map(({ exchange }) => exchange.finish()));
    let cancel = (): void => {};
    const over = new Promise<void>((resolve) => {
      cancel = this.#host.clock.after(withinMs, resolve);
    });
    await Promise.race([work, over]);
    cancel();
  }

  stop(): void {
    this.#isStopped = true;
    for (const { exchange, end } of this.#all.values()) {
      end();
      exchange.stop();
    }
    this.#all.clear();
  }

  #portOf(replica: Replica): ExchangePort {
    const host = this.#host;
    const { id } = replica;
    return {
      clock: host.clock,
      random: host.random,
      up: host.up,
      down: host.down,
      packs: this.#packs,
      session: () => {
        const session = host.relays.readySession(id);
        return session === null ? null : patientStorage(session, host.clock);
      },
      online: () => host.relays.onlineIn(id),
      isLinked: (device) => host.isLinked(id, device),
      mayExchange: () => host.mayExchange(),
      give: (asked) => replica.giveRelayed(asked),
      wants: () => this.changedHere(id),
      contentsMayBeThere: () => host.contentsMayBeThere(id),
      changed: () => host.changed(),
      failed: (error) => host.failed(error),
      log: (line) => host.log(line),
    };
  }
}
