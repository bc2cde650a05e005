import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
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
import { atEnd } from './at-end.ts';
import { Folder, scratch } from './folder.ts';
import { ownPort } from './own-port.ts';

/** The built command line: `npm test` builds it first. */
export const PROGRAM = process.env.LOCKSTEP_PROGRAM ?? fileURLToPath(new URL('../../out/main/cli.js', import.meta.url));
const REROUTE = join(import.meta.dirname, 'reroute.mjs');
/** A device that is not ready by then never will be. */
const READY_MS = 120_000;
/** Much more than any of these exchanges takes on a busy machine, in seconds: for those that are to come to an end. */
export const PATIENT = '240';

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
  /** host:port. Default: a port nobody else has. */
  readonly listen?: string;
  /** What it connects to at the first of these addresses, it finds at the second. */
  readonly reroute?: readonly [string, string];
}

const running = new Set<ChildProcess>();
atEnd(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** host:port on this computer that no other device has. */
export const ownAddress = async (): Promise<string> => `127.0.0.1:${await ownPort()}`;

/** One computer: a real `lockstep serve` on a data directory, and the command line that talks to it. */
export class Device {
  readonly name: string;
  readonly data: string;
  readonly log: string[] = [];
  readonly #user: number | null;
  readonly #reroute: readonly string[] | null;
  #process: ChildProcess | null = null;
  #listen = '';
  #id = '';

  private constructor(name: string, options: DeviceOptions) {
    this.name = name;
    this.#user = options.user ?? null;
    this.#reroute = options.reroute ?? null;
    this.data = options.data ?? join(scratch(`${name}-data`), 'data');
    if (this.#user !== null) {
      mkdirSync(this.data, { recursive: true });
      chownSync(this.data, this.#user, this.#user);
    }
  }

  /** A device that was never there before, running. */
  static async start(name: string, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(name, options);
    device.#listen = options.listen ?? (await ownAddress());
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

  /** SIGTERM; its exit status. */
  async stop(): Promise<number | null> {
    const child = this.#process;
    if (child === null || !this.isUp) return child?.exitCode ?? null;
    child.kill('SIGTERM');
    const [status] = await once(child, 'exit');
    return status as number | null;
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
    return this.#answer<T>([0], args);
  }
  async #answer<T>(statuses: readonly number[], args: readonly string[]): Promise<T> {
    const call = await this.#run([...args, '--data', this.data, '--json']);
    if (statuses.includes(call.status)) return JSON.parse(call.stdout.toString()) as T;
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
    return this.ask('sync', '--wait', ...wanted, '--timeout', PATIENT);
  }
  /** Only looks, and sends what it can; what is halted stays so. */
  look(): Promise<SyncView> {
    return this.#answer([0, 4], ['sync', '--timeout', PATIENT]);
  }
  /** From now on it looks at nothing, and nothing it had begun to look at is still under way. */
  async pause(): Promise<void> {
    await this.ask('pause');
    await this.look();
  }
  /** Several things are done in its folders, and it sees all of them at once: no look comes in between. */
  unseen(work: () => void): Promise<void> {
    return unseenBy([this], work);
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
    const reroute = asOurselves ? null : this.#reroute;
    const before = reroute === null ? [] : ['--import', pathToFileURL(REROUTE).href];
    const command = [process.execPath, ...before, PROGRAM, ...args];
    const user = asOurselves ? null : this.#user;
    const [program, ...rest] = user === null ? command : ['setpriv', ...asUser(user, command)];
    const stdin = input === null ? 'ignore' : openSync(input, 'r');
    const env = reroute === null ? process.env : { ...process.env, SCENARIO_REROUTE: reroute.join(' ') };
    const child = spawn(program!, rest, { stdio: [stdin, 'pipe', 'pipe'], env });
    if (stdin !== 'ignore') closeSync(stdin);
    child.on('error', (error) => this.log.push(error.message));
    return child;
  }
}

/** As `Device.unseen`, on several devices. What is read and written back meanwhile none of them writes to. */
export async function unseenBy(devices: readonly Device[], work: () => void): Promise<void> {
  await Promise.all(devices.map((device) => device.pause()));
  work();
  await Promise.all(devices.map((device) => device.ask('resume')));
}

/** What `setpriv` takes to run a command as another user. */
export const asUser = (user: number, command: readonly string[]): readonly string[] => [
  `--reuid=${user}`,
  `--regid=${user}`,
  '--clear-groups',
  ...command,
];

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
