import { expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import { seriesOf } from '../../../src/main/record/series.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { withoutHidden } from '../../../src/main/snapshot/hidden-occurrences.ts';
import { fieldsOf } from '../../../src/main/snapshot/lens.ts';
import { held } from '../../fakes/tiny-records.ts';

const AT = 'recurrenceOverrides/2024-01-02T09:00:00';
const fields = (values: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const times = (count: number) => ({ recurrenceRule: { frequency: 'daily', count } });
const said = (title: string, count: number): Value => ({ title, series: seriesOf(fields(times(count))) });
/** Somebody changed the rule while another said something of the occurrence. */
const before = held({ exists: [true, 1], recurrenceRule: [times(6).recurrenceRule, 2], [AT]: [said('Retro', 9), 3] });
const SHOWN = fields(times(6));
const left = (now: { readonly [field: string]: Value }, shown = SHOWN, kind: 'calendar' | 'contacts' = 'calendar') =>
  withoutHidden(kind, before, shown, fields(now))?.has(fieldName(AT));

it('what is said of an occurrence of a series that it is no more is not replaced by what is written there now: nobody saw it', () => {
  expect(left({ ...times(6), [AT]: said('Demo', 6) })).toBe(false);
  expect(left({ ...times(8), [AT]: said('Demo', 8) })).toBe(false);
});
it('it stays with the source that says nothing of the occurrence, and where the source showed it', () => {
  expect(left({ ...times(8), [AT]: said('Retro', 9) })).toBe(true);
  expect(left({ ...times(6), [AT]: said('Demo', 6) }, fieldsOf(before))).toBe(true);
});
it('all else is replaced as ever', () => {
  const own = held({ exists: [true, 1], recurrenceRule: [times(9).recurrenceRule, 2], [AT]: [said('Retro', 9), 3] });
  expect(withoutHidden('calendar', own, fieldsOf(own), fields({ ...times(9), [AT]: said('Demo', 9) }))).toBe(own);
  expect(left({ [AT]: said('Demo', 6) }, SHOWN, 'contacts')).toBe(true);
  expect(withoutHidden('calendar', null, SHOWN, SHOWN)).toBeNull();
});
