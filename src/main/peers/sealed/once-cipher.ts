import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';

export const TAG_BYTES = 16;
/** No key enciphers twice, so the nonce may always be the same: there is no counter to lose in a crash. */
const NONCE = new Uint8Array(12);

// Keys are made key objects first: given as bytes, Node takes three times as long to find out what they are.

/** So much is enciphered at a time: what the cipher gives back is memory of its own, which lives until a collection. */
const STEP = 256 << 10;

/** AES-256-GCM with a key that is used for nothing else: ciphertext, then the tag. `about` is authenticated with it and not in it. */
export function encipherOnce(key: Uint8Array, about: Uint8Array, plain: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plain.length + TAG_BYTES);
  encipherInto(key, about, plain, sealed);
  return sealed;
}

/** The same at the beginning of `into`, which has room for it. */
export function encipherInto(key: Uint8Array, about: Uint8Array, plain: Uint8Array, into: Uint8Array): void {
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), NONCE);
  cipher.setAAD(about);
  for (let at = 0; at < plain.length; at += STEP) into.set(cipher.update(plain.subarray(at, at + STEP)), at);
  cipher.final();
  into.set(cipher.getAuthTag(), plain.length);
}

/** What was enciphered so; null where anything about it is another. */
export function decipherOnce(key: Uint8Array, about: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), NONCE, { authTagLength: TAG_BYTES });
  decipher.setAAD(about);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const plain = new Uint8Array(sealed.length - TAG_BYTES);
    for (let at = 0; at < plain.length; at += STEP)
      plain.set(decipher.update(sealed.subarray(at, Math.min(at + STEP, plain.length))), at);
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}
