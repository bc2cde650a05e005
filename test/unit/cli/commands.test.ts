import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  CollectionView,
  DuplicateView,
  Handlers,
  HistoryChangeView,
  RequestView,
  SourceView,
  SyncView,
} from '../../../src/contract/contract.ts';
import { runCommandLine } from '../../../src/main/cli/run-command-line.ts';
import { type ControlSocket, openControlSocket } from '../../../src/main/control/control-socket.ts';
import { serveContract } from '../../../src/main/control/serve-contract.ts';
import { replyOf } from '../../../src/main/control/wire-error.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { EMPTY_STATUS, handlersDouble } from '../../fakes/engine-double.ts';

let data: string;
let socket: ControlSocket;
let asked: unknown[];
let given: Partial<Handlers>;

beforeAll(async () => {
  data = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-cli-')));
  const quiet = () => {};
  const answer = serveContract((name, args) => {
    asked.push([name, ...args]);
    return replyOf(name, quiet, () =>
      (handlersDouble(given)[name] as (...args: readonly unknown[]) => unknown)(...args),
    );
  }, quiet);
  socket = await openControlSocket(data, answer, quiet);
});
afterAll(async () => {
  await socket.close();
  rmSync(data, { recursive: true });
});
beforeEach(() => {
  asked = [];
  given = {};
});

async function run(argv: readonly string[], options: Parameters<typeof capturedTerminal>[0] = {}) {
  const terminal = capturedTerminal({ environment: { LOCKSTEP_DATA: data }, ...options });
  const status = await runCommandLine(argv, terminal);
  return { status, out: terminal.output(), notes: terminal.notes() };
}
const RESULT = { changes: ['p1'], records: 1, conflicts: [], missing: [] };
const SYNC: SyncView = { inStep: true, needsPerson: false, needs: [], collections: [], members: [] };

const EMPTY_COLLECTION: CollectionView = {
  id: 'c1',
  name: 'Docs',
  kind: 'files',
  state: 'halted',
  records: 0,
  outside: 0,
  conflicts: 0,
  problems: 0,
  sources: [],
  peers: [],
  progress: null,
  relay: null,
};
const AWAY: SourceView = {
  id: 's1',
  location: '/d',
  format: 'folder',
  state: 'unavailable',
  reason: '/d is not there',
  plan: null,
};

