import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import type { Random } from '../../platform/random.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { type KeyVault, lockedBy } from './identity-store.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

/** What the system keeps for this user alone: Electron's safeStorage. Only the main thread can ask it. */
export interface SystemKeychain {
  encrypt(secret: Uint8Array): Uint8Array;
  /** Throws where it cannot. */
  decrypt(locked: Uint8Array): Uint8Array;
}

const FILE = 'wrap.key';
const VERSION = 1;
const NAME = 'system';
const KEY_BYTES = 32;
const SALT_BYTES = 32;
const TAG_BYTES = 16;
const LABEL = 'lockstep-keys-1';
/** No key encrypts twice: each lock has its own, of a fresh salt. */
const NONCE = new Uint8Array(12);

/**
 * The key that wraps what is secret in `directory`/identity, made at the first start with a keychain; it lies there locked by it. null where the
 * keychain does not open it and something is wrapped with it: `loadIdentity` says then what a person can do.
 */
export function openWrappingKey(directory: string, keychain: SystemKeychain, random: Random): Uint8Array | null {
  const path = join(directory, 'identity', FILE);
  const stored = readSecretFile(path);
  const known = stored === null ? null : unlocked(stored, keychain);
  if (known !== null) return known;
  // Nothing needs the former one, or nothing was ever wrapped.
  if (lockedBy(directory) !== null) return null;
  const key = random.bytes(KEY_BYTES);
  writeSecretFile(path, encodeCanonical({ v: VERSION, key: keychain.encrypt(key) }));
  return key;
}

function unlocked(stored: Uint8Array, keychain: SystemKeychain): Uint8Array | null {
  const file = decodeCanonical(stored)?.value as { v?: unknown; key?: unknown } | null | undefined;
  if (file?.v !== VERSION || !(file.key instanceof Uint8Array)) return null;
  try {
    const key = keychain.decrypt(file.key);
    return key.length === KEY_BYTES ? key : null;
  } catch {
    return null;
  }
}

/** Locks with a wrapping key: AES-256-GCM. */
export function wrappingVault(key: Uint8Array, random: Random): KeyVault {
  const keyFor = (salt: Uint8Array) => new Uint8Array(hkdfSync('sha256', key, salt, LABEL, KEY_BYTES));
  return {
    name: NAME,
    lock(secret) {
      const salt = random.bytes(SALT_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(salt), NONCE);
      return new Uint8Array(Buffer.concat([salt, cipher.update(secret), cipher.final(), cipher.getAuthTag()]));
    },
    unlock(locked) {
      const decipher = createDecipheriv('aes-256-gcm', keyFor(locked.subarray(0, SALT_BYTES)), NONCE, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(locked.subarray(-TAG_BYTES));
      const secret = decipher.update(locked.subarray(SALT_BYTES, -TAG_BYTES));
      return new Uint8Array(Buffer.concat([secret, decipher.final()]));
    },
  };
}
