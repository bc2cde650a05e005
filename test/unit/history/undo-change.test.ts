import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import type { WrittenPackage } from '../../../src/main/collection.ts';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { resolveConflict } from '../../../src/main/conflicts/resolve-conflict.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { undoChange, undoChanges } from '../../../src/main/history/undo-change.ts';
import { EMPTY_STATE, isLive } from '../../../src/main/merge/record-state.ts';
import { changeId } from '../../../src/main/past/change-id.ts';
import { valueView } from '../../../src/main/past/value-view.ts';
import { ENTRY, EXECUTABLE } from '../../../src/main/record/file-entry.ts';
import { type Dot, type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

function pair(): [GroupDevice, GroupDevice, CollectionGroup] {
  const group = new CollectionGroup(2, 'undo');
  return [group.devices[0] as GroupDevice, group.devices[1] as GroupDevice, group];
}
function pairOfContacts(): [GroupDevice, GroupDevice, CollectionGroup] {
  const group = new CollectionGroup(2, 'undo', 'contacts');
  return [group.devices[0] as GroupDevice, group.devices[1] as GroupDevice, group];
}
const idOf = (device: GroupDevice, written: WrittenPackage | null): string => {
  const dot = written?.applied[0]?.dot;
  if (dot === undefined) throw new Error('nothing was written');
  return changeId(device.collection, dot);
};
/** A step later, so that what follows is later. */
function save(device: GroupDevice, record: string, text: string | null): string {
  device.group.tick();
  return idOf(device, device.save(record, text));
}
const text = (device: GroupDevice, value: Value | undefined): string =>
  new TextDecoder().decode(device.bytes.get((value as { digest: never }).digest));
const texts = (device: GroupDevice): readonly string[] =>
  device
    .values('a')
    .map((value) => text(device, value))
    .sort();

describe('undo of one change', () => {
  it('brings back what an edit replaced', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const edit = save(laptop, 'a', 'two');
    const result = undoChange(laptop.port, edit);
    expect(result).toMatchObject({ records: 1, conflicts: [], missing: [] });
    expect(text(laptop, laptop.shown('a'))).toBe('one');
  });

  it('undoes an undo, by the id its result names', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const edit = save(laptop, 'a', 'two');
    const first = undoChange(laptop.port, edit);
    const second = undoChange(laptop.port, first?.changes[0] as string);
    expect(text(laptop, laptop.shown('a'))).toBe('two');
    undoChange(laptop.port, second?.changes[0] as string);
    expect(text(laptop, laptop.shown('a'))).toBe('one');
  });

  it('of packages that follow each other takes back what one large change became, and no more', () => {
    const [laptop, desk, group] = pair();
    save(laptop, 'a', 'one');
    const ids = [
      save(laptop, 'a', 'two'),
      save(laptop, 'b', 'new'),
      save(laptop, 'a', 'three'),
      save(laptop, 'c', 'x'),
    ];
    group.exchange();
    const [log, from] = (ids[0] as string).split('-') as [string, string];
    const range = `${log}-${from}..${Number(from) + 2}`;
    expect(undoChange(desk.port, range)).toMatchObject({ records: 2, conflicts: [], missing: [] });
    const isThere = (record: string) => isLive(desk.collection.records.find(recordId(record))?.state ?? EMPTY_STATE);
    expect([text(desk, desk.shown('a')), isThere('b'), isThere('c')]).toEqual(['one', false, true]);
    expect(undoChange(desk.port, `${'0'.repeat(16)}-1..2`)).toBeNull();
    for (const wrong of [`${log}-${from}..99`, `${log}-3..2`, `${log}-1..999999`])
      expect(() => undoChange(desk.port, wrong)).toThrow(expect.objectContaining({ code: 'no-such-change' }));
  });

  it.each(['files', 'contacts'] as const)(
    'of packages in which something of %s was made and deleted leaves nothing of it',
    (kind) => {
      const [laptop] = new CollectionGroup(2, 'made and deleted', kind).devices as [GroupDevice];
      const write = (value: Value | null): string => {
        laptop.group.tick();
        const fields = value === null ? null : new Map([[kind === 'files' ? ENTRY : fieldName('name'), value]]);
        return idOf(laptop, laptop.write([laptop.edit('a', fields) as Change])[0] as WrittenPackage);
      };
      const made = write(kind === 'files' ? laptop.file('one') : { full: 'Ann' });
      write(null);
      const [log, from] = made.split('-') as [string, string];
      undoChange(laptop.port, `${log}-${from}..${Number(from) + 1}`);
      expect(laptop.isThere('a')).toBe(false);
      // Each of both can be taken back all the same.
      undoChange(laptop.port, `${log}-${Number(from) + 1}`);
      expect(laptop.isThere('a')).toBe(true);
      undoChange(laptop.port, made);
      expect(laptop.isThere('a')).toBe(false);
    },
  );

  it('of changes that were made one after the other takes all back at once, in one package, and again what came of that', () => {
    const [laptop, desk, group] = pair();
    for (const name of ['a', 'b', 'c']) save(laptop, name, 'one');
    const edits = ['a', 'b', 'a'].map((name, at) => save(laptop, name, `edit ${at}`));
    const told = (): string[] => ['a', 'b', 'c'].map((name) => text(laptop, laptop.shown(name)));
    const undone = undoChanges(laptop.port, edits);
    expect(undone).toMatchObject({ records: 2, conflicts: [], missing: [] });
    expect(new Set(undone?.changes.map((id) => id.replace(/-\d+$/, ''))).size).toBe(1);
    expect(told()).toEqual(['one', 'one', 'one']);
    undoChanges(laptop.port, undone?.changes ?? []);
    expect(told()).toEqual(['edit 2', 'edit 1', 'one']);
    // Nothing of it where one is not known, and no word where none is: they may be of another collection.
    const unknown = `${'0'.repeat(16)}-1-0`;
    expect(() => undoChanges(laptop.port, [...edits, unknown])).toThrow(
      expect.objectContaining({ code: 'no-such-change', subject: unknown }),
    );
    expect(told()).toEqual(['edit 2', 'edit 1', 'one']);
    expect(undoChanges(laptop.port, [unknown])).toBeNull();
    expect(undoChanges(laptop.port, [])).toBeNull();
    group.exchange();
    expect(text(desk, desk.shown('a'))).toBe('edit 2');
  });

  it('takes back one change of a package, and leaves the others that were made with it', () => {
    const [laptop] = pair();
    for (const name of ['a', 'b']) save(laptop, name, 'one');
    const edits = ['a', 'b'].flatMap((name) => laptop.edit(name, new Map([[ENTRY, laptop.file('two')]])) ?? []);
    const [written] = laptop.write(edits);
    undoChange(laptop.port, changeId(laptop.collection, written?.applied[1]?.dot as Dot));
    expect(['a', 'b'].map((name) => text(laptop, laptop.shown(name)))).toEqual(['two', 'one']);
  });

  it('of one record of an undo of several leaves the others undone', () => {
    const [laptop] = pair();
    for (const name of ['a', 'b']) save(laptop, name, 'one');
    laptop.group.tick();
    const [written] = laptop.write(
      ['a', 'b'].flatMap((name) => laptop.edit(name, new Map([[ENTRY, laptop.file('two')]])) ?? []),
    );
    const whole = changeId(laptop.collection, written?.applied[0]?.dot as Dot).replace(/-0$/, '');
    const undone = undoChange(laptop.port, whole);
    expect(undone?.records).toBe(2);
    undoChange(laptop.port, `${undone?.changes[0]?.replace(/-0$/, '')}-1`);
    expect(['a', 'b'].map((name) => text(laptop, laptop.shown(name)))).toEqual(['one', 'two']);
  });

  it('makes first what comes back, and deletes then: what goes can be renamed to it', () => {
    const [laptop] = pair();
    save(laptop, 'old', 'one');
    const add = laptop.edit('new', new Map([[ENTRY, laptop.file('one')]]), { movedFrom: recordId('old') });
    const [written] = laptop.write([add as Change, laptop.edit('old', null, { movedTo: recordId('new') }) as Change]);
    let made: readonly Change[] = [];
    const commit = (changes: readonly Change[]) => {
      made = changes;
      return laptop.port.commit(changes);
    };
    undoChange({ ...laptop.port, commit }, idOf(laptop, written ?? null));
    expect(made.map(({ record, movedFrom, movedTo }) => [record, movedFrom ?? null, movedTo ?? null])).toEqual([
      ['old', 'new', null],
      ['new', null, 'old'],
    ]);
  });

  it('of a file that went there, back and there again is of the move that is meant, both halves of it', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const move = (from: string, to: string): string => {
      laptop.group.tick();
      const entry = new Map([[ENTRY, laptop.file('one')]]);
      const add = laptop.edit(to, entry, { movedFrom: recordId(from) }) as Change;
      const [written] = laptop.write([add, laptop.edit(from, null, { movedTo: recordId(to) }) as Change]);
      // By the half that deletes.
      return changeId(laptop.collection, written?.applied[1]?.dot as Dot);
    };
    move('a', 'b');
    move('b', 'a');
    const last = move('a', 'b');
    expect(undoChange(laptop.port, last)).toMatchObject({ records: 2, conflicts: [], missing: [] });
    expect(['a', 'b'].map((record) => laptop.isThere(record))).toEqual([true, false]);
  });

  it('of one change after the other, the last first, comes to what was before all of them', () => {
    const [laptop, desk, group] = pair();
    save(laptop, 'a', 'one');
    const edits = ['two', 'three', 'four'].map((each) => save(laptop, 'a', each));
    group.exchange();
    for (const edit of edits.toReversed()) undoChange(desk.port, edit);
    expect([text(desk, desk.shown('a')), listConflicts(desk.port)]).toEqual(['one', []]);
    // What somebody wrote anew stays, though it is the same.
    const again = save(desk, 'a', 'two');
    save(desk, 'a', 'three');
    save(desk, 'a', 'two');
    expect(undoChange(desk.port, again)?.conflicts).toHaveLength(1);
  });

  it.each<{ readonly later: readonly (string | null)[] }>([
    { later: ['two'] },
    { later: [null] },
    { later: ['two', null] },
    { later: [null, 'made anew', null] },
    { later: ['two', 'three'] },
  ])(
    'of all there is of a file (made, then $later), the last first, leaves nothing of it, and nobody is asked',
    ({ later }) => {
      const [laptop, desk, group] = pair();
      const all = ['one', ...later].map((each) => save(laptop, 'a', each));
      group.exchange();
      for (const each of all.toReversed()) undoChange(desk.port, each);
      group.exchange();
      for (const device of [laptop, desk])
        expect([device.isThere('a'), device.existsValues('a'), listConflicts(device.port)]).toEqual([
          false,
          [false],
          [],
        ]);
    },
  );

  it.each(['files', 'contacts'] as const)(
    'of whatever was done to one of %s, the last first, comes to each step before it',
    (kind) => {
      for (let seed = 0; seed < 60; seed++) {
        const random = new SeededRandom(`steps ${kind} ${seed}`);
        const [device] = new CollectionGroup(1, `steps ${kind} ${seed}`, kind).devices as [GroupDevice];
        const value = (of: string): Value => (kind === 'files' ? device.file(of) : { full: of });
        const field = kind === 'files' ? ENTRY : fieldName('name');
        const fields = [field, fieldName('titles/t')];
        const now = () => (device.isThere('a') ? fields.map((each) => device.values('a', each).filter(Boolean)) : null);
        const steps: { readonly id: string; readonly before: unknown }[] = [];
        const title = (): readonly [FieldName, Value][] =>
          kind === 'contacts' && random.chance(0.5)
            ? [[fieldName('titles/t'), { name: random.pick(['Dr', 'Mag']) }]]
            : [];
        for (let step = 0; step < 6; step++) {
          const before = now();
          const of = random.pick(['one', 'two', 'three', null]);
          device.group.tick();
          const change = device.edit('a', of === null ? null : new Map([[field, value(of)], ...title()]));
          if (change === null || (of === null && before === null)) continue;
          steps.push({ id: idOf(device, device.write([change])[0] ?? null), before });
        }
        for (const { id, before } of steps.toReversed()) {
          device.group.tick();
          undoChange(device.port, id);
          expect([now(), listConflicts(device.port)], `seed ${seed}, ${id}`).toEqual([before, []]);
        }
      }
    },
  );

  it.each([0, 1])(
    'of what two made at the same time, both, leaves nothing of it, and one of them the other (%s first)',
    (first) => {
      const group = new CollectionGroup(2, 'made apart', 'contacts');
      const [laptop, desk] = group.devices as [GroupDevice, GroupDevice];
      const made = [laptop, desk].map((device, at) => {
        group.tick();
        const fields = new Map<FieldName, Value>([
          [fieldName('name'), { full: `Ann ${at}` }],
          [fieldName('kind'), 'person'],
        ]);
        return idOf(device, device.write([device.edit('a', fields) as Change])[0] ?? null);
      });
      group.exchange();
      group.tick();
      undoChange(laptop.port, made[first] as string);
      group.exchange();
      expect([desk.isThere('a'), listConflicts(desk.port)]).toEqual([true, []]);
      expect(desk.values('a', fieldName('name'))).toEqual([{ full: `Ann ${1 - first}` }]);
      group.tick();
      undoChange(desk.port, made[1 - first] as string);
      group.exchange();
      for (const device of group.devices)
        expect([device.isThere('a'), listConflicts(device.port)]).toEqual([false, []]);
    },
  );

  it.each(['heard of before', 'not heard of'])(
    'of one of two adds of the same contact leaves the other, %s, and nothing of it is lost',
    (heard) => {
      const [laptop, desk, group] = pairOfContacts();
      const name: readonly [FieldName, Value] = [fieldName('name'), { full: 'Ann' }];
      const phone: readonly [FieldName, Value] = [fieldName('phones/p1'), { number: '1' }];
      const mine = idOf(laptop, laptop.write([laptop.edit('a', new Map([name])) as Change])[0] ?? null);
      group.tick();
      desk.write([desk.edit('a', new Map([name, phone])) as Change]);
      if (heard === 'heard of before') group.exchange();
      group.tick();
      const undone = undoChange(laptop.port, mine)?.changes[0] as string;
      group.exchange();
      for (const device of group.devices) {
        expect([device.isThere('a'), device.values('a', name[0]), device.values('a', phone[0])]).toEqual([
          true,
          [name[1]],
          [phone[1]],
        ]);
        // Whoever had not heard of the other one deleted it, as it seemed to him: that is asked.
        expect(listConflicts(device.port)).toHaveLength(heard === 'not heard of' ? 1 : 0);
      }
      group.tick();
      undoChange(desk.port, undone);
      group.exchange();
      for (const device of group.devices)
        expect([device.isThere('a'), device.values('a', phone[0]), listConflicts(device.port)]).toEqual([
          true,
          [phone[1]],
          [],
        ]);
    },
  );

  it('of the first of two edits, then of the second, comes to what was before both, whatever their order', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const edits = [save(laptop, 'a', 'two'), save(laptop, 'a', 'three')];
    const undone = edits.map((edit) => undoChange(laptop.port, edit)?.changes[0] as string);
    expect([text(laptop, laptop.shown('a')), listConflicts(laptop.port)]).toEqual(['one', []]);
    for (const each of undone) undoChange(laptop.port, each);
    expect([text(laptop, laptop.shown('a')), listConflicts(laptop.port)]).toEqual(['three', []]);
  });

  it('of the undo of making what was made and taken back some times brings the last of it, and asks nothing', () => {
    const [laptop] = pair();
    const undone = ['one', 'two', 'three'].map((each) => {
      const made = save(laptop, 'a', each);
      laptop.group.tick();
      return undoChange(laptop.port, made)?.changes[0] as string;
    });
    undoChange(laptop.port, undone.at(-1) as string);
    expect([text(laptop, laptop.shown('a')), listConflicts(laptop.port)]).toEqual(['three', []]);
  });

  it('of two edits, the first of them first, beside a third made of both: all were made from what was before', () => {
    const [laptop, desk, group] = pair();
    save(laptop, 'a', 'one');
    const edits = [save(laptop, 'a', 'two'), save(laptop, 'a', 'three')];
    group.exchange();
    save(desk, 'a', 'four');
    for (const edit of edits) {
      group.tick();
      undoChange(laptop.port, edit);
    }
    group.exchange();
    const [conflict, ...more] = listConflicts(laptop.port);
    expect([conflict?.base, more]).toEqual([valueView(laptop.file('one')), []]);
  });

  it('knows undos of earlier versions, which do not say what they take back', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const edits = ['two', 'three', 'four'].map((each) => save(laptop, 'a', each));
    const old = (changes: readonly Change[]) =>
      laptop.write(
        changes.map(({ takesBack: _, writes, ...rest }) => ({
          ...rest,
          writes: writes.map(({ field, value, replaces }) => ({ field, value, replaces })),
        })),
      );
    const undos = edits.toReversed().map((edit, at) => {
      laptop.group.tick();
      const port = at < 2 ? { ...laptop.port, commit: old } : laptop.port;
      return undoChange(port, edit)?.changes[0] as string;
    });
    expect([text(laptop, laptop.shown('a')), listConflicts(laptop.port)]).toEqual(['one', []]);
    for (const undo of undos.toReversed()) undoChange(laptop.port, undo);
    expect([text(laptop, laptop.shown('a')), listConflicts(laptop.port)]).toEqual(['four', []]);
  });

  it('of the same entry that two added at the same time, both, leaves none of it', () => {
    const group = new CollectionGroup(2, 'added apart', 'contacts');
    const [laptop, desk] = group.devices as [GroupDevice, GroupDevice];
    const fields = new Map<FieldName, Value>([[fieldName('name'), { full: 'Ann' }]]);
    laptop.write([laptop.edit('a', fields) as Change]);
    group.exchange();
    const note = fieldName('notes/n1');
    const added = [laptop, desk].map((device) => {
      group.tick();
      const change = device.edit('a', new Map([...fields, [note, { note: 'one' }]])) as Change;
      return idOf(device, device.write([change])[0] ?? null);
    });
    group.exchange();
    for (const each of added.toReversed()) {
      group.tick();
      undoChange(laptop.port, each);
    }
    expect(laptop.values('a', note)).toEqual([null]);
  });

  it('brings back when an item was saved, which whoever made it anew wrote over', () => {
    const [laptop] = new CollectionGroup(1, 'saved', 'calendar').devices as [GroupDevice];
    const write = (fields: Map<FieldName, Value> | null): string => {
      laptop.group.tick();
      return idOf(laptop, laptop.write([laptop.edit('a', fields) as Change])[0] ?? null);
    };
    const sequence = fieldName('sequence');
    write(
      new Map<FieldName, Value>([
        [fieldName('title'), 'Trip'],
        [sequence, 3],
      ]),
    );
    const deleted = write(null);
    for (const each of [write(new Map([[fieldName('title'), 'Trip']])), deleted]) undoChange(laptop.port, each);
    expect(laptop.values('a', sequence)).toEqual([3]);
  });

  it('of an entry that was written over and brought back leaves the other one alone', () => {
    const [laptop, desk, group] = pairOfContacts();
    const note = fieldName('notes/n1');
    const write = (device: GroupDevice, said: string | null): string => {
      group.tick();
      const fields = new Map<FieldName, Value>([[fieldName('name'), { full: 'Ann' }]]);
      if (said !== null) fields.set(note, { note: said });
      return idOf(device, device.write([device.edit('a', fields) as Change])[0] ?? null);
    };
    write(laptop, null);
    group.exchange();
    const [, later] = [write(laptop, 'one'), write(desk, 'two')];
    group.exchange();
    for (const each of [write(laptop, 'three'), later]) {
      group.tick();
      undoChange(laptop.port, each);
    }
    expect(laptop.values('a', note)).toEqual([{ note: 'one' }]);
  });

  it('of what was just done brings back what it replaced, though that was the same as what an undo had brought back', () => {
    const [laptop, desk, group] = pair();
    const undone = undoChange(laptop.port, save(laptop, 'a', 'one'));
    save(laptop, 'a', 'two');
    save(desk, 'a', 'one');
    group.exchange();
    undoChange(desk.port, undone?.changes[0] as string);
    group.tick();
    const edit = save(desk, 'a', 'three');
    expect(texts(desk)).toEqual(['three', 'two']);
    undoChange(desk.port, edit);
    expect(texts(desk)).toEqual(['one', 'two']);
  });

  it('brings back what was said again where its making was taken back once more', () => {
    const [laptop, desk, group] = pair();
    const made = save(laptop, 'a', 'one');
    undoChange(laptop.port, made);
    save(laptop, 'a', 'one');
    undoChange(laptop.port, made);
    const edit = save(laptop, 'a', 'two');
    undoChange(desk.port, save(desk, 'a', 'other'));
    group.exchange();
    undoChange(laptop.port, edit);
    expect(texts(laptop)).toContain('one');
  });

  it('of a choice between a file and its being gone brings back what both were, beside what others made of it meanwhile', async () => {
    const group = new CollectionGroup(3, 'chosen apart');
    const [laptop, desk, phone] = group.devices as [GroupDevice, GroupDevice, GroupDevice];
    const settle = async (device: GroupDevice, kind: 'value' | 'delete'): Promise<string> => {
      const [conflict] = listConflicts(device.port);
      const take = conflict?.values.find((value) => value.kind === kind)?.id as string;
      const settled = await resolveConflict(device.port, conflict?.id as string, { take });
      return settled?.changes[0] as string;
    };
    const made = save(laptop, 'a', 'one');
    const [touched] = laptop.write([
      laptop.edit(
        'a',
        new Map<FieldName, Value>([
          [ENTRY, laptop.file('one')],
          [EXECUTABLE, true],
        ]),
      ) as Change,
    ]);
    expect(touched).toBeDefined();
    undoChange(laptop.port, made);
    group.exchange();
    group.tick();
    save(desk, 'a', 'two');
    await settle(phone, 'delete');
    group.tick();
    const chosen = await settle(laptop, 'value');
    group.exchange();
    undoChange(laptop.port, chosen);
    expect(texts(laptop)).toEqual(['one', 'two']);
  });

  it('leaves a file that was edited since the edit before it was taken back, beside its being gone', () => {
    const [laptop] = pair();
    const made = save(laptop, 'a', 'one');
    undoChange(laptop.port, save(laptop, 'a', 'two'));
    save(laptop, 'a', 'since');
    undoChange(laptop.port, made);
    expect([laptop.isThere('a'), listConflicts(laptop.port).length]).toEqual([true, 1]);
    expect(text(laptop, laptop.shown('a'))).toBe('since');
  });

  it('does nothing where an add was taken back already', () => {
    const [laptop] = pair();
    const add = save(laptop, 'a', 'one');
    undoChange(laptop.port, add);
    expect(undoChange(laptop.port, add)).toEqual({ changes: [], records: 0, conflicts: [], missing: [] });
  });

  it.each([
    ['an edit', 'two'],
    ['a delete', null],
  ])('does nothing where %s was taken back already, also on another device', (_what, written) => {
    const [laptop, desk, group] = pair();
    save(laptop, 'a', 'one');
    const change = save(laptop, 'a', written);
    undoChange(laptop.port, change);
    group.exchange();
    for (const device of [laptop, desk]) {
      expect(undoChange(device.port, change)).toEqual({ changes: [], records: 0, conflicts: [], missing: [] });
      expect(text(device, device.shown('a'))).toBe('one');
    }
  });

  it('makes of an add a delete, and of a delete the record as it was', () => {
    const [laptop] = pair();
    const add = save(laptop, 'a', 'one');
    const gone = undoChange(laptop.port, add);
    expect(laptop.isThere('a')).toBe(false);
    undoChange(laptop.port, gone?.changes[0] as string);
    expect(text(laptop, laptop.shown('a'))).toBe('one');
    const end = save(laptop, 'a', null);
    undoChange(laptop.port, end);
    expect(text(laptop, laptop.shown('a'))).toBe('one');
    expect(listConflicts(laptop.port)).toEqual([]);
  });

  it('leaves what was changed since beside the earlier value, as a conflict', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const edit = save(laptop, 'a', 'two');
    save(laptop, 'a', 'three');
    const result = undoChange(laptop.port, edit);
    expect(result?.conflicts).toHaveLength(1);
    expect(
      laptop
        .values('a')
        .map((value) => text(laptop, value))
        .sort(),
    ).toEqual(['one', 'three']);
  });

  it('brings back a deleted file alone where what was made anew in its place was taken back before', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const deleted = save(laptop, 'a', null);
    undoChange(laptop.port, save(laptop, 'a', 'two'));
    expect(undoChange(laptop.port, deleted)?.conflicts).toEqual([]);
    expect(text(laptop, laptop.shown('a'))).toBe('one');
  });

  it('brings back the old content of a deleted file beside what was made anew in its place', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const end = save(laptop, 'a', null);
    save(laptop, 'a', 'anew');
    expect(undoChange(laptop.port, end)?.conflicts).toHaveLength(1);
    expect(
      laptop
        .values('a')
        .map((value) => text(laptop, value))
        .sort(),
    ).toEqual(['anew', 'one']);
  });

  it('takes back an add without touching what somebody else added there at the same time', () => {
    const [laptop, phone, group] = pair();
    const add = save(laptop, 'a', 'mine');
    save(phone, 'a', 'theirs');
    group.exchange();
    expect(undoChange(phone.port, add)?.conflicts).toEqual([]);
    expect(text(phone, phone.shown('a'))).toBe('theirs');
    expect(phone.values('a')).toHaveLength(1);
  });

  it('shows an edit made elsewhere beside the delete that undoes the add', () => {
    const [laptop, phone, group] = pair();
    const add = save(laptop, 'a', 'one');
    group.exchange();
    save(phone, 'a', 'two');
    undoChange(laptop.port, add);
    group.exchange();
    expect(listConflicts(laptop.port)).toMatchObject([
      { field: 'entry', values: [{ kind: 'delete' }, { kind: 'value' }] },
    ]);
    expect(text(laptop, laptop.shown('a'))).toBe('two');
  });

  it('opens a conflict again when its settlement is undone', async () => {
    const [laptop, phone, group] = pair();
    save(laptop, 'a', 'mine');
    save(phone, 'a', 'theirs');
    group.exchange();
    const [conflict] = listConflicts(laptop.port);
    const settled = await resolveConflict(laptop.port, conflict?.id as string, {
      take: conflict?.values[0]?.id as string,
    });
    expect(listConflicts(laptop.port)).toEqual([]);
    const result = undoChange(laptop.port, settled?.changes[0] as string);
    expect(result?.conflicts).toEqual([conflict?.id]);
    expect(
      laptop
        .values('a')
        .map((value) => text(laptop, value))
        .sort(),
    ).toEqual(['mine', 'theirs']);
    // Both changes of that undo are one package: undone together, the settlement stands again.
    const [newest] = listHistory(laptop.port, { limit: 1 });
    undoChange(laptop.port, newest?.id as string);
    expect(listConflicts(laptop.port)).toEqual([]);
  });

  it('gives back a flag that was set', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    const change = laptop.edit(
      'a',
      new Map<typeof ENTRY, Value>([
        [ENTRY, laptop.shown('a') as Value],
        [EXECUTABLE, true],
      ]),
    );
    const [set] = laptop.write(change === null ? [] : [change]);
    undoChange(laptop.port, idOf(laptop, set ?? null));
    expect(laptop.values('a', EXECUTABLE)).toEqual([null]);
    expect(listConflicts(laptop.port)).toEqual([]);
  });

  it('clears a field of a contact that the change brought, and restores all of a deleted contact', () => {
    const group = new CollectionGroup(1, 'undo-contacts', 'contacts');
    const [laptop] = group.devices as [GroupDevice];
    const [name, phone] = [fieldName('name'), fieldName('phones/p1')];
    const edit = (fields: Map<typeof name, Value> | null): string => {
      group.tick();
      const change = laptop.edit('c1', fields);
      return idOf(laptop, laptop.write(change === null ? [] : [change])[0] ?? null);
    };
    edit(new Map<typeof name, Value>([[name, { full: 'Mara' }]]));
    const added = edit(
      new Map<typeof name, Value>([
        [name, { full: 'Mara' }],
        [phone, { number: '1' }],
      ]),
    );
    const end = edit(null);
    undoChange(laptop.port, end);
    expect(laptop.values('c1', phone)).toEqual([{ number: '1' }]);
    expect(laptop.isThere('c1')).toBe(true);
    undoChange(laptop.port, added);
    expect(laptop.values('c1', phone)).toEqual([null]);
    expect(laptop.values('c1', name)).toEqual([{ full: 'Mara' }]);
  });
});

