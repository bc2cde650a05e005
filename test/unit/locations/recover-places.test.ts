import { expect, it } from 'vitest';
import { placesIn, recoverPlaces } from '../../../src/main/locations/recover-places.ts';
import { collectionId, deviceId, logId, sourceId } from '../../../src/main/record/ids.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RegistryStore } from '../../../src/main/store/registry-store.ts';

const [docs, gone] = [collectionId('d'.repeat(32)), collectionId('e'.repeat(32))];
const phone = deviceId('f'.repeat(64));
const [first, second] = [logId('1'.repeat(16)), logId('2'.repeat(16))];

it('a new database has the collections this device is a member of, with their places, in logs begun anew', () => {
  const lost = new RegistryStore(openDatabase(':memory:'));
  const settings = { only: ['letters/'], ignore: ['*.tmp'], readOnly: false };
  const { row } = lost.addCollection(docs, 'Documents', 'files', first);
  lost.addSource(sourceId('5'.repeat(16)), row, '/home/anna/docs', 'folder', settings);
  lost.addCollection(gone, 'Photos', 'files', first);
  const places = placesIn(lost, [{ device: phone, addresses: ['192.0.2.1:21027'] }]);

  const registry = new RegistryStore(openDatabase(':memory:'));
  recoverPlaces(
    registry,
    places,
    (id) => id === docs,
    () => second,
  );
  const [stored, ...others] = registry.collections();
  expect(others).toEqual([]);
  expect(stored).toMatchObject({ id: docs, name: 'Documents', kind: 'files', ownLog: second });
  expect(registry.sources(stored?.row ?? -1)).toMatchObject([
    { id: '5'.repeat(16), location: '/home/anna/docs', format: 'folder', settings, adopting: true },
  ]);
  expect(registry.addresses(phone)).toEqual(['192.0.2.1:21027']);
});
