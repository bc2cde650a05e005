import { beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { resolveAll } from '../../../src/main/conflicts/resolve-conflict.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { listActs } from '../../../src/main/history/list-acts.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { ENTRY, EXISTS } from '../../../src/main/record/file-entry.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

let group: CollectionGroup;
let laptop: GroupDevice;
let phone: GroupDevice;
let made = 0;

beforeEach(() => {
  group = new CollectionGroup(2, `history ${made++}`);
  [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
});
function save(device: GroupDevice, record: string, content: string | null): void {
  group.tick();
  device.save(record, content);
}
const view = (content: string) => ({
  type: 'file',
  size: Buffer.byteLength(content),
  sha256: laptop.file(content).digest,
});

describe('history', () => {
  it('tells packages newest first, with what was before and after, the same on all devices', () => {
    save(laptop, 'docs/a.txt', 'one');
    group.exchange();
    save(phone, 'docs/a.txt', 'two');
    save(phone, 'docs/a.txt', null);
    save(phone, 'docs/a.txt', 'anew');
    group.exchange();
    const list = listHistory(laptop.port, {});
    expect(list.map((each) => [each.deviceName, each.at, each.changeCount])).toEqual([
      ['Phone', '2026-01-01T00:00:04.000Z', 1],
      ['Phone', '2026-01-01T00:00:03.000Z', 1],
      ['Phone', '2026-01-01T00:00:02.000Z', 1],
      ['Laptop', '2026-01-01T00:00:01.000Z', 1],
    ]);
    expect(list.map((each) => each.changes[0])).toMatchObject([
      { action: 'add', fields: [{ path: 'entry', before: view('two'), after: view('anew') }] },
      { action: 'delete', fields: [{ path: 'entry', before: view('two'), after: null, kept: 'here' }] },
      { action: 'modify', fields: [{ path: 'entry', before: view('one'), after: view('two') }] },
      {
        id: `${laptop.log}-1-0`,
        record: 'docs/a.txt',
        title: 'a.txt',
        action: 'add',
        fields: [{ path: 'entry', before: null, after: view('one') }],
      },
    ]);
    expect(list[3]).toMatchObject({ id: `${laptop.log}-1`, collection: group.id, device: laptop.id });
    expect(listHistory(phone.port, {})).toEqual(list);
  });

  it('tells each value that comes back of a settlement undone as an edit, from what was settled', async () => {
    const people = new CollectionGroup(3, `history ${made++}`, 'contacts');
    const [ada, title] = [recordId('ada'), fieldName('title')];
    const say = (device: GroupDevice | undefined, text: string): void => {
      people.tick();
      const change = device?.edit(ada, new Map([[title, text]])) ?? null;
      device?.write(change === null ? [] : [change]);
    };
    const [desk] = people.devices as [GroupDevice];
    say(desk, 'Countess');
    people.exchange();
    people.devices.forEach((device, at) => {
      say(device, `value ${at}`);
    });
    people.exchange();
    people.tick();
    const [settled] = resolveAll(desk.port, 'newest').changes;
    people.tick();
    undoChange(desk.port, settled as string);
    const [undo] = await listActs(desk.port, { limit: 1 });
    expect(undo?.counts).toEqual({ add: 0, modify: 3, delete: 0, move: 0 });
    expect(undo?.changes.map(({ action, fields: [first] }) => [action, first?.before, first?.after])).toEqual(
      expect.arrayContaining([0, 1, 2].map((at) => ['modify', 'value 2', `value ${at}`])),
    );
  });

  it('tells a record that a person kept, where it was deleted elsewhere, as no addition', async () => {
    save(laptop, 'a', 'one');
    group.exchange();
    save(laptop, 'a', 'two');
    save(phone, 'a', null);
    group.exchange();
    group.tick();
    resolveAll(phone.port, laptop.id);
    expect(listHistory(phone.port, { limit: 1 })[0]?.changes).toMatchObject([{ action: 'modify' }]);
    expect((await listActs(phone.port, { limit: 1 }))[0]?.counts).toMatchObject({ add: 0, modify: 1 });
  });

  it('tells an edit as one though what keeps the record stands for a value its author never saw', () => {
    save(laptop, 'docs/a.txt', 'one');
    const edit = laptop.edit('docs/a.txt', new Map([[ENTRY, laptop.file('two')]]));
    const writes = edit?.writes.map((write) => (write.field === EXISTS ? { ...write, replaces: [] } : write)) ?? [];
    laptop.write([{ ...(edit as Change), writes }]);
    expect(listHistory(laptop.port, { limit: 1 })[0]?.changes[0]).toMatchObject({ action: 'modify' });
  });

  it('pages by id, and by moments that are equal', () => {
    for (let at = 0; at < 3; at++) {
      laptop.save(`l${at}`, 'x');
      phone.save(`p${at}`, 'x');
    }
    group.exchange();
    const all = listHistory(laptop.port, {}).map((each) => each.id);
    expect(all).toHaveLength(6);
    const paged: string[] = [];
    for (let before: string | undefined; ; before = paged.at(-1)) {
      const page = listHistory(phone.port, { limit: 2, ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      paged.push(...page.map((each) => each.id));
    }
    expect(paged).toEqual(all);
    expect(() => listHistory(laptop.port, { before: '00ff-1' })).toThrow(
      expect.objectContaining({ code: 'no-such-change' }),
    );
  });

  it('filters by record, device and a part of the name', () => {
    save(laptop, 'docs/Plan.txt', 'one');
    save(laptop, 'other', 'two');
    group.exchange();
    save(phone, 'docs/Plan.txt', 'three');
    group.exchange();
    const titles = (query: Parameters<typeof listHistory>[1]) =>
      listHistory(laptop.port, query).map((each) => `${each.deviceName} ${each.changes[0]?.title}`);
    expect(titles({ record: 'docs/Plan.txt' })).toEqual(['Phone Plan.txt', 'Laptop Plan.txt']);
    expect(titles({ record: 'Plan.txt', device: 'laptop' })).toEqual(['Laptop Plan.txt']);
    expect(titles({ text: 'PLAN' })).toEqual(['Phone Plan.txt', 'Laptop Plan.txt']);
    expect(titles({ text: 'docs/p', device: phone.id.slice(0, 6) })).toEqual(['Phone Plan.txt']);
    expect(titles({ text: 'nowhere' })).toEqual([]);
    expect(titles({ text: 'other', record: 'docs/Plan.txt' })).toEqual([]);
    expect(() => titles({ record: 'nowhere' })).toThrow(
      expect.objectContaining({ code: 'no-such-record', subject: 'nowhere' }),
    );
  });

  it('spells out as many changes as asked for and counts all', () => {
    laptop.write(
      Array.from({ length: 5 }, (_, at) => laptop.edit(`f${at}`, new Map([[ENTRY, laptop.file(`${at}`)]]))).filter(
        (change) => change !== null,
      ),
    );
    expect(listHistory(laptop.port, { changesLimit: 2 })).toMatchObject([
      { changeCount: 5, changes: [{ record: 'f0' }, { record: 'f1' }] },
    ]);
  });

  it('shows a move once, at its new name, and the old name’s end where that is asked for', () => {
    save(laptop, 'old', 'one');
    group.tick();
    const add = laptop.edit('new', new Map([[ENTRY, laptop.shown('old') as Value]]), { movedFrom: recordId('old') });
    const end = laptop.edit('old', null, { movedTo: recordId('new') });
    if (add !== null) laptop.write([add]);
    if (end !== null) laptop.write([end]);
    const [first, second, ...more] = listHistory(laptop.port, {});
    expect([first?.changes, second?.changes[0]?.action, more]).toMatchObject([
      [{ record: 'new', action: 'move', fields: [{ path: 'path', before: 'old', after: 'new', kept: 'here' }] }],
      'add',
      [],
    ]);
    expect(listHistory(laptop.port, { record: 'old' }).map((each) => each.changes[0]?.action)).toEqual(['move', 'add']);
  });

  it('shows what bringing a deleted record back brought back', () => {
    save(laptop, 'a', 'one');
    save(laptop, 'a', null);
    group.tick();
    undoChange(laptop.port, `${laptop.log}-2`);
    expect(listHistory(laptop.port, { limit: 1 })[0]?.changes).toMatchObject([
      { action: 'add', fields: [{ path: 'entry', before: null, after: view('one') }] },
    ]);
  });

  it('tells contacts by name', () => {
    const people = new CollectionGroup(1, `people ${made++}`, 'contacts');
    const [device] = people.devices as [GroupDevice];
    const change = device.edit(
      'urn:uuid:1',
      new Map<FieldName, Value>([[fieldName('name'), { full: 'Mara Lindqvist' }]]),
    );
    if (change !== null) device.write([change]);
    people.tick();
    const end = device.edit('urn:uuid:1', null);
    if (end !== null) device.write([end]);
    expect(listHistory(device.port, { text: 'mara' }).map((each) => each.changes[0])).toMatchObject([
      {
        title: 'Mara Lindqvist',
        action: 'delete',
        fields: [{ path: 'exists', before: true, after: false, kept: 'here' }],
      },
      { title: 'Mara Lindqvist', action: 'add', fields: [{ path: 'name', before: null }] },
    ]);
    expect(listHistory(device.port, { record: 'mara lindqvist' })).toHaveLength(2);
  });
});

describe('where what was before is kept', () => {
  const kept = () => listHistory(laptop.port, { limit: 1 })[0]?.changes[0]?.fields[0]?.kept;
  const forget = (content: string) => {
    const { digest } = laptop.file(content);
    laptop.bytes.delete(digest);
  };

  it('is here, or on the devices that had it, or nowhere', () => {
    save(laptop, 'a', 'one');
    group.exchange();
    save(laptop, 'a', 'two');
    expect(kept()).toBe('here');
    forget('one');
    expect(kept()).toEqual([phone.id]);
    save(laptop, 'a', 'three');
    forget('two');
    expect(kept()).toBe('no');
  });

  it('is not taken to be where it was overwritten by a person', () => {
    save(phone, 'a', 'one');
    group.exchange();
    save(phone, 'a', 'two');
    group.exchange();
    forget('one');
    expect(kept()).toBe('no');
  });

  it('is nowhere where several people overwrote it apart', () => {
    save(laptop, 'a', 'one');
    group.exchange();
    save(laptop, 'a', 'two');
    save(phone, 'a', 'three');
    group.exchange();
    forget('one');
    expect(kept()).toBe('no');
  });

  it('is nowhere needed for empty files, and here for values without content', () => {
    save(laptop, 'a', '');
    save(laptop, 'a', 'two');
    forget('');
    expect(kept()).toBe('here');
  });
});
