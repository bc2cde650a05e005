import { hash } from 'node:crypto';
import type { Digest } from '../record/ids.ts';

/** SHA-256, as bytes. A pure function, so the pure folders may use it. */
export function sha256(bytes: Uint8Array | string): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** SHA-256, as base64url. */
export function sha256Text(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** SHA-256, as the lowercase hex in which content is named. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return hash('sha256', bytes, 'hex') as Digest;
}
