// What one relay does on this machine, over real TLS from one other process: `npm run build && node test/bench/relay.ts`.
// Items are posted by as many members as a group may have, each its fifty at once: a single one is held to ten a second.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { collectionId } from '../../src/main/record/ids.ts';
import { aclBody, authBody, memberNamed } from '../fakes/relay-bodies.ts';
import { RelayCaller, SaidOn } from '../fakes/relay-caller.ts';

const ITEM = 4096;
const SPLICED = 512 * 1024 * 1024;
const FRAME = 64 * 1024;
const PACKS = 40;
const PACK = 8 * 1024 * 1024;

const data = mkdtempSync(join(tmpdir(), 'relay-bench-'));
const argv = [
  fileURLToPath(new URL('../../out/main/cli.js', import.meta.url)),
  'relay',
  'serve',
  '--listen',
  '127.0.0.1:0',
  '--data',
  data,
];
const child = spawn(process.execPath, [...argv, '--operator', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = await once(createInterface(child.stdout), 'line');
const { url, operator } = JSON.parse(String(line)) as { url: string; operator: string };
const callers = Array.from({ length: 16 }, () => new RelayCaller(url));
const origin = new URL(url).hash.slice(1);
const row = (what: string, value: number, unit: string): void => console.log(`${what}: ${value.toFixed(0)} ${unit}`);
const gauge = async (name: string): Promise<number> => {
  const text = await (await fetch(`http://${operator}/metrics`)).text();
  return Number(new RegExp(`^lockstep_relay_${name} (.*)$`, 'm').exec(text)?.[1]);
};
/** Seconds of the clock; the relay's CPU seconds are said. */
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const [start, cpu] = [performance.now(), await gauge('cpu_seconds')];
  await work();
  console.log(`  (relay: ${((await gauge('cpu_seconds')) - cpu).toFixed(2)} s of CPU)`);
  return (performance.now() - start) / 1000;
};

try {
  const group = collectionId(randomBytes(16).toString('hex'));
  const members = Array.from({ length: 200 }, (_, n) => memberNamed(`m${n}`, group));
  const caller = callers[0]!;
  await caller.call('POST', '/v1/groups', aclBody(group, 1, members, members[0]!));
  const tokens: string[] = [];
  const entering = await seconds(async () => {
    for (const member of members) {
      const { json } = await caller.call('POST', '/v1/auth/challenge', {});
      const { json: auth } = await caller.call('POST', '/v1/auth', authBody(json, origin, [{ group, member }]));
      tokens.push(auth.token);
    }
  });
  row('members let in, one after the other', members.length / entering, 'a second');

  const item = randomBytes(ITEM);
  let posted = 0;
  const posting = await seconds(() =>
    Promise.all(
      tokens.map(async (token, n) => {
        for (let each = 0; each < 50; each++) {
          const bytes = Buffer.concat([Buffer.from(`${n} ${each} `), item]);
          const { status } = await callers[n % 16]!.call('POST', `/v1/groups/${group}/items`, bytes, { token });
          if (status === 200) posted++;
        }
      }),
    ),
  );
  row(`items of 4 KiB, durable, ${tokens.length} under way`, posted / posting, 'a second');
  row('  writes in a commit', (await gauge('commit_writes_sum')) / (await gauge('commit_writes_count')), '');

  let fetched = 0;
  const fetching = await seconds(async () => {
    for (let after = 0; ; ) {
      const { body, headers } = await caller.call('GET', `/v1/groups/${group}/items?after=${after}`, undefined, {
        token: tokens[0]!,
      });
      if (body.length === 0) return;
      fetched += body.length;
      after = Number(headers['x-last-sid']);
    }
  });
  row('items fetched', fetched / fetching / 1e6, 'MB/s');

  const packs = Array.from({ length: PACKS }, () => randomBytes(PACK));
  const name = (pack: Buffer): string => createHash('sha256').update(pack).digest('hex');
  const names = packs.map(name);
  for (const [what, method] of [
    ['packs of 8 MiB put, four under way', 'PUT'],
    ['packs of 8 MiB fetched, four under way', 'GET'],
  ] as const) {
    const left = packs.map((pack, n) => ({ pack, n }));
    const taking = await seconds(() =>
      Promise.all(
        [0, 1, 2, 3].map(async (at) => {
          for (let next = left.pop(); next; next = left.pop()) {
            const path = `/v1/groups/${group}/packs/${names[next.n]}`;
            const { status } = await callers[at]!.call(method, path, method === 'PUT' ? next.pack : undefined, {
              token: tokens[next.n]!,
            });
            if (status !== 200) throw new Error(`${method} ${status}`);
          }
        }),
      ),
    );
    row(what, (PACKS * PACK) / taking / 1e6, 'MB/s');
  }

  const [one, two] = [0, 1].map((n) => caller.socket('/v1/events', tokens[n]!));
  const [saidOne, saidTwo] = [new SaidOn(one!), new SaidOn(two!)];
  await Promise.all([once(one!, 'open'), once(two!, 'open')]);
  one!.send(JSON.stringify({ is: 'live', req: 1, g: group, to: members[1]!.key }));
  const [granted, live] = [await saidOne.event('granted'), await saidTwo.event('live')];
  const [from, to] = [granted, live].map(({ token }) => caller.socket(`/v1/live/${token}`));
  await Promise.all([once(from!, 'open'), once(to!, 'open')]);
  const frame = randomBytes(FRAME);
  const splicing = await seconds(async () => {
    let got = 0;
    const all = new Promise<void>((done) => {
      to!.on('message', (bytes: Buffer) => {
        got += bytes.length;
        if (got === SPLICED) done();
      });
    });
    for (let sent = 0; sent < SPLICED; sent += FRAME)
      await new Promise<void>((gone) => from!.send(frame, { binary: true }, () => gone()));
    await all;
  });
  row('spliced, both ends in one process', SPLICED / splicing / 1e6, 'MB/s');
  row('resident memory at the end', (await gauge('resident_bytes')) / 1e6, 'MB');
} finally {
  for (const each of callers) each.close();
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(data, { recursive: true });
}
