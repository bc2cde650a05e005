import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HistoryChangeView, PackageView, ResultView } from '../../src/contract/contract.ts';
import { end, type Pair, startPair } from './device.ts';
import { Folder, scratch } from './folder.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair((folder) => {
    folder.write('keep/one.txt', 'one');
    folder.write('keep/two.txt', 'two');
    folder.write('keep/three.txt', 'three');
  });
});
afterAll(() => end(pair?.a, pair?.b));

/** What was done to a record, newest first. */
async function changesOf(record: string): Promise<readonly HistoryChangeView[]> {
  const packages = await pair.b.history(pair.collection, '--record', record);
  return packages.flatMap((each) => each.changes.filter((change) => change.record === record));
}
/** Which package changed a record last. */
async function packageOf(record: string): Promise<string> {
  return (await pair.a.history(pair.collection, '--record', record))[0]!.id;
}

it('history names who did what, with what was before, and where that still is', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  // Else he might copy what he is about to replace, if he has the time.
  await b.ask('config', 'history.copy-limit', '0');
  folderA.write('essay.txt', 'first');
  await a.sync();
  folderB.write('essay.txt', 'second');
  await b.sync();
  folderA.write('essay.txt', 'third');
  await a.sync();
  const [third, second, first] = await changesOf('essay.txt');
  expect([third?.action, second?.action, first?.action]).toEqual(['modify', 'modify', 'add']);
  const entry = second?.fields.find((field) => field.path === 'entry');
  expect([entry?.before, entry?.after]).toMatchObject([{ size: 5 }, { size: 6 }]);
  // What anna wrote first was replaced on her device when bert's words arrived there.
  expect(entry?.kept).toEqual([a.id]);
  const devices = (await a.history(collection, '--record', 'essay.txt')).map((each) => each.device);
  expect(devices).toEqual([a.id, b.id, a.id]);
  await b.ask('config', 'history.copy-limit', String(1 << 20));
});

it('a change can be undone; what was changed since stays beside it', async () => {
  const { a, b, folderA, folderB } = pair;
  const [third] = await changesOf('essay.txt');
  expect(await b.ask<ResultView>('undo', third!.id)).toMatchObject({ records: 1, conflicts: [], missing: [] });
  await b.sync();
  expect([folderA.read('essay.txt'), folderB.read('essay.txt')]).toEqual(['second', 'second']);
  const [, , , first] = await changesOf('essay.txt');
  const undone = await a.ask<ResultView>('undo', first!.id);
  await a.sync();
  expect([undone.records, folderA.has('essay.txt')]).toEqual([1, undone.conflicts.length > 0]);
});

it('a move that is undone takes what was edited since back with it, and nobody is asked', async () => {
  const { a, b, folderA, folderB } = pair;
  folderA.write('draft.txt', 'as it was written first');
  await a.sync();
  folderA.move('draft.txt', 'final.txt');
  await a.sync();
  const moved = await packageOf('final.txt');
  folderB.write('final.txt', 'as it was edited later');
  await b.sync();
  await a.ask<ResultView>('undo', moved);
  await a.sync();
  await b.sync();
  await a.sync();
  for (const folder of [folderA, folderB])
    expect([folder.read('draft.txt'), folder.has('final.txt')]).toEqual(['as it was edited later', false]);
  expect((await a.conflicts()).filter(({ record }) => record === 'draft.txt' || record === 'final.txt')).toEqual([]);
});

it('a package can be undone whole', async () => {
  const { a, b, folderA, folderB } = pair;
  await a.unseen(() => {
    for (const name of ['one', 'two', 'three']) folderA.remove(`keep/${name}.txt`);
    folderA.write('keep/new.txt', 'new');
  });
  await a.sync();
  expect(folderB.has('keep/one.txt')).toBe(false);
  const result = await b.ask<ResultView>('undo', await packageOf('keep/two.txt'));
  expect(result.missing).toEqual([]);
  await b.sync();
  expect(['one', 'two', 'three'].map((name) => folderA.read(`keep/${name}.txt`))).toEqual(['one', 'two', 'three']);
  expect(folderA.contents()).toEqual(folderB.contents());
});

it('a record comes back as it was at a change, and can be read without that', async () => {
  const { a, folderA, folderB, collection } = pair;
  folderA.write('novel.txt', 'chapter 1');
  await a.sync();
  const at = await packageOf('novel.txt');
  folderA.write('novel.txt', 'chapter 1, chapter 2');
  await a.sync();
  expect(await pair.b.bytes(collection, 'novel.txt', '--at', at)).toBe('chapter 1');
  await pair.b.ask('restore', collection, 'novel.txt', '--at', at);
  await pair.b.sync();
  expect([folderA.read('novel.txt'), folderB.read('novel.txt')]).toEqual(['chapter 1', 'chapter 1']);
});

