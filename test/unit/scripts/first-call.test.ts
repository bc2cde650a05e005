import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/lockstep');
/** A build that is half done for a while: meanwhile somebody else calls the program too. */
const BUILD = `
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
const out = process.env.LOCKSTEP_BUILD ?? 'out';
mkdirSync(out + '/main', { recursive: true });
writeFileSync(out + '/main/cli.js', "import './chunk.js'");
if (process.env.SECOND === undefined)
  writeFileSync('second', execFileSync('bin/lockstep', { env: { ...process.env, SECOND: '1' }, stdio: ['ignore', 'pipe', 'ignore'] }));
if (process.env.FAILS) process.exit(1);
writeFileSync(out + '/main/chunk.js', "console.log('runs')");
`;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lockstep-first-'));
  for (const directory of ['bin', 'node_modules/node/bin', 'node_modules/vite/bin'])
    mkdirSync(join(root, directory), { recursive: true });
  copyFileSync(PROGRAM, join(root, 'bin/lockstep'));
  chmodSync(join(root, 'bin/lockstep'), 0o755);
  symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'node_modules/vite/package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'node_modules/vite/bin/vite.js'), BUILD);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const call = (env: Record<string, string> = {}): string =>
  execFileSync(join(root, 'bin/lockstep'), {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();

it('two first calls at once both run a whole build', () => {
  expect(call()).toBe('runs\n');
  expect(readFileSync(join(root, 'second'), 'utf8')).toBe('runs\n');
  expect(readdirSync(root).sort()).toEqual(['bin', 'node_modules', 'out', 'package.json', 'second']);
});
it('a build that fails leaves nothing that would count as one', () => {
  expect(() => call({ FAILS: '1', SECOND: '1' })).toThrow();
  expect(existsSync(join(root, 'out'))).toBe(false);
  expect(call({ SECOND: '1' })).toBe('runs\n');
});
it('what an interruption left of a build is built anew', () => {
  mkdirSync(join(root, 'out/renderer'), { recursive: true });
  expect(call({ SECOND: '1' })).toBe('runs\n');
  expect(readdirSync(join(root, 'out'))).toEqual(['main']);
});
