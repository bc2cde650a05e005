import { describe, expect, it } from 'vitest';
import {
  added,
  bytes,
  bytesUpTo,
  type Codec,
  flag,
  Invalid,
  list,
  nullable,
  object,
  oneOf,
  row,
  text,
  uint,
} from '../../../../src/main/peers/protocol/schema.ts';

describe('what a peer says', () => {
  it.each<readonly [string, Codec<unknown>, readonly unknown[], readonly unknown[]]>([
    ['a number', uint(10), [0, 10], [-1, 11, 1.5, '1', null, 2 ** 60]],
    ['a flag', flag, [true, false], [0, 'true', undefined]],
    ['a text', text(2), ['', 'ab', '😀'], ['abc', '\ud83d', 5]],
    ['a word', oneOf('a', 'b'), ['a'], ['c', '', null]],
    ['so many bytes', bytes(2), [new Uint8Array(2)], [new Uint8Array(1), [0, 0]]],
    ['at most so many', bytesUpTo(2), [new Uint8Array(0), new Uint8Array(2)], [new Uint8Array(3)]],
    ['a list', list(uint(), 2, 1), [[1], [1, 2]], [[], [1, 2, 3], ['1'], {}]],
    ['one or none', nullable(flag), [null, true], [undefined, 0]],
    ['a row', row({ a: flag, b: uint() }), [], [[true], [true, 1, 2], [1, true], { a: true, b: 1 }]],
    ['a map', object({ a: flag }), [], [{}, { a: 1 }, [true], null, new Uint8Array(1)]],
  ])('is %s, or refused', (_, codec, good, bad) => {
    expect(good.map((each) => codec.read(each))).toEqual(good);
    for (const each of bad) expect(() => codec.read(each), JSON.stringify(each)).toThrow(Invalid);
  });

  it('is read by its names, or in its order; what is not known is passed over, and what came later may be unsaid', () => {
    const said = object({ a: flag, b: added(uint(), 7) });
    expect(said.read({ a: true, c: 'newer' })).toEqual({ a: true, b: 7 });
    expect([said.write({ a: true, b: 7 }), said.write({ a: true, b: 8 })]).toEqual([{ a: true }, { a: true, b: 8 }]);
    expect(said.read(Object.create({ a: false }, { a: { value: true, enumerable: true } }))).toEqual({ a: true, b: 7 });
    expect(() => said.read(Object.create({ a: false }))).toThrow('a: flag');
    expect(row({ a: flag, b: uint() }).read([true, 1])).toEqual({ a: true, b: 1 });
  });
});
