import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Device, end, type Pair, startPair } from './device.ts';
import { Folder } from './folder.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair((folder) => {
    folder.write('letter.txt', 'Dear all,\n');
    folder.write('photos/2025/beach.jpg', new Uint8Array(300_000).fill(7));
    folder.write('tools/run.sh', '#!/bin/sh\n');
    folder.mode('tools/run.sh', 0o755);
    folder.makeDirectory('empty/inside');
    folder.link('latest', 'photos/2025');
    folder.link('nowhere', '../../etc/passwd');
    folder.touch('letter.txt', 1_500_000_000);
  });
});
afterAll(() => end(pair?.a, pair?.b));

/** Both folders are the same, to the device's own eyes and to ours, and nothing waits for a person. */
async function expectEqual(): Promise<void> {
  const { a, b, folderA, folderB, collection } = pair;
  await a.sync();
  expect(folderB.tree()).toEqual(folderA.tree());
  const [first, second] = [await a.root(collection), await b.root(collection)];
  expect([first.differs, second.differs]).toEqual([[], []]);
  expect(second.root).toBe(first.root);
  expect(await a.conflicts()).toEqual([]);
}

it('a tree arrives whole: bytes, links, empty directories, what can be run, when it was written', async () => {
  const { folderB } = pair;
  await expectEqual();
  expect(Math.round(folderB.stat('letter.txt').mtimeMs)).toBe(1_500_000_000_000);
  expect(Object.keys(folderB.tree()).length).toBe(10);
});

it('edits, adds and deletes go both ways', async () => {
  const { folderA, folderB } = pair;
  folderA.write('letter.txt', 'Dear all, once more,\n');
  folderB.write('notes/from-bert.md', '# Notes\n');
  folderB.remove('photos/2025/beach.jpg');
  await expectEqual();
  expect(folderA.read('notes/from-bert.md')).toBe('# Notes\n');
  expect(folderB.read('letter.txt')).toBe('Dear all, once more,\n');
  expect(folderA.has('photos/2025/beach.jpg')).toBe(false);
});

it('a directory that was moved sends no content, and is one rename in history', async () => {
  const { a, folderA, folderB, collection } = pair;
  for (let each = 0; each < 12; each++) folderA.write(`albums/summer/${each}.raw`, randomBytes(150_000));
  await expectEqual();
  const before = await a.sent();
  folderA.move('albums/summer', 'archive/2025/summer');
  await expectEqual();
  expect((await a.sent()) - before).toBeLessThan(100_000);
  expect(folderB.has('albums/summer/0.raw')).toBe(false);
  const changes = (await a.history(collection, '--limit', '2')).flatMap((each) => each.changes);
  const files = changes.filter((change) => change.record.endsWith('.raw'));
  expect(files.map((change) => change.action)).toEqual(Array.from({ length: 12 }, () => 'move'));
});

it('a copy of what is there sends no content either', async () => {
  const { a, folderA } = pair;
  const before = await a.sent();
  folderA.write('archive/copy.raw', folderA.bytes('archive/2025/summer/3.raw'));
  await expectEqual();
  expect((await a.sent()) - before).toBeLessThan(50_000);
});

it('many files of few large contents reach a device that joins, each sent once', async () => {
  const { a, b, folderA, collection } = pair;
  const contents = Array.from({ length: 12 }, () => randomBytes(400_000));
  for (let at = 0; at < 40; at++)
    for (const [n, content] of contents.entries()) folderA.write(`twins/${at}/same ${n}.raw`, content);
  await a.sync(b.name);
  const [c, folderC] = [await Device.start('carl'), new Folder('carl')];
  try {
    const before = await a.sent();
    await c.join(a, collection, folderC);
    await c.sync(a.name);
    expect(await c.problems()).toEqual([]);
    expect(folderC.contents()).toEqual(folderA.contents());
    expect((await a.sent()) - before).toBeLessThan(12_000_000);
    await a.ask('remove-device', 'carl');
  } finally {
    await end(c);
  }
});

it('names go round in a circle', async () => {
  const { folderA, folderB } = pair;
  for (const name of ['one', 'two', 'three']) folderA.write(`circle/${name}`, `I was ${name}`);
  await expectEqual();
  folderA.move('circle/one', 'circle/aside');
  folderA.move('circle/three', 'circle/one');
  folderA.move('circle/two', 'circle/three');
  folderA.move('circle/aside', 'circle/two');
  await expectEqual();
  const texts = ['one', 'two', 'three'].map((name) => folderB.read(`circle/${name}`));
  expect(texts).toEqual(['I was three', 'I was one', 'I was two']);
});

