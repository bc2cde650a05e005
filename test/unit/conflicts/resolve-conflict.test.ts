import { beforeEach, describe, expect, it } from 'vitest';
import type { ConflictView } from '../../../src/contract/contract.ts';
import type { FieldWrite } from '../../../src/main/change-log/change.ts';
import { conflictDetail } from '../../../src/main/conflicts/conflict-detail.ts';
import { findConflict, firstConflicts, listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { resolveAll, resolveConflict } from '../../../src/main/conflicts/resolve-conflict.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { ENTRY, EXECUTABLE, EXISTS, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { type FieldName, fieldName, recordId } from '../../../src/main/record/ids.ts';
import type { Value } from '../../../src/main/record/value.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

let group: CollectionGroup;
let laptop: GroupDevice;
let phone: GroupDevice;
let desk: GroupDevice;
let made = 0;

beforeEach(() => {
  group = new CollectionGroup(3, `resolve ${made++}`);
  [laptop, phone, desk] = group.devices as [GroupDevice, GroupDevice, GroupDevice];
});

const text = (device: GroupDevice, value: Value | undefined): string =>
  new TextDecoder().decode(device.bytes.get((value as { digest: never }).digest));
const sha = (of: string): string => laptop.file(of).digest;
function one(device: GroupDevice): ConflictView {
  const all = listConflicts(device.port);
  expect(all).toHaveLength(1);
  return all[0] as ConflictView;
}
function save(device: GroupDevice, record: string, content: string | null): void {
  group.tick();
  device.save(record, content);
}
/** `report.txt` says "base", then is changed apart. */
function apart(mine: string | null, theirs: string | null, record = 'docs/report.txt'): void {
  save(laptop, record, 'base');
  group.exchange();
  save(laptop, record, mine);
  save(phone, record, theirs);
  group.exchange();
}

describe('a list of conflicts', () => {
  it('is given by its beginning, of those a text is in, with how many there are', () => {
    for (const at of [1, 2, 3]) apart('mine', 'theirs', `docs/Letter ${at}.txt`);
    apart('mine', 'theirs', 'plans/other.txt');
    const all = listConflicts(laptop.port);
    expect(firstConflicts(laptop.port, '', 2)).toEqual({ list: all.slice(0, 2), total: 4 });
    expect(firstConflicts(laptop.port, ' letter', 9)).toEqual({ list: all.slice(0, 3), total: 3 });
    expect(firstConflicts(laptop.port, 'PLANS/', 0)).toEqual({ list: [], total: 1 });
    for (const { id } of all) expect(findConflict(laptop.port, id)?.conflict.id).toBe(id);
  });

  it('tells who edited what, from what, equally on all devices', () => {
    apart('mine', 'theirs');
    const view = one(laptop);
    expect(view).toMatchObject({
      collection: group.id,
      record: 'docs/report.txt',
      field: 'entry',
      title: 'report.txt: edited on Phone and Laptop',
      base: { type: 'file', size: 4, sha256: sha('base') },
      baseBy: { device: laptop.id, at: '2026-01-01T00:00:01.000Z' },
      values: [
        {
          kind: 'value',
          value: { type: 'file', size: 6, sha256: sha('theirs') },
          device: phone.id,
          at: '2026-01-01T00:00:03.000Z',
        },
        {
          kind: 'value',
          value: { type: 'file', size: 4, sha256: sha('mine') },
          device: laptop.id,
          at: '2026-01-01T00:00:02.000Z',
        },
      ],
    });
    expect(view.id).toMatch(/^[0-9a-f]{16}$/);
    expect(view.values.map((value) => value.id)).toEqual([
      expect.stringMatching(/^[0-9a-f]{12}$/),
      expect.stringMatching(/^[0-9a-f]{12}$/),
    ]);
    expect(view.shown).toBe(view.values[0]?.id);
    for (const device of group.devices) expect(one(device)).toEqual(view);
  });

  it('shows a delete beside an edit as one conflict of the entry', () => {
    apart('mine', null);
    expect(one(desk)).toMatchObject({
      field: 'entry',
      title: 'report.txt: edited on Laptop, deleted on Phone',
      base: { sha256: sha('base') },
      values: [
        { kind: 'delete', value: null, device: phone.id },
        { kind: 'value', value: { sha256: sha('mine') }, device: laptop.id },
      ],
    });
    expect(one(desk).shown).toBe(one(desk).values[1]?.id);
  });

  it('has one conflict for two edits and a delete, with three values', () => {
    save(laptop, 'a', 'base');
    group.exchange();
    save(laptop, 'a', 'mine');
    save(phone, 'a', 'theirs');
    save(desk, 'a', null);
    group.exchange();
    expect(one(laptop)).toMatchObject({
      title: 'a: edited on Phone and Laptop, deleted on Desk',
      base: { sha256: sha('base') },
    });
    expect(one(laptop).values.map((value) => value.kind)).toEqual(['delete', 'value', 'value']);
  });

  it('has no base for what was made apart', () => {
    save(laptop, 'a', 'mine');
    save(phone, 'a', 'theirs');
    group.exchange();
    expect(one(laptop).base).toBeNull();
  });

  it.each([
    ['two edits', 'mine', 'theirs'],
    ['an edit beside a delete', 'mine', null],
  ])('has the base it had where the settlement of %s is undone, and a new edit there too', async (_, mine, theirs) => {
    apart(mine, theirs, 'a');
    const { base, values, title } = one(laptop);
    const settled = await resolveConflict(laptop.port, one(laptop).id, { take: values[0]?.id as string });
    group.exchange();
    group.tick();
    undoChange(phone.port, settled?.changes[0] as string);
    group.exchange();
    // Who pressed undo wrote none of them.
    for (const device of group.devices) expect(one(device)).toMatchObject({ base, values, title });
    save(desk, 'a', 'edited after the undo');
    group.exchange();
    expect(base).toMatchObject({ sha256: sha('base') });
    for (const device of group.devices) expect(one(device).base).toEqual(base);
  });

  it.each(['012', '120', '201', '210'])(
    'shows the value it showed, the last, where its settlement is undone (%s)',
    async (turns) => {
      save(laptop, 'a', 'base');
      group.exchange();
      for (const turn of turns) save(group.devices[Number(turn)] as GroupDevice, 'a', `text ${turn}`);
      group.exchange();
      const before = one(laptop);
      group.tick();
      const settled = await resolveConflict(laptop.port, before.id, { text: 'settled' });
      group.exchange();
      group.tick();
      const other = desk.edit(
        'a',
        new Map<FieldName, Value>([
          [ENTRY, desk.shown('a') as Value],
          [EXECUTABLE, true],
        ]),
      );
      desk.write(other === null ? [] : [other]);
      group.exchange();
      group.tick();
      undoChange(phone.port, settled?.changes[0] as string);
      group.exchange();
      expect(before.shown).toBe(before.values[0]?.id);
      expect(one(desk)).toEqual(before);
    },
  );

  it('is as it was where an edit made while it waited is undone', () => {
    apart('mine', 'theirs', 'a');
    const before = one(desk);
    save(desk, 'a', 'edited meanwhile');
    group.exchange();
    expect(one(desk).values.map(({ device }) => device)).toContain(desk.id);
    group.tick();
    undoChange(laptop.port, listHistory(laptop.port, { limit: 1 })[0]?.id as string);
    group.exchange();
    expect(one(desk)).toEqual(before);
  });

  it('has an edit that followed a move of whoever made it', () => {
    save(laptop, 'x', 'base');
    group.exchange();
    save(phone, 'x', 'edited');
    group.exchange();
    save(laptop, 'y', 'other');
    group.tick();
    const entry: FieldWrite = { field: ENTRY, value: desk.file('edited'), replaces: [] };
    const writes = [entry, { field: EXISTS, value: true, replaces: [] }];
    desk.write([{ record: recordId('y'), cause: 'follow-move', movedFrom: recordId('x'), writes }]);
    group.exchange();
    for (const device of group.devices) {
      const [view] = listConflicts(device.port);
      expect(view?.title).toMatch(/: edited on (?:Phone and Laptop|Laptop and Phone)$/);
    }
  });

  it('is as it was, of the same people and showing the same, where what settled one that an undo had made is undone', async () => {
    save(laptop, 'a', 'base');
    group.exchange();
    save(laptop, 'a', 'mine');
    group.exchange();
    save(phone, 'a', 'theirs');
    group.exchange();
    group.tick();
    undoChange(desk.port, listHistory(laptop.port, { device: laptop.id, limit: 1 })[0]?.id as string);
    group.exchange();
    const before = one(desk);
    expect(before.values.map(({ device }) => device)).toEqual([desk.id, phone.id]);
    for (const { id } of before.values) {
      group.tick();
      const settled = await resolveConflict(laptop.port, before.id, { take: id });
      group.exchange();
      group.tick();
      const undone = undoChange(phone.port, settled?.changes[0] as string);
      group.exchange();
      expect(one(desk)).toEqual(before);
      // Taken back and done again it is no other.
      for (const [device, changes] of [
        [laptop, undone?.changes],
        [desk, null],
      ] as const) {
        group.tick();
        undoChange(device.port, changes?.[0] ?? (listHistory(device.port, { limit: 1 })[0]?.id as string));
        group.exchange();
      }
      expect(one(desk)).toEqual(before);
    }
  });

  it('has the value that comes back where an edit is undone of whoever undid it', () => {
    for (const [device, content] of [
      [laptop, 'base'],
      [laptop, 'one'],
      [phone, 'two'],
    ] as const) {
      save(device, 'a', content);
      group.exchange();
    }
    group.tick();
    undoChange(desk.port, listHistory(desk.port, { limit: 2 })[1]?.id as string);
    expect(one(desk).title).toBe('a: edited on Desk and Phone');
  });

  it('is settled as the newest value says, or that of a device, also where its settlement was undone', async () => {
    apart('mine', 'theirs', 'a');
    const { values } = one(laptop);
    const again = async (prefer: string): Promise<unknown> => {
      group.tick();
      const [settled] = resolveAll(desk.port, prefer).changes;
      group.exchange();
      const shown = desk.shown('a');
      group.tick();
      undoChange(desk.port, settled as string);
      group.exchange();
      expect(one(laptop).values).toEqual(values);
      return shown;
    };
    for (const prefer of ['newest', laptop.id, phone.id, laptop.id, 'newest'])
      expect([prefer, await again(prefer)]).toMatchObject([
        prefer,
        { digest: sha(prefer === laptop.id ? 'mine' : 'theirs') },
      ]);
    expect(resolveAll(desk.port, desk.id).changes).toEqual([]);
  });

  it('has what both came from where two settled it differently at once, not one of the two', async () => {
    apart('mine', 'theirs', 'a');
    for (const device of [laptop, phone]) {
      group.tick();
      await resolveConflict(device.port, one(device).id, { take: one(device).values[device === phone ? 0 : 1]!.id });
    }
    group.exchange();
    expect(one(desk).values).toHaveLength(2);
    expect(one(desk).base).toMatchObject({ sha256: sha('base') });
  });

  it('finds the nearest base, across a settlement', async () => {
    apart('mine', 'theirs', 'a');
    group.tick();
    await resolveConflict(laptop.port, one(laptop).id, { text: 'settled' });
    group.exchange();
    save(laptop, 'a', 'later mine');
    save(phone, 'a', 'later theirs');
    save(phone, 'a', 'still later theirs');
    group.exchange();
    expect(one(desk).base).toMatchObject({ sha256: sha('settled') });
  });

  it('finds a conflict by the beginning of its id', () => {
    apart('mine', 'theirs');
    expect(findConflict(laptop.port, one(laptop).id.slice(0, 6))?.conflict.field).toBe('entry');
    expect(findConflict(laptop.port, 'ffffffffffffffff')).toBeNull();
    expect(findConflict(laptop.port, '')).toBeNull();
  });

  it('counts a cleared field of a contact as deleted, and the whole contact under exists', () => {
    const people = new CollectionGroup(2, `people ${made++}`, 'contacts');
    const [mine, theirs] = people.devices as [GroupDevice, GroupDevice];
    const [name, phoneField] = [fieldName('name'), fieldName('phones/p1')];
    const edit = (device: GroupDevice, id: string, fields: ReadonlyMap<FieldName, Value> | null): void => {
      people.tick();
      const change = device.edit(id, fields);
      if (change !== null) device.write([change]);
    };
    const card = (number: string | null): ReadonlyMap<FieldName, Value> =>
      new Map<FieldName, Value>([
        [name, { full: 'Mara' }],
        ...(number === null ? [] : [[phoneField, { number }] as const]),
      ]);
    edit(mine, 'c1', card('1'));
    edit(mine, 'c2', card('1'));
    people.exchange();
    edit(mine, 'c1', card(null));
    edit(theirs, 'c1', card('2'));
    edit(mine, 'c2', null);
    edit(theirs, 'c2', card('3'));
    people.exchange();
    expect(listConflicts(theirs.port)).toMatchObject([
      {
        field: 'phones/p1',
        title: 'Mara: edited on Phone, deleted on Laptop',
        base: { number: '1' },
        values: [{ kind: 'value' }, { kind: 'delete', value: null }],
      },
      {
        field: 'exists',
        values: [
          { kind: 'value', value: { name: { full: 'Mara' }, 'phones/p1': { number: '3' } } },
          { kind: 'delete' },
        ],
      },
    ]);
  });
});

describe('the detail of a conflict', () => {
  it('has the texts, and a merge of them with what they came from', async () => {
    save(laptop, 'a', 'one\ntwo\nthree\n');
    group.exchange();
    save(laptop, 'a', 'ONE\ntwo\nthree\n');
    save(phone, 'a', 'one\ntwo\nTHREE\n');
    group.exchange();
    const { record, conflict } = findConflict(laptop.port, one(laptop).id) as NonNullable<
      ReturnType<typeof findConflict>
    >;
    expect(await conflictDetail(laptop.port, record, conflict)).toMatchObject({
      baseText: 'one\ntwo\nthree\n',
      texts: [
        { text: 'one\ntwo\nTHREE\n', why: null },
        { text: 'ONE\ntwo\nthree\n', why: null },
      ],
      merged: { text: 'ONE\ntwo\nTHREE\n', clashes: 0 },
      names: { [laptop.id]: 'Laptop', [phone.id]: 'Phone' },
    });
  });

  it('says why a text is not there', async () => {
    apart('mine', 'a\0b', 'a');
    laptop.bytes.delete(laptop.file('mine').digest);
    const { record, conflict } = findConflict(laptop.port, one(laptop).id) as NonNullable<
      ReturnType<typeof findConflict>
    >;
    const detail = await conflictDetail(laptop.port, record, conflict);
    expect(detail.texts.map((each) => each.why)).toEqual([
      null,
      'Its content is not here, and no device that is linked has it.',
    ]);
    expect(detail.merged).toBeNull();
    const { members } = laptop.port;
    const others = () => members.others().map((other) => ({ ...other, isSilent: true }));
    const whileSilent = await conflictDetail({ ...laptop.port, members: { ...members, others } }, record, conflict);
    expect(whileSilent.texts[1]?.why).toBe(
      'Its content is not here, and Phone and Desk are linked and send nothing of the contents asked for, and no other device that is linked has it.',
    );
    phone.bytes.set(phone.file('mine').digest, new TextEncoder().encode('mine'));
    group.linked.add(phone);
    expect((await conflictDetail(laptop.port, record, conflict)).texts[1]?.text).toBe('mine');
  });
});

describe('settling a conflict', () => {
  it('takes one of the values, everywhere', async () => {
    apart('mine', 'theirs');
    const view = one(laptop);
    const mine = view.values.find((value) => value.device === laptop.id);
    const result = await resolveConflict(phone.port, view.id, { take: mine?.id.slice(0, 5) as string });
    expect(result).toMatchObject({ records: 1, conflicts: [], missing: [] });
    group.exchange();
    for (const device of group.devices) {
      expect(listConflicts(device.port)).toEqual([]);
      expect(text(device, device.shown('docs/report.txt'))).toBe('mine');
    }
  });

  it('replaces only what stood there: a value that was on its way stays beside it', async () => {
    apart('mine', 'theirs');
    save(desk, 'docs/report.txt', 'from the desk');
    await resolveConflict(laptop.port, one(laptop).id, { take: one(laptop).shown });
    group.exchange();
    expect(
      one(laptop)
        .values.map((value) => value.device)
        .sort(),
    ).toEqual([desk.id, laptop.id].sort());
  });

  it('deletes where the deletion is taken, and keeps where the edit is', async () => {
    apart('mine', null);
    const [gone, kept] = one(laptop).values;
    expect(gone?.kind).toBe('delete');
    const result = await resolveConflict(laptop.port, one(laptop).id, { take: gone?.id as string });
    expect(laptop.isThere('docs/report.txt')).toBe(false);
    undoChange(laptop.port, result?.changes[0] as string);
    expect(
      one(laptop)
        .values.map((value) => value.kind)
        .sort(),
    ).toEqual(['delete', 'value']);
    await resolveConflict(laptop.port, one(laptop).id, { take: kept?.id as string });
    expect(text(laptop, laptop.shown('docs/report.txt'))).toBe('mine');
    expect(laptop.existsValues('docs/report.txt')).toEqual([true]);
  });

  it('leaves a delete open where another field is settled', async () => {
    apart('mine', null, 'a');
    const set = (device: GroupDevice, to: boolean): void => {
      group.tick();
      const change = device.edit(
        'a',
        new Map<FieldName, Value>([
          [ENTRY, device.shown('a') as Value],
          [EXECUTABLE, to],
        ]),
      );
      if (change !== null)
        device.write([
          {
            ...change,
            writes: change.writes.map((write) => (write.field === EXISTS ? { ...write, replaces: [] } : write)),
          },
        ]);
    };
    set(laptop, true);
    group.exchange();
    set(laptop, false);
    set(phone, false);
    const write = phone.collection.records.find('a' as never)?.state.fields.get(EXECUTABLE);
    expect(write).toHaveLength(1);
    phone.write([
      {
        record: 'a' as never,
        cause: 'source',
        writes: [
          { field: EXECUTABLE, value: true, replaces: [] },
          { field: EXISTS, value: true, replaces: [] },
        ],
      },
    ]);
    group.exchange();
    const flag = listConflicts(laptop.port).find((view) => view.field === 'executable') as ConflictView;
    await resolveConflict(laptop.port, flag.id, { take: flag.shown });
    expect(listConflicts(laptop.port).map((view) => view.field)).toEqual(['entry']);
  });

  it('keeps new bytes before it names them', async () => {
    apart('mine', 'theirs');
    await resolveConflict(laptop.port, one(laptop).id, { text: 'merged by hand\n' });
    expect(text(laptop, laptop.shown('docs/report.txt'))).toBe('merged by hand\n');
    expect(laptop.collection.records.find('docs/report.txt' as never)?.state.fields.get(ENTRY)).toHaveLength(1);
  });

  it('settles nothing that changed while the new bytes were being kept', async () => {
    apart('mine', 'theirs');
    save(desk, 'docs/report.txt', 'from the desk');
    const { port } = laptop;
    const keep = (bytes: Uint8Array) => {
      group.exchange();
      return port.contents.keep(bytes);
    };
    const settled = resolveConflict({ ...port, contents: { ...port.contents, keep } }, one(laptop).id, {
      text: 'mine',
    });
    await expect(settled).rejects.toMatchObject({ code: 'changed-meanwhile', subject: 'docs/report.txt' });
    expect(one(laptop).values.map((value) => value.device)).toContain(desk.id);
  });

  it('takes bytes that are no text', async () => {
    apart('mine', 'theirs');
    await resolveConflict(laptop.port, one(laptop).id, { value: Uint8Array.of(0, 255) });
    expect(laptop.shown('docs/report.txt')).toMatchObject({ size: 2 });
  });

  it('takes the entry of an earlier version, and refuses content nobody knows', async () => {
    apart('mine', 'theirs');
    const { id } = one(laptop);
    await expect(
      resolveConflict(laptop.port, id, { value: { type: 'file', sha256: 'ab'.repeat(32), size: 3 } }),
    ).rejects.toMatchObject({ code: 'unknown-content', subject: 'docs/report.txt' });
    for (const value of [7, 'text', [], { type: 'file' }, { type: 'symlink', target: '' }])
      await expect(resolveConflict(laptop.port, id, { value })).rejects.toMatchObject({ code: 'bad-value' });
    expect(laptop.commits).toBe(2);
    await resolveConflict(laptop.port, id, { value: { type: 'file', sha256: sha('base') } });
    expect(text(laptop, laptop.shown('docs/report.txt'))).toBe('base');
  });

  it('knows content that is on this device by its digest and true size', async () => {
    apart('mine', 'theirs');
    const { id } = one(laptop);
    await expect(
      resolveConflict(laptop.port, id, { value: { type: 'file', sha256: sha('elsewhere'), size: 5 } }),
    ).rejects.toMatchObject({ code: 'unknown-content' });
    await resolveConflict(laptop.port, id, { value: { type: 'file', sha256: sha('elsewhere'), size: 9 } });
    expect(text(laptop, laptop.shown('docs/report.txt'))).toBe('elsewhere');
  });

  it('deletes for the value null, and makes links and folders', async () => {
    apart('mine', 'theirs', 'a');
    await resolveConflict(laptop.port, one(laptop).id, { value: null });
    expect(laptop.isThere('a')).toBe(false);
    apart('mine again', 'theirs again', 'b');
    await resolveConflict(laptop.port, one(laptop).id, { value: { type: 'symlink', target: '../x', more: 1 } });
    expect(laptop.shown('b')).toEqual({ type: 'symlink', target: '../x' });
  });

  it('fails for a value it does not have', async () => {
    apart('mine', 'theirs');
    await expect(resolveConflict(laptop.port, one(laptop).id, { take: 'zzz' })).rejects.toMatchObject({
      code: 'no-such-value',
    });
    expect(await resolveConflict(laptop.port, 'ffffffffffffffff', { take: 'zzz' })).toBeNull();
  });

  it('fails with content-not-kept where nobody has the content of the value', async () => {
    apart('mine', 'theirs');
    const gone = new CollectionGroup(1, `alone ${made++}`);
    const [alone] = gone.devices as [GroupDevice];
    for (const device of [laptop, phone]) alone.receiveFrom(device);
    const view = one(laptop);
    const port = {
      ...laptop.port,
      members: { ...laptop.port.members, others: () => [] },
      contents: { ...laptop.port.contents, isHere: () => false },
    };
    await expect(resolveConflict(port, view.id, { take: view.shown })).rejects.toMatchObject({
      code: 'content-not-kept',
    });
    expect(() => resolveAll(port, 'newest')).toThrow(expect.objectContaining({ code: 'content-not-kept' }));
  });
});

describe('keeping both', () => {
  it('puts the others beside the shown one, named after their device', async () => {
    save(laptop, 'docs/report.txt', 'base');
    save(laptop, 'docs/REPORT (laptop).TXT', 'in the way');
    group.exchange();
    save(laptop, 'docs/report.txt', 'mine');
    group.tick();
    const change = phone.edit(
      'docs/report.txt',
      new Map<FieldName, Value>([
        [ENTRY, phone.file('theirs')],
        [EXECUTABLE, true],
        [MODIFIED, 5],
      ]),
    );
    if (change !== null) phone.write([change]);
    save(desk, 'docs/report.txt', 'the desk’s');
    group.exchange();
    const result = await resolveConflict(phone.port, one(phone).id, { keepBoth: true });
    expect(result).toMatchObject({ records: 3, conflicts: [], missing: [] });
    expect(text(phone, phone.shown('docs/report.txt'))).toBe('the desk’s');
    expect(text(phone, phone.shown('docs/report (Phone).txt'))).toBe('theirs');
    expect(phone.values('docs/report (Phone).txt', EXECUTABLE)).toEqual([true]);
    expect(text(phone, phone.shown('docs/report (Laptop 2).txt'))).toBe('mine');
    expect(text(phone, phone.shown('docs/REPORT (laptop).TXT'))).toBe('in the way');
    group.exchange();
    for (const device of group.devices) expect(recordsRoot(device.collection)).toEqual(recordsRoot(phone.collection));
  });

  it('gives a copy the time its content came with, also where somebody settled for that, or wrote it there and then', async () => {
    const bring = (device: GroupDevice, content: string, modified: number): void => {
      group.tick();
      const fields = new Map<FieldName, Value>([
        [ENTRY, device.file(content)],
        [MODIFIED, modified],
      ]);
      const change = device.edit('a.txt', fields);
      device.write(change === null ? [] : [change]);
    };
    const settle = async (
      device: GroupDevice,
      choice: (view: ConflictView) => Parameters<typeof resolveConflict>[2],
    ) => {
      group.tick();
      const view = one(device);
      await resolveConflict(device.port, view.id, choice(view));
    };
    const taken = (content: string) => (view: ConflictView) => ({
      take: view.values.find(({ value }) => (value as { sha256?: string } | null)?.sha256 === sha(content))
        ?.id as string,
    });
    bring(laptop, 'base', 1);
    group.exchange();
    bring(laptop, 'mine', 5);
    bring(phone, 'theirs', 7);
    group.exchange();
    await settle(laptop, taken('mine'));
    await settle(phone, taken('theirs'));
    group.exchange();
    await settle(desk, () => ({ keepBoth: true }));
    expect(desk.values('a (Laptop).txt', MODIFIED)).toEqual([5]);
    group.exchange();
    bring(laptop, 'mine again', 15);
    bring(phone, 'theirs again', 17);
    group.exchange();
    await settle(laptop, () => ({ value: Buffer.from('written there') }));
    await settle(phone, taken('theirs again'));
    group.exchange();
    await settle(desk, () => ({ keepBoth: true }));
    expect(desk.values('a (Laptop 2).txt', MODIFIED)).toEqual([17]);
  });

  it('keeps names short enough, hidden files hidden, and folders folders', async () => {
    const long = `${'ü'.repeat(126)}.md`;
    apart('mine', 'theirs', long);
    await resolveConflict(laptop.port, one(laptop).id, { keepBoth: true });
    const copy = [...laptop.collection.records.group(0, '')].find((member) => member.name !== long);
    expect(Buffer.byteLength(copy?.name ?? '')).toBeLessThanOrEqual(255);
    expect(copy?.name).toMatch(/^ü+ \(Laptop\)\.md$/);
    apart('mine', 'theirs', '.profile');
    await resolveConflict(laptop.port, one(laptop).id, { keepBoth: true });
    expect(laptop.isThere('.profile (Laptop)')).toBe(true);
    save(laptop, 'x', 'a file');
    group.tick();
    const folder = phone.edit('x', new Map([[ENTRY, { type: 'directory' } as Value]]));
    if (folder !== null) phone.write([folder]);
    phone.save('x/inside', 'lives here');
    group.tick();
    laptop.save('x', 'a newer file');
    group.exchange();
    await resolveConflict(desk.port, one(desk).id, { keepBoth: true });
    expect(desk.shown('x')).toEqual({ type: 'directory' });
    expect(text(desk, desk.shown('x (Laptop)'))).toBe('a newer file');
  });

  it('keeps the file where the other deleted it, and refuses what is no file', async () => {
    apart('mine', null, 'a');
    await resolveConflict(laptop.port, one(laptop).id, { keepBoth: true });
    expect(laptop.isThere('a')).toBe(true);
    expect(listConflicts(laptop.port)).toEqual([]);
    const people = new CollectionGroup(2, `people ${made++}`, 'contacts');
    const [mine, theirs] = people.devices as [GroupDevice, GroupDevice];
    for (const [device, full] of [
      [mine, 'A'],
      [theirs, 'B'],
    ] as const) {
      const change = device.edit('c', new Map<FieldName, Value>([[fieldName('name'), full]]));
      if (change !== null) device.write([change]);
    }
    people.exchange();
    await expect(resolveConflict(mine.port, one(mine).id, { keepBoth: true })).rejects.toMatchObject({
      code: 'cannot-keep-both',
    });
    await resolveConflict(mine.port, one(mine).id, { text: 'C' });
    expect(mine.values('c', fieldName('name'))).toEqual(['C']);
  });
});

describe('settling all conflicts', () => {
  it('prefers the newest, in one change a record', () => {
    apart('mine', 'theirs', 'a');
    apart('mine', null, 'b');
    const result = resolveAll(laptop.port, 'newest');
    expect(result).toMatchObject({ records: 2, conflicts: [], missing: [] });
    expect(text(laptop, laptop.shown('a'))).toBe('theirs');
    expect(laptop.isThere('b')).toBe(false);
  });

  it('leaves open what would take the place of a folder with something in it', () => {
    save(phone, 'notes/in.txt', 'what is in it');
    save(laptop, 'notes', 'a file');
    group.exchange();
    const { id } = one(laptop);
    const result = resolveAll(laptop.port, 'newest');
    expect(result).toMatchObject({ records: 0, conflicts: [id], missing: [] });
    expect(text(laptop, laptop.shown('notes/in.txt'))).toBe('what is in it');
    expect(one(laptop).id).toBe(id);
  });

  it('prefers a device, by name or as this one, and leaves what it said nothing to', () => {
    apart('mine', 'theirs', 'a');
    save(phone, 'b', 'p');
    save(desk, 'b', 'd');
    group.exchange();
    const result = resolveAll(desk.port, 'laptop');
    expect(result.records).toBe(1);
    expect(text(desk, desk.shown('a'))).toBe('mine');
    expect(result.conflicts).toEqual([one(desk).id]);
    resolveAll(desk.port, 'this-device');
    expect(text(desk, desk.shown('b'))).toBe('d');
    expect(listConflicts(desk.port)).toEqual([]);
    expect(() => resolveAll(desk.port, 'Toaster')).toThrow(expect.objectContaining({ code: 'no-such-device' }));
  });
});
