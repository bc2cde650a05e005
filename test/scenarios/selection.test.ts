import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SourceSettingsView } from '../../src/contract/contract.ts';
import { end, type Pair, startPair } from './device.ts';
import { Folder } from './folder.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair((folder) => {
    folder.write('photos/2024/a.jpg', 'a');
    folder.write('photos/2025/b.jpg', 'b');
    folder.write('work/report.txt', 'report');
  });
});
afterAll(() => end(pair?.a, pair?.b));

it('.lockstepignore is shared, and obeyed on both sides', async () => {
  const { a, b, folderA, folderB } = pair;
  folderA.save('.lockstepignore', '*.tmp\nbuild/\n');
  folderA.write('x.tmp', 'of anna');
  folderA.write('build/out', 'made');
  await a.sync();
  expect(folderB.read('.lockstepignore')).toBe('*.tmp\nbuild/\n');
  folderB.write('y.tmp', 'of bert');
  folderB.write('build/other', 'made');
  await b.sync();
  expect([folderB.has('x.tmp'), folderB.has('build/out'), folderA.has('y.tmp'), folderA.has('build/other')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('what becomes ignored is deleted nowhere; what is no longer ignored is shared', async () => {
  const { a, folderA, folderB } = pair;
  folderA.write('notes.log', 'log');
  await a.sync();
  folderA.save('.lockstepignore', '*.tmp\nbuild/\n*.log\n');
  await a.sync();
  expect([folderA.has('notes.log'), folderB.has('notes.log')]).toEqual([true, true]);
  folderA.save('.lockstepignore', 'build/\n');
  await a.sync();
  await pair.b.sync();
  expect([folderB.read('x.tmp'), folderA.read('y.tmp')]).toEqual(['of anna', 'of bert']);
  for (const folder of [folderA, folderB]) folder.remove('build');
});

it('only a part is kept here: copies stay, edits of the rest do not come, and clearing brings all', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  const only = await b.ask<SourceSettingsView>('source', collection, '--only', 'photos/2025');
  expect(only.only).toEqual(['photos/2025']);
  expect(only.outside).toBeGreaterThan(0);
  expect((await b.status()).collections[0]?.outside).toBe(only.outside);
  expect(folderB.read('work/report.txt')).toBe('report');
  folderA.write('work/report.txt', 'report, edited');
  folderA.write('photos/2025/c.jpg', 'c');
  folderA.write('photos/2024/d.jpg', 'd');
  folderB.write('work/of-bert.txt', 'outside what is selected');
  await a.sync();
  expect(await a.ask('explain', collection, 'photos/2025/c.jpg')).toMatchObject({ state: 'in step' });
  expect([folderB.read('work/report.txt'), folderB.has('photos/2025/c.jpg'), folderB.has('photos/2024/d.jpg')]).toEqual(
    ['report', true, false],
  );
  expect(folderA.has('work/of-bert.txt')).toBe(false);
  folderB.remove('photos/2024');
  await b.sync();
  expect(folderA.has('photos/2024/a.jpg')).toBe(true);
  const cleared = await b.ask<SourceSettingsView>('source', collection, '--only', '');
  expect([cleared.only, cleared.outside]).toEqual([[], 0]);
  await b.sync();
  expect(folderB.contents()).toEqual(folderA.contents());
  expect([folderB.read('work/report.txt'), folderA.read('work/of-bert.txt')]).toEqual([
    'report, edited',
    'outside what is selected',
  ]);
  expect(await b.conflicts()).toEqual([]);
});

it('what is to come once more is selected comes, though the program ends in the middle of it', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  await b.ask('source', collection, '--only', 'photos/');
  for (let each = 0; each < 400; each++) folderA.write(`work/many/${each}`, `of anna ${each}`);
  await a.sync();
  await b.ask('source', collection, '--only', '');
  await b.kill9();
  await b.restart();
  await b.sync();
  expect(folderB.contents()).toEqual(folderA.contents());
});

it('one device ignores something for itself', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  await b.ask('source', collection, '--ignore', '*.iso');
  folderA.write('disk.iso', 'large');
  await a.sync();
  expect(folderB.has('disk.iso')).toBe(false);
  await b.ask('source', collection, '--ignore', '');
  await b.sync();
  expect(folderB.read('disk.iso')).toBe('large');
});

it('paused: nothing is exchanged; resumed: all of it is', async () => {
  const { a, b, folderA, folderB } = pair;
  await a.pause();
  expect((await a.status()).collections[0]).toMatchObject({ state: 'paused', sources: [{ state: 'paused' }] });
  folderA.write('paused-a.txt', 'a');
  folderB.write('paused-b.txt', 'b');
  await Promise.all([a.look(), b.look()]);
  expect((await b.cli('sync', '--wait', '--for', 'all', '--timeout', '2')).status).toBe(3);
  expect([folderA.has('paused-b.txt'), folderB.has('paused-a.txt')]).toEqual([false, false]);
  await a.ask('resume');
  await a.sync();
  expect([folderA.read('paused-b.txt'), folderB.read('paused-a.txt')]).toEqual(['b', 'a']);
});

it('a source that is read-only here is looked at, and never written to', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  await b.ask('source', collection, '--read-only');
  await b.sync();
  expect((await b.status()).collections[0]).toMatchObject({ state: 'in-step', sources: [{ reason: null }] });
  folderA.write('for-bert.txt', 'not written there');
  folderB.write('by-bert.txt', 'still shared');
  await a.sync();
  await b.sync();
  expect([folderA.has('by-bert.txt'), folderB.has('for-bert.txt')]).toEqual([true, false]);
  await b.kill9();
  await b.restart();
  await b.sync();
  const atAnnas = async () => (await a.status()).collections[0];
  await expect.poll(atAnnas).toMatchObject({ state: 'in-step', peers: [{ behind: 0 }] });
  const here = (await b.status()).collections[0];
  expect(here?.state).toBe('waiting');
  // Its device is linked, and the content does not wait for one.
  expect(here).not.toHaveProperty('contents');
  await b.ask('source', collection, '--no-read-only');
  await b.sync();
  expect(folderB.read('for-bert.txt')).toBe('not written there');
});

it('a second folder of one device in the same collection holds the same', async () => {
  const { b, folderA, folderB, collection } = pair;
  const second = `${folderB.root}-second`;
  await b.ask('source', collection, '--add', second);
  await b.sync();
  const folder = new Folder('second', second);
  expect(folder.contents()).toEqual(folderA.contents());
  folder.write('in-second.txt', 'written in the second folder');
  await b.sync();
  expect([folderA.read('in-second.txt'), folderB.read('in-second.txt')]).toEqual(
    Array(2).fill('written in the second folder'),
  );
  await b.ask('source', collection, '--remove', second);
  folder.write('left.txt', 'no longer shared');
  await b.sync();
  expect([folderA.has('left.txt'), folder.has('in-second.txt')]).toEqual([false, true]);
});
