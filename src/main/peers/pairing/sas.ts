import { createHash, hkdfSync, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../platform/equal-bytes.ts';
import type { DeviceId } from '../../record/ids.ts';
import { x25519Secret } from '../identity/x25519.ts';
import { encodeCanonical } from '../protocol/canonical-cbor.ts';
import { fromHex } from '../protocol/hex.ts';

/**
 * How two devices without a link agree on a secret, and on six digits that two people compare (a short authentication string). The joiner
 * commits to all it will say before it hears anything: whoever stands in between has to choose what it says on one side before it can know
 * the digits of the other, and so meets them once in a million.
 */

/** What one device says of itself, in PAIR_I (the joiner) or PAIR_R (the one that waits). */
export interface SasSide {
  readonly device: DeviceId;
  readonly name: string;
  /** X25519, 32 raw bytes, for this pairing only. */
  readonly key: Uint8Array;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
}

/** What takes the place of a link from here on, and what both screens show. */
export interface Agreed {
  /** Six digits. */
  readonly code: string;
  /** As the id and the secret of an invitation. */
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
}

/** What the joiner says in PAIR_COMMIT. */
export function sasCommitment(joiner: SasSide): Uint8Array {
  return sha256(encodeCanonical(['lockstep-sas-commit-1', ...said(joiner)]));
}

/** Everything both said, in order. `channel`: the keying material of the link (`PAIRING_EXPORTER`). */
export interface SasTranscript {
  readonly commitment: Uint8Array;
  readonly joiner: SasSide;
  readonly waiting: SasSide;
  readonly channel: Uint8Array;
}

/**
 * Both devices come to the same, each with the private key of its own side. null: the joiner said something else than it had committed to,
 * or the keys come to zero.
 */
export function agree(own: KeyObject, theirs: Uint8Array, transcript: SasTranscript): Agreed | null {
  const { commitment, joiner, waiting, channel } = transcript;
  if (!equalBytes(sasCommitment(joiner), commitment)) return null;
  const shared = x25519Secret(own, theirs);
  if (shared === null) return null;
  const all = sha256(encodeCanonical(['lockstep-sas-1', commitment, ...said(joiner), ...said(waiting), channel]));
  const keys = Buffer.from(hkdfSync('sha256', shared, all, 'lockstep-sas-keys-1', 8 + 16 + 32));
  return {
    code: String(keys.readBigUInt64BE() % 1_000_000n).padStart(6, '0'),
    id: new Uint8Array(keys.subarray(8, 24)),
    secret: new Uint8Array(keys.subarray(24)),
  };
}

function said({ device, name, key, nonce }: SasSide): readonly unknown[] {
  return [fromHex(device), name, key, nonce];
}
function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
