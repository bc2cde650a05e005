import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceView, ProblemView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

// Cleo let the others in: they know where she is and not where each other is.
let [a, b, c]: Device[] = [];
const [folderA, folderB, folderC] = [new Folder('anna'), new Folder('bert'), new Folder('cleo')];
let collection = '';

beforeAll(async () => {
  [a, b, c] = await Promise.all(['anna', 'bert', 'cleo'].map((name) => Device.start(name)));
  folderC.write('letter.txt', 'letter');
  ({ collection } = await c!.add(folderC, '--name', 'docs'));
  await a!.join(c!, collection, folderA);
  await b!.join(c!, collection, folderB);
  await c!.sync();
});
afterAll(() => end(a, b, c));

const roots = async (...devices: Device[]) =>
  (await Promise.all(devices.map((device) => device.root(collection)))).map(({ root, differs }) => ({ root, differs }));
const set = (device: Device, code: string): Promise<readonly ProblemView[]> =>
  device.problems().then((problems) => problems.filter((problem) => problem.code === code));

it('what a member had of a removed device that the remover had not is everyone’s in the end', async () => {
  await a!.stop();
  folderB.write('late.txt', 'written while anna was away');
  folderB.write('letter.txt', 'changed while anna was away');
  await b!.sync('cleo');
  await c!.stop();
  await a!.restart();
  await a!.ask('remove-device', 'bert', collection);
  // Bert is away while the others hear of it: nobody of them has a link to him then.
  await b!.stop();
  await c!.restart();
  await c!.sync('anna');
  expect([folderA.read('late.txt'), folderA.read('letter.txt')]).toEqual([
    'written while anna was away',
    'changed while anna was away',
  ]);
  const [one, other] = await roots(a!, c!);
  expect(one).toEqual(other);
  expect(await Promise.all([a!, c!].map((device) => device.problems()))).toEqual([[], []]);
});

it('the removed device hears of it when it is back, keeps its folder, gets nothing more, and what it writes reaches nobody', async () => {
  await b!.restart();
  const before = folderB.contents();
  folderA.write('secret.txt', 'not for bert');
  await a!.sync('cleo');
  folderB.write('after.txt', 'written after');
  await expect
    .poll(async () => (await b!.status()).collections[0])
    .toMatchObject({
      removed: true,
      state: 'problem',
      peers: [],
      sources: [{ reason: expect.stringContaining('removed') }],
    });
  await b!.stop();
  await b!.restart();
  // Of the others it knows nothing any more, and what it wrote is in step with nobody.
  const { members } = await b!.look();
  expect(members.map(({ name, inStep }) => `${name} ${inStep}`).sort()).toEqual(['anna false', 'cleo false']);
  for (const { why } of members) expect(why).toContain('this device does not belong to the collection any more');
  await Promise.all([a!.look(), c!.look()]);
  expect(folderB.contents()).toEqual({ ...before, 'after.txt': expect.anything() });
  expect([folderA.has('after.txt'), folderC.has('after.txt')]).toEqual([false, false]);
  const names = (await c!.ask<readonly DeviceView[]>('devices')).map(({ name }) => name);
  expect(names.sort()).toEqual(['anna', 'cleo']);
});

it('a removed device can be let in again: leaving and joining, its folder meets the others’', async () => {
  const { link } = await c!.ask<{ link: string }>('invite', collection, '--approve-first');
  expect(await b!.refused('join', link, new Folder('elsewhere').root, '--wait')).toEqual({
    status: 1,
    code: 'already-joined',
  });
  await b!.ask('leave', collection);
  await b!.join(c!, collection, folderB);
  await c!.sync();
  expect([folderB.read('secret.txt'), folderC.read('after.txt')]).toEqual(['not for bert', 'written after']);
  await a!.sync('cleo');
  expect((await roots(a!, b!, c!)).map(({ differs }) => differs)).toEqual([[], [], []]);
  await c!.ask('remove-device', 'bert', collection);
  await a!.sync('cleo');
});

