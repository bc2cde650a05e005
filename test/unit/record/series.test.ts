import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import { adoptedOverride, joinedOverrides, seriesOf } from '../../../src/main/record/series.ts';
import type { Value } from '../../../src/main/record/value.ts';

type Plain = { readonly [key: string]: Value };

describe('what two devices say of one occurrence', () => {
  const says = { series: 's', says: 'the same' };
  const joined = (a: Plain, b: Plain) => [joinedOverrides(a, b), joinedOverrides(b, a)];

  it('is all of it, where each changed other things of the series and both say the same of the occurrence', () => {
    const both = { ...says, description: 'B', title: 'A' };
    expect(joined({ ...says, title: 'A' }, { ...says, description: 'B' })).toEqual([both, both]);
    expect(Object.keys(joinedOverrides({ ...says, title: 'A' }, { ...says, description: 'B' }) ?? {})).toEqual([
      'description',
      'says',
      'series',
      'title',
    ]);
  });

  it.each<readonly [string, Plain, Plain]>([
    ['they say something else of it', { ...says, title: 'A' }, { ...says, says: 'another thing' }],
    ['it says nothing as a whole', { series: 's', title: 'A' }, { series: 's' }],
    ['one leaves it out', { ...says, title: 'A' }, { ...says, excluded: true }],
    ['it is beside the rule for one', { ...says, title: 'A' }, { ...says, added: true }],
    ['it is of another series', { ...says, title: 'A' }, { ...says, series: 't' }],
    ['they call it differently', { ...says, title: 'A' }, { ...says, title: 'B' }],
  ])('is for somebody to decide where %s', (_, a, b) => {
    expect(joined(a, b)).toEqual([null, null]);
  });
});

it('an occurrence of another series stands beside this one, unless it is left out', () => {
  const fields = new Map([[fieldName('when'), { start: '2026-01-05T09:00:00' } as Value]]);
  const series = seriesOf(fields);
  expect(adoptedOverride(fields, { title: 'A', series: 'former' })).toEqual({ title: 'A', added: true, series });
  expect(adoptedOverride(fields, { excluded: true, series: 'former' })).toEqual({ excluded: true, series });
});