describe('undo of a move', () => {
  function moved(): { device: GroupDevice; written: WrittenPackage } {
    const [device, , group] = pair();
    save(device, 'old', 'one');
    group.tick();
    const add = device.edit('new', new Map([[ENTRY, device.shown('old') as Value]]), { movedFrom: recordId('old') });
    const end = device.edit('old', null, { movedTo: recordId('new') });
    if (add === null || end === null) throw new Error('no move');
    const [written] = device.write([add, end]);
    return { device, written: written as WrittenPackage };
  }

  it.each([0, 1, null])('restores both names, whichever half is named (%s)', (half) => {
    const { device, written } = moved();
    const result = undoChange(
      device.port,
      half === null ? `${written.log}-${written.number}` : `${written.log}-${written.number}-${half}`,
    );
    expect(result?.records).toBe(2);
    expect(device.isThere('new')).toBe(false);
    expect(text(device, device.shown('old'))).toBe('one');
    expect(listHistory(device.port, { limit: 1 })[0]?.changes).toMatchObject([
      { action: 'move', record: 'old', fields: [{ path: 'path', before: 'new', after: 'old' }] },
    ]);
    undoChange(device.port, result?.changes[0] as string);
    expect([device.isThere('new'), device.isThere('old')]).toEqual([true, false]);
  });
});

