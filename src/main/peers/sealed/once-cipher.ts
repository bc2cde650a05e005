import { createCipheriv, createDecipheriv } from 'node:crypto';

export const TAG_BYTES = 16;
/** No key enciphers twice, so the nonce may always be the same: there is no counter to lose in a crash. */
const NONCE = new Uint8Array(12);

/** AES-256-GCM with a key that is used for nothing else: ciphertext, then the tag. `about` is authenticated with it and not in it. */
export function encipherOnce(key: Uint8Array, about: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE);
  cipher.setAAD(about);
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** What was enciphered so; null where anything about it is another. */
export function decipherOnce(key: Uint8Array, about: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAAD(about);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]));
  } catch {
    return null;
  }
}
