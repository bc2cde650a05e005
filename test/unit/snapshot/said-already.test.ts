import { expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { saidAlready } from '../../../src/main/snapshot/said-already.ts';
import { state } from '../../fakes/tiny-records.ts';

const phones = (numbers: { readonly [key: string]: string }): Fields =>
  new Map(Object.entries(numbers).map(([key, number]) => [fieldName(`phones/${key}`), { number }]));
/** A contact with these numbers, those of a conflict parted by `|`. */
const record = (numbers: { readonly [key: string]: string }) =>
  state(
    Object.fromEntries([
      ['exists', [[true, 1]]],
      ...Object.entries(numbers).map(([key, text]) => [
        `phones/${key}`,
        text.split('|').map((number, at) => [number === '' ? null : { number }, at + 1]),
      ]),
    ]),
  );

it('a number that the contact has under a key the source did not show is that one', () => {
  expect(saidAlready('contacts', record({ a: '1', b: '2' }), phones({ a: '1' }), phones({ a: '1', new: '2' }))).toEqual(
    phones({ a: '1', b: '2' }),
  );
});
it('one that the source shows already, that was cleared, or that nobody has, stays a new one', () => {
  for (const [contact, before, now] of [
    [{ a: '1' }, { a: '1' }, { a: '1', new: '1' }],
    [{ a: '1', b: '' }, { a: '1' }, { a: '1', new: '2' }],
    [{ a: '1', b: '3' }, { a: '1' }, { a: '1', new: '2' }],
    // It was there, and went in this very look.
    [
      { a: '1', b: '2' },
      { a: '1', b: '2' },
      { a: '1', new: '2' },
    ],
  ] as const) {
    const shown = phones(now);
    expect(saidAlready('contacts', record(contact), phones(before), shown)).toEqual(shown);
  }
});
it('the other value of a conflict is shown in the place of the first, which is what the source did not show yet', () => {
  const contact = record({ a: '1|2', b: '1' });
  expect(saidAlready('contacts', contact, phones({ a: '1' }), phones({ a: '1', new: '2' }))).toEqual(
    phones({ a: '2', b: '1' }),
  );
  // Nothing else would say what stood there: it is beside it.
  const alone = record({ a: '1|2' });
  const both = phones({ a: '1', new: '2' });
  expect(saidAlready('contacts', alone, phones({ a: '1' }), both)).toEqual(both);
});
it('what is new in nothing is the same', () => {
  const now = phones({ a: '2' });
  expect(saidAlready('contacts', record({ a: '1|2' }), phones({ a: '1' }), now)).toBe(now);
});
it('of what is named by its key none is another one: a word, a task, a member, a day that is left out', () => {
  const day = { excluded: true, series: 's' };
  for (const [kind, map, value] of [
    ['contacts', 'keywords', true],
    ['contacts', 'members', true],
    ['contacts', 'csv', 'a'],
    ['calendar', 'keywords', true],
    ['calendar', 'categories', true],
    ['calendar', 'relatedTo', { relation: { parent: true } }],
    ['calendar', 'recurrenceOverrides', day],
  ] as const) {
    const theirs = state({ exists: [[true, 1]], [`${map}/theirs`]: [[value, 2]] });
    const now: Fields = new Map([[fieldName(`${map}/ours`), value]]);
    expect([...saidAlready(kind, theirs, new Map(), now).keys()]).toEqual([`${map}/ours`]);
  }
});
it('nor is a property of another name that says the same', () => {
  const theirs = state({ exists: [[true, 1]], 'vCard/x-a/k': [[{ value: 'v' }, 2]] });
  const now: Fields = new Map([[fieldName('vCard/x-b/k'), { value: 'v' }]]);
  expect([...saidAlready('contacts', theirs, new Map(), now).keys()]).toEqual(['vCard/x-b/k']);
});
it('what the contact says elsewhere, of which something else stands there, or of which it says one and the source two, stays new', () => {
  const linked = state({ 'exists': [[true, 1]], 'links/a': [[{ uri: 'x' }, 1]] });
  const photo = new Map([[fieldName('media/new'), { uri: 'x' }]]);
  expect(saidAlready('contacts', linked, new Map(), photo)).toEqual(photo);
  expect(saidAlready('contacts', record({ b: '2' }), phones({}), phones({ one: '2', two: '2' }))).toEqual(
    phones({ b: '2', two: '2' }),
  );
});
it('a number that is no value of the conflict is a new one, and so is one beside what was edited just now', () => {
  const contact = record({ a: '1|2', b: '1', c: '3' });
  for (const now of [phones({ a: '1', new: '9' }), phones({ a: '3', new: '2' })])
    expect(saidAlready('contacts', contact, phones({ a: '1' }), now)).toEqual(now);
});
