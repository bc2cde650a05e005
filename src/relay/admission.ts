import { join } from 'node:path';
import { readSecretFile, writeSecretFile } from '../main/peers/identity/secret-file.ts';
import type { Random } from '../main/platform/random.ts';
import { LockstepError } from '../main/platform/trouble.ts';

const FILE = 'admission.key';
const BYTES = 16;

/**
 * What the address of a private relay ends in, 22 characters of base64url: made at the first start that is private, the same ever after. Another
 * one is made where the file is moved away. Fails with `relay-key-damaged`.
 */
export function openAdmission(directory: string, random: Random): string {
  const path = join(directory, FILE);
  const stored = readSecretFile(path);
  if (stored === null) {
    const made = Buffer.from(random.bytes(BYTES)).toString('base64url');
    writeSecretFile(path, Buffer.from(made));
    return made;
  }
  const text = Buffer.from(stored).toString().trim();
  if (Buffer.from(text, 'base64url').length === BYTES && /^[\w-]+$/.test(text)) return text;
  throw new LockstepError(
    'relay-key-damaged',
    `${path} is damaged. Restore it from a backup, or move it away: devices that set this relay then need its new address.`,
    path,
  );
}
