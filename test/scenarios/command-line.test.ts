import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectControl } from '../../src/main/control/control-client.ts';
import { Device, end, ownAddress, PATIENT, type Pair, PROGRAM, startPair } from './device.ts';
import { Folder, scratch } from './folder.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair((folder) => {
    folder.write('one.txt', 'one');
    folder.write('dir/one.txt', 'another one');
    folder.write('dir/two.txt', 'two');
  });
});
afterAll(() => end(pair?.a, pair?.b));

describe('what is refused, with which status and code', () => {
  const nowhere = join(scratch('nowhere'), 'missing');
  const inside = () => join(pair.folderA.root, 'dir');
  it.each<[string, number, string, () => string[]]>([
    ['a word nobody knows', 2, 'usage', () => ['synk']],
    ['an option nobody knows', 2, 'usage', () => ['status', '--loud']],
    ['a missing argument', 2, 'usage', () => ['add']],
    ['an argument too many', 2, 'usage', () => ['status', 'now']],
    ['a timeout that is no number', 2, 'usage', () => ['sync', '--timeout', 'soon']],
    ['two ways to settle', 2, 'usage', () => ['resolve', 'x', '--take', 'y', '--keep-both']],
    ['a path that is not there', 1, 'no-such-path', () => ['add', nowhere]],
    ['a path inside a source', 1, 'overlaps-source', () => ['add', inside()]],
    ['a path around a source', 1, 'overlaps-source', () => ['add', join(pair.folderA.root, '..')]],
    ['the data directory as a source', 1, 'overlaps-source', () => ['add', pair.a.data]],
    ['an address of a kind nobody knows', 1, 'bad-address', () => ['add', 'ftp://ana@example.org/x', '--create']],
    ['a collection nobody knows', 1, 'no-such-collection', () => ['verify', 'nothing']],
    ['a record nobody knows', 1, 'no-such-record', () => ['cat', pair.collection, 'nothing.txt']],
    ['a record that can be several', 1, 'ambiguous-record', () => ['cat', pair.collection, 'di']],
    ['a folder, whose bytes are none', 1, 'not-a-file', () => ['cat', pair.collection, 'dir']],
    ['a device nobody knows', 1, 'no-such-device', () => ['remove-device', 'nobody']],
    ['a conflict nobody knows', 1, 'no-such-conflict', () => ['resolve', 'abcd', '--keep-both']],
    ['a change nobody knows', 1, 'no-such-change', () => ['undo', 'abcd']],
    ['a plan nobody knows', 1, 'no-such-plan', () => ['confirm', 'abcd']],
    ['a setting nobody knows', 1, 'unknown-setting', () => ['config', 'colour']],
    ['a value that is none', 1, 'bad-value', () => ['config', 'history.days', 'many']],
    ['a share above all', 1, 'bad-value', () => ['config', 'safety.delete-share', '1.5']],
    ['a link that is none', 1, 'bad-invite', () => ['join', 'lockstep://join#v=1', nowhere]],
    ['text in place of a link', 2, 'usage', () => ['join', 'https://example.org', nowhere]],
    ['a request nobody knows', 1, 'unknown-request', () => ['approve', 'abcd']],
  ])('%s: status %d, %s', async (_name, status, code, args) => {
    const before = (await pair.a.status()).collections.length;
    expect(await pair.a.refused(...args())).toEqual({ status, code });
    expect((await pair.a.status()).collections.length).toBe(before);
  });

  it('without an instance: status 5', async () => {
    const { b } = pair;
    await b.stop();
    expect(await b.refused('status')).toEqual({ status: 5, code: 'no-instance' });
    await b.restart();
  });
  it('not in step within the timeout: status 3', async () => {
    const { a, b, folderA } = pair;
    await b.stop();
    folderA.write('late.txt', 'late');
    expect((await a.cli('sync', '--wait', '--for', 'bert', '--timeout', '1')).status).toBe(3);
    await b.restart();
    expect((await a.cli('sync', '--wait', '--for', 'bert', '--timeout', PATIENT)).status).toBe(0);
  });
});

it('of two calls that add one folder at once, one is refused', async () => {
  const folder = new Folder('twice');
  const client = await connectControl(pair.a.data);
  const add = () => client.request('collections:add', { location: folder.root, name: 'twice' });
  const [one, other] = await Promise.allSettled([add(), add()]);
  client.close();
  expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
  expect([one, other].find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'overlaps-source' },
  });
  expect((await pair.a.status()).collections).toHaveLength(2);
});

it('is not in step while it reads a large file that was just put there', async () => {
  const alone = await Device.start('carla');
  const client = await connectControl(alone.data);
  try {
    const folder = new Folder('large');
    folder.write('small.txt', 'small');
    await alone.add(folder);
    await alone.sync();
    truncateSync(join(folder.root, 'small.txt'), 256 << 20);
    const state = async () => (await client.request('status')).collections[0]?.state;
    await expect.poll(state, { interval: 10, timeout: 20_000 }).toBe('working');
    await expect.poll(state, { interval: 50, timeout: 240_000 }).toBe('in-step');
  } finally {
    client.close();
    await end(alone);
  }
});

