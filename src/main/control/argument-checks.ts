import type { RequestName, Requests } from '../../contract/contract.ts';
import { LockstepError } from '../platform/trouble.ts';

/** Returns what is wrong with a value ("must be a text"), with the path to it; null: nothing. */
type Check = (value: unknown, at: string) => string | null;

const LONGEST_TEXT = 1 << 20;
const is = (what: string, test: (value: unknown) => boolean): Check => {
  return (value, at) => (test(value) ? null : `${at} must be ${what}`);
};
const text = is('a text', (value) => typeof value === 'string' && value.length <= LONGEST_TEXT);
const name = is(
  'a text that is not empty',
  (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT,
);
const flag = is('true or false', (value) => typeof value === 'boolean');
const anything: Check = () => null;
const oneOf = (...allowed: string[]): Check =>
  is(`one of ${allowed.join(', ')}`, (value) => allowed.includes(value as string));
const wholeNumber = (from: number, to: number): Check =>
  is(
    `a whole number from ${from} to ${to}`,
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  );
const seconds = is('a number of seconds', (value) => typeof value === 'number' && value >= 0 && value <= 1e7);
const orNull =
  (check: Check): Check =>
  (value, at) =>
    value === null ? null : check(value, at);
const optional =
  (check: Check): Check =>
  (value, at) =>
    value === undefined ? null : check(value, at);

function listOf(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > 100_000) return `${at} must be a list`;
    for (const [index, item] of value.entries()) {
      const wrong = check(item, `${at}[${index}]`);
      if (wrong !== null) return wrong;
    }
    return null;
  };
}

