import type { EventName, Reply, RequestName, StandstillView, StatusView, WireError } from '../../contract/contract.ts';
import type { Log } from '../control/wire-error.ts';
import { parseHostAndPort } from '../platform/bind-port.ts';
import type { Clock } from '../platform/clock.ts';
import {
  damageWords,
  isDamage,
  isNoRoom,
  isRefused,
  noRoomWords,
  notOpenedWords,
} from '../platform/database-trouble.ts';
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
/** How long a thread that died of a damaged database has to let go of it. Milliseconds. */
const LETS_GO_MS = 1000;
/** A new database that is damaged as soon after it was made says that the disk or the memory is broken: it is not made again and again. Milliseconds. */
const DAMAGED_AGAIN_MS = 60 * 60_000;
const codeOf = (failure: unknown): unknown => (failure as { readonly code?: unknown }).code;

interface LastingPort {
  readonly clock: Clock;
  diskSpace(path: string): Promise<DiskSpace | null>;
  readonly log: Log;
  /** Called once, where the engine died of anything but its disk or a damaged database; nothing works after it. */
  readonly onFault: (fault: Error) => void;
}
/** Why an engine stands still: the code of what is answered until it goes on, and what people are told. */
interface Standstill {
  readonly code: 'disk-full' | 'database-not-opened' | 'database-damaged';
  readonly words: StandstillView;
}
/** As `startEngine`. */
type Start = (options: EngineOptions, onFault: (fault: Error) => void, endsWith: EndsWith) => Promise<EngineHost>;

/**
 * An engine that outlives a full disk, one that fails or may only be read for a while, and a damaged database. The first commit that finds no room, or is
 * refused, ends its thread, for what it holds in memory may be ahead of what is written; what was committed is safe. Here that is a standstill: whoever asks
 * is told which disk it is, and a new engine begins once it has room, or can open its database. So it is where there is no room at the first start already. The first read that finds the database damaged ends the thread as well: the next engine
 * sets it aside and makes a new one, as it does where a start found it. All else that fails then fails this as it does `startEngine`.
 */
