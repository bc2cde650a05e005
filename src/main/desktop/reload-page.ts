import type { WebContents } from 'electron';
import type { Clock } from '../platform/clock.ts';

/** A page that ends as soon as it is loaded would be loaded without end. */
const ONCE_IN_MS = 60_000;

/** A page whose process ended (out of memory, killed) is loaded anew, once a minute at the most. */
export function reloadWhenGone(contents: Pick<WebContents, 'on' | 'reload'>, clock: Pick<Clock, 'now'>): void {
  let last: number | null = null;
  contents.on('render-process-gone', (_event, { reason }) => {
    const now = clock.now();
    if (reason === 'clean-exit' || (last !== null && now - last < ONCE_IN_MS)) return;
    last = now;
    contents.reload();
  });
}
