import { expect, it } from 'vitest';
import { fieldName } from '../../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../../src/main/record/value.ts';
import { alignSameWords } from '../../../../../src/main/sources/text/which-record/same-words.ts';

const says = (fields: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(fields).map(([field, value]) => [fieldName(field), value]));
const ana = (key: string, ...numbers: readonly string[]): Fields =>
  says({
    name: { full: 'Ana' },
    ...Object.fromEntries(numbers.map((number, at) => [`phones/${key}${at}`, { number }])),
  });

it('who says the same words is one, under whatever keys and in whatever order; who says more, or less, is not', () => {
  const known = [
    ana('a', '1', '2'),
    ana('b', '1'),
    says({ name: { full: 'Ana', suffix: null }, 'phones/x': { number: '3' } }),
  ];
  expect(
    alignSameWords('contacts', [ana('c', '2', '1'), ana('c', '1', '2', '3'), ana('c', '3'), ana('c', '1')], known),
  ).toEqual([0, null, 2, 1]);
});

it('of several that say the same each is one of them, the first the first; nobody is what cannot be read', () => {
  const known = [ana('a', '1'), ana('b', '1')];
  expect(alignSameWords('contacts', [ana('c', '1'), null, ana('d', '1'), ana('e', '1')], known)).toEqual([
    0,
    null,
    1,
    null,
  ]);
});

it('what is told by its key is another word', () => {
  const has = (key: string, value: Value): Fields => says({ name: { full: 'Ana' }, [key]: value });
  const known = [has('keywords/work', true), has('relatedTo/Bo', { relation: { friend: true } })];
  expect(
    alignSameWords(
      'contacts',
      [has('keywords/home', true), has('relatedTo/Cy', { relation: { friend: true } }), has('keywords/work', true)],
      known,
    ),
  ).toEqual([null, null, 0]);
});
