import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { meetContact } from '../../../src/main/conflicts/meet-contact.ts';
import { oneWith } from '../../../src/main/conflicts/one-with.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { conflictFields } from '../../../src/main/merge/record-state.ts';
import { isOwnField } from '../../../src/main/record/alias.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

type Said = { readonly [field: string]: Value };
const fields = (values: Said): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const ADA = recordId('ada');
const CAME = recordId('came');

/** A collection with one contact, on two devices; the second has a book in which it has another id. */
function meeting(is: Said, came: Said) {
  const group = new CollectionGroup(2, 'meeting', 'contacts');
  const [here, there] = group.devices as [GroupDevice, GroupDevice];
  here.write([difference('contacts', ADA, null, fields(is)) as Change]);
  group.exchange();
  return { group, here, there, meet: () => meetOn(there, came) };
}
function meetOn(device: GroupDevice, came: Said, id = CAME): void {
  const { records, log } = device.collection;
  const found = records.find(ADA)!;
  const met = meetContact(found, { id, fields: fields(came) }, ['name ada'], {
    project: (full) => full,
    order: log.order,
    earlier: () => device.collection.packages.earlierValues(found.row),
  });
  device.write([met.came, met.change]);
}
const said = (device: GroupDevice, id = ADA): Said =>
  Object.fromEntries(
    [...(device.held(id) ?? [])].flatMap(([field, { value }]) =>
      value === null || field === 'exists' || isOwnField(field) ? [] : [[field, value]],
    ),
  );
const conflicts = (device: GroupDevice, id = ADA) =>
  conflictFields('contacts', device.collection.records.find(id)!.state);

