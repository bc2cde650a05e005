import type { RelayService } from '../relay-service.ts';
import { readGroup } from '../rules/read-input.ts';
import type { Answer } from './answer.ts';
import { parseJson } from './read-body.ts';
import { findRoute, type RelayRole, type RequestCall } from './routes.ts';

/** A request, however it came. */
export interface CameRequest {
  readonly method: string;
  /** As it came: nothing in it is decoded or resolved, and every name in it is checked hex. */
  readonly url: string;
  /** The address of the client. */
  readonly from: string;
  /** `host:port` the client asked for. */
  readonly host: string;
  readonly range: string | undefined;
  /** The token that came along; null: none did. */
  readonly bearer: string | null;
  /** Bytes its body has, as it says; null: it does not say. Refuses what says it is more than `most`. */
  announced(most: number): number | null;
  /** The body. Refuses more than `most` bytes. */
  read(most: number): Promise<Buffer>;
  /** Its body is not wanted. */
  skip(): void;
}

/** What a request is answered with, by a relay that serves as `role`; all that can be refused without its body is refused before that comes. */
export async function answerRequest(service: RelayService, role: RelayRole, request: CameRequest): Promise<Answer> {
  const [path = '', query] = request.url.split('?', 2);
  const { route, names } = findRoute(request.method, path, role);
  const { from, host, range } = request;
  const call: RequestCall = { service, from, host, query: new URLSearchParams(query), range, names };
  if (route.for === 'everybody') return route.handle(call, await jsonOf(request, route.body));
  const session = service.session(request.bearer);
  const length = route.body === null ? 0 : request.announced(route.body.most);
  if (names.group !== undefined) service.check(session, readGroup(names.group), length ?? route.body!.most);
  const body =
    route.takes === 'bytes' && route.body !== null
      ? await request.read(route.body.most)
      : await jsonOf(request, route.body);
  // The member may have been removed while it was sending.
  return route.handle({ ...call, session: service.session(session.token) }, body);
}

async function jsonOf(request: CameRequest, body: { readonly most: number } | null): Promise<unknown> {
  if (body === null) {
    request.skip();
    return null;
  }
  const bytes = await request.read(body.most);
  return bytes.length === 0 ? {} : parseJson(bytes);
}
