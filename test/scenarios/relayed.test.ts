import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StatusView } from '../../src/contract/contract.ts';
import { Device, end, ownAddress } from './device.ts';
import { Folder } from './folder.ts';
import { RelayProcess } from './relay-process.ts';

// Two computers that cannot reach each other: what each finds at the other's address is a port where nothing listens.
const [folderA, folderB] = [new Folder('relayed-a'), new Folder('relayed-b')];
let relay: RelayProcess;
let [a, b]: Device[] = [];

beforeAll(async () => {
  relay = await RelayProcess.start();
  const [atA, atB, nowhere] = [await ownAddress(), await ownAddress(), await ownAddress()];
  a = await Device.start('anna', { listen: atA, reroute: [atB, nowhere] });
  b = await Device.start('bert', { listen: atB, reroute: [atA, nowhere] });
});
afterAll(async () => {
  await end(a, b);
  await relay.stop();
});

const linkOf = async (device: Device): Promise<(string | null)[]> =>
  (await device.ask<StatusView>('status')).collections.flatMap(({ peers }) => peers.map(({ link }) => link));

it('pairs and syncs through a relay', async () => {
  await a!.ask('config', 'relay', relay.url);
  folderA.write('letters/hello.txt', 'hello');
  const { collection } = await a!.add(folderA, '--name', 'papers');
  const { link } = await a!.ask<{ link: string }>('invite', collection, '--approve-first');
  expect(link).toContain('&r=https%3A');
  await b!.ask('join', link, folderB.root, '--wait');
  await a!.sync();
  expect(folderB.read('letters/hello.txt')).toBe('hello');
  expect([await linkOf(a!), await linkOf(b!)]).toEqual([['relay'], ['relay']]);
});
