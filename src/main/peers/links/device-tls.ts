import { constants } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { DeviceIdentity } from '../identity/identity.ts';

export const HANDSHAKE_MS = 10_000;
/** Members link with the first. Who wants to be paired says so by the second, also where the two devices know each other already. */
export const LINK_PROTOCOL = 'lockstep/1';
export const PAIR_PROTOCOL = 'lockstep-pair/1';

/**
 * TLS 1.3 as devices speak it with each other, on the network and inside the channels of a relay. No certificate authority is involved:
 * `rejectUnauthorized: false` switches off only the check of chains. TLS itself proves that the other end holds the key of its certificate
 * (`peerKey`), and whose key that is, is looked up by whoever uses this.
 */
export function deviceTls(identity: DeviceIdentity) {
  return {
    key: identity.tlsKey,
    cert: identity.certificate,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    requestCert: true,
    rejectUnauthorized: false,
    secureOptions: constants.SSL_OP_NO_TICKET,
  } as const;
}

/** SubjectPublicKeyInfo of the certificate the other end proved to hold the key of; null where it sent none. */
export function peerKey(socket: TLSSocket): Uint8Array | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  return new Uint8Array(certificate.publicKey.export({ type: 'spki', format: 'der' }));
}
