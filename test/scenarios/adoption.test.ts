import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import type { AddedView, PlanView } from '../../src/contract/contract.ts';
import { Device, end, PATIENT, type Pair, startPair } from './device.ts';
import { Folder, scratch } from './folder.ts';

let devices: Device[] = [];
afterEach(async () => {
  await end(...devices);
  devices = [];
});

async function pairWith(before: (folder: Folder) => void): Promise<Pair> {
  const pair = await startPair(before);
  devices.push(pair.a, pair.b);
  return pair;
}
async function lone(name: string): Promise<Device> {
  const device = await Device.start(name);
  devices.push(device);
  return device;
}

/** Stops a device, and takes its database away as a broken disk would. */
async function loseDatabase(device: Device): Promise<void> {
  await device.stop();
  for (const ending of ['', '-wal', '-shm']) rmSync(join(device.data, `lockstep.db${ending}`), { force: true });
}
/** Writes over the first page of a table. */
function damageTable(file: string, table: string): void {
  const database = new Database(file);
  database.pragma('journal_mode = DELETE');
  const page = database.pragma('page_size', { simple: true }) as number;
  const root = database
    .prepare<[string], { rootpage: number }>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .get(table);
  database.close();
  const bytes = readFileSync(file);
  bytes.fill(0xa5, ((root?.rootpage ?? 1) - 1) * page, (root?.rootpage ?? 1) * page);
  writeFileSync(file, bytes);
}
const large = randomBytes(3_000_000);

it('a device that lost its database catches up: nothing lost, nothing resurrected, no content sent again', async () => {
  const { a, b, folderA, folderB, collection } = await pairWith((folder) => {
    folder.write('same.raw', large);
    folder.write('to-delete.txt', 'old');
    folder.write('to-edit.txt', 'before');
  });
  await loseDatabase(b);
  folderA.remove('to-delete.txt');
  folderA.write('to-edit.txt', 'after');
  folderA.write('new.txt', 'new');
  await a.look();
  folderB.write('written-meanwhile.txt', 'mine');
  const before = await a.sent();
  await b.restart();
  // What was deleted elsewhere is here as an earlier version: it asks once, for all of it.
  expect((await b.cli('sync', '--wait', '--for', 'all', '--timeout', PATIENT)).status).toBe(4);
  const { plan, reason } = (await b.status()).collections[0]!.sources[0]!;
  expect(reason).toContain('deleted on another device');
  await b.ask('confirm', plan!);
  await b.sync();
  expect(folderB.contents()).toEqual(folderA.contents());
  expect(Object.keys(folderA.contents())).toEqual(['new.txt', 'same.raw', 'to-edit.txt', 'written-meanwhile.txt']);
  expect([folderA.read('to-edit.txt'), folderA.read('written-meanwhile.txt')]).toEqual(['after', 'mine']);
  expect((await a.sent()) - before).toBeLessThan(200_000);
  expect((await b.root(collection)).root).toBe((await a.root(collection)).root);
});

it.each([
  ['as it starts', 'source'],
  ['as it looks at a folder', 'snapshot'],
  ['as history is cleaned up', 'kept'],
])('a database that is found damaged only %s is set aside, and all goes on by itself', async (_, table) => {
  const { a, b, folderA, folderB, collection } = await pairWith((folder) => {
    for (let at = 0; at < 50; at++) folder.write(`${at}.txt`, `text ${at}`);
  });
  await b.stop();
  const file = join(b.data, 'lockstep.db');
  damageTable(file, table);
  folderA.write('new.txt', 'new');
  folderB.write('written-meanwhile.txt', 'mine');
  await b.restart();
  await expect.poll(async () => (await b.cli('verify', '--content')).status).toBe(0);
  await expect.poll(async () => (await b.cli('sync', '--wait', '--timeout', '5')).status).toBe(0);
  if (table !== 'kept')
    expect(readdirSync(b.data).filter((name) => /^lockstep\.db\.damaged-[^-]*-[^-]*-[^-]*$/.test(name))).toHaveLength(
      1,
    );
  expect(folderB.contents()).toEqual(folderA.contents());
  expect(folderA.read('written-meanwhile.txt')).toBe('mine');
  expect((await b.root(collection)).root).toBe((await a.root(collection)).root);
});

