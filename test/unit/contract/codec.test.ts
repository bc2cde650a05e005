import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../src/contract/codec.ts';

describe('codec', () => {
  it('carries what JSON does not', () => {
    const value = {
      when: new Date(5),
      never: new Date(Number.NaN),
      big: 10n,
      bytes: new Uint8Array([0, 1, 255]),
      map: new Map<unknown, unknown>([['a', new Set([1, undefined])]]),
      odd: [Number.NaN, Number.POSITIVE_INFINITY, undefined, null],
      nested: { x: [{ y: 'ü' }] },
    };
    expect(decode(encode(value))).toStrictEqual(value);
  });

  it('is the identity on any value, also on objects that hold the key of its tags', () => {
    const key = fc.oneof(fc.string(), fc.constant('\u0000t'), fc.constant('__proto__'));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.double(),
        fc.bigInt(),
        fc.boolean(),
        fc.constant(null),
        fc.constant(undefined),
        fc.uint8Array(),
        fc.array(tie('any')),
        fc.dictionary(key, tie('any'), { noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (sample) => {
        // JSON has no negative zero, and no view needs it.
        const same = (a: unknown): unknown =>
          Object.is(a, -0)
            ? 0
            : Array.isArray(a)
              ? a.map(same)
              : a !== null && typeof a === 'object' && Object.getPrototypeOf(a) === Object.prototype
                ? Object.fromEntries(Object.entries(a).map(([k, v]) => [k, same(v)]))
                : a;
        expect(decode(encode(sample))).toEqual(same(sample));
      }),
    );
  });

  it('large bytes do not exhaust the stack', () => {
    const bytes = new Uint8Array(3_000_000).fill(7);
    expect(decode(encode(bytes))).toEqual(bytes);
  });

  it('refuses what a structured clone refuses, and what is malformed', () => {
    expect(() => encode({ call: () => 1 })).toThrow(TypeError);
    for (const text of [
      '{',
      '{"\\u0000t":5}',
      '{"\\u0000t":["map",5]}',
      '{"\\u0000t":["nope",[]]}',
      '{"\\u0000t":["bigint","x"]}',
    ]) {
      expect(() => decode(text)).toThrow(SyntaxError);
    }
  });
});