describe('what a command line asks the instance', () => {
  const anything = new Proxy({}, { get: () => () => ({}) }) as Partial<Handlers>;
  it.each<[readonly string[], readonly unknown[]]>([
    [
      ['add', 'Photos'],
      ['collections:add', { location: '/home/ana/Photos' }],
    ],
    [
      ['add', '/x/../y', '--name', 'Y', '--kind', 'files', '--format', 'folder', '--create'],
      ['collections:add', { location: '/y', name: 'Y', kind: 'files', format: 'folder', create: true }],
    ],
    [
      ['invite', 'Photos'],
      ['collections:invite', 'Photos', 'admin', false],
    ],
    [
      ['invite', 'Photos', '--role', 'reader', '--approve-first'],
      ['collections:invite', 'Photos', 'reader', true],
    ],
    [
      ['join', 'lockstep://join#x', 'P'],
      ['collections:join', 'lockstep://join#x', '/home/ana/P', null, false],
    ],
    [
      ['join', '-', 'P', '--wait'],
      ['collections:join', 'lockstep://join#stdin', '/home/ana/P', null, true],
    ],
    [
      ['revoke-invite', 'Photos'],
      ['collections:revoke-invite', 'Photos', null],
    ],
    [
      ['revoke-invite', 'Photos', '-'],
      ['collections:revoke-invite', 'Photos', 'lockstep://join#stdin'],
    ],
    [
      ['recovery-key', 'Photos'],
      ['collections:recovery-key', 'Photos', 'show', null],
    ],
    [
      ['recovery-key', 'Photos', '--make'],
      ['collections:recovery-key', 'Photos', 'make', null],
    ],
    [
      ['recovery-key', 'Photos', '--use', 'ABC'],
      ['collections:recovery-key', 'Photos', 'use', 'ABC'],
    ],
    [
      ['leave', 'Photos'],
      ['collections:leave', 'Photos'],
    ],
    [['requests'], ['requests:list']],
    [
      ['approve', 'r1'],
      ['requests:answer', 'r1', true],
    ],
    [
      ['deny', 'r1'],
      ['requests:answer', 'r1', false],
    ],
    [['sync'], ['sync', { wait: false, timeoutSeconds: 60 }]],
    [
      ['sync', 'Photos', '--wait', '--for', 'all', '--timeout', '1.5'],
      ['sync', { collection: 'Photos', wait: true, for: ['all'], timeoutSeconds: 1.5 }],
    ],
    [
      ['sync', '--for', 'd1,d2', '--for=d3'],
      ['sync', { wait: false, for: ['d1', 'd2', 'd3'], timeoutSeconds: 60 }],
    ],
    [
      ['sync', 'Photos', '--for', 'd1', 'd2', '--wait'],
      ['sync', { collection: 'Photos', wait: true, for: ['d1', 'd2'], timeoutSeconds: 60 }],
    ],
    [
      ['sync', '--for', 'd1', 'd2', 'd3'],
      ['sync', { wait: false, for: ['d1', 'd2', 'd3'], timeoutSeconds: 60 }],
    ],
    [
      ['sync', '--timeout', '5', '--for', 'd1', 'Photos'],
      ['sync', { collection: 'Photos', wait: false, for: ['d1'], timeoutSeconds: 5 }],
    ],
    [['status'], ['status']],
    [['devices'], ['devices:list']],
    [
      ['remove-device', 'Phone'],
      ['devices:remove', 'Phone', null],
    ],
    [
      ['remove-device', 'Phone', 'Photos'],
      ['devices:remove', 'Phone', 'Photos'],
    ],
    [
      ['rename-device', 'Desk'],
      ['devices:rename', 'Desk'],
    ],
    [
      ['set-role', 'Phone', 'reader'],
      ['devices:role', 'Phone', 'reader', null],
    ],
    [
      ['set-role', 'Phone', 'editor', 'Photos'],
      ['devices:role', 'Phone', 'editor', 'Photos'],
    ],
    [
      ['quarantine', 'Phone', '--take'],
      ['devices:quarantine', 'Phone', true, null],
    ],
    [
      ['quarantine', 'Phone', 'Photos', '--drop'],
      ['devices:quarantine', 'Phone', false, 'Photos'],
    ],
    [
      ['source', 'Photos'],
      ['source:change', 'Photos', {}],
    ],
    [
      ['source', 'Photos', '--only', './a', '--only', './/b/', '--ignore', '!./c', '--ignore', './', '--ignore', '.x'],
      ['source:change', 'Photos', { only: ['/a', '/b/'], ignore: ['!/c', './', '.x'] }],
    ],
    [
      ['source', 'Photos', '--only', ''],
      ['source:change', 'Photos', { only: [] }],
    ],
    [
      ['source', 'Photos', '--add', 'More', '--only', 'a', '--only', 'b', '--ignore', '*.tmp', '--read-only'],
      ['source:change', 'Photos', { add: '/home/ana/More', only: ['a', 'b'], ignore: ['*.tmp'], readOnly: true }],
    ],
    [
      ['source', 'Photos', '--remove', 's1', '--no-read-only'],
      ['source:change', 'Photos', { remove: 's1', readOnly: false }],
    ],
    [['conflicts'], ['conflicts:list', null]],
    [
      ['duplicates', 'people'],
      ['duplicates:list', 'people'],
    ],
    [
      ['duplicates', 'people', 'a', 'b', '--fuse'],
      ['duplicates:settle', 'people', 'a', 'b', true],
    ],
    [
      ['duplicates', 'people', 'a', 'b', '--apart'],
      ['duplicates:settle', 'people', 'a', 'b', false],
    ],
    [
      ['duplicates', 'people', '--fuse-sure'],
      ['duplicates:fuse-sure', 'people'],
    ],
    [
      ['resolve', 'f1', '--take', 'v1'],
      ['conflicts:resolve', 'f1', { take: 'v1' }],
    ],
    [
      ['resolve', 'f1', '--keep-both'],
      ['conflicts:resolve', 'f1', { keepBoth: true }],
    ],
    [
      ['resolve', 'f1', '--value', '{"type":"file"}'],
      ['conflicts:resolve', 'f1', { value: { type: 'file' } }],
    ],
    [
      ['resolve', '--all', '--prefer', 'newest'],
      ['conflicts:resolve-all', 'newest', null],
    ],
    [
      ['history', 'Photos', '--record', 'a.txt', '--limit', '5', '--before', 'p9'],
      ['history:list', { collection: 'Photos', record: 'a.txt', limit: 5, before: 'p9' }],
    ],
    [
      ['undo', 'p1'],
      ['history:undo', 'p1'],
    ],
    [
      ['restore', 'Photos', '--at', 'p1'],
      ['history:restore', 'Photos', null, 'p1', null],
    ],
    [
      ['restore', 'Photos', 'a.txt', '--at', '2026-01-31T10:00:00Z', '--to', 'old.txt'],
      ['history:restore', 'Photos', 'a.txt', '2026-01-31T10:00:00.000Z', '/home/ana/old.txt'],
    ],
    [
      ['explain', 'Photos', 'a.txt'],
      ['records:explain', 'Photos', 'a.txt'],
    ],
    [['problems'], ['problems:list', null]],
    [
      ['preview', 'Photos'],
      ['safety:preview', 'Photos'],
    ],
    [
      ['confirm', 'plan1'],
      ['safety:confirm', 'plan1'],
    ],
    [
      ['put-back', 'plan1'],
      ['safety:put-back', 'plan1'],
    ],
    [
      ['verify', '--content'],
      ['verify', null, true],
    ],
    [['pause'], ['pause', null, true]],
    [
      ['resume', 'Photos'],
      ['pause', 'Photos', false],
    ],
    [
      ['export', 'Photos', 'out'],
      ['export', 'Photos', '/home/ana/out', null],
    ],
    [['config'], ['config', null, null]],
    [
      ['config', 'name'],
      ['config', 'name', null],
    ],
    [
      ['config', 'name', ''],
      ['config', 'name', ''],
    ],
    [['ui'], ['ui:address']],
  ])('%j', async (argv, request) => {
    given = anything;
    await run([...argv, '--json'], { input: 'lockstep://join#stdin\n' });
    expect(asked).toEqual([request]);
  });

  it('@FILE is the content of a file, text or not', async () => {
    given = { 'conflicts:resolve': () => RESULT };
    writeFileSync(join(data, 'merged.txt'), '\ufeffhällo\n');
    writeFileSync(join(data, 'picture'), new Uint8Array([0xff, 0xd8, 0]));
    await run(['resolve', 'f1', '--value', '@merged.txt'], { directory: data });
    await run(['resolve', 'f1', '--value', '@picture'], { directory: data });
    expect(asked).toEqual([
      ['conflicts:resolve', 'f1', { text: '\ufeffhällo\n' }],
      ['conflicts:resolve', 'f1', { value: new Uint8Array([0xff, 0xd8, 0]) }],
    ]);
  });
});

describe('sync', () => {
  it.each([
    [true, 'In step, but for what is named as a problem: 3 records'],
    [false, 'Looked for changes: 3 records'],
  ])('says where items are named as problems (in step: %s)', async (inStep, head) => {
    const people = { id: 'c1', name: 'People', records: 3, seconds: 0, problems: 2 };
    given = { sync: () => ({ ...SYNC, inStep, collections: [people] }) };
    const { status, out } = await run(['sync']);
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(new RegExp(`${head}[\\s\\S]*People has 2 problems: lockstep problems c1`)),
    ]);
  });
});

it('two devices of one name are told apart by their ids; one in two collections is one', async () => {
  const phone = { name: 'Phone', inStep: true, why: '', collection: 'c1' };
  const members = ['d1', 'd2'].map((device) => ({ ...phone, device }));
  given = { sync: () => ({ ...SYNC, members }) };
  expect((await run(['sync'])).out).toMatch(/Phone \(d1\) +in step\s+Phone \(d2\) +in step/);
  given = { sync: () => ({ ...SYNC, members: [members[0]!, { ...members[0]!, collection: 'c2' }] }) };
  expect((await run(['sync'])).out).toMatch(/Phone +in step/);

  const peers = members.map(({ device, name }) => ({ device, name, state: 'offline' as const, link: null, behind: 0 }));
  given = { status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, peers }] }) };
  expect((await run(['status'])).out).toMatch(/Phone \(d1\): offline\s+Phone \(d2\): offline/);
});

