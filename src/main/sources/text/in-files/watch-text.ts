import { type FSWatcher, watch } from 'node:fs';
import { watch as follow } from 'chokidar';

/** Elsewhere one may be told by a short name, or for all that is in its folder. */
const namesSurely = process.platform === 'linux';

/** Tells whenever something happens to a file, also when another takes its place, as most programs save. Returns how to stop. */
export function watchFile(path: string, onChange: () => void): Promise<() => Promise<void>> {
  const watching = follow(path, { ignoreInitial: true, followSymlinks: false, persistent: false, atomic: false });
  watching.on('all', onChange);
  // What cannot be watched is looked at on the timer.
  watching.on('error', () => undefined);
  return Promise.resolve(() => watching.close());
}

/**
 * Tells whenever something happens right in a folder, and to what; null: to anything there. One watch, however many files are in it. What begins
 * with a dot is not told.
 */
export function watchFolder(path: string, onChange: (name: string | null) => void): Promise<() => Promise<void>> {
  let watching: FSWatcher | null = null;
  try {
    watching = watch(path, { persistent: false }, (_event, name) => {
      if (name?.startsWith('.') !== true) onChange(namesSurely ? name : null);
    });
    watching.on('error', () => onChange(null));
  } catch {
    // As above.
  }
  return Promise.resolve(() => {
    watching?.close();
    return Promise.resolve();
  });
}
