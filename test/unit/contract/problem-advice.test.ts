import { expect, it } from 'vitest';
import { problemAdvice, problemKind, problemTitle } from '../../../src/contract/problem-advice.ts';

it('of an address book whose program runs no rights are missing', () => {
  const kind = problemKind('no-permission', 'thunderbird');
  expect(problemTitle(kind)).toBe('Thunderbird is open');
  expect(problemAdvice(kind)).toContain('Close Thunderbird');
  expect(problemAdvice(problemKind('no-permission', 'vcard'))).toContain('Allow your user');
});