function shape(properties: { readonly [key: string]: Check }): Check {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} must be an object`;
    for (const key of Object.keys(value))
      if (!Object.hasOwn(properties, key)) return `${at} has an unknown property "${key}"`;
    for (const [key, check] of Object.entries(properties)) {
      const wrong = check((value as { [key: string]: unknown })[key], `${at}.${key}`);
      if (wrong !== null) return wrong;
    }
    return null;
  };
}

/** A union told apart by the one property each of its shapes has. */
function either(...shapes: readonly { readonly [key: string]: Check }[]): Check {
  return (value, at) => {
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const match = shapes.find((properties) => keys.length === 1 && Object.hasOwn(properties, keys[0]!));
    if (match) return shape(match)(value, at);
    return `${at} must have exactly one of ${shapes.flatMap((properties) => Object.keys(properties)).join(', ')}`;
  };
}

const moment = is('milliseconds since 1970', (value) => Number.isSafeInteger(value));
const kind = oneOf('files', 'contacts', 'calendar');
const historyQuery = shape({
  collection: optional(name),
  record: optional(name),
  device: optional(name),
  text: optional(text),
  limit: optional(wholeNumber(1, 1_000_000)),
  before: optional(name),
  changesLimit: optional(wholeNumber(0, 1_000_000)),
});
const role = oneOf('admin', 'editor', 'reader');

/** An argument's name and what it must be, for each of a request's parameters. */
type Checks<P extends readonly unknown[]> = { readonly [I in keyof P]: readonly [string, Check] };

/** For each request what its arguments must be, in order. A request without an entry does not compile. */
const ARGUMENTS: { readonly [K in RequestName]: Checks<Parameters<Requests[K]>> } = {
  status: [],
  'ui:address': [],
  'collections:add': [
    [
      'options',
      shape({
        location: name,
        name: optional(name),
        kind: optional(kind),
        format: optional(name),
        create: optional(flag),
      }),
    ],
  ],
  'collections:invite': [
    ['collection', name],
    ['role', role],
    ['approveFirst', flag],
  ],
  'collections:revoke-invite': [
    ['collection', name],
    ['link', orNull(name)],
  ],
  'collections:recovery-key': [
    ['collection', name],
    ['action', oneOf('show', 'make', 'drop', 'use')],
    ['key', orNull(name)],
  ],
  'collections:join': [
    ['link', name],
    ['location', name],
    ['format', orNull(name)],
    ['wait', flag],
  ],
  'accounts:password': [
    ['address', name],
    ['password', text],
  ],
  'accounts:collections': [
    ['address', name],
    ['kind', oneOf('contacts', 'calendar')],
  ],
  'accounts:find': [
    ['typed', name],
    ['kind', oneOf('contacts', 'calendar')],
    ['user', orNull(name)],
  ],
  'accounts:log-in': [
    ['addresses', listOf(name)],
    ['kind', oneOf('contacts', 'calendar')],
    ['password', orNull(text)],
  ],
  'collections:leave': [['collection', name]],
  'nearby:wait': [
    ['collection', name],
    ['role', role],
  ],
  'nearby:stop': [],
  'nearby:window': [],
  'nearby:devices': [],
  'nearby:join': [
    ['device', name],
    ['location', name],
    ['format', orNull(name)],
  ],
  'nearby:compared': [
    ['code', name],
    ['same', flag],
  ],
  'nearby:outcome': [['code', name]],
  'nearby:give-up': [],
  'requests:list': [],
  'requests:answer': [
    ['request', name],
    ['approve', flag],
  ],
  sync: [
    [
      'options',
      shape({ collection: optional(name), wait: flag, for: optional(listOf(name)), timeoutSeconds: seconds }),
    ],
  ],
  'devices:list': [],
  'devices:remove': [
    ['device', name],
    ['collection', orNull(name)],
  ],
  'devices:rename': [['name', name]],
  'devices:role': [
    ['device', name],
    ['role', role],
    ['collection', orNull(name)],
  ],
  'devices:quarantine': [
    ['device', name],
    ['take', flag],
    ['collection', orNull(name)],
  ],
  'source:change': [
    ['collection', name],
    [
      'change',
      shape({
        add: optional(name),
        format: optional(name),
        remove: optional(name),
        only: optional(listOf(name)),
        ignore: optional(listOf(name)),
        readOnly: optional(flag),
      }),
    ],
  ],
  'places:recognize': [
    ['location', name],
    ['format', orNull(name)],
  ],
  'source:lacks': [['collection', name]],
  'records:cat': [
    ['collection', name],
    ['record', name],
    ['which', shape({ value: optional(name), at: optional(name) })],
  ],
  'records:content': [
    ['collection', name],
    ['record', name],
    ['content', name],
    ['size', wholeNumber(0, Number.MAX_SAFE_INTEGER)],
  ],
  'records:explain': [
    ['collection', name],
    ['record', name],
  ],
  'conflicts:list': [['collection', orNull(name)]],
  'conflicts:first': [
    ['query', shape({ collection: optional(name), text: optional(text), limit: wholeNumber(1, 1_000_000) })],
  ],
  'conflicts:detail': [['conflict', name]],
  'conflicts:resolve': [
    ['conflict', name],
    [
      'choice',
      either(
        { take: name },
        { value: anything },
        { text: is('a text', (value) => typeof value === 'string') },
        { keepBoth: is('true', (value) => value === true) },
      ),
    ],
  ],
  'conflicts:resolve-all': [
    ['prefer', name],
    ['collection', orNull(name)],
  ],
  'duplicates:list': [['collection', name]],
  'duplicates:fuse-sure': [['collection', name]],
  'duplicates:settle': [
    ['collection', name],
    ['one', name],
    ['other', name],
    ['isOnePerson', flag],
  ],
  'history:list': [['query', historyQuery]],
  'history:acts': [['query', historyQuery]],
  'history:changes': [
    ['id', name],
    ['from', wholeNumber(0, Number.MAX_SAFE_INTEGER)],
    ['count', wholeNumber(1, 10_000)],
    ['text', orNull(text)],
  ],
  'history:undo': [['id', name]],
  'history:undo-all': [['changes', listOf(name)]],
  'history:restore': [
    ['collection', name],
    ['record', orNull(name)],
    ['at', name],
    ['to', orNull(name)],
  ],
  'problems:list': [['collection', orNull(name)]],
  'safety:preview': [['collection', orNull(name)]],
  'safety:confirm': [['planOrSource', name]],
  'safety:put-back': [['planOrSource', name]],
  verify: [
    ['collection', orNull(name)],
    ['content', flag],
  ],
  pause: [
    ['collection', orNull(name)],
    ['paused', flag],
  ],
  'records:show': [
    ['collection', name],
    ['record', name],
  ],
  'records:list': [
    ['collection', name],
    ['search', text],
  ],
  'calendar:agenda': [
    ['collection', name],
    ['from', moment],
    ['to', moment],
    ['timeZone', name],
  ],
  export: [
    ['collection', name],
    ['file', name],
    ['format', orNull(name)],
  ],
  config: [
    ['key', orNull(name)],
    ['value', orNull(text)],
  ],
  doctor: [],
  'desktop:pick-folder': [],
  'desktop:open-source': [['source', name]],
  'desktop:start-at-login': [['on', orNull(flag)]],
};

/** Fails with `bad-argument`, naming the argument, unless `args` are what request `request` takes. */
export function checkArguments(request: RequestName, args: unknown): asserts args is readonly unknown[] {
  const wrong = wrongIn(ARGUMENTS[request], args);
  if (wrong !== null) throw new LockstepError('bad-argument', `${request}: ${wrong}.`, request);
}

function wrongIn(checks: readonly (readonly [string, Check])[], args: unknown): string | null {
  if (!Array.isArray(args)) return 'the arguments must be a list';
  if (args.length !== checks.length) return `takes ${checks.length} arguments, not ${args.length}`;
  for (const [index, [argument, check]] of checks.entries()) {
    const wrong = check(args[index], argument);
    if (wrong !== null) return wrong;
  }
  return null;
}
