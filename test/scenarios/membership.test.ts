import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceView, JoinedView, RequestView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

let [a, b, reader]: Device[] = [];
const [folderA, folderB, folderReader] = [new Folder('anna'), new Folder('bert'), new Folder('rita')];
let collection = '';
beforeAll(async () => {
  [a, b, reader] = await Promise.all(['anna', 'bert', 'rita'].map((name) => Device.start(name)));
  folderA.write('letter.txt', 'letter');
  ({ collection } = await a!.add(folderA, '--name', 'docs'));
});
afterAll(() => end(a, b, reader));

/** The only one that waits at Anna's; it may still be on its way. */
async function theRequest(): Promise<RequestView> {
  const requests = () => a!.ask<readonly RequestView[]>('requests');
  await expect.poll(requests).toHaveLength(1);
  return (await requests())[0]!;
}

it('a device waits until a person compared the code and let it in', async () => {
  const { link } = await a!.ask<{ link: string }>('invite', collection);
  const asked = await b!.cli('join', link, folderB.root, '--json');
  const joined = JSON.parse(asked.stdout.toString()) as JoinedView;
  expect([asked.status, joined.state]).toEqual([4, 'waiting-for-approval']);
  const request = await theRequest();
  expect(request).toMatchObject({ name: 'bert', code: joined.code, collection, device: b!.id });
  expect(joined.code).toMatch(/^\d{6}$/);
  expect(folderB.contents()).toEqual({});
  await a!.ask('approve', request.request);
  await a!.sync();
  expect(folderB.read('letter.txt')).toBe('letter');
});

it('a link is good once; a denied device gets nothing', async () => {
  const { link } = await a!.ask<{ link: string }>('invite', collection);
  const asked = await reader!.cli('join', link, folderReader.root);
  expect(asked.status).toBe(4);
  const request = await theRequest();
  const joining = async () => (await reader!.status()).joining?.map(({ name, state }) => [name, state]);
  expect(await joining()).toEqual([['docs', 'waiting-for-approval']]);
  await a!.ask('deny', request.request);
  await expect.poll(joining).toEqual([['docs', 'failed']]);
  // Also to who starts it anew, until it is read.
  await reader!.stop();
  await reader!.restart();
  expect(await joining()).toEqual([['docs', 'failed']]);
  await reader!.ask('leave', collection);
  expect(await joining()).toBeUndefined();
  expect((await reader!.refused('join', link, folderReader.root, '--wait')).status).toBe(1);
  expect(folderReader.contents()).toEqual({});
  expect(await reader!.refused('join', 'lockstep://join#nonsense', folderReader.root)).toEqual({
    status: 1,
    code: 'bad-invite',
  });
});

it('a join that the end of the program broke off is told as such at the next start', async () => {
  const { link } = await a!.ask<{ link: string }>('invite', collection);
  expect((await reader!.cli('join', link, folderReader.root)).status).toBe(4);
  await reader!.stop();
  await reader!.restart();
  expect((await reader!.status()).joining).toMatchObject([
    { name: 'docs', state: 'failed', why: expect.stringContaining('Join again') },
  ]);
  await reader!.ask('leave', collection);
  await a!.ask('revoke-invite', collection);
});

it('a reader gets everything, and what it changes stays with it, named as such', async () => {
  await reader!.join(a!, collection, folderReader, 'reader');
  await a!.sync();
  expect(folderReader.read('letter.txt')).toBe('letter');
  folderReader.write('letter.txt', 'scribbled on');
  folderReader.write('of-rita.txt', 'mine alone');
  await reader!.look();
  const problems = await reader!.problems();
  expect(problems.map((each) => [each.record, each.code]).sort()).toEqual([
    ['letter.txt', 'read-only'],
    ['of-rita.txt', 'read-only'],
  ]);
  folderA.write('second.txt', 'second');
  await a!.sync('rita');
  expect(folderReader.read('second.txt')).toBe('second');
  expect([folderA.read('letter.txt'), folderA.has('of-rita.txt')]).toEqual(['letter', false]);
  expect((await reader!.refused('invite', collection)).status).toBe(1);
});

it('a removed device gets nothing more, and what it writes after is not taken', async () => {
  folderB.write('before.txt', 'written while a member');
  await b!.sync('anna');
  await a!.ask<readonly DeviceView[]>('remove-device', 'bert', collection);
  folderA.write('secret.txt', 'not for bert');
  folderB.write('after.txt', 'written after');
  await Promise.all([a!.look(), b!.look()]);
  await a!.sync('rita');
  expect([folderA.read('before.txt'), folderReader.read('before.txt')]).toEqual(
    Array(2).fill('written while a member'),
  );
  await b!.stop();
  await b!.restart();
  await b!.look();
  await a!.look();
  expect([folderB.has('secret.txt'), folderA.has('after.txt'), folderReader.has('after.txt')]).toEqual([
    false,
    false,
    false,
  ]);
  expect(folderB.read('before.txt')).toBe('written while a member');
  const devices = (await a!.ask<readonly DeviceView[]>('devices')).map((each) => each.name);
  expect(devices.sort()).toEqual(['anna', 'rita']);
});

it('names of devices are told', async () => {
  await a!.ask('rename-device', 'Anna’s laptop');
  const self = (await a!.ask<readonly DeviceView[]>('devices')).find((each) => each.self);
  expect(self?.name).toBe('Anna’s laptop');
});
