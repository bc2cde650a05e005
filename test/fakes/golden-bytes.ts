import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, toHex } from '../../src/main/peers/protocol/hex.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/wire');

/**
 * The bytes that something had when it was first written, which versions to come must still read. LOCKSTEP_WRITE_FIXTURES=1 writes `now` where
 * there are none yet.
 */
export function goldenBytes(name: string, now: Uint8Array): Uint8Array {
  const path = join(FIXTURES, `${name}.hex`);
  if (process.env.LOCKSTEP_WRITE_FIXTURES === '1' && !existsSync(path)) writeFileSync(path, `${toHex(now)}\n`);
  return fromHex(readFileSync(path, 'utf8').trim());
}
