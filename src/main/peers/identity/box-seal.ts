import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { CollectionId } from '../../record/ids.ts';
import { fromHex } from '../protocol/hex.ts';

const LABEL = 'lockstep-seal-1\0';
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** A sealed secret: the sender's key for this once, the secret enciphered, the tag. */
export const SEALED_BYTES = 2 * KEY_BYTES + TAG_BYTES;
/** Each key enciphers one secret: it follows from a key pair that is used once. */
const NONCE = new Uint8Array(12);
/** RFC 8410: what stands before a raw X25519 key, private and public. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** X25519 private key from its 32 raw bytes. */
export function x25519PrivateKey(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, raw]), format: 'der', type: 'pkcs8' });
}

/**
 * Seals a secret of 32 bytes to a device's `box` key, for one collection. `ephemeral`: 32 fresh random bytes, never used again. null where the
 * box key is one of the few that share no secret with anyone.
 */
export function sealTo(
  box: Uint8Array,
  group: CollectionId,
  secret: Uint8Array,
  ephemeral: Uint8Array,
): Uint8Array | null {
  const own = x25519PrivateKey(ephemeral);
  const sender = rawPublic(own);
  const shared = sharedSecret(own, box);
  if (shared === null) return null;
  const cipher = createCipheriv('aes-256-gcm', keyFor(shared, sender, box, group), NONCE);
  return new Uint8Array(Buffer.concat([sender, cipher.update(secret), cipher.final(), cipher.getAuthTag()]));
}

/** The secret that was sealed to `box` for this collection; null where it was not, or not so. */
export function openSeal(box: KeyObject, group: CollectionId, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length !== SEALED_BYTES) return null;
  const sender = sealed.subarray(0, KEY_BYTES);
  const shared = sharedSecret(box, sender);
  if (shared === null) return null;
  const key = keyFor(shared, sender, rawPublic(box), group);
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES });
  try {
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(KEY_BYTES, -TAG_BYTES)), decipher.final()]));
  } catch {
    // The tag does not fit: not sealed to us.
    return null;
  }
}

function keyFor(shared: Uint8Array, sender: Uint8Array, receiver: Uint8Array, group: CollectionId): Uint8Array {
  const info = Buffer.concat([Buffer.from(LABEL), fromHex(group)]);
  return new Uint8Array(hkdfSync('sha256', shared, Buffer.concat([sender, receiver]), info, KEY_BYTES));
}

/**
 * X25519; null where it comes to zero: with a key of small order it does whatever the other key is, and everyone would know it (RFC 7748,
 * 6.1). Libraries refuse that as well, each in its own way.
 */
function sharedSecret(own: KeyObject, other: Uint8Array): Uint8Array | null {
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, other]), format: 'der', type: 'spki' });
  try {
    const shared = diffieHellman({ privateKey: own, publicKey });
    return shared.some((byte) => byte !== 0) ? shared : null;
  } catch {
    return null;
  }
}

function rawPublic(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES));
}
