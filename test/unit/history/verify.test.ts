import { describe, expect, it } from 'vitest';
import { recordsRoot, verifyCollection } from '../../../src/main/history/verify.ts';
import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import type { HistorySource } from '../../../src/main/past/history-port.ts';
import { ENTRY, EXECUTABLE, fileFields } from '../../../src/main/record/file-entry.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../src/main/record/value.ts';
import { storedRevision } from '../../../src/main/snapshot/stored-revision.ts';
import type { ListEvent } from '../../../src/main/sources/source-adapter.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

let made = 0;
function pair(): [GroupDevice, GroupDevice, CollectionGroup] {
  const group = new CollectionGroup(2, `verify ${made++}`);
  return [group.devices[0] as GroupDevice, group.devices[1] as GroupDevice, group];
}

describe('the root of a collection', () => {
  it('is equal on devices that hold the same, and on no others', () => {
    const [laptop, phone, group] = pair();
    const roots = new Set<string>();
    const differs = (): void => {
      const { root } = recordsRoot(laptop.collection);
      expect(roots.has(root)).toBe(false);
      roots.add(root);
      group.exchange();
      expect(recordsRoot(phone.collection)).toEqual(recordsRoot(laptop.collection));
      roots.add(recordsRoot(laptop.collection).root);
    };
    differs();
    laptop.save('a', 'one');
    differs();
    laptop.save('b/c', 'one');
    differs();
    laptop.save('a', 'two');
    differs();
    laptop.save('a', 'three');
    phone.save('a', 'four');
    differs();
    expect(recordsRoot(phone.collection).records).toBe(2);
    laptop.save('a', null);
    differs();
  });

  it('says nothing of how a file is cut, or of a flag that is off', () => {
    const entry = fieldName('entry');
    const file = { type: 'file', digest: 'ab'.repeat(32), size: 7 };
    expect(canonicalText(entry, { ...file, chunks: 'cd'.repeat(32) })).toBe(canonicalText(entry, file));
    expect(canonicalText(EXECUTABLE, null)).toBe(canonicalText(EXECUTABLE, false));
    expect(canonicalText(entry, { b: [1, -0], a: Uint8Array.of(1, 255) })).toBe('{"a":h\'01ff\',"b":[1,0]}');
    const texts: readonly Value[] = [null, false, 0, '0', 'null', [], {}, [null], { a: 1 }, Uint8Array.of(0), '[]'];
    expect(new Set(texts.map((value) => canonicalText(entry, value))).size).toBe(texts.length);
  });
});

describe('verifying content', () => {
  /** A source with these items; what it reads is what is in `now`. */
  function sourceOf(
    device: GroupDevice,
    now: ReadonlyMap<string, Fields>,
    condition: 'ready' | 'unavailable' = 'ready',
  ): HistorySource {
    const row = device.collection.stored.row * 10 + 1;
    return {
      row,
      id: 's1',
      location: '/home/docs',
      isWritten: true,
      lacks: () => false,
      adapter: {
        condition: async () =>
          condition === 'ready' ? { is: 'ready' } : { is: 'unavailable', code: 'missing', detail: 'gone' },
        outside: (id) => id.startsWith('ignored'),
        list: async (_since, _within, tell) => {
          const items = [...now.keys()].map((id) => ({
            id: recordId(id),
            revision: Uint8Array.of(1),
            fresh: false,
            size: 1,
          }));
          await tell({
            is: 'groups',
            groups: [
              { group: '', items, problems: [{ id: recordId('pipe'), code: 'special-file', detail: 'a pipe' }] },
            ],
          } as ListEvent);
          return { token: 1, items: items.length, complete: true };
        },
        read: async (ids) =>
          ids.map((id) => ({
            id,
            revision: Uint8Array.of(1),
            fresh: false,
            fields: now.get(id) as Fields,
            attachments: [],
          })),
      },
    };
  }
  const fields = (device: GroupDevice, content: string): Fields => fileFields(device.file(content));

  it('names what is not as the snapshot says: other content, gone, new, unreadable', async () => {
    const [laptop] = pair();
    const now = new Map<string, Fields>();
    const source = sourceOf(laptop, now);
    for (const name of ['same', 'other', 'gone', 'ignored', 'dir/in']) {
      laptop.save(name, name);
      const row = laptop.collection.records.find(recordId(name))?.row as number;
      laptop.collection.records.putSnapshot(source.row, row, storedRevision(Uint8Array.of(1), false), null);
      if (name !== 'gone' && name !== 'ignored')
        now.set(name, fields(laptop, name === 'other' ? 'changed on the disk' : name));
    }
    now.set('new', fields(laptop, 'nobody knows'));
    now.set('dir', new Map<FieldName, Value>([[ENTRY, { type: 'directory' }]]));
    laptop.sources = [source];
    const { signal } = new AbortController();
    const differs = ['gone', 'new', 'other', 'pipe'].map((record) => ({ source: 's1', record }));
    expect(await verifyCollection(laptop.port, true, signal)).toMatchObject({
      collection: laptop.group.id,
      records: 5,
      differs,
    });
    expect((await verifyCollection(laptop.port, false, signal)).differs).toEqual([]);
  });

  it('names what a source does not hold yet', async () => {
    const [laptop] = pair();
    laptop.save('a', 'one');
    const empty = sourceOf(laptop, new Map());
    laptop.sources = [{ ...empty, row: empty.row + 1 }];
    const { differs } = await verifyCollection(laptop.port, true, new AbortController().signal);
    expect(differs).toContainEqual({ source: 's1', record: 'a' });
  });

  it('names a source that cannot be looked at', async () => {
    const [laptop] = pair();
    laptop.save('a', 'one');
    laptop.sources = [sourceOf(laptop, new Map(), 'unavailable')];
    expect((await verifyCollection(laptop.port, true, new AbortController().signal)).differs).toEqual([
      { source: 's1', record: '' },
    ]);
  });
});
