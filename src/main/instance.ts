import { join } from 'node:path';
import type { EventName, Handlers, Reply, RequestName } from '../contract/contract.ts';
import { type BrowserServer, openBrowserServer } from './control/browser-server.ts';
import { openControlSocket } from './control/control-socket.ts';
import { takeInstanceLock } from './control/instance-lock.ts';
import type { DoorFile } from './control/known-pages.ts';
import { type Answer, serveContract } from './control/serve-contract.ts';
import { type Log, replyOf } from './control/wire-error.ts';
import type { EngineOptions } from './engine-thread/engine-api.ts';
import { startEngine } from './engine-thread/engine-host.ts';
import { startLastingEngine } from './engine-thread/lasting-engine.ts';
import { readSecretFile, writeSecretFile } from './peers/identity/secret-file.ts';
import { openWrappingKey, type SystemKeychain } from './peers/identity/system-keychain.ts';
import type { ListenOn } from './platform/bind-port.ts';
import { systemClock } from './platform/clock.ts';
import { openDataDirectory } from './platform/data-directory.ts';
import { diskSpace } from './platform/disk-space.ts';
import { systemRandom } from './platform/random.ts';
import { LockstepError } from './platform/trouble.ts';

/** A whole running Lockstep in this process: the engine in its thread, and the doors to it. */
export interface Instance {
  /** '' until its disk has room for the first time. */
  readonly deviceId: string;
  /** HOST:PORT where peers reach this device; '' as above. */
  readonly listenAddress: string;
  /** The request door for whoever is in this process (the window); checks its arguments like every door. */
  readonly answer: Answer;
  /** A fresh one-time address of the browser UI; null where none is served. */
  uiAddress(): string | null;
  /** Returns how to stop listening. */
  onEvent(listener: (name: EventName, value: unknown) => void): () => void;
  /** Closes the doors, ends the engine, frees the directory. false: the engine had to be cut off. Repeating it does no harm. */
  stop(): Promise<boolean>;
}

type DesktopRequest = Extract<RequestName, `desktop:${string}`>;
export type DesktopHandlers = Pick<Handlers, DesktopRequest>;

export type { SystemKeychain } from './peers/identity/system-keychain.ts';

export interface InstanceOptions extends Omit<EngineOptions, 'dataDirectory' | 'wrappingKey'> {
  /** Made where it is missing. */
  readonly dataDirectory: string;
  /** null: no UI in a browser. */
  readonly ui: ListenOn | null;
  /** The built renderer, absolute. */
  readonly rendererRoot: string;
  /** What only a desktop can do; null where there is no window: those requests are then `not-available`. */
  readonly desktop: DesktopHandlers | null;
  /** null where this program can use none: keys then lie in a file. */
  readonly keychain: SystemKeychain | null;
  readonly log: Log;
  /** The engine died, and not of a full disk: the process should end. */
  readonly onFault: (fault: Error) => void;
  /** Absent: what the system says (tests). */
  readonly diskSpace?: typeof diskSpace;
  /** Another script in the engine's place (tests). */
  readonly engineScript?: URL;
}

/** An instance has to be gone 5 s after it was told to stop. */
const ENGINE_STOPS_WITHIN_MS = 4_000;

/** Fails, having undone what it began, with `already-running`, `bad-data-directory`, `port-in-use` or what the engine refused with. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { log, onFault } = options;
  const dataDirectory = openDataDirectory(options.dataDirectory);
  const undo: (() => unknown)[] = [];
  try {
    const lock = takeInstanceLock(dataDirectory);
    undo.push(() => lock.release());
    const { listen, discovery, relay, keychain } = options;
    const wrappingKey = keychain === null ? null : openWrappingKey(dataDirectory, keychain, systemRandom);
    const script = options.engineScript && { script: options.engineScript };
    const engine = await startLastingEngine(
      { dataDirectory, listen, discovery, relay, wrappingKey },
      (engineOptions, onDeath, endsWith) => startEngine(engineOptions, { onFault: onDeath, endsWith, ...script }),
      { clock: systemClock, diskSpace: options.diskSpace ?? diskSpace, log, onFault },
    );
    undo.push(() => engine.stop(ENGINE_STOPS_WITHIN_MS));

    let browser: BrowserServer | null = null;
    const answer = serveContract((name, args): Promise<Reply<unknown>> => {
      if (name === 'ui:address') return replyOf(name, log, () => ({ ui: addressOf(browser) }));
      if (isDesktop(name)) return replyOf(name, log, () => callDesktop(options.desktop, name, args));
      return engine.request(name, args);
    }, log);
    if (options.ui) {
      const { ui: on, rendererRoot: root } = options;
      const kept = doorFile(dataDirectory);
      const opened = await openBrowserServer({ on, root, clock: systemClock, random: systemRandom, kept }, answer);
      browser = opened;
      undo.push(() => opened.close());
      engine.onEvent((name, value) => opened.sendEvent(name, value));
    }
    const control = await openControlSocket(dataDirectory, answer, log);

    let stopping: Promise<boolean> | null = null;
    const stop = async () => {
      const clean = await engine.stop(ENGINE_STOPS_WITHIN_MS);
      await Promise.all([control.close(), browser?.close()]);
      lock.release();
      return clean;
    };
    return {
      get deviceId() {
        return engine.deviceId;
      },
      get listenAddress() {
        return engine.listenAddress;
      },
      answer,
      uiAddress: () => browser?.address() ?? null,
      onEvent: engine.onEvent,
      stop: () => (stopping ??= stop()),
    };
  } catch (failure) {
    for (const step of undo.reverse()) await step();
    throw failure;
  }
}

function doorFile(dataDirectory: string): DoorFile {
  const path = join(dataDirectory, 'browser.json');
  return { read: () => readSecretFile(path), write: (bytes) => writeSecretFile(path, bytes) };
}

function addressOf(browser: BrowserServer | null): string {
  if (browser) return browser.address();
  throw new LockstepError('no-ui', 'This Lockstep was started without a UI in a browser (--no-ui).', 'ui');
}

const isDesktop = (name: RequestName): name is DesktopRequest => name.startsWith('desktop:');

function callDesktop(desktop: DesktopHandlers | null, name: DesktopRequest, args: readonly unknown[]): unknown {
  if (desktop) return (desktop[name] as (...args: readonly unknown[]) => unknown)(...args);
  throw new LockstepError('not-available', 'Only the app in its window can do that.', name);
}