it('a device that is in step in one collection and not in another is told for which', async () => {
  const of = (id: string, name: string) => ({ id, name, records: 1, seconds: 0, problems: 0 });
  const lap = { device: 'd1', name: 'Laptop', inStep: true, why: '' };
  const members = [
    { ...lap, collection: 'c1' },
    { ...lap, collection: 'c2', inStep: false, why: 'not linked' },
    { ...lap, collection: 'c3' },
  ];
  const collections = [of('c1', 'People'), of('c2', 'Docs'), of('c3', 'Photos')];
  given = { sync: () => ({ ...SYNC, collections, members }) };
  const { out } = await run(['sync']);
  expect(out).toMatch(/Laptop +People and Photos +in step\s+Laptop +Docs +not in step +not linked/);
  given = { sync: () => ({ ...SYNC, collections, members: members.slice(0, 1) }) };
  expect((await run(['sync'])).out).toMatch(/Laptop +in step/);
});

it('what an export has no place for is told in words, and of whom', async () => {
  const lack = { map: 'phones', kind: null, how: 'part', held: 0, records: 7 } as const;
  const named = Array.from({ length: 7 }, (_, at) => ({ id: `${at}`, title: `Person ${at}` }));
  given = { export: () => ({ records: 9, lost: [], lacks: { records: 7, lacks: [lack], named } }) };
  const { out } = await run(['export', 'Photos', 'out']);
  expect(out).toContain('all of Person 0, Person 1, Person 2, Person 3, Person 4 and 2 others');
  expect(out).toMatch(/labels of phone numbers +7 records/);
  given = { export: () => ({ records: 9, lost: [], lacks: { records: 0, lacks: [], named: [] } }) };
  expect((await run(['export', 'Photos', 'out'])).out).toBe('Wrote 9 records to /home/ana/out.\n');
});

describe('what cannot be read of a new source', () => {
  const problem = { collection: 'c1', source: '/d.vcf', code: 'malformed', since: '2026-01-31T00:00:00.000Z' };
  const problems = [
    { ...problem, record: 'line 5', detail: 'line 5: it is no card' },
    { ...problem, record: 'uid', title: 'Ada', detail: 'its birthday is no date' },
    ...[7, 8, 9].map((line) => ({ ...problem, record: `${line}`, detail: `line ${line}: it has no end` })),
  ];
  const told =
    '5 problems: lockstep problems c1\n  line 5: it is no card\n  Ada: its birthday is no date\n  7: line 7: it';
  const added = { collection: 'c1', source: 's1', kind: 'contacts', format: 'vcard', records: 2, problems: 5 } as const;
  const joined = { collection: 'c1', source: 's1', state: 'joined', code: '123456' } as const;
  const settings = { sources: [], only: [], ignore: [], readOnly: false, outside: 0 };

  it.each([[['add', '/d.vcf']], [['join', 'lockstep://join#x', '/d.vcf']], [['source', 'c1', '--add', '/d.vcf']]])(
    '%j says it at once',
    async (argv) => {
      given = {
        'collections:add': () => added,
        'collections:join': () => joined,
        'status': () => EMPTY_STATUS,
        'source:change': () => settings,
        'problems:list': () => problems,
      };
      expect(await run(argv)).toMatchObject({ status: 0, out: expect.stringContaining(told) });
      given = { ...given, 'problems:list': () => [] };
      expect((await run(argv)).out).not.toContain('problem');
    },
  );

  it('is a number for scripts', async () => {
    given = { 'collections:add': () => added };
    expect(JSON.parse((await run(['add', '/d.vcf', '--json'])).out)).toEqual(added);
  });
});

it('an option without its value is named as the others are', async () => {
  expect((await run(['source', 'c1', '--only'])).notes).toBe('lockstep: --only has no value.\n');
  expect((await run(['status', '--data'])).notes).toBe('lockstep: --data has no value.\n');
});

it('a source that is to be removed is named by its path too, from where one is and through links', async () => {
  given = { 'source:change': () => ({ sources: [], only: [], ignore: [], readOnly: false, outside: 0 }) };
  mkdirSync(join(data, 'real'));
  symlinkSync('real', join(data, 'link'));
  const named = ['link', './real/', 'sub/gone', 'ab12', 'https://ana@host/x'];
  for (const name of named) await run(['source', 'c1', '--remove', name], { directory: data });
  expect(asked.map((each) => (each as [string, string, { remove: string }])[2].remove)).toEqual([
    join(data, 'real'),
    join(data, 'real'),
    join(data, 'sub/gone'),
    'ab12',
    'https://ana@host/x',
  ]);
});

it('history before a time that names no zone is before that time here', async () => {
  given = { 'history:list': () => [] };
  await run(['history', '--before', '2026-01-31T18:00', '--json']);
  await run(['history', '--before', '2026-01-31T18:00+01:00', '--json']);
  expect(asked).toEqual([
    ['history:list', { before: new Date('2026-01-31T18:00').toISOString() }],
    ['history:list', { before: '2026-01-31T17:00:00.000Z' }],
  ]);
  expect((await run(['history', '--before', '2026-13-01'])).status).toBe(2);
});

it('says what it still waited for where every member is in step and this device is not', async () => {
  const member = { collection: 'c1', device: 'd1', name: 'Laptop', inStep: true, why: '' };
  given = { sync: () => ({ ...SYNC, inStep: false, members: [member] }) };
  expect((await run(['sync', '--wait'])).out).toContain('This device is not through with its own sources yet');
  given = { sync: () => ({ ...SYNC, inStep: false, members: [{ ...member, inStep: false, why: 'not linked' }] }) };
  expect((await run(['sync', '--wait'])).out).not.toContain('This device is not through');
});

