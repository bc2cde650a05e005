import type { EventName, Reply, RequestName, StatusView, WireError } from '../../contract/contract.ts';
import type { Log } from '../control/wire-error.ts';
import { parseHostAndPort } from '../platform/bind-port.ts';
import type { Clock } from '../platform/clock.ts';
import { isNoRoom, noRoomWords } from '../platform/database-trouble.ts';
import type { DiskSpace } from '../platform/disk-space.ts';
import { PlannedRetry, type RetryPace } from '../platform/retry.ts';
import type { EngineOptions } from './engine-api.ts';
import type { EndsWith, EngineHost } from './engine-host.ts';
import { standstillStatus } from './standstill-status.ts';

/** It begins again once so much is free, or this share of a small disk: less is full again with the next large batch. */
const ROOM_TO_GO_ON = 64 * 1024 * 1024;
const SHARE_TO_GO_ON = 0.1;
/** How soon the disk is looked at first, and how late after it was full again and again. */
const CHECK: RetryPace = { first: 5000, most: 5 * 60_000 };
/** What a start fails with where there is no room: its database cannot be opened, or something else of it written. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['database-not-opened', 'disk-full']);

interface LastingPort {
  readonly clock: Clock;
  diskSpace(path: string): Promise<DiskSpace | null>;
  readonly log: Log;
  /** Called once, where the engine died of anything but a full disk; nothing works after it. */
  readonly onFault: (fault: Error) => void;
}
/** As `startEngine`. */
type Start = (options: EngineOptions, onFault: (fault: Error) => void, endsWith: EndsWith) => Promise<EngineHost>;

/**
 * An engine that outlives a full disk. The first commit that finds no room ends its thread, for what it holds in memory may be ahead of what is
 * written; what was committed is safe. Here that is a standstill: whoever asks is told which disk is full, and a new engine begins once it has room.
 * Fails as `startEngine`, also where there is no room at the first start.
 */
export async function startLastingEngine(options: EngineOptions, start: Start, port: LastingPort): Promise<EngineHost> {
  const engine = new LastingEngine(options, start, port);
  await engine.begin();
  return engine;
}

class LastingEngine implements EngineHost {
  readonly #options: EngineOptions;
  readonly #start: Start;
  readonly #port: LastingPort;
  readonly #listeners = new Set<(name: EventName, value: unknown) => void>();
  /** null: it stands still. */
  #engine: EngineHost | null = null;
  #last: { readonly deviceId: string; readonly listenAddress: string } = { deviceId: '', listenAddress: '' };
  #status: StatusView | null = null;
  readonly #retry: PlannedRetry;
  #began = 0;
  #beginning: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: EngineOptions, start: Start, port: LastingPort) {
    this.#options = options;
    this.#start = start;
    this.#port = port;
    this.#retry = new PlannedRetry(port.clock, CHECK, () => {
      this.#beginning = this.#check();
    });
  }

  get deviceId(): string {
    return this.#last.deviceId;
  }
  get listenAddress(): string {
    return this.#last.listenAddress;
  }

  async begin(): Promise<void> {
    const { deviceId, listenAddress } = this.#last;
    // Peers know it at the port it had.
    const listen = deviceId === '' ? this.#options.listen : { ...parseHostAndPort(listenAddress, '::'), orNext: true };
    const engine = await this.#start(
      { ...this.#options, listen },
      (fault) => this.#died(fault),
      (fault) => (isNoRoom(fault, this.#directory) ? this.#error() : null),
    );
    this.#engine = engine;
    this.#last = engine;
    this.#began = this.#port.clock.now();
    engine.onEvent((name, value) => this.#tell(name, value));
    const status = await engine.request('status', []);
    if (status.ok) this.#status ??= status.value as StatusView;
  }

  async request(name: RequestName, args: readonly unknown[]): Promise<Reply<unknown>> {
    if (this.#engine === null) return this.#answerStanding(name);
    const reply = await this.#engine.request(name, args);
    if (name === 'status' && reply.ok) this.#status = reply.value as StatusView;
    return reply;
  }

  onEvent = (listener: (name: EventName, value: unknown) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  async stop(withinMs: number): Promise<boolean> {
    this.#isStopped = true;
    this.#retry.ended();
    await this.#beginning;
    return this.#engine === null ? true : this.#engine.stop(withinMs);
  }

  get #directory(): string {
    return this.#options.dataDirectory;
  }

  #tell(name: EventName, value: unknown): void {
    if (name === 'status') this.#status = value as StatusView;
    for (const listener of this.#listeners) listener(name, value);
  }

  #died(fault: Error): void {
    if (!isNoRoom(fault, this.#directory)) {
      this.#port.onFault(fault);
      return;
    }
    this.#engine = null;
    if (this.#port.clock.now() - this.#began > CHECK.most) this.#retry.anew();
    const { sentence, advice } = noRoomWords(this.#directory);
    this.#port.log(`${sentence}. ${advice}`);
    this.#tellStanding();
    for (const listener of this.#listeners) listener('notice', { about: 'problem', title: sentence, text: advice });
    this.#checkLater();
  }

  #tellStanding(): void {
    const status = this.#answerStanding('status');
    if (status.ok) for (const listener of this.#listeners) listener('status', status.value);
  }

  #checkLater(): void {
    if (!this.#isStopped) this.#retry.failed();
  }

  async #check(): Promise<void> {
    const space = await this.#port.diskSpace(this.#directory);
    const needed = space === null ? 0 : Math.min(ROOM_TO_GO_ON, space.size * SHARE_TO_GO_ON);
    if (this.#isStopped) return;
    if (space !== null && space.free < needed) {
      // How full it is says nothing of how often it was.
      this.#retry.anew();
      this.#checkLater();
      return;
    }
    try {
      await this.begin();
    } catch (failure) {
      if (NO_ROOM.has((failure as { readonly code?: unknown }).code)) this.#checkLater();
      else this.#port.onFault(failure as Error);
      return;
    }
    // It may have found it full again meanwhile.
    if (this.#engine === null) return;
    this.#port.log(`There is room again for ${this.#directory}: Lockstep goes on.`);
    if (this.#status !== null) this.#tell('status', this.#status);
  }

  #answerStanding(name: RequestName): Reply<unknown> {
    const device = { id: this.deviceId, name: this.#status?.device.name ?? this.deviceId.slice(0, 8) };
    if (name === 'status')
      return { ok: true, value: standstillStatus(this.#status, device, noRoomWords(this.#directory)) };
    return { ok: false, error: this.#error() };
  }

  #error(): WireError {
    const { sentence, advice } = noRoomWords(this.#directory);
    return { code: 'disk-full', message: `${sentence}. ${advice}`, subject: this.#directory };
  }
}
