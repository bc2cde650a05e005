import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A device without a window, in a process of its own, with its page at `ui`. */
export interface Served {
  readonly ui: string;
  stop(): Promise<void>;
}

/** Starts the built program on a data directory; resolves once all its doors are open. Reachable from this machine only. */
export async function serve(dataDirectory: string): Promise<Served> {
  const args = ['--data', dataDirectory, '--listen', '127.0.0.1:0', '--ui', '127.0.0.1:0', '--no-discovery', '--json'];
  const child: ChildProcess = spawn(process.execPath, [resolve('out/main/headless.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  return {
    ui: (JSON.parse(line) as { ui: string }).ui,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
