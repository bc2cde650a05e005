import type {
  CollectionView,
  ConflictsQuery,
  ConflictView,
  DeviceView,
  EventName,
  Events,
  HistoryQuery,
  LockstepClient,
  NearbyWindowView,
  Reply,
  RequestName,
  Requests,
  RequestView,
  Role,
  StatusView,
} from '../../src/contract/contract.ts';
import {
  actOf,
  ago,
  CALM,
  CONFLICTS,
  DEVICES,
  DOCS,
  DUPLICATES,
  detailOf,
  FAR_LINK,
  file,
  folder,
  history,
  LACKS,
  LAPTOP,
  LINK,
  MANY_CONFLICTS,
  MANY_PEOPLE,
  MANY_PROBLEMS,
  MUSIC,
  NEARBY,
  NEARBY_DEVICES,
  PEOPLE,
  PROBLEMS,
  plain,
  RELAY,
  REQUESTS,
  RESULT,
  RICH,
  SELF,
  SHOWN,
} from './sample-data.ts';

/** Why a request fails. */
class Refused {
  readonly code: string;
  readonly message: string;

  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** Which life the sample device leads. */
export type Scenario = 'rich' | 'reader' | 'calm' | 'empty' | 'long' | 'broken' | 'lost';

/**
 * A device that exists only in memory: answers like a running one and changes its mind as it is asked to, so that the pages can be looked at
 * and tested without an engine. `asked` holds every request, for tests.
 */
export class SampleClient implements LockstepClient {
  readonly host: LockstepClient['host'];
  readonly asked: { readonly name: RequestName; readonly args: readonly unknown[] }[] = [];
  /** This device waits for one nearby; tests move it on. */
  nearby: NearbyWindowView | null = null;
  /** Devices that wait for this one; tests have them wait again. */
  nearbyDevices = NEARBY_DEVICES;
  /** Who asks to join. */
  readonly asking = REQUESTS[0] as RequestView;
  readonly #scenario: Scenario;
  readonly #failing = new Set<RequestName>();
  readonly #held = new Map<RequestName, { readonly until: Promise<void>; readonly letGo: () => void }>();
  readonly #given = new Map<RequestName, unknown>();
  readonly #listeners = new Map<string, Set<(value: never) => void>>();
  #collections: readonly CollectionView[];
  #conflicts: readonly ConflictView[];
  #requests: readonly RequestView[];
  #devices: readonly DeviceView[];
  #startsAtLogin: boolean = false;
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
    const rich = scenario === 'rich' || scenario === 'reader' || scenario === 'long' || scenario === 'broken';
    const conflicts = (one: CollectionView) => (one.id === DOCS ? MANY_CONFLICTS.length : one.conflicts);
    const many = scenario === 'long' ? RICH.map((one) => ({ ...one, conflicts: conflicts(one) })) : RICH;
    const seen = scenario === 'reader' ? RICH.map((one) => ({ ...one, decidedBy: ['Laptop', 'Attic'] })) : many;
    this.#collections = scenario === 'empty' ? [] : rich ? seen : CALM;
    this.#conflicts = scenario === 'long' ? MANY_CONFLICTS : rich ? CONFLICTS : [];
    this.#requests = rich ? REQUESTS : [];
    if (rich) this.#config = { ...this.#config, relay: RELAY };
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
    await this.#held.get(name)?.until;
    const isBroken = this.#scenario === 'broken' && !['status', 'requests:list'].includes(name);
    if (isBroken || this.#failing.has(name)) {
      return {
        ok: false,
        error: {
          code: 'database-damaged',
          message: 'The database cannot be read: the disk is full.',
          subject: '/home/ana/.local/share/lockstep/state.db',
        },
      };
    }
    const answer = this.#given.get(name) ?? this.#answer(name, args as readonly unknown[]);
    if (answer instanceof Refused) {
      const { code, message } = answer;
      return { ok: false, error: { code, message, subject: '' } };
    }
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

  /** Answers these only once they are let go of, as a device that is busy or far away. */
  hold(name: RequestName) {
    let letGo = () => {};
    const until = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    this.#held.set(name, { until, letGo });
  }
  /** Fails these, or no longer. */
  fail(name: RequestName, isFailing: boolean) {
    if (isFailing) this.#failing.add(name);
    else this.#failing.delete(name);
  }
  /** Answers these so, whatever they ask. */
  give<K extends RequestName>(name: K, answer: ReturnType<Requests[K]>) {
    this.#given.set(name, answer);
  }
  letGo(name: RequestName) {
    this.#held.get(name)?.letGo();
    this.#held.delete(name);
  }

  /** Says something to the page, as a running instance would by itself. */
  tell<K extends EventName>(name: K, value: Events[K]) {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never);
  }

