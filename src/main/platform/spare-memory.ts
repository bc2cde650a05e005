import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './clock.ts';

/** Looked at this often: after large work it is given back soon enough that nobody finds it in a list of programs. */
const LOOK_MS = 5000;
/** So much has to be worth a collection, which holds up each thread for some 50 ms: heaps breathe by half of it. */
const WORTH_BYTES = 20 << 20;
/** So much is given back also between two parts of the work: what comes next would be on top of it. */
const MUCH_BYTES = 128 << 20;
/** Who grew by more since the last look is at work, though nothing may be looked at or written just then: packages come, or are put up. */
const STILL_BYTES = 8 << 20;

/** The memory of this process. */
export interface ProcessMemory {
  /** Resident bytes. */
  resident(): number;
  /** Collects the heaps of all threads and gives back to the system what none of them uses. Never rejects. */
  release(): Promise<void>;
}

/**
 * Collects the heap of this thread and gives back its pages: V8 keeps each page that is free again for the next time, resident, until somebody
 * asks for all memory there is (decision 027). Never in two threads at once: the flag it sets for a moment is that of the process.
 */
export function releaseHeap(): void {
  setFlagsFromString('--expose-gc');
  // A context gets the function as it is made.
  runInNewContext("gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })");
  setFlagsFromString('--no-expose-gc');
}

/**
 * Gives memory back once large work has ended: what stays resident is what is in use. Ended is what two looks in a row saw nothing of; between two
 * parts of it a collection would only hold up the next, unless it took very much. Returns how to stop.
 */
export function giveBackSpare(clock: Clock, isBusy: () => boolean, memory: ProcessMemory): () => void {
  let least = memory.resident();
  let before = least;
  let wasQuiet = false;
  let isStopped = false;
  let cancel = () => {};
  const look = async (): Promise<void> => {
    const now = memory.resident();
    const isBetween = !isBusy();
    const isQuiet = isBetween && now - before < STILL_BYTES;
    const isOver = isQuiet && wasQuiet && now - least > WORTH_BYTES;
    if (now < least) least = now;
    else if (isOver || (isBetween && now - least > MUCH_BYTES)) {
      await memory.release();
      // What is in use counts no longer.
      least = memory.resident();
    }
    wasQuiet = isQuiet;
    before = memory.resident();
    again();
  };
  const again = (): void => {
    if (!isStopped) cancel = clock.after(LOOK_MS, () => void look());
  };
  again();
  return () => {
    isStopped = true;
    cancel();
  };
}
