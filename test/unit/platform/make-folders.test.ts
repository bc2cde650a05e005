import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolders } from '../../../src/main/platform/make-folders.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'make-folders-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('makes what is missing, and leaves what is there', () => {
  makeFolders(join(root, 'a/b/c'), 0o700);
  expect(statSync(join(root, 'a/b')).mode & 0o777).toBe(0o700);
  mkdirSync(join(root, 'real'));
  symlinkSync(join(root, 'real'), join(root, 'link'));
  makeFolders(join(root, 'link/x'));
  makeFolders(join(root, 'link/x'));
  expect(statSync(join(root, 'real/x')).isDirectory()).toBe(true);
});

it('fails where a file or a link to nothing is in the way', () => {
  writeFileSync(join(root, 'file'), '');
  symlinkSync(join(root, 'nothing'), join(root, 'link'));
  for (const path of ['file', 'file/x', 'link', 'link/x'])
    expect(() => makeFolders(join(root, path))).toThrow(/^E[A-Z]+:/);
});

// In a process of its own, which can be ended.
it.runIf(process.platform === 'linux')('fails where the system makes the folders itself', () => {
  const code = `import { makeFolders } from ${JSON.stringify(resolve('src/main/platform/make-folders.ts'))};
    try { makeFolders('/proc/lockstep/x'); } catch (failure) { console.log(failure.code); }`;
  const said = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', code], { timeout: 60_000 });
  expect(String(said).trim()).toMatch(/^E/);
});
