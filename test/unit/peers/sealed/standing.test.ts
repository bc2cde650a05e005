import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifySignature } from '../../../../src/main/peers/membership/membership-op.ts';
import { decodeCanonical, encodeCanonical } from '../../../../src/main/peers/protocol/canonical-cbor.ts';
import { fromHex, toHex } from '../../../../src/main/peers/protocol/hex.ts';
import { encodeItem, readItem } from '../../../../src/main/peers/sealed/relay-item.ts';
import { openItem, sealItem } from '../../../../src/main/peers/sealed/sealed-item.ts';
import { makeStanding, type RelayStanding, readStanding } from '../../../../src/main/peers/sealed/standing.ts';
import { collectionId, digest, logId, type MemberKey, memberKey } from '../../../../src/main/record/ids.ts';
import { goldenBytes } from '../../../fakes/golden-bytes.ts';
import { makeIdentities } from '../../../fakes/identities.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const [ana, ben] = makeIdentities(new SeededRandom('standing'), 'ana', 'ben');
const group = collectionId('c0'.repeat(16));
const signer = ana.member(group);
const position = (number: number) => ({ member: memberKey('3a'.repeat(32)), log: logId('0102030405060708'), number });
const head = (number: number) => ({ ...position(number), hash: digest('7e'.repeat(32)) });
const said: Omit<RelayStanding, 'member'> = {
  group,
  time: 1_767_225_600_000,
  cursor: 71,
  heads: [head(12), head(300)],
  applied: [position(11)],
  problems: 2,
  partial: true,
  operations: [digest('5b'.repeat(32))],
  wanted: [{ digest: digest('9c'.repeat(32)), kind: 'chunk-list', hint: 'photos/1.jpg' }],
  isFull: false,
};
const standing = makeStanding(signer, said);
const verify = (member: MemberKey, signed: Uint8Array, signature: Uint8Array): boolean =>
  verifySignature(fromHex(member), signed, signature);
const read = (item: Pick<typeof standing, 'content' | 'signature'>, of = group) => readStanding(item, of, verify);
/** The same said with something else in it, and the signature of whoever says it. */
function changed(change: object, by = signer) {
  const content = encodeCanonical({ ...(decodeCanonical(standing.content)?.value as object), ...change });
  return { content, signature: by.sign(Buffer.concat([Buffer.from('lockstep-standing-1\0'), content])) };
}

describe('word of how far a member is', () => {
  it('has the bytes it always had, and comes back', () => {
    const golden = goldenBytes('standing-item', encodeItem(standing));
    expect(toHex(encodeItem(standing))).toBe(toHex(golden));
    expect(read(readItem(golden) as typeof standing)).toEqual({ ...said, member: signer.key });
  });

  it('counts with the signature of the member it names alone', () => {
    expect(() => read({ ...standing, signature: ben.member(group).sign(standing.content) })).toThrow('not signed');
    expect(() => read(changed({}, ben.member(group)))).toThrow('not signed by the member it names');
    expect(() => read({ ...changed({ t: 5 }), signature: standing.signature })).toThrow('not signed');
    // Signed with the same key, for something else.
    expect(() => read({ ...standing, signature: signer.sign(standing.content) })).toThrow('not signed');
    expect(read(changed({ t: 5 })).time).toBe(5);
  });

  it('counts in its collection alone', () => {
    expect(() => read(standing, collectionId('c1'.repeat(16)))).toThrow('of another collection');
  });

  it.each([
    ['a version to come', { v: 2 }],
    ['no version', { v: 'x' }],
    ['a time below zero', { t: -1 }],
    ['a flag that is none', { r: 1 }],
    ['a member that is none', { m: new Uint8Array(31) }],
    ['a position that is none', { e: [[new Uint8Array(32), new Uint8Array(8)]] }],
    ['too many positions', { a: Array.from({ length: 401 }, (_, at) => [new Uint8Array(32), new Uint8Array(8), at]) }],
  ])('is refused with %s', (_, change) => {
    expect(() => read(changed(change))).toThrow(/^standing: /);
  });

  it('says that there is no room only where that is so: earlier versions do not know of it', () => {
    const full = makeStanding(signer, { ...said, isFull: true });
    expect([read(full).isFull, read(standing).isFull]).toEqual([true, false]);
    const fields = ({ content }: typeof full) => Object.keys(decodeCanonical(content)?.value as object);
    expect(fields(full).filter((field) => !fields(standing).includes(field))).toEqual(['f']);
    expect(() => read(changed({ f: 1 }))).toThrow(RangeError);
  });

  it('says what fits where there is more, and no more than a relay takes', () => {
    const heads = Array.from({ length: 3000 }, () => head(Number.MAX_SAFE_INTEGER));
    const applied = Array.from({ length: 3000 }, () => position(Number.MAX_SAFE_INTEGER));
    const wanted = Array.from({ length: 200 }, (_, at) => ({
      digest: digest('9c'.repeat(32)),
      kind: 'content' as const,
      hint: (at % 2 === 0 ? 'é' : 'long é').repeat(128),
    }));
    const item = makeStanding(signer, { ...said, heads, applied, wanted });
    const seal = { secret: new Uint8Array(32), group, epoch: '0'.repeat(16), salt: new Uint8Array(32) };
    const sealed = sealItem(seal, item);
    expect(sealed.length).toBeLessThanOrEqual(128 << 10);
    expect(read(openItem(sealed, seal) as typeof item)).toEqual({
      ...said,
      member: signer.key,
      heads: heads.slice(0, 400),
      applied: applied.slice(0, 400),
      wanted: wanted.slice(0, 128).map((each, at) => (at % 2 === 0 ? each : { ...each, hint: '' })),
    });
  });

  it('answers whatever bytes with a RangeError that says why', () => {
    const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 5 }), over: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, signs) => {
        const content = changes.reduce((bytes, { at, bytes: put, over }) => {
          const from = at % (bytes.length + 1);
          return Uint8Array.from([...bytes.subarray(0, from), ...put, ...bytes.subarray(from + over)]);
        }, standing.content);
        if (toHex(content) === toHex(standing.content)) return;
        const whose = () => readStanding({ content, signature: standing.signature }, group, () => signs);
        if (!signs) expect(whose).toThrow(RangeError);
        else
          try {
            whose();
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
      }),
      { numRuns: 3000, seed: 9 },
    );
  });
});
