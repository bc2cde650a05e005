import { createAccount, type DAVResponse, fetchAddressBooks, fetchCalendars, propfind, syncCollection } from 'tsdav';
import { LockstepError } from '../../platform/trouble.ts';
import { etagOf, wordOf } from './answer-words.ts';
import type { DavKind, DavResource, DavText } from './dav-resource.ts';
import { type Account, type GuardOptions, guardedFetch } from './guarded-fetch.ts';
import { type Answered, asParsable } from './parsable-answer.ts';
import { ReadTexts } from './read-texts.ts';
import { refusalWords } from './refusal-words.ts';
import { pathOf, toldPath } from './resource-path.ts';
import { ensureNotBusy, ServerBusy } from './server-busy.ts';
import { answerOf, type DavAnswer } from './write-answer.ts';

/** A collection that was found at an account. */
export interface FoundCollection {
  readonly url: string;
  readonly name: string;
}
/** What changed since a sync token; null: the token is worth nothing any more, and everything has to be listed. */
export interface DavChanges {
  readonly token: string;
  readonly changed: readonly DavResource[];
  readonly gone: readonly string[];
}

const ITEM_TYPE = /^text\/(?:x-)?(?:vcard|calendar|directory)\b/i;
/** With one of these something can be written to a collection, new or not. */
const WRITING: ReadonlySet<string> = new Set(['all', 'write', 'writecontent', 'bind', 'unbind']);

/**
 * Where SOGo (first, for it answers below any name), Nextcloud and ownCloud, DAViCal, Baikal, Cyrus and Radicale behind a web server answer, below the
 * address people know them by.
 */
const USUAL_PATHS = ['SOGo/dav/', 'remote.php/dav/', 'caldav.php/', 'dav.php/', 'dav/', 'radicale/'];
/** A server that fails so does not say that there is nothing. */
const UNTOLD: ReadonlySet<string> = new Set(['no-collections', 'no-such-path', 'server-trouble']);

const TIMEOUT_MS = 60_000;
const MOST_BYTES = 50 << 20;

/** What of CardDAV and CalDAV is needed, over tsdav: discovery and raw reports; what to make of them is decided elsewhere. */
export class DavServer {
  readonly #fetch: typeof globalThis.fetch;
  readonly #account: Account;
  readonly #read: ReadTexts;
  /** A server sent us to another host; discovery goes on without saying so. */
  #elsewhere: LockstepError | null = null;

