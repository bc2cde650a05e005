import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../../src/main/change-log/decode-cbor.ts';

const MARK = '\ufeff';

describe('decoding CBOR', () => {
  it('gives back what was encoded, also texts that begin with a byte order mark', () => {
    const long = `${MARK}${'ä'.repeat(40)}`;
    const longer = `${MARK}${'x'.repeat(70_000)}`;
    for (const value of [
      MARK,
      `${MARK}${MARK}name`,
      `in the middle ${MARK}`,
      '',
      long,
      longer,
      ['plain', `${MARK}name`, Uint8Array.of(0xef, 0xbb, 0xbf), 7, null, true],
      { [`${MARK}key`]: `${MARK}value`, other: [long, ''] },
    ])
      expect(decodeCbor(encode(value))).toEqual(value);
  });

  it('is as strict where such a text is in it', () => {
    const twice = Uint8Array.of(0xa2, 0x63, 0xef, 0xbb, 0xbf, 1, 0x63, 0xef, 0xbb, 0xbf, 2);
    expect(() => decodeCbor(twice, { rejectDuplicateMapKeys: true })).toThrow(/repeat map key/);
    expect(() => decodeCbor(Uint8Array.of(0x64, 0xef, 0xbb, 0xbf))).toThrow();
    expect(() => decodeCbor(Uint8Array.of(0x9f, 0x63, 0xef, 0xbb, 0xbf, 0xff), { allowIndefinite: false })).toThrow();
  });

  const strict = { strict: true, allowIndefinite: false };
  const nested = (depth: number, ...begins: number[]): Uint8Array =>
    Uint8Array.from([...Array.from({ length: depth }, () => begins).flat(), 0xf6]);

  it.each([
    ['lists', nested(64, 0x81), nested(65, 0x81)],
    ['maps', nested(64, 0xa1, 0x61, 0x61), nested(65, 0xa1, 0x61, 0x61)],
    ['lists after other items', nested(64, 0x83, 1, 0x62, 0x61, 0x61), nested(65, 0x83, 1, 0x62, 0x61, 0x61)],
    ['lists after longer heads', nested(64, 0x82, 0x19, 0x81, 0x81), nested(65, 0x82, 0x19, 0x81, 0x81)],
  ])('takes %s in each other 64 times and no more, on whatever stack', (_, enough, tooMuch) => {
    expect(() => decodeCbor(enough, strict)).not.toThrow();
    expect(() => decodeCbor(tooMuch, strict)).toThrow('nested deeper than 64');
  });

  it('does not take for deep what is long', () => {
    const long = Array.from({ length: 5000 }, () => [[], {}, [1, [2]], { a: [3] }, 'x', Uint8Array.of(0x81)]);
    expect(decodeCbor(encode(long), strict)).toEqual(long);
  });
});
