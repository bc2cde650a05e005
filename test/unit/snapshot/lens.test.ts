import { expect, it } from 'vitest';
import { fieldName } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { adoptedFields, keepUnshown, nativeOf, putFields, sameFields } from '../../../src/main/snapshot/lens.ts';

const OCCURRENCE = 'recurrenceOverrides/2026-01-08T09:00:00';
const fields = (value: Value): Fields => new Map([[fieldName(OCCURRENCE), value]]);

const contact = (said: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(said).map(([field, value]) => [fieldName(field), value]));
const phone = (number: string, label?: string): { readonly [field: string]: Value } => ({
  'phones/1': label === undefined ? { number } : { number, label },
});
/** What a source without labels holds. */
const unlabelled = (full: Fields): Fields =>
  new Map([...full].map(([field, value]) => [field, { number: (value as { number: string }).number }]));

it('what a source changes is changed alone: of an entry the part it holds, and nothing that it left as it was', () => {
  const full = contact({ ...phone('1', 'work'), title: 'Dr.' });
  const put = (before: Fields, now: Fields) => putFields('contacts', full, before, now);
  expect(put(contact(phone('1')), contact(phone('1')))).toEqual(full);
  expect(put(contact(phone('1')), contact(phone('2')))).toEqual(contact({ ...phone('2', 'work'), title: 'Dr.' }));
  expect(put(contact(phone('1')), contact({}))).toEqual(contact({ title: 'Dr.' }));
  // It was cleared elsewhere, and the source shows it still.
  const stale = contact({ 'phones/2': { number: '3' } });
  expect(put(stale, stale)).toEqual(full);
});

it('somebody who is called otherwise in a source is still what it has no place for', () => {
  const spouse = { relation: { spouse: true } };
  const full = contact({ 'relatedTo/Bob': { ...spouse, pref: 1, contexts: { private: true } }, title: 'Dr.' });
  const put = (before: Fields, now: Fields) => Object.fromEntries(putFields('contacts', full, before, now));
  const [bob, rob] = [contact({ 'relatedTo/Bob': spouse }), contact({ 'relatedTo/Rob': spouse })];
  expect(put(bob, rob)).toEqual({
    title: 'Dr.',
    'relatedTo/Rob': { ...spouse, pref: 1, contexts: { private: true } },
  });
  const friend = { relation: { friend: true } };
  expect(put(bob, contact({ 'relatedTo/Rob': friend }))).toEqual({ title: 'Dr.', 'relatedTo/Rob': friend });
  const both = { 'relatedTo/Bob': spouse, 'relatedTo/Cy': spouse };
  const two = { 'relatedTo/Rob': spouse, 'relatedTo/Si': spouse };
  expect(put(contact(both), contact(two))).toEqual({
    title: 'Dr.',
    'relatedTo/Rob': { ...spouse, pref: 1, contexts: { private: true } },
    'relatedTo/Si': spouse,
  });
});

it('what a source that is met for the first time shows of a record stands for the whole of it', () => {
  const full = contact(phone('1', 'work'));
  const adopted = (reading: Fields) => adoptedFields('contacts', full, reading, unlabelled);
  expect(adopted(contact(phone('1')))).toEqual(full);
  expect(adopted(contact(phone('2')))).toEqual(contact(phone('2')));
});

it('a source holds what was stored of it, where that is other than what was meant', () => {
  const stored = contact(phone('1 '));
  expect(nativeOf(null, stored, unlabelled)).toBe(stored);
});

it('two say the same only if neither says more than the other', () => {
  const [less, more] = [contact(phone('1')), contact({ ...phone('1'), title: 'Dr.' })];
  expect([sameFields('contacts', less, more), sameFields('contacts', more, less)]).toEqual([false, false]);
  expect(sameFields('contacts', more, new Map(more))).toBe(true);
});

it('an occurrence can lack what its series has: that is said with nothing, and is another thing than nothing said', () => {
  const before = fields({ title: 'Standup long', series: 's' });
  const now = fields({ title: 'Standup long', series: 's', 'locations/a': null });
  expect(putFields('calendar', before, before, now)).toEqual(now);
  expect(putFields('calendar', now, now, before)).toEqual(before);
});

it('what a source holds beyond what it shows stays until the record says something else of it', () => {
  const hobby = (value: string) => ({ 'personalInfo/h': { kind: 'hobby', value } });
  const native = contact({ ...phone('1 '), ...hobby('chess') });
  const before = { full: contact({ ...phone('1'), ...hobby('chess') }), shown: contact(phone('1')) };
  const kept = (now: { readonly [field: string]: Value }, shown: { readonly [field: string]: Value }) =>
    keepUnshown('contacts', native, before, { full: contact(now), shown: contact(shown) });
  expect(kept({ ...phone('1'), ...hobby('chess') }, phone('1'))).toEqual({ target: native, outlived: false });
  expect(kept({ ...phone('2'), ...hobby('chess') }, phone('2'))).toEqual({
    target: contact({ ...phone('2'), ...hobby('chess') }),
    outlived: false,
  });
  expect(kept({ ...phone('1'), ...hobby('go') }, phone('1'))).toEqual({
    target: contact({ ...phone('1 ') }),
    outlived: true,
  });
  expect(kept(phone('1'), phone('1'))).toEqual({ target: contact(phone('1 ')), outlived: true });
  expect(kept(hobby('chess'), {})).toEqual({ target: contact(hobby('chess')), outlived: false });
});

it('what a source holds beyond what it shows of an entry stays as another part of it changes', () => {
  const [was, is] = [phone('1'), phone('2')];
  const [key] = Object.keys(was) as [string];
  const more = { pref: 2, label: 'x' };
  const says = (of: typeof was, rest: object) => contact({ [key]: { ...(of[key] as object), ...rest } });
  const kept = (rest: object) =>
    keepUnshown(
      'contacts',
      says(was, more),
      { full: says(was, more), shown: contact(was) },
      {
        full: says(is, rest),
        shown: contact(is),
      },
    );
  expect(kept(more)).toEqual({ target: says(is, more), outlived: false });
  expect(kept({ pref: 3, label: 'x' })).toEqual({ target: says(is, { label: 'x' }), outlived: false });
  expect(kept({})).toEqual({ target: contact(is), outlived: false });
});
