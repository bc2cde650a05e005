import type { EventName, Handlers } from '../../contract/contract.ts';
import type { ListenOn } from '../platform/bind-port.ts';

/** What a running engine offers to the thread it lives in. `compose` makes one. */
export interface EngineApi {
  readonly handlers: Handlers;
  /** Calls with every event from now on. */
  onEvent(listener: (name: EventName, value: unknown) => void): void;
  /** HOST:PORT where peers reach this device. */
  readonly listenAddress: string;
  readonly deviceId: string;
  /** Ends watching, links and the writer; what was committed is on disk when it resolves. */
  stop(): Promise<void>;
}

/** How one engine is to run. Plain data: it crosses into the engine's thread. */
export interface EngineOptions {
  /** Absolute; exists, 0700, and this process holds its lock. */
  readonly dataDirectory: string;
  /** Where peers connect. null: as configured on this device, else the default port on all interfaces or the next free one. */
  readonly listen: ListenOn | null;
  readonly discovery: boolean;
  /** URL of a relay; null: as configured on this device, else none. */
  readonly relay: string | null;
  /** Opens the device's keys where the keychain of the system wraps them; null: this program has none. */
  readonly wrappingKey: Uint8Array | null;
  /** The database was found damaged: it is set aside, and a new one made. Absent: it is used. */
  readonly renew?: boolean;
}

/** The port peers try first (CLI `serve`, setting `listen`). */
export const DEFAULT_PORT = 21027;
