import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Value } from '../../../../src/main/record/value.ts';
import { needsComponent, type Override, periodOf } from '../../../../src/main/sources/calendars/icalendar/overrides.ts';

const KEY = '2026-01-10T15:00:00';
const added = (when: { readonly [key: string]: Value }, more: Partial<Override> = {}): Override => ({
  excluded: false,
  added: true,
  range: false,
  patch: new Map([[fieldName('when'), { start: KEY, timeZone: 'Etc/UTC', duration: 'PT5H', ...when } as Value]]),
  says: null,
  ...more,
});

describe('an occurrence beside the rule', () => {
  it('that differs in nothing but how long it lasts needs no component', () => {
    expect(periodOf(added({}), KEY)).toMatchObject({ start: KEY, duration: 'PT5H' });
    expect(needsComponent(added({}), KEY)).toBe(false);
  });

  it.each<readonly [string, Override]>([
    ['that begins at another time', added({ start: '2026-01-10T16:00:00' })],
    ['that ends before it begins', added({ duration: '-PT5H' })],
    ['that takes whole days', added({ showWithoutTime: true })],
    ['that ends in another zone', added({ endTimeZone: 'Europe/Vienna' })],
    ['that counts for later ones too', added({}, { range: true })],
    ['that has a title of its own', added({}, { patch: new Map([[fieldName('title'), 'x']]) })],
    ['of the rule', added({}, { added: false })],
  ])('%s needs one', (_, override) => {
    expect([periodOf(override, KEY), needsComponent(override, KEY)]).toEqual([null, true]);
  });
});
