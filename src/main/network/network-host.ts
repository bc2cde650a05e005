import type { NoticeView, RequestView } from '../../contract/contract.ts';
import type { BeaconChannel } from '../peers/discovery/discovery.ts';
import type { DeviceIdentity } from '../peers/identity/identity.ts';
import type { Transport } from '../peers/links/peer-link.ts';
import type { MembershipFile } from '../peers/membership/group-membership.ts';
import type { LeftCollection } from '../peers/membership/left-collection.ts';
import type { RelayConnector } from '../peers/relay/relay-session.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { CollectionId, DeviceId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RegistryStore } from '../store/registry-store.ts';

/** What the network needs of the device it links. */
export interface NetworkHost {
  readonly world: {
    readonly identity: DeviceIdentity;
    readonly clock: Clock;
    readonly random: Random;
    readonly transport: Transport;
    readonly relays: RelayConnector | null;
    readonly beacons: readonly BeaconChannel[];
    networks(): string;
    membershipFile(group: CollectionId): MembershipFile;
    failed(error: Error, where: string): void;
    log(line: string): void;
  };
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly replicas: ReadonlyMap<CollectionId, Replica>;
  /** Collections this device left, of which nobody knows yet. */
  readonly left: { values(): Iterable<LeftCollection> };
  readonly schedules: ReadonlyMap<number, { constructSoon(): void }>;
  readonly keeper: { seekAgain(id: CollectionId): void };
  readonly registry: Pick<RegistryStore, 'addresses' | 'setAddresses' | 'setting' | 'setSetting'>;
  readonly events: {
    tell(name: 'requests', requests: readonly RequestView[]): void;
    tell(name: 'notice', notice: NoticeView): void;
    notice(subject: string, notice: NoticeView): void;
    forget(subject: string): void;
  };
  changed(): void;
  /** Bytes a second to or from all peers; 0: no limit. */
  limit(direction: 'up' | 'down'): number;
  /** Is this a time at which devices exchange? */
  mayExchange(): boolean;
  /** Where members are found became something else. */
  savePlaces(): void;
}
