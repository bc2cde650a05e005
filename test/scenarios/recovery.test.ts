import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceView, RecoveryKeyView } from '../../src/contract/contract.ts';
import { Device, end } from './device.ts';
import { Folder, scratch } from './folder.ts';

let [a, b, c]: Device[] = [];
const [folderA, folderB, folderC] = [new Folder('anna'), new Folder('bert'), new Folder('cleo')];
let collection = '';

beforeAll(async () => {
  [a, b, c] = await Promise.all(['anna', 'bert', 'cleo'].map((name) => Device.start(name)));
  folderA.write('letter.txt', 'letter');
  ({ collection } = await a!.add(folderA, '--name', 'docs'));
  await b!.join(a!, collection, folderB, 'editor');
  await a!.sync();
});
afterAll(() => end(a, b, c));

const invite = async (device: Device, ...args: string[]): Promise<string> =>
  (await device.ask<{ link: string }>('invite', collection, ...args)).link;

it('a link that was withdrawn lets nobody in', async () => {
  const link = await invite(a!, '--approve-first');
  expect(await a!.ask('revoke-invite', collection)).toEqual({ revoked: 1 });
  expect(await a!.ask('revoke-invite', collection)).toEqual({ revoked: 0 });
  expect((await c!.refused('join', link, folderC.root, '--wait')).status).toBe(1);
  expect(folderC.contents()).toEqual({});
});

it('an admin withdraws a link that another of them made', async () => {
  await a!.ask('set-role', 'bert', 'admin', collection);
  await a!.sync();
  const link = await invite(a!, '--approve-first');
  const file = join(scratch('link'), 'link.txt');
  writeFileSync(file, `${link}\n`);
  const call = await b!.from(file, 'revoke-invite', collection, '-', '--json');
  expect([call.status, JSON.parse(call.stdout.toString())]).toEqual([0, { revoked: 1 }]);
  // What anna is told next comes after that.
  folderB.write('later.txt', 'later');
  await b!.sync();
  expect((await c!.refused('join', link, folderC.root, '--wait')).status).toBe(1);
  await a!.ask('set-role', 'bert', 'editor', collection);
  await a!.sync();
  expect(await b!.refused('revoke-invite', collection)).toEqual({ status: 1, code: 'not-allowed' });
});

it('a recovery key makes a device that is left an admin, and is no device', async () => {
  const made = await a!.ask<RecoveryKeyView>('recovery-key', collection, '--make');
  const former = made.key!;
  const { key, keys } = await a!.ask<RecoveryKeyView>('recovery-key', collection, '--make');
  expect([keys.length, keys[0]!.by]).toEqual([1, a!.id]);
  await a!.sync();
  expect((await a!.ask<readonly DeviceView[]>('devices')).map(({ name }) => name).sort()).toEqual(['anna', 'bert']);
  expect((await b!.ask<RecoveryKeyView>('recovery-key', collection)).keys).toEqual(keys);
  // Anna, the only admin, is lost.
  await a!.kill9();
  expect(await b!.refused('recovery-key', collection, '--use', former)).toEqual({
    status: 1,
    code: 'bad-recovery-key',
  });
  expect(
    await b!.refused(
      'recovery-key',
      collection,
      '--use',
      key!.replace(/.$/, (digit) => (digit === 'A' ? 'B' : 'A')),
    ),
  ).toEqual({ status: 1, code: 'bad-recovery-key' });
  const file = join(scratch('key'), 'key.txt');
  writeFileSync(file, `${key!.toLowerCase().replaceAll('-', ' ')}\n`);
  const used = await b!.from(file, 'recovery-key', collection, '--use', '-', '--json');
  expect([used.status, JSON.parse(used.stdout.toString())]).toMatchObject([0, { key: null, role: 'admin' }]);
  await b!.ask('remove-device', 'anna', collection);
  await c!.join(b!, collection, folderC);
  await b!.sync();
  expect(folderC.read('letter.txt')).toBe('letter');
  expect((await b!.ask<RecoveryKeyView>('recovery-key', collection, '--drop')).keys).toEqual([]);
});

it('a device that was removed cannot come back with it', async () => {
  const { key } = await b!.ask<RecoveryKeyView>('recovery-key', collection, '--make');
  await b!.sync('cleo');
  await b!.ask('remove-device', 'cleo', collection);
  await expect
    .poll(async () => (await c!.refused('recovery-key', collection, '--use', key!)).code)
    .toBe('not-a-member');
});