describe('what cannot be undone', () => {
  it('is named where its content is kept nowhere, and fails where that is all', () => {
    const [laptop] = pair();
    const group = laptop.group;
    save(laptop, 'a', 'one');
    save(laptop, 'b', 'one of b');
    group.tick();
    const [edit, other] = [
      laptop.edit('a', new Map([[ENTRY, laptop.file('two')]])),
      laptop.edit('b', new Map([[ENTRY, laptop.file('two of b')]])),
    ];
    const [both] = laptop.write([edit, other].filter((change) => change !== null));
    laptop.bytes.delete(laptop.file('one').digest);
    const result = undoChange(laptop.port, `${both?.log}-${both?.number}`);
    expect(result).toMatchObject({
      records: 1,
      missing: [{ record: 'a', why: 'its content is kept on no device any more' }],
    });
    expect(text(laptop, laptop.shown('b'))).toBe('one of b');
    expect(() => undoChange(laptop.port, `${both?.log}-${both?.number}-0`)).toThrow(
      expect.objectContaining({ code: 'content-not-kept', subject: 'a' }),
    );
  });

  it('is undone all the same where another device has the content', () => {
    const [laptop, phone, group] = pair();
    save(laptop, 'a', 'one');
    group.exchange();
    const edit = save(laptop, 'a', 'two');
    laptop.bytes.delete(laptop.file('one').digest);
    expect(phone.collection.log.logs().some((log) => log.log === laptop.log && log.held === 1)).toBe(true);
    expect(undoChange(laptop.port, edit)).toMatchObject({ records: 1, missing: [] });
  });

  it('is no package of this collection, or no change of the package', () => {
    const [laptop] = pair();
    save(laptop, 'a', 'one');
    expect(undoChange(laptop.port, '0123456789abcdef-1')).toBeNull();
    expect(undoChange(laptop.port, 'nonsense')).toBeNull();
    expect(() => undoChange(laptop.port, `${laptop.log}-1-9`)).toThrow(
      expect.objectContaining({ code: 'no-such-change' }),
    );
  });
});
