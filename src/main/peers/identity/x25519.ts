import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';

/** RFC 8410: what stands before a raw X25519 key, private and public. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const KEY_BYTES = 32;

/** X25519 private key from its 32 raw bytes. */
export function x25519PrivateKey(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, raw]), format: 'der', type: 'pkcs8' });
}

/** The public key of a private one, its 32 raw bytes. */
export function x25519PublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES));
}

/**
 * What both key pairs come to; null where that is zero: with a key of small order it is so whatever the other key is, and everyone would
 * know it (RFC 7748, 6.1). Libraries refuse that as well, each in its own way. `other`: a public key, 32 raw bytes.
 */
export function x25519Secret(own: KeyObject, other: Uint8Array): Uint8Array | null {
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, other]), format: 'der', type: 'spki' });
  try {
    const shared = diffieHellman({ privateKey: own, publicKey });
    return shared.some((byte) => byte !== 0) ? shared : null;
  } catch {
    return null;
  }
}
