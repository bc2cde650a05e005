import { createECDH, createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import { type CollectionId, type DeviceId, type MemberKey, memberKey } from '../../record/ids.ts';
import { toHex } from '../protocol/hex.ts';
import { openSeal } from './box-seal.ts';
import { selfSignedCertificate } from './certificate.ts';
import { type Descriptor, makeDescriptor } from './descriptor.ts';
import { x25519PrivateKey } from './x25519.ts';

/** Signs with one private key. */
export interface Signer {
  sign(bytes: Uint8Array): Uint8Array;
}
/** A device's key in one collection: signs its packages. */
export interface MemberSigner extends Signer {
  readonly key: MemberKey;
}

/** The four secrets a device is made of, 32 bytes each. Everything else about its identity follows from them. */
export interface IdentitySecrets {
  /** Scalar of the P-256 key. */
  readonly tls: Uint8Array;
  /** Ed25519 seed. */
  readonly sig: Uint8Array;
  /** X25519 private key. */
  readonly box: Uint8Array;
  /** Of which the member keys are derived. */
  readonly device: Uint8Array;
}

const ED25519_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');
const SECRET_BYTES = 32;

/** Who this device is: its keys, certificate and id. Private keys stay inside. */
export class DeviceIdentity implements Signer {
  readonly descriptor: Descriptor;
  /** PEM, for TLS; carries nothing but the public key. */
  readonly certificate: string;
  /** PEM, for TLS. */
  readonly tlsKey: string;
  readonly #sig: KeyObject;
  readonly #box: KeyObject;
  readonly #deviceSecret: Uint8Array;
  readonly #members = new Map<CollectionId, MemberSigner>();

  constructor(secrets: IdentitySecrets) {
    const tls = p256Key(secrets.tls);
    this.#sig = privateKey(ED25519_SEED, secrets.sig);
    this.#box = x25519PrivateKey(secrets.box);
    this.#deviceSecret = secrets.device;
    this.descriptor = makeDescriptor({
      tls: new Uint8Array(createPublicKey(tls).export({ type: 'spki', format: 'der' })),
      sig: rawPublic(this.#sig),
      box: rawPublic(this.#box),
    });
    const serial = createHash('sha256').update(this.descriptor.tls).digest().subarray(0, 8);
    this.certificate = selfSignedCertificate(tls, serial);
    this.tlsKey = tls.export({ type: 'pkcs8', format: 'pem' }) as string;
  }

  get id(): DeviceId {
    return this.descriptor.id;
  }

  /** Ed25519 signature of the device's `sig` key. */
  sign(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, bytes, this.#sig));
  }

  /** The secret that somebody sealed to this device's `box` key in a collection (`box-seal.ts`); null where it was not. */
  openSeal(collection: CollectionId, sealed: Uint8Array): Uint8Array | null {
    return openSeal(this.#box, collection, sealed);
  }

  /** The device's key in `collection`; the same each time it is asked. Only who holds the device secret can link two of them. */
  member(collection: CollectionId): MemberSigner {
    const known = this.#members.get(collection);
    if (known !== undefined) return known;
    const salt = Buffer.from(collection, 'hex');
    const seed = hkdfSync('sha256', this.#deviceSecret, salt, 'lockstep-member-1', SECRET_BYTES);
    const key = privateKey(ED25519_SEED, new Uint8Array(seed));
    const signer: MemberSigner = {
      key: memberKey(toHex(rawPublic(key))),
      sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
    };
    this.#members.set(collection, signer);
    return signer;
  }
}

/** Secrets of a device that did not exist before. */
export function makeSecrets(random: Random): IdentitySecrets {
  return {
    tls: p256Scalar(random),
    sig: random.bytes(SECRET_BYTES),
    box: random.bytes(SECRET_BYTES),
    device: random.bytes(SECRET_BYTES),
  };
}

/** A scalar is below the order of the curve; all but one of 2^32 draws are. */
function p256Scalar(random: Random): Uint8Array {
  for (;;) {
    const scalar = random.bytes(SECRET_BYTES);
    try {
      createECDH('prime256v1').setPrivateKey(scalar);
      return scalar;
    } catch {
      // Out of range: draw again.
    }
  }
}

function p256Key(scalar: Uint8Array): KeyObject {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(scalar);
  const point = pair.getPublicKey();
  const part = (from: number): string => point.subarray(from, from + SECRET_BYTES).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', d: Buffer.from(scalar).toString('base64url'), x: part(1), y: part(33) };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** RFC 8410: the raw key behind a fixed prefix. */
function privateKey(prefix: Buffer, raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'pkcs8' });
}
function rawPublic(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-SECRET_BYTES));
}
