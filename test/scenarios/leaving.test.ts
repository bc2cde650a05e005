import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

let [a, b, c]: Device[] = [];
const [folderA, folderB, folderC] = [new Folder('anna'), new Folder('bert'), new Folder('cleo')];
let collection = '';

beforeAll(async () => {
  [a, b, c] = await Promise.all(['anna', 'bert', 'cleo'].map((name) => Device.start(name)));
  folderA.write('letter.txt', 'letter');
  ({ collection } = await a!.add(folderA, '--name', 'docs'));
  await b!.join(a!, collection, folderB);
  await c!.join(a!, collection, folderC, 'editor');
  await a!.sync();
});
afterAll(() => end(a, b, c));

const members = async (device: Device): Promise<readonly string[]> =>
  (await device.ask<readonly DeviceView[]>('devices'))
    .filter(({ collections }) => collections.includes(collection))
    .map(({ name }) => name)
    .sort();
const membershipFiles = (device: Device): readonly string[] =>
  readdirSync(join(device.data, 'identity')).filter((name) => name.endsWith('.members'));

it('a device that leaves tells the others: nobody waits for it, and what it wrote stays', async () => {
  folderC.write('of-cleo.txt', 'written by cleo');
  await c!.sync('anna');
  await a!.sync();
  await c!.ask('leave', collection);
  await expect.poll(() => members(a!)).toEqual(['anna', 'bert']);
  await expect.poll(() => members(b!)).toEqual(['anna', 'bert']);
  folderA.write('later.txt', 'after cleo left');
  expect((await a!.sync()).members.map(({ name }) => name)).toEqual(['bert']);
  expect([folderB.read('of-cleo.txt'), folderC.has('later.txt'), folderC.read('letter.txt')]).toEqual([
    'written by cleo',
    false,
    'letter',
  ]);
  await expect.poll(() => membershipFiles(c!)).toEqual([]);
  expect((await c!.status()).collections).toEqual([]);
});

it('it can be let in again at once', async () => {
  await c!.join(a!, collection, folderC, 'editor');
  await a!.sync();
  expect(folderC.read('later.txt')).toBe('after cleo left');
});

it('one that leaves while nobody is there tells the first it meets, also after a restart', async () => {
  await a!.stop();
  await b!.stop();
  await c!.ask('leave', collection);
  expect((await c!.status()).collections).toEqual([]);
  await c!.stop();
  await c!.restart();
  expect(membershipFiles(c!)).toHaveLength(1);
  await a!.restart();
  await expect.poll(() => members(a!)).toEqual(['anna', 'bert']);
  await expect.poll(() => membershipFiles(c!)).toEqual([]);
  await c!.stop();
  await b!.restart();
  await expect.poll(() => members(b!)).toEqual(['anna', 'bert']);
  expect(existsSync(join(folderC.root, '.lockstep', 'marker.json'))).toBe(false);
});

it('the only admin has to make another one first', async () => {
  await a!.ask('set-role', 'bert', 'editor', collection);
  expect(await a!.refused('leave', collection)).toEqual({ status: 1, code: 'last-admin' });
  expect(await members(a!)).toEqual(['anna', 'bert']);
  expect((await a!.status()).collections.map(({ sources }) => sources.length)).toEqual([1]);
});
