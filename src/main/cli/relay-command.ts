import type { ListenOn } from '../platform/bind-port.ts';
import { plainLines } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Command, CommandCall } from './command.ts';
import { listenOption, listOption, numberOption, textOption, usageError, wordOption } from './options.ts';

/** Where a relay listens when nothing is said. Not the next free port: its address is what devices know it by. */
const DEFAULT_RELAY_PORT = 21028;
const ROLES = ['all', 'storage', 'management'] as const;

/** `lockstep relay serve`: needs no instance and knows none. */
export const relayCommand: Command = {
  name: 'relay',
  takes: 'serve',
  summary: 'the relay: keeps encrypted changes for devices that are away',
  details: [
    'Prints one line of JSON with its address when it is ready: give that to `lockstep config relay`. SIGTERM, SIGINT and SIGHUP (but for nohup) stop it.',
    'Its directory (--data; default: lockstep-relay, beside the default place of an instance) holds its key: devices know it by that, so back it up.',
    'The role management only tells where the storage of a collection is (--storage), and storage does all but that. Both need the same tls.key.',
  ].join('\n'),
  options: {
    listen: {
      type: 'string',
      value: 'HOST:PORT',
      help: `where devices connect (default: 0.0.0.0:${DEFAULT_RELAY_PORT}; port 0: any)`,
    },
    database: { type: 'string', value: 'URL', help: 'its database: sqlite:, in its directory' },
    blobs: { type: 'string', value: 'URL', help: 'its object store: file:, in its directory' },
    role: { type: 'string', value: 'ROLE', help: 'all, storage or management', offers: [...ROLES] },
    storage: { type: 'string', value: 'URL', help: 'the relay that stores, for the role management' },
    origin: {
      type: 'string',
      value: 'URL',
      multiple: true,
      help: 'a name it is reached by with a certificate of its own: https://HOST:PORT (repeatable)',
    },
    'private': {
      type: 'boolean',
      help: 'takes new collections only of who knows all of its address, which then ends in &a=… (kept as admission.key)',
    },
    'keep-hours': { type: 'string', value: 'N', help: 'how long what every device has stays (default: 24)' },
    room: { type: 'string', value: 'GIB', help: 'contents that each collection may leave there, in GiB (default: 1)' },
    operator: { type: 'string', value: 'HOST:PORT', help: 'healthz, readyz and metrics, unencrypted (default: none)' },
  },
  offers: ['serve'],
  async run(call) {
    if (call.positionals[0] !== 'serve')
      throw usageError('The only thing a relay does is: lockstep relay serve.', 'relay');
    const options = relayOptions(call);
    const { serveRelay } = await import('../../relay/relay-serve.ts');
    return serveRelay({
      ...options,
      log: (line) => call.terminal.note(`${plainLines(line)}\n`),
      onReady: ({ url, operator }) => {
        const ready = { ready: true, url, ...(operator === null ? {} : { operator }) };
        void call.terminal.out(`${JSON.stringify(ready)}\n`);
      },
    });
  },
};

function relayOptions({ options, dataDirectory }: CommandCall) {
  onlyScheme(textOption(options, 'database'), 'sqlite:', '--database');
  onlyScheme(textOption(options, 'blobs'), 'file:', '--blobs');
  const role = wordOption(options, 'role', ROLES) ?? 'all';
  const storage = textOption(options, 'storage');
  if ((storage !== undefined) !== (role === 'management'))
    throw usageError('--role management and --storage URL go together.', 'storage');
  const isPrivate = options.private === true;
  if (isPrivate && role !== 'all') throw usageError('--private goes with --role all alone.', 'private');
  const listen: ListenOn = { host: '0.0.0.0', port: DEFAULT_RELAY_PORT, orNext: false };
  return {
    dataDirectory: options.data === undefined ? `${dataDirectory}-relay` : dataDirectory,
    listen: listenOption(options, 'listen', '0.0.0.0') ?? listen,
    role,
    storage: storage === undefined ? null : relayAddress(storage),
    origins: (listOption(options, 'origin') ?? []).map((text) => originOf(text, '--origin')),
    isPrivate,
    keepHours: numberOption(options, 'keep-hours', 0, 24 * 365) ?? 24,
    groupPacks: (numberOption(options, 'room', 0.001, 1e6) ?? 1) * 2 ** 30,
    operator: listenOption(options, 'operator', '127.0.0.1') ?? null,
  };
}

/** In this version there is one of each, in the relay's own directory. */
function onlyScheme(url: string | undefined, scheme: string, option: string): void {
  if (url === undefined || url === scheme) return;
  throw new LockstepError(
    'not-available',
    `This version keeps everything in the relay's own directory (--data): ${option} can only be "${scheme}", not "${url}".`,
    url,
  );
}

/** The address of a relay as its ready line tells it. */
function relayAddress(text: string): string {
  const key = /#k=[\w-]{43}$/.exec(text)?.[0] ?? '';
  return `${originOf(text, '--storage')}${key}`;
}

/** `https://host:port`, whatever follows; the default port is written out. */
function originOf(text: string, option: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.hostname === '') throw usageError(`${option} must be https://HOST:PORT.`, text);
  return `https://${url.hostname}:${url.port || '443'}`;
}