describe('export to standard output', () => {
  const lack = { map: 'media', kind: 'photo', how: 'all', held: 0, records: 1 } as const;
  const lacks = { records: 1, lacks: [lack], named: [{ id: 'a', title: 'Ada' }] };
  const from = (format: string) => ({
    sources: [{ ...AWAY, format }],
    only: [],
    ignore: [],
    readOnly: false,
    outside: 0,
  });
  let written = '';
  const exporting = (format: string): Partial<Handlers> => ({
    'source:change': () => from(format),
    'export': (_collection, file) => {
      written = file;
      writeFileSync(file, 'BEGIN:VCARD\n');
      return { records: 1, lost: [], lacks, conflicts: 2 };
    },
  });

  it('is the bytes alone; what they lack is said apart, and nothing of it stays on the disk', async () => {
    given = exporting('vcard');
    const { status, out, notes } = await run(['export', 'People', '-']);
    expect([status, out]).toEqual([0, 'BEGIN:VCARD\n']);
    expect(notes).toMatch(/^Of 2 open conflicts the value shown here was written: lockstep conflicts People\n/);
    expect(notes).toContain('all of Ada');
    expect(existsSync(dirname(written))).toBe(false);
  });

  it('is part of the one value for scripts', async () => {
    given = exporting('vcard');
    const { out, notes } = await run(['export', 'People', '-', '--json']);
    const base64 = Buffer.from('BEGIN:VCARD\n').toString('base64');
    expect(JSON.parse(out)).toMatchObject({ records: 1, lost: [], conflicts: 2, size: 12, base64 });
    expect(notes).toBe('');
  });

  it.each([
    ['folder', [], /one file of it with cat/],
    ['vcard3-folder', [], /--format vcard3/],
    ['vcard', ['--format', 'vcard-folder'], /--format vcard/],
  ])('takes no folder: a source that is %s, %j', async (format, options, words) => {
    given = { 'source:change': () => from(format) };
    const { status, out, notes } = await run(['export', 'People', '-', ...options]);
    expect([status, out]).toEqual([1, '']);
    expect(notes).toMatch(words);
  });

  it('of a folder, as one file where that is said', async () => {
    given = exporting('vcard-folder');
    expect((await run(['export', 'People', '-', '--format', 'vcard'])).out).toBe('BEGIN:VCARD\n');
  });
});

it('says that a file is not there, or why it cannot be read', async () => {
  const resolving = (file: string) => run(['resolve', 'f1', '--value', `@${file}`], { directory: data });
  expect((await resolving('nowhere')).notes).toBe(`lockstep: There is no file ${join(data, 'nowhere')}.\n`);
  expect((await resolving('.')).notes).toContain('There is a folder where a file should be');
});

it('of a table is said where a spreadsheet may take cells for formulas, phone numbers aside', async () => {
  const lacks = { records: 0, lacks: [], named: [] };
  const cell = (column: string, value: string) => ({ record: 'r', column, value });
  given = { export: () => ({ records: 9, lost: [], lacks, formulas: [cell('Phone', '+43 (1) 23-4')] }) };
  expect((await run(['export', 'People', 'out'])).out).toBe('Wrote 9 records to /home/ana/out.\n');
  const odd = [cell('Notes', '=1'), cell('Notes', '+1;=2'), cell('Title', '@x')];
  given = { export: () => ({ records: 9, lost: [], lacks, formulas: odd }) };
  expect((await run(['export', 'People', 'out'])).out).toMatch(/^3 cells begin with .* \(in Notes and Title\)/m);
});

it('two contacts that may be one are told with their ids and in words, whatever they are called', async () => {
  const record = (id: string, title: string) => ({ record: id, title, alone: [] });
  const pair: DuplicateView = {
    collection: 'c1',
    records: [record('a-1', 'Ada\u001b[31m'), record('a-2', 'Ada L.')],
    sure: true,
    by: ['name ada', 'email ada@example.org', 'phone 155284164'],
  };
  given = { 'duplicates:list': () => [pair] };
  expect((await run(['duplicates', 'people'])).out).toBe(
    [
      'sure   Ada\\u{1b}[31m · Ada L.',
      '       a-1  a-2',
      '       Both have the same name, the e-mail address ada@example.org and the phone number. Otherwise they say the same.',
      '',
    ].join('\n'),
  );
});

it('a contact with a problem is named as people know it', async () => {
  const problem = { collection: 'c1', source: '', record: 'uid-1', code: 'malformed', detail: 'x', since: '' };
  given = {
    status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, kind: 'calendar' }] }),
    'problems:list': () => [
      { ...problem, title: 'Jane Doe' },
      { ...problem, record: 'a/b.txt' },
      { ...problem, record: 'lockstep-x1', title: 'lockstep-x1' },
    ],
  };
  const { out } = await run(['problems']);
  expect(out).toContain('Jane Doe');
  expect(out).not.toContain('uid-1');
  expect(out).toContain('a/b.txt');
  expect(out).toContain('Event without a title (lockstep-x1)');
});

describe('a code that both screens show', () => {
  const asks = (request: string, code: string): RequestView => ({
    request,
    code,
    device: 'd9',
    name: 'Phone',
    collection: 'c1',
    collectionName: 'Docs',
    role: 'admin',
    records: 0,
    at: '2026-01-31T10:00:00.000Z',
  });

  it.each([
    ['approve', true, 'Admitted.\n'],
    ['deny', false, 'Refused.\n'],
  ] as const)('%s takes it, also of a device that came by a link', async (word, approve, said) => {
    given = { 'requests:list': () => [asks('r0', '654321'), asks('r1', '123456')], 'requests:answer': () => [] };
    expect(await run([word, '123456'])).toMatchObject({ status: 0, out: said });
    expect(asked).toContainEqual(['requests:answer', 'r1', approve]);
  });

  it('does not choose between two that show the same', async () => {
    given = { 'requests:list': () => [asks('r0', '123456'), asks('r1', '123456')] };
    const { status, notes } = await run(['approve', '123456']);
    expect({ status, notes }).toEqual({ status: 1, notes: expect.stringContaining('name one by its id') });
    expect(asked).toEqual([['requests:list']]);
  });
});

