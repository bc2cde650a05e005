import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/main/cli/run-command-line.ts';
import type { MemberSigner } from '../../src/main/peers/identity/identity.ts';
import { capturedTerminal } from '../fakes/captured-terminal.ts';
import { aclBody, authBody, GROUP, memberNamed } from '../fakes/relay-bodies.ts';
import { RelayCaller, SaidOn } from '../fakes/relay-caller.ts';
import { scratch } from './folder.ts';
import { RelayProcess } from './relay-process.ts';

// The relay as a process: what `relay serve` promises, on real sockets and a real disk.

const started: RelayProcess[] = [];
const callers: RelayCaller[] = [];
const start = async (...args: Parameters<typeof RelayProcess.start>): Promise<RelayProcess> => {
  const relay = await RelayProcess.start(...args);
  started.push(relay);
  return relay;
};
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.close();
  for (const relay of started.splice(0)) await relay.stop();
});

const [ana, ben] = [memberNamed('ana'), memberNamed('ben')];
const at = (rest: string): string => `/v1/groups/${GROUP}/${rest}`;
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** A caller that is let in as `member`; the group is registered where it is new. */
async function enter(url: string, member: MemberSigner = ana) {
  const caller = new RelayCaller(url);
  callers.push(caller);
  await caller.call('POST', '/v1/groups', aclBody(GROUP, 1, [ana, ben], ana));
  const { json } = await caller.call('POST', '/v1/auth/challenge', {});
  const body = authBody(json, new URL(url).hash.slice(1), [{ group: GROUP, member }]);
  const auth = await caller.call('POST', '/v1/auth', body);
  expect(auth.json.groups).toEqual([{ g: GROUP, error: null }]);
  return { caller, token: auth.json.token as string };
}

/** `u64 sid | u32 length | bytes`, each. */
function itemsIn(body: Buffer): [number, string][] {
  const items: [number, string][] = [];
  for (let at = 0; at < body.length; at += 12 + body.readUInt32BE(at + 8))
    items.push([Number(body.readBigUInt64BE(at)), sha256(body.subarray(at + 12, at + 12 + body.readUInt32BE(at + 8)))]);
  return items;
}

async function command(...argv: readonly string[]) {
  const terminal = capturedTerminal({ environment: {}, directory: scratch('at') });
  const status = await runCommandLine([...argv, '--json'], terminal);
  return { status, out: JSON.parse(terminal.output()) as { error: { code: string; message: string } } };
}

