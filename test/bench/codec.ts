import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How many items a call of a codec's bench asks for. */
export const count = Number(process.argv[2] ?? 10_000);

/** A text of so many items, by the generator of pim.py; said on the terminal. */
export function generated(job: 'cards' | 'events' | 'csv'): Uint8Array {
  const generator = fileURLToPath(new URL('pim.py', import.meta.url));
  const command = [generator, '--jobs', job, '--print', String(count)];
  const bytes = execFileSync('python3', command, { maxBuffer: 1 << 30 });
  console.log(`${count} items (${job}), ${(bytes.length / 1e6).toFixed(1)} MB`);
  return bytes;
}

/** Does the work, and says the CPU milliseconds it took, those of the compiler and the collector with it. */
export function timed<T>(what: string, work: () => T): T {
  const since = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(since);
  console.log(`${what}: ${Math.round((user + system) / 1000)} ms`);
  return result;
}
