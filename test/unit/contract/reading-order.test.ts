import { expect, it } from 'vitest';
import { inReadingOrder } from '../../../src/contract/reading-order.ts';

const order = (...fields: readonly (readonly [path: string, value: unknown])[]) =>
  inReadingOrder(fields.map(([path, value]) => ({ path, value }))).map(({ path }) => path);

it('kind by kind, of one kind the preferred first, the others as the record has them', () => {
  expect(
    order(
      ['vCard/X', {}],
      ['emails/zz', { address: 'first' }],
      ['emails/aa', { address: 'second' }],
      ['emails/mm', { address: 'third', pref: 2 }],
      ['emails/nn', { address: 'fourth', pref: 1 }],
      ['phones/p', { number: '1' }],
      ['name', { full: 'Jane' }],
    ),
  ).toEqual(['name', 'phones/p', 'emails/nn', 'emails/mm', 'emails/zz', 'emails/aa', 'vCard/X']);
});

it('days and words by themselves', () => {
  expect(
    order(
      ['keywords/b', true],
      ['recurrenceOverrides/2026-02-01T09:00:00', {}],
      ['keywords/a', true],
      ['recurrenceOverrides/2026-01-01T09:00:00', {}],
    ),
  ).toEqual([
    'recurrenceOverrides/2026-01-01T09:00:00',
    'recurrenceOverrides/2026-02-01T09:00:00',
    'keywords/a',
    'keywords/b',
  ]);
});
