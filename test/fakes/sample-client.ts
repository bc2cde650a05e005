import type {
  CollectionView,
  ConflictDetailView,
  ConflictView,
  DeviceView,
  EventName,
  Events,
  HistoryChangeView,
  HistoryQuery,
  LockstepClient,
  PackageView,
  PeerView,
  ProblemView,
  Reply,
  RequestName,
  Requests,
  RequestView,
  ResultView,
  StatusView,
} from '../../src/contract/contract.ts';

/** Which life the sample device leads. */
export type Scenario = 'rich' | 'calm' | 'empty' | 'long' | 'broken' | 'lost';

const NOW = Date.parse('2026-11-22T15:04:00Z');
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const SELF = 'a1'.repeat(32);
const LAPTOP = 'b2'.repeat(32);
const ATTIC = 'c3'.repeat(32);
const NAMES: { readonly [id: string]: string } = { [SELF]: 'Desk', [LAPTOP]: 'Laptop', [ATTIC]: 'Attic' };
const DOCS = '0d'.repeat(16);
const PHOTOS = '0f'.repeat(16);
const PEOPLE = '0c'.repeat(16);
const MUSIC = '0a'.repeat(16);
const BOOKS = '0b'.repeat(16);

const laptop: PeerView = { device: LAPTOP, name: 'Laptop', state: 'linked', link: '192.168.1.23', behind: 0 };
const attic: PeerView = { device: ATTIC, name: 'Attic', state: 'offline', link: null, behind: 14 };
const folder = (id: string, location: string): CollectionView['sources'][number] => ({
  id,
  location,
  format: 'folder',
  state: 'ready',
  reason: null,
  plan: null,
});
const plain: Omit<CollectionView, 'id' | 'name' | 'sources'> = {
  kind: 'files',
  state: 'in-step',
  records: 0,
  outside: 0,
  conflicts: 0,
  problems: 0,
  peers: [laptop],
  progress: null,
};

const RICH: readonly CollectionView[] = [
  {
    ...plain,
    id: DOCS,
    name: 'Documents',
    records: 12_431,
    outside: 208,
    conflicts: 3,
    problems: 4,
    state: 'problem',
    sources: [folder('s1', '/home/ana/Documents')],
    peers: [laptop, attic],
  },
  {
    ...plain,
    id: PHOTOS,
    name: 'Photos',
    records: 48_210,
    state: 'working',
    sources: [{ ...folder('s2', '/data/photos'), state: 'writing' }],
    progress: {
      stage: 'receiving',
      items: 1_204,
      itemsTotal: 4_012,
      bytes: 3_420_000_000,
      bytesTotal: 11_800_000_000,
      itemsPerSecond: 38,
      secondsLeft: 131,
    },
  },
  {
    ...plain,
    id: PEOPLE,
    name: 'People',
    kind: 'contacts',
    records: 418,
    conflicts: 1,
    state: 'in-step',
    sources: [
      { ...folder('s3', '/home/ana/contacts.vcf'), format: 'vcard' },
      { ...folder('s4', '/home/ana/export/google.csv'), format: 'csv-google' },
    ],
  },
  {
    ...plain,
    id: MUSIC,
    name: 'Music',
    records: 8_312,
    state: 'halted',
    sources: [
      {
        ...folder('s5', '/media/ana/disk/Music'),
        state: 'halted',
        reason: '7,990 of 8,312 files are gone (96 %)',
        plan: 'plan-1',
      },
    ],
  },
  {
    ...plain,
    id: BOOKS,
    name: 'Books',
    records: 96,
    state: 'paused',
    sources: [{ ...folder('s6', '/home/ana/Books'), state: 'paused' }],
  },
];
const CALM: readonly CollectionView[] = [
  {
    ...plain,
    id: DOCS,
    name: 'Documents',
    records: 12_431,
    sources: [folder('s1', '/home/ana/Documents')],
    peers: [laptop, { ...attic, state: 'linked', behind: 0, link: 'the relay' }],
  },
  {
    ...plain,
    id: PEOPLE,
    name: 'People',
    kind: 'contacts',
    records: 418,
    sources: [{ ...folder('s3', '/home/ana/contacts.vcf'), format: 'vcard' }],
  },
];

