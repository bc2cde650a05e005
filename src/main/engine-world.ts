import type Database from 'better-sqlite3';
import type { AccountSecrets } from './locations/accounts.ts';
import type { PlacesFile } from './locations/places.ts';
import type { BeaconChannel } from './peers/discovery/discovery.ts';
import type { DeviceIdentity } from './peers/identity/identity.ts';
import type { KeysAtRest } from './peers/identity/identity-store.ts';
import type { Transport } from './peers/links/peer-link.ts';
import type { MembershipFile } from './peers/membership/group-membership.ts';
import type { RelayConnector } from './peers/relay/relay-session.ts';
import type { BatchSizes } from './platform/batch-sizes.ts';
import type { Clock } from './platform/clock.ts';
import type { DiskSpace } from './platform/disk-space.ts';
import type { FileSystem } from './platform/file-system.ts';
import type { Random } from './platform/random.ts';
import type { Remote } from './platform/remote.ts';
import type { NameServers } from './platform/service-records.ts';
import type { CollectionId } from './record/ids.ts';
import type { PlaceCount } from './sources/count-items.ts';
import type { LookService } from './sources/files/look-service.ts';
import type { NamePlatform } from './sources/files/names.ts';
import type { FilesWatch, WatchOptions } from './sources/files/watch-files.ts';
import type { WriteService } from './sources/files/write-service.ts';
import type { WatchFolder } from './sources/text/in-files/folder-of-files.ts';
import type { TextsService } from './sources/text/in-files/texts-service.ts';

/** Everything of the world an engine touches, so that a whole group of them runs in one process under a fake one. */
export interface EngineWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database.Database;
  readonly identity: DeviceIdentity;
  readonly keys: KeysAtRest;
  membershipFile(group: CollectionId): MembershipFile;
  removeMembership(group: CollectionId): void;
  readonly places: PlacesFile;
  readonly transport: Transport;
  /** How relays are spoken to; null: no relay is used, whatever the memberships say. */
  readonly relays: RelayConnector | null;
  /** By which members find each other on the local network; none where discovery is off. */
  readonly beacons: readonly BeaconChannel[];
  /** Changes whenever the machine's networks do. */
  networks(): string;
  /** Absent: `BATCH_SIZES`. */
  readonly batches?: BatchSizes;
  readonly fs: FileSystem;
  readonly look: Remote<LookService>;
  readonly write: Remote<WriteService>;
  readonly texts: Remote<TextsService>;
  readonly watch: ((options: WatchOptions) => FilesWatch) | null;
  readonly watchRoot: ((root: string, onChange: () => void) => () => Promise<void>) | null;
  /** Tells of changes to a text, or right in a folder of them; null: they are looked at on a timer. */
  readonly watchText: {
    file(path: string, onChange: () => void): Promise<() => Promise<void>>;
    readonly folder: WatchFolder;
  } | null;
  readonly platform: NamePlatform;
  /** Does the disk at this root fail to tell names apart by case? */
  isFolding(root: string): boolean;
  /** Another text after every start of the system; null or absent where that cannot be told. */
  readonly boot?: string | null;
  /** Is Thunderbird running with the profile in this folder? */
  isProfileLocked(profile: string): boolean;
  /** Passwords of accounts on servers. */
  readonly secrets: AccountSecrets;
  /** What domains say where their accounts are. */
  readonly nameServers: NameServers;
  /** The real path of what is there, and whether it is a folder; null where there is nothing. */
  realPath(path: string): { readonly path: string; readonly isFolder: boolean } | null;
  makeDirectory(path: string): void;
  /** `countItems`, beside everything else. */
  countItems(path: string, format: string): Promise<PlaceCount>;
  /** The disk a path is on; null where that cannot be told. */
  diskSpace(path: string): Promise<DiskSpace | null>;
  /** Never a source: the instance's own state lives there. Real path. */
  readonly dataDirectory: string;
  readonly defaultName: string;
  log(line: string): void;
  /** Something failed that nobody asked for, in `where` (a place, ''): it is told, and done again later. With no room for the state all ends. */
  failed(error: Error, where: string): void;
}
