import { describe, expect, it } from 'vitest';
import { BrowsedCollections } from '../../../src/main/browse/browsed-collections.ts';
import type { Change } from '../../../src/main/change-log/change.ts';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { contactMarks } from '../../../src/main/conflicts/contact-marks.ts';
import { fuseSure, settleDuplicate } from '../../../src/main/conflicts/duplicates.ts';
import { pairsOf, surestFirst } from '../../../src/main/conflicts/find-duplicates.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { explainRecord } from '../../../src/main/history/explain.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { conflictFields } from '../../../src/main/merge/record-state.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

type Said = { readonly [field: string]: Value };
const fields = (values: Said): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const contact = (id: string, values: Said) => ({ id: recordId(id), marks: contactMarks(fields(values)) });
const name = (full: string): Said => ({ name: { full } });
const email = (address: string, key = address): Said => ({ [`emails/${key}`]: { address } });
const phone = (number: string): Said => ({ [`phones/${number}`]: { number } });

describe('contacts that may be one person', () => {
  const pairs = (...contacts: readonly ReturnType<typeof contact>[]) =>
    [...pairsOf(contacts)].sort(surestFirst).map(({ ids, sure }) => [...ids, sure ? 'sure' : 'maybe']);

  it('are sure where name and e-mail, or name and phone, are the same, however they are written', () => {
    const ada = contact('2', { ...name('Ada Lovelace'), ...email('Ada@Example.org') });
    expect(pairs(ada, contact('1', { ...name('LOVELACE, ada'), ...email('ada@example.org ') }))).toEqual([
      ['1', '2', 'sure'],
    ]);
    const called = contact('2', {
      name: {
        components: [
          { kind: 'title', value: 'Dr' },
          { kind: 'given', value: 'Ada' },
          { kind: 'surname', value: 'Lovelace' },
        ],
      },
      ...phone('+47 22 12 34 56'),
    });
    expect(pairs(called, contact('1', { ...name('Ada Lovelace'), ...phone('22123456') }))).toEqual([
      ['1', '2', 'maybe'],
    ]);
    expect(pairs(called, contact('1', { ...name('Ada Lovelace'), ...phone('0047-22-123456') }))).toEqual([
      ['1', '2', 'sure'],
    ]);
  });

  it('are not sure where they share a name, or only an e-mail or a phone', () => {
    expect(pairs(contact('1', name('Ada')), contact('2', name('ada')))).toEqual([['1', '2', 'maybe']]);
    expect(
      pairs(contact('1', { ...name('Ada'), ...email('x@y.z') }), contact('2', { ...name('Bob'), ...email('x@y.z') })),
    ).toEqual([['1', '2', 'maybe']]);
    expect(pairs(contact('1', phone('555 123456')), contact('2', phone('555123456')))).toEqual([['1', '2', 'maybe']]);
  });

  it('are not told by nothing: no name, short numbers, what very many share', () => {
    expect(pairs(contact('1', phone('112')), contact('2', phone('112')))).toEqual([]);
    expect(pairs(contact('1', { name: { full: ' ' } }), contact('2', {}))).toEqual([]);
    const office = Array.from({ length: 50 }, (_, at) =>
      contact(`c${at}`, { ...name(`Person ${at}`), ...phone('5551234567') }),
    );
    expect(pairs(...office)).toEqual([]);
  });

  it('are the same in any order, the surest first', () => {
    const three = [
      contact('c', { ...name('Ada'), ...email('x@y.z') }),
      contact('a', { ...name('Ada'), ...email('x@y.z') }),
      contact('b', name('Ada')),
    ];
    expect(pairs(...three)).toEqual([
      ['a', 'c', 'sure'],
      ['a', 'b', 'maybe'],
      ['b', 'c', 'maybe'],
    ]);
    expect(pairs(...[...three].reverse())).toEqual(pairs(...three));
  });

  it('are found in time that grows with their number', () => {
    const many = Array.from({ length: 20_000 }, (_, at) =>
      contact(`c${at}`, { ...name(`Person ${at % 10_000} x`), ...email(`p${at % 10_000}@x.org`) }),
    );
    expect(pairsOf(many)).toHaveLength(10_000);
  });
});

