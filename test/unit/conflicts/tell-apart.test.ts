import { expect, it } from 'vitest';
import { aloneWords, differenceWords } from '../../../src/contract/alone-words.ts';
import { tellApart } from '../../../src/main/conflicts/tell-apart.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';

const fields = (values: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const ada = { uid: 'a', name: { full: 'Ada Lovelace' } };
const words = (one: Fields, other: Fields) => tellApart(one, other).map(aloneWords);
const differ = (one: Fields, other: Fields): string =>
  differenceWords({
    records: tellApart(one, other).map((alone) => ({ record: 'r', title: 'Ada Lovelace', alone })),
  });

it('is what only one of two contacts says, whatever its key is and however it is spaced', () => {
  const one = fields({
    ...ada,
    'phones/x': { number: '+44 20 7946 0018' },
    'emails/a': { address: 'Ada@Example.org' },
  });
  const other = fields({
    ...ada,
    'uid': 'b',
    'phones/y': { number: '+442079460018' },
    'emails/z': { address: 'ada@example.org' },
    'emails/w': { address: 'ada@work.example', contexts: { work: true } },
  });
  expect(words(one, other)).toEqual(['', 'E-mail (work) ada@work.example']);
  expect(differ(one, other)).toBe('One also says E-mail (work) ada@work.example');
});

it('is nothing where a person reads the same of both', () => {
  expect(differ(fields(ada), fields({ ...ada, uid: 'b', updated: '2026-01-01T00:00:00Z' }))).toBe(
    'Otherwise they say the same',
  );
});

it('is at most three things, what people know somebody by first, and long texts cut', () => {
  const one = fields({
    ...ada,
    'notes/n': { note: `Met in Vienna.\n${'Likes trains. '.repeat(20)}` },
    'vCard/X-A': { name: 'X-A', value: 'a' },
    'organizations/o': { name: 'Analytical Engines' },
    'phones/p': { number: '1234567' },
  });
  const other = fields({ ...ada, 'notes/n': { note: 'Tall.' }, 'links/l': { uri: 'https://ada.example' } });
  const [alone, others] = words(one, other);
  expect(alone).toMatch(/^Phone 1234567, Company Analytical Engines, Note Met in Vienna. Likes trains.*…$/);
  expect(others).toBe('Link https://ada.example, Note Tall.');
  expect(differ(one, other)).toMatch(
    /^One also says Phone 1234567, .*; the other Link https:\/\/ada.example, Note Tall\.$/,
  );
});
