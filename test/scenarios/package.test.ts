import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { scratch } from './folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What electron-builder packs around, where Electron's own binary is not: this Node under its name. */
function standIn(): string {
  const directory = scratch('electron');
  mkdirSync(join(directory, 'resources'));
  writeFileSync(join(directory, 'version'), '0.0.0');
  writeFileSync(join(directory, 'electron'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
  chmodSync(join(directory, 'electron'), 0o755);
  return directory;
}

it.runIf(process.platform === 'linux')('the packed app holds all it needs, and runs from where it is', async () => {
  const output = scratch('packed');
  const builder = join(ROOT, 'node_modules/electron-builder/cli.js');
  const config = [`-c.electronDist=${standIn()}`, `-c.directories.output=${output}`];
  execFileSync(process.execPath, [builder, '--dir', '--publish=never', ...config], { cwd: ROOT, stdio: 'pipe' });
  const [unpacked] = readdirSync(output).filter((name) => name.endsWith('unpacked'));
  const app = join(output, unpacked!, 'resources/app');
  const threads = readdirSync(join(ROOT, 'out/main')).filter((name) => name.endsWith('-thread.js'));
  expect(threads.length).toBeGreaterThan(3);
  for (const name of [...threads, 'electron.js', 'cli.js']) expect(existsSync(join(app, 'out/main', name))).toBe(true);
  expect(readdirSync(join(app, 'node_modules/better-sqlite3/prebuilds'))).toEqual([`linux-${process.arch}.node`]);
  expect(existsSync(join(app, 'node_modules/electron'))).toBe(false);

  // Nothing of this repository is found from there: neither its Node nor its packages.
  const [data, folder] = [scratch('data'), scratch('docs')];
  const [program, env] = [join(app, 'bin/lockstep'), { PATH: '/usr/bin:/bin' }];
  const run = (...args: readonly string[]) =>
    execFileSync(program, [...args, '--data', data], { env, encoding: 'utf8', cwd: '/' });
  writeFileSync(join(folder, 'letter.txt'), 'Dear all,\n');
  const serving = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--no-discovery', '--data', data], {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(createInterface(serving.stdout), 'line');
    run('add', folder, '--name', 'docs');
    expect(run('cat', 'docs', 'letter.txt')).toBe('Dear all,\n');
    expect(JSON.parse(run('verify', '--content', '--json'))).toMatchObject([{ records: 1, differs: [] }]);
    const page = await fetch(run('ui').split('#')[0]!);
    expect(await page.text()).toContain('<script');
  } finally {
    serving.kill('SIGTERM');
    await once(serving, 'exit');
  }
});
