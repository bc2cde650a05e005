import { expect, it } from 'vitest';
import { PHONE_WORDS, readLabel, sameLabel, writeLabel } from '../../../../src/main/sources/contacts/cells/labels.ts';

it.each([
  ['Home', 'home', true],
  ['', 'Other', true],
  ['Home', 'Work', false],
  ['* Home', 'Home', false],
  ['Mobile', 'Work Mobile', false],
  ['School', 'school', false],
])('the labels %j and %j mean the same: %s', (a, b, same) => {
  expect([sameLabel(a, b, PHONE_WORDS), sameLabel(b, a, PHONE_WORDS)]).toEqual([same, same]);
});

it.each(['Home', '* Work', 'Work Mobile', '* School', 'Main', 'Other Fax'])('%s is written as it was read', (label) => {
  expect(writeLabel({ ...readLabel(label, PHONE_WORDS) }, PHONE_WORDS)).toBe(label);
});

it('what a program has no word for is called by the word that comes nearest, and a label without its frame', () => {
  const pager = { contexts: { private: true }, features: { pager: true } };
  expect(writeLabel(pager, PHONE_WORDS)).toBe('Pager');
  expect(writeLabel({ label: '_$!<Mother>!$_' }, PHONE_WORDS)).toBe('Mother');
});