const file = (size: number, mark: string) => ({ type: 'file', size, sha256: mark.repeat(32) });
const BASE_TEXT = `# Shopping\n\n- bread\n- milk\n- apples\n\n# Trip in May\n\nTrain at 8:40 from platform 3.\nHotel: Seeblick, two nights.\nBring the small tent.\n\n# Later\n\nAsk Tom about the bicycle.\n`;
const LAPTOP_TEXT = BASE_TEXT.replace('- milk', '- oat milk')
  .replace('8:40', '9:10')
  .replace('two nights', 'three nights');
const DESK_TEXT = BASE_TEXT.replace('8:40', '10:05').replace('Ask Tom', 'Ask Tom and Eva');
const MERGED = BASE_TEXT.replace('- milk', '- oat milk')
  .replace('two nights', 'three nights')
  .replace('Ask Tom', 'Ask Tom and Eva')
  .replace(
    'Train at 8:40 from platform 3.',
    '<<<<<<< Laptop\nTrain at 9:10 from platform 3.\n=======\nTrain at 10:05 from platform 3.\n>>>>>>> Desk',
  );

const value = (id: string, kind: 'value' | 'delete', held: unknown, device: string, minutes: number) => ({
  id,
  kind,
  value: held,
  device,
  at: ago(minutes),
});
const CONFLICTS: readonly ConflictView[] = [
  {
    id: 'k1',
    collection: DOCS,
    record: 'notes/plans.md',
    field: 'entry',
    title: 'plans.md',
    base: file(241, 'e0'),
    shown: 'v1',
    values: [value('v1', 'value', file(245, 'e1'), LAPTOP, 22), value('v2', 'value', file(246, 'e2'), SELF, 31)],
  },
  {
    id: 'k2',
    collection: DOCS,
    record: 'taxes/2025/summary.ods',
    field: 'exists',
    title: 'summary.ods',
    base: file(48_200, 'd0'),
    shown: 'v4',
    values: [value('v3', 'delete', null, ATTIC, 1_500), value('v4', 'value', file(51_020, 'd1'), SELF, 1_480)],
  },
  {
    id: 'k3',
    collection: DOCS,
    record: 'pictures/logo.png',
    field: 'entry',
    title: 'logo.png',
    base: null,
    shown: 'v5',
    values: [
      value('v5', 'value', file(88_120, 'a0'), LAPTOP, 300),
      value('v6', 'value', file(90_001, 'a1'), ATTIC, 310),
      value('v7', 'value', file(91_100, 'a2'), SELF, 320),
    ],
  },
  {
    id: 'k4',
    collection: PEOPLE,
    record: 'urn:uuid:1f9a7c2e-0000-4000-8000-000000000001',
    field: 'phones/p1',
    title: 'Mara Lindqvist',
    base: { '@type': 'Phone', number: '+46 70 123 45 67' },
    shown: 'v8',
    values: [
      value('v8', 'value', { '@type': 'Phone', number: '+46 70 765 43 21' }, LAPTOP, 60),
      value('v9', 'value', { '@type': 'Phone', number: '+46 8 555 01 02', features: { voice: true } }, SELF, 75),
    ],
  },
];
const NO_TEXT = 'Its text cannot be shown: it is not a text.';
function detailOf(conflict: ConflictView): ConflictDetailView {
  const texts = conflict.id === 'k1' ? [LAPTOP_TEXT, DESK_TEXT] : null;
  const why = conflict.field.startsWith('phones') ? null : NO_TEXT;
  return {
    conflict,
    baseText: texts === null ? null : BASE_TEXT,
    texts: conflict.values.map((one, at) => ({
      value: one.id,
      text: texts?.[at] ?? null,
      why: texts === null && one.kind === 'value' ? why : null,
    })),
    merged: texts === null ? null : { text: MERGED, clashes: 1 },
    names: NAMES,
  };
}

const problem = (record: string, code: string, detail: string, minutes: number): ProblemView => ({
  collection: DOCS,
  source: 's1',
  record,
  code,
  detail,
  since: ago(minutes),
});
const PROBLEMS: readonly ProblemView[] = [
  problem('Letters/Aunt Olga.txt', 'names-collide', 'It folds to one name with “Letters/aunt olga.txt”', 240),
  problem('Photos/IMG.JPG', 'names-collide', 'It folds to one name with “Photos/img.jpg”', 250),
  problem('private/keys.kdbx', 'no-permission', 'Permission denied when reading it', 4_000),
  problem('run/app.sock', 'special-file', 'It is a socket', 9_000),
];

