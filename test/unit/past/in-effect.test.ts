import { expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { InEffect } from '../../../src/main/past/in-effect.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { type Dot, dotOf, fieldName, recordId } from '../../../src/main/record/ids.ts';

const NOTE = fieldName('notes/n');
const RECORD = recordId('ada');

/** What several devices wrote over each other at the same time, again and again, is walked through once for each change, not for each way to it. */
it('a field that two devices wrote apart many times over comes back to what was before all of that', () => {
  const changes = new Map<Dot, Change>();
  let row = 0;
  const write = (value: string, replaces: readonly Dot[], more: Partial<Change> = {}): Dot => {
    const dot = dotOf(++row, 0);
    changes.set(dot, { record: RECORD, cause: 'source', writes: [{ field: NOTE, value, replaces }], ...more });
    return dot;
  };
  const made = dotOf(++row, 0);
  const first = { field: NOTE, value: 'first', replaces: [] };
  changes.set(made, {
    record: RECORD,
    cause: 'source',
    writes: [{ field: EXISTS, value: true, replaces: [] }, first],
  });
  let level: readonly Dot[] = [made];
  for (let round = 0; round < 200; round++) level = [write(`laptop ${round}`, level), write(`phone ${round}`, level)];
  const taken = [...changes.keys()].slice(1);
  const inEffect = new InEffect('contacts', changes, true);
  expect(inEffect.at(NOTE).map(({ value }) => value)).toEqual(['laptop 199', 'phone 199']);
  expect(
    inEffect
      .without(new Set(taken), null)
      .at(NOTE)
      .map(({ value }) => value),
  ).toEqual(['first']);
  // An undo that says so, and an undo of that.
  const undo = write('first', level, { cause: 'undo', takesBack: taken });
  expect(new InEffect('contacts', changes, true).at(NOTE).map(({ value }) => value)).toEqual(['first']);
  write('again', [undo], { cause: 'undo', takesBack: [undo] });
  expect(
    new InEffect('contacts', changes, true)
      .at(NOTE)
      .map(({ value }) => value)
      .sort(),
  ).toEqual(['laptop 199', 'phone 199']);
});
