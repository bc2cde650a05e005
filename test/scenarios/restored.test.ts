import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CheckView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

// Anna let the others in, so they never meet: what reaches both has to pass her, who has another past than each of them knows.
let [a, b, c]: Device[] = [];
const [folderA, folderB, folderC] = [new Folder('anna'), new Folder('bert'), new Folder('cleo')];
let collection = '';

beforeAll(async () => {
  [a, b, c] = await Promise.all(['anna', 'bert', 'cleo'].map((name) => Device.start(name)));
  folderA.write('letter.txt', 'letter');
  ({ collection } = await a!.add(folderA, '--name', 'docs'));
  await b!.join(a!, collection, folderB);
  await c!.join(a!, collection, folderC);
  await a!.sync();
});
afterAll(() => end(a, b, c));

it('a device restored from a copy has written twice under one number: all of it reaches everyone, and people are told', async () => {
  await Promise.all([a!.stop(), c!.stop()]);
  const copy = `${a!.data}-copy`;
  cpSync(a!.data, copy, { recursive: true });
  await a!.restart();
  folderA.write('first.txt', 'written before the disk was lost');
  folderA.write('letter.txt', 'changed before the disk was lost');
  await a!.sync('bert');
  await Promise.all([a!.stop(), b!.stop()]);

  // The disk is as it was.
  rmSync(a!.data, { recursive: true });
  cpSync(copy, a!.data, { recursive: true });
  folderA.remove('first.txt');
  folderA.write('letter.txt', 'letter');
  await Promise.all([a!.restart(), c!.restart()]);
  folderA.write('second.txt', 'written after the disk was restored');
  folderA.write('letter.txt', 'changed after the disk was restored');
  await a!.sync('cleo');

  await b!.restart();
  const folders = [folderA, folderB, folderC];
  const have = (name: string) => folders.every((folder) => folder.has(name));
  await expect.poll(() => have('first.txt') && have('second.txt')).toBe(true);
  await a!.sync();
  for (const folder of folders)
    expect([folder.read('first.txt'), folder.read('second.txt')]).toEqual([
      'written before the disk was lost',
      'written after the disk was restored',
    ]);
  const roots = await Promise.all([a!, b!, c!].map((device) => device.root(collection)));
  expect(new Set(roots.map(({ root }) => root)).size).toBe(1);
  expect(roots.map(({ differs }) => differs)).toEqual([[], [], []]);
  // The two changes of one file are a conflict, the same one everywhere.
  const conflicts = await Promise.all([a!, b!, c!].map((device) => device.conflicts()));
  expect(conflicts.map((each) => each.map(({ record }) => record))).toEqual(Array(3).fill(['letter.txt']));
  expect(conflicts[0]?.[0]?.values.length).toBe(2);
  for (const device of [a!, b!, c!]) await expect.poll(() => device.log.join('')).toContain('wrote as one');
  expect((await b!.status()).warnings).toEqual([expect.stringContaining('If anna was restored')]);
  expect((await b!.cli('status')).stdout.toString()).toContain('Two computers wrote as one in docs');
  const found = await b!.ask<readonly CheckView[]>('doctor');
  expect(found).toContainEqual(expect.objectContaining({ check: 'copies', ok: false }));
  rmSync(copy, { recursive: true });
});

it('what is written from then on is one past again', async () => {
  folderA.write('third.txt', 'of a new log');
  folderC.write('fourth.txt', 'of cleo');
  await c!.sync('anna');
  await a!.sync();
  expect([folderB.read('third.txt'), folderB.read('fourth.txt'), folderC.read('third.txt')]).toEqual([
    'of a new log',
    'of cleo',
    'of a new log',
  ]);
  await b!.stop();
  await b!.restart();
  await b!.sync('anna');
  const checks = await b!.ask<readonly CheckView[]>('doctor');
  expect(checks).toContainEqual(
    expect.objectContaining({ check: 'copies', ok: true, detail: 'wrote as two computers once: anna in docs' }),
  );
  expect((await b!.status()).collections[0]?.peers.find(({ name }) => name === 'anna')?.behind).toBe(0);
});