  constructor(account: Account, options: Partial<GuardOptions> = {}) {
    this.#account = account;
    const guarded = guardedFetch({ timeout: TIMEOUT_MS, most: MOST_BYTES, ...options, account });
    const remembering: typeof guarded = async (input, init) => {
      try {
        const response = await guarded(input, init);
        ensureNotBusy(response, String(input));
        ensurePasswordWillDo(response, account.origin);
        return await asParsable(response, String(input));
      } catch (error) {
        if (error instanceof LockstepError && error.code === 'other-host') this.#elsewhere = error;
        throw error;
      }
    };
    // The types of Node's own fetch, which is never used here (FORMATS 0.4).
    this.#fetch = remembering as unknown as typeof globalThis.fetch;
    this.#read = new ReadTexts({
      fetch: this.#fetch,
      check: (found, at) => this.#check(found, at),
      refusal: (answer, at) => (answer.status === 401 ? this.#notAllowed(at) : answered(at, answer)),
    });
  }

  /**
   * What kind of collection is at this address, or one item of such a collection; null: nothing that holds contacts or events. Fails with
   * `no-such-path`, `not-allowed`, `not-reachable`.
   */
  async kindAt(url: string): Promise<DavKind | 'item' | null> {
    const props = { 'd:resourcetype': {}, 'd:displayname': {}, 'd:getcontenttype': {} };
    const [found] = await this.#propfind(url, props, '0');
    // Some servers say so of the resource, and not of the request.
    if (found?.status === 404) throw nothingAt(url);
    const types = found === undefined ? [] : typesOf(found);
    if (types.includes('addressbook')) return 'contacts';
    if (types.includes('calendar')) return 'calendar';
    const isItem = !types.includes('collection') && ITEM_TYPE.test(String(found?.props?.getcontenttype ?? ''));
    return isItem ? 'item' : null;
  }

  /** May the account write anything to this collection (RFC 3744 5.4)? null: the server does not say. Fails as `kindAt`. */
  async mayWrite(url: string): Promise<boolean | null> {
    const [found] = await this.#propfind(url, { 'd:current-user-privilege-set': {} }, '0');
    const told = found?.props?.currentUserPrivilegeSet;
    if (told === undefined) return null;
    const { privilege } = (told ?? {}) as { readonly privilege?: unknown };
    const privileges = [privilege ?? []].flat().flatMap((each) => Object.keys(each as object));
    return privileges.some((each) => WRITING.has(each.toLowerCase()));
  }

  /**
   * The collections of an account, found from any of its addresses (RFC 6764), or else from that of a server whose makers keep them below it and whose
   * keeper did not set up where (`.well-known`). Fails with `no-collections` and whatever asking fails with.
   */
  async collections(url: string, kind: DavKind): Promise<readonly FoundCollection[]> {
    let found: readonly FoundCollection[] = [];
    let why: LockstepError | null = null;
    try {
      found = await this.#collectionsAt(url, kind);
    } catch (error) {
      if (!(error instanceof LockstepError) || !UNTOLD.has(error.code)) throw error;
      why = error;
    }
    for (const path of found.length === 0 ? USUAL_PATHS : []) {
      const usual = new URL(path, url.endsWith('/') ? url : `${url}/`).href;
      if (await this.#isAccount(usual)) found = await this.#collectionsAt(usual, kind);
      if (found.length > 0) break;
    }
    if (found.length === 0 && why !== null) throw why;
    return found;
  }

  /** Does it say who we are there? Whatever else it answers says nothing of that. */
  async #isAccount(url: string): Promise<boolean> {
    try {
      const [found] = await this.#propfind(url, { 'd:current-user-principal': {} }, '0');
      return (found?.props?.currentUserPrincipal as { readonly href?: unknown } | undefined)?.href !== undefined;
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code === 'not-reachable' || error instanceof ServerBusy)
        throw error;
      return false;
    }
  }

  async #collectionsAt(url: string, kind: DavKind): Promise<readonly FoundCollection[]> {
    this.#elsewhere = null;
    const accountType = kind === 'contacts' ? 'carddav' : 'caldav';
    try {
      const account = await createAccount({ account: { serverUrl: url, accountType }, fetch: this.#fetch });
      const found =
        kind === 'contacts'
          ? await fetchAddressBooks({ account, fetch: this.#fetch })
          : await fetchCalendars({ account, fetch: this.#fetch });
      if (found.length === 0 && this.#elsewhere !== null) throw this.#elsewhere;
      return found.map((each) => ({
        url: each.url,
        name: typeof each.displayName === 'string' ? each.displayName : each.url,
      }));
    } catch (error) {
      if (error instanceof LockstepError) throw error;
      if (this.#elsewhere !== null) throw this.#elsewhere;
      if (/\b401\b/.test((error as Error).message)) throw this.#notAllowed(url);
      throw new LockstepError(
        'no-collections',
        `No ${kind} were found at ${url}: ${(error as Error).message}`,
        url,
        error,
      );
    }
  }

  /**
   * Every resource of a collection, with a token for later where the server gives one. `untold`: those that are there, and of which the server
   * does not say which version. `isDoubtful`: it lists some that it says not to be there.
   */
  async list(url: string): Promise<{
    readonly resources: readonly DavResource[];
    readonly untold: readonly string[];
    readonly token: string | null;
    readonly isDoubtful: boolean;
  }> {
    // Before: what changes meanwhile is told again, rather than never.
    const token = await this.#token(url);
    const found = await this.#propfind(url, { 'd:getetag': {}, 'd:resourcetype': {} }, '1');
    if (found.some(({ status }) => status === 507))
      throw new LockstepError('server-trouble', `${url} lists only a part of what it holds.`, url);
    if (!isOfBook(found, url)) throw noListing(url);
    const own = pathOf(url, url);
    const resources: DavResource[] = [];
    const untold: string[] = [];
    for (const each of found) {
      const href = toldPath(each.href, url);
      if (each.href === undefined || href === own || typesOf(each).includes('collection') || each.status === 404)
        continue;
      const etag = etagOf(each);
      if (href === null || etag === null) untold.push(href ?? each.href);
      else resources.push({ href, etag });
    }
    return { resources, untold, token, isDoubtful: found.some(({ status }) => status === 404) };
  }

  /** As `list`, of what changed since. null: everything has to be listed. */
  async changesSince(url: string, token: string): Promise<DavChanges | null> {
    try {
      const found = await syncCollection({
        url,
        props: { 'd:getetag': {} },
        syncLevel: 1,
        syncToken: token,
        fetch: this.#fetch,
      });
      // 507: the server tells only a part of it.
      if (found.some(({ status }) => status === 507 || (status >= 400 && status !== 404))) return null;
      const raw = found[0]?.raw as { multistatus?: { syncToken?: unknown } } | undefined;
      const next = wordOf(raw?.multistatus?.syncToken);
      if (next === null) return null;
      const changed: DavResource[] = [];
      const gone: string[] = [];
      for (const each of found) {
        if (each.href === undefined) continue;
        const href = toldPath(each.href, url);
        if (href === null) return null;
        if (href === pathOf(url, url)) continue;
        const etag = etagOf(each);
        if (each.status === 404) gone.push(href);
        else if (etag === null) return null;
        else changed.push({ href, etag });
      }
      return { token: next, changed, gone };
    } catch (error) {
      // 403, 409, 412, 500: whatever a server says of a token it does not know (FORMATS 4.1).
      if (error instanceof ServerBusy || (error instanceof LockstepError && error.code === 'not-reachable'))
        throw error;
      return null;
    }
  }

  /** Texts of resources; those that are not there any more, or that the server does not give, are left out. */
  texts(url: string, hrefs: readonly string[], kind: DavKind, gone?: Set<string>): Promise<readonly DavText[]> {
    return this.#read.texts(url, hrefs, kind, gone);
  }
  /** The text of one that is listed, and was not given among others; null: it is not given so either. */
  text(url: string, href: string, gone?: Set<string>): Promise<DavText | null> {
    return this.#read.text(url, href, gone);
  }

  /**
   * `etag` null: there must be nothing; 'any': whatever there is. Answers with the status, whatever it is, and the etag of what was written, where the server tells that.
   */
  async put(url: string, etag: string | 'any' | null, text: Uint8Array, kind: DavKind): Promise<DavAnswer> {
    const type = kind === 'contacts' ? 'text/vcard' : 'text/calendar';
    return this.#send(
      url,
      'PUT',
      {
        'content-type': `${type}; charset=utf-8`,
        ...(etag === 'any' ? {} : etag === null ? { 'if-none-match': '*' } : { 'if-match': etag }),
      },
      text,
    );
  }
  async remove(url: string, etag: string): Promise<DavAnswer> {
    return this.#send(url, 'DELETE', { 'if-match': etag }, null);
  }

  async #send(
    url: string,
    method: string,
    headers: Record<string, string>,
    body: Uint8Array | null,
  ): Promise<DavAnswer> {
    const response = await this.#fetch(url, { method, headers, body: body as BodyInit | null });
    return answerOf(response);
  }

  async #token(url: string): Promise<string | null> {
    const [found] = await this.#propfind(url, { 'd:sync-token': {} }, '0');
    return wordOf(found?.props?.syncToken);
  }

  async #propfind(url: string, props: Record<string, object>, depth: '0' | '1'): Promise<readonly DAVResponse[]> {
    const found = await propfind({ url, props, depth, fetch: this.#fetch });
    this.#check(found, url);
    return found;
  }

  /** A request that failed as a whole, or was answered with something else. */
  #check([first]: readonly DAVResponse[], url: string): void {
    if (first === undefined || (first.raw as { multistatus?: unknown } | undefined)?.multistatus !== undefined) return;
    const { status, statusText } = first;
    if (status === 401 || (status === 403 && this.#account.user === null)) throw this.#notAllowed(url);
    if (status === 403) throw forbidden(url, this.#account.user ?? '');
    if (status === 404) throw nothingAt(url);
    if (status < 400) throw noListing(url);
    throw answered(url, { status, statusText });
  }

  #notAllowed(url: string): LockstepError {
    const { origin, user, password } = this.#account;
    const known =
      password === null
        ? `${origin} asks for the password of ${user}: give it when asked for at a terminal, or as LOCKSTEP_PASSWORD.`
        : `${origin} does not let ${user} in: look at the user name and the password.`;
    return new LockstepError(
      'not-allowed',
      user === null
        ? `${origin} lets nobody in who does not say who they are: give a user name and a password.`
        : known,
      url,
    );
  }
}

const typesOf = ({ props }: DAVResponse): readonly string[] =>
  Object.keys((props?.resourcetype as object | undefined) ?? {}).map((type) => type.toLowerCase());

/**
 * Is a list one of a collection of contacts or events, which names itself as that, or something it holds at least? Where a server sends us on to somewhere
 * else, a page to log in above all, what is there may be listed, or said not to be: that the collection is empty it is not.
 */
function isOfBook(found: readonly DAVResponse[], url: string): boolean {
  const there = found.filter(({ href, status }) => href !== undefined && status !== 404);
  const collections = there.filter((each) => typesOf(each).includes('collection'));
  const [itself] = collections.sort((a, b) => lengthOf(a, url) - lengthOf(b, url));
  if (itself === undefined) return there.length > 0;
  const types = typesOf(itself);
  return types.includes('addressbook') || types.includes('calendar');
}
const lengthOf = ({ href }: DAVResponse, url: string): number =>
  toldPath(href, url)?.length ?? Number.POSITIVE_INFINITY;

/** Fails with `not-allowed` where the server lets somebody in by other means alone, as Google does: no password is the right one. */
function ensurePasswordWillDo({ status, headers }: Answered, origin: string): void {
  const wanted = status === 401 ? (headers.get('www-authenticate') ?? '') : '';
  if (wanted === '' || /\b(?:basic|digest)\b/i.test(wanted)) return;
  throw new LockstepError(
    'not-allowed',
    `${origin} lets nobody in by a password, but by a page of its own, which Lockstep cannot use. Perhaps it gives out passwords for programs, at another address.`,
    origin,
  );
}

/** Who somebody is was believed: another password would change nothing. */
const forbidden = (url: string, user: string): LockstepError =>
  new LockstepError(
    'not-allowed',
    `${url} may not be seen by ${user} (it answers 403): look whether it is still shared with this account, or ask whoever runs the server.`,
    url,
  );
const nothingAt = (url: string): LockstepError =>
  new LockstepError(
    'no-such-path',
    `There is nothing at ${url}: look at how it is spelled, and whether it has been moved or deleted.`,
    url,
  );
/** Web servers answer so to what only servers of contacts and calendars are asked. */
const NO_DAV: ReadonlySet<number> = new Set([405, 501]);
const answered = (url: string, { status, statusText }: { status: number; statusText: string }): LockstepError =>
  new LockstepError(
    'server-trouble',
    NO_DAV.has(status)
      ? `${url} is no server of contacts or calendars (it answers ${status}), but perhaps a web page: take the address its provider names for CardDAV or CalDAV.`
      : `${url} ${refusalWords({ status, statusText })}`,
    url,
  );
const noListing = (url: string): LockstepError =>
  new LockstepError(
    'server-trouble',
    `${url} does not list what it holds (perhaps it is a web page, or wants somebody to log in): take the address its provider names for CardDAV or CalDAV.`,
    url,
  );
