import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHANGES_PER_PACKAGE, dotOf } from '../../../src/main/record/ids.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

let databases: GroupDatabases;
let device: GroupDevice;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'reader', 'files', databases).devices[0] as GroupDevice;
});
afterEach(() => databases.close());

const saved = (name: string, text: string) =>
  device.save(name, text) as { readonly row: number } & NonNullable<ReturnType<GroupDevice['save']>>;

describe('what the packages held here say', () => {
  it('is every change of a package, in its order', () => {
    const { row } = saved('letter.txt', 'hello');
    expect(device.collection.packages.changesIn(row)).toMatchObject([{ record: 'letter.txt' }]);
    expect(device.collection.packages.open(row)?.atMs).toBe(device.clock.now());
  });

  it('is nothing of a package that is not held, nor of a change it does not have', () => {
    const { row } = saved('letter.txt', 'hello');
    const { packages } = device.collection;
    expect([packages.open(row + 1), packages.changesIn(row + 1)]).toEqual([null, null]);
    expect(packages.changeAt(dotOf(row, 0))?.change.record).toBe('letter.txt');
    expect(packages.changeAt(dotOf(row, CHANGES_PER_PACKAGE - 1))).toBeNull();
  });

  it('is the same after many others were looked at', () => {
    const first = saved('0', '0');
    for (let each = 1; each < 100; each++) device.collection.packages.open(saved(`${each}`, `${each}`).row);
    expect(device.collection.packages.changesIn(first.row)).toMatchObject([{ record: '0' }]);
  });

  it('is not what was rolled back, where another package has its row by now', () => {
    const { collection } = device;
    const change = (name: string) => [device.edit(name, new Map([['entry' as never, device.file(name)]])) as never];
    let row = -1;
    expect(() =>
      collection.transact(() => {
        row = collection.write(change('undone'))[0]?.row ?? -1;
        collection.packages.open(row);
        throw new Error('the disk is full');
      }),
    ).toThrow('the disk is full');
    expect(device.write(change('done'))[0]?.row).toBe(row);
    expect(collection.packages.changesIn(row)).toMatchObject([{ record: 'done' }]);
  });
});
