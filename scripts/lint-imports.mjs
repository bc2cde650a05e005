// Who may know whom: checks every import under src/ against the table below, and that no imports go in a circle.
// A folder that is not in the table is an error until someone decides what it may know. Imports of types count as well.
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readModules } from './read-modules.mjs';

const PLATFORM = 'main/platform';
const ADAPTER = 'main/sources/source-adapter.ts';
// What is read out of the log and the store.
const STORED = [
  'contract',
  'main/record',
  'main/change-log',
  'main/merge',
  'main/store',
  'main/collection.ts',
  PLATFORM,
];
// What a relay has in common with the devices it serves.
const RELAY_KNOWS = [
  'main/record/ids.ts',
  'main/peers/protocol/hex.ts',
  'main/peers/protocol/relay-statements.ts',
  PLATFORM,
];
// `may`: what of src/ it may import besides itself; `packages`: what else (`node:` stands for every module of Node). The first row that
// fits a file counts. The rows up to merge, snapshot and difference are the pure middle, in the order the data flows: `pure` ones have no
// clock, chance, timer or log either.
const RULES = [
  { pure: true, from: 'contract', may: [], packages: [] },
  { pure: true, from: 'main/record', may: ['main/platform/hash.ts'], packages: [] },
  {
    pure: true,
    from: 'main/change-log',
    may: ['main/record', PLATFORM],
    packages: ['cborg', 'node:crypto', 'node:zlib'],
  },
  { pure: true, from: 'main/merge', may: ['main/record', 'main/change-log'], packages: ['node-diff3'] },
  { pure: true, from: 'main/snapshot', may: ['main/record', 'main/change-log', 'main/merge', ADAPTER], packages: [] },
  {
    pure: true,
    from: 'main/difference',
    may: ['main/record', 'main/change-log', 'main/merge', 'main/snapshot'],
    packages: [],
  },
  { from: ADAPTER, may: ['main/record'], packages: [] },
  // A database of another program is one of its formats.
  {
    from: 'main/sources/contacts/thunderbird',
    may: ['main/record', 'main/sources', PLATFORM],
    packages: ['node:fs', 'better-sqlite3'],
  },
  {
    from: 'main/sources',
    may: ['main/record', 'main/content', 'main/change-log/change.ts', PLATFORM],
    packages: ['node:', 'chokidar', 'ignore', 'node-ical', 'tsdav', 'undici', 'vcard4'],
  },
  { from: 'main/content', may: ['main/record', ADAPTER, PLATFORM], packages: ['node:'] },
  {
    from: 'main/store',
    may: ['main/record', 'main/snapshot', 'main/change-log', 'main/merge', PLATFORM],
    packages: ['node:', 'better-sqlite3', 'cborg'],
  },
  // The half of a cycle that takes in what a source says.
  {
    from: 'main/take-in',
    may: [
      'contract',
      'main/record',
      'main/change-log',
      'main/merge',
      'main/snapshot',
      'main/difference',
      'main/conflicts',
      'main/store',
      'main/collection.ts',
      'main/safety.ts',
      'main/sources/text/known-revisions.ts',
      ADAPTER,
      PLATFORM,
    ],
    packages: [],
  },
  // What is known of one source, how a look at it asks and tells that, and what both halves of its cycle ask of the rest.
  {
    from: 'main/one-source',
    may: [
      'contract',
      'main/record',
      'main/store',
      'main/take-in',
      'main/construct',
      'main/content-exchange',
      'main/collection.ts',
      'main/safety.ts',
      ADAPTER,
      PLATFORM,
    ],
    packages: [],
  },
  // The half that brings a source to what the records say: batches, content, commit. What it counts is pure.
  { pure: true, from: 'main/construct/pending.ts', may: ['main/record'], packages: [] },
  {
    from: 'main/construct',
    may: [
      'main/record',
      'main/merge',
      'main/snapshot',
      'main/store',
      'main/content-exchange',
      'main/collection.ts',
      ADAPTER,
      PLATFORM,
    ],
    packages: [],
  },
  {
    from: 'main/content-exchange',
    may: [
      'main/record',
      'main/snapshot',
      'main/content',
      'main/store',
      'main/collection.ts',
      'main/peers/session/shared-collection.ts',
      'main/sources/files/path-guard.ts',
      ADAPTER,
      PLATFORM,
    ],
    packages: [],
  },
  // What is at a location, and the adapter for it: here the kinds of sources are known.
  {
    from: 'main/locations',
    may: [
      'contract',
      'main/record',
      'main/content',
      'main/sources',
      'main/store',
      'main/take-in/known-items.ts',
      'main/replica.ts',
      PLATFORM,
    ],
    packages: ['node:'],
  },
  // What goes through a relay, for members that are away: between the change log and the relay's storage.
  { pure: true, from: 'main/store-and-forward/put-up-plan.ts', may: ['main/record'], packages: [] },
  {
    from: 'main/store-and-forward',
    may: [
      'main/record',
      'main/change-log',
      'main/content/chunk-list.ts',
      'main/peers',
      'main/store',
      'main/sharing/meet-heads.ts',
      'main/replica.ts',
      PLATFORM,
    ],
    packages: [],
  },
  {
    from: 'main/network',
    may: [
      'contract',
      'main/record',
      'main/peers',
      'main/store',
      'main/store-and-forward',
      'main/replica.ts',
      'main/engine-world.ts',
      PLATFORM,
    ],
    packages: [],
  },
  { from: 'main/engine-thread', may: ['contract', 'main/control', PLATFORM], packages: ['node:'] },
  // Other devices, from what all of it rests on to what two members say to each other. A link knows who is at its other end, and bytes.
  { pure: true, from: 'main/peers/protocol', may: ['main/record', 'main/change-log', PLATFORM], packages: ['cborg'] },
  { from: 'main/peers/identity', may: ['main/record/ids.ts', 'main/peers/protocol', PLATFORM], packages: ['node:'] },
  {
    from: 'main/peers/links',
    may: ['main/record/ids.ts', 'main/peers/protocol', 'main/peers/identity', PLATFORM],
    packages: ['node:', 'ws'],
  },
  {
    from: 'main/peers/discovery',
    may: ['main/record/ids.ts', 'main/peers/protocol', 'main/peers/links/host-port.ts', PLATFORM],
    packages: ['node:', 'bonjour-service'],
  },
  {
    from: 'main/peers/connect',
    may: ['main/record/ids.ts', 'main/peers/protocol', 'main/peers/identity', 'main/peers/links', PLATFORM],
    packages: ['node:'],
  },
  {
    from: 'main/peers/session',
    may: [
      'main/record',
      'main/peers/protocol',
      'main/peers/identity',
      'main/peers/links',
      'main/peers/connect',
      PLATFORM,
    ],
    packages: ['node:'],
  },
  {
    from: 'main/peers/relay',
    may: ['main/record/ids.ts', 'main/peers/protocol', PLATFORM],
    packages: ['node:', 'ws'],
  },
  {
    from: 'main/peers/membership',
    may: [
      'main/record',
      'main/change-log',
      'main/peers/protocol',
      'main/peers/identity',
      'main/peers/session/shared-collection.ts',
      PLATFORM,
    ],
    packages: ['node:'],
  },
  // What lies at a relay: bytes that only members open.
  {
    pure: true,
    from: 'main/peers/sealed',
    may: [
      'main/record/ids.ts',
      'main/peers/protocol',
      'main/peers/identity/identity.ts',
      'main/peers/session/shared-collection.ts',
      PLATFORM,
    ],
    packages: ['node:crypto'],
  },
  {
    from: 'main/peers/pairing',
    may: [
      'main/record',
      'main/peers/protocol',
      'main/peers/identity',
      'main/peers/links',
      'main/peers/connect/message-stream.ts',
      'main/peers/membership',
      PLATFORM,
    ],
    packages: ['node:'],
  },
  { from: PLATFORM, may: ['main/record/ids.ts'], packages: ['node:'] },
  // What was, then conflicts, then what a person does with history: read from the store and settled by ordinary changes. They know no
  // particular source (but when a series takes place), no peer and no door; nor do those that keep what history has to give back.
  { from: 'main/past', may: [...STORED, ADAPTER], packages: [] },
  {
    from: 'main/conflicts',
    may: [...STORED, 'main/past', 'main/snapshot', 'main/difference', 'main/sources/calendars/occurrences.ts'],
    packages: ['node-diff3'],
  },
  {
    from: 'main/history',
    may: [...STORED, 'main/past', 'main/conflicts', 'main/snapshot', 'main/difference', 'main/content'],
    packages: ['node:crypto'],
  },
  // It is given the engine, and gives the rest of its folder what each part needs of that.
  { from: 'main/keep/history-keeper.ts', may: ['main'], packages: ['better-sqlite3'] },
  {
    from: 'main/keep',
    may: [...STORED, 'main/past', 'main/conflicts', 'main/snapshot', ADAPTER],
    packages: [],
  },
  // What a replica knows of the other members; it knows no source, no link and no door.
  {
    from: 'main/sharing',
    may: [
      'main/record',
      'main/change-log',
      'main/merge',
      'main/store',
      'main/collection.ts',
      'main/peers/membership/group-membership.ts',
      'main/peers/session/shared-collection.ts',
      'main/peers/session/heads-beacon.ts',
      'main/peers/session/beacons-heard.ts',
      PLATFORM,
    ],
    packages: [],
  },
  // What people browse; only what expands a calendar knows a source.
  {
    from: 'main/browse',
    may: [...STORED, 'main/past', 'main/snapshot', 'main/conflicts', 'main/sources/calendars/occurrences.ts'],
    packages: [],
  },
  // Answers the contract's requests out of the engine; only compose.ts takes it in.
  { from: 'main/requests', may: ['contract', 'main'], packages: ['node:'] },
  { from: 'main/control', may: ['contract', PLATFORM], packages: ['node:', 'ws', 'better-sqlite3'] },
  // Its rules know no socket, no clock and no chance; nobody but the command that starts it knows the relay.
  ...['relay/rules', 'relay/relay-service.ts'].map((from) => ({
    pure: true,
    from,
    may: ['relay/rules', ...RELAY_KNOWS],
    packages: ['node:crypto'],
  })),
  {
    from: 'relay',
    may: [
      ...RELAY_KNOWS,
      'main/peers/identity/certificate.ts',
      'main/peers/identity/secret-file.ts',
      'main/control/instance-lock.ts',
    ],
    packages: ['node:', 'ws', 'better-sqlite3'],
  },
  {
    from: 'main/cli/relay-command.ts',
    may: ['main/cli', 'main/platform', 'relay/relay-serve.ts'],
    packages: [],
  },
  {
    from: 'main/cli',
    may: ['contract', 'main/control', PLATFORM, 'main/serve.ts', 'main/engine-thread/engine-api.ts'],
    packages: ['node:', 'better-sqlite3'],
  },
  { from: 'main/desktop', may: ['contract', PLATFORM, 'main/instance.ts'], packages: ['electron', 'node:'] },
  { from: 'main/electron.ts', may: ['contract', 'main'], packages: ['electron', 'node:'] },
  // Where the parts are put together: only the rows above that name such a file may import it.
  { from: 'main/*.ts', may: ['contract', 'main'], packages: ['node:', 'better-sqlite3'] },
  { from: 'preload', may: ['contract'], packages: ['electron'] },
  {
    from: 'renderer',
    may: ['contract'],
    packages: [
      'react',
      'react-dom',
      'react-aria-components',
      '@internationalized/date',
      'zustand',
      'lucide-react',
      'diff',
      'uqr',
      '@tanstack/react-virtual',
    ],
  },
];

