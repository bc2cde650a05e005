import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { fuseContacts, keepApart } from '../../../src/main/conflicts/fuse-contacts.ts';
import { oneWith } from '../../../src/main/conflicts/one-with.ts';
import { resolveAll, resolveConflict } from '../../../src/main/conflicts/resolve-conflict.ts';
import { deleteChange } from '../../../src/main/conflicts/settle-change.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { changeId } from '../../../src/main/past/change-id.ts';
import { ALIAS_OF } from '../../../src/main/record/alias.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { fieldName, type RecordId, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import type { StoredRecord } from '../../../src/main/store/record-store.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

const files = (seed: string) => new CollectionGroup(3, seed).devices as [GroupDevice, GroupDevice, GroupDevice];
const contacts = (seed: string) =>
  new CollectionGroup(3, seed, 'contacts').devices as [GroupDevice, GroupDevice, GroupDevice];
const fields = (values: { readonly [field: string]: Value }): Fields =>
  new Map(Object.entries(values).map(([field, value]) => [fieldName(field), value]));
const found = (device: GroupDevice, id: string) => device.collection.records.find(recordId(id)) as StoredRecord;
const only = (device: GroupDevice) => {
  const all = listConflicts(device.port);
  expect(all).toHaveLength(1);
  return all[0]!;
};
const text = (device: GroupDevice, record: string): string | undefined => {
  const digest = (device.shown(record) as { digest?: never } | undefined)?.digest;
  return digest === undefined ? undefined : new TextDecoder().decode(device.bytes.get(digest));
};
function save(device: GroupDevice, record: string, content: string | null): void {
  device.group.tick();
  device.save(record, content);
}
function say(device: GroupDevice, id: RecordId, said: { readonly [field: string]: Value }): void {
  device.group.tick();
  const change = device.edit(id, fields(said));
  device.write(change === null ? [] : [change]);
}

