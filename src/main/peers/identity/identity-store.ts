import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';
import { DeviceIdentity, type IdentitySecrets, makeSecrets } from './identity.ts';
import { type KeyVault, openSealed, sealedBy, writeSealed } from './sealed-file.ts';
import { readSecretFile } from './secret-file.ts';

export type { KeyVault } from './sealed-file.ts';

const FILE = 'device.key';
/** Passwords of accounts on servers. */
const ACCOUNTS = 'accounts';

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
    writeSealed(path, encodeCanonical(secrets), vault);
    return identity;
  }
  narrow(path);
  return new DeviceIdentity(open(stored, vault, path));
}

/** The kind of vault that locked the device's secrets; null: they lie in the clear, or there are none yet. */
export function lockedBy(directory: string): string | null {
  const stored = readSecretFile(join(directory, 'identity', FILE));
  return stored === null ? null : sealedBy(stored);
}

/** Where a device's secrets are kept: in a file only its user may read, or locked by the system's keychain. */
export type KeysKept = 'file' | 'system';

/** The device's secrets at rest, for whoever wants to keep them otherwise. */
export interface KeysAtRest {
  readonly kept: KeysKept;
  /** Durable when it returns. Fails with `not-available` where this program has no keychain. */
  move(to: KeysKept): void;
}
/** A secret that is kept as the device's own are. */
export interface SecretFile {
  /** null: there is none. Fails with `keys-locked`. */
  load(): Uint8Array | null;
  save(bytes: Uint8Array): void;
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
): { readonly identity: DeviceIdentity; readonly keys: KeysAtRest; readonly accounts: SecretFile } {
  const asWanted = (wanted ?? 'system') === 'system' ? vault : null;
  const isLocked = lockedBy(directory) !== null;
  const identity = loadIdentity(directory, isLocked ? vault : null, random);
  let held = isLocked ? vault : null;
  const move = (to: KeyVault | null): void => {
    if (to === held) return;
    moveKeys(directory, held, to);
    held = to;
    moveAccounts();
  };
  const path = join(directory, 'identity', ACCOUNTS);
  const accounts: SecretFile = {
    load() {
      const stored = readSecretFile(path);
      return stored === null ? null : openSealed(stored, vault, path);
    },
    save: (bytes) => writeSealed(path, bytes, held),
  };
  const moveAccounts = (): void => {
    const stored = readSecretFile(path);
    if (stored === null || sealedBy(stored) === (held?.name ?? null)) return;
    const inside = openSealed(stored, vault, path);
    if (inside !== null) writeSealed(path, inside, held);
  };
  move(asWanted);
  try {
    // A move that was cut short is carried on.
    moveAccounts();
  } catch {
    // Passwords that nobody can open any more are asked for again.
  }
  return {
    identity,
    accounts,
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
  writeSealed(path, encodeCanonical(open(stored, from, path)), to);
}

function open(stored: Uint8Array, vault: KeyVault | null, path: string): IdentitySecrets {
  const inside = openSealed(stored, vault, path);
  const secrets = inside === null ? null : decodeCanonical(inside)?.value;
  if (!isSecrets(secrets)) throw damaged(path);
  return secrets;
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
