import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A device without a window, in a process of its own, with its page at `ui`. */
export interface Served {
  readonly ui: string;
  stop(): Promise<void>;
}

/**
 * Starts the built program on a data directory; resolves once all its doors are open. Reachable from this machine only. `ui`: where its page is;
 * `build`: where the program lies.
 */
export async function serve(dataDirectory: string, ui = '127.0.0.1:0', build = 'out'): Promise<Served> {
  const args = ['--data', dataDirectory, '--listen', '127.0.0.1:0', '--ui', ui, '--no-discovery', '--json'];
  const { ready, stop } = await start<{ ui: string }>(join(build, 'main/headless.js'), args);
  return { ui: ready.ui, stop };
}

/** An address of a running device for one more page. */
export function anotherPage(dataDirectory: string): string {
  const told = execFileSync(process.execPath, [resolve('out/main/cli.js'), 'ui', '--json', '--data', dataDirectory]);
  return (JSON.parse(told.toString()) as { ui: string }).ui;
}

/** Starts a relay, reachable from this machine only; its address is what it prints. */
export async function serveRelay(dataDirectory: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const args = ['relay', 'serve', '--data', dataDirectory, '--listen', '127.0.0.1:0'];
  const { ready, stop } = await start<{ url: string }>('out/main/cli.js', args);
  return { url: ready.url, stop };
}

/** A process that says in a line that it is ready, and runs until it is stopped. */
async function start<Ready>(script: string, args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [resolve(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  return {
    ready: JSON.parse(line) as Ready,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