it('of a server that cannot be looked at is said how it gets a new password', async () => {
  const away = { ...AWAY, location: 'https://ana@host/book/', format: 'carddav' };
  given = { status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, sources: [away, AWAY] }] }) };
  const { out } = await run(['status']);
  expect(out.match(/lockstep source c1 --password/g)).toHaveLength(1);
});

it('of problems is said what helps, once for each kind', async () => {
  const problem = { collection: 'c1', record: 'a', detail: 'x', since: '' };
  const collections = [
    {
      ...EMPTY_COLLECTION,
      sources: [{ ...AWAY, location: 'https://feed', format: 'subscription', state: 'ready' as const }],
    },
  ];
  given = {
    status: () => ({ ...EMPTY_STATUS, collections }),
    'problems:list': () => [
      { ...problem, source: 's', code: 'special-file' },
      { ...problem, source: 's', code: 'special-file' },
      { ...problem, source: 's', code: 'no-permission' },
      { ...problem, source: 'https://feed', code: 'not-writable' },
      { ...problem, source: 'https://book', code: 'not-writable' },
    ],
  };
  const { out } = await run(['problems']);
  expect(out.match(/^special-file: .*ignore it\.$/gm)).toHaveLength(1);
  expect(out).toMatch(/^no-permission: Allow your user/m);
  expect(out).toMatch(/^not-writable: Only who publishes this calendar/m);
  expect(out).toMatch(/^not-writable: Ask whoever runs the server for the right to write there/m);
});

describe('a source that cannot be looked at', () => {
  it('has nothing to confirm', async () => {
    const halts = [{ source: 's1', reason: 'no-marker', detail: '/d is not the folder it was' }];
    given = { 'safety:preview': () => ({ plan: '', local: [], incoming: [], halts }) };
    const { out } = await run(['preview']);
    expect(out).toContain('/d is not the folder it was');
    expect(out).not.toContain('confirm');
  });

  it('is told of with what to do if it does not come back', async () => {
    given = { status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, sources: [AWAY] }] }) };
    const { out } = await run(['status']);
    expect(out).toContain('lockstep source c1 --remove s1, then lockstep source c1 --add PLACE');
  });
});

it('of a halted source status leads to what confirming would do, and to what else there is', async () => {
  const halted = { ...AWAY, state: 'halted', reason: 'Everything in it is gone.', plan: 'plan1' } as const;
  given = { status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, sources: [halted] }] }) };
  expect((await run(['status'])).out).toMatch(
    /else can be done: lockstep preview c1\n +go on with: lockstep confirm plan1/,
  );
});

it('of a collection that this device was taken out of status says with which command to leave it', async () => {
  const [out, member] = [{ ...EMPTY_COLLECTION, removed: true as const }, EMPTY_COLLECTION];
  const said = `lockstep leave ${EMPTY_COLLECTION.id.slice(0, 12)}`;
  given = { status: () => ({ ...EMPTY_STATUS, collections: [out] }) };
  expect((await run(['status'])).out).toContain(said);
  given = { status: () => ({ ...EMPTY_STATUS, collections: [member] }) };
  expect((await run(['status'])).out).not.toContain('lockstep leave');
});

