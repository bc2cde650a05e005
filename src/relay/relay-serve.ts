import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { takeInstanceLock } from '../main/control/instance-lock.ts';
import { hostAndPort, type ListenOn } from '../main/platform/bind-port.ts';
import { systemClock } from '../main/platform/clock.ts';
import { openDataDirectory } from '../main/platform/data-directory.ts';
import { freeBytes } from '../main/platform/free-bytes.ts';
import { makeFolders } from '../main/platform/make-folders.ts';
import { systemRandom } from '../main/platform/random.ts';
import { onStopSignals } from '../main/platform/stop-signals.ts';
import { openAdmission } from './admission.ts';
import { Metrics } from './http/metrics.ts';
import { startOperatorServer } from './http/operator-server.ts';
import { startRelayServer } from './http/relay-server.ts';
import type { RelayRole } from './http/routes.ts';
import { RelayService } from './relay-service.ts';
import { LIMITS } from './rules/limits.ts';
import { Room } from './rules/room.ts';
import { FileBlobs } from './storage/file-blobs.ts';
import { SqliteStore } from './storage/sqlite-store.ts';
import { openRelayKey } from './tls-key.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
/** Bytes in memory of what is received and sent, all together and for one host. */
const UNDER_WAY = 256 * 1024 * 1024;
const UNDER_WAY_OF_A_HOST = 64 * 1024 * 1024;
/** What others on this computer are left of the disk: packs, which take nearly all of it, end before the rest does. */
const RESERVE = { packs: 512 * 1024 * 1024, rest: 256 * 1024 * 1024 };
/** What is under way at a stop may take so long. */
const PATIENCE_MS = 1.5 * SECOND;

export interface RelayServeOptions {
  readonly dataDirectory: string;
  readonly listen: ListenOn;
  readonly role: RelayRole;
  /** The address of the relay that stores, as devices are given it; only with the role management. */
  readonly storage: string | null;
  /** Names of this relay besides its key, `https://host:port`. */
  readonly origins: readonly string[];
  /** Only who knows all of its address may register collections. */
  readonly isPrivate: boolean;
  readonly keepHours: number;
  /** Bytes of packs that each group may have. */
  readonly groupPacks: number;
  /** null: no such address. */
  readonly operator: ListenOn | null;
  readonly onReady: (ready: { readonly url: string; readonly operator: string | null }) => void;
  readonly log: (line: string) => void;
}

/**
 * Runs a relay until a signal ends it (`onStopSignals`), then stops it. Resolves with the exit status. Fails with
 * `already-running`, `bad-data-directory`, `port-in-use` and what the parts fail with.
 */
export async function serveRelay(options: RelayServeOptions): Promise<number> {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  // Before the start: a signal that comes while it starts must not leave it half done.
  const signals = onStopSignals(() => end());
  try {
    const stop = await startRelay(options);
    await ended;
    await stop();
    return 0;
  } finally {
    signals.release();
  }
}

/** Starts all of it; resolves with how to stop it. What was begun when a part fails is ended. */
async function startRelay(options: RelayServeOptions): Promise<() => Promise<void>> {
  const endings: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const ending of endings.splice(0).reverse()) await ending();
  };
  try {
    await startParts(options, endings);
    return stop;
  } catch (failure) {
    await stop();
    throw failure;
  }
}

async function startParts(options: RelayServeOptions, endings: (() => void | Promise<void>)[]): Promise<void> {
  const { log } = options;
  const directory = openDataDirectory(options.dataDirectory);
  const lock = takeInstanceLock(directory);
  endings.push(() => lock.release());
  const key = openRelayKey(directory);
  const admission = options.isPrivate ? openAdmission(directory, systemRandom) : null;
  const metrics = new Metrics();
  const store = new SqliteStore(join(directory, 'relay.db'), systemClock, (writes) => metrics.committed(writes));
  endings.push(() => store.close());
  const blobs = join(directory, 'packs');
  makeFolders(blobs, 0o700);
  let isEnding = false;
  const onFault = (fault: Error): void => {
    // What is cut off at the end fails, and is done at the next start.
    if (isEnding) return;
    metrics.count('faults');
    log(`Something failed: ${fault.stack ?? fault.message}`);
  };

  const service = new RelayService({
    store,
    blobs: new FileBlobs(blobs),
    now: () => systemClock.now(),
    random: systemRandom,
    meter: metrics,
    limits: { ...LIMITS, groupPacks: options.groupPacks },
    hasRoom: roomOn(directory),
    key: key.pin,
    origins: options.origins,
    keepMs: options.keepHours * HOUR,
    storage: options.storage,
    admission,
  });
  const room = new Room(UNDER_WAY, UNDER_WAY_OF_A_HOST);
  const server = await startRelayServer({ ...options, service, tls: key, clock: systemClock, room, onFault });
  endings.push(() => server.close(PATIENCE_MS));
  endings.push(() => service.close());
  const ticking = setInterval(() => service.tick(), SECOND);
  const collecting = repeat(HOUR, () => service.collect(), onFault);
  endings.push(async () => {
    clearInterval(ticking);
    await Promise.race([collecting(), pause(PATIENCE_MS, undefined, { ref: false })]);
    isEnding = true;
  });

  const operator =
    options.operator === null ? null : await startOperator(options.operator, { service, server, store, metrics });
  if (operator !== null) endings.push(operator.close);
  options.onReady({
    url: `https://${hostAndPort(reachable(server.host), server.port)}#k=${key.pin}${admission === null ? '' : `&a=${admission}`}`,
    operator: operator === null ? null : hostAndPort(options.operator!.host, operator.port),
  });
}

/** Whether the disk has room for more: looked at once a second at most. null of the system is taken for yes. */
function roomOn(directory: string): (kind: keyof typeof RESERVE) => boolean {
  let looked = Number.NEGATIVE_INFINITY;
  let free = Number.POSITIVE_INFINITY;
  return (kind) => {
    const now = performance.now();
    if (now - looked >= SECOND) {
      free = freeBytes(directory) ?? Number.POSITIVE_INFINITY;
      looked = now;
    }
    return free >= RESERVE[kind];
  };
}

/** Does `work` now and every so often, one after the other; the function returned ends that, and waits for what is under way. */
function repeat(every: number, work: () => Promise<void>, onFault: (fault: Error) => void): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const once = (): void => {
    running = running.then(work).catch(onFault);
  };
  once();
  const timer = setInterval(once, every);
  return () => {
    clearInterval(timer);
    return running;
  };
}

async function startOperator(
  listen: ListenOn,
  parts: {
    readonly service: RelayService;
    readonly server: { connections(): number };
    readonly store: SqliteStore;
    readonly metrics: Metrics;
  },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const server = await startOperatorServer(listen, {
    trouble: () =>
      parts.store.collectMailboxes(systemClock.now()).then(
        () => null,
        (fault: Error) => `the database takes no writes: ${fault.message}`,
      ),
    metrics: () =>
      parts.metrics.text({
        connections: parts.server.connections(),
        events_sockets: parts.service.open.events,
        splices: parts.service.open.splices,
        tokens: parts.service.open.tokens,
        event_loop_delay_p99_ms: delay.percentile(99) / 1e6,
        resident_bytes: process.memoryUsage.rss(),
        cpu_seconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
      }),
  });
  return {
    port: server.port,
    close: () => {
      delay.disable();
      return server.close();
    },
  };
}

/** An address others can reach this machine by, where it listens on all of them. */
function reachable(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const cards = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return cards.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
