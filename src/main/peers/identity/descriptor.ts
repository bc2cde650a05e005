import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { type DeviceId, deviceId } from '../../record/ids.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/canonical-cbor.ts';

/** The public side of a device: what its id is the digest of. */
export interface Descriptor {
  readonly id: DeviceId;
  /** The encoding the id was computed of. */
  readonly bytes: Uint8Array;
  /** SubjectPublicKeyInfo (DER) of the P-256 key that proves the device in TLS. */
  readonly tls: Uint8Array;
  /** Raw Ed25519 key that signs for the device. */
  readonly sig: Uint8Array;
  /** Raw X25519 key that secrets are sealed to. */
  readonly box: Uint8Array;
}

const ID_LABEL = 'lockstep-device-1\0';
const RAW_KEY = 32;
/** What precedes the point in the SubjectPublicKeyInfo of every P-256 key (RFC 5480), and the length of the whole. */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const P256_SPKI = 91;
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The descriptor of a device with these public keys, raw but for that of TLS. */
export function makeDescriptor(keys: { tls: Uint8Array; sig: Uint8Array; box: Uint8Array }): Descriptor {
  const bytes = encodeCanonical({ v: 1, t: keys.tls, s: keys.sig, b: keys.box });
  return { id: idOf(bytes), bytes, ...keys };
}

/** null where the bytes are not the one encoding of a descriptor of this version. */
export function parseDescriptor(bytes: Uint8Array): Descriptor | null {
  // A copy of its own: the bytes may be a view of a whole chunk, and a descriptor is kept for long.
  const own = new Uint8Array(bytes);
  const value = decodeCanonical(own)?.value;
  if (typeof value !== 'object' || value === null) return null;
  const { v, t, s, b, ...rest } = value as { readonly [key: string]: unknown };
  if (v !== 1 || Object.keys(rest).length > 0) return null;
  if (!(t instanceof Uint8Array && s instanceof Uint8Array && b instanceof Uint8Array)) return null;
  if (t.length !== P256_SPKI || !P256_PREFIX.equals(t.subarray(0, P256_PREFIX.length))) return null;
  if (s.length !== RAW_KEY || b.length !== RAW_KEY) return null;
  return { id: idOf(own), bytes: own, tls: t, sig: s, box: b };
}

function idOf(bytes: Uint8Array): DeviceId {
  return deviceId(createHash('sha256').update(ID_LABEL).update(bytes).digest('hex'));
}

/** Ed25519 public key from its 32 raw bytes. */
export function ed25519PublicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([ED25519_PREFIX, raw]), format: 'der', type: 'spki' });
}
