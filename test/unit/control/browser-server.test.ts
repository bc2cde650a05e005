import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { decode, encode } from '../../../src/contract/codec.ts';
import { type BrowserServer, openBrowserServer } from '../../../src/main/control/browser-server.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';

let folder: string;
let server: BrowserServer;
let asked: unknown[];
let kept: Uint8Array | null;

const open = (host = '127.0.0.1') =>
  openBrowserServer(
    {
      on: { host, port: 0, orNext: false },
      root: join(folder, 'renderer'),
      clock: systemClock,
      random: systemRandom,
      kept: { read: () => kept, write: (bytes) => (kept = bytes) },
    },
    (name, args) => {
      asked.push([name, args]);
      return Promise.resolve({ ok: true, value: new Uint8Array([1, 2]) });
    },
  );

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-browser-'));
  mkdirSync(join(folder, 'renderer/assets'), { recursive: true });
  writeFileSync(join(folder, 'renderer/index.html'), '<p>Lockstep</p>');
  writeFileSync(join(folder, 'renderer/assets/app.js'), 'export {}');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'renderer-secret.txt'), 'secret');
  asked = [];
  kept = null;
  server = await open();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const parts = () => {
  const { host, port, hash } = new URL(server.address());
  return { host, port: Number(port), token: hash.replace('#token=', '') };
};

/** Sends the path as it is: fetch would tidy it. */
async function get(path: string, { host = parts().host, method = 'GET' } = {}) {
  const sent = request({ host: '127.0.0.1', port: parts().port, path, method, headers: { host } }).end();
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

function page(headers: { host?: string; origin?: string } = {}) {
  const { host } = parts();
  return new WebSocket(`ws://${host}/`, { headers: { host, ...headers }, origin: headers.origin ?? `http://${host}` });
}
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
const proof = (challenge: unknown) =>
  sign('sha256', Buffer.from(`lockstep page ${parts().host} ${challenge}`), {
    key: pair.privateKey,
    dsaEncoding: 'ieee-p1363',
  }).toString('base64url');

async function admitted(token: unknown, session: unknown = null) {
  const socket = page();
  const { challenge } = await next(socket);
  socket.send(JSON.stringify({ auth: { token, session, key, proof: proof(challenge) } }));
  return { socket, first: await Promise.race([next(socket), once(socket, 'close')]) };
}
const next = async (socket: WebSocket) => decode(String((await once(socket, 'message'))[0])) as Record<string, unknown>;

describe('the page', () => {
  it('is served with a policy that runs nothing but its own scripts', async () => {
    const { status, headers, body } = await get('/');
    expect({ status, body }).toEqual({ status: 200, body: '<p>Lockstep</p>' });
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['set-cookie']).toBeUndefined();
    expect((await get('/assets/app.js')).headers['content-type']).toContain('text/javascript');
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%2frenderer-secret.txt',
    '/%00',
    '/nothing',
    '/assets',
    '/%',
  ])('is all there is: %s is not found', async (path) => {
    const { status, body } = await get(path);
    expect({ status, body }).toEqual({ status: 404, body: '' });
  });

  it.each(['evil.example', 'evil.example:80', 'localhost', '127.0.0.1', '127.0.0.1:1'])(
    'is not served to a page that calls us %s',
    async (host) => {
      expect(await get('/', { host })).toMatchObject({ status: 421, body: '' });
    },
  );

  it('is only read', async () => {
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    expect(await get('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });
});

describe('the socket', () => {
  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { host: 'evil.example' },
  ])('refuses %j', async (headers) => {
    const socket = page(headers);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('403');
  });

  it('answers requests of a page that brought a token, which is then spent', async () => {
    const { token } = parts();
    const { socket, first } = await admitted(token);
    expect(first).toEqual({
      build: expect.stringMatching(/^[\w-]{43}$/),
      session: expect.stringMatching(/^[\w-]{32}$/),
    });
    socket.send(encode({ id: 3, name: 'status', args: [] }));
    expect(await next(socket)).toEqual({ id: 3, reply: { ok: true, value: new Uint8Array([1, 2]) } });
    expect(asked).toEqual([['status', []]]);
    socket.close();

    kept = null;
    const stranger = page();
    await next(stranger);
    stranger.send(JSON.stringify({ auth: { token, key: 'another' } }));
    expect(await once(stranger, 'close')).toMatchObject([4401, Buffer.from('address already used')]);
    const again = await admitted(token);
    expect(again.first).toMatchObject({ build: (first as { build: string }).build });
    again.socket.close();
  });

  it('is where it was after a start, and lets in who was; where the port is taken it is elsewhere', async () => {
    const { host, token } = parts();
    const { socket, first } = await admitted(token);
    socket.close();
    await server.close();
    writeFileSync(join(folder, 'renderer/index.html'), '<p>A newer Lockstep</p>');
    server = await open();
    expect(parts().host).toBe(host);
    const again = await admitted(null);
    expect(again.first).toMatchObject({ build: expect.not.stringMatching((first as { build: string }).build) });
    again.socket.close();
    const second = await open();
    expect(new URL(second.address()).host).not.toBe(host);
    await second.close();
  });

  it.each([['nothing'], [undefined], [{ token: 1 }]])(
    'closes on %j, and carries out nothing it sends after',
    async (auth) => {
      const socket = page();
      await next(socket);
      socket.send(JSON.stringify({ auth }));
      socket.send(encode({ id: 1, name: 'status', args: [] }));
      expect((await once(socket, 'close'))[0]).toBe(4401);
      expect(asked).toEqual([]);
    },
  );

  it('closes on what is no request', async () => {
    const { socket } = await admitted(parts().token);
    socket.send('{');
    expect((await once(socket, 'close'))[0]).toBe(1007);
  });

  it('that takes nothing for a while gets the last of each event once it does', async () => {
    const { socket } = await admitted(parts().token);
    socket.pause();
    const large = 'x'.repeat(1 << 20);
    for (let at = 0; at < 40; at++) server.sendEvent('requests', [large]);
    server.sendEvent('status', { last: true });
    server.sendEvent('requests', []);
    const got: Record<string, unknown>[] = [];
    const isLast = new Promise<void>((resolve) => {
      socket.on('message', (raw) => {
        got.push(decode(String(raw)) as Record<string, unknown>);
        if (JSON.stringify(got.at(-1)?.value) === '[]') resolve();
      });
    });
    socket.resume();
    await isLast;
    expect(got.length).toBeLessThan(40);
    expect(got.some(({ event, value }) => event === 'status' && (value as { last?: boolean }).last === true)).toBe(
      true,
    );
    socket.close();
  });
  it('tells events to admitted pages only', async () => {
    const { socket } = await admitted(parts().token);
    const stranger = page();
    const heard: unknown[] = [];
    await next(stranger);
    stranger.on('message', (message) => heard.push(message));
    server.sendEvent('requests', []);
    expect(await next(socket)).toEqual({ event: 'requests', value: [] });
    stranger.close();
    await once(stranger, 'close');
    expect(heard).toEqual([]);
    socket.close();
  });
});

it.each(['0.0.0.0', '192.168.1.2', '::', 'example.org'])('is refused off loopback: %s', async (host) => {
  await expect(open(host)).rejects.toMatchObject({ code: 'ui-off-loopback', subject: host });
});
