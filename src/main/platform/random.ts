import { randomBytes } from 'node:crypto';

/** Randomness, injected: `bytes(n)` gives n fresh ones. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** The random numbers of this computer, fit for keys. */
export const systemRandom: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) };
