import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JoinedView, NearbyWindowView } from '../../src/contract/contract.ts';
import { type ControlClient, connectControl } from '../../src/main/control/control-client.ts';
import { Device, end } from './device.ts';
import { Folder } from './folder.ts';

let [a, b]: Device[] = [];
let [atA, atB]: ControlClient[] = [];
const [folderA, folderB] = [new Folder('anna'), new Folder('bert')];
let collection = '';
beforeAll(async () => {
  [a, b] = await Promise.all(['anna', 'bert'].map((name) => Device.start(name)));
  [atA, atB] = await Promise.all([a, b].map((device) => connectControl(device!.data)));
  folderA.write('letter.txt', 'letter');
  ({ collection } = await a!.add(folderA, '--name', 'docs'));
});
afterAll(() => {
  for (const client of [atA, atB]) client?.close();
  return end(a, b);
});

const window = () => atA!.request('nearby:window');
async function comparing(): Promise<NearbyWindowView> {
  await expect.poll(async () => (await window())?.state).toBe('comparing');
  return (await window())!;
}

it('two computers without a link are paired by people who compare six digits', async () => {
  await expect(atB!.request('nearby:join', a!.listen, folderB.root, null)).rejects.toMatchObject({
    code: 'inviter-unreachable',
  });
  await expect(atB!.request('nearby:join', 'nobody', folderB.root, null)).rejects.toMatchObject({ code: 'not-nearby' });
  expect(await atA!.request('nearby:wait', collection, 'editor')).toMatchObject({
    state: 'waiting',
    collectionName: 'docs',
  });
  const compared = await atB!.request('nearby:join', a!.listen, folderB.root, null);
  const { request } = await comparing();
  expect(compared).toEqual({ code: request?.code, name: 'anna' });
  expect(request).toMatchObject({ name: 'bert', device: b!.id, collection, role: 'editor', nearby: true });
  expect(folderB.contents()).toEqual({});
  const outcome = atB!.request('nearby:outcome', compared.code);
  await atB!.request('nearby:compared', compared.code, true);
  // The same as any request on the command line.
  await a!.ask('approve', request!.request);
  expect(await outcome).toMatchObject({ state: 'joined', collection });
  await a!.sync();
  expect(folderB.read('letter.txt')).toBe('letter');
  expect(await window()).toMatchObject({ state: 'joined', request: null });
  await expect(atB!.request('nearby:join', a!.listen, new Folder('late').root, null)).rejects.toMatchObject({
    code: 'not-nearby',
  });
});

it('the command line does the same: a code is approved on both, or denied', async () => {
  const third = new Folder('third');
  third.write('three.txt', '3');
  await a!.add(third, '--name', 'third');
  const there = new Folder('there');
  const pairUp = async () => {
    const inviting = a!.cli('invite', 'third', '--nearby', '--role', 'editor', '--json');
    await expect.poll(async () => (await window())?.collectionName).toBe('third');
    const asked = await b!.cli('join', '--nearby', a!.listen, there.root, '--json');
    const invited = await inviting;
    expect([asked.status, invited.status]).toEqual([4, 4]);
    const { code } = JSON.parse(asked.stdout.toString()) as { code: string };
    expect(JSON.parse(invited.stdout.toString())).toMatchObject({ code, name: 'bert' });
    return code;
  };
  const other = await pairUp();
  await b!.ask('deny', other);
  await expect.poll(async () => (await window())?.why).toBe('different');
  expect(await a!.refused('approve', other)).toMatchObject({ code: 'no-such-pairing' });
  await atA!.request('nearby:stop');

  const code = await pairUp();
  const joining = b!.ask<JoinedView>('approve', code);
  await a!.ask('approve', code);
  expect(await joining).toMatchObject({ state: 'joined', code });
  await a!.sync();
  expect(there.read('three.txt')).toBe('3');
  expect((await a!.refused('invite', 'third', '--nearby', '--approve-first')).status).toBe(2);
});

it('codes that differ, and a person who says no, let nobody in', async () => {
  const elsewhere = new Folder('elsewhere');
  const second = new Folder('second');
  second.write('one.txt', 'one');
  const other = await a!.add(second, '--name', 'second');
  await atA!.request('nearby:wait', other.collection, 'admin');
  const { code } = await atB!.request('nearby:join', a!.listen, elsewhere.root, null);
  await expect(atB!.request('nearby:join', a!.listen, elsewhere.root, null)).rejects.toMatchObject({ code: 'busy' });
  await expect(atB!.request('nearby:compared', '000000x', true)).rejects.toMatchObject({ code: 'no-such-pairing' });
  const outcome = atB!.request('nearby:outcome', code).catch(({ code }) => code);
  await atB!.request('nearby:compared', code, false);
  expect(await outcome).toBe('codes-differ');
  await expect.poll(async () => (await window())?.why).toBe('different');
  await atA!.request('nearby:stop');
  expect([await window(), await atA!.request('requests:list')]).toEqual([null, []]);

  await atA!.request('nearby:wait', other.collection, 'admin');
  const again = await atB!.request('nearby:join', a!.listen, elsewhere.root, null);
  const denied = atB!.request('nearby:outcome', again.code).catch(({ code }) => code);
  const { request } = await comparing();
  await a!.ask('deny', request!.request);
  expect(await denied).toBe('denied');
  await atA!.request('nearby:stop');

  await atA!.request('nearby:wait', other.collection, 'admin');
  const third = await atB!.request('nearby:join', a!.listen, elsewhere.root, null);
  const cancelled = atB!.request('nearby:outcome', third.code).catch(({ code }) => code);
  await atB!.request('nearby:give-up');
  expect(await cancelled).toBe('join-cancelled');
  await expect.poll(async () => (await window())?.why).toBe('cancelled');
  expect(elsewhere.contents()).toEqual({});
});
