import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemKeychain } from '../../../../src/main/desktop/keychain.ts';
import { accountSecrets } from '../../../../src/main/locations/accounts.ts';
import {
  type KeysKept,
  loadIdentity,
  lockedBy,
  openIdentity,
} from '../../../../src/main/peers/identity/identity-store.ts';
import { openWrappingKey, wrappingVault } from '../../../../src/main/peers/identity/system-keychain.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { FakeSafeStorage } from '../../../fakes/fake-safe-storage.ts';

vi.mock('electron', () => ({}));

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-keychain-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const deviceKey = () => readFileSync(join(directory, 'identity', 'device.key'));

/** A start of the app where this is the system's keychain; null: of `lockstep serve`. */
function start(storage: FakeSafeStorage | null, wanted: KeysKept | null = null) {
  const found = storage === null ? null : systemKeychain(storage);
  const keychain = found !== null && 'keychain' in found ? found.keychain : null;
  const key = keychain === null ? null : openWrappingKey(directory, keychain, systemRandom);
  return openIdentity(directory, key === null ? null : wrappingVault(key, systemRandom), wanted, systemRandom);
}
const locked = expect.objectContaining({ code: 'keys-locked', message: expect.stringContaining('config keys file') });

describe('keys at rest', () => {
  it('are wrapped by the keychain of the system in the app, and open there alone', () => {
    const storage = new FakeSafeStorage();
    const first = start(storage);
    expect([first.keys.kept, lockedBy(directory)]).toEqual(['system', 'system']);
    expect(start(storage).identity.id).toBe(first.identity.id);
    expect(() => start(null)).toThrow(locked);
    expect(() => start(new FakeSafeStorage('another user'))).toThrow(locked);
    expect(start(storage).identity.id).toBe(first.identity.id);
  });

  it('that lay in a file are wrapped by the first start of the app, and the device stays the same', () => {
    const before = start(null);
    expect([before.keys.kept, lockedBy(directory)]).toEqual(['file', null]);
    const clear = deviceKey();
    const after = start(new FakeSafeStorage());
    expect(after.identity.id).toBe(before.identity.id);
    expect(after.keys.kept).toBe('system');
    expect(deviceKey().equals(clear)).toBe(false);
    for (let at = 0; at + 32 <= clear.length; at += 32)
      expect(deviceKey().includes(clear.subarray(at, at + 32))).toBe(false);
  });

  it('stay in a file where a person wants them there, and can be moved both ways', () => {
    const { identity } = start(null);
    const storage = new FakeSafeStorage();
    const app = start(storage, 'file');
    expect(app.keys.kept).toBe('file');
    app.keys.move('system');
    expect(() => start(null)).toThrow(locked);
    app.keys.move('file');
    app.keys.move('file');
    expect(start(null, 'file').identity.id).toBe(identity.id);
    expect(start(storage).keys.kept).toBe('system');
    expect(start(storage, 'file').keys.kept).toBe('file');
    expect(() => start(null).keys.move('system')).toThrow(expect.objectContaining({ code: 'not-available' }));
  });

  it('passwords of accounts are kept as the keys are, and move with them', () => {
    const storage = new FakeSafeStorage();
    const stored = () => readFileSync(join(directory, 'identity', 'accounts'));
    const account = { origin: 'https://cards.example', user: 'ana' };
    const headless = start(null);
    expect(headless.accounts.load()).toBe(null);
    accountSecrets(headless.accounts).setPassword(account, 'open sesame');
    expect([stored().includes('open sesame'), statSync(join(directory, 'identity', 'accounts')).mode & 0o777]).toEqual([
      true,
      0o600,
    ]);
    const app = start(storage);
    expect([stored().includes('open sesame'), stored().includes('ana')]).toEqual([false, false]);
    expect(accountSecrets(app.accounts).passwordOf(account)).toBe('open sesame');
    accountSecrets(app.accounts).setPassword({ ...account, user: 'bo' }, 'second');
    expect(stored().includes('second')).toBe(false);
    app.keys.move('file');
    expect(stored().includes('open sesame')).toBe(true);
    expect(accountSecrets(start(null).accounts).passwordOf({ ...account, user: 'bo' })).toBe('second');
    expect(accountSecrets(start(null).accounts).passwordOf({ ...account, origin: 'https://other.example' })).toBe(null);
  });

  it.each([
    ['no keychain', new FakeSafeStorage('', false)],
    ['one that protects nothing', new FakeSafeStorage('', true, 'basic_text')],
  ])('stay in a file where the system has %s, and it says why', (_name, storage) => {
    expect(systemKeychain(storage)).toEqual({ missing: expect.stringContaining('this system has no key') });
    const { keys, identity } = start(storage);
    expect([keys.kept, existsSync(join(directory, 'identity', 'wrap.key'))]).toEqual(['file', false]);
    expect(loadIdentity(directory, null, systemRandom).id).toBe(identity.id);
  });

  it('are wrapped anew where a keychain was made anew and nothing was locked by the former one', () => {
    start(new FakeSafeStorage('former'), 'file').keys.move('file');
    const storage = new FakeSafeStorage('new');
    expect(start(storage).keys.kept).toBe('system');
    expect(start(storage).keys.kept).toBe('system');
  });

  it('are locked differently each time, and a changed byte opens nothing', () => {
    const vault = wrappingVault(systemRandom.bytes(32), systemRandom);
    const secret = new Uint8Array(100).fill(9);
    const [one, other] = [vault.lock(secret), vault.lock(secret)];
    expect(Buffer.from(one).equals(other)).toBe(false);
    expect(vault.unlock(one)).toEqual(secret);
    for (const at of [0, 40, one.length - 1]) {
      const changed = Uint8Array.from(one, (byte, each) => (each === at ? byte ^ 1 : byte));
      expect(() => vault.unlock(changed)).toThrow();
    }
    expect(() => vault.unlock(new Uint8Array(10))).toThrow();
  });
});