describe('exit status', () => {
  const sync = (view: Partial<SyncView>) => ({ sync: () => ({ ...SYNC, ...view }) });
  const fails = (code: string) => ({
    status: () => {
      throw new LockstepError(code, 'It failed.', 'x');
    },
  });
  const joined = (state: 'joined' | 'waiting-for-approval') => ({
    'collections:join': () => ({ collection: 'c', source: 's', state, code: '123456' }),
  });
  const undone = (missing: readonly { record: string; why: string }[], records: number) => ({
    'history:undo': () => ({ ...RESULT, changes: records > 0 ? ['p2'] : [], records, missing }),
  });
  const lost = [{ record: 'a.txt', why: 'its content is kept nowhere' }];

  it.each<[number, string, readonly string[], Partial<Handlers>]>([
    [0, 'done', ['status'], { status: () => EMPTY_STATUS }],
    [1, 'any failure', ['status'], fails('no-such-collection')],
    [
      1,
      'a fault',
      ['status'],
      {
        status: () => {
          throw new TypeError('a bug');
        },
      },
    ],
    [4, 'locked keys', ['status'], fails('keys-locked')],
    [4, 'a halted source', ['status'], fails('source-halted')],
    [0, 'in step', ['sync', '--wait'], sync({})],
    [0, 'not in step, but nobody waits', ['sync'], sync({ inStep: false })],
    [3, 'not in step in time', ['sync', '--wait'], sync({ inStep: false })],
    [4, 'halted, though nobody waits', ['sync'], sync({ inStep: false, needsPerson: true, needs: ['halted'] })],
    [4, 'halted while waiting', ['sync', '--wait'], sync({ inStep: false, needsPerson: true, needs: ['halted'] })],
    [0, 'joined', ['join', 'lockstep://join#x', 'P'], joined('joined')],
    [4, 'waiting for approval', ['join', 'lockstep://join#x', 'P'], joined('waiting-for-approval')],
    [0, 'undone', ['undo', 'p1'], undone([], 1)],
    [0, 'undone in part', ['undo', 'p1'], undone(lost, 1)],
    [1, 'nothing could be undone', ['undo', 'p1'], undone(lost, 0)],
    [0, 'nothing to undo', ['undo', 'p1'], undone([], 0)],
    [1, 'another format', ['add', 'contacts.vcf', '--format', 'vcard'], {}],
    [1, 'a URL', ['add', 'https://ana@host/path/'], {}],
    [1, 'a relay on another database', ['relay', 'serve', '--database', 'postgres://x'], {}],
    [1, 'a relay with another object store', ['relay', 'serve', '--blobs', 's3://x'], {}],
    [0, 'help', ['help'], {}],
    [0, 'help of a command', ['sync', '--help'], {}],
    [0, 'help of a command of two words', ['help', 'relay', 'serve'], {}],
    [2, 'help of a command, and a word too many', ['help', 'status', 'serve'], {}],
    [0, 'the version', ['--version'], {}],
    [0, 'completions', ['completions', 'fish'], {}],
    [2, 'an unknown command', ['conflcts'], {}],
    [2, 'an unknown option', ['status', '--verbose'], {}],
    [2, 'an option without its value', ['sync', '--timeout'], {}],
    [2, 'a missing argument', ['add'], {}],
    [2, 'an argument too many', ['status', 'Photos'], {}],
    [2, 'a format of no new source', ['source', 'c', '--format', 'vcard'], {}],
    [2, 'a number that is none', ['sync', '--timeout', 'soon'], {}],
    [2, 'an unknown format', ['add', 'x', '--format', 'vcrad'], {}],
    [2, 'an unknown kind', ['add', 'x', '--kind', 'photos'], {}],
    [2, 'a role that is none', ['invite', 'c', '--role', 'owner'], {}],
    [2, 'what is no link', ['join', 'https://x', 'P'], {}],
    [2, 'what a relay does not do', ['relay', 'start'], {}],
    [2, 'a role of a relay that is none', ['relay', 'serve', '--role', 'owner'], {}],
    [2, 'a relay that tells locations of nowhere', ['relay', 'serve', '--role', 'management'], {}],
    [2, 'a relay with a storage it does not tell of', ['relay', 'serve', '--storage', 'https://x:1'], {}],
    [2, 'a name of a relay without encryption', ['relay', 'serve', '--origin', 'http://x:1'], {}],
    [2, 'an address of a relay that is none', ['relay', 'serve', '--listen', 'here'], {}],
    [2, 'no choice', ['resolve', 'f1'], {}],
    [2, 'two choices', ['resolve', 'f1', '--take', 'v', '--keep-both'], {}],
    [2, 'all without a preference', ['resolve', '--all'], {}],
    [2, 'a value that is no JSON', ['resolve', 'f1', '--value', '{'], {}],
    [2, 'a restore to nowhere in time', ['restore', 'c'], {}],
    [2, 'a time that is none', ['restore', 'c', '--at', '2026-13-45'], {}],
    [2, 'an unknown shell', ['completions', 'tcsh'], {}],
    [2, 'an address that is none', ['serve', '--listen', 'here'], {}],
    [2, 'a number that is not whole', ['history', '--limit', '1.5'], {}],
    [2, 'an option without a value', ['add', 'x', '--name', ''], {}],
    [2, 'a place without a name', ['restore', 'c', '--at', 'p1', '--to', ''], {}],
    [2, 'a setting without a name', ['config', ''], {}],
    [2, 'a data directory without a name', ['status', '--data', ''], {}],
    [2, 'a UI and none', ['serve', '--no-ui', '--ui', '127.0.0.1:0'], {}],
  ])('%i: %s', async (status, _what, argv, handlers) => {
    given = handlers;
    expect((await run(argv)).status).toBe(status);
    const json = await run([...argv, '--json']);
    expect(json.status).toBe(status);
    const value = JSON.parse(json.out) as { error?: { code: string; message: string } };
    const isView = status === 0 || (['sync', 'join'].includes(argv[0] as string) && status > 2);
    if (isView) expect(value).not.toHaveProperty('error');
    else
      expect(value).toMatchObject({
        error: {
          code: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/),
          message: expect.stringMatching(/.{8,}/),
        },
      });
  });

  it.each([
    [['add', '-dash'], "Unknown option '-d'. An argument that begins with - stands last, after --."],
    [['add', 'x', '--nam', 'y'], "Unknown option '--nam'. Did you mean --name?"],
    [['status', '--verbose'], "Unknown option '--verbose'."],
    [['add', 'x', '--name', '--create'], '--name has no value. One that begins with - is given so: --name=-x'],
    [['add', 'x', '--name', ''], '--name is empty.'],
  ])('2 says in a line what is wrong with an option: %s', async (argv, words) => {
    expect((await run(argv)).notes).toBe(`lockstep: ${words}\n`);
  });

  it('5: no instance', async () => {
    const nowhere = { environment: { LOCKSTEP_DATA: join(data, 'none') } };
    for (const argv of [['status'], ['sync'], ['ui'], ['cat', 'c', 'r']])
      expect((await run(argv, nowhere)).status).toBe(5);
    const { out } = await run(['status', '--json'], nowhere);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'no-instance', subject: join(data, 'none') } });
    const { notes } = await run(['status', '--data', "/of ana's"]);
    expect(notes).toContain(`serve --data '/of ana'\\''s'\n`);
  });
});

