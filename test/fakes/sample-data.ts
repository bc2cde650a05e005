import type {
  ActView,
  CollectionView,
  ConflictDetailView,
  ConflictView,
  DeviceView,
  DuplicateView,
  HistoryChangeView,
  HistoryQuery,
  NearbyDeviceView,
  NearbyWindowView,
  PeerView,
  ProblemView,
  RecordView,
  RelayView,
  RequestView,
  ResultView,
  ShownRecordView,
  SourceLacksView,
} from '../../src/contract/contract.ts';

/** What the sample device holds: every state, kind of conflict and problem once. */
const NOW = Date.parse('2026-11-22T15:04:00Z');
export const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
export const SELF = 'a1'.repeat(32);
export const LAPTOP = 'b2'.repeat(32);
const ATTIC = 'c3'.repeat(32);
const NAMES: { readonly [id: string]: string } = { [SELF]: 'Desk', [LAPTOP]: 'Laptop', [ATTIC]: 'Attic' };
export const DOCS = '0d'.repeat(16);
const PHOTOS = '0f'.repeat(16);
export const PEOPLE = '0c'.repeat(16);
export const MUSIC = '0a'.repeat(16);
const BOOKS = '0b'.repeat(16);

const laptop: PeerView = { device: LAPTOP, name: 'Laptop', state: 'linked', link: '192.168.1.23', behind: 0 };
const attic: PeerView = { device: ATTIC, name: 'Attic', state: 'offline', link: null, behind: 14 };
export const folder = (id: string, location: string): CollectionView['sources'][number] => ({
  id,
  location,
  format: 'folder',
  state: 'ready',
  reason: null,
  plan: null,
});
export const plain: Omit<CollectionView, 'id' | 'name' | 'sources'> = {
  kind: 'files',
  state: 'in-step',
  records: 0,
  outside: 0,
  conflicts: 0,
  problems: 0,
  peers: [laptop],
  progress: null,
  relay: null,
};

export const RELAY = `https://relay.example.org:8443#k=${'Rq7'.repeat(14)}A`;
const relay: RelayView = { url: RELAY, state: 'level', waiting: 0, why: null };

