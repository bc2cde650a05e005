import { isAbsolute, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { defaultDataDirectory } from '../../../src/main/platform/data-directory.ts';

afterEach(() => void vi.unstubAllEnvs());

it('is where the platform wants it, or where LOCKSTEP_DATA says', () => {
  expect(defaultDataDirectory({}, 'linux', '/home/ana')).toBe('/home/ana/.local/share/lockstep');
  expect(defaultDataDirectory({ XDG_DATA_HOME: '/data' }, 'linux', '/home/ana')).toBe('/data/lockstep');
  expect(defaultDataDirectory({}, 'darwin', '/Users/ana')).toBe('/Users/ana/Library/Application Support/Lockstep');
  expect(defaultDataDirectory({ LOCKSTEP_DATA: 'here' }, 'linux', '/home/ana')).toBe(join(process.cwd(), 'here'));
});

it.skipIf(process.platform === 'win32')('is never where somebody happens to be', () => {
  for (const given of ['', 'data', './data'])
    expect(defaultDataDirectory({ XDG_DATA_HOME: given, LOCKSTEP_DATA: '' }, 'linux', '/home/ana')).toBe(
      '/home/ana/.local/share/lockstep',
    );
  vi.stubEnv('HOME', '');
  expect(isAbsolute(defaultDataDirectory({}))).toBe(true);
});
