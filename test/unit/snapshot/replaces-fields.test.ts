import { expect, it } from 'vitest';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { replacesFields } from '../../../src/main/snapshot/lens.ts';
import { dot } from '../../fakes/tiny-records.ts';

const fields = (values: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const held: Held = new Map(
  [
    ...fields({ name: 'Ada', 'emails/e': { address: 'ada@example.org' }, updated: '1', note: null }),
    [EXISTS, true] as const,
  ].map(([field, value]) => [field, { value, dots: [dot(1)] }]),
);
const own = { name: 'Ada', 'emails/e': { address: 'ada@example.org' } };

it.each<readonly [string, { readonly [field: string]: Value }, boolean]>([
  ['nothing', { ...own, updated: '1' }, false],
  ['when it was saved', { ...own, updated: '2' }, false],
  ['an entry that is new', { ...own, 'keywords/friends': true, note: 'met in Oslo' }, false],
  ['a value that is another', { ...own, name: 'Bob' }, true],
  ['a value that is gone', { name: 'Ada' }, true],
])('%s counts as a rewrite or not', (_, now, expected) => {
  expect(replacesFields('contacts', held, fields(now))).toBe(expected);
});

it('that an alarm was dismissed counts as no rewrite; that it rings at another time does', () => {
  const alarm = { action: 'display', trigger: { offset: '-PT15M' } };
  const rang: Held = new Map([
    [EXISTS, { value: true, dots: [dot(1)] }],
    [fieldName('alerts/a'), { value: alarm, dots: [dot(1)] }],
  ]);
  const dismissed = { ...alarm, acknowledged: '2024-05-01T09:45:00Z' };
  expect(replacesFields('calendar', rang, fields({ 'alerts/a': dismissed }))).toBe(false);
  expect(replacesFields('calendar', rang, fields({ 'alerts/a': { ...alarm, action: 'audio' } }))).toBe(true);
  expect(replacesFields('calendar', rang, fields({}))).toBe(true);
});
