import type { RelayService } from '../relay-service.ts';
import { sizeOf } from '../rules/items.ts';
import { ITEMS_AT_ONCE, LIMITS } from '../rules/limits.ts';
import { readDigits } from '../rules/read-input.ts';
import { Refusal } from '../rules/refusal.ts';
import type { Session } from '../rules/tokens.ts';
import type { Answer } from './answer.ts';
import { headsBytes, itemsBytes } from './listings.ts';
import { readRange } from './range.ts';

/** What a relay does: all of it, or only store, or only tell where the storage is. */
export type RelayRole = 'all' | 'storage' | 'management';

export interface RequestCall<Names extends string = string> {
  readonly service: RelayService;
  /** The address of the client. */
  readonly from: string;
  /** `host:port` the client asked for. */
  readonly host: string;
  readonly query: URLSearchParams;
  readonly range: string | undefined;
  /** The parts of the path that the route leaves open, by what it calls them; nothing is checked of them. */
  readonly names: { readonly [name in Names]: string };
}
export interface MemberCall<Names extends string = string> extends RequestCall<Names> {
  readonly session: Session;
}
/** `group` and `pack` of `/v1/groups/:group/packs/:pack`. */
type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

interface Body {
  /** Bytes at most. */
  readonly most: number;
}

type Handle<Call, Came = unknown> = (call: Call, body: Came) => Promise<Answer> | Answer;
/** `path`: what begins with a colon stands for any text. */
interface RouteOf<Call> {
  readonly method: string;
  readonly path: string;
  readonly body: Body | null;
  readonly roles: readonly RelayRole[];
  handle(call: Call, body: unknown): Promise<Answer> | Answer;
}
export interface OpenRoute extends RouteOf<RequestCall> {
  readonly for: 'everybody';
}
export interface MemberRoute extends RouteOf<MemberCall> {
  readonly for: 'members';
  /** Its body is JSON, or bytes. */
  readonly takes: 'json' | 'bytes';
}
export type Route = OpenRoute | MemberRoute;

const JSON_BODY: Body = { most: 64 * 1024 };
/** A thousand groups prove themselves, or as many packs are named. */
const LONG_JSON: Body = { most: 512 * 1024 };
/** Pieces in which packs are read. */
const PIECE = 1024 * 1024;

const ALL: readonly RelayRole[] = ['all', 'storage', 'management'];
const STORING: readonly RelayRole[] = ['all', 'storage'];
const LOCATING: readonly RelayRole[] = ['all', 'management'];

const done: Answer = { status: 200 };

const OPEN: readonly OpenRoute[] = [
  open('GET', '/v1/info', null, ALL, ({ service, from }) => ok(service.info(from))),
  open('POST', '/v1/auth/challenge', JSON_BODY, ALL, ({ service, from }) => ok(service.challenge(from))),
  open('POST', '/v1/auth', LONG_JSON, ALL, async ({ service, from }, body) =>
    ok(await service.authenticate(from, body)),
  ),
  open('POST', '/v1/groups', JSON_BODY, ALL, async ({ service, from }, body) => {
    await service.register(from, body);
    return { status: 201, json: { gen: 1 } };
  }),
  open('GET', '/v1/groups/:group/location', null, LOCATING, async ({ service, from, names, host }) =>
    ok(await service.location(from, names.group, host)),
  ),
];

