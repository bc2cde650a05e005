import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusView } from '../../src/contract/contract.ts';
import { runCommandLine } from '../../src/main/cli/run-command-line.ts';
import { capturedTerminal } from '../fakes/captured-terminal.ts';
import { type Device, end, PATIENT, type Pair, PROGRAM, startPair } from './device.ts';
import { Folder, scratch } from './folder.ts';

/**
 * The command line as scripts rely on it: every command and option there must always be (the relay's are in relay-serve), what its JSON holds, against
 * running devices. Adding is free; what stands here changes only with a new major version.
 */

/** COMMAND of the help, and its options. */
const COMMANDS: { readonly [command: string]: readonly string[] } = {
  serve: ['--listen', '--ui', '--no-ui', '--no-discovery', '--relay'],
  ui: [],
  add: ['--name', '--kind', '--format', '--create'],
  invite: ['--role', '--approve-first'],
  join: ['--format', '--wait'],
  requests: [],
  approve: [],
  deny: [],
  sync: ['--wait', '--for', '--timeout'],
  status: [],
  devices: [],
  'remove-device': [],
  'rename-device': [],
  source: ['--add', '--remove', '--only', '--ignore', '--read-only'],
  cat: ['--value', '--at'],
  conflicts: [],
  resolve: ['--take', '--value', '--keep-both', '--all', '--prefer'],
  history: ['--record', '--limit', '--before'],
  undo: [],
  restore: ['--at', '--to'],
  explain: [],
  preview: [],
  confirm: [],
  verify: ['--content'],
  pause: [],
  resume: [],
  export: ['--format'],
  relay: ['--listen', '--database', '--blobs', '--role'],
  config: [],
  doctor: [],
};
const FORMATS =
  'folder vcard vcard3 vcard-folder vcard3-folder csv-google csv-google-legacy csv-outlook csv-outlook-com csv-thunderbird ldif thunderbird carddav icalendar icalendar-folder caldav subscription';
const SETTINGS =
  'name listen relay limits.up limits.down schedule scan.interval history.days history.bytes history.copy-limit disk.reserve safety.delete-share safety.delete-count safety.rewrite-share keys';
/** Nothing listens there. */
const RELAY = `https://127.0.0.1:9#k=${'A'.repeat(43)}`;
const isTextOrNull = (value: unknown) => value === null || typeof value === 'string';
const NOWHERE = () => join(scratch('nowhere'), 'no-instance');

async function call(data: string, ...argv: readonly string[]) {
  const terminal = capturedTerminal({ environment: { LOCKSTEP_DATA: data }, directory: scratch('at') });
  const status = await runCommandLine(argv, terminal);
  return { status, out: terminal.output(), notes: terminal.notes() };
}

describe('without an instance', () => {
  it.each(Object.entries(COMMANDS))('help %s names what it takes', async (command, options) => {
    const { status, out } = await call(NOWHERE(), 'help', command);
    expect(status).toBe(0);
    for (const option of [...options, '--data', '--json'])
      expect(out).toMatch(new RegExp(`^ {2}(-., )?${option}( |$)`, 'm'));
    expect((await call(NOWHERE(), 'help')).out).toMatch(new RegExp(`^ {2}${command}( |$)`, 'm'));
  });

  it.each([['help'], ['--version'], ['doctor'], ['completions', 'bash']])('%s works', async (...argv) => {
    const { status, out } = await call(NOWHERE(), ...argv, '--json');
    expect(status).toBe(0);
    expect(() => JSON.parse(out)).not.toThrow();
    expect(out.trim().split('\n')).toHaveLength(1);
  });

  it('help tells what each setting is, and which formats there are', async () => {
    const { out } = await call(NOWHERE(), 'help', 'config');
    for (const setting of SETTINGS.split(' ')) expect(out).toMatch(new RegExp(`^ {2}${setting} +\\S`, 'm'));
    expect((await call(NOWHERE(), 'help', 'add')).out.match(/[a-z0-9-]+/g)).toEqual(
      expect.arrayContaining(FORMATS.split(' ')),
    );
  });

  it('every other command ends with 5 and says no-instance', async () => {
    const { status, out } = await call(NOWHERE(), 'status', '--json');
    expect([status, JSON.parse(out)]).toEqual([
      5,
      { error: { code: 'no-instance', message: expect.any(String), subject: expect.any(String) } },
    ]);
  });

  it.each(FORMATS.split(' '))('the format %s is known', async (format) => {
    const { status } = await call(NOWHERE(), 'add', 'x', '--format', format, '--json');
    expect(status).toBe(5);
  });
});