describe('a contact that meets the one it is', () => {
  it('has days of its own beside those of other names, and labels that only stand in a frame are no question', () => {
    const day = (label: string | null, date: string): Value => ({
      kind: 'other',
      date,
      ...(label === null ? {} : { label }),
    });
    const { there, meet } = meeting(
      {
        'anniversaries/a': day('Nameday', '1840-05-01'),
        'anniversaries/b': day(null, '1840-05-02'),
        'anniversaries/c': day('First met', '1840-05-03'),
        'relatedTo/Anne': { relation: {}, label: 'Mother' },
      },
      {
        'anniversaries/d': day('_$!<Nameday>!$_', '1840-05-01'),
        'anniversaries/e': day(null, '1840-05-04'),
        'anniversaries/f': day('Doctorate', '1840-05-05'),
        'relatedTo/Anne': { relation: {}, label: '_$!<Mother>!$_' },
      },
    );
    const before = said(there);
    meet();
    expect(conflicts(there)).toEqual([]);
    expect(said(there)).toEqual({
      ...before,
      'anniversaries/e': day(null, '1840-05-04'),
      'anniversaries/f': day('Doctorate', '1840-05-05'),
    });
  });

  it('adds what that lacks, is one where both agree, and asks where they do not', () => {
    const { there, meet } = meeting(
      {
        name: { full: 'Ada Lovelace' },
        'emails/a': { address: 'ada@x.org', contexts: { work: true } },
        'phones/a': { number: '22 12 34 56 78' },
        'titles/a': { name: 'Countess', kind: 'title' },
        'anniversaries/a': { kind: 'birth', date: '1815-12-10' },
        'notes/a': { note: 'the same' },
      },
      {
        name: {
          full: 'Lovelace, Ada',
          components: [
            { kind: 'given', value: 'Ada' },
            { kind: 'surname', value: 'Lovelace' },
          ],
        },
        'emails/b': { address: 'Ada@X.org', pref: 1 },
        'emails/c': { address: 'other@x.org' },
        'phones/b': { number: '+44 2212345678', features: { mobile: true } },
        'titles/b': { name: 'Analyst', kind: 'title' },
        'anniversaries/b': { kind: 'wedding', date: '1835-07-08' },
        'notes/b': { note: 'the same' },
        'keywords/friend': true,
      },
    );
    meet();
    expect(conflicts(there)).toEqual(['titles/a']);
    const { 'titles/a': _, name, ...rest } = said(there);
    expect(name).toMatchObject({ components: [{ value: 'Ada' }, { value: 'Lovelace' }] });
    expect(rest).toEqual({
      'emails/a': { address: 'ada@x.org', contexts: { work: true }, pref: 1 },
      'emails/c': { address: 'other@x.org' },
      // The one that says its country says more.
      'phones/a': { number: '+44 2212345678', features: { mobile: true } },
      'anniversaries/a': { kind: 'birth', date: '1815-12-10' },
      'anniversaries/b': { kind: 'wedding', date: '1835-07-08' },
      'notes/a': { note: 'the same' },
      'keywords/friend': true,
    });
  });

  it('has the words, people and members of both, which are told by their keys', () => {
    const ada: Said = { 'keywords/friend': true, 'relatedTo/Anne': { relation: { friend: true } }, 'members/a': true };
    const came: Said = { 'keywords/work': true, 'relatedTo/Bo': { relation: { friend: true } }, 'members/b': true };
    const { there, meet } = meeting(ada, came);
    meet();
    expect([said(there), conflicts(there)]).toEqual([{ ...ada, ...came }, []]);
  });

  it('asks where two names of the same words have other parts, and where an e-mail is at work for one and at home for the other', () => {
    const name = (given: string, surname: string): Value => ({
      components: [
        { kind: 'given', value: given },
        { kind: 'surname', value: surname },
      ],
    });
    const { there, meet } = meeting(
      { name: name('Kim', 'Lee'), 'emails/a': { address: 'k@x.org', contexts: { work: true } } },
      { name: name('Lee', 'Kim'), 'emails/b': { address: 'k@x.org', contexts: { private: true } } },
    );
    meet();
    expect(conflicts(there)).toEqual(['emails/a', 'name']);
  });

  it('takes what it says for the newer version where that is known as an earlier one', () => {
    const { group, here, there, meet } = meeting(
      { name: { full: 'Ada' }, 'notes/a': { note: 'old' } },
      { name: { full: 'Ada' }, 'notes/a': { note: 'old' } },
    );
    here.write([
      difference('contacts', ADA, here.held(ADA), fields({ name: { full: 'Ada' }, 'notes/a': { note: 'new' } }))!,
    ]);
    group.exchange();
    meet();
    expect([conflicts(there), said(there)['notes/a']]).toEqual([[], { note: 'new' }]);
  });

  it('is known to be that one on every device, until somebody takes it back, from either side of it', () => {
    const came = { name: { full: 'Ada' }, 'notes/b': { note: 'mine' }, 'phones/b': { number: '1234567' } };
    const is = { name: { full: 'Ada' }, 'notes/a': { note: 'yours' } };
    for (const side of [CAME, ADA]) {
      const { group, here, there, meet } = meeting(is, came);
      meet();
      group.exchange();
      expect(recordsRoot(here.collection)).toEqual(recordsRoot(there.collection));
      for (const device of [here, there]) {
        expect(device.isThere(CAME)).toBe(false);
        expect(oneWith(device.collection, CAME)).toBe(ADA);
        expect(conflicts(device)).toEqual(['notes/a']);
      }
      const [last] = listHistory(here.port, { limit: 1 });
      expect(last!.changes.map(({ record, action }) => [record, action])).toEqual([
        ['came', 'modify'],
        ['ada', 'modify'],
      ]);
      undoChange(here.port, last!.changes.find(({ record }) => record === side)!.id);
      group.exchange();
      for (const device of [here, there]) {
        expect(oneWith(device.collection, CAME)).toBeNull();
        expect([said(device), said(device, CAME)]).toEqual([is, came]);
        expect([...conflicts(device), ...conflicts(device, CAME)]).toEqual([]);
      }
      // That can be taken back as well.
      const taken = listHistory(there.port, { limit: 1 })[0]!;
      undoChange(there.port, taken.changes.find(({ record }) => record === side)!.id);
      group.exchange();
      expect(oneWith(here.collection, CAME)).toBe(ADA);
      expect([here.isThere(CAME), said(here)['phones/b']]).toEqual([false, { number: '1234567' }]);
    }
  });

  it('that met two books, whose meetings were taken back at once, is one with both again, whichever change of that is taken back', () => {
    const [one, two] = [
      { name: { full: 'Ada' }, 'phones/b': { number: '1' } },
      { name: { full: 'Ada' }, 'phones/c': { number: '2' } },
    ];
    const also = recordId('also');
    for (const side of [CAME, ADA, also]) {
      const { there } = meeting({ name: { full: 'Ada' } }, one);
      meetOn(there, one);
      meetOn(there, two, also);
      const state = () => [
        oneWith(there.collection, CAME),
        oneWith(there.collection, also),
        new Set(Object.keys(said(there))),
      ];
      expect(state()).toEqual([ADA, ADA, new Set(['name', 'phones/b', 'phones/c'])]);
      undoChange(there.port, `${there.log}-1..2`);
      expect(state()).toEqual([null, null, new Set(['name'])]);
      const [taken] = listHistory(there.port, { limit: 1 });
      undoChange(there.port, taken!.changes.find(({ record }) => record === side)!.id);
      expect(state()).toEqual([ADA, ADA, new Set(['name', 'phones/b', 'phones/c'])]);
    }
  });

  it('keeps, beside it, what was changed since when it is taken back', () => {
    const { group, here, there, meet } = meeting(
      { name: { full: 'Ada' } },
      { name: { full: 'Ada' }, 'notes/b': { note: 'b' } },
    );
    meet();
    group.exchange();
    here.write([
      difference(
        'contacts',
        ADA,
        here.held(ADA),
        new Map([...fields(said(here)), [fieldName('notes/b'), { note: 'c' }]]),
      )!,
    ]);
    undoChange(here.port, listHistory(here.port, {}).at(-2)!.id);
    group.exchange();
    expect(there.isThere(CAME)).toBe(true);
    expect(said(there, CAME)['notes/b']).toEqual({ note: 'b' });
    expect(conflicts(there)).toEqual(['notes/b']);
    expect(there.values(ADA, fieldName('notes/b'))).toEqual(expect.arrayContaining([{ note: 'c' }, null]));
  });

  it('comes to the same where two devices find it at once, or one of them did not', () => {
    const came = { name: { full: 'Ada' }, 'notes/b': { note: 'b' } };
    const { group, here, there } = meeting({ name: { full: 'Ada' } }, came);
    meetOn(here, came);
    meetOn(there, came);
    group.exchange();
    expect(recordsRoot(here.collection)).toEqual(recordsRoot(there.collection));
    expect([oneWith(here.collection, CAME), conflicts(here)]).toEqual([ADA, []]);

    const other = meeting({ name: { full: 'Ada' } }, came);
    other.here.write([difference('contacts', CAME, null, fields(came))!]);
    other.meet();
    other.group.exchange();
    // One of them took it for somebody else: a person says.
    for (const device of [other.here, other.there]) expect(conflicts(device, CAME)).toEqual(['exists']);
  });
});
