import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';

let data: string;
let instance: ChildProcess | null = null;

beforeEach(() => {
  data = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-process-')));
});
afterEach(() => {
  instance?.kill('SIGKILL');
  instance = null;
  rmSync(data, { recursive: true });
});

/** `lockstep serve` with an engine double, as a process of its own; resolves once it is ready. */
async function serve(relay = 'none'): Promise<ChildProcess> {
  const child = spawn(process.execPath, [resolve('test/fakes/serve-double.ts'), data, relay], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  instance = child;
  await once(createInterface(child.stdout), 'line');
  return child;
}
const lockstep = (...argv: string[]) =>
  spawnSync(process.execPath, [resolve('src/main/cli.ts'), ...argv, '--data', data], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });

it('a call of the command line reaches the instance, and its exit status the shell', async () => {
  await serve();
  const status = lockstep('status', '--json');
  expect({ status: status.status, device: JSON.parse(status.stdout).device }).toEqual({
    status: 0,
    device: { id: 'd0', name: 'Laptop' },
  });
  expect(JSON.parse(lockstep('cat', 'c', '2000000', '--json').stdout).size).toBe(2_000_000);
  expect(lockstep('config', 'fail')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'lockstep: There is no such setting.\n',
  });
});

it('waits for what comes late on standard input', async () => {
  await serve();
  const call = `"${process.execPath}" "${resolve('src/main/cli.ts')}"`;
  // The writer makes two calls first: by then the reader has long been waiting.
  const { stderr } = spawnSync(
    'sh',
    ['-c', `{ ${call} help; ${call} help; } | ${call} join - "${data}/there" --data "${data}"`],
    { encoding: 'utf8' },
  );
  expect(stderr).not.toContain('EAGAIN');
  expect(stderr).toContain('link');
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s stops it cleanly, status 0', async (signal) => {
  const child = await serve();
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(lockstep('status').status).toBe(5);
});

it.each([
  ['SIGTERM, to the process and again to its group, waits', 'SIGTERM', 1],
  ['SIGINT of a person who will not wait ends it', 'SIGINT', 130],
] as const)('a second signal: %s', async (_, second, status) => {
  const child = await serve('hang');
  const stopping = once(createInterface(child.stderr!), 'line');
  child.kill('SIGTERM');
  await stopping;
  child.kill(second);
  expect(await once(child, 'exit')).toEqual([status, null]);
});

it('goes on where nobody reads what it says any longer', async () => {
  const child = await serve();
  child.stderr?.destroy();
  expect(lockstep('config', 'bug').status).toBe(1);
  expect(lockstep('status').status).toBe(0);
});

it('a fault of the engine ends it with status 1 and says why', async () => {
  const child = await serve();
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const closed = once(child, 'close');
  expect(lockstep('config', 'fault').status).toBe(1);
  // Only then all that it said is here.
  await closed;
  expect(child.exitCode).toBe(1);
  expect(errors).toContain('The synchronizer stopped unexpectedly');
  expect(errors).toContain('the thread is gone');
});

it('without an instance: help and version work, the rest is status 5', () => {
  expect(lockstep('--version')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^lockstep \d+\.\d+\.\d+\n$/),
  });
  expect(lockstep('help').status).toBe(0);
  expect(lockstep('status')).toMatchObject({ status: 5, stdout: '' });
});

it('an engine that refuses to start ends the process, whatever it had begun', () => {
  const { status, stderr } = spawnSync(process.execPath, [resolve('test/fakes/serve-double.ts'), data, 'refuse'], {
    encoding: 'utf8',
    timeout: 240_000,
  });
  expect({ status, locked: stderr.includes('The keys are locked.') }).toEqual({ status: 1, locked: true });
});

it('an engine that does not stop is cut off, with status 1', async () => {
  const child = await serve('hang');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([1, null]);
});
