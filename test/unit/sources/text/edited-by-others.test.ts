import { expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { beforeOthers } from '../../../../src/main/sources/text/edited-by-others.ts';

const fields = (said: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(said).map(([field, value]) => [fieldName(field), value]));
const ANN: { readonly [field: string]: Value } = {
  name: { full: 'Ann Müller', components: [{ kind: 'given', value: 'Ann' }] },
  'phones/a': { number: '030 1234567' },
  'notes/n': { note: 'Likes tea & cake' },
};
const TALK: { readonly [field: string]: Value } = { title: 'Talk in Köln', when: { start: '2026-03-01T10:00:00' } };

it.each<readonly [string, 'contacts' | 'calendar', { readonly [field: string]: Value }]>([
  ['spelled', 'contacts', { ...ANN, 'phones/a': { number: '+49301234567', label: 'Work' } }],
  ['put in another order', 'contacts', { ...ANN, name: { full: 'MULLER, Ann' } }],
  ['written as a page', 'contacts', { ...ANN, 'notes/n': { note: '<p>Likes tea &amp; cake</p>' } }],
  ['cut short', 'contacts', { ...ANN, 'notes/n': { note: 'Likes t' } }],
  ['left out', 'contacts', { name: ANN.name as Value }],
  ['with a mark of its own', 'contacts', { ...ANN, 'vCard/x-id/k': { name: 'x-id', value: 'qwertz' } }],
  ['with an alarm of its own', 'calendar', { ...TALK, 'alerts/a': { description: 'This is a reminder' } }],
  ['in another zone', 'calendar', { ...TALK, when: { start: '2026-03-01T09:00:00', timeZone: 'Etc/UTC' } }],
])('what a server writes in its own way is nobody else’s: %s', (_, kind, holds) => {
  expect(beforeOthers(kind, fields(kind === 'contacts' ? ANN : TALK), fields(holds), 'perhaps')).toBe(null);
});

it('nor is a name it gives to what has none', () => {
  const holds = fields({ description: 'x', title: 'No title' });
  expect(beforeOthers('calendar', fields({ description: 'x' }), holds, 'perhaps')).toBe(null);
});

it('words that nobody gave it are somebody’s, and what else it made of the item is the server’s', () => {
  const holds = { name: ANN.name as Value, 'phones/a': { number: '030 7654321' }, 'notes/n': { note: 'Likes tea' } };
  expect(beforeOthers('contacts', fields(ANN), fields(holds), 'perhaps')).toEqual(
    fields({ ...holds, 'phones/a': ANN['phones/a'] as Value }),
  );
  const moved = { ...TALK, title: 'Talk in Bonn' };
  expect(beforeOthers('calendar', fields(TALK), fields(moved), 'perhaps')).toEqual(fields(TALK));
});

it('an entry that became another one is missed, and one that came is not', () => {
  const { 'phones/a': _, ...others } = ANN;
  const holds = fields({ ...others, 'phones/b': { number: '0999 888' } });
  expect(beforeOthers('contacts', fields(ANN), holds, 'perhaps')).toEqual(fields(ANN));
});

it('where it is sure that somebody edited it all that is there counts, and what is not does not', () => {
  const { 'notes/n': _, ...others } = ANN;
  const meant = fields(ANN);
  expect(beforeOthers('contacts', meant, fields({ ...others, 'vCard/x/k': 'x' }), 'surely')).toEqual(fields(others));
  expect(beforeOthers('contacts', meant, fields(others), 'surely')).toBe(null);
});