describe('settling one thing', () => {
  it('clears a field of a contact, and leaves the contact', async () => {
    const [laptop, phone] = contacts('clears');
    const ada = recordId('ada');
    say(laptop, ada, { name: 'Ada', 'titles/t': 'Countess' });
    laptop.group.exchange();
    say(laptop, ada, { name: 'Ada', 'titles/t': 'Analyst' });
    say(phone, ada, { name: 'Ada', 'titles/t': 'Author' });
    laptop.group.exchange();
    await resolveConflict(laptop.port, only(laptop).id, { value: null });
    expect(laptop.isThere('ada')).toBe(true);
    expect([laptop.values('ada', fieldName('titles/t')), laptop.values('ada', fieldName('name'))]).toEqual([
      [null],
      ['Ada'],
    ]);
  });

  it('of two numbers keeps both, one of them as a number of its own, everywhere', async () => {
    const [laptop, phone] = contacts('two numbers');
    const ada = recordId('ada');
    const number = (text: string, more = {}): Value => ({ number: text, features: { mobile: true }, ...more });
    say(laptop, ada, { 'name': 'Ada', 'phones/t': number('1'), 'phones/w': number('9') });
    laptop.group.exchange();
    say(laptop, ada, { 'name': 'Ada', 'phones/t': number('2', { pref: 1 }), 'phones/w': number('9') });
    say(phone, ada, { 'name': 'Ada', 'phones/t': number('3', { pref: 1 }), 'phones/w': number('9') });
    laptop.group.exchange();
    await resolveConflict(laptop.port, only(laptop).id, { keepBoth: true });
    laptop.group.exchange();
    for (const device of [laptop, phone]) {
      expect(listConflicts(device.port)).toEqual([]);
      const numbers = [...found(device, 'ada').state.fields].flatMap(([field, [only]]) =>
        field.startsWith('phones/') ? [only?.value] : [],
      );
      expect(numbers).toHaveLength(3);
      for (const each of [number('3', { pref: 1 }), number('2'), number('9')]) expect(numbers).toContainEqual(each);
    }
  });

  it('of a number that one cleared, or of a name, cannot keep both', async () => {
    for (const [seed, field, mine] of [
      ['cleared', 'phones/t', null],
      ['named', 'name', 'Ada L.'],
    ] as const) {
      const [laptop, phone] = contacts(seed);
      const ada = recordId('ada');
      const said = { 'name': 'Ada', 'phones/t': { number: '1' } };
      say(laptop, ada, said);
      laptop.group.exchange();
      const { [field]: _, ...rest } = said as { [field: string]: Value };
      say(laptop, ada, mine === null ? rest : { ...said, [field]: mine });
      say(phone, ada, { ...said, [field]: field === 'name' ? 'A. Lovelace' : { number: '3' } });
      laptop.group.exchange();
      await expect(resolveConflict(laptop.port, only(laptop).id, { keepBoth: true })).rejects.toMatchObject({
        code: 'cannot-keep-both',
      });
    }
  });

  it('of a file in the place of a folder for the folder keeps what is in that', async () => {
    const [laptop, phone] = files('folder stays');
    save(laptop, 'd', 'a file');
    save(phone, 'd/a', 'in it');
    laptop.group.exchange();
    const conflict = only(laptop);
    const folder = conflict.values.find(({ value }) => (value as { type?: string } | null)?.type === 'directory');
    await resolveConflict(laptop.port, conflict.id, { take: folder?.id as string });
    expect([laptop.isThere('d/a'), text(laptop, 'd/a')]).toEqual([true, 'in it']);
  });

  it('of a file in the place of a folder for the file deletes what is in that, the innermost first', async () => {
    const [laptop, phone] = files('folder goes');
    save(laptop, 'd', 'a file');
    for (const path of ['d/a', 'd/b', 'd/b/c']) save(phone, path, path);
    laptop.group.exchange();
    const conflict = listConflicts(laptop.port).find(({ record }) => record === 'd')!;
    const file = conflict.values.find(({ value }) => (value as { type?: string } | null)?.type === 'file');
    await resolveConflict(laptop.port, conflict.id, { take: file?.id as string });
    const deleted = laptop.sent.at(-1)?.applied.map(({ change }) => change.record);
    expect([text(laptop, 'd'), laptop.isThere('d/a'), laptop.isThere('d/b/c')]).toEqual(['a file', false, false]);
    expect(deleted).toEqual(['d', 'd/b/c', 'd/b', 'd/a']);
  });

  it('keeps the files of several devices of one name beside each other, and takes the place of no folder', async () => {
    const [laptop, phone, desk] = files('namesakes');
    save(laptop, 'note.txt', 'base');
    save(laptop, 'note (Phone).txt/in it', 'in a folder of that name');
    laptop.group.exchange();
    for (const device of [laptop, phone, desk]) save(device, 'note.txt', `of ${device.name}`);
    save(phone, 'note.txt', 'of Phone');
    laptop.group.exchange();
    const named = { ...laptop.port, members: { ...laptop.port.members, nameOf: () => 'Phone' } };
    await resolveConflict(named, only(laptop).id, { keepBoth: true });
    const texts = ['note.txt', 'note (Phone 2).txt', 'note (Phone 3).txt'].map((path) => text(laptop, path));
    expect(new Set(texts)).toEqual(new Set(['of Desk', 'of Laptop', 'of Phone']));
    expect(text(laptop, 'note (Phone).txt/in it')).toBe('in a folder of that name');
  });

  it('of a folder with something in it and a file keeps the folder where it is, and the file beside it', async () => {
    const [laptop, phone] = files('folder and file');
    save(phone, 'd/a', 'in it');
    save(laptop, 'd', 'a file');
    laptop.group.exchange();
    await resolveConflict(laptop.port, only(laptop).id, { keepBoth: true });
    expect([text(laptop, 'd/a'), text(laptop, 'd (Laptop)')]).toEqual(['in it', 'a file']);
    expect(laptop.collection.records.isCovered(found(laptop, 'd').row)).toBe(false);
  });

  it('deletes a record that was deleted and edited, so that neither is left', () => {
    const [laptop, phone] = files('deleted twice');
    save(laptop, 'a', 'base');
    laptop.group.exchange();
    save(laptop, 'a', null);
    save(phone, 'a', 'edited');
    laptop.group.exchange();
    expect(laptop.existsValues('a')).toHaveLength(2);
    laptop.write([deleteChange(found(laptop, 'a'))]);
    expect(laptop.existsValues('a')).toEqual([false]);
  });

  it('of all for one device takes a value that it and another wrote', () => {
    const [laptop, phone, desk] = files('written twice');
    save(laptop, 'a', 'base');
    laptop.group.exchange();
    save(laptop, 'a', 'the same');
    save(phone, 'a', 'the same');
    save(desk, 'a', 'another');
    laptop.group.exchange();
    resolveAll(laptop.port, 'this-device');
    expect([text(laptop, 'a'), listConflicts(laptop.port)]).toEqual(['the same', []]);
  });
});

