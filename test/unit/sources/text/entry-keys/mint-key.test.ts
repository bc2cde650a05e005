import { describe, expect, it } from 'vitest';
import type { Value } from '../../../../../src/main/record/value.ts';
import { mintKey } from '../../../../../src/main/sources/text/entry-keys/mint-key.ts';

const areOne = (map: string, one: Value, other: Value): boolean => mintKey(map, one) === mintKey(map, other);
const components = [
  { kind: 'name', value: '1 Main St' },
  { kind: 'locality', value: 'Springfield' },
];

describe('an entry nobody knows yet has one key', () => {
  it.each<readonly [string, string, Value, Value]>([
    ['a number, however it is spelled', 'phones', { number: '+43 (1) 555' }, { number: '+431-555' }],
    ['whatever it is for', 'phones', { number: '1' }, { number: '1', contexts: { work: true }, pref: 1, label: 'x' }],
    ['an address of either case', 'emails', { address: 'Ana@Example.org' }, { address: 'ana@example.org' }],
    ['with the whole of it beside its parts', 'addresses', { components }, { components, full: '1 Main St' }],
    ['in whichever cells its words are', 'addresses', { components }, { components: components.toReversed() }],
    ['in another Unicode form', 'notes', { note: 'e\u0301te\u0301' }, { note: '\u00e9t\u00e9' }],
  ])('%s', (_, map, one, other) => expect(areOne(map, one, other)).toBe(true));

  it.each<readonly [string, string, Value, Value]>([
    ['another number', 'phones', { number: '1' }, { number: '2' }],
    ['a number of words, which have no digits', 'phones', { number: 'ask Bo' }, { number: 'ask Cy' }],
    ['another map', 'emails', { address: 'a' }, { address: 'b' }],
    ['another address', 'addresses', { full: '1 Main St' }, { full: '2 Main St' }],
    ['another sort of day', 'anniversaries', { kind: 'birth', date: { day: 1 } }, { kind: 'death', date: { day: 1 } }],
    ['another day', 'anniversaries', { kind: 'other', date: { day: 1 } }, { kind: 'other', date: { day: 2 } }],
  ])('but not %s', (_, map, one, other) => expect(areOne(map, one, other)).toBe(false));
});