export const RICH: readonly CollectionView[] = [
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
    relay,
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
    relay: { ...relay, state: 'working', waiting: 12 },
  },
  {
    ...plain,
    id: PEOPLE,
    name: 'People',
    kind: 'contacts',
    records: 418,
    conflicts: 4,
    state: 'in-step',
    sources: [
      { ...folder('s3', '/home/ana/contacts.vcf'), format: 'vcard' },
      { ...folder('s4', '/home/ana/export/google.csv'), format: 'csv-google' },
    ],
    relay: {
      url: 'https://old-relay.example.org:443',
      state: 'offline',
      waiting: 2,
      why: 'The relay https://old-relay.example.org:443 does not answer: nothing listens there.',
    },
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
        reason: '7,990 of 8,312 items are gone (96 %)',
        plan: 'plan-1',
      },
    ],
    relay,
  },
  {
    ...plain,
    id: BOOKS,
    name: 'Books',
    records: 96,
    state: 'paused',
    invitedBy: ['Laptop'],
    sources: [{ ...folder('s6', '/home/ana/Books'), state: 'paused' }],
  },
];
export const CALM: readonly CollectionView[] = [
  {
    ...plain,
    id: DOCS,
    name: 'Documents',
    records: 12_431,
    sources: [folder('s1', '/home/ana/Documents')],
    peers: [laptop, { ...attic, state: 'linked', behind: 0, link: 'relay' }],
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

export const file = (size: number, mark: string) => ({ type: 'file', size, sha256: mark.repeat(32) });
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

export const value = (id: string, kind: 'value' | 'delete', held: unknown, device: string, minutes: number) => ({
  id,
  kind,
  value: held,
  device,
  at: ago(minutes),
});
export const CONFLICTS: readonly ConflictView[] = [
  {
    id: 'k1',
    collection: DOCS,
    record: 'notes/plans.md',
    field: 'entry',
    title: 'plans.md',
    name: 'plans.md',
    base: file(41, 'e0'),
    baseBy: { device: LAPTOP, at: ago(2_000) },
    shown: 'v1',
    values: [value('v1', 'value', file(45, 'e1'), LAPTOP, 22), value('v2', 'value', file(46, 'e2'), SELF, 31)],
  },
  {
    id: 'k2',
    collection: DOCS,
    record: 'taxes/2025/summary.ods',
    field: 'exists',
    title: 'summary.ods',
    name: 'summary.ods',
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
    name: 'logo.png',
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
    name: 'Mara Lindqvist',
    base: { '@type': 'Phone', number: '+46 70 123 45 67' },
    shown: 'v8',
    values: [
      value('v8', 'value', { '@type': 'Phone', number: '+46 70 765 43 21' }, LAPTOP, 60),
      value('v9', 'value', { '@type': 'Phone', number: '+46 8 555 01 02', features: { voice: true } }, SELF, 75),
    ],
  },
  ...[
    ['phones/p1', { number: '1' }, { number: '+47 22 11' }, { number: '+47 22 33' }],
    ['emails/e1', { address: 'ida@old.example' }, { address: 'ida@home.example' }, { address: 'ida@work.example' }],
    ['anniversaries/a1', null, ...[0, 9].map((day) => ({ kind: 'birth', date: { year: 1980, month: 1, day } }))],
  ].map(
    ([field, base, laptops, own], at): ConflictView => ({
      id: `several-${at}`,
      collection: PEOPLE,
      record: 'urn:uuid:1f9a7c2e-0000-4000-8000-000000000002',
      field: String(field),
      title: 'Ida Berg',
      name: 'Ida Berg',
      base,
      shown: `w${2 * at}`,
      values: [value(`w${2 * at}`, 'value', laptops, LAPTOP, 60), value(`w${2 * at + 1}`, 'value', own, SELF, 75)],
    }),
  ),
];
export function detailOf(conflict: ConflictView): ConflictDetailView {
  const texts = conflict.id === 'k1' ? [LAPTOP_TEXT, DESK_TEXT] : null;
  return {
    conflict,
    baseText: texts === null ? null : BASE_TEXT,
    texts: conflict.values.map((one, at) => ({
      value: one.id,
      text: texts?.[at] ?? null,
      why: null,
    })),
    merged: texts === null ? null : { text: MERGED, clashes: 1 },
    names: NAMES,
  };
}

export const problem = (record: string, code: string, detail: string, minutes: number): ProblemView => ({
  collection: DOCS,
  source: 's1',
  record,
  code,
  detail,
  since: ago(minutes),
});
export const MANY_CONFLICTS: readonly ConflictView[] = Array.from({ length: 2_000 }, (_, at) => ({
  ...(CONFLICTS[0] as ConflictView),
  id: `many-${at}`,
  record: `letters/letter ${at}.txt`,
  title: `letter ${at}.txt`,
  name: `letter ${at}.txt`,
}));

export const PROBLEMS: readonly ProblemView[] = [
  problem('Letters/Aunt Olga.txt', 'names-collide', 'It folds to one name with “Letters/aunt olga.txt”', 240),
  problem('Photos/IMG.JPG', 'names-collide', 'It folds to one name with “Photos/img.jpg”', 250),
  problem('private/keys.kdbx', 'no-permission', 'Permission denied when reading it', 4_000),
  problem('run/app.sock', 'special-file', 'It is a socket', 9_000),
];

export const MANY_PROBLEMS: readonly ProblemView[] = Array.from({ length: 1_000 }, (_, at) =>
  problem(`run/pipe ${at}`, 'special-file', 'It is a pipe', 240),
);

export const REQUESTS: readonly RequestView[] = [
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

/** This device waits for one nearby. */
export const NEARBY: NearbyWindowView = {
  collection: DOCS,
  collectionName: 'Documents',
  role: 'admin',
  until: new Date(NOW + 112_000).toISOString(),
  state: 'waiting',
  request: null,
  addresses: ['192.168.1.20:21027', '[fd00::20]:21027'],
  why: null,
};
/** Devices that wait for this one. */
export const NEARBY_DEVICES: readonly NearbyDeviceView[] = [
  { device: 'aa'.repeat(8), name: 'Laptop', addresses: ['192.168.1.21:21027'] },
  { device: 'bb'.repeat(8), name: 'Büro im Dachgeschoss, neben dem Drucker', addresses: ['[fe80::21%eth0]:21027'] },
];

export const DEVICES: readonly DeviceView[] = [
  {
    device: SELF,
    name: 'Desk',
    self: true,
    role: 'admin',
    collections: [DOCS, PHOTOS, PEOPLE, MUSIC, BOOKS],
    roles: { [DOCS]: 'admin', [PHOTOS]: 'admin', [PEOPLE]: 'admin', [MUSIC]: 'admin', [BOOKS]: 'reader' },
    lastSeen: null,
  },
  {
    device: LAPTOP,
    name: 'Laptop',
    self: false,
    role: 'admin',
    collections: [DOCS, PHOTOS, PEOPLE, MUSIC, BOOKS],
    roles: { [DOCS]: 'admin', [PHOTOS]: 'admin', [PEOPLE]: 'editor', [MUSIC]: 'admin', [BOOKS]: 'admin' },
    lastSeen: ago(0),
  },
  {
    device: ATTIC,
    name: 'Attic',
    self: false,
    role: 'reader',
    collections: [DOCS],
    roles: { [DOCS]: 'reader' },
    lastSeen: ago(3_100),
  },
];

const ACTIONS = ['modify', 'add', 'modify', 'move', 'delete'] as const;
function changeOf(pack: number, index: number): HistoryChangeView {
  const action = pack === 1 ? 'add' : (ACTIONS[(pack + index) % ACTIONS.length] ?? 'modify');
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
/** An act by its place in history; one of many packages among the first. */
export function actOf(at: number): ActView {
  const device = [SELF, LAPTOP, ATTIC][at % 3] ?? SELF;
  const count = at === 1 ? 9812 : at % 5 === 0 ? 140 : 1 + (at % 3);
  const isUndo = at % 7 === 3;
  const undone = {
    device: LAPTOP,
    deviceName: 'Laptop',
    at: ago(50 + at * 37),
    action: 'modify',
    cause: 'source',
  } as const;
  const undoes = (index: number) => (isUndo ? { undoes: [{ id: `q${at}.${index}`, ...undone }] } : {});
  const changes = Array.from({ length: count }, (_, index) => ({ ...changeOf(at, index), ...undoes(index) }));
  const counts = { add: 0, modify: 0, delete: 0, move: 0 };
  for (const { action } of changes) counts[action]++;
  return {
    id: `p${at}`,
    collection: at % 11 === 0 ? PHOTOS : DOCS,
    device,
    deviceName: NAMES[device] ?? '',
    at: ago(4 + at * 37),
    newest: `p${at}`,
    packages: Math.ceil(count / 256),
    cause: isUndo ? 'undo' : 'source',
    changeCount: count,
    counts,
    changes,
  };
}
export function history(count: number, query: HistoryQuery): readonly ActView[] {
  const { before = '' } = query;
  const from = before.startsWith('p') ? Number(before.slice(1)) + 1 : 0;
  const found: ActView[] = [];
  for (let at = from; at < count && found.length < (query.limit ?? 100); at++) {
    const view = actOf(at);
    if (/^\d/.test(before) && Date.parse(view.at) >= Date.parse(before)) continue;
    if (query.device !== undefined && view.device !== query.device) continue;
    if (query.collection !== undefined && view.collection !== query.collection) continue;
    if (query.text !== undefined && !view.changes.some((change) => change.record.includes(query.text ?? ''))) continue;
    found.push({ ...view, changes: view.changes.slice(0, query.changesLimit) });
  }
  return found;
}

export const RESULT: ResultView = { changes: ['z1'], records: 1, conflicts: [], missing: [] };
export const LINK = `lockstep://join#v=1&i=kq3VJmQ0cXbq8Xo1y0m3Wg&s=${'Zk4'.repeat(14)}A&d=${'b2'.repeat(32)}&a=192.168.1.7:21027,[fe80::1]:21027`;

/** One that goes through a relay. */
export const FAR_LINK = `${LINK}&r=${encodeURIComponent(RELAY)}`;

export const LACKS: readonly SourceLacksView[] = [
  {
    source: 's4',
    records: 12,
    lacks: [
      { map: 'media', kind: 'photo', how: 'all', held: 0, records: 12 },
      { map: 'emails', kind: null, how: 'more', held: 3, records: 2 },
    ],
    named: Array.from({ length: 12 }, (_, at) => ({ id: `p${at}`, title: `Person ${at}` })),
  },
];
export const MANY_PEOPLE: readonly RecordView[] = Array.from({ length: 10_000 }, (_, at) => ({
  id: `p${at}`,
  title: `Person ${at}`,
  line: `person${at}@example.org`,
}));
export const DUPLICATES: readonly DuplicateView[] = [
  {
    collection: PEOPLE,
    records: [
      {
        record: 'a-1',
        title: 'Ada Lovelace',
        alone: [{ path: 'phones/p1', value: { number: '+44 20 7946 0018', contexts: { work: true } } }],
      },
      { record: 'b-1', title: 'Lovelace, Ada', alone: [] },
    ],
    sure: true,
    by: ['email ada@example.org', 'name ada lovelace'],
  },
  ...Array.from({ length: 900 }, (_, at) => ({
    collection: PEOPLE,
    records: [
      {
        record: `p${at}`,
        title: `Person ${at}`,
        alone: [{ path: 'emails/e', value: { address: `person${at}@example.org` } }],
      },
      {
        record: `q${at}`,
        title: `Person ${at}`,
        alone: [
          { path: 'organizations/o', value: { name: 'Analytical Engines' } },
          { path: 'notes/n', value: { note: 'Met in Vienna.' } },
        ],
      },
    ],
    sure: false,
    by: [`name person ${at}`],
  })),
];
export const SHOWN: ShownRecordView = {
  title: 'Person 0',
  fields: [
    { path: 'name', value: { full: 'Person 0' } },
    { path: 'emails/e1', value: { address: 'person0@example.org', contexts: { work: true } } },
    { path: 'phones/p1', value: { number: '+43 1 555 01 00', features: { mobile: true } } },
    { path: 'addresses/a1', value: { full: 'Ringstraße 1\n1010 Wien' } },
    { path: 'notes/n1', value: { note: 'Met in Vienna.\nLikes trains.' } },
  ],
  sources: [
    { location: '/home/ana/contacts.vcf', format: 'vcard', holds: 'all' },
    { location: '/home/ana/export/google.csv', format: 'csv-google', holds: 'part' },
  ],
};
