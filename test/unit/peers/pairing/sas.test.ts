import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { x25519PrivateKey, x25519PublicKey } from '../../../../src/main/peers/identity/x25519.ts';
import { type Agreed, agree, type SasSide, sasCommitment } from '../../../../src/main/peers/pairing/sas.ts';
import { deviceId } from '../../../../src/main/record/ids.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { SMALL_ORDER } from '../../../fakes/small-order.ts';

const random = new SeededRandom('sas');
/** A device about to say who it is. */
function someone(name: string) {
  const key = x25519PrivateKey(random.bytes(32));
  const device = deviceId(Buffer.from(random.bytes(32)).toString('hex'));
  const side: SasSide = { device, name, key: x25519PublicKey(key), nonce: random.bytes(32) };
  return { key, side };
}
type Someone = ReturnType<typeof someone>;
const meet = (
  own: Someone,
  joiner: SasSide,
  waiting: SasSide,
  channel: Uint8Array,
  commitment = sasCommitment(joiner),
) => agree(own.key, (own.side === waiting ? joiner : waiting).key, { commitment, joiner, waiting, channel }) as Agreed;

describe('a short authentication string', () => {
  it('is the same on both devices of an honest run, and so is the secret', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (one, other, channel) => {
        const [joiner, waiting] = [someone(one), someone(other)];
        const here = meet(joiner, joiner.side, waiting.side, channel);
        expect(here).toEqual(meet(waiting, joiner.side, waiting.side, channel));
        expect(here.code).toMatch(/^\d{6}$/);
        expect([here.id.length, here.secret.length]).toEqual([16, 32]);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('is another one with anything that was said or the channel changed', () => {
    const [joiner, waiting] = [someone('ana'), someone('ben')];
    const channel = random.bytes(32);
    const honest = meet(joiner, joiner.side, waiting.side, channel);
    const changed: readonly [SasSide, SasSide, Uint8Array][] = [
      [joiner.side, waiting.side, random.bytes(32)],
      ...(['device', 'name', 'nonce'] as const).flatMap((field): [SasSide, SasSide, Uint8Array][] => {
        const other = someone('eve').side[field];
        return [
          [{ ...joiner.side, [field]: other }, waiting.side, channel],
          [joiner.side, { ...waiting.side, [field]: other }, channel],
        ];
      }),
    ];
    for (const [one, other, over] of changed) {
      const transcript = { commitment: sasCommitment(one), joiner: one, waiting: other, channel: over };
      const met = agree(joiner.key, waiting.side.key, transcript);
      expect(Buffer.from(met?.secret ?? []).equals(Buffer.from(honest.secret))).toBe(false);
      expect(met?.code).not.toBe(honest.code);
    }
  });

  it('never matches with somebody in between, in thousands of tries', () => {
    let matches = 0;
    for (let run = 0; run < 2000; run++) {
      const [joiner, waiting, between] = [someone('ana'), someone('ben'), someone('eve')];
      const [toJoiner, toWaiting] = [random.bytes(32), random.bytes(32)];
      // It has to choose its sides of both before it hears what either holds back: all it can do is hope.
      const asWaiting = { key: between.key, side: { ...between.side, device: waiting.side.device, name: 'ben' } };
      const asJoiner = { key: between.key, side: { ...between.side, device: joiner.side.device, name: 'ana' } };
      const seenByJoiner = meet(joiner, joiner.side, asWaiting.side, toJoiner).code;
      const seenByWaiting = meet(waiting, asJoiner.side, waiting.side, toWaiting).code;
      if (seenByJoiner === seenByWaiting) matches++;
    }
    expect(matches).toBe(0);
  });

  it('would match if the joiner chose after it had heard: the commitment is what refuses that', () => {
    const [waiting, between] = [someone('ben'), someone('eve')];
    const channel = random.bytes(32);
    const shownElsewhere = '123456';
    const promised = sasCommitment(between.side);
    // Of the six digits three, so that it takes a moment and not a minute.
    let chosen: SasSide | null = null;
    for (let tries = 0; tries < 50_000 && chosen === null; tries++) {
      const side = { ...between.side, nonce: random.bytes(32) };
      const { code } = meet(between, side, waiting.side, channel);
      if (code.slice(3) === shownElsewhere.slice(3)) chosen = side;
    }
    expect(chosen).not.toBeNull();
    const late = chosen as SasSide;
    expect(meet(waiting, late, waiting.side, channel).code.slice(3)).toBe('456');
    expect(meet(waiting, late, waiting.side, channel, promised)).toBeNull();
  });

  it.each(SMALL_ORDER)('refuses a key that shares no secret, on both sides', (small) => {
    const [joiner, waiting] = [someone('ana'), someone('ben')];
    const channel = random.bytes(32);
    expect(meet(waiting, { ...joiner.side, key: small }, waiting.side, channel)).toBeNull();
    expect(meet(joiner, joiner.side, { ...waiting.side, key: small }, channel)).toBeNull();
  });

  it('has the digits it always had', () => {
    const key = (byte: number) => x25519PrivateKey(new Uint8Array(32).fill(byte));
    const side = (byte: number, name: string): SasSide => ({
      device: deviceId(byte.toString(16).padStart(2, '0').repeat(32)),
      name,
      key: x25519PublicKey(key(byte)),
      nonce: new Uint8Array(32).fill(byte),
    });
    const [joiner, waiting] = [side(1, 'ana'), side(2, 'ben')];
    const agreed = meet({ key: key(1), side: joiner }, joiner, waiting, new Uint8Array(32).fill(3));
    expect([agreed.code, Buffer.from(agreed.id).toString('hex'), Buffer.from(agreed.secret).toString('hex')]).toEqual([
      '221926',
      '09caa46fd1c31ef5ee4a8ee345d848f8',
      'fc14b00784a8d2899e766d1a3163993a1a831720554f9e35daefe2ca898befda',
    ]);
  });
});
