import { createPublicKey, verify } from 'node:crypto';
import { fromHex } from '../../main/peers/protocol/hex.ts';
import type { MemberKey } from '../../main/record/ids.ts';

/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) up to the key itself. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Did `key` sign these bytes? `signature` in hex. Never throws: 32 bytes may be no key at all. */
export function isSigned(bytes: Uint8Array, signature: string, key: MemberKey): boolean {
  try {
    const spki = Buffer.concat([ED25519_SPKI, fromHex(key)]);
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return verify(null, bytes, publicKey, fromHex(signature));
  } catch {
    return false;
  }
}
