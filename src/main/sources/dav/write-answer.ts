/** How a server answered a write. */
export interface DavAnswer {
  readonly status: number;
  /** It came with a page for people, which is no proof that anything was done. */
  readonly isPage: boolean;
  /** It has another item of that UID, and takes but one (RFC 4791 5.3.2.1, RFC 6352 6.3.2.1). */
  readonly isOfUidThere: boolean;
  /** Of what was written, where the server tells that. */
  readonly etag: string | null;
  /** What it said, where it did not do it; for people. */
  readonly detail: string;
}

/** What of a response counts. */
export interface WriteResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** As much of what a server says is looked at for people. */
const SAID = 2000;
const MULTI_STATUS = 207;

/** What the response to a write says. A success may hold a list that says of the resource why it was not written, as Xandikos answers. */
export async function answerOf(response: WriteResponse): Promise<DavAnswer> {
  const { headers } = response;
  const isPage = /^text\/html\b/i.test(headers.get('content-type') ?? '');
  const written = { isPage, isOfUidThere: false, etag: headers.get('etag'), detail: '' };
  if (response.ok && response.status !== MULTI_STATUS) return { ...written, status: response.status };
  const body = (await response.text()).slice(0, SAID);
  const [, inner, reason = ''] = /HTTP\/[\d.]+ ([3-5]\d\d) ?([^<]*)/.exec(body) ?? [];
  const isListed = response.status === MULTI_STATUS;
  if (isListed && inner === undefined) return { ...written, status: response.status };
  const [status, statusText] = isListed ? [Number(inner), reason.trim()] : [response.status, response.statusText];
  const isOfUidThere = /\bno-uid-conflict\b/.test(body);
  const said = (isListed ? (/responsedescription>([^<]*)/.exec(body)?.[1] ?? '') : body)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const answer = `the server answers ${status} ${statusText}`.trim();
  const detail = said === '' ? answer : `${answer}: ${said.slice(0, 200)}`;
  return {
    status,
    isPage,
    isOfUidThere,
    etag: null,
    detail: isOfUidThere ? `the server has another item of the same UID and takes but one (${detail})` : detail,
  };
}