// TLS without the check of chains is no TLS unless the other end's key is compared with one that is known: these files do.
const CHECK_KEYS_THEMSELVES = new Set(['main/peers/links/device-tls.ts', 'main/peers/relay/relay-tls.ts']);

/** The first row that a file under src/ (by its path there) belongs to. */
export function ruleFor(file, rules = RULES) {
  return rules.find(({ from }) => within(file, from)) ?? null;
}

function within(file, place) {
  if (place.endsWith('/*.ts')) return dirname(file) === place.slice(0, -5);
  return file === place || file.startsWith(`${place}/`);
}

/** What is wrong with the imports of these files, with what else the pure ones use, and with TLS: what `readModules` gives, as sentences. */
export function importTrouble(files, rules = RULES) {
  return [...forbiddenIn(files, rules), ...uncheckedIn(files), ...circlesIn(files)];
}

function uncheckedIn(files) {
  return files
    .filter(({ file, isUnchecked }) => isUnchecked === true && !CHECK_KEYS_THEMSELVES.has(file))
    .map(({ file }) => `src/${file}: only ${[...CHECK_KEYS_THEMSELVES].join(' and ')} may set rejectUnauthorized`);
}

function forbiddenIn(files, rules) {
  return files.flatMap(({ file, imports, world = [] }) => {
    const rule = ruleFor(file, rules);
    if (rule === null) return [`src/${file}: its folder has no row in scripts/lint-imports.mjs`];
    const outside =
      rule.pure === true ? world.map((name) => `src/${file}: ${rule.from} is pure and must not use ${name}`) : [];
    const forbidden = imports.flatMap((specifier) => {
      const allowed = specifier.startsWith('.') ? mayImport(rule, targetOf(file, specifier)) : mayUse(rule, specifier);
      return allowed ? [] : [`src/${file}: ${rule.from} must not know ${specifier}`];
    });
    return [...forbidden, ...outside];
  });
}