it('a device made a reader while it was away: what it had written by then is set aside, for a person to take', async () => {
  await a!.stop();
  folderA.write('meanwhile.txt', 'written before anna knew');
  await a!.restart();
  await a!.sync('cleo');
  await c!.stop();
  folderA.write('unknowing.txt', 'written before anna knew');
  await a!.look();
  await a!.stop();
  await c!.restart();
  await c!.ask('set-role', 'anna', 'reader', collection);
  await a!.restart();
  await expect.poll(() => set(c!, 'quarantined')).toHaveLength(1);
  const [problem] = await set(c!, 'quarantined');
  expect(problem?.detail).toContain('unknowing.txt');
  expect([folderC.has('meanwhile.txt'), folderC.has('unknowing.txt')]).toEqual([true, false]);
  await expect.poll(() => set(a!, 'not-taken')).toHaveLength(1);
  expect(await a!.refused('quarantine', 'anna', '--take')).toEqual({ status: 1, code: 'not-allowed' });
  await c!.ask('quarantine', 'anna', '--take');
  await c!.sync('anna');
  expect(folderC.read('unknowing.txt')).toBe('written before anna knew');
  expect([await set(c!, 'quarantined'), await set(a!, 'not-taken')]).toEqual([[], []]);
  const [one, other] = await roots(a!, c!);
  expect(one).toEqual(other);
});

it('a reader’s changes stay its own, and are everyone’s once it may edit again', async () => {
  folderA.write('own.txt', 'of anna alone');
  folderA.write('letter.txt', 'changed by a reader');
  await a!.look();
  expect((await set(a!, 'read-only')).map(({ record }) => record).sort()).toEqual(['letter.txt', 'own.txt']);
  const [newest] = await a!.history(collection, '--record', 'letter.txt');
  expect(await a!.refused('undo', newest!.id)).toEqual({ status: 1, code: 'not-allowed' });
  folderC.write('further.txt', 'goes on');
  await c!.sync('anna');
  expect([folderA.read('further.txt'), folderC.has('own.txt'), folderC.read('letter.txt')]).toEqual([
    'goes on',
    false,
    'changed while anna was away',
  ]);
  // Others go on with the same files: the reader's stay as it left them, and its device comes to rest.
  folderC.write('letter.txt', 'changed by cleo');
  folderC.remove('further.txt');
  folderA.write('further.txt', 'of a reader');
  folderA.remove('unknowing.txt');
  folderC.write('unknowing.txt', 'cleo goes on with it');
  await c!.sync('anna');
  expect([folderA.read('letter.txt'), folderA.read('further.txt')]).toEqual(['changed by a reader', 'of a reader']);
  expect((await set(a!, 'read-only')).map(({ record }) => record).sort()).toEqual([
    'further.txt',
    'letter.txt',
    'own.txt',
    'unknowing.txt',
  ]);
  // As it was, it follows the others again.
  folderA.write('unknowing.txt', 'written before anna knew');
  await expect.poll(() => folderA.read('unknowing.txt')).toBe('cleo goes on with it');
  await c!.ask('set-role', 'anna', 'editor', collection);
  await expect.poll(() => folderC.has('own.txt') && folderC.read('own.txt')).toBe('of anna alone');
  await a!.sync('cleo');
  expect(await set(a!, 'read-only')).toEqual([]);
  // Changed apart: nobody’s is lost, and each keeps its own until a person decides.
  expect((await c!.conflicts()).map(({ record }) => record).sort()).toEqual(['further.txt', 'letter.txt']);
  await c!.ask('resolve', '--all', '--prefer', 'anna');
  await c!.sync('anna');
  expect([folderC.read('letter.txt'), folderC.read('further.txt')]).toEqual(['changed by a reader', 'of a reader']);
  expect(await a!.refused('set-role', 'cleo', 'reader')).toEqual({ status: 1, code: 'not-allowed' });
  expect(await c!.refused('set-role', 'cleo', 'reader')).toEqual({ status: 1, code: 'last-admin' });
  const roles = (await a!.ask<readonly DeviceView[]>('devices')).map(({ name, role }) => `${name}: ${role}`);
  expect(roles.sort()).toEqual(['anna: editor', 'cleo: admin']);
});

it('a new name reaches the others, also one given while nobody was there', async () => {
  const namesAt = async (device: Device) => {
    const peers = (await device.status()).collections[0]?.peers ?? [];
    return peers.map(({ name }) => name);
  };
  await a!.ask('rename-device', 'Anna’s laptop');
  await expect.poll(() => namesAt(c!)).toEqual(['Anna’s laptop']);
  await c!.stop();
  await a!.ask('config', 'name', 'Anna’s tower');
  await c!.restart();
  await expect.poll(() => namesAt(c!)).toEqual(['Anna’s tower']);
});
