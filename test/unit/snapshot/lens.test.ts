import { expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { putFields } from '../../../src/main/snapshot/lens.ts';

const OCCURRENCE = 'recurrenceOverrides/2026-01-08T09:00:00';
const fields = (value: Value): Fields => new Map([[fieldName(OCCURRENCE), value]]);

it('an occurrence can lack what its series has: that is said with nothing, and is another thing than nothing said', () => {
  const before = fields({ title: 'Standup long', series: 's' });
  const now = fields({ title: 'Standup long', series: 's', 'locations/a': null });
  expect(putFields('calendar', before, before, now)).toEqual(now);
  expect(putFields('calendar', now, now, before)).toEqual(before);
});
