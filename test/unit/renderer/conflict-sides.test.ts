import { expect, it, vi } from 'vitest';
import type { ConflictView, ValueView } from '../../../src/contract/contract.ts';
import { newWords } from '../../../src/renderer/components/new-words.ts';
import { fieldTitles } from '../../../src/renderer/conflicts/conflict-groups.ts';
import { conflictSentence, sidesInWords } from '../../../src/renderer/conflicts/conflict-title.ts';
import { deletedBy } from '../../../src/renderer/conflicts/settle-all.ts';
import { wholeSides } from '../../../src/renderer/conflicts/take-all.tsx';

vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

type Side = readonly [device: string, value: ValueView, kind?: 'value' | 'delete'];
const conflict = (id: string, field: string, ...sides: readonly Side[]): ConflictView => ({
  id,
  collection: 'c',
  record: 'r',
  field,
  title: 'Ida',
  name: 'Ida',
  base: null,
  shown: '',
  values: sides.map(([device, value, kind = 'value']) => ({
    id: `${id}-${device}`,
    device,
    value,
    kind,
    at: '2026-11-22T10:00:00Z',
  })),
});
const nameOf = (device: string) => device;
const phone = (number: string) => ({ number });

it('tells what stands against what in a few words, and nothing where a list has no room for it', () => {
  const phones: readonly Side[] = [
    ['Desk', phone('+43 1')],
    ['Laptop', phone('+43 2')],
  ];
  expect(sidesInWords(conflict('a', 'phones/p1', ...phones))).toBe('+43 1 or +43 2');
  expect(sidesInWords(conflict('a', 'phones/p1', ['Desk', phone('+43 1')], ['Laptop', null, 'delete']))).toBe(
    '+43 1 or deleted',
  );
  expect(sidesInWords(conflict('a', 'notes/n', ['Desk', { note: 'x'.repeat(80) }], ['Laptop', { note: 'y' }]))).toBe(
    null,
  );
  expect(sidesInWords(conflict('a', 'notes/n', ['Desk', { note: 'a\nb' }], ['Laptop', { note: 'y' }]))).toBe(null);
  expect(sidesInWords(conflict('a', 'entry', ['Desk', 'x'], ['Laptop', 'y']))).toBe(null);
  expect(sidesInWords(conflict('a', 'title', ['Desk', 'x'], ['Laptop', 'x']))).toBe(null);
});

it('an occurrence that is as its series says was not deleted', () => {
  const sides: readonly Side[] = [
    ['Desk', null, 'delete'],
    ['Laptop', { title: 'Retro' }],
  ];
  const day = conflict('a', 'recurrenceOverrides/2026-12-07T09:15:00', ...sides);
  expect(conflictSentence(day, nameOf)).toBe('As its series says on Desk, changed on Laptop');
  expect(sidesInWords(day)).toBe('as its series says or Title: Retro');
  expect(deletedBy([day], 'Desk', '')).toEqual([]);
  const whole = conflict('a', 'exists', ...sides);
  expect(conflictSentence(whole, nameOf)).toBe('Deleted on Desk, changed on Laptop');
  expect(deletedBy([whole], 'Desk', '')).toEqual(['Ida']);
});

it('fields of one name are counted', () => {
  const one = (id: string, field: string) =>
    conflict(id, field, ['Desk', { number: '1' }], ['Laptop', { number: '2' }]);
  const titles = fieldTitles([one('a', 'phones/p1'), one('b', 'title'), one('c', 'phones/p2')]);
  expect([...titles]).toEqual([
    ['a', 'Phone, 1 of 2'],
    ['b', 'Title'],
    ['c', 'Phone, 2 of 2'],
  ]);
});

it('one device can answer for all fields only where it has one value of each', () => {
  const both = conflict('a', 'phones/p1', ['Desk', 'x'], ['Laptop', 'y']);
  const mixed = conflict('b', 'emails/e1', ['Desk', 'x'], ['Attic', 'y']);
  const twice = conflict('c', 'title', ['Desk', 'x'], ['Desk', 'y']);
  expect(wholeSides([both, mixed], nameOf)).toEqual([
    {
      name: 'Desk',
      takes: [
        { conflict: 'a', value: 'a-Desk' },
        { conflict: 'b', value: 'b-Desk' },
      ],
    },
  ]);
  expect(wholeSides([both, twice], nameOf)).toEqual([]);
});

it('marks the words that came in place of others, and none where most is new', () => {
  const marked = (before: string, text: string) =>
    newWords(before, text)
      .map(({ text, isNew }) => (isNew ? `[${text}]` : text))
      .join('');
  expect(marked('Mon 30 Nov 2026, 15:30 for 30 minutes', 'Mon 30 Nov 2026, 16:30 for 30 minutes')).toBe(
    'Mon 30 Nov 2026, [16]:30 for 30 minutes',
  );
  expect(marked('Dinner with Mara', 'Dinner with Mara and Tom')).toBe('Dinner with Mara[ and Tom]');
  expect(marked('Dinner', 'Something else')).toBe('Something else');
  expect(marked('', 'all')).toBe('all');
  expect(marked('same', 'same')).toBe('same');
});
