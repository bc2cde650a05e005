import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectControl } from '../../src/main/control/control-client.ts';
import { type Instance, type InstanceOptions, startInstance } from '../../src/main/instance.ts';
import { EMPTY_STATUS } from '../fakes/engine-double.ts';

let folder: string;
const running: Instance[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-instance-')));
});
afterEach(async () => {
  for (const instance of running.splice(0)) await instance.stop();
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<InstanceOptions> = {}): Promise<Instance> {
  const instance = await startInstance({
    dataDirectory: join(folder, 'data'),
    listen: null,
    ui: null,
    discovery: false,
    relay: null,
    keychain: null,
    rendererRoot: folder,
    desktop: null,
    log: () => {},
    onFault: () => {},
    engineScript: new URL('../fakes/engine-double-thread.ts', import.meta.url),
    ...options,
  });
  running.push(instance);
  return instance;
}

describe('an instance', () => {
  it('makes its directory for this user alone and runs its engine there', async () => {
    const instance = await start();
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    expect(instance).toMatchObject({ deviceId: 'd0', listenAddress: '127.0.0.1:21027' });
    expect(await instance.answer('config', [null, null])).toEqual({
      ok: true,
      value: { dataDirectory: join(folder, 'data') },
    });
  });

  it('has more threads wait for a disk than libuv has by itself, unless the environment says how many', async () => {
    const before = process.env.UV_THREADPOOL_SIZE;
    delete process.env.UV_THREADPOOL_SIZE;
    const instance = await start();
    expect(process.env.UV_THREADPOOL_SIZE).toBe('16');
    await instance.stop();
    process.env.UV_THREADPOOL_SIZE = '5';
    await start();
    expect(process.env.UV_THREADPOOL_SIZE).toBe('5');
    if (before === undefined) delete process.env.UV_THREADPOOL_SIZE;
    else process.env.UV_THREADPOOL_SIZE = before;
  });

  it('answers the same at the control socket, bytes included', async () => {
    await start();
    const client = await connectControl(join(folder, 'data'));
    expect(await client.request('status')).toEqual(EMPTY_STATUS);
    let size = 0;
    await client.requestBytes('records:cat', ['c1', '3000000', {}], async (piece) => void (size += piece.length));
    expect(size).toBe(3_000_000);
    client.close();
  });

  it('keeps codes across the thread, and one failure to one request', async () => {
    const instance = await start();
    expect(await instance.answer('config', ['fail', null])).toMatchObject({
      ok: false,
      error: { code: 'no-such-setting', subject: 'fail' },
    });
    expect(await instance.answer('config', ['bug', null])).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(await instance.answer('status', [])).toMatchObject({ ok: true });
  });

  it('tells the events of its engine', async () => {
    const instance = await start();
    const told = new Promise((resolve) => instance.onEvent((name, value) => resolve([name, value])));
    await instance.answer('config', ['event', null]);
    expect(await told).toEqual(['status', EMPTY_STATUS]);
  });

  it('is alone on its directory', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'already-running' });
  });

  it('leaves nothing behind when it stops: the next one starts', async () => {
    const first = await start();
    expect(await first.stop()).toBe(true);
    expect(existsSync(join(folder, 'data/control.sock'))).toBe(false);
    expect(await first.answer('status', [])).toMatchObject({ ok: false, error: { code: 'stopping' } });
    await start();
  });

  it('answers what still waits when it stops', async () => {
    const instance = await start();
    const waiting = instance.answer('config', ['never', null]);
    await instance.stop();
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'stopping' } });
  });

  it('fails to start as its engine does, and frees the directory', async () => {
    await expect(start({ relay: 'refuse' })).rejects.toMatchObject({ code: 'keys-locked', subject: 'identity' });
    await start();
  });

  it('says when its engine is gone, to who asks and to who runs it', async () => {
    let gone = (_fault: Error) => {};
    const fault = new Promise<Error>((resolve) => {
      gone = resolve;
    });
    const instance = await start({ onFault: gone });
    expect(await instance.answer('config', ['fault', null])).toMatchObject({
      ok: false,
      error: { code: 'engine-fault' },
    });
    expect((await fault).message).toBe('the thread is gone');
    expect(await instance.answer('status', [])).toMatchObject({ ok: false, error: { code: 'engine-fault' } });
  });

  it('stands still where the disk of its state is full, and neither ends nor loses its doors', async () => {
    const faults: Error[] = [];
    const instance = await start({
      onFault: (fault) => void faults.push(fault),
      diskSpace: () => Promise.resolve({ free: 0, size: 1e12 }),
    });
    const stands = new Promise((resolve) => instance.onEvent((name, value) => name === 'status' && resolve(value)));
    const full = { ok: false, error: { code: 'disk-full' } };
    expect(await instance.answer('config', ['full', null])).toMatchObject(full);
    expect(await stands).toMatchObject({ device: EMPTY_STATUS.device, standstill: { advice: expect.any(String) } });
    expect(await instance.answer('config', [null, null])).toMatchObject(full);
    const client = await connectControl(join(folder, 'data'));
    expect(await client.request('status')).toMatchObject({ standstill: {} });
    client.close();
    expect(faults).toEqual([]);
  });

  it('has a browser UI only where asked for', async () => {
    const without = await start();
    expect(without.uiAddress()).toBeNull();
    expect(await without.answer('ui:address', [])).toMatchObject({ ok: false, error: { code: 'no-ui' } });
    await without.stop();
    const instance = await start({ ui: { host: '127.0.0.1', port: 0, orNext: false } });
    const fresh = await instance.answer('ui:address', []);
    expect(fresh).toEqual({
      ok: true,
      value: { ui: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}$/) },
    });
    expect(fresh).not.toEqual({ ok: true, value: { ui: instance.uiAddress() } });
  });

  it('does on the desktop what it is given to do there', async () => {
    const without = await start();
    expect(await without.answer('desktop:pick-folder', [])).toMatchObject({
      ok: false,
      error: { code: 'not-available' },
    });
    await without.stop();
    const shown: string[] = [];
    const instance = await start({
      desktop: {
        'desktop:pick-folder': () => '/home/ana/Photos',
        'desktop:open-source': (source) => {
          shown.push(source);
          return {};
        },
        'desktop:start-at-login': (on) => on === true,
      },
    });
    expect(await instance.answer('desktop:pick-folder', [])).toEqual({ ok: true, value: '/home/ana/Photos' });
    expect(await instance.answer('desktop:open-source', ['s1'])).toEqual({ ok: true, value: {} });
    expect(shown).toEqual(['s1']);
    expect(await instance.answer('desktop:start-at-login', [true])).toEqual({ ok: true, value: true });
    expect(await instance.answer('desktop:start-at-login', ['yes'])).toMatchObject({
      ok: false,
      error: { code: 'bad-argument' },
    });
  });
});