  #change(id: string | null, how: (collection: CollectionView) => CollectionView) {
    this.#collections = this.#collections.map((one) => (id === null || one.id === id ? how(one) : one));
    this.tell('status', this.#status());
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
      case 'conflicts:first': {
        const { collection, text = '', limit } = args[0] as ConflictsQuery;
        const found = this.#conflicts.filter(
          (one) => (collection === undefined || one.collection === collection) && one.name.includes(text),
        );
        return { list: found.slice(0, limit), total: found.length };
      }
      case 'conflicts:detail':
        return detailOf(this.#conflicts.find((one) => one.id === args[0]) as ConflictView);
      case 'problems:list':
        return this.#scenario === 'rich' ? PROBLEMS : this.#scenario === 'long' ? MANY_PROBLEMS : [];
      case 'history:acts':
        return history(
          this.#scenario === 'empty' ? 0 : this.#scenario === 'long' ? 10_000 : 60,
          args[0] as HistoryQuery,
        );
      case 'history:changes': {
        const [id, from, count, text] = args as [string, number, number, string | null];
        const { changes } = actOf(Number(id.slice(1)));
        const found = changes.filter(({ record }) => record.includes(text ?? ''));
        return { changes: found.slice(from, from + count), matching: found.length, total: changes.length };
      }
      case 'source:change':
        return {
          sources: this.#collections.find((one) => one.id === args[0])?.sources ?? [],
          only: [],
          ignore: ['node_modules/', '*.tmp'],
          outside: 208,
        };
      case 'config':
        if (args[0] === 'relay' && args[1] !== '' && !String(args[1]).startsWith('https://'))
          return new Refused('bad-relay-url', `${args[1]} is no address of a relay: it has to begin with https://.`);
        if (args[0] === 'relay') {
          const url = String(args[1]);
          const relay = url === '' ? null : ({ url, state: 'offline', waiting: 0, why: null } as const);
          this.#change(null, (one) => ({ ...one, relay }));
        }
        if (args[0] !== null) this.#config = { ...this.#config, [String(args[0])]: String(args[1]) };
        return this.#config;
      case 'desktop:pick-folder':
        return '/home/ana/Pictures';
      case 'desktop:start-at-login':
        if (args[0] !== null) this.#startsAtLogin = args[0] === true;
        return this.#startsAtLogin;
      case 'collections:invite':
        return { link: args[0] === DOCS && this.#scenario === 'rich' ? FAR_LINK : LINK };
      case 'nearby:wait':
        this.nearby = { ...NEARBY, collection: String(args[0]), role: args[1] as Role };
        return this.nearby;
      case 'nearby:window':
        return this.nearby;
      case 'nearby:stop':
        this.nearby = null;
        return {};
      case 'nearby:devices':
        return this.#scenario === 'rich' ? this.nearbyDevices : [];
      case 'nearby:join':
        return { code: '271828', name: 'Laptop' };
      case 'collections:join':
        return { collection: 'ee'.repeat(16), source: 's9', state: 'waiting-for-approval', code: '482913' };
      default:
        return this.#act(name, args);
    }
  }

  #act(name: RequestName, args: readonly unknown[]): unknown {
    switch (name) {
      case 'collections:add': {
        if (/^https:.*several/.test((args[0] as { location: string }).location))
          return new Refused('several-collections', 'There are several in this account.');
        const { location } = args[0] as { location: string };
        if (location.includes('missing')) return undefined;
        const label = location.split('/').at(-1) ?? location;
        const id = (0x90 + this.#collections.length).toString(16).repeat(16);
        this.#collections = [
          ...this.#collections,
          { ...plain, id, name: label, records: 12, peers: [], sources: [folder('s9', location)] },
        ];
        this.tell('status', this.#status());
        return { collection: id, source: 's9', kind: 'files', format: 'folder', records: 12 };
      }
      case 'collections:leave':
        this.#collections = this.#collections.filter((one) => one.id !== args[0]);
        this.tell('status', this.#status());
        return {};
      case 'requests:answer':
        this.#requests = [];
        this.tell('requests', []);
        return [];
      case 'devices:remove':
        this.#devices = this.#devices.filter((one) => one.device !== args[0]);
        return this.#devices;
      case 'devices:rename':
        this.#devices = this.#devices.map((one) => (one.self ? { ...one, name: String(args[0]) } : one));
        return this.#devices;
      case 'devices:role': {
        const [device, role, collection] = args as [string, Role, string];
        this.#devices = this.#devices.map((one) =>
          one.device === device ? { ...one, role, roles: { ...one.roles, [collection]: role } } : one,
        );
        return this.#devices;
      }
      case 'conflicts:resolve': {
        const settled = this.#conflicts.find((one) => one.id === args[0]);
        this.#conflicts = this.#conflicts.filter((one) => one.id !== args[0]);
        this.#change(settled?.collection ?? '', (one) => ({ ...one, conflicts: one.conflicts - 1 }));
        return RESULT;
      }
      case 'conflicts:resolve-all': {
        const collection = args[1] as string | null;
        const left = this.#conflicts.filter((one) => collection !== null && one.collection !== collection);
        const records = this.#conflicts.length - left.length;
        this.#conflicts = left;
        this.#change(collection, (one) => ({ ...one, conflicts: 0 }));
        return { ...RESULT, records };
      }
      case 'history:undo':
      case 'history:undo-all':
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
                '7,990 of 8,312 items are gone. The disk may have been exchanged, or they were deleted by mistake.',
            },
          ],
        };
      case 'safety:confirm':
      case 'safety:put-back':
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
            {
              path: 'modified',
              value: Date.parse(ago(402)) * 1_000,
              device: SELF,
              at: ago(402),
              rule: 'The larger one',
            },
          ],
          problem: PROBLEMS.find((one) => one.record === args[1]) ?? null,
        };
      case 'places:recognize':
        return String(args[0]).includes('missing')
          ? undefined
          : { kind: 'files', format: 'folder', records: null, damaged: 0 };
      case 'export':
        return String(args[1]).includes('there already')
          ? new Refused('already-there', `${args[1]} is there already: move it away, or choose another name.`)
          : { records: 812, lost: [], lacks: LACKS[0] };
      case 'source:lacks':
        return args[0] === PEOPLE ? LACKS : [];
      case 'records:list':
        return { list: MANY_PEOPLE, total: MANY_PEOPLE.length };
      case 'duplicates:list':
        return this.#scenario === 'calm' ? [] : DUPLICATES;
      case 'duplicates:settle':
      case 'duplicates:fuse-sure':
        return { changes: ['d1'], records: 2, conflicts: [], missing: [] };
      case 'records:show':
        return SHOWN;
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