it('both lost their databases: their folders meet again without a conflict and without content', async () => {
  const { a, b, folderA, folderB } = await pairWith((folder) => {
    folder.write('same.raw', large);
    folder.write('deep/notes.txt', 'notes');
  });
  await Promise.all([a, b].map(loseDatabase));
  folderA.write('new-a.txt', 'a');
  folderB.write('new-b.txt', 'b');
  await Promise.all([a.restart(), b.restart()]);
  const before = await a.sent();
  await a.sync();
  await b.sync();
  expect(await a.conflicts()).toEqual([]);
  expect(folderB.contents()).toEqual(folderA.contents());
  expect(Object.keys(folderA.contents())).toEqual(['deep', 'deep/notes.txt', 'new-a.txt', 'new-b.txt', 'same.raw']);
  expect((await a.sent()) - before).toBeLessThan(200_000);
});

it('joining with a full and equal folder sends no content', async () => {
  const [a, b] = [await lone('anna'), await lone('bert')];
  const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
  for (const folder of [folderA, folderB]) {
    folder.write('same.raw', large);
    for (let each = 0; each < 50; each++) folder.write(`small/${each}`, `content ${each}`.repeat(100));
    folder.touch('same.raw', folder === folderA ? 1_600_000_000 : 1_700_000_000);
  }
  const { collection } = await a.add(folderA);
  await b.join(a, collection, folderB);
  await a.sync();
  expect([await a.conflicts(), await a.problems()]).toEqual([[], []]);
  expect(folderB.contents()).toEqual(folderA.contents());
  const bytes = (await a.sent()) + (await b.sent());
  expect(bytes).toBeLessThan(150_000);
});

it('joining with an older copy takes the newer versions; with a different folder, both are merged', async () => {
  const a = await lone('anna');
  const folderA = new Folder('anna');
  folderA.write('essay.txt', 'first');
  const { collection } = await a.add(folderA);
  folderA.write('essay.txt', 'second');
  folderA.write('other.txt', 'of anna');
  await a.look();

  const b = await lone('bert');
  const folderB = new Folder('bert');
  folderB.write('essay.txt', 'first');
  await b.join(a, collection, folderB);
  await a.sync();
  expect([folderB.read('essay.txt'), await a.conflicts()]).toEqual(['second', []]);

  const c = await lone('carl');
  const folderC = new Folder('carl');
  folderC.write('other.txt', 'of carl');
  folderC.write('only-carl.txt', 'carl');
  await c.join(a, collection, folderC);
  await a.sync('carl');
  const conflicts = await a.conflicts();
  expect(conflicts.map((each) => [each.record, each.values.length])).toEqual([['other.txt', 2]]);
  expect([folderA.read('other.txt'), folderC.read('other.txt')]).toEqual(['of anna', 'of carl']);
  expect([folderA.read('only-carl.txt'), folderC.read('essay.txt')]).toEqual(['carl', 'second']);
});

