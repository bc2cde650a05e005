import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject } from 'node:crypto';
import type { CollectionId } from '../../record/ids.ts';
import { fromHex } from '../protocol/hex.ts';
import { x25519PrivateKey, x25519PublicKey, x25519Secret } from './x25519.ts';

const LABEL = 'lockstep-seal-1\0';
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** A sealed secret: the sender's key for this once, the secret enciphered, the tag. */
export const SEALED_BYTES = 2 * KEY_BYTES + TAG_BYTES;
/** Each key enciphers one secret: it follows from a key pair that is used once. */
const NONCE = new Uint8Array(12);

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
  const sender = x25519PublicKey(own);
  const shared = x25519Secret(own, box);
  if (shared === null) return null;
  const cipher = createCipheriv('aes-256-gcm', keyFor(shared, sender, box, group), NONCE);
  return new Uint8Array(Buffer.concat([sender, cipher.update(secret), cipher.final(), cipher.getAuthTag()]));
}

/** The secret that was sealed to `box` for this collection; null where it was not, or not so. */
export function openSeal(box: KeyObject, group: CollectionId, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length !== SEALED_BYTES) return null;
  const sender = sealed.subarray(0, KEY_BYTES);
  const shared = x25519Secret(box, sender);
  if (shared === null) return null;
  const key = keyFor(shared, sender, x25519PublicKey(box), group);
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
