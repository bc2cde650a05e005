import type { Random } from '../platform/random.ts';
import type { Remote } from '../platform/remote.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { DeviceId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import type { Replica } from '../replica.ts';
import { looksLikeIcalendar } from '../sources/calendars/icalendar/looks-like-icalendar.ts';
import { splitCalendar } from '../sources/calendars/icalendar/split-calendar.ts';
import { openAddressBook } from '../sources/contacts/thunderbird/open-address-book.ts';
import { ThunderbirdPlace } from '../sources/contacts/thunderbird/thunderbird-place.ts';
import { DavPlace } from '../sources/dav/dav-place.ts';
import type { DavKind } from '../sources/dav/dav-resource.ts';
import { SubscriptionPlace } from '../sources/dav/subscription-place.ts';
import type { MovedOn } from '../sources/files/aside.ts';
import { FilesAdapter, type FilesAdapterOptions } from '../sources/files/files-adapter.ts';
import type { PlacedItem } from '../sources/files/staging-batch.ts';
import { formatNamed, type SourceFormat } from '../sources/formats.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import type { DocumentPlace } from '../sources/text/document-place.ts';
import { FolderOfFiles, type WatchFolder } from '../sources/text/in-files/folder-of-files.ts';
import { OneFile } from '../sources/text/in-files/one-file.ts';
import type { TextsService } from '../sources/text/in-files/texts-service.ts';
import { TextAdapter } from '../sources/text/text-adapter.ts';
import type { TextFormat } from '../sources/text/text-format.ts';
import type { RegistryStore, StoredSource } from '../store/registry-store.ts';
import { knownItems } from '../take-in/known-items.ts';
import type { AccountSecrets } from './accounts.ts';
import { FEED_LIMITS } from './check-feed.ts';
import { accountOf } from './server-place.ts';

/** What a folder tells of bytes that came to it beside what is written. */
export interface FolderNews {
  movedOn(moved: readonly MovedOn[]): void;
  areTorn(moved: readonly MovedOn[]): Promise<readonly (boolean | null)[]>;
  /** What an interruption found in its place, and no snapshot may say so. */
  placed(placed: readonly PlacedItem[]): void;
  /** Nothing is left of an interruption. */
  recovered(): void;
}

type FeedFetch = ConstructorParameters<typeof SubscriptionPlace>[0]['fetch'];
/** A subscription is read by two readers: where they do not find the same, a person is told. */
async function doubtOf(bytes: Uint8Array): Promise<string | null> {
  const { countUids, secondReading } = await import('../sources/calendars/second-reading.ts');
  const theirs = secondReading(bytes);
  const ours = countUids(splitCalendar(bytes).items);
  if (theirs === null || theirs.uids === ours) return null;
  return `another reader finds ${theirs.uids} items in it, and this one ${ours}: what is shown may not be all of it.`;
}

const davKind = ({ kind }: TextFormat): DavKind => (kind === 'contacts' ? 'contacts' : 'calendar');

/** What of the program around it a source needs. */
export interface AroundSource {
  readonly deviceId: DeviceId;
  readonly world: SourceWorld;
  readonly registry: Pick<RegistryStore, 'sources'>;
  changed(): void;
}
type SourceWorld = Pick<FilesAdapterOptions, 'platform' | 'fs' | 'clock' | 'watch' | 'watchRoot' | 'batches'> & {
  readonly look: ConstructorParameters<typeof FilesAdapter>[0];
  readonly write: ConstructorParameters<typeof FilesAdapter>[1];
  readonly texts: Remote<TextsService>;
  readonly secrets: AccountSecrets;
  readonly random: Random;
  /** Is Thunderbird running with the profile in this folder? */
  isProfileLocked(profile: string): boolean;
  /** Tells of changes to a text, or right in a folder of them; null: they are looked at on a timer. */
  readonly watchText: {
    file(path: string, onChange: () => void): Promise<() => Promise<void>>;
    readonly folder: WatchFolder;
  } | null;
  /** Does the disk at this root fail to tell names apart by case? It is known once the root has its marker. */
  isFolding(root: string): boolean;
};

