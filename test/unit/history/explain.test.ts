import { describe, expect, it } from 'vitest';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { resolveAll } from '../../../src/main/conflicts/resolve-conflict.ts';
import { difference } from '../../../src/main/difference/difference.ts';
import { explainProblem, explainRecord } from '../../../src/main/history/explain.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { restore } from '../../../src/main/history/restore.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { findRecord } from '../../../src/main/past/find-record.ts';
import type { HistorySource } from '../../../src/main/past/history-port.ts';
import { findMoment } from '../../../src/main/past/moment.ts';
import { ENTRY, EXECUTABLE, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';
import { liveHistory } from '../../fakes/random-history.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

let made = 0;
function pair(): [GroupDevice, GroupDevice, CollectionGroup] {
  const group = new CollectionGroup(2, `explain ${made++}`);
  return [group.devices[0] as GroupDevice, group.devices[1] as GroupDevice, group];
}
function save(device: GroupDevice, record: string, content: string | null): void {
  device.group.tick();
  device.save(record, content);
}
const explain = (device: GroupDevice, record: string) =>
  explainRecord(device.port, findRecord(device.collection, record));
const rules = (device: GroupDevice, record: string) =>
  explain(device, record).fields.map((field) => [field.path, field.rule]);

/** A source that holds what its snapshot says, and is not looked at. `lacking`: records whose content nobody linked has. */
function source(device: GroupDevice, location: string, lacking: ReadonlySet<number> = new Set()): HistorySource {
  const row = device.collection.stored.row * 10;
  const never = (): never => {
    throw new Error('not looked at');
  };
  return {
    row,
    id: `source ${location}`,
    location,
    isWritten: true,
    lacks: (record) => lacking.has(record),
    adapter: { condition: never, list: never, read: never, outside: (id) => id.startsWith('outside/') },
  };
}

describe('an explanation', () => {
  it('tells who wrote what, when, and by which rule it stands', () => {
    const [laptop, phone, group] = pair();
    save(laptop, 'a', 'one');
    group.exchange();
    expect(explain(laptop, 'a')).toEqual({
      state: 'in step',
      problem: null,
      fields: [
        { path: 'exists', value: true, device: laptop.id, at: '2026-01-01T00:00:01.000Z', rule: 'written here' },
        {
          path: 'entry',
          value: { type: 'file', size: 3, sha256: laptop.file('one').digest },
          device: laptop.id,
          at: '2026-01-01T00:00:01.000Z',
          rule: 'written here',
        },
      ],
    });
    expect(rules(phone, 'a')).toEqual([
      ['exists', 'merged: only Laptop changed it'],
      ['entry', 'merged: only Laptop changed it'],
    ]);
  });

  it('says once how many fields wait for a choice', () => {
    const group = new CollectionGroup(2, `explain ${made++}`, 'contacts');
    const [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
    const say = (device: GroupDevice, texts: readonly string[]): void => {
      const fields = texts.map((text, at): [FieldName, Value] => [fieldName(at === 0 ? 'title' : `notes/${at}`), text]);
      const change = difference('contacts', recordId('ada'), device.held(recordId('ada')), new Map(fields));
      if (change !== null) device.write([change]);
    };
    say(laptop, ['a', 'b']);
    group.exchange();
    say(laptop, ['a one', 'b one']);
    say(phone, ['a two', 'b two']);
    group.exchange();
    expect(explain(laptop, 'ada').state).toBe('in conflict: two fields wait for a choice');
  });

  it('tells of equal edits, larger times, undo, restore and settlement', () => {
    const [laptop, phone, group] = pair();
    for (const [device, time] of [
      [laptop, 5],
      [phone, 9],
    ] as const) {
      group.tick();
      const change = device.edit(
        'a',
        new Map<FieldName, Value>([
          [ENTRY, laptop.file('same')],
          [EXECUTABLE, device === laptop],
          [MODIFIED, time],
        ]),
      );
      if (change !== null) device.write([change]);
    }
    group.exchange();
    const told = new Map(rules(laptop, 'a') as [string, string][]);
    expect([told.get('entry'), told.get('modified')]).toEqual([
      'merged: Laptop and Phone wrote the same',
      'the larger time wins',
    ]);
    save(laptop, 'c', 'mine');
    save(phone, 'c', 'theirs');
    group.exchange();
    expect(explain(laptop, 'c').state).toBe('in conflict: a person has to choose');
    const [settled] = resolveAll(laptop.port, 'newest').changes;
    expect(rules(laptop, 'c')).toContainEqual(['entry', 'settled by Laptop']);
    group.tick();
    undoChange(laptop.port, settled as string);
    // Who pressed undo wrote none of them.
    const writers = explain(laptop, 'c').fields.flatMap(({ path, device }) => (path === 'entry' ? [device] : []));
    expect(writers.sort()).toEqual([laptop.id, phone.id].sort());
    save(phone, 'b', 'one');
    save(phone, 'b', 'two');
    group.exchange();
    const edit = listHistory(laptop.port, { record: 'b', limit: 1 })[0]?.id as string;
    undoChange(laptop.port, edit);
    expect(rules(laptop, 'b')).toEqual([
      ['exists', 'undo of an edit made on Phone'],
      ['entry', 'undo of an edit made on Phone'],
    ]);
    group.tick();
    restore(laptop.port, 'b', findMoment(laptop.collection, edit));
    expect(rules(laptop, 'b')).toEqual([
      ['exists', 'restored by Laptop'],
      ['entry', 'restored by Laptop'],
    ]);
  });

  it('says of what an undo deleted, or brought back, that it was one, and of what', () => {
    const [laptop, phone, group] = pair();
    save(phone, 'b', 'one');
    group.exchange();
    const made = listHistory(laptop.port, {})[0]?.id as string;
    const undo = undoChange(laptop.port, made)?.changes[0] as string;
    expect(explain(laptop, 'b').state).toMatch(/^deleted on Laptop, by undo of an addition made on Phone/);
    expect(listHistory(laptop.port, { limit: 1 })[0]?.changes).toMatchObject([
      { action: 'delete', undoes: [{ id: `${made}-0`, deviceName: 'Phone', action: 'add', cause: 'source' }] },
    ]);
    group.exchange();
    undoChange(phone.port, undo);
    expect(rules(phone, 'b')[0]).toEqual(['exists', 'undo of an undo made on Laptop']);
    expect(listHistory(phone.port, {}).map(({ changes }) => changes[0]?.undoes?.map(({ id }) => id))).toEqual([
      [undo],
      [`${made}-0`],
      undefined,
    ]);
  });

  it('calls an undo of an undo by its name', () => {
    const [laptop, phone, group] = pair();
    save(phone, 'b', 'one');
    save(phone, 'b', 'two');
    group.exchange();
    const edit = listHistory(laptop.port, { record: 'b', limit: 1 })[0]?.id as string;
    const undo = undoChange(laptop.port, edit)?.changes[0] as string;
    group.exchange();
    group.tick();
    undoChange(phone.port, undo);
    group.exchange();
    expect(rules(laptop, 'b')).toEqual([
      ['exists', 'undo of an undo made on Laptop'],
      ['entry', 'undo of an undo made on Laptop'],
    ]);
  });

  it('says that something is a problem on another device, which may be this record', () => {
    const [laptop, phone, group] = pair();
    save(laptop, 'a', 'one');
    group.exchange();
    expect(explain(laptop, 'a').state).toBe('in step');
    phone.problemsTold = 2;
    expect(explain(laptop, 'a').state).toBe('in step here; 2 items have a problem on Phone, which may be this one');
    expect(explain(phone, 'a').state).toBe('in step');
  });

  it('tells of deleted and moved records, and of devices that are behind', () => {
    const [laptop, phone, group] = pair();
    save(laptop, 'a', 'one');
    group.exchange();
    save(phone, 'a', null);
    expect(explain(phone, 'a').state).toBe('deleted on Phone; not yet applied on Laptop');
    group.exchange();
    expect(explain(phone, 'a')).toMatchObject({
      state: 'deleted on Phone, and in step',
      fields: [{ path: 'exists', value: false, rule: 'written here' }, { path: 'entry' }],
    });
    save(laptop, 'old', 'x');
    group.tick();
    const add = laptop.edit('new', new Map([[ENTRY, laptop.shown('old') as Value]]), { movedFrom: recordId('old') });
    const end = laptop.edit('old', null, { movedTo: recordId('new') });
    laptop.write([add, end].filter((change) => change !== null));
    expect(rules(laptop, 'new')[0]).toEqual(['exists', 'moved from old on Laptop']);
    expect(rules(laptop, 'old')[0]).toEqual(['exists', 'moved to new on Laptop']);
  });

  it('says of a deleted folder that it is there for what is in it, and that nothing is still to be done about that', () => {
    const [laptop, phone, group] = pair();
    const folder = (device: GroupDevice) => device.edit('dir', new Map([[ENTRY, { type: 'directory' }]]));
    laptop.write([folder(laptop)].flatMap((change) => change ?? []));
    group.exchange();
    const here = source(laptop, '/home/docs');
    laptop.sources = [here];
    const held = laptop.held(recordId('dir'));
    save(phone, 'dir', null);
    save(laptop, 'dir/new.txt', 'new');
    group.exchange();
    // What lives in it has it there again, whoever deleted it.
    laptop.collection.records.putSnapshot(here.row, findRecord(laptop.collection, 'dir').row, Uint8Array.of(0), held);
    expect(explain(laptop, 'dir').state).toBe('deleted on Phone; a folder is there as long as something is in it');
    save(laptop, 'dir/new.txt', null);
    expect(explain(laptop, 'dir').state).toBe('deleted on Phone; still to be written to /home/docs');
  });

  it('tells which source holds which value of a conflict, what is due, outside, and wrong', () => {
    const [laptop, phone, group] = pair();
    save(laptop, 'a', 'base');
    save(laptop, 'outside/x', 'x');
    group.exchange();
    const lacking = new Set<number>();
    const here = source(laptop, '/home/docs', lacking);
    laptop.sources = [here];
    save(laptop, 'a', 'mine');
    const { row } = findRecord(laptop.collection, 'a');
    laptop.collection.records.putSnapshot(here.row, row, Uint8Array.of(0), laptop.held(recordId('a')));
    save(phone, 'a', 'theirs');
    group.exchange();
    expect(
      explain(laptop, 'a')
        .fields.filter((field) => field.path === 'entry')
        .map((field) => [field.device, field.rule]),
    ).toEqual([
      [phone.id, 'shown where none of the values was held, while the conflict is open'],
      [laptop.id, 'kept: /home/docs holds it while the conflict is open'],
    ]);
    expect(explain(laptop, 'outside/x').state).toBe('outside /home/docs by its rules');
    save(phone, 'b', 'new');
    group.exchange();
    expect(explain(laptop, 'b').state).toBe('still to be written to /home/docs');
    lacking.add(findRecord(laptop.collection, 'b').row);
    expect(explain(laptop, 'b').state).toBe(
      'still to be written to /home/docs: no device that is linked has its content',
    );
    const { members } = laptop.port;
    const others = () => members.others().map((other) => ({ ...other, isSilent: true }));
    const silent = { ...laptop.port, members: { ...members, others } };
    expect(explainRecord(silent, findRecord(laptop.collection, 'b')).state).toBe(
      'still to be written to /home/docs: Phone is linked and sends nothing of the contents asked for, and no other device that is linked has its content',
    );
    laptop.sources = [{ ...here, isWritten: false }];
    expect(explain(laptop, 'b').state).toBe('not written to /home/docs, which is only read, as you said');
    laptop.sources = [here];
    laptop.collection.problems.put(here.row, recordId('b'), 'disk-full', 'no room is left', laptop.clock.now());
    expect(explain(laptop, 'b')).toMatchObject({
      state: 'not in step here, because of a problem',
      problem: { source: here.id, code: 'disk-full', detail: 'no room is left', record: 'b' },
    });
    laptop.collection.problems.put(here.row, recordId('pipe'), 'special-file', 'it is none', laptop.clock.now());
    expect(explainProblem(laptop.port, 'pipe')).toMatchObject({ fields: [], problem: { code: 'special-file' } });
    expect(explainProblem(laptop.port, 'nothing')).toBeNull();
    laptop.collection.problems.put(
      -laptop.collection.stored.row,
      recordId('outside/x'),
      'invalid-change',
      'no sense',
      laptop.clock.now(),
    );
    expect(explain(laptop, 'outside/x').problem).toMatchObject({ source: '', code: 'invalid-change' });
  });

  it('is there for every record after any history', async () => {
    const databases = new GroupDatabases();
    let told = 0;
    for (let seed = 0; seed < 60; seed++) {
      const group = new CollectionGroup(3, `explain any ${seed}`, 'files', databases);
      await liveHistory(group, group.devices, new SeededRandom(`explain ${seed}`), 14);
      for (const device of group.devices)
        for (const record of device.collection.records.all()) {
          const view = explainRecord(device.port, record);
          expect(view.state).not.toBe('');
          for (const field of view.fields) expect(field.rule, `seed ${seed} ${record.id}`).not.toBe('');
          expect(view.fields.length).toBeGreaterThan(0);
          told++;
        }
      expect(
        listConflicts(group.devices[0]!.port).every((conflict) =>
          explain(group.devices[0]!, conflict.record).state.includes('in conflict'),
        ),
      ).toBe(true);
    }
    expect(told).toBeGreaterThan(200);
  });
});

describe('a RECORD argument', () => {
  it('is an id, a name, or an unambiguous beginning; the living come first', () => {
    const [laptop] = pair();
    for (const record of ['docs/Käse.txt', 'docs/plan.md', 'old/plan.md', 'report', 'report.bak', 'gone'])
      save(laptop, record, 'x');
    save(laptop, 'old/plan.md', null);
    save(laptop, 'gone', null);
    const found = (text: string) => findRecord(laptop.collection, text).id;
    expect(found('report')).toBe('report');
    expect(found('plan.md')).toBe('docs/plan.md');
    expect(found('./docs/plan.md')).toBe('docs/plan.md');
    expect(found('docs/Käse.txt')).toBe('docs/Käse.txt');
    expect(found('docs/p')).toBe('docs/plan.md');
    expect(found('gone')).toBe('gone');
    expect(() => found('docs/')).toThrow(expect.objectContaining({ code: 'ambiguous-record' }));
    expect(() => found('nothing')).toThrow(expect.objectContaining({ code: 'no-such-record', subject: 'nothing' }));
    expect(() => found('')).toThrow(expect.objectContaining({ code: 'no-such-record' }));
    expect(() => found('%')).toThrow(expect.objectContaining({ code: 'no-such-record' }));
  });
});
