import { afterEach, expect, it } from 'vitest';
import type { CheckView } from '../../src/contract/contract.ts';
import { moveKeys } from '../../src/main/peers/identity/identity-store.ts';
import { wrappingVault } from '../../src/main/peers/identity/system-keychain.ts';
import { systemRandom } from '../../src/main/platform/random.ts';
import { Device, end } from './device.ts';

let device: Device | undefined;
afterEach(() => end(device));

it('keys that the app locked: serve ends with 4 and says what to do; back in a file, the device is the same', async () => {
  device = await Device.start('anna');
  const { id } = device;
  expect(await device.ask('config', 'keys')).toEqual({ keys: 'file' });
  expect(await device.refused('config', 'keys', 'system')).toEqual({ status: 1, code: 'not-available' });
  const check = (await device.ask<readonly CheckView[]>('doctor')).find((each) => each.check === 'keys');
  expect(check).toMatchObject({ ok: true, detail: expect.stringContaining('encrypt your disk') });
  await device.stop();
  // As the app does where the system has a keychain.
  const vault = wrappingVault(systemRandom.bytes(32), systemRandom);
  moveKeys(device.data, null, vault);
  const call = await device.cli('serve', '--no-ui', '--no-discovery', '--listen', '127.0.0.1:0', '--json');
  const { error } = JSON.parse(call.stdout.toString()) as { error: { code: string; message: string } };
  expect([call.status, error.code]).toEqual([4, 'keys-locked']);
  expect(error.message).toContain('config keys file');
  moveKeys(device.data, vault, null);
  await device.restart();
  expect(device.id).toBe(id);
});
