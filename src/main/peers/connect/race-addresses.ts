import type { Clock } from '../../platform/clock.ts';
import type { ByteLink } from '../links/peer-link.ts';

/** How long an address may keep the next one waiting. */
const STAGGER_MS = 250;

/**
 * Dials the addresses one after the other, a quarter of a second apart or as soon as one failed, and gives the first link; the others
 * are given up. Fails as the last one did; `signal` gives up all of them.
 */
export function raceAddresses<L extends ByteLink>(
  addresses: readonly string[],
  dial: (address: string, signal: AbortSignal) => Promise<L>,
  clock: Clock,
  signal: AbortSignal,
): Promise<L> {
  const cancel = new AbortController();
  const either = AbortSignal.any([signal, cancel.signal]);
  return new Promise((resolve, reject) => {
    let next = 0;
    let failed = 0;
    let over = false;
    let stopWaiting = (): void => {};
    const start = (): void => {
      stopWaiting();
      const address = addresses[next++];
      if (over || address === undefined) return;
      stopWaiting = clock.after(STAGGER_MS, start);
      dial(address, either).then(won, lost);
    };
    const won = (link: L): void => {
      if (over) {
        link.close('another-won');
        return;
      }
      over = true;
      stopWaiting();
      cancel.abort();
      resolve(link);
    };
    const lost = (error: unknown): void => {
      if (over) return;
      failed++;
      if (failed === addresses.length || signal.aborted) {
        over = true;
        stopWaiting();
        reject(error);
      } else start();
    };
    start();
  });
}
