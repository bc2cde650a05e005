import { expect, it } from 'vitest';
import { escapeName, unescapeName } from '../../../src/main/record/entry-name.ts';

it.each([
  ['plain', 'plain'],
  ['a/b', 'a~1b'],
  ['a~b', 'a~0b'],
  ['~1', '~01'],
  ['~0/~1', '~00~1~01'],
])('%s is %s as part of a name, and comes back', (word, part) => {
  expect([escapeName(word), unescapeName(part)]).toEqual([part, word]);
});