describe('settling duplicates', () => {
  const browsed = new BrowsedCollections(new FakeClock());
  const listDuplicates = ({ collection }: GroupDevice) => browsed.duplicates(collection);
  const make = (device: GroupDevice, id: string, values: Said) =>
    device.write([difference('contacts', recordId(id), device.held(recordId(id)), fields(values)) as Change]);
  const shown = (device: GroupDevice, id: string) =>
    Object.fromEntries(
      [...(device.held(recordId(id)) ?? [])].flatMap(([field, { value }]) => (value === null ? [] : [[field, value]])),
    );
  function met(count = 2) {
    const group = new CollectionGroup(count, 'duplicates', 'contacts');
    const [laptop, phoneDevice] = group.devices as [GroupDevice, GroupDevice];
    make(laptop, 'b', {
      ...name('Ada'),
      ...email('ada@x.org', 'e1'),
      ...phone('5550001111'),
      'notes/n': { note: 'mine' },
      'titles/t2': { name: 'Analyst' },
    });
    make(phoneDevice, 'a', {
      ...name('Ada'),
      ...email('ADA@x.org', 'e2'),
      'notes/n': { note: 'yours' },
      'titles/t1': { name: 'Countess' },
      'keywords/friend': true,
    });
    group.exchange();
    return { group, laptop, phone: phoneDevice };
  }
  const conflicts = (device: GroupDevice, id: string) =>
    conflictFields('contacts', device.collection.records.find(recordId(id))!.state);

  it('lists them on every device alike, and not those somebody kept apart', async () => {
    const { group, laptop, phone } = met();
    expect(await listDuplicates(laptop)).toEqual(await listDuplicates(phone));
    expect(await listDuplicates(phone)).toMatchObject([
      {
        sure: true,
        records: [
          { record: 'a', title: 'Ada' },
          { record: 'b', title: 'Ada' },
        ],
        by: ['email ada@x.org', 'name ada'],
      },
    ]);
    await settleDuplicate(phone.port, 'b', 'a', false);
    group.exchange();
    expect(await listDuplicates(laptop)).toEqual([]);
    expect(laptop.isThere('a') && laptop.isThere('b')).toBe(true);
  });

  it('credits what is in conflict then to whoever wrote it, not to whoever made them one', async () => {
    const { group, laptop, phone } = met(3);
    const desk = group.devices[2] as GroupDevice;
    group.tick();
    await settleDuplicate(desk.port, 'a', 'b', true);
    group.exchange();
    for (const device of group.devices) {
      const view = listConflicts(device.port).find(({ field }) => field.startsWith('notes/'));
      const by = view?.values.map(({ value, device: who }) => [(value as { note?: string } | null)?.note, who]);
      expect(new Map(by as [string, string][])).toEqual(
        new Map([
          ['mine', laptop.id],
          ['yours', phone.id],
        ]),
      );
      expect(view?.title).toMatch(/^Ada: edited on (?:Laptop and Phone|Phone and Laptop)$/);
    }
  });

  it('has groups follow, and an undo gives them back whom they had', async () => {
    const { group, laptop, phone } = met();
    make(laptop, 'g', { ...name('Friends'), kind: 'group', 'members/b': true, 'members/c': true });
    make(laptop, 'h', { ...name('Work'), kind: 'group', 'members/a': true, 'members/b': true });
    make(laptop, 'i', { ...name('Others'), kind: 'group', 'members/c': true });
    group.exchange();
    const members = (device: GroupDevice) =>
      ['g', 'h', 'i'].map((id) => ['a', 'b', 'c'].filter((each) => `members/${each}` in shown(device, id)).join(' '));
    const before = members(phone);
    await settleDuplicate(laptop.port, 'a', 'b', true);
    group.exchange();
    for (const device of [laptop, phone]) expect(members(device)).toEqual(['a c', 'a', 'c']);
    undoChange(phone.port, listHistory(phone.port, { limit: 1 })[0]!.id);
    group.exchange();
    for (const device of [laptop, phone]) expect(members(device)).toEqual(before);
    expect(before).toEqual(['b c', 'a b', 'c']);
  });

  it('has nobody come back to a group from which the one of the two who goes was removed', async () => {
    const { group, laptop, phone } = met();
    make(laptop, 'g', { ...name('Friends'), kind: 'group', 'members/b': true, 'members/c': true });
    make(laptop, 'h', { ...name('Work'), kind: 'group', 'members/b': true });
    make(laptop, 'g', { ...name('Friends'), kind: 'group', 'members/c': true });
    group.exchange();
    await settleDuplicate(laptop.port, 'a', 'b', true);
    group.exchange();
    for (const device of [laptop, phone]) {
      expect([shown(device, 'g'), shown(device, 'h')].map((fields) => 'members/a' in fields)).toEqual([false, true]);
      expect(device.values('h', fieldName('members/b'))).toEqual([null]);
    }
  });

  it('a group that becomes another one in the same act does not come back for its members', async () => {
    const { group, laptop, phone } = met();
    for (const id of ['g', 'h'])
      make(laptop, id, { ...name('Friends'), ...email('all@x.org'), kind: 'group', 'members/b': true });
    group.exchange();
    await fuseSure(laptop.port);
    group.exchange();
    for (const device of [laptop, phone])
      expect(['a', 'b', 'g', 'h'].map((id) => device.isThere(id))).toEqual([true, false, true, false]);
  });

  it('a group that takes what another one says takes the members that go in the same act as those they become', async () => {
    const { group, laptop, phone } = met();
    const friends = { ...name('Friends'), ...email('all@x.org'), kind: 'group' };
    make(laptop, 'g', { ...friends, 'members/c': true });
    make(laptop, 'h', { ...friends, 'members/a': true, 'members/b': true });
    group.exchange();
    await fuseSure(laptop.port);
    group.exchange();
    for (const device of [laptop, phone])
      expect(Object.keys(shown(device, 'g')).filter((field) => field.startsWith('members/'))).toEqual([
        'members/a',
        'members/c',
      ]);
  });

  it('makes one of two: what agrees is one, what differs a conflict, what one lacks is there', async () => {
    const { group, laptop, phone } = met();
    await settleDuplicate(laptop.port, 'a', 'b', true);
    group.exchange();
    for (const device of [laptop, phone]) {
      expect(device.isThere('b')).toBe(false);
      expect(device.values('b', fieldName('aliasOf'))).toEqual(['a']);
      // An e-mail that is only spelled differently is no conflict; a title of each is one, whatever its key.
      expect(conflicts(device, 'a')).toEqual(['notes/n', 'titles/t1']);
      expect(device.values('a', fieldName('titles/t1'))).toHaveLength(2);
      expect(shown(device, 'a')).toMatchObject({
        'keywords/friend': true,
        'phones/5550001111': { number: '5550001111' },
      });
      expect(shown(device, 'a')).not.toHaveProperty('emails/e1');
      expect(await listDuplicates(device)).toEqual([]);
    }
    expect(recordsRoot(laptop.collection)).toEqual(recordsRoot(phone.collection));
  });

  it('is told as such, by whom, also by what takes it back; two people settled to be two are not', async () => {
    const { group, laptop, phone } = met();
    await settleDuplicate(laptop.port, 'a', 'b', false);
    await settleDuplicate(laptop.port, 'a', 'b', true);
    group.exchange();
    const rule = (id: string, field: string) =>
      explainRecord(phone.port, phone.collection.records.find(recordId(id))!).fields.find(({ path }) => path === field)
        ?.rule;
    expect(rule('a', 'phones/5550001111')).toBe('said to be one person by Laptop');
    expect(rule('b', 'aliasOf')).toBe('said to be one person by Laptop');
    const [fused, apart] = listHistory(phone.port, { limit: 2 });
    expect(fused!.changes.map(({ fuses }) => fuses)).toEqual([true, true]);
    expect(apart!.changes.map(({ fuses }) => fuses)).toEqual([undefined]);
    undoChange(phone.port, fused!.id);
    const undoes = listHistory(phone.port, { limit: 1 })[0]!.changes.flatMap((change) => change.undoes!);
    expect(undoes.map(({ fuses, cause }) => [fuses, cause])).toEqual([
      [true, 'settle'],
      [true, 'settle'],
    ]);
    expect(rule('b', 'exists')).toBe('undo of a fusion made on Laptop');
  });

  it('is taken back with one undo', async () => {
    const { group, laptop, phone } = met();
    const before = [shown(phone, 'a'), shown(phone, 'b')];
    await settleDuplicate(laptop.port, 'a', 'b', true);
    group.exchange();
    undoChange(phone.port, listHistory(phone.port, { limit: 1 })[0]!.id);
    group.exchange();
    for (const device of [laptop, phone]) {
      expect([shown(device, 'a'), shown(device, 'b')]).toEqual(before);
      expect(conflicts(device, 'a')).toEqual([]);
      expect(await listDuplicates(device)).toHaveLength(1);
    }
  });

  it('is taken back whole by the undo of any one change of it, and made again whole by that of any change of the undo', async () => {
    const { group, laptop, phone } = met();
    make(laptop, 'g', { ...name('Friends'), kind: 'group', 'members/b': true });
    // Two others that become one in the same package are another matter.
    make(laptop, 'c', { ...name('Bob'), ...email('bob@x.org') });
    make(laptop, 'd', { ...name('Bob'), ...email('bob@x.org'), 'phones/p': { number: '5550002222' } });
    group.exchange();
    const all = () => ['a', 'b', 'g', 'c', 'd'].map((id) => (phone.isThere(id) ? shown(phone, id) : null));
    const before = all();
    await fuseSure(laptop.port);
    group.exchange();
    const after = all();
    const fused = listHistory(phone.port, { limit: 1 })[0]!.changes;
    const of = (ids: readonly string[]) => fused.filter(({ record }) => ids.includes(record));
    expect(of(['a', 'b', 'g']).length).toBeGreaterThan(2);
    for (const { id, record } of of(['a', 'b', 'g'])) {
      undoChange(phone.port, id);
      expect([record, all()]).toEqual([record, [...before.slice(0, 3), ...after.slice(3)]]);
      const undo = listHistory(phone.port, { limit: 1 })[0]!.changes.find((each) => each.record === record)!;
      group.tick();
      undoChange(phone.port, undo.id);
      expect([record, all()]).toEqual([record, after]);
      group.tick();
    }
  });

  it('can be fused again after that, and taken back again', async () => {
    const { group, laptop, phone } = met();
    for (let turn = 0; turn < 2; turn++) {
      await settleDuplicate(laptop.port, 'a', 'b', true);
      undoChange(laptop.port, listHistory(laptop.port, { limit: 1 })[0]!.id);
    }
    group.exchange();
    expect(recordsRoot(laptop.collection)).toEqual(recordsRoot(phone.collection));
    for (const device of [laptop, phone]) expect(conflicts(device, 'b')).toEqual([]);
  });

  it('asks about an edit of the one that went, made elsewhere at the same time', async () => {
    const { group, laptop, phone } = met();
    make(phone, 'b', { ...shown(phone, 'b'), 'phones/new': { number: '1234567' } });
    await settleDuplicate(laptop.port, 'a', 'b', true);
    group.exchange();
    for (const device of [laptop, phone]) expect(conflicts(device, 'b')).toEqual(['exists']);
  });

  it('comes to the same where two devices fuse, and three are one', async () => {
    const { group, laptop, phone } = met(3);
    const third = group.devices[2]!;
    make(third, 'c', { ...name('Ada'), ...email('ada@x.org', 'e2') });
    group.exchange();
    await settleDuplicate(laptop.port, 'a', 'b', true);
    await settleDuplicate(phone.port, 'a', 'b', true);
    await settleDuplicate(third.port, 'a', 'c', true);
    group.exchange();
    for (const device of group.devices) {
      expect(recordsRoot(device.collection)).toEqual(recordsRoot(laptop.collection));
      expect([device.isThere('a'), device.isThere('b'), device.isThere('c')]).toEqual([true, false, false]);
    }
  });

  it('all that are sure at once: not what is doubtful, said to be apart, or may be one of several', async () => {
    const { group, laptop, phone } = met();
    const person = (at: number): Said => ({ ...name(`Person ${at}`), ...email(`p${at}@x.org`) });
    for (let at = 0; at < 50; at++) {
      make(laptop, `m${at}`, person(at));
      make(phone, `n${at}`, { ...person(at), ...phone_(at) });
    }
    make(laptop, 'three-1', person(100));
    make(phone, 'three-2', person(100));
    make(phone, 'three-3', person(100));
    make(laptop, 'maybe-1', name('Nobody Special'));
    make(phone, 'maybe-2', name('Nobody Special'));
    group.exchange();
    await settleDuplicate(phone.port, 'm7', 'n7', false);
    group.exchange();
    const before = await listDuplicates(laptop);
    const { changes, records } = await fuseSure(laptop.port);
    // Elsewhere at the same time it comes to the same.
    await fuseSure(phone.port);
    group.exchange();
    expect(recordsRoot(laptop.collection)).toEqual(recordsRoot(phone.collection));
    expect(records).toBe(100);
    for (const device of [laptop, phone]) {
      for (let at = 0; at < 50; at++) {
        expect([device.isThere(`m${at}`), device.isThere(`n${at}`)]).toEqual([true, at === 7]);
        if (at !== 7) expect(shown(device, `m${at}`)).toMatchObject(phone_(at));
        expect(conflicts(device, `m${at}`)).toEqual([]);
      }
      const left = (await listDuplicates(device)).map(({ records: pair, sure }) => [pair[0]?.record, sure]);
      expect(left).toEqual([
        ['three-1', true],
        ['three-1', true],
        ['three-2', true],
        ['maybe-1', false],
      ]);
    }
    expect(await fuseSure(laptop.port)).toEqual({ changes: [], records: 0, conflicts: [], missing: [] });
    for (const id of new Set(changes.map((change) => change.replace(/-\d+$/, '')))) undoChange(laptop.port, id);
    group.exchange();
    expect((await listDuplicates(laptop)).length).toBe(before.length);
  });
});

const phone_ = (at: number): Said => phone(`555 00${100000 + at}`);
