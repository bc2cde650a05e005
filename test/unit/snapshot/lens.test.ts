import { expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { keepUnshown, putFields } from '../../../src/main/snapshot/lens.ts';

const OCCURRENCE = 'recurrenceOverrides/2026-01-08T09:00:00';
const fields = (value: Value): Fields => new Map([[fieldName(OCCURRENCE), value]]);

it('an occurrence can lack what its series has: that is said with nothing, and is another thing than nothing said', () => {
  const before = fields({ title: 'Standup long', series: 's' });
  const now = fields({ title: 'Standup long', series: 's', 'locations/a': null });
  expect(putFields('calendar', before, before, now)).toEqual(now);
  expect(putFields('calendar', now, now, before)).toEqual(before);
});

it('what a source holds beyond what it shows stays until the record says something else of it', () => {
  const record = (said: { readonly [field: string]: Value }): Fields =>
    new Map(Object.entries(said).map(([field, value]) => [fieldName(field), value]));
  const phone = (number: string) => ({ 'phones/1': { number } });
  const hobby = (value: string) => ({ 'personalInfo/h': { kind: 'hobby', value } });
  const native = record({ ...phone('1 '), ...hobby('chess') });
  const before = { full: record({ ...phone('1'), ...hobby('chess') }), shown: record(phone('1')) };
  const kept = (now: { readonly [field: string]: Value }, shown: { readonly [field: string]: Value }) =>
    keepUnshown('contacts', native, before, { full: record(now), shown: record(shown) });
  expect(kept({ ...phone('1'), ...hobby('chess') }, phone('1'))).toEqual({ target: native, outlived: false });
  expect(kept({ ...phone('2'), ...hobby('chess') }, phone('2'))).toEqual({
    target: record({ ...phone('2'), ...hobby('chess') }),
    outlived: false,
  });
  expect(kept({ ...phone('1'), ...hobby('go') }, phone('1'))).toEqual({
    target: record({ ...phone('1 ') }),
    outlived: true,
  });
  expect(kept(phone('1'), phone('1'))).toEqual({ target: record(phone('1 ')), outlived: true });
  expect(kept(hobby('chess'), {})).toEqual({ target: record(hobby('chess')), outlived: false });
});