it('a file becomes a directory, a directory a file, a file a link', async () => {
  const { folderA, folderB } = pair;
  folderA.write('swap/file', 'plain');
  folderA.write('swap/folder/inside', 'deep');
  folderA.write('swap/link', 'was a file');
  await expectEqual();
  folderA.remove('swap/file');
  folderA.write('swap/file/now/a-folder', 'deep');
  folderA.remove('swap/folder');
  folderA.write('swap/folder', 'plain');
  folderA.remove('swap/link');
  folderA.link('swap/link', 'folder');
  await expectEqual();
  expect(folderB.read('swap/file/now/a-folder')).toBe('deep');
  expect(folderB.read('swap/folder')).toBe('plain');
  expect(folderB.stat('swap/link').isSymbolicLink()).toBe(true);
});

it('a name that differs in case only is another name', async () => {
  const { folderA, folderB } = pair;
  folderA.write('case/readme', 'read me');
  await expectEqual();
  folderA.move('case/readme', 'case/README');
  await expectEqual();
  expect(Object.keys(folderB.contents()).filter((id) => id.startsWith('case/'))).toEqual(['case/README']);
});

it('only what can be run, only the time, only the target of a link', async () => {
  const { folderA, folderB } = pair;
  folderA.mode('letter.txt', 0o755);
  folderA.mode('tools/run.sh', 0o644);
  folderA.touch('notes/from-bert.md', 1_600_000_000);
  folderA.remove('latest');
  folderA.link('latest', 'archive');
  await expectEqual();
  expect(folderB.stat('letter.txt').mode & 0o111).not.toBe(0);
  expect(folderB.stat('tools/run.sh').mode & 0o111).toBe(0);
});

it('empty directories come and go', async () => {
  const { folderA, folderB } = pair;
  folderB.makeDirectory('hollow/a/b');
  folderA.remove('empty');
  await expectEqual();
  expect([folderA.has('hollow/a/b'), folderB.has('empty')]).toEqual([true, false]);
});

it('empty, one byte, and larger than one chunk', async () => {
  const { folderA } = pair;
  folderA.write('sizes/0', '');
  folderA.write('sizes/1', 'x');
  folderA.write('sizes/large', randomBytes(9_000_000));
  await expectEqual();
});

it('an edit in a large file sends little more than the edit', async () => {
  const { a, folderA } = pair;
  const before = await a.sent();
  const bytes = folderA.bytes('sizes/large');
  folderA.write(
    'sizes/large',
    Buffer.concat([bytes.subarray(0, 4_000_000), Buffer.from('new words'), bytes.subarray(4_000_000)]),
  );
  await expectEqual();
  expect((await a.sent()) - before).toBeLessThan(1_000_000);
});

it('a file so large that two threads share the work arrives, and so do its edits', async () => {
  const { a, folderA } = pair;
  const bytes = randomBytes(66 << 20);
  const parts = (...cuts: readonly number[]) => cuts.slice(1).map((to, at) => bytes.subarray(cuts[at], to));
  folderA.write('sizes/huge', bytes);
  await expectEqual();
  const before = await a.sent();
  for (const edited of [
    [bytes.subarray(0, 30_000_000), randomBytes(4096), bytes.subarray(30_004_096)],
    [bytes.subarray(0, 10_000_007), randomBytes(100_003), bytes.subarray(10_000_007)],
    parts(0, 20_000_001, 50_000_000),
    [...parts(40_000_000, bytes.length), ...parts(0, 40_000_000)],
  ]) {
    // Written in place it might be looked at half-way, and would travel twice.
    folderA.save('sizes/huge', Buffer.concat(edited));
    await expectEqual();
  }
  // The last one brought back what the one before had taken away.
  expect((await a.sent()) - before).toBeLessThan(50_000_000);
});

it('nothing more is said once all is said', async () => {
  const { a, b } = pair;
  await a.sync();
  const [before, packages] = [await a.sent(), (await a.history(pair.collection, '--limit', '1'))[0]?.id];
  await a.sync();
  await b.sync();
  expect((await a.sent()) - before).toBeLessThan(5_000);
  expect((await a.history(pair.collection, '--limit', '1'))[0]?.id).toBe(packages);
});
