import { afterAll, beforeAll, expect, it } from 'vitest';
import { end, type Pair, startPair } from './device.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair((folder) => {
    folder.write('letter.txt', 'Dear all,\n');
    folder.write('photos/2025/beach.jpg', new Uint8Array(300_000).fill(7));
    folder.write('tools/run.sh', '#!/bin/sh\n');
    folder.mode('tools/run.sh', 0o755);
    folder.makeDirectory('empty/inside');
    folder.link('latest', 'photos/2025');
    folder.touch('letter.txt', 1_500_000_000);
  });
});
afterAll(() => end(pair?.a, pair?.b));

it('a tree arrives whole: bytes, links, empty directories, what can be run, when it was written', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  expect(folderB.tree()).toEqual(folderA.tree());
  expect(folderB.stat('letter.txt').mtimeMs).toBe(1_500_000_000_000);
  const [first, second] = [await a.root(collection), await b.root(collection)];
  expect(first.differs).toEqual([]);
  expect({ ...second, collection }).toEqual({ ...first, collection });
});

it('edits go both ways', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  folderA.write('letter.txt', 'Dear all, once more,\n');
  folderB.write('notes/from-bert.md', '# Notes\n');
  folderB.remove('photos/2025/beach.jpg');
  await a.sync();
  expect(folderA.read('notes/from-bert.md')).toBe('# Notes\n');
  expect(folderB.read('letter.txt')).toBe('Dear all, once more,\n');
  expect(folderA.has('photos/2025/beach.jpg')).toBe(false);
  expect(folderA.tree()).toEqual(folderB.tree());
  expect((await a.root(collection)).root).toBe((await b.root(collection)).root);
});
