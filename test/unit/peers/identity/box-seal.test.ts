import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SEALED_BYTES, sealTo } from '../../../../src/main/peers/identity/box-seal.ts';
import { x25519PrivateKey } from '../../../../src/main/peers/identity/x25519.ts';
import { toHex } from '../../../../src/main/peers/protocol/hex.ts';
import { collectionId } from '../../../../src/main/record/ids.ts';
import { goldenBytes } from '../../../fakes/golden-bytes.ts';
import { makeIdentities } from '../../../fakes/identities.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { SMALL_ORDER } from '../../../fakes/small-order.ts';

const random = new SeededRandom('box seal');
const [ana, ben] = makeIdentities(random, 'ana', 'ben');
const group = collectionId('c0'.repeat(16));
const secret = new Uint8Array(32).fill(0x5e);
const ephemeral = new Uint8Array(32).fill(0xe9);
const sealed = sealTo(ana.descriptor.box, group, secret, ephemeral) as Uint8Array;

describe('a secret sealed to a device', () => {
  it('has the bytes it always had, and opens for that device', () => {
    const golden = goldenBytes('sealed-secret', sealed);
    expect([sealed.length, toHex(sealed)]).toEqual([SEALED_BYTES, toHex(golden)]);
    expect(ana.openSeal(group, golden)).toEqual(secret);
  });

  it('opens for no other device, and in no other collection', () => {
    expect(ben.openSeal(group, sealed)).toBeNull();
    expect(ana.openSeal(collectionId('c1'.repeat(16)), sealed)).toBeNull();
  });

  it('does not open where a single bit is another, or its length', () => {
    for (let bit = 0; bit < SEALED_BYTES * 8; bit++) {
      // X25519 passes over the highest bit of a key: but the key that opens is made of all of it.
      const other = Uint8Array.from(sealed);
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(ana.openSeal(group, other), `bit ${bit}`).toBeNull();
    }
    for (const length of [0, 31, 48, SEALED_BYTES - 1])
      expect(ana.openSeal(group, sealed.subarray(0, length)), `${length} bytes`).toBeNull();
    expect(ana.openSeal(group, Buffer.concat([sealed, Uint8Array.of(0)]))).toBeNull();
  });

  it('is neither made nor opened with a key that shares no secret', () => {
    for (const point of SMALL_ORDER) {
      expect(sealTo(point, group, secret, ephemeral), toHex(point)).toBeNull();
      const forged = Uint8Array.from(sealed);
      forged.set(point);
      expect(ana.openSeal(group, forged), toHex(point)).toBeNull();
    }
  });

  it('names its sender by a key that is used for it alone', () => {
    const publicKey = createPublicKey(x25519PrivateKey(ephemeral)).export({ type: 'spki', format: 'der' });
    expect(toHex(sealed.subarray(0, 32))).toBe(publicKey.subarray(-32).toString('hex'));
    const again = sealTo(ana.descriptor.box, group, secret, new Uint8Array(32).fill(1)) as Uint8Array;
    expect(ana.openSeal(group, again)).toEqual(secret);
    expect(toHex(again.subarray(32))).not.toBe(toHex(sealed.subarray(32)));
  });
});
