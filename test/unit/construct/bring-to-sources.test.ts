import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import type { AppliedChange, WrittenPackage } from '../../../src/main/collection.ts';
import { BringToSources } from '../../../src/main/construct/bring-to-sources.ts';
import type { Ticket } from '../../../src/main/construct/pending.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { recordId } from '../../../src/main/record/ids.ts';
import { STAYS } from '../../../src/main/store/problem-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

/** What was queued in one source. */
class Queue {
  readonly rows: number[] = [];
  readonly tickets: Ticket[] = [];
  readonly applied: (AppliedChange | null)[] = [];
  isWritten = true;
  readonly construction = {
    enqueue: (row: number, tickets: readonly Ticket[] = [], applied: AppliedChange | null = null): void => {
      this.rows.push(row);
      this.applied.push(applied);
      this.tickets.push(...tickets);
    },
  };
}

let databases: GroupDatabases;
let device: GroupDevice;
let sources: Map<number, Queue>;
let bringing: BringToSources;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'bring', 'files', databases).devices[0] as GroupDevice;
  sources = new Map([
    [1, new Queue()],
    [2, new Queue()],
  ]);
  bringing = new BringToSources(device.collection, sources);
});
afterEach(() => databases.close());

const written = (name: string) => device.save(name, name) as NonNullable<ReturnType<GroupDevice['save']>>;
const applied = (): number => device.collection.log.logs()[0]?.applied ?? -1;
const queue = (source: number) => sources.get(source) as Queue;

describe('bringing packages to the sources here', () => {
  it('queues a record in every source but the one that said so', () => {
    bringing.bring(written('a'), 1);
    expect([queue(1).rows.length, queue(2).rows.length]).toEqual([0, 1]);
    bringing.bring(written('b'), null);
    expect([queue(1).rows.length, queue(2).rows.length]).toEqual([1, 2]);
  });

  it('takes a package for applied once every source has it, and the packages before', () => {
    bringing.bring(written('a'), null);
    bringing.bring(written('b'), 2);
    const [[first, second], [third]] = [queue(1).tickets, queue(2).tickets] as [[Ticket, Ticket], [Ticket]];
    bringing.close([first, second]);
    expect([bringing.noteApplied(), applied()]).toEqual([false, 0]);
    bringing.close([third]);
    expect([bringing.noteApplied(), applied()]).toEqual([true, 2]);
    expect(bringing.noteApplied()).toBe(false);
  });

  it('waits for no source into which nothing is written, though its records stay due there', () => {
    queue(2).isWritten = false;
    bringing.bring(written('a'), 1);
    expect([bringing.noteApplied(), applied(), queue(2).rows.length]).toEqual([true, 1, 1]);
  });

  it('takes a package for applied at once where no other source is there', () => {
    sources.delete(2);
    bringing.bring(written('a'), 1);
    expect([bringing.noteApplied(), applied()]).toEqual([true, 1]);
  });

  it('queues again, after a restart, what had not reached every source', () => {
    bringing.bring(written('a'), null);
    bringing.close([...queue(1).tickets, ...queue(2).tickets]);
    bringing.noteApplied();
    bringing.bring(written('b'), null);
    for (const each of sources.values()) each.rows.length = 0;
    const again = new BringToSources(device.collection, sources);
    again.resume();
    expect([queue(1).rows.length, queue(2).rows.length, again.noteApplied()]).toEqual([1, 1, false]);
  });

  it('queues a record that a package changed twice once, as it is after that', () => {
    const changes = ['one', 'two'].map((text) => device.edit('a', new Map([[ENTRY, device.file(text)]])) as Change);
    const [written] = device.write(changes) as [WrittenPackage];
    bringing.bring(written, 1);
    expect(queue(2).applied).toEqual([written.applied[1]]);
    bringing.close(queue(2).tickets);
    expect([bringing.noteApplied(), applied()]).toEqual([true, 1]);
  });

  it('queues a file that nothing lies below any more, in every source', () => {
    written('folder');
    written('folder/a');
    bringing.bringDue();
    for (const each of sources.values()) each.rows.length = 0;
    device.save('folder/a', null);
    expect(bringing.bringDue()).toBe(true);
    const row = device.collection.records.find(recordId('folder'))?.row;
    expect([queue(1).rows, queue(2).rows]).toEqual([[row], [row]]);
  });

  it('queues a deleted folder that stayed for what lay in it once nothing does', () => {
    const folder = recordId('folder');
    written('folder');
    device.save('folder', null);
    written('folder/a');
    bringing.bringDue();
    device.collection.problems.put(2, folder, STAYS, 'other items are in it', 0);
    for (const each of sources.values()) each.rows.length = 0;
    expect([bringing.bringDue(), queue(2).rows]).toEqual([false, []]);
    device.save('folder/a', null);
    expect([bringing.bringDue(), queue(1).rows]).toEqual([true, []]);
    expect(queue(2).rows).toEqual([device.collection.records.find(folder)?.row]);
  });

  it('queues what waited for something to make way', () => {
    written('folder/a');
    device.collection.problems.put(2, 'folder/a' as never, 'parent-is-file', 'a file is in the way', 0);
    written('folder');
    bringing.bringDue();
    for (const each of sources.values()) each.rows.length = 0;
    expect(bringing.bringDue()).toBe(false);
    device.save('folder', null);
    expect(bringing.bringDue()).toBe(true);
    expect(queue(2).rows).toContain(device.collection.records.find('folder/a' as never)?.row);
  });
});
