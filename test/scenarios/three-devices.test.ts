import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

// Anna and Carl never meet: each knows where Bert is, and nobody looks around.
let [a, b, c]: Device[] = [];
const [folderA, folderB, folderC] = [new Folder('anna'), new Folder('bert'), new Folder('carl')];
let collection = '';
const started = Date.now() - 1000;

beforeAll(async () => {
  [a, b, c] = await Promise.all(['anna', 'bert', 'carl'].map((name) => Device.start(name)));
  folderA.write('from-anna.txt', 'hello');
  ({ collection } = await a!.add(folderA, '--name', 'docs'));
  await b!.join(a!, collection, folderB);
  await c!.join(b!, collection, folderC);
  await b!.sync();
});
afterAll(() => end(a, b, c));

const trees = () => [folderB.contents(), folderC.contents()];

it('what one wrote reaches the other through the third', async () => {
  folderC.write('from-carl.txt', 'hello, anna');
  folderA.write('deep/photo.raw', new Uint8Array(500_000).fill(3));
  await Promise.all([a!.sync('bert'), c!.sync('bert')]);
  await b!.sync();
  expect(trees()).toEqual([folderA.contents(), folderA.contents()]);
  expect(folderA.read('from-carl.txt')).toBe('hello, anna');
  const peers = (await a!.status()).collections[0]?.peers.map((peer) => [peer.name, peer.state]);
  expect(peers?.sort()).toEqual([
    ['bert', 'linked'],
    ['carl', 'offline'],
  ]);
  // They never met, and yet Anna has heard of Carl: how far he is, Bert tells.
  expect((await a!.sync()).members.map(({ inStep }) => inStep)).toEqual([true, true]);
  expect((await a!.status()).collections[0]).toMatchObject({ state: 'in-step' });
  const carl = (await a!.ask<readonly DeviceView[]>('devices')).find(({ name }) => name === 'carl');
  expect(Date.parse(carl?.lastSeen ?? '')).toBeGreaterThan(started);
});

it('also when the one between holds them at different times', async () => {
  await c!.stop();
  folderA.write('later.txt', 'written while carl was away');
  await a!.sync('bert');
  await a!.stop();
  await c!.restart();
  await c!.sync('bert');
  expect(folderC.read('later.txt')).toBe('written while carl was away');
  await a!.restart();
  await b!.sync();
});

it('a conflict of those two is seen, and can be read and settled, by all three', async () => {
  folderA.write('plan.txt', 'base');
  await a!.sync('bert');
  await b!.sync();
  await b!.stop();
  folderA.write('plan.txt', 'plan of anna');
  folderC.write('plan.txt', 'plan of carl');
  await Promise.all([a!.look(), c!.look()]);
  await b!.restart();
  await b!.sync();
  const conflicts = await Promise.all([a!, b!, c!].map((device) => device.conflicts()));
  expect(conflicts.map((each) => each.map(({ id }) => id))).toEqual(
    Array.from({ length: 3 }, () => [conflicts[0]?.[0]?.id]),
  );
  for (const device of [a!, b!, c!]) {
    // Who is in the middle fetches both values once it is idle.
    const texts = async () => {
      const values = conflicts[0]![0]!.values.map(({ id }) => device.cli('cat', collection, 'plan.txt', '--value', id));
      return (await Promise.all(values)).map(({ stdout }) => stdout.toString()).sort();
    };
    await expect.poll(texts).toEqual(['plan of anna', 'plan of carl']);
  }
  await c!.ask('resolve', '--all', '--prefer', 'anna');
  await c!.sync('bert');
  await b!.sync();
  expect([folderA, folderB, folderC].map((folder) => folder.read('plan.txt'))).toEqual(Array(3).fill('plan of anna'));
  expect(await Promise.all([a!, b!, c!].map((device) => device.conflicts()))).toEqual([[], [], []]);
});