describe('a folder taken away and added again, of which something was deleted meanwhile,', () => {
  async function askedAgain() {
    const pair = await pairWith((folder) => {
      for (const name of ['gone.txt', 'kept.txt', 'back.txt', 'edited.txt']) folder.write(name, `old ${name}`);
    });
    const { a, b, folderA, folderB, collection } = pair;
    const [source] = (await b.status()).collections[0]!.sources;
    await b.ask('source', collection, '--remove', source!.id);
    for (const name of ['gone.txt', 'back.txt', 'edited.txt']) folderA.remove(name);
    await a.sync();
    folderB.touch('gone.txt', 1_700_000_000);
    await b.ask('source', collection, '--add', folderB.root);
    const asked = async () => (await b.status()).collections[0]!.sources[0]!;
    await expect.poll(async () => (await asked()).reason).toContain('3 items here were deleted on another device');
    return { ...pair, asked };
  }

  it('asks about that only: all else goes on, and what is asked is what is done', async () => {
    const { a, b, folderA, folderB, collection, asked } = await askedAgain();
    // Both ways, and across a restart.
    folderA.write('new-a.txt', 'a');
    folderB.write('new-b.txt', 'b');
    folderB.write('edited.txt', 'mine');
    await b.stop();
    await b.restart();
    await expect.poll(() => folderB.contents()).toHaveProperty(['new-a.txt']);
    await expect.poll(() => folderA.contents()).toMatchObject({ 'new-b.txt': expect.anything() });
    // What was edited is no question any more.
    await expect.poll(() => folderA.contents()).toMatchObject({ 'edited.txt': expect.anything() });
    expect(await b.problems()).toMatchObject([{ record: 'back.txt' }, { record: 'gone.txt' }]);
    // It is brought back on the other device.
    const [deletion] = (await a.history(collection, '--record', 'back.txt'))[0]!.changes;
    await a.ask('undo', deletion!.id);
    await expect.poll(async () => (await asked()).reason).toContain('gone.txt was deleted on another device');
    const preview = await b.ask<PlanView>('preview');
    expect(preview).toMatchObject({ incoming: [{ record: 'gone.txt', action: 'delete' }], local: [] });
    expect(preview.halts.map(({ reason }) => reason)).toEqual(['deleted-elsewhere']);
    expect(folderB.read('gone.txt')).toBe('old gone.txt');
    expect((await b.cli('sync', '--wait', '--for', 'all', '--timeout', PATIENT)).status).toBe(4);
    await b.ask('confirm', preview.plan);
    await b.sync();
    expect(folderB.contents()).toEqual(folderA.contents());
    expect(Object.keys(folderA.contents())).toEqual(['back.txt', 'edited.txt', 'kept.txt', 'new-a.txt', 'new-b.txt']);
    expect([await a.conflicts(), await b.problems()]).toEqual([[], []]);
  });

  it('asks no more where it went by hand', async () => {
    const { b, folderA, folderB } = await askedAgain();
    for (const name of ['gone.txt', 'back.txt', 'edited.txt']) folderB.remove(name);
    await b.sync();
    expect(folderB.contents()).toEqual(folderA.contents());
    expect(Object.keys(folderA.contents())).toEqual(['kept.txt']);
  });
});

it('a collection left and joined again finds its folder as it was', async () => {
  const { a, b, folderA, folderB, collection } = await pairWith((folder) => folder.write('same.raw', large));
  await b.ask('leave', collection);
  folderB.write('meanwhile.txt', 'while outside');
  folderA.write('also.txt', 'by anna');
  await a.look();
  await b.join(a, collection, folderB);
  await a.sync();
  expect(folderB.contents()).toEqual(folderA.contents());
  expect(Object.keys(folderA.contents())).toEqual(['also.txt', 'meanwhile.txt', 'same.raw']);
});

it('a book whose format can show more than when it was last compared: what it lacks is not cleared, what was edited meanwhile is asked about', async () => {
  const [a, b] = [await lone('anna'), await lone('bert')];
  const [own, theirs] = [scratch('own'), scratch('theirs')].map((folder) => join(folder, 'book.vcf')) as [
    string,
    string,
  ];
  const card = (...lines: readonly string[]): string => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
  writeFileSync(own, card('VERSION:4.0', 'UID:1', 'FN:Jane Doe', 'TEL:1', 'HOBBY:chess'));
  const { collection } = await a.ask<AddedView>('add', own);
  const { link } = await a.ask<{ link: string }>('invite', collection, '--approve-first');
  await b.ask('join', link, theirs, '--format', 'vcard3');
  await b.sync();
  expect(readFileSync(theirs, 'utf8')).not.toContain('chess');
  await b.stop();
  const database = new Database(join(b.data, 'lockstep.db'));
  database.prepare("INSERT OR REPLACE INTO setting(key, value) SELECT 'shows.' || uid, '-1' FROM source").run();
  database.close();
  writeFileSync(theirs, readFileSync(theirs, 'utf8').replace('TEL:1', 'TEL:2\r\nNOTE:new'));
  // The collection is here, whoever is met.
  await a.stop();
  await b.restart();
  await expect.poll(async () => (await b.history(collection, '--record', '1'))[0]?.device).toBe(b.id);
  await a.restart();
  await b.sync();
  const [conflict, ...others] = await b.conflicts();
  expect(others).toEqual([]);
  expect(conflict?.values.map(({ value }) => value)).toEqual([{ number: '2' }, { number: '1' }]);
  await b.ask('resolve', conflict!.id, '--take', conflict!.values[0]!.id);
  await b.sync();
  for (const line of ['TEL:2', 'NOTE:new', 'HOBBY:chess']) expect(readFileSync(own, 'utf8')).toContain(`${line}\r\n`);
  expect(readFileSync(theirs, 'utf8')).toContain('TEL:2\r\nNOTE:new');
});
