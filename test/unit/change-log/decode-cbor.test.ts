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
});
