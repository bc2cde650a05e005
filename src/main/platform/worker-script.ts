import { basename } from 'node:path';

/**
 * The script of a worker thread, as built and as source. `from` is the caller's `import.meta.url`, `source` the script relative to it
 * (`./engine-thread.ts`). The build makes every `*-thread.ts` an entry of its own beside all chunks, so only the base name counts there.
 */
export function workerScript(from: string, source: string): URL {
  return new URL(from.endsWith('.ts') ? source : `./${basename(source, '.ts')}.js`, from);
}
