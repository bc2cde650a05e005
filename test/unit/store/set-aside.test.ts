import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setAside } from '../../../src/main/store/set-aside.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-aside-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('moves a damaged database with what lies beside it', () => {
  const file = join(directory, 'lockstep.db');
  for (const suffix of ['', '-wal']) writeFileSync(file + suffix, 'x');
  const aside = setAside(file);
  expect(readdirSync(directory).sort()).toEqual(
    [aside, `${aside}-wal`].map((path) => path.slice(directory.length + 1)),
  );
});

it('says what the system has against it as where a database cannot be opened', () => {
  const file = join(directory, 'lockstep.db');
  writeFileSync(file, 'x');
  const rename = () => {
    throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  };
  expect(() => setAside(file, rename)).toThrow(expect.objectContaining({ code: 'database-not-opened', subject: file }));
  expect(existsSync(file)).toBe(true);
});
