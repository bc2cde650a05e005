import { beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { changesOf, listActs } from '../../../src/main/history/list-acts.ts';
import { undoChange } from '../../../src/main/history/undo-change.ts';
import { placeBefore } from '../../../src/main/past/moment.ts';
import { ENTRY } from '../../../src/main/record/file-entry.ts';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';

let group: CollectionGroup;
let laptop: GroupDevice;
let phone: GroupDevice;
let made = 0;
beforeEach(() => {
  group = new CollectionGroup(2, `acts ${made++}`);
  [laptop, phone] = group.devices as [GroupDevice, GroupDevice];
});

const namesOf = (from: number, count: number) => Array.from({ length: count }, (_, at) => `f${1000 + from + at}`);
/** One look that found these files so; many of them are several packages. */
function look(device: GroupDevice, names: readonly string[], content: string | null): void {
  const changes = names.flatMap((name): Change | readonly Change[] => {
    const text = content === null ? null : `${content} ${name}`;
    return device.edit(name, text === null ? null : new Map([[ENTRY, device.file(text)]])) ?? [];
  });
  device.write(changes);
}
const acts = async (device: GroupDevice, more: Parameters<typeof listActs>[1] = {}) =>
  (await listActs(device.port, { changesLimit: 2, ...more })).map(
    ({ id, deviceName, changeCount, packages, counts }) => [id, deviceName, packages, changeCount, counts],
  );
const only = (counts: object) => ({ add: 0, modify: 0, delete: 0, move: 0, ...counts });

describe('acts', () => {
  it('begin before a time, where one is asked for', async () => {
    group.tick();
    look(laptop, ['a'], 'one');
    group.tick(60_000);
    look(laptop, ['b'], 'two');
    const [newest, older] = await listActs(laptop.port, {});
    const idsBefore = async (time: string) =>
      (await listActs(laptop.port, { before: placeBefore(time) })).map(({ id }) => id);
    expect([await idsBefore(newest!.at), await idsBefore(older!.at)]).toEqual([[older!.id], []]);
    expect(['00ff-1', '2026-13-41', ''].map(placeBefore)).toEqual([null, null, null]);
  });
  it('are what one large change became, with how many items it did what to', async () => {
    group.tick();
    look(laptop, namesOf(0, 600), 'one');
    group.tick(3000);
    look(laptop, namesOf(0, 20), 'two');
    look(laptop, namesOf(20, 2), null);
    expect(await acts(laptop)).toEqual([
      [`${laptop.log}-4..5`, 'Laptop', 2, 22, only({ modify: 20, delete: 2 })],
      [`${laptop.log}-1..3`, 'Laptop', 3, 600, only({ add: 600 })],
    ]);
    const [, first] = await listActs(laptop.port, { changesLimit: 2 });
    expect(first).toMatchObject({ newest: `${laptop.log}-3`, cause: 'source' });
    expect(first?.changes.map(({ title }) => title)).toEqual(namesOf(0, 2));
  });

  it('are two where a person saves twice in a hurry', async () => {
    look(laptop, namesOf(0, 2), 'one');
    look(laptop, namesOf(0, 1), 'two');
    expect((await acts(laptop)).map(([id]) => id)).toEqual([`${laptop.log}-2`, `${laptop.log}-1`]);
  });

  it('are one where a file takes the place of a folder: undone, it is the folder again, and nothing is in conflict', async () => {
    const made = (names: readonly string[]) => {
      const entries = names.map(
        (name) => [name, name.includes('.') ? laptop.file(name) : { type: 'directory' }] as const,
      );
      laptop.write(entries.flatMap(([name, entry]) => laptop.edit(name, new Map([[ENTRY, entry]])) ?? []));
    };
    made(['docs', 'docs/a.txt', 'docs/b.txt', 'other.txt']);
    group.tick(3000);
    look(laptop, ['docs'], 'a file');
    look(laptop, ['docs/a.txt', 'docs/b.txt'], null);
    const [replaced] = await listActs(laptop.port, {});
    expect(replaced).toMatchObject({ id: `${laptop.log}-2..3`, counts: only({ modify: 1, delete: 2 }) });
    const before = [...laptop.collection.records.all()].length;
    undoChange(laptop.port, replaced?.id as string);
    expect(laptop.shown('docs')).toEqual({ type: 'directory' });
    expect([before, laptop.collection.records.conflicts]).toEqual([4, 0]);
    // What lies elsewhere was not in its way.
    group.tick(3000);
    look(laptop, ['docs'], 'a file');
    look(laptop, ['docs/a.txt', 'other.txt'], null);
    expect((await acts(laptop)).slice(0, 2).map(([id]) => id)).toEqual([`${laptop.log}-6`, `${laptop.log}-5`]);
  });

  it.each([0, 1])(
    'of a file in the place of a folder are undone whole by the id of one package (%s) as well',
    (half) => {
      const names = ['docs/a.txt', 'docs/b.txt'];
      const made = [
        ['docs', { type: 'directory' }] as const,
        ...names.map((name) => [name, laptop.file(name)] as const),
      ];
      laptop.write(made.flatMap(([name, entry]) => laptop.edit(name, new Map([[ENTRY, entry]])) ?? []));
      group.tick(3000);
      look(laptop, ['docs', 'other.txt'], 'a file');
      look(laptop, names, null);
      const packages = laptop.sent.slice(1).map(({ log, number }) => `${log}-${number}`);
      group.tick(3000);
      undoChange(laptop.port, packages[half] as string);
      expect([laptop.shown('docs'), ...names.map((name) => laptop.isThere(name))]).toEqual([
        { type: 'directory' },
        true,
        true,
      ]);
      expect([laptop.isThere('other.txt'), laptop.collection.records.conflicts]).toEqual([false, 0]);
    },
  );

  it('are two where something is edited that was there before, right before or after much is added', async () => {
    look(laptop, ['old'], 'one');
    group.tick(3000);
    look(laptop, ['old'], 'two');
    look(laptop, namesOf(0, 300), 'one');
    look(laptop, ['old'], 'three');
    expect((await acts(laptop)).map(([id, , , count, counts]) => [id, count, counts])).toEqual([
      [`${laptop.log}-5`, 1, only({ modify: 1 })],
      [`${laptop.log}-3..4`, 300, only({ add: 300 })],
      [`${laptop.log}-2`, 1, only({ modify: 1 })],
      [`${laptop.log}-1`, 1, only({ add: 1 })],
    ]);
  });

  it('go on over a pause where large packages follow each other, as where large files are read', async () => {
    look(laptop, namesOf(0, 100), 'one');
    group.tick(30_000);
    look(laptop, namesOf(100, 100), 'one');
    group.tick(30_000);
    look(laptop, namesOf(200, 3), 'one');
    expect((await acts(laptop)).map(([id]) => id)).toEqual([`${laptop.log}-3`, `${laptop.log}-1..2`]);
  });

  it('of edits that go on and on are cut at each ten minutes of the clock, as told so far; adds are not', async () => {
    look(laptop, namesOf(0, 100), 'one');
    for (let round = 0; round < 30; round++) {
      group.tick(50_000);
      look(laptop, namesOf(0, 100), `round ${round}`);
    }
    const told = await acts(laptop, { limit: 3 });
    const rest = await acts(laptop, { before: told.at(-1)?.[0] as string });
    const all = [...told, ...rest];
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect(all.length).toBeLessThanOrEqual(5);
    expect(all.every(([, , packages]) => (packages as number) <= 12)).toBe(true);
    expect(all.reduce((sum, [, , , count]) => sum + (count as number), 0)).toBe(3100);
    group.tick(60_000);
    for (let at = 0; at < 20; at++) {
      group.tick(50_000);
      look(laptop, namesOf(1000 + at * 100, 100), 'new');
    }
    expect((await acts(laptop, { limit: 1 })).map(([, , , count]) => count)).toEqual([2000]);
    expect((await acts(laptop)).slice(1)).toEqual(all);
  });

  it('are of one cause: an undo is none with what it takes back', async () => {
    look(laptop, namesOf(0, 300), 'one');
    undoChange(laptop.port, `${laptop.log}-1..2`);
    const list = await listActs(laptop.port, {});
    expect(list.map(({ cause, counts }) => [cause, counts])).toEqual([
      ['undo', only({ delete: 300 })],
      ['source', only({ add: 300 })],
    ]);
  });

  it('of several devices lie beside each other, and page by page each is told once, and whole', async () => {
    for (let round = 0; round < 4; round++) {
      group.tick(100);
      look(laptop, namesOf(20 * round, 20), 'one');
      look(phone, namesOf(100 + 20 * round, 20), 'two');
    }
    group.tick(3000);
    look(phone, namesOf(300, 1), 'late');
    group.exchange();
    const whole = await acts(laptop);
    expect(whole.map(([, name, packages, count]) => [name, packages, count])).toEqual([
      ['Phone', 1, 1],
      ...whole.slice(1).map(([, name]) => [name, 4, 80]),
    ]);
    expect(whole).toHaveLength(3);
    const paged: unknown[] = [];
    let before: string | undefined;
    for (let page = 0; page < 4; page++) {
      const [act] = await acts(laptop, { limit: 1, ...(before === undefined ? {} : { before }) });
      if (act === undefined) break;
      paged.push(act);
      before = act[0] as string;
    }
    expect(paged).toEqual(whole);
    expect(await acts(phone)).toEqual(whole);
  });

  it('are single packages where only some records are asked for', async () => {
    look(laptop, namesOf(0, 300), 'one');
    expect(await acts(laptop, { text: 'f10' })).toEqual([[`${laptop.log}-1`, 'Laptop', 1, 100, only({ add: 100 })]]);
    expect(await acts(laptop, { text: 'f1' })).toHaveLength(2);
    await expect(listActs(laptop.port, { record: 'none' })).rejects.toMatchObject({ code: 'no-such-record' });
  });

  it('are looked into page by page, in the order they were written', () => {
    look(laptop, namesOf(0, 600), 'one');
    const range = `${laptop.log}-1..3`;
    const page = changesOf(laptop.port, range, { from: 250, count: 10, text: null });
    expect(page?.total).toBe(600);
    expect(page?.changes.map(({ record }) => record)).toEqual(namesOf(250, 10));
    expect(page?.changes[9]?.id).toBe(`${laptop.log}-2-3`);
    expect(
      changesOf(laptop.port, range, { from: 595, count: 10, text: null })?.changes.map(({ record }) => record),
    ).toEqual(namesOf(595, 5));
    expect(changesOf(laptop.port, `${laptop.log}-2-3`, { from: 0, count: 10, text: null })).toMatchObject({
      total: 1,
      changes: [{ record: 'f1259' }],
    });
    const some = changesOf(laptop.port, range, { from: 1, count: 1, text: 'F15' });
    expect(some).toMatchObject({ matching: 100, total: 600, changes: [{ record: 'f1501' }] });
    expect(changesOf(laptop.port, 'ffff-1', { from: 0, count: 1, text: null })).toBeNull();
  });
});
