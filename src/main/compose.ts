import { readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { Engine } from './engine.ts';
import { endWithState } from './engine-thread/end-with-state.ts';
import { DEFAULT_PORT, type EngineApi, type EngineOptions } from './engine-thread/engine-api.ts';
import type { EngineWorld } from './engine-world.ts';
import { accountSecrets } from './locations/accounts.ts';
import { type PlacesFile, readPlaces, writePlaces } from './locations/places.ts';
import { MdnsBeacon } from './peers/discovery/mdns-beacon.ts';
import { networkPrint } from './peers/discovery/network-cards.ts';
import { UdpBeacon } from './peers/discovery/udp-beacon.ts';
import { openIdentity } from './peers/identity/identity-store.ts';
import { readSecretFile, writeSecretFile } from './peers/identity/secret-file.ts';
import { wrappingVault } from './peers/identity/system-keychain.ts';
import { LanTlsTransport } from './peers/links/lan-tls-link.ts';
import { decodeCanonical, encodeCanonical } from './peers/protocol/canonical-cbor.ts';
import { HttpsRelayConnector } from './peers/relay/https-relay-session.ts';
import { parseHostAndPort } from './platform/bind-port.ts';
import { bootId } from './platform/boot-id.ts';
import { systemClock } from './platform/clock.ts';
import { isDamage } from './platform/database-trouble.ts';
import { diskSpace } from './platform/disk-space.ts';
import { makeFolders } from './platform/make-folders.ts';
import { nodeFileSystem } from './platform/node-file-system.ts';
import { plainLines } from './platform/plain-text.ts';
import { systemRandom } from './platform/random.ts';
import { systemNameServers } from './platform/service-records.ts';
import { giveBackSpare, releaseHeap } from './platform/spare-memory.ts';
import { threadedService } from './platform/threaded-service.ts';
import { faultText, LockstepError } from './platform/trouble.ts';
import { workerScript } from './platform/worker-script.ts';
import type { CollectionId } from './record/ids.ts';
import { handlersOf } from './requests/handlers.ts';
import { isProfileLocked as isLocked } from './sources/contacts/thunderbird/profile-lock.ts';
import type { LookService } from './sources/files/look-service.ts';
import { OWN_DIRECTORY } from './sources/files/path-guard.ts';
import { watchFiles } from './sources/files/watch-files.ts';
import { watchRoot } from './sources/files/watch-root.ts';
import type { WriteService } from './sources/files/write-service.ts';
import type { TextsService } from './sources/text/in-files/texts-service.ts';
import { watchFile, watchFolder } from './sources/text/in-files/watch-text.ts';
import { threadedCount } from './sources/threaded-count.ts';
import { openDatabase } from './store/open-database.ts';
import { RegistryStore } from './store/registry-store.ts';
import { setAside } from './store/set-aside.ts';

/** As `ENGINE_YOUNG_MB`, for the threads that touch files: they make much and keep little. */
const FILES_YOUNG_MB = 12;

/**
 * Builds a device out of the real world, and starts it. The only place that constructs what touches it. Fails with `database-damaged` where that is
 * found only as it is read.
 */
export async function compose(options: EngineOptions): Promise<EngineApi> {
  const file = join(options.dataDirectory, 'lockstep.db');
  if (options.renew === true) tellAside(`${file} is damaged`, setAside(file));
  const database = openOrRenew(file);
  try {
    return await composeOn(database, options);
  } catch (error) {
    if (!isDamage(error)) throw error;
    database.close();
    throw new LockstepError('database-damaged', `${file} is damaged: ${(error as Error).message}`, file, error);
  }
}

async function composeOn(database: Database.Database, options: EngineOptions): Promise<EngineApi> {
  const { dataDirectory } = options;
  makeFolders(join(dataDirectory, 'versions'), 0o700);
  const umask = process.umask();
  const resourceLimits = { maxYoungGenerationSizeMb: FILES_YOUNG_MB };
  const look = threadedService<LookService>(
    () => new Worker(workerScript(import.meta.url, './sources/files/look-thread.ts'), { resourceLimits }),
    endsEngine('looks at folders'),
  );
  const write = threadedService<WriteService>(
    () =>
      new Worker(workerScript(import.meta.url, './sources/files/write-thread.ts'), {
        workerData: { versions: join(dataDirectory, 'versions'), newFileMode: 0o666 & ~umask },
        resourceLimits,
      }),
    endsEngine('writes into folders'),
  );
  const texts = threadedService<TextsService>(
    () => new Worker(workerScript(import.meta.url, './sources/text/in-files/texts-thread.ts'), { resourceLimits }),
    ({ message }) =>
      tell(
        `The thread that writes new contacts and events ended (${message}): they are written without it from now on.`,
      ),
  );
  const { wrappingKey } = options;
  const { identity, keys, accounts } = openIdentity(
    dataDirectory,
    wrappingKey === null ? null : wrappingVault(wrappingKey, systemRandom),
    keysWanted(database),
    systemRandom,
  );
  const world: EngineWorld = {
    clock: systemClock,
    random: systemRandom,
    database,
    identity,
    keys,
    membershipFile: (group) => membershipFile(dataDirectory, group),
    removeMembership: (group) => rmSync(membershipPath(dataDirectory, group), { force: true }),
    places: placesFile(join(dataDirectory, 'identity', 'places.json')),
    transport: new LanTlsTransport(identity),
    relays: new HttpsRelayConnector(systemClock, systemRandom),
    beacons: options.discovery
      ? [new UdpBeacon(), new MdnsBeacon(systemRandom, () => Math.floor(Date.now() / 3_600_000))]
      : [],
    networks: () => networkPrint(networkInterfaces()),
    fs: nodeFileSystem,
    look: look.service,
    write: write.service,
    texts: texts.service,
    watch: watchFiles,
    watchRoot,
    watchText: { file: watchFile, folder: watchFolder },
    platform: process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'mac' : 'posix',
    isFolding: foldsNames,
    boot: bootId(),
    diskSpace,
    isProfileLocked,
    secrets: accountSecrets(accounts),
    nameServers: systemNameServers,
    realPath,
    makeDirectory: makeFolders,
    countItems: threadedCount,
    dataDirectory,
    defaultName: hostname(),
    log: tell,
    failed: (error, where) => {
      if (!endWithState(error, dataDirectory))
        console.error(plainLines(`${where === '' ? '' : `${where}: `}${faultText(error)}`));
    },
  };
  const engine = new Engine(world);
  const handlers = handlersOf(engine);
  const listenAddress = await engine.start(options.listen ?? configuredListen(engine), options.relay);
  const stopGivingBack = giveBackSpare(systemClock, () => engine.isWorking, {
    resident: () => process.memoryUsage.rss(),
    async release() {
      releaseHeap();
      // One after the other: V8's flags are those of the process. A thread that ended, or never began, has nothing to give back.
      await look.releaseHeap().catch(() => undefined);
      await write.releaseHeap().catch(() => undefined);
      await texts.releaseHeap().catch(() => undefined);
    },
  });
  return {
    handlers,
    onEvent: (listener) => engine.events.onEvent(listener),
    listenAddress,
    deviceId: identity.id,
    stop: async () => {
      stopGivingBack();
      await engine.stop();
      await Promise.all([look.end(), write.end(), texts.end()]);
      database.close();
    },
  };
}

const tell = (line: string): void => console.error(plainLines(line));

/** Without one of its threads no folder is kept in step any more, and they remember what no other one would know: that ends the program (`lasting-engine.ts`). */
const endsEngine = (what: string) => (error: Error) => {
  setImmediate(() => {
    throw new LockstepError('thread-ended', `the thread that ${what} ended: ${error.message}`, '', error);
  });
};

/** As somebody set it (`config keys`). */
function keysWanted(database: Database.Database): 'file' | 'system' | null {
  const wanted = new RegistryStore(database).setting('config.keys');
  return wanted === 'file' || wanted === 'system' ? wanted : null;
}

function configuredListen(engine: Engine) {
  const configured = engine.config.text('listen');
  if (configured === '') return { host: '::', port: DEFAULT_PORT, orNext: true };
  return { ...parseHostAndPort(configured, '::'), orNext: false };
}

function placesFile(path: string): PlacesFile {
  return {
    load() {
      const stored = readSecretFile(path);
      return stored === null ? null : readPlaces(new TextDecoder().decode(stored));
    },
    save: (places) => writeSecretFile(path, new TextEncoder().encode(writePlaces(places))),
  };
}

/** The device's database; one that is damaged is set aside, for everything in it can be had again (adoption). */
function openOrRenew(file: string) {
  try {
    return openDatabase(file);
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'database-damaged') throw error;
    tellAside(error.message, setAside(file));
    return openDatabase(file);
  }
}

