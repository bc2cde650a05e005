import { describe, expect, it } from 'vitest';
import { equalValues, type Value } from '../../../src/main/record/value.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('equality of plain values', () => {
  const equal: readonly [string, Value, Value][] = [
    ['nothing', null, null],
    ['numbers', 1, 1],
    ['texts', 'a', 'a'],
    ['bytes', bytes(1, 2), bytes(1, 2)],
    ['no bytes', bytes(), bytes()],
    ['lists', [1, [2, null]], [1, [2, null]]],
    ['objects in another order of keys', { a: 1, b: { c: [2] } }, { b: { c: [2] }, a: 1 }],
  ];
  it.each(equal)('holds of %s', (_, a, b) => {
    expect([equalValues(a, b), equalValues(b, a)]).toEqual([true, true]);
  });

  const other: readonly [string, Value, Value][] = [
    ['nothing and false', null, false],
    ['nothing and an object', null, {}],
    ['a number and its text', 1, '1'],
    ['bytes of another length', bytes(1), bytes(1, 0)],
    ['other bytes', bytes(1, 2), bytes(2, 1)],
    ['bytes and a list of numbers', bytes(1), [1]],
    ['a list and an object with its keys', [1], { 0: 1 }],
    ['lists in another order', [1, 2], [2, 1]],
    ['a longer list', [1], [1, 1]],
    ['another key', { a: 1 }, { b: 1 }],
    ['a key more', { a: 1 }, { a: 1, b: null }],
    ['a key every object has', { a: 1 }, { toString: 1 }],
    ['a value deep down', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
  ];
  it.each(other)('does not hold of %s', (_, a, b) => {
    expect([equalValues(a, b), equalValues(b, a)]).toEqual([false, false]);
  });
});
