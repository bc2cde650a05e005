import type { RelayConnector, RelayEvents, RelaySession } from '../peers/relay/relay-session.ts';
import { NO_EPOCH } from '../peers/sealed/sealed-item.ts';
import type { RateLimit } from '../peers/session/rate-limit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { CollectionId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RegistryStore } from '../store/registry-store.ts';
import { putUpOperations } from '../store-and-forward/put-up-operations.ts';
import { relayedGroup } from './relayed-groups.ts';

/** A relay that cannot be told is tried again so much later, by the session itself where it is not there. */
const AGAIN_MS = 60_000;
/** Whoever was away for longer hears it from other devices. */
const GIVEN_UP_MS = 60 * 24 * 3600_000;

interface FarewellsHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly up: RateLimit;
  readonly relays: RelayConnector | null;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  readonly registry: Pick<RegistryStore, 'setting' | 'setSetting'>;
  log(line: string): void;
}

/** A relay that a collection used before, and when it was left. */
interface Former {
  readonly url: string;
  readonly at: number;
}

/**
 * A collection got another relay, or none: members that were away meanwhile read at the former one, and hear of it there. So whoever goes puts
 * the membership log up there once more, as soon as that can be reached, be it after a start.
 */
export class Farewells {
  readonly #host: FarewellsHost;
  /** By collection and URL; the function ends it. */
  readonly #open = new Map<string, () => void>();

  constructor(host: FarewellsHost) {
    this.#host = host;
  }

  /** Collections came or went, or their relays are others. */
  refresh(): void {
    const wanted = new Set<string>();
    for (const replica of this.#host.replicas.values()) {
      this.#noteLeft(replica);
      for (const { url } of this.#owed(replica)) {
        wanted.add(keyOf(replica, url));
        this.#begin(replica, url);
      }
    }
    for (const [key, end] of this.#open) if (!wanted.has(key)) end();
  }

  stop(): void {
    for (const end of this.#open.values()) end();
  }

  #noteLeft(replica: Replica): void {
    const { collection, membership } = replica;
    const { url } = collection.relay;
    if (url === '' || url === membership.relay()) return;
    // Who read of it there need not tell it there.
    const known = collection.relay.knownOperations();
    const isKnownThere = membership.heads().every((hash) => known.has(hash));
    collection.transact(() => {
      if (!isKnownThere) this.#save(replica, [...this.#owed(replica), { url, at: this.#host.clock.now() }]);
      collection.relay.moveTo('');
    });
  }

  /** Those that are still to be told; a relay that is used again is told all anyway. */
  #owed(replica: Replica): readonly Former[] {
    const owed = JSON.parse(this.#host.registry.setting(settingOf(replica.id)) ?? '[]') as readonly Former[];
    const since = this.#host.clock.now() - GIVEN_UP_MS;
    return owed.filter(({ url, at }) => url !== replica.membership.relay() && at > since);
  }
  #save({ id }: Replica, owed: readonly Former[]): void {
    this.#host.registry.setSetting(settingOf(id), owed.length === 0 ? null : JSON.stringify(owed));
  }

  #begin(replica: Replica, url: string): void {
    const { relays, clock, log } = this.#host;
    const key = keyOf(replica, url);
    const member = relayedGroup(replica.membership, url);
    if (relays === null || member?.belongs() !== true || this.#open.has(key)) return;
    let cancel = (): void => {};
    const tell = (): void => {
      cancel();
      this.#tell(session, replica).then(
        () => {
          end();
          this.#save(
            replica,
            this.#owed(replica).filter((each) => each.url !== url),
          );
        },
        (error: Error) => {
          log(`relay: ${url} could not be told that ${replica.id} left it: ${error.message}`);
          if (this.#open.has(key)) cancel = clock.after(AGAIN_MS, tell);
        },
      );
    };
    const session: RelaySession = relays.open(url, { ...deaf, onReady: tell });
    const end = (): void => {
      cancel();
      this.#open.delete(key);
      void session.close();
    };
    this.#open.set(key, end);
    session.setMembers([member]);
  }

  async #tell(session: RelaySession, { id, membership }: Replica): Promise<void> {
    const secret = membership.membersSecret();
    if (secret === null) return;
    await putUpOperations(this.#host, { session, epoch: { id: NO_EPOCH, secret } }, id, membership.namedOperations());
  }
}

const settingOf = (id: CollectionId): string => `farewells.${id}`;
const keyOf = ({ id }: Replica, url: string): string => `${id} ${url}`;

const deaf: RelayEvents = {
  onReady: () => {},
  onNew: () => {},
  onHeads: () => {},
  onRefused: () => {},
  onWord: () => {},
  onPresence: () => {},
  onLive: (_group, _from, channel) => void channel.destroy(),
  onKnock: (_mailbox, channel) => void channel.destroy(),
  onState: () => {},
};
