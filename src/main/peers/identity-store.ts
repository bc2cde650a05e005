import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../platform/random.ts';
import { LockstepError } from '../platform/trouble.ts';
import { DeviceIdentity, type IdentitySecrets, makeSecrets } from './identity.ts';
import { decodeCanonical, encodeCanonical } from './protocol/canonical-cbor.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

/** Locks secrets before they reach the disk: safeStorage in the desktop program. */
export interface KeyVault {
  /** Written beside what it locked, so that another kind of vault knows it cannot open it. */
  readonly name: string;
  lock(secret: Uint8Array): Uint8Array;
  /** Throws where it cannot open what was locked. */
  unlock(locked: Uint8Array): Uint8Array;
}

const PLAIN = 'file';
const FILE = 'device.key';
const VERSION = 1;

/**
 * The device's identity from `directory`/identity, made at the first start. `vault` null: secrets lie in the file, readable by its owner
 * only. Fails with `keys-locked` where another vault, or none, is needed, and with `identity-damaged` where the file is not ours to
 * read: a device never takes on a new identity beside one that exists.
 */
export function loadIdentity(directory: string, vault: KeyVault | null, random: Random): DeviceIdentity {
  const path = join(directory, 'identity', FILE);
  const stored = readSecretFile(path);
  if (stored === null) {
    const secrets = makeSecrets(random);
    const identity = new DeviceIdentity(secrets);
    writeSecrets(path, secrets, vault);
    return identity;
  }
  narrow(path);
  return new DeviceIdentity(open(stored, vault, path));
}

/** The kind of vault that locked the device's secrets; null: they lie in the clear, or there are none yet. */
export function lockedBy(directory: string): string | null {
  const stored = readSecretFile(join(directory, 'identity', FILE));
  const file = stored === null ? null : (decodeCanonical(stored)?.value as { vault?: unknown } | null | undefined);
  return typeof file?.vault === 'string' && file.vault !== PLAIN ? file.vault : null;
}

/** Where a device's secrets are kept: in a file only its user may read, or locked by the system's keychain. */
export type KeysKept = 'file' | 'system';

/** The device's secrets at rest, for whoever wants to keep them otherwise. */
export interface KeysAtRest {
  readonly kept: KeysKept;
  /** Durable when it returns. Fails with `not-available` where this program has no keychain. */
  move(to: KeysKept): void;
}

/**
 * The identity as `loadIdentity`, kept as `wanted`; null: as safely as this program can (`vault` null: it has no keychain). What lay in
 * the clear is locked then.
 */
export function openIdentity(
  directory: string,
  vault: KeyVault | null,
  wanted: KeysKept | null,
  random: Random,
): { readonly identity: DeviceIdentity; readonly keys: KeysAtRest } {
  const asWanted = (wanted ?? 'system') === 'system' ? vault : null;
  const isLocked = lockedBy(directory) !== null;
  const identity = loadIdentity(directory, isLocked ? vault : null, random);
  let held = isLocked ? vault : null;
  const move = (to: KeyVault | null): void => {
    if (to === held) return;
    moveKeys(directory, held, to);
    held = to;
  };
  move(asWanted);
  return {
    identity,
    keys: {
      get kept() {
        return held === null ? 'file' : 'system';
      },
      move(to) {
        if (to === 'system' && vault === null)
          throw new LockstepError(
            'not-available',
            'Only the app in its window can use the keychain of the system, where there is one.',
            'keys',
          );
        move(to === 'system' ? vault : null);
      },
    },
  };
}

/** Stores the secrets anew under another vault (null: in the clear). The former one must still open them. */
export function moveKeys(directory: string, from: KeyVault | null, to: KeyVault | null): void {
  const path = join(directory, 'identity', FILE);
  const stored = readSecretFile(path);
  if (stored === null) throw new LockstepError('no-identity', 'this device has no keys yet', path);
  writeSecrets(path, open(stored, from, path), to);
}

function writeSecrets(path: string, secrets: IdentitySecrets, vault: KeyVault | null): void {
  const inside = encodeCanonical(secrets);
  const keys = vault === null ? inside : vault.lock(inside);
  writeSecretFile(path, encodeCanonical({ v: VERSION, vault: vault?.name ?? PLAIN, keys }));
}

function open(stored: Uint8Array, vault: KeyVault | null, path: string): IdentitySecrets {
  const file = decodeCanonical(stored)?.value as { v?: unknown; vault?: unknown; keys?: unknown } | null | undefined;
  if (file?.v !== VERSION || typeof file.vault !== 'string' || !(file.keys instanceof Uint8Array)) throw damaged(path);
  const secrets = decodeCanonical(file.vault === PLAIN ? file.keys : unlock(file.vault, file.keys, vault, path))?.value;
  if (!isSecrets(secrets)) throw damaged(path);
  return secrets;
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

function isSecrets(value: unknown): value is IdentitySecrets {
  const secrets = value as { readonly [name: string]: unknown } | null | undefined;
  return ['tls', 'sig', 'box', 'device'].every((name) => {
    const secret = secrets?.[name];
    return secret instanceof Uint8Array && secret.length === 32;
  });
}
function damaged(path: string): LockstepError {
  return new LockstepError(
    'identity-damaged',
    `${path} is damaged: restore it from a backup, or move it away to become a new device`,
    path,
  );
}

/** A restored backup may have brought wider rights along. */
function narrow(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}
