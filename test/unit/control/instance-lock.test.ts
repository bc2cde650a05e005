import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeInstanceLock } from '../../../src/main/control/instance-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const refused = () =>
  expect(() => takeInstanceLock(folder)).toThrow(expect.objectContaining({ code: 'already-running', subject: folder }));

it('is held by one, and free again when it lets go', () => {
  const lock = takeInstanceLock(folder);
  expect(statSync(join(folder, 'lock.db')).mode & 0o777).toBe(0o600);
  refused();
  lock.release();
  takeInstanceLock(folder).release();
});

it('is held against other processes, whatever memory is collected, and freed by the kernel when one is killed', async () => {
  const script = `import { takeInstanceLock } from ${JSON.stringify(resolve('src/main/control/instance-lock.ts'))};
    takeInstanceLock(${JSON.stringify(folder)}); globalThis.gc(); console.log('held'); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(holder.stdout, 'data');
    refused();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    takeInstanceLock(folder).release();
  } finally {
    holder.kill('SIGKILL');
  }
});
