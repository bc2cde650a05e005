import { expect, it } from 'vitest';
import { findNamed } from '../../../src/main/requests/find-named.ts';

const find = (names: readonly string[], text: string) =>
  findNamed(
    'collection',
    names.map((name, at) => ({ id: `a${at}`, name })),
    text,
    ({ id }) => id,
    ({ name }) => name,
  );

it('a name is found in either Unicode form; where both are there, each is the one that is written so', () => {
  expect(find(['cafe\u0301'], 'caf\u00e9').id).toBe('a0');
  expect(find(['cafe\u0301', 'caf\u00e9'], 'caf\u00e9').id).toBe('a1');
  expect(() => find(['cafe\u0301', 'cafe\u0301'], 'caf\u00e9')).toThrow('more than one');
});

it('what names several is told with the ids of some of them', () => {
  expect(() => find(['docs', 'docs', 'other'], 'docs')).toThrow('give its id: a0 (docs), a1 (docs).');
  expect(() => find(Array(9).fill('docs'), 'docs')).toThrow('a4 (docs), ….');
});