describe('relay serve', () => {
  it('says where it is and by which key, the same after a restart, and stops at SIGTERM with 0', async () => {
    const relay = await start();
    expect(relay.ready).toEqual({
      ready: true,
      url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+#k=[\w-]{43}$/),
    });
    const { caller, token } = await enter(relay.url);
    const events = caller.socket('/v1/events', token);
    await new SaidOn(events).event('presence');
    await caller.call('POST', at('items'), Buffer.from('kept'), { token });
    const closed = once(events, 'close');
    expect(await relay.stop()).toBe(0);
    expect((await closed)[0]).toBe(1001);
    expect(relay.log.join('')).toBe('');
    const again = await start([], { data: relay.data });
    expect(new URL(again.url).hash).toBe(new URL(relay.url).hash);
    const { caller: later, token: renewed } = await enter(again.url, ben);
    expect((await later.call('GET', at('acl'), undefined, { token })).status).toBe(401);
    const { body } = await later.call('GET', at('items'), undefined, { token: renewed });
    expect(itemsIn(body)).toEqual([[1, sha256(Buffer.from('kept'))]]);
  });

  it('that is private takes collections only by all of its address, the same after a restart', async () => {
    const relay = await start(['--private']);
    const [whole, admission] = /^https:\/\/127\.0\.0\.1:\d+#k=[\w-]{43}&a=([\w-]{22})$/.exec(relay.url) ?? [];
    expect(whole).toBe(relay.url);
    const caller = new RelayCaller(relay.url.replace(/&a=.*/, ''));
    callers.push(caller);
    const body = aclBody(GROUP, 1, [ana, ben], ana);
    const refused = await caller.call('POST', '/v1/groups', body);
    expect([refused.status, refused.json.error.code]).toEqual([403, 'not-admitted']);
    expect((await caller.call('POST', '/v1/groups', { ...body, a: admission })).status).toBe(201);
    await relay.stop();
    expect(statSync(join(relay.data, 'admission.key')).mode & 0o077).toBe(0);
    const again = await start(['--private'], { data: relay.data });
    expect(new URL(again.url).hash).toBe(new URL(relay.url).hash);
    await again.stop();
    writeFileSync(join(relay.data, 'admission.key'), 'damaged');
    await expect(start(['--private'], { data: relay.data })).rejects.toThrow(/admission.key is damaged/);
    const open = await start([], { data: relay.data });
    expect(open.url).not.toContain('&a=');
    expect(await command('relay', 'serve', '--private', '--role', 'storage')).toMatchObject({
      status: 2,
      out: { error: { code: 'usage' } },
    });
  });

  it('keeps all it has to itself', async () => {
    const relay = await start();
    const { caller, token } = await enter(relay.url);
    const pack = randomBytes(5000);
    expect((await caller.call('PUT', at(`packs/${sha256(pack)}`), pack, { token })).status).toBe(200);
    for (const name of readdirSync(relay.data, { recursive: true, encoding: 'utf8' })) {
      const path = join(relay.data, name);
      expect([name, statSync(path).mode & 0o077]).toEqual([name, 0]);
    }
    expect(existsSync(join(relay.data, 'packs', GROUP.slice(0, 2), GROUP, sha256(pack)))).toBe(true);
    expect(statSync(relay.data).mode & 0o777).toBe(0o700);
  });

  it('runs once on a directory, and once on a port', async () => {
    const relay = await start();
    await expect(start([], { data: relay.data })).rejects.toThrow(/\(1\): .*already runs/);
    const listen = new URL(relay.url).host;
    await expect(start([], { listen })).rejects.toThrow(/\(1\): .*Another program listens/);
    expect(await command('relay', 'serve', '--data', relay.data)).toMatchObject({
      status: 1,
      out: { error: { code: 'already-running' } },
    });
  });

  it.each([
    [['--database', 'postgres://relay'], 1, 'not-available', 'sqlite:'],
    [['--blobs', 's3://packs'], 1, 'not-available', 'file:'],
    [['--role', 'both'], 2, 'usage', 'all, storage, management'],
    [['--role', 'management'], 2, 'usage', '--storage'],
    [['--keep-hours', 'some'], 2, 'usage', '--keep-hours'],
    [['--operator', 'here'], 2, 'usage', 'HOST:PORT'],
  ])('%s is refused, and says what is possible', async (options, status, code, says) => {
    const refused = await command('relay', 'serve', '--data', join(scratch('relay'), 'no'), ...options);
    expect(refused).toMatchObject({ status, out: { error: { code } } });
    expect(refused.out.error.message).toContain(says);
  });

  it('takes what it has, said so', async () => {
    const relay = await start(['--database', 'sqlite:', '--blobs', 'file:', '--role', 'all', '--keep-hours', '0.5']);
    expect((await new RelayCaller(relay.url).call('GET', '/v1/info')).status).toBe(200);
  });

  it('does not make a new key where the one it had is damaged', async () => {
    const data = join(scratch('relay'), 'relay');
    mkdirSync(data);
    writeFileSync(join(data, 'tls.key'), 'not a key');
    await expect(start([], { data })).rejects.toThrow(/\(1\): .*tls\.key holds no P-256 key/);
  });

  it('tells its operator how it is, and no group by name', async () => {
    const relay = await start(['--operator', '127.0.0.1:0']);
    const { caller, token } = await enter(relay.url);
    await caller.call('POST', at('items'), Buffer.from('x'), { token });
    const ask = async (path: string) => {
      const response = await fetch(`http://${relay.ready.operator}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect([await ask('/healthz'), await ask('/readyz'), (await ask('/')).status]).toEqual([
      { status: 200, text: 'ok\n' },
      { status: 200, text: 'ok\n' },
      404,
    ]);
    const { text } = await ask('/metrics');
    for (const line of ['items_in_total 1', 'auth_ok_total 1', 'events_sockets 0', 'commit_writes_count'])
      expect(text).toContain(`lockstep_relay_${line}`);
    expect(text).not.toMatch(/[0-9a-f]{32}/);
    expect((await caller.call('GET', '/metrics')).status).toBe(404);
  });

  it('killed while it commits, it has all that it said it had', async () => {
    let relay = await start();
    const said = new Map<string, number>();
    const asked = new Map<string, Buffer>();
    for (let round = 0; round < 4; round++) {
      const { url } = relay;
      const writers = await Promise.all([ana, ben].map((member) => enter(url, member)));
      let killed = false;
      const enough = round * 40 + 25;
      const post = async ({ caller, token }: (typeof writers)[number]): Promise<void> => {
        while (!killed) {
          const item = randomBytes(20_000);
          asked.set(sha256(item), item);
          const answer = await caller.call('POST', at('items'), item, { token }).catch(() => null);
          if (answer?.status === 200) said.set(sha256(item), answer.json.sid);
          // Its fifty at once are used up: others go on.
          if (answer === null || answer.status === 429) return;
          if (said.size >= enough) killed = true;
        }
      };
      const posting = [...writers, ...writers, ...writers].map(post);
      await Promise.race([
        Promise.all(posting),
        expect.poll(() => said.size, { interval: 1 }).toBeGreaterThan(enough - 5),
      ]);
      await relay.stop('SIGKILL');
      killed = true;
      await Promise.all(posting);
      relay = await start([], { data: relay.data });
      const { caller, token } = await enter(relay.url);
      const found = new Map<string, number>();
      const sids: number[] = [];
      for (let after = 0; ; ) {
        const { body, headers } = await caller.call('GET', at(`items?after=${after}`), undefined, { token });
        for (const [sid, hash] of itemsIn(body)) {
          expect(asked.has(hash)).toBe(true);
          found.set(hash, sid);
          sids.push(sid);
        }
        if (body.length === 0) break;
        after = Number(headers['x-last-sid']);
      }
      expect(sids).toEqual(sids.map((_, n) => n + 1));
      for (const [hash, sid] of said) expect([hash, found.get(hash)]).toEqual([hash, sid]);
      // What was on its way may be there or not; once more, it is there once.
      const [some] = [...found].slice(-1);
      const answer = await caller.call('POST', at('items'), asked.get(some![0])!, { token });
      expect([200, 429]).toContain(answer.status);
      if (answer.status === 200) expect(answer.json.sid).toBe(some![1]);
    }
  });

  it('claims 59 and 60: management tells both devices where the storage is, and there they find each other’s items', async () => {
    const storage = await start(['--role', 'storage']);
    const data = join(scratch('relay'), 'management');
    mkdirSync(data);
    // One relay to its devices: one key.
    copyFileSync(join(storage.data, 'tls.key'), join(data, 'tls.key'));
    const management = await start(['--role', 'management', '--storage', storage.url], { data });
    expect(new URL(management.url).hash).toBe(new URL(storage.url).hash);
    const located: string[] = [];
    for (const member of [ana, ben]) {
      const { caller, token } = await enter(management.url, member);
      const { json } = await caller.call('GET', at('location'), undefined, { token });
      located.push(json.api);
      expect(await caller.call('GET', at('items'), undefined, { token })).toMatchObject({ status: 404 });
    }
    expect(located).toEqual([storage.url, storage.url]);
    const [atAna, atBen] = [await enter(located[0]!, ana), await enter(located[1]!, ben)];
    await atAna.caller.call('POST', at('items'), Buffer.from('for ben'), { token: atAna.token });
    const { body } = await atBen.caller.call('GET', at('items'), undefined, { token: atBen.token });
    expect(itemsIn(body)).toEqual([[1, sha256(Buffer.from('for ben'))]]);
  });
});
