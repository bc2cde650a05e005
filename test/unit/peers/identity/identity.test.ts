import { execFileSync } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ed25519PublicKey, parseDescriptor } from '../../../../src/main/peers/identity/descriptor.ts';
import { DeviceIdentity, makeSecrets } from '../../../../src/main/peers/identity/identity.ts';
import { type KeyVault, loadIdentity, moveKeys } from '../../../../src/main/peers/identity/identity-store.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { collectionId } from '../../../../src/main/record/ids.ts';

const group = collectionId('00112233445566778899aabbccddeeff');
const vault = (name: string, mask: number): KeyVault => {
  const turn = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ mask);
  return { name, lock: turn, unlock: turn };
};
const refusing: KeyVault = {
  name: 'keyring',
  lock: (secret) => secret,
  unlock: () => {
    throw new Error('the keyring is locked');
  },
};

describe('DeviceIdentity', () => {
  it('follows from its secrets alone', () => {
    const secrets = makeSecrets(systemRandom);
    const [one, two] = [new DeviceIdentity(secrets), new DeviceIdentity(secrets)];
    expect(two.id).toBe(one.id);
    expect(two.member(group).key).toBe(one.member(group).key);
    expect(new DeviceIdentity(makeSecrets(systemRandom)).id).not.toBe(one.id);
  });

  it('has the digest of its descriptor as id', () => {
    const { descriptor } = new DeviceIdentity(makeSecrets(systemRandom));
    expect(parseDescriptor(descriptor.bytes)).toEqual(descriptor);
    expect(createHash('sha256').update('lockstep-device-1\0').update(descriptor.bytes).digest('hex')).toBe(
      descriptor.id,
    );
  });

  it('refuses descriptors that are not the one encoding of their keys', () => {
    const { descriptor } = new DeviceIdentity(makeSecrets(systemRandom));
    const other = Uint8Array.from(descriptor.bytes);
    other[other.length - 1] = (other[other.length - 1] as number) ^ 1;
    expect(parseDescriptor(other)?.id).not.toBe(descriptor.id);
    expect(parseDescriptor(Buffer.concat([descriptor.bytes, Uint8Array.of(0)]))).toBeNull();
    expect(parseDescriptor(descriptor.bytes.subarray(1))).toBeNull();
  });

  it('signs with the device key and with another key in every collection', () => {
    const identity = new DeviceIdentity(makeSecrets(systemRandom));
    const text = Buffer.from('text');
    expect(verify(null, text, ed25519PublicKey(identity.descriptor.sig), identity.sign(text))).toBe(true);
    const member = identity.member(group);
    expect(verify(null, text, ed25519PublicKey(Buffer.from(member.key, 'hex')), member.sign(text))).toBe(true);
    expect(identity.member(collectionId('ff'.repeat(16))).key).not.toBe(member.key);
  });

  it('derives the keys it always derived', () => {
    const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
    const identity = new DeviceIdentity({ tls: filled(1), sig: filled(2), box: filled(3), device: filled(4) });
    expect(identity.id).toBe('fde2bfee0631550baf58a2597f2874bf63f600e445eaf93f1519afe974197cd1');
    expect(identity.member(group).key).toBe('28d1d61e5800054cc51626dffda388ec76897f244961dc80adf38a7cbe8be89f');
  });
});

describe('the certificate', () => {
  const identity = new DeviceIdentity(makeSecrets(systemRandom));

  it('is self-signed, for the TLS key, and says nothing of the user', () => {
    const certificate = new X509Certificate(identity.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(new Uint8Array(certificate.publicKey.export({ type: 'spki', format: 'der' }))).toEqual(
      identity.descriptor.tls,
    );
    expect([certificate.subject, certificate.subjectAltName, certificate.ca]).toEqual([
      'CN=lockstep',
      'DNS:lockstep',
      false,
    ]);
    expect(certificate.validFrom).toBe('Jan  1 00:00:00 2020 GMT');
    expect(certificate.validTo).toBe('Jan  1 00:00:00 2120 GMT');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  const isMissing = !hasOpenssl();
  it.skipIf(isMissing)(`is one that openssl reads${isMissing ? ' (skipped: there is no openssl)' : ''}`, () => {
    const text = execFileSync('openssl', ['x509', '-noout', '-text'], {
      input: identity.certificate,
      encoding: 'utf8',
    });
    expect(text).toContain('Version: 3 (0x2)');
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
  });
});
function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
}

describe('loadIdentity', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lockstep-identity-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const file = (): string => join(directory, 'identity', 'device.key');

  it('makes an identity once, for its owner only', () => {
    const { id } = loadIdentity(directory, null, systemRandom);
    expect(loadIdentity(directory, null, systemRandom).id).toBe(id);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'identity')).mode & 0o777).toBe(0o700);
    chmodSync(file(), 0o644);
    loadIdentity(directory, null, systemRandom);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('keeps secrets out of the file where a vault locks them', () => {
    const secret = new Uint8Array(32).fill(7);
    const { id } = loadIdentity(directory, vault('keyring', 0x55), { bytes: () => secret });
    expect(readFileSync(file()).includes(Buffer.from(secret))).toBe(false);
    expect(loadIdentity(directory, vault('keyring', 0x55), systemRandom).id).toBe(id);
  });

  it('says keys-locked where they cannot be opened, and makes no new ones', () => {
    const { id } = loadIdentity(directory, vault('keyring', 0x55), systemRandom);
    const locked = expect.objectContaining({ code: 'keys-locked', subject: file() });
    expect(() => loadIdentity(directory, null, systemRandom)).toThrow(locked);
    expect(() => loadIdentity(directory, vault('other', 0x55), systemRandom)).toThrow(locked);
    expect(() => loadIdentity(directory, refusing, systemRandom)).toThrow(locked);
    expect(loadIdentity(directory, vault('keyring', 0x55), systemRandom).id).toBe(id);
  });

  it('moves keys from a vault to the file and back', () => {
    const { id } = loadIdentity(directory, vault('keyring', 0x55), systemRandom);
    moveKeys(directory, vault('keyring', 0x55), null);
    expect(loadIdentity(directory, null, systemRandom).id).toBe(id);
    moveKeys(directory, null, vault('keyring', 0x66));
    expect(loadIdentity(directory, vault('keyring', 0x66), systemRandom).id).toBe(id);
  });

  it('never takes a damaged file for none', () => {
    loadIdentity(directory, null, systemRandom);
    const whole = readFileSync(file());
    for (const bytes of [whole.subarray(0, 40), Buffer.alloc(0), Buffer.alloc(whole.length)]) {
      writeFileSync(file(), bytes);
      expect(() => loadIdentity(directory, null, systemRandom)).toThrow(
        expect.objectContaining({ code: 'identity-damaged' }),
      );
    }
  });
});
