import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { connectControl } from '../../src/main/control/control-client.ts';
import { scratch } from './folder.ts';

const PROGRAM = resolve(import.meta.dirname, '../../bin/lockstep');
let served: ChildProcess | null = null;
afterEach(() => {
  served?.kill('SIGKILL');
  served = null;
});

/** `bin/lockstep serve` as a shell starts it; ready. */
async function serve(data: string, before: string): Promise<ChildProcess> {
  const call = `${before} exec "${PROGRAM}" serve --no-ui --no-discovery --listen 127.0.0.1:0 --data "${data}"`;
  const child = spawn('sh', ['-c', call], { stdio: ['ignore', 'pipe', 'ignore'] });
  served = child;
  await once(createInterface(child.stdout!), 'line');
  return child;
}

it('a terminal that is closed ends the synchronizer cleanly', async () => {
  const child = await serve(join(scratch('hangup'), 'data'), '');
  child.kill('SIGHUP');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('with nohup it goes on', async () => {
  const data = join(scratch('nohup'), 'data');
  const child = await serve(data, "trap '' HUP;");
  child.kill('SIGHUP');
  const client = await connectControl(data);
  expect(await client.request('status')).toMatchObject({ collections: [] });
  client.close();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