describe('two contacts that become one', () => {
  const [ADA, BEA] = [recordId('ada'), recordId('bea')];
  const fused = (device: GroupDevice): void =>
    void device.write(fuseContacts(found(device, ADA), found(device, BEA), new Map()));
  const NOTE = fieldName('notes/n');

  it('keep every value that one of them has in conflict', () => {
    const [laptop, phone] = contacts('all values');
    say(laptop, ADA, { name: 'Ada' });
    say(laptop, BEA, { name: 'Ada', 'titles/t': 'one' });
    laptop.group.exchange();
    say(laptop, BEA, { name: 'Ada', 'titles/t': 'two' });
    say(phone, BEA, { name: 'Ada', 'titles/t': 'three' });
    laptop.group.exchange();
    fused(laptop);
    expect(new Set(laptop.values(ADA, fieldName('titles/t')))).toEqual(new Set(['two', 'three']));
  });
  it('say once what the first says in conflict already', () => {
    const [laptop, phone] = contacts('said already');
    say(laptop, ADA, { name: 'Ada', [NOTE]: 'zero' });
    say(laptop, BEA, { name: 'Ada', [NOTE]: 'two' });
    laptop.group.exchange();
    say(laptop, ADA, { name: 'Ada', [NOTE]: 'one' });
    say(phone, ADA, { name: 'Ada', [NOTE]: 'two' });
    laptop.group.exchange();
    const before = laptop.values(ADA, NOTE);
    fused(laptop);
    expect([before.length, laptop.values(ADA, NOTE).toSorted()]).toEqual([2, ['one', 'two']]);
  });
  it('that are two people leave it open that one of them was deleted', () => {
    const [laptop, phone] = contacts('apart');
    say(laptop, ADA, { name: 'Ada' });
    say(laptop, BEA, { name: 'Ada' });
    laptop.group.exchange();
    laptop.write([difference('contacts', BEA, laptop.held(BEA), null) as Change]);
    say(phone, BEA, { name: 'Ada', 'titles/t': 'edited' });
    laptop.group.exchange();
    laptop.write([keepApart(found(laptop, ADA), found(laptop, BEA))]);
    expect(laptop.existsValues(BEA)).toHaveLength(2);
  });
  it('are none where it is not said by all which one they are', () => {
    const [laptop, phone] = contacts('several');
    const [came, other] = [recordId('came'), recordId('other')];
    const gone = (one: RecordId): Change => ({
      record: came,
      cause: 'settle',
      writes: [
        { field: ALIAS_OF, value: one, replaces: [] },
        { field: EXISTS, value: false, replaces: [] },
      ],
    });
    for (const id of [ADA, other]) say(laptop, id, { name: 'Ada' });
    laptop.write([gone(ADA)]);
    phone.write([gone(other)]);
    laptop.group.exchange();
    expect(oneWith(laptop.collection, came)).toBeNull();
  });
});

describe('undo', () => {
  const idOf = (device: GroupDevice): string => {
    const { dot } = device.sent.at(-1)!.applied[0]!;
    return changeId(device.collection, dot);
  };

  it('of a settlement that kept a file brings the deletion beside it back', async () => {
    const [laptop, phone] = files('both again');
    save(laptop, 'a', 'base');
    laptop.group.exchange();
    save(laptop, 'a', null);
    save(phone, 'a', 'edited');
    laptop.group.exchange();
    const kept = only(laptop).values.find(({ kind }) => kind === 'value');
    await resolveConflict(laptop.port, only(laptop).id, { take: kept?.id as string });
    expect(laptop.existsValues('a')).toEqual([true]);
    undoChange(laptop.port, idOf(laptop));
    expect(new Set(laptop.existsValues('a'))).toEqual(new Set([true, false]));
  });

  it('of an edit leaves a deletion that somebody made of it standing', () => {
    const [laptop, phone] = files('deleted since');
    save(laptop, 'a', 'one');
    save(laptop, 'a', 'two');
    const edit = idOf(laptop);
    laptop.group.exchange();
    save(phone, 'a', null);
    save(laptop, 'a', 'three');
    laptop.group.exchange();
    undoChange(laptop.port, edit);
    expect(new Set(laptop.existsValues('a'))).toEqual(new Set([true, false]));
  });
});
