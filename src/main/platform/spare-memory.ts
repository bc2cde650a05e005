import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './clock.ts';

/** Looked at this often: after large work it is given back soon enough that nobody finds it in a list of programs. */
const LOOK_MS = 5000;
/** So much has to be worth a collection, which holds up this thread for a tenth of a second: heaps breathe by half of it. */
const WORTH_BYTES = 40 << 20;

/** The memory of this process. */
export interface ProcessMemory {
  /** Resident bytes. */
  resident(): number;
  /** Collects the heap of this thread and gives back to the system what none of the heaps uses. */
  release(): void;
}

/** V8 keeps each page of a heap that is free again for the next time, resident, until somebody asks for all memory there is (decision 027). */
export const processMemory: ProcessMemory = {
  resident: () => process.memoryUsage.rss(),
  release() {
    setFlagsFromString('--expose-gc');
    // A context gets the function as it is made.
    runInNewContext("gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })");
    setFlagsFromString('--no-expose-gc');
  },
};

/** Gives memory back once large work has ended: what stays resident is what is in use. Returns how to stop. */
export function giveBackSpare(clock: Clock, isBusy: () => boolean, memory: ProcessMemory): () => void {
  let least = memory.resident();
  let cancel: () => void;
  const look = (): void => {
    const now = memory.resident();
    if (now < least) least = now;
    else if (now - least > WORTH_BYTES && !isBusy()) {
      memory.release();
      // What is in use counts no longer.
      least = memory.resident();
    }
    cancel = clock.after(LOOK_MS, look);
  };
  cancel = clock.after(LOOK_MS, look);
  return () => cancel();
}
