import { expect, it } from 'vitest';
import type { CollectionId, DeviceId, LogId } from '../../../src/main/record/ids.ts';
import { openDatabase } from '../../../src/main/store/open-database.ts';
import { RegistryStore } from '../../../src/main/store/registry-store.ts';

it('what members said of a collection goes with it, and with no other', () => {
  const registry = new RegistryStore(openDatabase(':memory:'));
  const [docs, photos] = ['0d', '0f'].map((id) =>
    registry.addCollection(id as CollectionId, id, 'files', 'a' as LogId),
  );
  if (docs === undefined || photos === undefined) throw new Error('not added');
  const laptop = 'laptop' as DeviceId;
  for (const { id } of [docs, photos]) registry.setPartial(id, laptop, true);
  registry.removeCollection(docs.row);
  expect([registry.isPartial(docs.id, laptop), registry.isPartial(photos.id, laptop)]).toEqual([false, true]);
  registry.setPartial(photos.id, laptop, false);
  expect(registry.settings().size).toBe(0);
});
