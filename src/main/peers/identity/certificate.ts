import { createPublicKey, type KeyObject, sign } from 'node:crypto';

/**
 * A self-signed X.509 v3 certificate (RFC 5280) for a P-256 key, as PEM: CN=lockstep, 2020 to 2120, CA:false, digitalSignature, server
 * and client authentication, DNS:lockstep. Nothing in it but the key tells one device from another. `serial`: 8 bytes, not secret.
 */
export function selfSignedCertificate(key: KeyObject, serial: Uint8Array): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const algorithm = sequence(objectId(ECDSA_SHA256));
  const name = sequence(set(sequence(objectId(COMMON_NAME), der(0x0c, Buffer.from('lockstep')))));
  // Dates from 2050 on are GeneralizedTime (RFC 5280, 4.1.2.5).
  const validity = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x18, Buffer.from('21200101000000Z')));
  const body = sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(positive(serial)),
    algorithm,
    name,
    validity,
    name,
    spki,
    der(0xa3, extensions()),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, key)));
  const lines = (certificate.toString('base64').match(/.{1,64}/g) as string[]).join('\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const KEY_USAGE = [0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE = [0x55, 0x1d, 0x25];
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];
const SERVER_AUTH = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

function extensions(): Buffer {
  return sequence(
    // An absent flag is CA:false, the default.
    extension(BASIC_CONSTRAINTS, true, sequence()),
    // One bit, digitalSignature: without it BoringSSL refuses the certificate (electron#31042).
    extension(KEY_USAGE, true, der(0x03, Buffer.from([7, 0x80]))),
    extension(EXTENDED_KEY_USAGE, false, sequence(objectId(SERVER_AUTH), objectId(CLIENT_AUTH))),
    extension(SUBJECT_ALT_NAME, false, sequence(der(0x82, Buffer.from('lockstep')))),
  );
}
function extension(oid: readonly number[], critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(objectId(oid), ...flag, der(0x04, value));
}

function der(tag: number, content: Uint8Array): Buffer {
  const size = content.length;
  let length = [size];
  if (size > 0xff) length = [0x82, size >> 8, size & 0xff];
  else if (size > 0x7f) length = [0x81, size];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, Buffer.concat(parts));
const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, Buffer.concat(parts));
const objectId = (bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const integer = (bytes: Uint8Array): Buffer => der(0x02, bytes);
const bitString = (bytes: Uint8Array): Buffer => der(0x03, Buffer.concat([Buffer.from([0]), bytes]));

/** A serial number is a positive integer in its shortest form: no sign bit, no leading zero. */
function positive(serial: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(serial);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes;
}
