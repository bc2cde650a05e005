import { RelayError } from '../peers/relay/relay-error.ts';
import type { RelaySession } from '../peers/relay/relay-session.ts';
import type { Clock } from '../platform/clock.ts';

/** What passing things on asks of a relay. */
export type RelayStorage = Pick<
  RelaySession,
  'post' | 'items' | 'setCursor' | 'putHeads' | 'heads' | 'putPack' | 'pack' | 'deletePack' | 'touchPacks'
>;

/** A relay that wants a longer pause than this is left alone; one that wants a pause again and again, after so many of them. */
const LONGEST_PAUSE_MS = 30_000;
const MOST_PAUSES = 20;

/** A session that waits where the relay wants a pause, as it does of who puts up much at once, and then asks once more. */
export function patientStorage(session: RelayStorage, clock: Clock): RelayStorage {
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (let pauses = 1; ; pauses++) {
      try {
        return await ask();
      } catch (error) {
        const pause = pauseOf(error);
        if (pause === null || pauses > MOST_PAUSES) throw error;
        await new Promise<void>((resolve) => void clock.after(pause, resolve));
      }
    }
  };
  return {
    post: (...args) => patiently(() => session.post(...args)),
    items: (...args) => patiently(() => session.items(...args)),
    setCursor: (...args) => patiently(() => session.setCursor(...args)),
    putHeads: (...args) => patiently(() => session.putHeads(...args)),
    heads: (...args) => patiently(() => session.heads(...args)),
    putPack: (...args) => patiently(() => session.putPack(...args)),
    pack: (...args) => patiently(() => session.pack(...args)),
    deletePack: (...args) => patiently(() => session.deletePack(...args)),
    touchPacks: (...args) => patiently(() => session.touchPacks(...args)),
  };
}

/** Milliseconds for which the relay wants to be left alone; null: it failed for another reason, or wants too much. */
function pauseOf(error: unknown): number | null {
  if (!(error instanceof RelayError) || error.code !== 'relay-too-many') return null;
  const pause = (error.retryAfter ?? 1) * 1000;
  return pause <= LONGEST_PAUSE_MS ? pause : null;
}