/** The adapter of a source, by its format, taken in care. `fresh`: it is new, and marked. Fails with `other-marker` where it is another's. */
export async function openAdapter(
  engine: AroundSource,
  replica: Replica,
  source: StoredSource,
  fresh: boolean,
  news: FolderNews,
): Promise<SourceAdapter> {
  const format = formatNamed(source.format);
  if (format === null)
    throw new LockstepError(
      'not-available',
      `This version does not know the format ${source.format}.`,
      source.location,
    );
  if (format.text !== null) return openText(engine, replica, source, fresh, format, format.text());
  const { world } = engine;
  const adapter = new FilesAdapter(world.look, world.write, {
    source: source.id,
    root: source.location,
    platform: world.platform,
    isFolding: () => world.isFolding(source.location),
    marker: { collection: replica.id, source: source.id, device: engine.deviceId },
    rules: source.settings,
    fs: world.fs,
    batches: world.batches,
    clock: world.clock,
    watch: world.watch,
    watchRoot: world.watchRoot,
    onMovedOn: news.movedOn,
    areTorn: news.areTorn,
    onPlaced: news.placed,
    onRecovered: news.recovered,
    onProblems: (problems) => {
      for (const { id, code, detail } of problems)
        replica.collection.problems.put(source.row, id, code, detail, world.clock.now());
      engine.changed();
    },
  });
  await adapter.open(fresh);
  return adapter;
}

/** Watches several files as one. Returns how to stop. */
async function watchAll(
  paths: readonly string[],
  watch: (path: string, onChange: () => void) => Promise<() => Promise<void>>,
  onChange: () => void,
): Promise<() => Promise<void>> {
  const stops = await Promise.all(paths.map((path) => watch(path, onChange)));
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

async function openText(
  engine: AroundSource,
  replica: Replica,
  source: StoredSource,
  fresh: boolean,
  { layout, ending }: SourceFormat,
  format: TextFormat,
): Promise<SourceAdapter> {
  const { fs, clock, random, texts, watchText, secrets, isProfileLocked } = engine.world;
  let place: DocumentPlace;
  if (layout === 'server') {
    const { url, account } = accountOf(source.location, secrets);
    // Only those who sync with a server need what speaks to it.
    const { DavServer } = await import('../sources/dav/dav-server.ts');
    place = new DavPlace({ server: new DavServer(account), url: url.href, kind: davKind(format), clock, random });
  } else if (layout === 'feed') {
    const { url, account } = accountOf(source.location, secrets);
    const { guardedFetch } = await import('../sources/dav/guarded-fetch.ts');
    const fetch = guardedFetch({ account, ...FEED_LIMITS }) as unknown as FeedFetch;
    place = new SubscriptionPlace({
      url: url.href,
      clock,
      random,
      fetch,
      isCalendar: looksLikeIcalendar,
      doubt: doubtOf,
    });
  } else if (layout === 'address-book') {
    const path = source.location;
    place = new ThunderbirdPlace({
      open: openAddressBook,
      clock,
      path,
      isLocked: () => isProfileLocked(path.slice(0, path.lastIndexOf('/'))),
      isThere: () => fs.lstat(path)?.type === 'file',
      // What Thunderbird writes is in the log beside it at first.
      watch: watchText === null ? null : (onDirty) => watchAll([path, `${path}-wal`], watchText.file, onDirty),
    });
  } else if (layout === 'folder-of-files') {
    const marker = { collection: replica.id, source: source.id, device: engine.deviceId };
    const watch = watchText?.folder ?? null;
    const folder = new FolderOfFiles({ fs, clock, root: source.location, ending, marker, watch, texts });
    if (fresh) folder.mark();
    place = folder;
  } else place = new OneFile({ fs, clock, path: source.location, watch: watchText?.file ?? null });
  const project = (full: Fields): Fields => format.project(full);
  const isAdopting = (): boolean =>
    engine.registry.sources(source.collection).some(({ row, adopting }) => row === source.row && adopting);
  const known = knownItems(replica.collection, source.row, project, isAdopting);
  return new TextAdapter(format, place, known, clock);
}