export async function startLastingEngine(options: EngineOptions, start: Start, port: LastingPort): Promise<EngineHost> {
  const engine = new LastingEngine(options, start, port);
  await engine.beginFirst();
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
  /** Where it does. */
  #why: Standstill;
  #isStopped = false;
  /** When the database was found damaged at last, so that it is set aside; null: not since the start. */
  #renewed: number | null = null;
  /** It is still to be set aside, however often no engine begins meanwhile. */
  #isDamaged = false;
  #cancelRenewal = () => {};

  constructor(options: EngineOptions, start: Start, port: LastingPort) {
    this.#options = options;
    this.#start = start;
    this.#port = port;
    this.#why = this.#noRoom();
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

  async beginFirst(): Promise<void> {
    try {
      await this.#begin();
    } catch (failure) {
      if (codeOf(failure) !== 'disk-full') throw failure;
      this.#standStill(this.#noRoom());
      this.#retry.failed();
    }
  }

  /** One that found its database damaged begins once more, with a new one. */
  async #begin(): Promise<void> {
    try {
      await this.#beginOne();
    } catch (failure) {
      if (!this.#mayRenew(failure)) throw failure;
      await this.#beginOne();
    }
  }

  async #beginOne(): Promise<void> {
    const { deviceId, listenAddress } = this.#last;
    // Peers know it at the port it had.
    const listen = deviceId === '' ? this.#options.listen : { ...parseHostAndPort(listenAddress, '::'), orNext: true };
    const engine = await this.#start(
      { ...this.#options, listen, ...(this.#isDamaged ? { renew: true } : {}) },
      (fault) => this.#died(fault),
      (fault) => {
        const why = this.#whyDied(fault);
        return why === null ? null : errorOf(why, this.#directory);
      },
    );
    this.#isDamaged = false;
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
    this.#cancelRenewal();
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
    const why = this.#whyDied(fault);
    const isDamaged = why?.code === 'database-damaged';
    if (why === null || (isDamaged && !this.#mayRenew(fault))) {
      this.#port.onFault(fault);
      return;
    }
    this.#engine = null;
    if (isDamaged) {
      this.#standStill(why);
      this.#renewLater();
      return;
    }
    if (this.#port.clock.now() - this.#began > CHECK.most) this.#retry.anew();
    this.#standStill(why);
    this.#checkLater();
  }

  /** null: of a fault of the program. */
  #whyDied(fault: Error): Standstill | null {
    if (isNoRoom(fault, this.#directory)) return this.#noRoom();
    if (isRefused(fault)) {
      const why = `SQLite says: ${fault.message}. Nothing written is lost: look at its disk and at the rights of your user there, and mend that first.`;
      return { code: 'database-not-opened', words: notOpenedWords(this.#directory, why) };
    }
    return isDamage(fault) ? { code: 'database-damaged', words: damageWords(this.#directory, fault.message) } : null;
  }

  /** Is this damage, and of a database that was not made just now? That it is to be set aside is noted. */
  #mayRenew(failure: unknown): boolean {
    if (!isDamage(failure)) return false;
    const now = this.#port.clock.now();
    if (this.#renewed !== null && now - this.#renewed < DAMAGED_AGAIN_MS) return false;
    this.#renewed = now;
    this.#isDamaged = true;
    return true;
  }

  #renewLater(): void {
    if (this.#isStopped) return;
    this.#cancelRenewal = this.#port.clock.after(LETS_GO_MS, () => {
      this.#beginning = this.#beginAgain('has a new database');
    });
  }

  #noRoom(): Standstill {
    return { code: 'disk-full', words: noRoomWords(this.#directory) };
  }

  /** Says once why. */
  #standStill(why: Standstill): void {
    this.#why = why;
    const { sentence, advice } = why.words;
    this.#port.log(`${sentence}. ${advice}`);
    const status = this.#answerStanding('status');
    if (status.ok) for (const listener of this.#listeners) listener('status', status.value);
    for (const listener of this.#listeners) listener('notice', { about: 'problem', title: sentence, text: advice });
  }

  #checkLater(): void {
    if (!this.#isStopped) this.#retry.failed();
  }

  async #check(): Promise<void> {
    const isFull = this.#why.code === 'disk-full';
    const space = isFull ? await this.#port.diskSpace(this.#directory) : null;
    const needed = space === null ? 0 : Math.min(ROOM_TO_GO_ON, space.size * SHARE_TO_GO_ON);
    if (this.#isStopped) return;
    if (space !== null && space.free < needed) {
      // How full it is says nothing of how often it was.
      this.#retry.anew();
      this.#checkLater();
      return;
    }
    await this.#beginAgain('can be written again');
  }

  /** `that`: what it stood still for. */
  async #beginAgain(that: string): Promise<void> {
    try {
      await this.#begin();
    } catch (failure) {
      this.#beginFailed(failure as Error);
      return;
    }
    // It may stand still again meanwhile.
    if (this.#engine === null) return;
    this.#port.log(`${this.#directory} ${that}: Lockstep goes on.`);
    if (this.#status !== null) this.#tell('status', this.#status);
  }

  /** It stands still already: where that comes of something else by now it says so. */
  #beginFailed(failure: Error): void {
    const why = this.#whyNotBegun(failure);
    if (why === null) {
      this.#port.onFault(failure);
      return;
    }
    if (why.words.advice !== this.#why.words.advice) this.#standStill(why);
    this.#checkLater();
  }

  /** null: of something that does not pass by itself. */
  #whyNotBegun(failure: Error): Standstill | null {
    const code = codeOf(failure);
    if (code === 'disk-full') return this.#noRoom();
    if (code !== 'database-not-opened') return null;
    return { code: 'database-not-opened', words: notOpenedWords(this.#directory, failure.message) };
  }

  #answerStanding(name: RequestName): Reply<unknown> {
    const device = { id: this.deviceId, name: this.#status?.device.name ?? this.deviceId.slice(0, 8) };
    if (name === 'status') return { ok: true, value: standstillStatus(this.#status, device, this.#why.words) };
    return { ok: false, error: errorOf(this.#why, this.#directory) };
  }
}

function errorOf({ code, words: { sentence, advice } }: Standstill, subject: string): WireError {
  return { code, message: `${sentence}. ${advice}`, subject };
}
