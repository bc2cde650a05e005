import type { ProblemCode } from '../source-adapter.ts';

/** How a server answered a write. */
export interface DavAnswer {
  readonly status: number;
  /** It came with a page for people, which is no proof that anything was done. */
  readonly isPage: boolean;
  /** Of what was written, where the server tells that. */
  readonly etag: string | null;
  /** What it said, where it did not do it; for people. */
  readonly detail: string;
  /** What a text would have to fulfil to be taken, by the name of its condition (`valid-address-data`); null: it names none. */
  readonly precondition: string | null;
}

/** What of a response counts. */
export interface WriteResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** As much of what a server says is looked at, and as much of that is shown to people. */
const SAID = 2000;
const SHOWN = 200;
const MULTI_STATUS = 207;
/** What is meant for people, where a server tells that apart (RFC 4918 14.25; `message` is SabreDAV's). */
const FOR_PEOPLE = /<(?:[\w.-]+:)?(?:responsedescription|message)>([^<]+)/;

/** Conditions a text has to fulfil to be stored (RFC 4791 5.3.2.1, RFC 6352 6.3.2.1, RFC 6638 3.2.4), in words. */
const CONDITIONS: { readonly [name: string]: string } = {
  'valid-address-data': 'the server takes it for no valid card',
  'supported-address-data': 'the server takes no cards of this version',
  'valid-calendar-data': 'the server takes it for no valid entry',
  'valid-calendar-object-resource': 'the server takes it for no valid entry',
  'supported-calendar-data': 'the server takes no entries of this version',
  'supported-calendar-component':
    'this calendar of the server takes no entries of this sort (some take only events, others only tasks); it stays in the other places',
  'no-uid-conflict': 'the server has another item of the same UID and takes but one',
  'unique-scheduling-object-resource': 'the server has another item of the same UID and takes but one',
  'max-resource-size': 'it is larger than the server takes',
  'min-date-time': 'it is earlier than the server takes',
  'max-date-time': 'it is later than the server takes',
  'max-instances': 'it takes place more often than the server takes',
  'max-attendees-per-instance': 'more people take part than the server takes',
};
const CONDITION = new RegExp(`\\b(${Object.keys(CONDITIONS).join('|')})\\b`);

/** What the response to a write says. A success may hold a list that says of the resource why it was not written, as Xandikos answers. */
export async function answerOf(response: WriteResponse): Promise<DavAnswer> {
  const { headers } = response;
  const isPage = /^text\/html\b/i.test(headers.get('content-type') ?? '');
  const written = { isPage, etag: headers.get('etag'), detail: '', precondition: null };
  if (response.ok && response.status !== MULTI_STATUS) return { ...written, status: response.status };
  const body = (await response.text()).slice(0, SAID);
  const [, inner, reason = ''] = /HTTP\/[\d.]+ ([3-5]\d\d) ?([^<]*)/.exec(body) ?? [];
  const isListed = response.status === MULTI_STATUS;
  if (isListed && inner === undefined) return { ...written, status: response.status };
  const [status, statusText] = isListed ? [Number(inner), reason.trim()] : [response.status, response.statusText];
  const [, told] = FOR_PEOPLE.exec(body) ?? [];
  const said = (told ?? (isListed ? '' : body))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, SHOWN);
  const [, precondition = null] = CONDITION.exec(body) ?? [];
  const answers = `the server answers ${status} ${statusText}`.trim();
  const answer = precondition === null ? answers : `${CONDITIONS[precondition]} (${status} ${statusText})`;
  return { status, isPage, etag: null, precondition, detail: said === '' ? answer : `${answer}: ${said}` };
}

/** The problem it is that a write was answered so. */
export function reasonOf({ status, precondition }: Pick<DavAnswer, 'status' | 'precondition'>): ProblemCode {
  // Of a text that is not as the server wants it, whoever may write there, or whose UID another one has: nothing is in its way by its name.
  if (precondition !== null) return 'not-taken';
  if (status === 412) return 'changed-underneath';
  if (status === 507) return 'disk-full';
  if (status === 401 || status === 403) return 'no-permission';
  // Locked, or too slow: that passes.
  if (status === 408 || status === 423) return 'io';
  return status >= 400 && status < 500 ? 'not-taken' : 'io';
}