describe('what is printed', () => {
  it('is for people on a terminal of any kind, and errors are apart from results', async () => {
    given = { status: () => EMPTY_STATUS };
    const good = await run(['status']);
    expect(good.out).toContain('Laptop');
    expect(good.notes).toBe('');
    const bad = await run(['statsu']);
    expect(bad.out).toBe('');
    expect(bad.notes).toBe('lockstep: There is no command "statsu". Did you mean "status"? See: lockstep help\n');
  });

  it('cannot be made to move the cursor by a name somebody chose', async () => {
    given = { status: () => ({ ...EMPTY_STATUS, device: { id: 'd0', name: 'evil\u001b[2J\u202e' } }) };
    expect((await run(['status'])).out).toContain('evil\\u{1b}[2J\\u{202e}');
  });

  it('tells what one large change became once, with how to undo it; all of it where that is asked for', async () => {
    const change = { id: 'ab-5-0', record: 'uid-1', title: 'uid-1', action: 'add', fields: [] } as const;
    const written = {
      id: 'ab-5..7',
      collection: 'c',
      device: 'd1',
      deviceName: 'Desk',
      at: '2026-01-02T03:04:05.000Z',
      changeCount: 600,
      changes: [change],
    };
    const counts = { add: 598, modify: 0, delete: 2, move: 0 };
    given = {
      status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, id: 'c', kind: 'contacts' }] }),
      'history:acts': () => [{ ...written, newest: 'ab-7', packages: 3, cause: 'source', counts }],
      'history:list': () => [{ ...written, id: 'ab-7', changeCount: 1 }],
    };
    const said = (await run(['history'])).out;
    expect(said).toContain('add 598, delete 2; undo all of it: lockstep undo ab-5..7\n');
    expect(said).toContain('and 599 more\n');
    expect(said).toContain('Contact without a name (uid-1)');
    for (const args of [['--all'], ['--json'], ['--all', '--json']])
      expect((await run(['history', ...args])).out).toMatch(/ab-7(?![\s\S]*undo)/);
    expect((await run(['history', '--acts'])).out).toContain('undo all of it: lockstep undo ab-5..7');
    expect(JSON.parse((await run(['history', '--acts', '--json'])).out)).toMatchObject([
      { id: 'ab-5..7', collection: 'c', device: 'd1', changes: [{ record: change.record }] },
    ]);
    expect((await run(['history', '--acts', '--all'])).status).toBe(2);
  });

  it('says of a contact that goes because it is another one which that is', async () => {
    const fields = [{ path: 'aliasOf', before: null, after: 'uid-1', kept: 'here' }] as const;
    const change = { id: 'ab-5-1', record: 'uid-2', title: 'Dee Fox', action: 'delete', fields } as const;
    given = {
      status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, id: 'c', kind: 'contacts' }] }),
      'history:acts': () => [
        {
          id: 'ab-5',
          newest: 'ab-5',
          collection: 'c',
          device: 'd1',
          deviceName: 'Desk',
          at: '2026-01-02T03:04:05.000Z',
          packages: 1,
          cause: 'settle',
          changeCount: 1,
          counts: { add: 0, modify: 0, delete: 1, move: 0 },
          changes: [change],
        },
      ],
    };
    const said = (await run(['history'])).out;
    expect(said).toContain('Same person as uid-1');
    // What brought it about is said as well.
    expect(said).toContain('\nSettled a conflict\n');
  });

  it('says in words what a change did: what went and came from where, and of a moved series not what stays', async () => {
    type Field = Omit<HistoryChangeView['fields'][number], 'kept'> & { readonly kept?: 'no' };
    const made = (
      action: HistoryChangeView['action'],
      record: string,
      ...fields: readonly Field[]
    ): HistoryChangeView => ({
      id: `ab-5-${record}`,
      record,
      title: record,
      action,
      fields: fields.map((one) => ({ kept: 'here', ...one })),
    });
    const file = { type: 'file', size: 14, sha256: 'ab' };
    const day = (series: string) => ({ title: 'Late', series });
    const changes = [
      made('delete', 'a', { path: 'entry', before: file, after: null, kept: 'no' }),
      made('delete', 'uid', { path: 'exists', before: true, after: false }),
      made('move', 'new', { path: 'path', before: 'old', after: 'new' }),
      made('move', 'then', { path: 'path', before: 'then', after: 'now' }),
      made('modify', 'kept', { path: 'exists', before: true, after: true }),
      made(
        'modify',
        'series',
        { path: 'recurrenceOverrides/2026-12-04T09:00:00', before: day('a'), after: day('b') },
        { path: 'title', before: 'x', after: 'y' },
      ),
    ];
    const counts = { add: 0, modify: 2, delete: 2, move: 2 };
    const act = {
      id: 'ab-5',
      newest: 'ab-5',
      collection: 'c',
      device: 'd1',
      deviceName: 'Desk',
      counts,
    };
    given = {
      status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, id: 'c', kind: 'files' }] }),
      'history:acts': () => [
        { ...act, at: '2026-01-02T03:04:05.000Z', packages: 1, cause: 'source', changeCount: 6, changes },
      ],
    };
    const lines = (await run(['history'])).out.split('\n').map((line) => line.replace(/ +/g, ' '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'delete a deleted: 14 B, not kept ab-5-a',
        'delete uid deleted ab-5-uid',
        'move new from old ab-5-new',
        'move then to now ab-5-then',
        'modify kept kept ab-5-kept',
        'modify series Title: x → y ab-5-series',
      ]),
    );
  });

  it.each([
    [['ab-5-0'], 'ab-5-0'],
    [['ab-5-0', 'ab-5-1'], 'ab-5'],
    [['ab-5-0', 'ab-6-0', 'ab-7-3'], 'ab-5..7'],
    [['ab-5-0', 'ab-7-0'], null],
    [['ab-5-0', 'cd-6-0'], null],
  ])('says how what was done is taken back: %j', async (changes, id) => {
    given = { 'history:undo': () => ({ changes, records: changes.length, conflicts: [], missing: [] }) };
    const { out } = await run(['undo', 'x-1']);
    expect(out.includes('Take it back')).toBe(id !== null);
    if (id !== null) expect(out).toContain(`Take it back with: lockstep undo ${id}\n`);
  });

  it('tells a conflict in words: its field, the values, and devices by their names', async () => {
    const phone = (number: string) => ({ number, contexts: { work: true } });
    const side = (id: string, device: string, number: string) =>
      ({ id, kind: 'value', value: phone(number), device, at: '2026-01-02T03:04:05Z' }) as const;
    given = {
      status: () => EMPTY_STATUS,
      'conflicts:list': () => [
        {
          id: 'c1',
          collection: 'people',
          record: 'u1',
          field: 'phones/xyz',
          name: 'Ada',
          title: 'Ada: edited on Desk and Lap',
          base: phone('1'),
          shown: 'v1',
          values: [side('v1', 'd1', '2'), side('v2', 'd'.repeat(64), '3')],
        },
      ],
      'devices:list': () => [
        { device: 'd1', name: 'Desk', self: true, role: 'admin', collections: [], roles: {}, lastSeen: null },
      ],
    };
    const { out } = await run(['conflicts']);
    const [head, was, , first, second] = out.split('\n');
    expect([head, was]).toEqual(['Ada: edited on Desk and Lap  Phone (work)  c1', 'was: 1']);
    expect(first).toMatch(/^v1 +2 +Desk .* shown$/);
    // One that was removed since.
    expect(second).toMatch(/^v2 +3 +dddddddddddd /);
  });

  it('tells a conflict of a contact without a name as one, with the id that other commands take', async () => {
    const side = (id: string) =>
      ({ id, kind: 'value', value: { number: id }, device: 'd1', at: '2026-01-02T03:04:05Z' }) as const;
    const title = 'u1: edited on Desk and Lap';
    const conflict = { id: 'k', collection: 'people', record: 'u1', field: 'phones/x', name: 'u1', title, base: null };
    given = {
      status: () => ({ ...EMPTY_STATUS, collections: [{ ...EMPTY_COLLECTION, id: 'people', kind: 'contacts' }] }),
      'conflicts:list': () => [{ ...conflict, shown: 'v1', values: [side('v1'), side('v2')] }],
      'devices:list': () => [],
    };
    const { out } = await run(['conflicts']);
    expect(out).toMatch(/^Contact without a name \(u1\): edited on Desk and Lap {2}Phone {2}k\n/);
  });

  it('is one JSON value with --json, wherever that stands', async () => {
    given = { status: () => EMPTY_STATUS };
    for (const argv of [
      ['status', '--json'],
      ['--json', 'status'],
      ['--data', data, '--json', 'status'],
    ]) {
      expect(JSON.parse((await run(argv)).out)).toEqual(EMPTY_STATUS);
    }
  });

  it('is the bytes of a record for cat, untouched', async () => {
    given = { 'records:cat': () => new Uint8Array([0, 10, 255]) };
    const terminal = capturedTerminal({
      environment: { LOCKSTEP_DATA: data },
      out: async (content) => void pieces.push(Buffer.from(content as Uint8Array)),
    });
    const pieces: Buffer[] = [];
    expect(await runCommandLine(['cat', 'Photos', 'a.txt', '--at', 'p1'], terminal)).toBe(0);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from([0, 10, 255]));
    expect(asked).toEqual([['records:cat', 'Photos', 'a.txt', { at: 'p1' }]]);
    expect(JSON.parse((await run(['cat', 'Photos', 'a.txt', '--json'])).out)).toEqual({ size: 3, base64: 'AAr/' });
  });

  it('shows progress on a terminal while it waits, and wipes it away', async () => {
    let release = (_view: SyncView) => {};
    const progress = {
      stage: 'reading',
      items: 5,
      itemsTotal: 10,
      bytes: 0,
      bytesTotal: 0,
      itemsPerSecond: 1,
      secondsLeft: 5,
    } as const;
    const collection = {
      id: 'c1',
      name: 'Photos',
      kind: 'files',
      state: 'working',
      records: 10,
      outside: 0,
      conflicts: 0,
      problems: 0,
      sources: [],
      peers: [],
      progress,
      relay: null,
    } as const;
    given = {
      sync: () => new Promise((resolve) => (release = resolve)),
      status: () => {
        queueMicrotask(() => release(SYNC));
        return { ...EMPTY_STATUS, collections: [collection] };
      },
    };
    const { notes, out } = await run(['sync', '--wait'], { noteColumns: 100 });
    expect(notes.endsWith('\r\u001b[2K')).toBe(true);
    expect(out).toContain('In step');
  });

  it('knows an instance by --data more than by the environment', async () => {
    given = { status: () => EMPTY_STATUS };
    expect((await run(['status', '--data', data], { environment: { LOCKSTEP_DATA: '/nowhere' } })).status).toBe(0);
    expect((await run(['status', '--data', '.'], { directory: data, environment: {} })).status).toBe(0);
  });
});