it('everything comes back as it was at a time, and that too can be undone', async () => {
  const { a, folderA, folderB, collection } = pair;
  await a.sync();
  const [before, at] = [folderA.contents(), (await a.history(collection, '--limit', '1'))[0]!.at];
  folderA.write('novel.txt', 'nonsense');
  folderA.remove('keep/one.txt');
  folderA.move('keep/two.txt', 'moved.txt');
  folderA.write('added.txt', 'added');
  await a.sync();
  const after = folderA.contents();
  const result = await a.ask<ResultView>('restore', collection, '--at', at);
  expect([result.missing, result.conflicts]).toEqual([[], []]);
  await a.sync();
  expect([folderA.contents(), folderB.contents()]).toEqual([before, before]);
  for (const change of result.changes) await a.ask('undo', change);
  await a.sync();
  expect([folderA.contents(), folderB.contents()]).toEqual([after, after]);
});

it('what was can be written elsewhere, and changes nothing here', async () => {
  const { a, folderA, collection } = pair;
  const at = (await a.history(collection))[0]!.id;
  const before = folderA.tree();
  const to = join(scratch('elsewhere'), 'then');
  await a.ask('restore', collection, '--at', at, '--to', to);
  expect(readFileSync(join(to, 'novel.txt'), 'utf8')).toBe(folderA.read('novel.txt'));
  expect(folderA.tree()).toEqual(before);
});

it('a file that was deleted can be read and brought back', async () => {
  const { b, folderA, folderB, collection } = pair;
  folderB.write('photo.raw', new Uint8Array(400_000).fill(9));
  await b.sync();
  const at = await packageOf('photo.raw');
  folderB.remove('photo.raw');
  await b.sync();
  expect(folderA.has('photo.raw')).toBe(false);
  await b.ask('restore', collection, 'photo.raw', '--at', at);
  await b.sync();
  expect([folderA.stat('photo.raw').size, folderB.stat('photo.raw').size]).toEqual([400_000, 400_000]);
});

it('of several collections it is one, from the newest on, and goes on where a page ended', async () => {
  const { a, folderA, collection } = pair;
  const other = new Folder('other');
  other.write('elsewhere.txt', 'first');
  const { collection: second } = await a.add(other, '--name', 'other');
  folderA.write('novel.txt', 'the newest of the first');
  await a.look();
  other.write('elsewhere.txt', 'the newest of the second');
  await a.look();
  const all = await a.ask<readonly PackageView[]>('history', '--limit', '1000');
  expect(new Set(all.map((each) => each.collection))).toEqual(new Set([collection, second]));
  for (const at of [0, 1, 2]) {
    const page = await a.ask<readonly PackageView[]>('history', '--before', all[at]!.id, '--limit', '1');
    expect(page.map(({ id }) => id)).toEqual([all[at + 1]!.id]);
  }
  const named = await a.ask<readonly PackageView[]>('history', '--record', 'elsewhere.txt');
  expect(named.map((each) => each.collection)).toEqual([second, second]);
  expect(await a.refused('history', '--record', 'nothing.txt')).toEqual({ status: 1, code: 'no-such-record' });
  const [newest, ...older] = all;
  expect(await a.ask<readonly PackageView[]>('history', '--before', newest!.at)).toEqual(
    older.filter(({ at }) => at < newest!.at),
  );
  expect(await a.refused('history', '--before', '00ff-1')).toEqual({ status: 1, code: 'no-such-change' });
  await a.ask('leave', second);
});

it('what is kept nowhere is said so, and refused', async () => {
  const { a, b, folderA, collection } = pair;
  await b.stop();
  await a.ask('config', 'history.copy-limit', '0');
  folderA.write('gone.txt', 'version one of it');
  await a.look();
  const at = await packageOf('gone.txt');
  folderA.write('gone.txt', 'version two of it');
  await a.look();
  const [change] = (await a.history(collection, '--record', 'gone.txt'))[0]!.changes;
  expect(change?.fields.find((field) => field.path === 'entry')?.kept).toBe('no');
  expect(await a.refused('cat', collection, 'gone.txt', '--at', at)).toEqual({ status: 1, code: 'content-not-kept' });
  expect(await a.refused('undo', change!.id)).toEqual({ status: 1, code: 'content-not-kept' });
  expect(await a.refused('restore', collection, 'gone.txt', '--at', at)).toEqual({
    status: 1,
    code: 'content-not-kept',
  });
  expect(folderA.read('gone.txt')).toBe('version two of it');
});
