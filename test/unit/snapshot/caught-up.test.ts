import { expect, it } from 'vitest';
import type { Held } from '../../../src/main/merge/record-state.ts';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { caughtUp } from '../../../src/main/snapshot/caught-up.ts';
import { held, state } from '../../fakes/tiny-records.ts';

const fields = (values: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const before = held({ exists: [true, 1], title: ['old', 1] });
const edited = state({ exists: [[true, 2]], title: [['new', 2]] });
const stands = (of: ReturnType<typeof state>, now: { readonly [field: string]: Value }, holds: Held | null = before) =>
  caughtUp('calendar', of, holds, fields(now));

it('who shows what the record says by now stands for that', () => {
  expect(stands(edited, { title: 'new' })).toEqual(held({ exists: [true, 1], title: ['new', 2] }));
});
it('who shows what they showed, or something else, stands for what they showed', () => {
  expect(stands(edited, { title: 'old' })).toEqual(before);
  expect(stands(edited, { title: 'other' })).toEqual(before);
});
it('who wrote the value that stands beside theirs chose it: that replaces what they showed', () => {
  const open = state({
    exists: [[true, 1, 2]],
    title: [
      ['old', 1],
      ['new', 2],
    ],
  });
  expect(stands(open, { title: 'new' })).toEqual(before);
});
it('what came, and what was cleared, counts as well', () => {
  const more = state({ exists: [[true, 2]], title: [[null, 2]], description: [['more', 2]] });
  expect(stands(more, { description: 'more' })).toEqual(
    held({ exists: [true, 1], title: [null, 2], description: ['more', 2] }),
  );
});
it('who did not hold it is not there to catch up', () => {
  expect(stands(edited, { title: 'new' }, null)).toBeNull();
  const gone = held({ exists: [false, 1], title: ['old', 1] });
  expect(stands(edited, { title: 'new' }, gone)).toEqual(gone);
});