describe('a relay', () => {
  const url = `https://relay.example.org:8443#k=${'A'.repeat(43)}`;
  const collection = {
    id: 'c1',
    name: 'Photos',
    kind: 'files',
    state: 'waiting',
    records: 10,
    outside: 0,
    conflicts: 0,
    problems: 0,
    sources: [],
    peers: [{ device: 'd1', name: 'Laptop', state: 'offline', link: null, behind: 3 }],
    progress: null,
    relay: { url, state: 'level', waiting: 0, why: null },
  } as const;
  const status = (relay: CollectionView['relay']) => ({
    status: () => ({ ...EMPTY_STATUS, collections: [{ ...collection, relay }] }),
  });

  it('is told by status in a line for each collection that has one', async () => {
    given = status(collection.relay);
    expect((await run(['status'])).out).toContain(
      '\n  relay relay.example.org:8443: 3 packages of changes wait at the relay for Laptop\n',
    );
    given = status({ ...collection.relay, state: 'trouble', waiting: 12, why: 'evil\u001b[2J refuses.' });
    expect((await run(['status'])).out).toContain(
      ': evil\\u{1b}[2J refuses. 12 packages of changes are still to be put up\n',
    );
    given = status(null);
    expect((await run(['status'])).out).not.toContain('relay');
  });

  it('that is set says which collections only others can give it', async () => {
    const device = { name: 'Desk', self: true, role: 'reader', roles: { c1: 'reader' } } as const;
    const other = { ...device, name: 'Laptop', self: false, role: 'admin', roles: { c1: 'admin' } } as const;
    const shared = { device: 'd', collections: ['c1'], lastSeen: null };
    given = {
      ...status(null),
      'devices:list': () => [
        { ...shared, ...device },
        { ...shared, ...other },
      ],
      config: () => ({ relay: url }),
    };
    const set = await run(['config', 'relay', url, '--json']);
    expect([set.status, JSON.parse(set.out), set.notes]).toEqual([
      0,
      { relay: url },
      'Only an admin can set the relay of Photos: do it on Laptop.\n',
    ]);
    // Asked for, and not set, nothing is said.
    expect((await run(['config', 'relay'])).notes).toBe('');
    given = { ...given, config: () => ({ relay: '' }) };
    expect((await run(['config', 'relay', ''])).notes).toBe('');
  });
});

describe('doctor', () => {
  it('needs no instance, and asks one that is there', async () => {
    const none = await run(['doctor', '--json'], { environment: { LOCKSTEP_DATA: join(data, 'none') } });
    expect(none.status).toBe(0);
    const checks = JSON.parse(none.out) as { check: string }[];
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['versions', 'sqlite', 'disk', 'clock', 'ports', 'instance']),
    );
    given = { doctor: () => [{ check: 'database', ok: true, detail: 'sound', fix: null }] };
    const some = JSON.parse((await run(['doctor', '--json'])).out) as unknown[];
    expect(some.at(-1)).toEqual({ check: 'database', ok: true, detail: 'sound', fix: null });
  });

  it('does not take the port of the instance for one that somebody else uses', async () => {
    given = { doctor: () => [{ check: 'listening', ok: true, detail: '[::]:21027', fix: null }] };
    const checks = JSON.parse((await run(['doctor', '--json'])).out) as { check: string; detail: string }[];
    expect(checks.find(({ check }) => check === 'ports')?.detail).toBe('21027 is used by this instance');
  });
});
