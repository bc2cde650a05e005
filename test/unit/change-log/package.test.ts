import { readFileSync } from 'node:fs';
import { decode, encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { BODY_LIMIT, bodyIn, FIRST_PREVIOUS, makePackage, readPackage } from '../../../src/main/change-log/package.ts';
import { sha256 } from '../../../src/main/platform/hash.ts';
import { bytesOf, hexOf } from '../../../src/main/record/encode-value.ts';
import { GOLDEN_HEAD, GOLDEN_SIGNATURE } from '../../fakes/golden-package.ts';

const golden = (name: string) =>
  readFileSync(new URL(`../../fixtures/wire/${name}.hex`, import.meta.url), 'utf8').trim();
const GOLDEN = golden('change-log-package');
/** The golden body as it travels, not packed. */
const BODY = Uint8Array.from([0, ...bytesOf(golden('change-log-body'))]);
const HASH = 'f49dce1137747979190728bbd924dc944a5e35bd1d6f60c9698d3e06ac593694';
const make = (body = BODY) => makePackage(GOLDEN_HEAD, body, () => GOLDEN_SIGNATURE);

describe('a package', () => {
  it('has the bytes and the hash it always had', () => {
    expect([hexOf(make().bytes), make().hash]).toEqual([GOLDEN, HASH]);
  });
  it('of old is still read, whole', () => {
    const read = readPackage(bytesOf(GOLDEN));
    expect(read).toEqual(make());
    expect(read.head).toEqual({ ...GOLDEN_HEAD, body: hexOf(sha256(BODY)) });
    expect(bodyIn(bytesOf(GOLDEN))).toEqual(BODY);
  });
  it('is signed and hashed under labels of their own, body included by its digest', () => {
    const [head] = decode(bytesOf(GOLDEN)) as [Uint8Array];
    let asked: Uint8Array = new Uint8Array(0);
    makePackage(GOLDEN_HEAD, BODY, (bytes) => {
      asked = bytes;
      return GOLDEN_SIGNATURE;
    });
    expect(Buffer.from(asked).equals(Buffer.concat([Buffer.from('lockstep-package-1\0'), head]))).toBe(true);
    expect(readPackage(bytesOf(GOLDEN)).signed).toEqual(asked);
    expect(hexOf(sha256(Buffer.concat([Buffer.from('lockstep-package-hash-1\0'), head])))).toBe(HASH);
  });
  it('is another one with any other part', () => {
    const others = [
      makePackage({ ...GOLDEN_HEAD, number: 301 }, BODY, () => GOLDEN_SIGNATURE),
      makePackage({ ...GOLDEN_HEAD, previous: FIRST_PREVIOUS }, BODY, () => GOLDEN_SIGNATURE),
      makePackage({ ...GOLDEN_HEAD, seen: [] }, BODY, () => GOLDEN_SIGNATURE),
      make(BODY.subarray(0, -1)),
    ];
    expect(new Set([HASH, ...others.map((each) => each.hash)]).size).toBe(5);
  });
});

describe('bytes that are no package', () => {
  const head = () => decode((decode(bytesOf(GOLDEN)) as [Uint8Array])[0]) as Record<string, unknown>;
  /** The golden package with another head. */
  const withHead = (change: Record<string, unknown>) =>
    encode([encode({ ...head(), ...change }), GOLDEN_SIGNATURE, BODY]);
  const without = (field: string) => {
    const { [field]: _, ...rest } = head();
    return encode([encode(rest), GOLDEN_SIGNATURE, BODY]);
  };
  const heads: readonly [string, Record<string, unknown>][] = [
    ['of a version to come', { v: 2 }],
    ['of a version in text', { v: '1' }],
    ['with a short collection', { g: new Uint8Array(15) }],
    ['with a collection in text', { g: GOLDEN_HEAD.collection }],
    ['with a long member', { m: new Uint8Array(33) }],
    ['with a log of no length', { l: new Uint8Array(0) }],
    ['numbered 0', { s: 0 }],
    ['numbered -1', { s: -1 }],
    ['numbered one and a half', { s: 1.5 }],
    ['numbered past what numbers hold', { s: 2n ** 60n }],
    ['numbered in text', { s: '1' }],
    ['after a short hash', { p: new Uint8Array(31) }],
    ['of a negative epoch', { e: -1 }],
    ['of a negative time', { t: -1 }],
    ['of no time', { t: null }],
    ['of a broken time', { t: 0.5 }],
    ['that saw a number', { h: 5 }],
    ['that saw too much', { h: Array(1025).fill([new Uint8Array(8), 1, new Uint8Array(8)]) }],
    ['that saw two parts', { h: [[new Uint8Array(8), 1]] }],
    ['that saw package 0', { h: [[new Uint8Array(8), 0, new Uint8Array(8)]] }],
    ['that saw a whole hash', { h: [[new Uint8Array(8), 1, new Uint8Array(32)]] }],
    ['with another body', { b: new Uint8Array(32) }],
  ];
  it.each(heads)('are refused: a head %s', (_, change) => {
    expect(() => readPackage(withHead(change))).toThrow(RangeError);
  });
  it.each(['v', 'g', 'm', 'l', 's', 'p', 'e', 't', 'h', 'b'])('are refused: a head without %s', (field) => {
    expect(() => readPackage(without(field))).toThrow(RangeError);
  });

  const [headBytes] = decode(bytesOf(GOLDEN)) as [Uint8Array];
  const rows: readonly [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['a number', encode(1)],
    ['two parts', encode([headBytes, GOLDEN_SIGNATURE])],
    ['four parts', encode([headBytes, GOLDEN_SIGNATURE, BODY, BODY])],
    ['a part in text', encode([headBytes, 'x', BODY])],
    ['a head that is no CBOR', encode([Uint8Array.of(0xff), GOLDEN_SIGNATURE, BODY])],
    ['a head that is null', encode([encode(null), GOLDEN_SIGNATURE, BODY])],
    ['a head that is a list', encode([encode([1]), GOLDEN_SIGNATURE, BODY])],
    ['another body', encode([headBytes, GOLDEN_SIGNATURE, BODY.subarray(1)])],
    ['bytes behind it', Uint8Array.from([...bytesOf(GOLDEN), 0])],
    ['nested deep', Uint8Array.from(Array(100_000).fill(0x81))],
    [
      'a key twice in the head',
      encode([Uint8Array.from([0xa2, 0x61, 0x76, 1, 0x61, 0x76, 1]), GOLDEN_SIGNATURE, BODY]),
    ],
  ];
  it.each(rows)('are refused: %s', (_, bytes) => expect(() => readPackage(bytes)).toThrow(RangeError));

  it('are refused where any one of them is missing', () => {
    const whole = bytesOf(GOLDEN);
    for (let length = 0; length < whole.length; length += 7)
      expect(() => readPackage(whole.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
  });
  it('are refused where the body is longer than any may be', () => {
    expect(() => readPackage(make(new Uint8Array(BODY_LIMIT + 1)).bytes)).toThrow(/too long/);
    expect(readPackage(make(new Uint8Array(BODY_LIMIT)).bytes).body.length).toBe(BODY_LIMIT);
  });
});
