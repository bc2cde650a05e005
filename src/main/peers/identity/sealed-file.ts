import { LockstepError } from '../../platform/trouble.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { writeSecretFile } from './secret-file.ts';

/** Locks secrets before they reach the disk: safeStorage in the desktop program. */
export interface KeyVault {
  /** Written beside what it locked, so that another kind of vault knows it cannot open it. */
  readonly name: string;
  lock(secret: Uint8Array): Uint8Array;
  /** Throws where it cannot open what was locked. */
  unlock(locked: Uint8Array): Uint8Array;
}

const PLAIN = 'file';
const VERSION = 1;

/** Writes a secret, locked by the vault (null: in the clear), where only its owner may read it. Durable when it returns. */
export function writeSealed(path: string, inside: Uint8Array, vault: KeyVault | null): void {
  const keys = vault === null ? inside : vault.lock(inside);
  writeSecretFile(path, encodeCanonical({ v: VERSION, vault: vault?.name ?? PLAIN, keys }));
}

/** What lies in a sealed file; null: it is damaged, or none. Fails with `keys-locked` where another vault, or one at all, is needed. */
export function openSealed(stored: Uint8Array, vault: KeyVault | null, path: string): Uint8Array | null {
  const file = decodeCanonical(stored)?.value as { v?: unknown; vault?: unknown; keys?: unknown } | null | undefined;
  if (file?.v !== VERSION || typeof file.vault !== 'string' || !(file.keys instanceof Uint8Array)) return null;
  return file.vault === PLAIN ? file.keys : unlock(file.vault, file.keys, vault, path);
}

/** The kind of vault that locked it; null: it lies in the clear. */
export function sealedBy(stored: Uint8Array): string | null {
  const file = decodeCanonical(stored)?.value as { vault?: unknown } | null | undefined;
  return typeof file?.vault === 'string' && file.vault !== PLAIN ? file.vault : null;
}

function unlock(name: string, keys: Uint8Array, vault: KeyVault | null, path: string): Uint8Array {
  const advice =
    'start the app in its window and run `lockstep config keys file` beside it, to let this mode open them; encrypt your disk then';
  if (vault?.name !== name) {
    throw new LockstepError(
      'keys-locked',
      `this device's keys are locked by the keychain of the ${name}: ${advice}`,
      path,
    );
  }
  try {
    return vault.unlock(keys);
  } catch (error) {
    throw new LockstepError(
      'keys-locked',
      `the keychain of the ${name} does not open this device's keys: ${advice}`,
      path,
      error,
    );
  }
}
