import { decode, encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../../src/main/change-log/decode-cbor.ts';
import { encodeCbor } from '../../../src/main/change-log/encode-cbor.ts';
import { readCbor } from '../../../src/main/change-log/read-cbor.ts';
import type { Packed } from '../../../src/main/record/encode-value.ts';

/** 2^53 - 1, and -2^53, which is no safe number any more. */
const [LARGEST, SMALLEST] = ['1b001fffffffffffff', '3b001fffffffffffff'];
const boundary = fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER);
const leaf: fc.Arbitrary<Packed> = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.maxSafeInteger(),
  boundary,
  boundary.map((count) => -1 - Math.min(count, Number.MAX_SAFE_INTEGER - 1)),
  fc.double(),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc.constantFrom('\ud800', '\ufeff', '\ufeffname', 'x'.repeat(300), 'ä'.repeat(9_000), `${'x'.repeat(30)}ä`),
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ minLength: 200, maxLength: 300 }),
);
const { packed } = fc.letrec<{ packed: Packed }>((tie) => ({
  packed: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('packed'), { maxLength: 30 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.string({ unit: 'binary-ascii', maxLength: 3 }), fc.constant('ä')),
      tie('packed'),
      { maxKeys: 6 },
    ),
  ),
}));
/** Bytes of one kind, whatever the class of their array. */
const plain = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('CBOR of this device', () => {
  it('is byte by byte what cborg writes', () => {
    fc.assert(
      fc.property(packed, (value) => {
        expect(plain(encodeCbor(value))).toBe(plain(encode(value)));
      }),
    );
  });

  it('is read as it is decoded elsewhere', () => {
    fc.assert(
      fc.property(packed, (value) => {
        const bytes = encode(value);
        expect(readCbor(bytes)).toEqual(decodeCbor(bytes));
        expect(plain(encode(readCbor(Buffer.from(bytes))))).toBe(plain(bytes));
      }),
    );
  });

  it('gives bytes of one class, also beside a text that begins with a byte order mark', () => {
    const bytes = encode([Uint8Array.of(1), '\ufeff']);
    for (const given of [bytes, Buffer.from(bytes), new Uint8Array(bytes)]) {
      const [held, text] = decodeCbor(given) as [Uint8Array, string];
      expect([held.constructor.name, text]).toEqual(['Uint8Array', '\ufeff']);
    }
  });

  it('takes and refuses what the strict decoder does, whatever becomes of the bytes', () => {
    const strict = {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      rejectDuplicateMapKeys: true,
    };
    const outcome = (decoder: typeof decodeCbor, bytes: Uint8Array): unknown => {
      try {
        return { value: decoder(bytes, strict) };
      } catch (error) {
        return { error: (error as Error).message };
      }
    };
    const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.boolean() });
    fc.assert(
      fc.property(packed, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
        let bytes = Uint8Array.from(encode(value));
        for (const { at, to, cut } of changes) {
          if (cut) bytes = bytes.slice(0, at % (bytes.length + 1));
          else bytes[at % bytes.length] = to;
          expect(outcome(readCbor, bytes)).toEqual(outcome(decodeCbor, bytes));
        }
      }),
      { numRuns: 3000 },
    );
    for (const hex of [
      '1817',
      '190017',
      'a2616101616102',
      '9b0000000000000001f6',
      '81'.repeat(100),
      'bf',
      '5f',
      'f7',
      LARGEST,
      SMALLEST,
    ])
      expect(outcome(readCbor, Buffer.from(hex, 'hex')), hex).toEqual(outcome(decodeCbor, Buffer.from(hex, 'hex')));
  });

  it('has the keys it was given, whatever they are called', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3,"":4}');
    expect(plain(encodeCbor(value))).toBe(plain(encode(value)));
    expect(Object.entries(readCbor(encode(value)) as object)).toEqual(
      Object.entries(decodeCbor(encode(value)) as object),
    );
  });

  it('is one whole value each time', () => {
    const first = encodeCbor(['one', Uint8Array.of(1, 2, 3)]);
    const second = encodeCbor([2 ** 40]);
    expect(decode(first)).toEqual(['one', Uint8Array.of(1, 2, 3)]);
    expect(decode(second)).toEqual([2 ** 40]);
    const large = new Uint8Array(3 << 20).fill(7);
    expect(plain(encodeCbor([large]))).toBe(plain(encode([large])));
    expect(decode(encodeCbor([1]))).toEqual([1]);
  });

  it('fails as the decoder does where bytes are damaged', () => {
    const bytes = encode([1, 'text', [Uint8Array.of(1, 2, 3), 2 ** 40]]);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      expect(() => decodeCbor(cut)).toThrow();
      expect(() => readCbor(cut)).toThrow();
    }
    expect(() => readCbor(Uint8Array.of(...bytes, 0))).toThrow();
    expect(() => readCbor(Uint8Array.of(0x9b, 0, 0, 1, 0, 0, 0, 0, 0))).toThrow();
  });
});