const mayImport = (rule, target) => within(target, rule.from) || rule.may.some((place) => within(target, place));

function mayUse(rule, specifier) {
  return (rule.packages ?? []).some((name) => {
    return name.endsWith(':') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`);
  });
}

const targetOf = (file, specifier) => join(dirname(file), specifier).replaceAll('\\', '/').replace(/\?.*$/, '');

/** Each circle once, by its smallest member. */
function circlesIn(files) {
  const edges = new Map(
    files.map(({ file, imports }) => [
      file,
      imports.filter((name) => name.startsWith('.')).map((name) => targetOf(file, name)),
    ]),
  );
  const state = new Map();
  const circles = new Set();
  const visit = (file, path) => {
    if (state.get(file) === 'done') return;
    const start = path.indexOf(file);
    if (start !== -1) {
      const circle = path.slice(start);
      const smallest = circle.indexOf([...circle].sort()[0]);
      circles.add([...circle.slice(smallest), ...circle.slice(0, smallest), circle[smallest]].join(' → '));
      return;
    }
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of edges.keys()) visit(file, []);
  return [...circles].map((circle) => `imports in a circle: ${circle}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = readModules('src/**/*.{ts,tsx}').map(({ file, imports, world, isUnchecked }) => ({
    file: file.replace(/^src\//, ''),
    imports: imports.map(({ specifier }) => specifier),
    world,
    isUnchecked,
  }));
  const trouble = importTrouble(files);
  for (const line of trouble) console.error(line);
  console.log(
    trouble.length === 0
      ? `Imports of ${files.length} files are as the table says.`
      : `${trouble.length} imports are wrong.`,
  );
  process.exitCode = trouble.length === 0 ? 0 : 1;
}
