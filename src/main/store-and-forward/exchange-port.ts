import type { RateLimit } from '../peers/session/rate-limit.ts';
import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { DeviceId, MemberKey } from '../record/ids.ts';
import type { PackMemory } from './pack-memory.ts';
import type { RelayStorage } from './patient-storage.ts';

/** What passing things on through a relay needs around it. */
export interface ExchangePort {
  readonly clock: Clock;
  readonly random: Random;
  readonly up: RateLimit;
  readonly down: RateLimit;
  /** In which packs are made, for all collections of the device. */
  readonly packs: PackMemory;
  /** The session with the relay of the collection, once it lets this device in; null: none now. */
  session(): RelayStorage | null;
  /** Members that are at the relay now, as it says. */
  online(): ReadonlySet<MemberKey>;
  /** Is the device linked, and has the collection open? It is given directly what it lacks. */
  isLinked(device: DeviceId): boolean;
  /** Is this a time at which devices exchange? */
  mayExchange(): boolean;
  /** Contents that are here; null for those that are not. Same order. */
  give(asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]>;
  /** Something is waited for here that was not before, and does not lie there. */
  wants(): void;
  /** What waits for content is tried again. */
  contentsMayBeThere(): void;
  /** Something a person is shown is other than it was. */
  changed(): void;
  /** The program itself failed, and not the relay. */
  failed(error: Error): void;
  log(line: string): void;
}

/** The relay as it is used in one run: the session, and what everything is sealed with. */
export interface AtRelay {
  readonly session: RelayStorage;
  readonly epoch: { readonly id: string; readonly secret: Uint8Array };
}
