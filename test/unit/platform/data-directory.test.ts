import { isAbsolute, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { defaultDataDirectory, openDataDirectory } from '../../../src/main/platform/data-directory.ts';

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

it.skipIf(process.platform === 'win32')('that cannot be one is named, with the reason in plain words', () => {
  const file = import.meta.filename;
  for (const path of [file, join(file, 'below')])
    expect(() => openDataDirectory(path)).toThrow(
      expect.objectContaining({
        code: 'bad-data-directory',
        message: `Cannot use ${path} as data directory: ${file} is a file. Choose another one with --data.`,
      }),
    );
});
