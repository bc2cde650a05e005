import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { keepStaged } from '../../../src/main/construct/keep-staged.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { type Digest, recordId } from '../../../src/main/record/ids.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

let databases: GroupDatabases;
let device: GroupDevice;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'staged', 'files', databases).devices[0] as GroupDevice;
});
afterEach(() => databases.close());

const digest = (text: string): Digest => digestOf(Buffer.from(text));
function write(id: string, isLarge: boolean): number {
  const file = { type: 'file', digest: digest(id), size: 100 } as const;
  const entry = isLarge ? { ...file, chunks: digest(`list of ${id}`) } : file;
  device.write([device.edit(id, new Map([[ENTRY, entry]])) as Change]);
  return device.collection.records.find(recordId(id))?.row as number;
}

it('keeps what large files that are due are put together of, and of those that were refused', async () => {
  const source = device.addSource(databases).row;
  const rows = ['film', 'note'].map((id) => write(id, id === 'film'));
  for (const id of ['refused', 'done']) write(id, true);
  device.collection.problems.put(source, recordId('refused'), 'disk-full', 'no room', 0);
  const kept: unknown[] = [];
  const adapter = { keepStaged: async (...which: readonly (readonly Digest[])[]) => void kept.push(which) };
  await keepStaged(device.collection, source, adapter, rows);
  expect(kept).toEqual([[[digest('film')], [digest('refused')]]]);
});

it('lets go of nothing where much is due, and asks nothing of a source that stages nothing', async () => {
  const kept: unknown[] = [];
  const adapter = { keepStaged: async () => void kept.push('asked') };
  await keepStaged(
    device.collection,
    1,
    adapter,
    Array.from({ length: 10_001 }, (_, at) => at),
  );
  await keepStaged(device.collection, 1, {}, []);
  expect(kept).toEqual([]);
});