describe('with devices', () => {
  let pair: Pair;
  let conflict: { id: string; record: string; shown: string; values: { id: string }[] };
  const out = join(scratch('out'), 'all');
  /** A change of `kept.txt` in history. */
  let change: string;
  const ask = async <T>(...argv: readonly string[]): Promise<T> => {
    const { status, out } = await call(pair.a.data, ...argv, '--json');
    expect(out.trim().split('\n')).toHaveLength(1);
    const view = JSON.parse(out) as T;
    expect({ status, error: (view as { error?: unknown } | null)?.error }).toEqual({ status: 0, error: undefined });
    return view;
  };

  beforeAll(async () => {
    pair = await startPair((folder) => {
      folder.write('kept.txt', 'first');
      folder.write('both.txt', 'before');
    });
    const { a, b, folderA, folderB, collection } = pair;
    await b.stop();
    folderA.write('both.txt', 'by anna');
    folderA.write('kept.txt', 'second');
    await a.look();
    folderB.write('both.txt', 'by bert');
    await b.restart();
    await a.sync();
    [conflict] = (await a.conflicts()) as unknown as [typeof conflict];
    const packages = await a.history(collection, '--record', 'kept.txt', '--limit', '1');
    change = packages[0]!.changes.find(({ record }) => record === 'kept.txt')!.id;
  });
  afterAll(() => end(pair?.a, pair?.b));

  const V = { type: 'file', size: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
  const RESULT = { changes: [expect.any(String)], records: 1, conflicts: [], missing: [] };
  const text = expect.any(String);
  const number = expect.any(Number);
  const anObject = expect.any(Object);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  const one = (shape: object) => [expect.objectContaining(shape)];
  const each = (shape: object) => expect.arrayContaining(one(shape));
  const sources = each({ id: text, location: text, format: 'folder', state: 'ready', reason: null });
  const settings = { sources, only: [], ignore: [], readOnly: false, outside: 0 };

  // In this order: what a line changes, those after it find.
  it.each<[string, (p: Pair) => readonly string[], unknown]>([
    [
      'status',
      () => ['status'],
      {
        device: { id: text, name: 'anna' },
        links: { bytesIn: number, bytesOut: number },
        collections: one({
          id: text,
          name: 'docs',
          kind: 'files',
          state: text,
          records: 2,
          outside: 0,
          conflicts: 1,
          problems: 0,
          sources,
          peers: one({ device: text, name: 'bert', state: 'linked', link: text, behind: 0 }),
        }),
      },
    ],
    [
      'devices',
      () => ['devices'],
      each({ device: text, name: 'bert', self: false, role: 'admin', collections: [text], lastSeen: time }),
    ],
    ['rename-device', () => ['rename-device', 'anna'], each({ name: 'anna', self: true })],
    ['requests', () => ['requests'], []],
    [
      'invite',
      () => ['invite', 'docs', '--role', 'reader'],
      { link: expect.stringMatching(/^lockstep:\/\/join#v=1&/) },
    ],
    [
      'sync',
      () => ['sync'],
      {
        inStep: expect.any(Boolean),
        collections: one({ id: text, records: 2, seconds: number }),
        members: expect.any(Array),
      },
    ],
    [
      'sync --wait',
      (p) => ['sync', p.collection, '--wait', '--for', 'all', '--timeout', PATIENT],
      { inStep: true, members: one({ device: text, name: 'bert', inStep: true, why: text }) },
    ],
    [
      'sync --for several',
      () => ['sync', 'docs', '--wait', '--for', 'bert', 'anna', '--timeout', PATIENT],
      { inStep: true },
    ],
    [
      'sync --for several, of all collections',
      () => ['sync', '--wait', '--for', 'bert', 'anna', '--timeout', PATIENT],
      { inStep: true },
    ],
    [
      'sync --for one, and a collection',
      () => ['sync', '--wait', '--for', 'bert', 'docs', '--timeout', PATIENT],
      { inStep: true },
    ],
    [
      'conflicts',
      () => ['conflicts', 'docs'],
      one({
        id: text,
        collection: text,
        record: 'both.txt',
        field: 'entry',
        title: text,
        base: V,
        shown: text,
        values: [0, 1].map(() => ({ id: text, kind: 'value', value: V, device: text, at: time })),
      }),
    ],
    [
      'history',
      () => ['history', 'docs', '--record', 'kept.txt', '--limit', '1'],
      one({
        id: text,
        collection: text,
        device: text,
        at: time,
        changes: each({
          id: text,
          record: 'kept.txt',
          title: text,
          action: 'modify',
          fields: each({ path: 'entry', before: V, after: V, kept: expect.anything() }),
        }),
      }),
    ],
    [
      'explain',
      () => ['explain', 'docs', 'kept.txt'],
      { state: text, fields: each({ path: 'entry', value: V, device: text, at: time, rule: text }), problem: null },
    ],
    ['preview', () => ['preview'], { plan: text, local: [], incoming: [], halts: [] }],
    [
      'verify',
      () => ['verify'],
      one({ collection: text, root: expect.stringMatching(/^[0-9a-f]+$/), records: 2, differs: expect.any(Array) }),
    ],
    ['verify --content', () => ['verify', 'docs', '--content'], one({ differs: expect.any(Array) })],
    ['source', () => ['source', 'docs'], settings],
    [
      'source --ignore, --only, --read-only',
      () => ['source', 'docs', '--ignore', '*.tmp', '--ignore', '*.bak', '--only', '*.txt', '--read-only'],
      { only: ['*.txt'], ignore: ['*.tmp', '*.bak'], readOnly: true },
    ],
    [
      'source, cleared',
      () => ['source', 'docs', '--ignore', '', '--only', '', '--no-read-only'],
      { only: [], ignore: [], readOnly: false },
    ],
    ['undo', () => ['undo', change], RESULT],
    ['restore', () => ['restore', 'docs', 'kept.txt', '--at', change], RESULT],
    [
      'restore --to',
      () => ['restore', 'docs', 'kept.txt', '--at', change, '--to', join(scratch('to'), 'kept.txt')],
      { records: 1, missing: [] },
    ],
    ['cat', () => ['cat', 'docs', 'kept.txt'], { size: 6, base64: Buffer.from('second').toString('base64') }],
    ['cat --value', () => ['cat', 'docs', 'both.txt', '--value', conflict.shown], { size: 7 }],
    [
      'export with an open conflict',
      () => ['export', 'docs', join(scratch('open'), 'all')],
      { records: 2, lost: [], conflicts: 1 },
    ],
    [
      'resolve',
      () => ['resolve', conflict.id, '--take', conflict.values[0]!.id],
      { ...RESULT, changes: expect.any(Array) },
    ],
    [
      'resolve --all',
      () => ['resolve', '--all', '--prefer', 'newest'],
      { changes: [], records: 0, conflicts: [], missing: [] },
    ],
    ['pause', () => ['pause', 'docs'], {}],
    ['resume', () => ['resume', 'docs'], {}],
    ['export', () => ['export', 'docs', out], { records: 2, lost: [] }],
    [
      'config',
      () => ['config'],
      Object.fromEntries(
        SETTINGS.split(' ').map((key) => [key, key === 'keys' ? 'file' : expect.toSatisfy(() => true)]),
      ),
    ],
    ['config KEY VALUE', () => ['config', 'safety.delete-share', '0.3'], { 'safety.delete-share': 0.3 }],
    ['config relay', () => ['config', 'relay', RELAY], { relay: RELAY }],
    [
      'status with a relay',
      () => ['status'],
      {
        collections: one({ relay: { url: RELAY, state: text, waiting: number, why: expect.toSatisfy(isTextOrNull) } }),
      },
    ],
    ['config relay, cleared', () => ['config', 'relay', ''], { relay: '' }],
    ['status without one', () => ['status'], { collections: one({ relay: null }) }],
    ['doctor', () => ['doctor'], each({ check: text, ok: true, detail: text, fix: null })],
    // Beyond what the contract names.
    ['problems', () => ['problems'], []],
    [
      'history --acts',
      () => ['history', 'docs', '--acts', '--limit', '1'],
      one({ id: text, newest: text, collection: text, device: text, at: time, packages: number, counts: anObject }),
    ],
    ['set-role', () => ['set-role', 'bert', 'admin', 'docs'], each({ name: 'bert', role: 'admin' })],
    ['quarantine', () => ['quarantine', 'bert', 'docs', '--drop'], []],
    [
      'recovery-key --make',
      () => ['recovery-key', 'docs', '--make'],
      { key: text, keys: one({ id: text, by: text }), role: 'admin' },
    ],
    ['recovery-key --drop', () => ['recovery-key', 'docs', '--drop'], { key: null, keys: [], role: 'admin' }],
    ['revoke-invite', () => ['revoke-invite', 'docs'], { revoked: 1 }],
  ])('%s', async (_name, argv, shape) => {
    const view = await ask<unknown>(...argv(pair));
    expect(view).toEqual(
      Array.isArray(shape) || typeof (shape as { asymmetricMatch?: unknown }).asymmetricMatch === 'function'
        ? shape
        : expect.objectContaining(shape as object),
    );
  });

  it('sync that is not in step in time ends with 3, and says with whom and why', async () => {
    await ask('pause', 'docs');
    const { status, out: said } = await call(pair.a.data, 'sync', 'docs', '--wait', '--timeout', '0.5', '--json');
    await ask('resume', 'docs');
    expect([status, JSON.parse(said)]).toMatchObject([
      3,
      { inStep: false, collections: [{ id: pair.collection }], members: [{ name: 'bert', inStep: false, why: text }] },
    ]);
  });

  it('a halted source: sync ends with 4; preview names the plan, which put-back and confirm take', async () => {
    const folder = new Folder('halts');
    const names = Array.from({ length: 12 }, (_, at) => `${at}.txt`);
    for (const name of names) folder.write(name, name);
    const { source } = await ask<{ source: string }>('add', folder.root, '--name', 'halts');
    const emptied = async () => {
      for (const name of names) rmSync(folder.path(name), { force: true });
      const { status, out: said } = await call(pair.a.data, 'sync', 'halts', '--json');
      expect([status, JSON.parse(said)]).toMatchObject([4, { inStep: false, needsPerson: true, needs: ['halted'] }]);
      const view = await ask<{ plan: string }>('preview', 'halts');
      expect(view).toEqual({
        plan: text,
        local: expect.arrayContaining(names.map((record) => ({ record, action: 'delete' }))),
        incoming: [],
        halts: [{ source, reason: 'emptied', detail: text }],
      });
      expect((await ask<StatusView>('status')).collections).toContainEqual(
        expect.objectContaining({
          name: 'halts',
          state: 'halted',
          sources: [expect.objectContaining({ id: source, state: 'halted', reason: text, plan: view.plan })],
        }),
      );
      return view.plan;
    };
    expect(await ask('put-back', await emptied())).toEqual({});
    for (const name of names) folder.write(name, name);
    await ask('sync', 'halts');
    expect(await ask('confirm', await emptied())).toEqual({});
    await expect.poll(async () => await ask('sync', 'halts')).toMatchObject({ collections: [{ records: 0 }] });
    expect(await ask('leave', 'halts')).toEqual({});
  });

  it('a book with what cannot be read, and two that may be one', async () => {
    const book = join(scratch('odd'), 'odd.vcf');
    const card = (uid: string) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:Ada L\r\nN:L;Ada;;;\r\nEND:VCARD\r\n`;
    writeFileSync(book, `${card('a')}${card('b')}neither a card\r\n`);
    expect(await ask('add', book)).toMatchObject({ kind: 'contacts', format: 'vcard3', records: 2, problems: 1 });
    expect(await ask('problems', 'odd')).toEqual([
      { collection: text, source: book, record: text, code: 'malformed', detail: text, since: time },
    ]);
    expect(await ask('duplicates', 'odd')).toMatchObject([
      { collection: text, sure: false, records: [{ record: 'a' }, { record: 'b' }] },
    ]);
    expect(await ask('duplicates', 'odd', 'a', 'b', '--apart')).toMatchObject({ records: 1, missing: [] });
  });

  it('agenda', async () => {
    const file = join(scratch('agenda'), 'days.ics');
    const event = 'UID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T090000Z\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Walk';
    writeFileSync(
      file,
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n${event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
    );
    await ask('add', file);
    expect(await ask('agenda', 'days', '--days', '2')).toMatchObject({
      list: expect.arrayContaining([expect.objectContaining({ start: number, isAllDay: false, title: 'Walk' })]),
    });
  });

  it('serve says one line when it is ready; ui is a fresh address each time', async () => {
    const data = join(scratch('ready'), 'data');
    const argv = [PROGRAM, 'serve', '--listen', '127.0.0.1:0', '--no-discovery', '--data', data];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines: string[] = [];
    const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
    await once(reader, 'line');
    const address = /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+$/;
    const ui = expect.stringMatching(address);
    expect(JSON.parse(lines[0]!)).toEqual({ ready: true, device: text, listen: expect.stringMatching(/:\d+$/), ui });
    const [one, other] = [await call(data, 'ui', '--json'), await call(data, 'ui', '--json')];
    expect([one, other].map(({ out }) => JSON.parse(out))).toEqual([{ ui }, { ui }]);
    expect(one.out).not.toBe(other.out);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(lines).toHaveLength(1);
  });

  it('export writes a folder as it is, never over anything or into a source', async () => {
    expect(readdirSync(out).sort()).toEqual(['both.txt', 'kept.txt']);
    for (const [place, code] of [
      [out, 'already-there'],
      [join(pair.folderA.root, 'copy'), 'inside-source'],
    ] as const)
      expect(JSON.parse((await call(pair.a.data, 'export', 'docs', place, '--json')).out).error.code).toBe(code);
  });

  it.each(['relay.example.org', 'http://relay.example.org', 'https://relay.example.org#k=short'])(
    'a relay at %s is refused, and nothing is set',
    async (url) => {
      const { status, out: said } = await call(pair.a.data, 'config', 'relay', url, '--json');
      expect([status, JSON.parse(said).error.code]).toEqual([1, 'bad-relay-url']);
      expect(await ask('config', 'relay')).toEqual({ relay: '' });
    },
  );

  it('patterns are of folders of files only', async () => {
    const book = join(scratch('book'), 'people.vcf');
    await ask('add', book, '--create');
    for (const option of ['--only', '--ignore']) {
      const { status, out: said } = await call(pair.a.data, 'source', 'people', option, 'x', '--json');
      expect([status, JSON.parse(said).error.code]).toEqual([1, 'not-files']);
      expect(await ask('source', 'people', option, '')).toMatchObject({ only: [], ignore: [] });
    }
  });

  it('export writes one file to standard output', async () => {
    const book = join(scratch('piped'), 'piped.vcf');
    writeFileSync(book, 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada\r\nFN:Ada\r\nN:;Ada;;;\r\nEND:VCARD\r\n');
    await ask('add', book);
    expect(await call(pair.a.data, 'export', 'piped', '-', '--format', 'csv-google')).toEqual({
      status: 0,
      out: expect.stringContaining('\r\nAda,'),
      notes: '',
    });
    expect(await ask('export', 'piped', '-')).toEqual({
      records: 1,
      lost: [],
      lacks: { records: 0, lacks: [], named: [] },
      size: expect.any(Number),
      base64: expect.stringMatching(/^QkVHSU46VkNBUkQ/),
    });
    expect((await call(pair.a.data, 'export', 'docs', '-', '--json')).status).toBe(1);
  });

  it('a record that no collection has is said to be in none, where none was named', async () => {
    const { out: said } = await call(pair.a.data, 'history', '--record', 'nowhere', '--json');
    expect(JSON.parse(said).error).toMatchObject({
      code: 'no-such-record',
      message: expect.stringMatching(/^No collection here has/),
    });
    const { out: named } = await call(pair.a.data, 'history', 'docs', '--record', 'nowhere', '--json');
    expect(JSON.parse(named).error).toMatchObject({
      code: 'no-such-record',
      message: expect.stringMatching(/^docs has/),
    });
  });

  it('ui is an address only where serve gives one', async () => {
    const { status, out: said } = await call(pair.a.data, 'ui', '--json');
    expect([status, JSON.parse(said).error.code]).toEqual([1, 'no-ui']);
  });

  it('add, invite, join, requests, approve, deny, remove-device', async () => {
    const folder = new Folder('contract');
    folder.write('x.txt', 'x');
    const added = await ask<{ collection: string }>(
      'add',
      folder.root,
      '--name',
      'more',
      '--kind',
      'files',
      '--format',
      'folder',
    );
    expect(added).toEqual({ collection: text, source: text, kind: 'files', format: 'folder', records: 1, problems: 0 });
    const made = join(scratch('made'), 'new');
    expect(await ask('add', made, '--create')).toMatchObject({ kind: 'files', format: 'folder', records: 0 });
    const asks = async (device: Device) => {
      const { link } = await ask<{ link: string }>('invite', 'more');
      const joined = await call(device.data, 'join', link, new Folder('joins').root, '--json');
      expect([joined.status, JSON.parse(joined.out)]).toEqual([
        4,
        {
          collection: added.collection,
          source: text,
          state: 'waiting-for-approval',
          code: expect.stringMatching(/^\d{6}$/),
        },
      ]);
      const requests = () => ask<{ request: string; code: string }[]>('requests');
      await expect.poll(requests).toHaveLength(1);
      const [request] = await requests();
      expect(request).toMatchObject({
        request: text,
        device: device.id,
        name: text,
        collection: added.collection,
        code: JSON.parse(joined.out).code,
        at: time,
      });
      return request!.request;
    };
    expect(await ask('deny', await asks(pair.b))).toEqual([]);
    expect(await ask('approve', await asks(pair.b))).toEqual([]);
    expect(await ask('remove-device', 'bert', 'more')).toEqual(each({ name: 'bert', collections: [pair.collection] }));
    const { link } = await ask<{ link: string }>('invite', 'new', '--approve-first');
    const joined = await call(pair.b.data, 'join', link, new Folder('at-once').root, '--wait', '--json');
    expect([joined.status, JSON.parse(joined.out)]).toEqual([
      0,
      {
        collection: text,
        source: expect.stringMatching(/^[0-9a-f]+$/),
        state: 'joined',
        code: expect.stringMatching(/^\d{6}$/),
      },
    ]);
  });
});
