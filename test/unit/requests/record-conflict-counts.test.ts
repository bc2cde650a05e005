import { expect, it } from 'vitest';
import { BrowsedCollections } from '../../../src/main/browse/browsed-collections.ts';
import { firstConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { showRecord } from '../../../src/main/requests/show-record.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

it('a contact says how many of its fields are in conflict, and those come together, whatever the limit', async () => {
  const group = new CollectionGroup(2, 'counts', 'contacts');
  const [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
  const say = (device: GroupDevice, id: string, said: { readonly [field: string]: Value }): void => {
    group.tick();
    const fields = new Map(Object.entries(said).map(([field, value]): [FieldName, Value] => [fieldName(field), value]));
    const change = difference('contacts', recordId(id), device.held(recordId(id)), fields);
    if (change !== null) device.write([change]);
  };
  const card = (full: string, number: string) => ({ 'name': { full }, 'phones/p': { number } });
  say(laptop, 'a', card('Ada', '1'));
  say(laptop, 'b', card('Bea', '1'));
  group.exchange();
  say(laptop, 'a', card('Ada L.', '2'));
  say(phone, 'a', card('Ada Lovelace', '3'));
  group.exchange();
  const replica = {
    collection: laptop.collection,
    synchronizers: new Map(),
  } as unknown as Replica;
  const { list } = await new BrowsedCollections(new FakeClock()).records(laptop.collection, '');
  expect(list.map(({ id, conflicts }) => [id, conflicts])).toEqual([
    ['a', 2],
    ['b', undefined],
  ]);
  expect(showRecord(replica, 'a').conflicts).toBe(2);
  expect(showRecord(replica, 'b')).not.toHaveProperty('conflicts');
  expect(firstConflicts(laptop.port, '', 1).list.map(({ field }) => field)).toEqual(['name', 'phones/p']);
});