const tellAside = (why: string, aside: string): void =>
  console.error(`${why}. It is set aside as ${aside}; a new one is made from the folders and the other devices.`);

const membershipPath = (dataDirectory: string, group: CollectionId): string =>
  join(dataDirectory, 'identity', `${group}.members`);

function membershipFile(dataDirectory: string, group: CollectionId) {
  const path = membershipPath(dataDirectory, group);
  return {
    load(): readonly Uint8Array[] {
      const stored = readSecretFile(path);
      if (stored === null) return [];
      const operations = decodeCanonical(stored)?.value;
      if (!Array.isArray(operations) || !operations.every((each) => each instanceof Uint8Array))
        throw new LockstepError(
          'membership-damaged',
          `${path} is damaged: put back a copy of it, or join the collection anew.`,
          path,
        );
      return operations as Uint8Array[];
    },
    save: (operations: readonly Uint8Array[]) => writeSecretFile(path, encodeCanonical(operations)),
  };
}

function isProfileLocked(profile: string): boolean {
  const isRunning = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // Somebody else's runs all the same.
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  };
  const lockedFiles = (): string | null => {
    try {
      return readFileSync('/proc/locks', 'utf8');
    } catch {
      return null;
    }
  };
  return isLocked({ fs: nodeFileSystem, platform: process.platform, isRunning, lockedFiles }, profile);
}

function realPath(path: string): { path: string; isFolder: boolean } | null {
  try {
    const real = realpathSync(path);
    return { path: real, isFolder: statSync(real).isDirectory() };
  } catch {
    return null;
  }
}

/**
 * Asks the disk by name: a directory whose name differs in case only is the same inode where the disk folds names. Nothing is made for that:
 * in the place of a folder that is away there would be an empty one.
 */
function foldsNames(root: string): boolean {
  try {
    return statSync(join(root, '.LOCKSTEP')).ino === statSync(join(root, OWN_DIRECTORY)).ino;
  } catch {
    return false;
  }
}