const REQUESTS: readonly RequestView[] = [
  {
    request: 'r1',
    device: 'd4'.repeat(32),
    name: 'Kitchen tablet',
    collection: DOCS,
    collectionName: 'Documents',
    role: 'editor',
    records: 12_431,
    code: '482913',
    at: ago(1),
  },
];

const DEVICES: readonly DeviceView[] = [
  {
    device: SELF,
    name: 'Desk',
    self: true,
    role: 'admin',
    collections: [DOCS, PHOTOS, PEOPLE, MUSIC, BOOKS],
    lastSeen: null,
  },
  {
    device: LAPTOP,
    name: 'Laptop',
    self: false,
    role: 'admin',
    collections: [DOCS, PHOTOS, PEOPLE, MUSIC, BOOKS],
    lastSeen: ago(0),
  },
  { device: ATTIC, name: 'Attic', self: false, role: 'reader', collections: [DOCS], lastSeen: ago(3_100) },
];

const ACTIONS = ['modify', 'add', 'modify', 'move', 'delete'] as const;
function changeOf(pack: number, index: number): HistoryChangeView {
  const action = ACTIONS[(pack + index) % ACTIONS.length] ?? 'modify';
  const record = `${['notes', 'taxes/2026', 'drafts', 'photos/may'][(pack + index) % 4]}/item-${pack}-${index}.${action === 'move' ? 'txt' : 'md'}`;
  return {
    id: `p${pack}.${index}`,
    record,
    title: record.slice(record.lastIndexOf('/') + 1),
    action,
    fields: [
      {
        path: 'entry',
        before: action === 'add' ? null : file(1_000 + pack, 'b0'),
        after: action === 'delete' ? null : file(1_200 + pack, 'b1'),
        kept: pack % 7 === 0 ? 'no' : pack % 3 === 0 ? [ATTIC, LAPTOP] : 'here',
      },
    ],
  };
}
function packageOf(at: number): PackageView {
  const device = [SELF, LAPTOP, ATTIC][at % 3] ?? SELF;
  const count = at % 5 === 0 ? 40 : 1 + (at % 3);
  return {
    id: `p${at}`,
    collection: at % 11 === 0 ? PHOTOS : DOCS,
    device,
    deviceName: NAMES[device] ?? '',
    at: ago(4 + at * 37),
    changeCount: count,
    changes: Array.from({ length: count }, (_, index) => changeOf(at, index)),
  };
}
function history(count: number, query: HistoryQuery): readonly PackageView[] {
  const from = query.before === undefined ? 0 : Number(query.before.slice(1)) + 1;
  const found: PackageView[] = [];
  for (let at = from; at < count && found.length < (query.limit ?? 100); at++) {
    const view = packageOf(at);
    if (query.device !== undefined && view.device !== query.device) continue;
    if (query.collection !== undefined && view.collection !== query.collection) continue;
    if (query.text !== undefined && !view.changes.some((change) => change.record.includes(query.text ?? ''))) continue;
    found.push({ ...view, changes: view.changes.slice(0, query.changesLimit) });
  }
  return found;
}

const RESULT: ResultView = { changes: ['z1'], records: 1, conflicts: [], missing: [] };
const LINK = `lockstep://join#v=1&i=kq3VJmQ0cXbq8Xo1y0m3Wg&s=${'Zk4'.repeat(14)}A&d=${'b2'.repeat(32)}&a=192.168.1.7:21027,[fe80::1]:21027`;

/**
 * A device that exists only in memory: answers like a running one and changes its mind as it is asked to, so that the pages can be looked at
 * and tested without an engine. `asked` holds every request, for tests.
 */
