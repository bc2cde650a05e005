import type { DiskErrorCode } from './disk-error.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The process dies here. Only the simulation catches it: whoever swallows it is ended at the next call again. */
export class Crash extends Error {
  constructor(where: string) {
    super(`the process died at ${where}`);
    this.name = 'Crash';
  }
}

/** A call to the file system that is about to happen. */
export interface FileCall {
  /** From 1, over all calls of one process. */
  readonly number: number;
  readonly name: string;
  /** The path given, or the one the file was opened by; of rename, link, copy the first. */
  readonly path: string;
  /** The second path of rename, link, copy. */
  readonly to: string | null;
}

/**
 * What goes wrong with a call. `fails`: it throws and does nothing. `short`: a read or write does at most this many bytes. `dies`:
 * the process ends before it, after it, or half way (half of the bytes written, where bytes are written; else after it).
 */
export type Fault =
  | { readonly fails: DiskErrorCode }
  | { readonly short: number }
  | { readonly dies: 'before' | 'half-way' | 'after' };

/** Asked before every call; null: nothing goes wrong. It may act on the disk itself, as another process would at that moment. */
export type FaultPlan = (call: FileCall) => Fault | null;

/** One fault, at call number `number`. */
export function faultAt(number: number, fault: Fault): FaultPlan {
  return (call) => (call.number === number ? fault : null);
}

/** Each call suffers one of `faults` with this probability. */
export function faultsByChance(random: SeededRandom, probability: number, faults: readonly Fault[]): FaultPlan {
  return () => {
    const hit = random.chance(probability);
    const fault = random.pick(faults);
    return hit ? fault : null;
  };
}

/** The first of several plans that has something to say. All are asked, so that seeded ones stay in step. */
export function firstFault(...plans: readonly FaultPlan[]): FaultPlan {
  return (call) => plans.map((plan) => plan(call)).find((fault) => fault !== null) ?? null;
}
