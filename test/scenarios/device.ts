import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';
import type {
  AddedView,
  ConflictView,
  JoinedView,
  PackageView,
  ProblemView,
  StatusView,
  SyncView,
  VerifyView,
} from '../../src/contract/contract.ts';
import { Folder, scratch } from './folder.ts';

/** The built command line: `npm test` builds it first. */
export const PROGRAM = process.env.LOCKSTEP_PROGRAM ?? resolve('out/main/cli.js');
/** A device that is not ready, or a command that has not ended, by then never will. */
const READY_MS = 30_000;
/** Much more than any of these exchanges takes on a busy machine. */
const SYNC_S = 40;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export interface Call {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface DeviceOptions {
  /** A user id to run as, so that permissions count where the tests run as root. */
  readonly user?: number;
  /** Where its state is; made. Default: a folder of its own. */
  readonly data?: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One computer: a real `lockstep serve` on a data directory, and the command line that talks to it. */
export class Device {
  readonly name: string;
  readonly data: string;
  readonly log: string[] = [];
  readonly #user: number | null;
  #process: ChildProcess | null = null;
  #listen = '127.0.0.1:0';
  #id = '';

  private constructor(name: string, options: DeviceOptions) {
    this.name = name;
    this.#user = options.user ?? null;
    this.data = options.data ?? join(scratch(`${name}-data`), 'data');
    if (this.#user !== null) {
      mkdirSync(this.data, { recursive: true });
      chownSync(this.data, this.#user, this.#user);
    }
  }

  /** A device that was never there before, running. */
  static async start(name: string, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(name, options);
    await device.restart();
    await device.ask('config', 'name', name);
    return device;
  }

  get id(): string {
    return this.#id;
  }
  /** host:port; the same after every restart. */
  get listen(): string {
    return this.#listen;
  }
  get pid(): number {
    return this.#process?.pid ?? 0;
  }
  get isUp(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Starts it where it is down; resolves once it is ready. */
  async restart(): Promise<void> {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: build first (npm run build)`);
    const child = this.#spawn(['serve', '--listen', this.#listen, '--no-ui', '--no-discovery', '--data', this.data]);
    this.#process = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stderr?.on('data', (chunk) => this.log.push(String(chunk)));
    const line = await Promise.race([
      once(createInterface(child.stdout!), 'line').then(([text]) => String(text)),
      once(child, 'exit').then(() => null),
      deadline(READY_MS).then(() => null),
    ]);
    if (line === null) throw new Error(`${this.name} did not start: ${this.log.join('')}`);
    const ready = JSON.parse(line) as { device: string; listen: string };
    this.#listen = ready.listen;
    this.#id = ready.device;
  }

  /** SIGTERM; its exit status and how long it took, in milliseconds. */
  async stop(): Promise<{ readonly status: number | null; readonly ms: number }> {
    const child = this.#process;
    if (child === null || !this.isUp) return { status: child?.exitCode ?? null, ms: 0 };
    const since = performance.now();
    child.kill('SIGTERM');
    const [status] = await once(child, 'exit');
    return { status: status as number | null, ms: performance.now() - since };
  }

  async kill9(): Promise<void> {
    const child = this.#process;
    if (child === null || !this.isUp) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Runs the command line against this device, whatever comes of it. */
  async cli(...args: readonly string[]): Promise<Call> {
    return this.#run([...args, '--data', this.data]);
  }
  /** As `cli`, with a file as standard input. */
  async from(file: string, ...args: readonly string[]): Promise<Call> {
    return this.#run([...args, '--data', this.data], file);
  }
  /** As `cli`, but the command has to end with 0; its JSON. */
  async ask<T = unknown>(...args: readonly string[]): Promise<T> {
    const call = await this.#run([...args, '--data', this.data, '--json']);
    if (call.status === 0) return JSON.parse(call.stdout.toString()) as T;
    throw new Error(`${this.name}: lockstep ${args.join(' ')}: status ${call.status}: ${call.stdout}${call.stderr}`);
  }
  /** As `cli`, but it has to fail: with which status, and with which error code, if any. */
  async refused(...args: readonly string[]): Promise<{ readonly status: number; readonly code: string | null }> {
    const call = await this.#run([...args, '--data', this.data, '--json']);
    if (call.status === 0) throw new Error(`${this.name}: lockstep ${args.join(' ')} was not refused: ${call.stdout}`);
    const view = JSON.parse(call.stdout.toString()) as { error?: { code: string; message: string } };
    return { status: call.status, code: view.error?.code ?? null };
  }

  status(): Promise<StatusView> {
    return this.ask('status');
  }
  /** Waits until this device and these members (default: all) hold and have applied the same. */
  sync(...members: readonly string[]): Promise<SyncView> {
    const wanted = (members.length === 0 ? ['all'] : members).flatMap((member) => ['--for', member]);
    return this.ask('sync', '--wait', ...wanted, '--timeout', String(SYNC_S));
  }
  /** Only looks, and sends what it can. */
  look(): Promise<SyncView> {
    return this.ask('sync', '--timeout', '60');
  }
  async bytes(...args: readonly string[]): Promise<string> {
    const call = await this.cli('cat', ...args);
    if (call.status !== 0) throw new Error(`${this.name}: cat ${args.join(' ')}: ${call.stderr}`);
    return call.stdout.toString();
  }
  conflicts(): Promise<readonly ConflictView[]> {
    return this.ask('conflicts');
  }
  problems(): Promise<readonly ProblemView[]> {
    return this.ask('problems');
  }
  history(collection: string, ...args: readonly string[]): Promise<readonly PackageView[]> {
    return this.ask('history', collection, ...args);
  }
  async root(collection: string): Promise<VerifyView> {
    const [view] = await this.ask<readonly VerifyView[]>('verify', collection, '--content');
    return view!;
  }
  /** Bytes sent since the start of the device. */
  async sent(): Promise<number> {
    return (await this.status()).links.bytesOut;
  }

  add(folder: Folder, ...args: readonly string[]): Promise<AddedView> {
    return this.ask('add', folder.root, ...args);
  }
  /** Joins the collection of another device, which admits it at once. */
  async join(other: Device, collection: string, folder: Folder, role = 'admin'): Promise<JoinedView> {
    const { link } = await other.ask<{ link: string }>('invite', collection, '--role', role, '--approve-first');
    return this.ask('join', link, folder.root, '--wait');
  }

  #run(args: readonly string[], input: string | null = null): Promise<Call> {
    const child = this.#spawn(args, true, input);
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk) => {
      stderr += String(chunk);
    });
    return once(child, 'close').then(([status]) => ({
      status: (status as number | null) ?? -1,
      stdout: Buffer.concat(stdout),
      stderr,
    }));
  }

  #spawn(args: readonly string[], asOurselves = false, input: string | null = null): ChildProcess {
    const command = [process.execPath, PROGRAM, ...args];
    const user = asOurselves ? null : this.#user;
    const [program, ...rest] =
      user === null ? command : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...command];
    const stdin = input === null ? 'ignore' : openSync(input, 'r');
    const child = spawn(program!, rest, { stdio: [stdin, 'pipe', 'pipe'] });
    if (stdin !== 'ignore') closeSync(stdin);
    child.on('error', (error) => this.log.push(error.message));
    return child;
  }
}

function deadline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Two devices that share one collection, in step. */
export interface Pair {
  readonly a: Device;
  readonly b: Device;
  readonly folderA: Folder;
  readonly folderB: Folder;
  readonly collection: string;
}

/** `before`: what the first folder holds when it is added. */
export async function startPair(before: (folder: Folder) => void = () => {}): Promise<Pair> {
  const [a, b] = await Promise.all([Device.start('anna'), Device.start('bert')]);
  const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
  before(folderA);
  const { collection } = await a.add(folderA, '--name', 'docs');
  await b.join(a, collection, folderB);
  await a.sync();
  return { a, b, folderA, folderB, collection };
}

/** Ends these devices and removes what they left. */
export async function end(...devices: readonly (Device | undefined)[]): Promise<void> {
  await Promise.all(devices.map((device) => device?.kill9()));
  for (const device of devices) if (device !== undefined) rmSync(device.data, { recursive: true, force: true });
}