export class SampleClient implements LockstepClient {
  readonly host: LockstepClient['host'];
  readonly asked: { readonly name: RequestName; readonly args: readonly unknown[] }[] = [];
  readonly #scenario: Scenario;
  readonly #listeners = new Map<string, Set<(value: never) => void>>();
  #collections: readonly CollectionView[];
  #conflicts: readonly ConflictView[];
  #requests: readonly RequestView[];
  #devices: readonly DeviceView[];
  #config: { [key: string]: string | number | boolean | null } = {
    name: 'Desk',
    listen: '0.0.0.0:21027',
    relay: '',
    'limits.up': 0,
    'limits.down': 2_500_000,
    schedule: '',
    'scan.interval': 3_600,
    'history.days': 90,
    'history.bytes': 10_000_000_000,
    'history.copy-limit': 1_048_576,
    'disk.reserve': 1_000_000_000,
    'safety.delete-share': 0.3,
    'safety.delete-count': 10,
    'safety.rewrite-share': 0.5,
  };

  constructor(scenario: Scenario, host: LockstepClient['host'] = 'browser') {
    this.host = host;
    this.#scenario = scenario;
    const rich = scenario === 'rich' || scenario === 'long' || scenario === 'broken';
    this.#collections = scenario === 'empty' ? [] : rich ? RICH : CALM;
    this.#conflicts = rich ? CONFLICTS : [];
    this.#requests = rich ? REQUESTS : [];
    this.#devices = scenario === 'empty' ? DEVICES.slice(0, 1).map((one) => ({ ...one, collections: [] })) : DEVICES;
  }

  onConnection(listener: (connection: { is: 'open' } | { is: 'lost'; why: string; again: boolean }) => void) {
    listener(this.#scenario === 'lost' ? { is: 'lost', why: 'Lockstep is not running.', again: true } : { is: 'open' });
    return () => {};
  }

  async request<K extends RequestName>(
    name: K,
    ...args: Parameters<Requests[K]>
  ): Promise<Reply<ReturnType<Requests[K]>>> {
    this.asked.push({ name, args });
    if (this.#scenario === 'broken' && !['status', 'requests:list'].includes(name)) {
      return {
        ok: false,
        error: {
          code: 'database-damaged',
          message: 'The database cannot be read: the disk is full.',
          subject: '/home/ana/.local/share/lockstep/state.db',
        },
      };
    }
    const answer = this.#answer(name, args as readonly unknown[]);
    if (answer === undefined) {
      return {
        ok: false,
        error: {
          code: 'no-such-path',
          message: 'There is no such place. Create it first, or tick “Create it”.',
          subject: String(args[0]),
        },
      };
    }
    return { ok: true, value: answer as ReturnType<Requests[K]> };
  }

  on<K extends EventName>(name: K, listener: (event: Events[K]) => void): () => void {
    const of = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, of);
    of.add(listener as (value: never) => void);
    return () => of.delete(listener as (value: never) => void);
  }

  pathForFile(file: File): string | null {
    return this.host === 'electron' ? `/home/ana/${file.name}` : null;
  }

  #status(): StatusView {
    return {
      device: { id: SELF, name: 'Desk' },
      links: { bytesIn: 1_204_331, bytesOut: 88_120 },
      collections: this.#collections,
    };
  }

  #tell<K extends EventName>(name: K, value: Events[K]) {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never);
  }

  #change(id: string | null, how: (collection: CollectionView) => CollectionView) {
    this.#collections = this.#collections.map((one) => (id === null || one.id === id ? how(one) : one));
    this.#tell('status', this.#status());
  }

  /** undefined: the request fails. */
  #answer(name: RequestName, args: readonly unknown[]): unknown {
    switch (name) {
      case 'status':
        return this.#status();
      case 'requests:list':
        return this.#requests;
      case 'devices:list':
        return this.#devices;
      case 'conflicts:list':
        return this.#conflicts;
      case 'conflicts:detail':
        return detailOf(CONFLICTS.find((one) => one.id === args[0]) as ConflictView);
      case 'problems:list':
        return this.#scenario === 'rich' || this.#scenario === 'long' ? PROBLEMS : [];
      case 'history:list':
        return history(
          this.#scenario === 'empty' ? 0 : this.#scenario === 'long' ? 10_000 : 60,
          args[0] as HistoryQuery,
        );
      case 'source:change':
        return {
          sources: this.#collections.find((one) => one.id === args[0])?.sources ?? [],
          only: [],
          ignore: ['node_modules/', '*.tmp'],
          outside: 208,
        };
      case 'config':
        if (args[0] !== null) this.#config = { ...this.#config, [String(args[0])]: String(args[1]) };
        return this.#config;
      case 'desktop:pick-folder':
        return '/home/ana/Pictures';
      case 'collections:invite':
        return { link: LINK };
      case 'collections:join':
        return { collection: DOCS, source: 's9', state: 'waiting-for-approval', code: '482913' };
      default:
        return this.#act(name, args);
    }
  }

  #act(name: RequestName, args: readonly unknown[]): unknown {
    switch (name) {
      case 'collections:add': {
        const { location } = args[0] as { location: string };
        if (location.includes('missing')) return undefined;
        const label = location.split('/').at(-1) ?? location;
        this.#collections = [
          ...this.#collections,
          { ...plain, id: '99'.repeat(16), name: label, records: 12, peers: [], sources: [folder('s9', location)] },
        ];
        this.#tell('status', this.#status());
        return { collection: '99'.repeat(16), source: 's9', kind: 'files', format: 'folder', records: 12 };
      }
      case 'collections:leave':
        this.#collections = this.#collections.filter((one) => one.id !== args[0]);
        this.#tell('status', this.#status());
        return {};
      case 'requests:answer':
        this.#requests = [];
        this.#tell('requests', []);
        return {};
      case 'devices:remove':
        this.#devices = this.#devices.filter((one) => one.device !== args[0]);
        return this.#devices;
      case 'devices:rename':
        this.#devices = this.#devices.map((one) => (one.self ? { ...one, name: String(args[0]) } : one));
        return this.#devices;
      case 'conflicts:resolve': {
        const settled = this.#conflicts.find((one) => one.id === args[0]);
        this.#conflicts = this.#conflicts.filter((one) => one.id !== args[0]);
        this.#change(settled?.collection ?? '', (one) => ({ ...one, conflicts: one.conflicts - 1 }));
        return RESULT;
      }
      case 'conflicts:resolve-all': {
        const records = this.#conflicts.length;
        this.#conflicts = [];
        this.#change(null, (one) => ({ ...one, conflicts: 0 }));
        return { ...RESULT, records };
      }
      case 'history:undo':
      case 'history:restore':
        return RESULT;
      case 'pause':
        this.#change(args[0] as string | null, (one) => ({
          ...one,
          state: args[1] === true ? 'paused' : 'in-step',
          progress: null,
        }));
        return {};
      case 'safety:preview':
        return {
          plan: 'plan-1',
          local: Array.from({ length: 7_990 }, (_, at) => ({
            record: `Album ${Math.floor(at / 12)}/Track ${at % 12}.flac`,
            action: 'delete',
          })),
          incoming: [{ record: 'Album 900/Track 1.flac', action: 'add' }],
          halts: [
            {
              source: 's5',
              reason: 'mass-delete',
              detail:
                '7,990 of 8,312 files are gone. The disk may have been exchanged, or they were deleted by mistake.',
            },
          ],
        };
      case 'safety:confirm':
        this.#change(MUSIC, (one) => ({
          ...one,
          state: 'working',
          sources: one.sources.map((source) => ({ ...source, state: 'writing', reason: null })),
        }));
        return {};
      case 'verify':
        return [
          {
            collection: args[0],
            root: '5fa1'.repeat(16),
            records: 12_431,
            differs: args[1] === true ? [{ source: 's1', record: 'notes/plans.md' }] : [],
          },
        ];
      case 'records:explain':
        return {
          state: 'It is not in step: two names cannot be told apart on Laptop.',
          fields: [
            { path: 'entry', value: file(1_204, 'aa'), device: LAPTOP, at: ago(400), rule: 'The only value' },
            { path: 'modified', value: ago(402), device: SELF, at: ago(402), rule: 'The larger one' },
          ],
          problem: PROBLEMS.find((one) => one.record === args[1]) ?? null,
        };
      case 'doctor':
        return [
          { check: 'Node', ok: true, detail: 'v24.21.0', fix: null },
          {
            check: 'Watch limits',
            ok: false,
            detail: '8,192 watches, 12,431 needed',
            fix: 'Run: sudo sysctl fs.inotify.max_user_watches=524288',
          },
          { check: 'Disk', ok: true, detail: '120 GB free', fix: null },
          { check: 'Database', ok: true, detail: 'Whole', fix: null },
        ];
      default:
        return {};
    }
  }
}
