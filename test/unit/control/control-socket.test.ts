import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlAddress } from '../../../src/main/control/control-address.ts';
import { type ControlClient, connectControl } from '../../../src/main/control/control-client.ts';
import { type ControlSocket, openControlSocket } from '../../../src/main/control/control-socket.ts';
import type { Answer } from '../../../src/main/control/serve-contract.ts';

let folder: string;
const opened: { close(): unknown }[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-control-')));
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
  rmSync(folder, { recursive: true });
});

async function serve(answer: Answer, directory = folder): Promise<ControlSocket> {
  const socket = await openControlSocket(directory, answer, () => {});
  opened.push(socket);
  return socket;
}
async function connect(directory = folder): Promise<ControlClient> {
  const client = await connectControl(directory);
  opened.push(client);
  return client;
}
const ok = (value: unknown) => Promise.resolve({ ok: true, value } as const);

describe('the control socket', () => {
  it('carries requests and replies, for this user alone', async () => {
    await serve((name, args) => ok({ name, args, none: undefined }));
    const client = await connect();
    expect(await client.request('records:explain', 'c1', 'a/b.txt')).toEqual({
      name: 'records:explain',
      args: ['c1', 'a/b.txt'],
      none: undefined,
    });
    expect(statSync(controlAddress(folder)).mode & 0o777).toBe(0o600);
  });

  it('answers side by side: a slow request holds no other back', async () => {
    let release = (_value: unknown) => {};
    await serve((name) =>
      name === 'sync' ? new Promise((resolve) => (release = (value) => resolve({ ok: true, value }))) : ok('quick'),
    );
    const client = await connect();
    const slow = client.request('sync', { wait: true, timeoutSeconds: 60 });
    expect(await client.request('status')).toBe('quick');
    release('slow');
    expect(await slow).toBe('slow');
  });

  it('passes errors on with their code and subject', async () => {
    await serve(() =>
      Promise.resolve({ ok: false, error: { code: 'no-such-path', message: 'There is no /x.', subject: '/x' } }),
    );
    await expect((await connect()).request('status')).rejects.toMatchObject({
      code: 'no-such-path',
      message: 'There is no /x.',
      subject: '/x',
    });
  });

  it.each([0, 1, 768 << 10, (768 << 10) + 1, 5_000_000])(
    'carries %i bytes whole, in pieces, in order',
    async (size) => {
      const bytes = new Uint8Array(size).map((_, at) => (at * 31 + (at >> 8)) % 256);
      await serve(() => ok(bytes));
      const pieces: Uint8Array[] = [];
      await (await connect()).requestBytes('records:cat', ['c1', 'r', {}], async (piece) => void pieces.push(piece));
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      expect(Math.max(0, ...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(768 << 10);
    },
  );

  it('answers what is no request, and goes on', async () => {
    await serve(() => ok('fine'));
    const raw = createConnection(controlAddress(folder));
    raw.write('{\n"text"\nnull\n{"id":9,"name":"status","args":[]}\n');
    let text = '';
    for await (const chunk of raw) {
      text += String(chunk);
      if (text.split('\n').length > 4) break;
    }
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, 3)).toEqual(
      Array(3).fill({
        id: 0,
        reply: expect.objectContaining({ error: expect.objectContaining({ code: 'bad-request' }) }),
      }),
    );
    expect(lines[3]).toEqual({ id: 9, reply: { ok: true, value: 'fine' } });
  });

  it('tells a client whose instance goes away', async () => {
    const socket = await serve(() => new Promise(() => {}));
    const client = await connect();
    const asked = client.request('status');
    const lost = expect(asked).rejects.toMatchObject({ code: 'connection-lost', subject: folder });
    await socket.close();
    await lost;
    await expect(client.request('status')).rejects.toMatchObject({ code: 'connection-lost' });
  });

  it('replaces a dead one', async () => {
    writeFileSync(join(folder, 'control.sock'), '');
    await serve(() => ok('alive'));
    expect(await (await connect()).request('status')).toBe('alive');
  });

  it('is in a folder of this user where its own path would be too long', async () => {
    const deep = join(folder, 'x'.repeat(100));
    mkdirSync(deep);
    const address = controlAddress(deep);
    expect(Buffer.byteLength(address)).toBeLessThanOrEqual(100);
    expect(address.startsWith(deep)).toBe(false);
    await serve(() => ok('near'), deep);
    expect(await (await connect(deep)).request('status')).toBe('near');
    expect(statSync(address).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a folder without an instance', ''],
    ['a folder that is not there', 'none'],
  ])('is not there for %s', async (_what, name) => {
    await expect(connectControl(join(folder, name))).rejects.toMatchObject({ code: 'no-instance' });
  });
});

describe('the address', () => {
  it('differs for other directories, and is a pipe on Windows', () => {
    const pipe = controlAddress('/data/one', 'win32');
    expect(pipe).toMatch(/^\\\\\.\\pipe\\lockstep-[0-9a-f]{24}$/);
    expect(controlAddress('/data/two', 'win32')).not.toBe(pipe);
    expect(controlAddress('/data/one', 'linux')).toBe('/data/one/control.sock');
    expect(controlAddress(`/${'x'.repeat(120)}`, 'linux', { XDG_RUNTIME_DIR: '/run/user/7' })).toMatch(
      /^\/run\/user\/7\/lockstep-[0-9a-f]{24}\.sock$/,
    );
  });
});
