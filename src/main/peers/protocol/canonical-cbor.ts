import { encode, rfc8949EncodeOptions } from 'cborg';
import { decodeCbor } from '../../change-log/decode-cbor.ts';
import { equalBytes } from '../../platform/equal-bytes.ts';

/** Deterministic CBOR (RFC 8949, 4.2.1): one value has one encoding, so it can be signed and hashed. */
export function encodeCanonical(value: unknown): Uint8Array {
  return plainBytes(encode(value, rfc8949EncodeOptions));
}

const STRICT = {
  strict: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
} as const;

/** Decodes untrusted bytes; null where they are not exactly one well-formed item. Never throws; keys may stand in any order. */
export function decodeUntrusted(bytes: Uint8Array): { readonly value: unknown } | null {
  try {
    return { value: decodeCbor(plainBytes(bytes), STRICT) };
  } catch {
    // cborg throws Error or RangeError (deep nesting); whatever it is, the bytes are not ours to accept.
    return null;
  }
}

/** As `decodeUntrusted`, and null also where the bytes are not the one encoding of their value: for whatever is signed. */
export function decodeCanonical(bytes: Uint8Array): { readonly value: unknown } | null {
  const decoded = decodeUntrusted(bytes);
  if (decoded === null) return null;
  try {
    return equalBytes(encodeCanonical(decoded.value), bytes) ? decoded : null;
  } catch {
    return null;
  }
}

/** The same memory as a plain Uint8Array: what Node gives may be a Buffer, whose `slice` and printing differ. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