describe('what scripts rely on', () => {
  it('with --json stdout is one JSON value and nothing else, errors included', async () => {
    for (const args of [
      ['status'],
      ['devices'],
      ['conflicts'],
      ['history'],
      ['config'],
      ['doctor'],
      ['verify', 'nothing'],
    ]) {
      const { stdout } = await pair.a.cli(...args, '--json');
      expect(stdout.toString().trim().split('\n')).toHaveLength(1);
      expect(() => JSON.parse(stdout.toString())).not.toThrow();
    }
    const { stdout } = await pair.a.cli('verify', 'nothing', '--json');
    expect(JSON.parse(stdout.toString())).toEqual({
      error: { code: 'no-such-collection', message: expect.any(String), subject: 'nothing' },
    });
  });

  it('ids, beginnings of ids and names all mean the collection', async () => {
    const { a, collection } = pair;
    const roots = await Promise.all([collection, collection.slice(0, 6), 'docs'].map((name) => a.root(name)));
    expect(new Set(roots.map((view) => view.root)).size).toBe(1);
  });

  it('verify names what differs, and is equal again after a look', async () => {
    const { a, folderA, collection } = pair;
    await a.pause();
    folderA.write('one.txt', 'changed while paused');
    const { differs } = await a.root(collection);
    expect(differs.map((each) => each.record)).toEqual(['one.txt']);
    await a.ask('resume');
    await a.sync();
    expect((await a.root(collection)).differs).toEqual([]);
  });

  it('explain says what a record is, who wrote it, and by which rule it is so', async () => {
    const { a, b, folderB, collection } = pair;
    folderB.write('explained.txt', 'by bert');
    await b.sync();
    const view = await a.ask<{ state: string; fields: { path: string; device: string }[]; problem: null }>(
      'explain',
      collection,
      'explained.txt',
    );
    expect(view.fields.find((field) => field.path === 'entry')?.device).toBe(b.id);
    expect(view.problem).toBeNull();
  });

  it('saves that were finished before the call are included', async () => {
    const { a, folderA, folderB } = pair;
    for (let each = 0; each < 10; each++) {
      folderA.write('busy.txt', `version ${each}`);
      await a.sync();
      expect(folderB.read('busy.txt')).toBe(`version ${each}`);
    }
  });

  it('settings hold over a restart', async () => {
    const { b } = pair;
    await b.ask('config', 'history.days', '30');
    await b.stop();
    await b.restart();
    expect(await b.ask('config', 'history.days')).toEqual({ 'history.days': 30 });
  });

  it('a call loads no module of Node that it has no use for', () => {
    const folder = scratch('loads');
    const tells = join(folder, 'tells.cjs');
    // What a line editor and threads need comes along with `node:fs` and `node:util` where those are imported as they are.
    writeFileSync(tells, "process.on('exit', () => console.log(process.moduleLoadList.join()));");
    const call = ['--require', tells, PROGRAM, 'sync', '--data', join(folder, 'missing')];
    const { stdout, status } = spawnSync(process.execPath, call, { encoding: 'utf8' });
    expect([status, stdout.includes('NativeModule net,')]).toEqual([5, true]);
    expect(stdout.split(',').filter((each) => /readline|fs.promises|worker_threads/.test(each))).toEqual([]);
  });

  it('the program has no letter for which its whole text would take two bytes for each', () => {
    const directory = dirname(PROGRAM);
    const texts = readdirSync(directory).filter((name) => name.endsWith('.js'));
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter((name) => /[^\0-\xff]/.test(readFileSync(join(directory, name), 'utf8')))).toEqual([]);
  });

  it('a device that runs has no client of HTTP loaded in its main thread', async () => {
    const folder = scratch('runs');
    const tells = join(folder, 'tells.cjs');
    // Node's own, which comes along with `node:http` where that is imported as it is.
    writeFileSync(
      tells,
      `const { isMainThread } = require('node:worker_threads');
       if (isMainThread) process.on('exit', () => console.log(process.moduleLoadList.join()));`,
    );
    const serve = ['serve', '--data', join(folder, 'data'), '--listen', await ownAddress(), '--no-discovery'];
    const child = spawn(process.execPath, ['--require', tells, PROGRAM, ...serve, '--ui', await ownAddress()]);
    let said = '';
    for await (const part of child.stdout) {
      const isReady = said.includes('"ready":true');
      said += String(part);
      if (!isReady && said.includes('"ready":true')) child.kill('SIGTERM');
    }
    expect([said.includes('NativeModule _http_server,'), said.includes('undici')]).toEqual([true, false]);
  });

  it('cat writes the bytes as they are', async () => {
    const { a, folderA, collection } = pair;
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256);
    folderA.write('binary.bin', bytes);
    await a.look();
    const { stdout } = await a.cli('cat', collection, 'binary.bin');
    expect(Buffer.compare(stdout, Buffer.from(bytes))).toBe(0);
  });

  it('join reads the link from standard input', async () => {
    const { a, collection } = pair;
    const c = await Device.start('carl');
    const folder = new Folder('carl');
    const { link } = await a.ask<{ link: string }>('invite', collection, '--approve-first');
    const file = join(scratch('link'), 'link');
    writeFileSync(file, `${link}\n`);
    const joined = await c.from(file, 'join', '-', folder.root, '--wait', '--json');
    expect(joined.status).toBe(0);
    await c.sync('anna');
    expect(folder.has('one.txt')).toBe(true);
    await end(c);
  });
});
