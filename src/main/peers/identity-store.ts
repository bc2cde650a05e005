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
  const advice = 'start the desktop program and run `lockstep config keys file` there to let this mode open them';
  if (vault?.name !== name) {
    throw new LockstepError('keys-locked', `this device's keys are locked by ${name}: ${advice}`, path);
  }
  try {
    return vault.unlock(keys);
  } catch (error) {
    throw new LockstepError('keys-locked', `${name} does not open this device's keys: ${advice}`, path, error);
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
