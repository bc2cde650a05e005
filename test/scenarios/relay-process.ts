import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atEnd } from './at-end.ts';
import { PROGRAM } from './device.ts';
import { scratch } from './folder.ts';

const running = new Set<ChildProcess>();
atEnd(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real `lockstep relay serve` on this computer. */
export class RelayProcess {
  readonly data: string;
  readonly log: string[] = [];
  readonly #child: ChildProcess;
  readonly #ready: { readonly url: string; readonly operator?: string };

  private constructor(data: string, child: ChildProcess, log: string[], ready: RelayProcess['ready']) {
    this.data = data;
    this.#child = child;
    this.log = log;
    this.#ready = ready;
  }

  /** Resolves once it is ready; fails with what it said otherwise. */
  static async start(
    options: readonly string[] = [],
    { data = join(scratch('relay'), 'relay'), listen = '127.0.0.1:0' } = {},
  ): Promise<RelayProcess> {
    const argv = [PROGRAM, 'relay', 'serve', '--data', data, '--listen', listen, ...options];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const log: string[] = [];
    child.stderr.on('data', (chunk) => log.push(String(chunk)));
    const ended = once(child, 'close').then(() => null);
    const line = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
      ended,
    ]);
    if (line === null) throw new Error(`no relay (${child.exitCode}): ${log.join('')}`);
    return new RelayProcess(data, child, log, JSON.parse(line));
  }

  /** All of the ready line. */
  get ready(): { readonly url: string; readonly operator?: string } {
    return this.#ready;
  }
  get url(): string {
    return this.#ready.url;
  }

  /** Ends it with this signal; its exit status, null where the signal ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill(signal);
      await ended;
    }
    return this.#child.exitCode;
  }
}
