import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { selfSignedCertificate } from '../main/peers/identity/certificate.ts';
import { readSecretFile, writeSecretFile } from '../main/peers/identity/secret-file.ts';
import { LockstepError } from '../main/platform/trouble.ts';

const FILE = 'tls.key';

export interface RelayKey {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  /** base64url SHA-256 of the SubjectPublicKeyInfo: what devices pin. */
  readonly pin: string;
}

/** The key of the relay in this directory: made at the first start, the same ever after. Fails with `relay-key-damaged`. */
export function openRelayKey(directory: string): RelayKey {
  const path = join(directory, FILE);
  const stored = readSecretFile(path);
  const key = stored === null ? makeKey(path) : readKey(stored, path);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const digest = createHash('sha256').update(spki).digest();
  return {
    key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: selfSignedCertificate(key, digest.subarray(0, 8)),
    pin: digest.toString('base64url'),
  };
}

function makeKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeSecretFile(path, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  return privateKey;
}

function readKey(stored: Uint8Array, path: string): KeyObject {
  try {
    const key = createPrivateKey(Buffer.from(stored));
    if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Whatever it is, devices do not know it.
  }
  throw new LockstepError(
    'relay-key-damaged',
    `${path} holds no P-256 key. Restore it from a backup: devices know this relay by it. To begin anew with another key, move it away.`,
    path,
  );
}