const MEMBERS: readonly MemberRoute[] = [
  json('GET', '/v1/groups/:group/acl', null, ALL, async ({ service, session, names }) =>
    ok(await service.acl(session, names.group)),
  ),
  json('PUT', '/v1/groups/:group/acl', JSON_BODY, ALL, async ({ service, session, names }, body) => {
    await service.setAcl(session, names.group, body);
    return done;
  }),
  json('GET', '/v1/groups/:group/words', null, STORING, async ({ service, session, names }) =>
    ok({ words: await service.words(session, names.group) }),
  ),
  bytes('PUT', '/v1/groups/:group/words/:member', LIMITS.item, async ({ service, session, names }, body) => {
    await service.putWord(session, names.group, names.member, body);
    return done;
  }),
  json('GET', '/v1/groups/:group/words/:member', null, STORING, async ({ service, session, names }) => {
    const word = await service.word(session, names.group, names.member);
    return { status: 200, headers: { 'content-length': word.length }, bytes: [word], held: word.length };
  }),
  bytes('POST', '/v1/groups/:group/items', LIMITS.item, async ({ service, session, names }, body) =>
    ok({ sid: await service.post(session, names.group, body) }),
  ),
  json('GET', '/v1/groups/:group/items', null, STORING, async ({ service, session, names, query }) => {
    const after = readDigits(query.get('after'), 0, 'after');
    const limit = readDigits(query.get('limit'), ITEMS_AT_ONCE, 'limit');
    const { items, last, born } = await service.items(session, names.group, after, limit);
    const headers = { 'x-last-sid': String(last), 'x-group-born': String(born) };
    return { status: 200, headers, bytes: itemsBytes(items), held: sizeOf(items) };
  }),
  json('PUT', '/v1/groups/:group/cursor', JSON_BODY, STORING, async ({ service, session, names }, body) =>
    ok({ min: await service.setCursor(session, names.group, body) }),
  ),
  bytes('PUT', '/v1/groups/:group/heads', LIMITS.heads, async ({ service, session, names }, body) => {
    await service.putHeads(session, names.group, body);
    return done;
  }),
  json('GET', '/v1/groups/:group/heads', null, STORING, async ({ service, session, names }) => {
    const heads = await service.heads(session, names.group);
    return { status: 200, headers: {}, bytes: headsBytes(heads), held: sizeOf(heads) };
  }),
  bytes('PUT', '/v1/groups/:group/packs/:pack', LIMITS.pack, async ({ service, session, names }, body) => {
    await service.putPack(session, names.group, names.pack, body);
    return done;
  }),
  json('GET', '/v1/groups/:group/packs/:pack', null, STORING, getPack),
  json('HEAD', '/v1/groups/:group/packs/:pack', null, STORING, getPack),
  json('DELETE', '/v1/groups/:group/packs/:pack', null, STORING, async ({ service, session, names }) => {
    await service.deletePack(session, names.group, names.pack);
    return done;
  }),
  json('POST', '/v1/groups/:group/packs/touch', LONG_JSON, STORING, async ({ service, session, names }, body) =>
    ok({ missing: await service.touchPacks(session, names.group, body) }),
  ),
  json('POST', '/v1/mailbox', JSON_BODY, STORING, async ({ service, session }, body) => {
    await service.openMailbox(session, body);
    return { status: 201 };
  }),
  json('DELETE', '/v1/mailbox/:box', null, STORING, async ({ service, session, names }) => {
    await service.closeMailbox(session, names.box);
    return done;
  }),
];

const ROUTES: readonly (Route & { readonly parts: readonly string[] })[] = [...OPEN, ...MEMBERS].map((route) => ({
  ...route,
  parts: route.path.split('/'),
}));

/** The route of a request, and what its path has where the route leaves it open. Refuses with `not-found` and `not-served`. */
export function findRoute(
  method: string,
  path: string,
  role: RelayRole,
): { readonly route: Route; readonly names: RequestCall['names'] } {
  const parts = path.split('/');
  const found = ROUTES.find((each) => {
    if (each.method !== method || each.parts.length !== parts.length) return false;
    return each.parts.every((part, at) => part.startsWith(':') || part === parts[at]);
  });
  if (found === undefined) throw new Refusal('not-found', 'there is nothing here');
  if (!found.roles.includes(role)) throw new Refusal('not-served', `a relay with the role ${role} does not serve this`);
  const open = found.parts.flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), parts[at] ?? '']] : []));
  return { route: found, names: Object.fromEntries(open) };
}

async function getPack({ service, session, names: { group, pack }, range }: MemberCall<'group' | 'pack'>) {
  const size = await service.packSize(session, group, pack);
  const part = readRange(range, size);
  const { from, to } = part ?? { from: 0, to: size };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; at += PIECE)
      yield await service.readPack(session, group, pack, at, Math.min(PIECE, to - at));
  }
  const headers = { 'accept-ranges': 'bytes', 'content-length': to - from };
  const answer = { bytes: pieces(), held: Math.min(PIECE, to - from) };
  if (part === null) return { status: 200, headers, ...answer };
  return { status: 206, headers: { ...headers, 'content-range': `bytes ${from}-${to - 1}/${size}` }, ...answer };
}

const ok = (json: unknown): Answer => ({ status: 200, json });

function open<Path extends string>(
  method: string,
  path: Path,
  body: Body | null,
  roles: readonly RelayRole[],
  handle: Handle<RequestCall<NamesIn<Path>>>,
): OpenRoute {
  return { for: 'everybody', method, path, body, roles, handle };
}
function json<Path extends string>(
  method: string,
  path: Path,
  body: Body | null,
  roles: readonly RelayRole[],
  handle: Handle<MemberCall<NamesIn<Path>>>,
): MemberRoute {
  return { for: 'members', takes: 'json', method, path, body, roles, handle };
}
function bytes<Path extends string>(
  method: string,
  path: Path,
  most: number,
  handle: Handle<MemberCall<NamesIn<Path>>, Uint8Array>,
): MemberRoute {
  const whole: Handle<MemberCall<NamesIn<Path>>> = (call, body) => handle(call, body as Uint8Array);
  return { for: 'members', takes: 'bytes', method, path, body: { most }, roles: STORING, handle: whole };
}
