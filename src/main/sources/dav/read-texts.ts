import { addressBookMultiGet, calendarMultiGet, type DAVResponse } from 'tsdav';
import { LockstepError } from '../../platform/trouble.ts';
import { etagOf, textOf } from './answer-words.ts';
import type { DavKind, DavText } from './dav-resource.ts';
import { CUT_SHORT } from './parsable-answer.ts';
import { toldPath } from './resource-path.ts';

interface Status {
  readonly status: number;
  readonly statusText: string;
}
export interface ReadTextsPort {
  readonly fetch: typeof globalThis.fetch;
  /** Fails where a request failed as a whole, or was answered with something else than a list. */
  check(found: readonly DAVResponse[], url: string): void;
  /** What to fail with where the server refuses to answer at all. */
  refusal(answer: Status, url: string): LockstepError;
}

/** A request names at most so many resources (FORMATS 1.5). */
const HREFS_AT_ONCE = 100;
/** After so many requests that went through more are named at once again. */
const THROUGH_BEFORE_MORE = 20;
/** With these a server refuses a request whatever it asks for: asked for less it would answer the same. */
const REFUSED: ReadonlySet<number> = new Set([401, 429, 502, 503, 504]);
const MULTI_STATUS = 207;
/** With these, and no others, a server says that there is nothing. */
const NOT_THERE: ReadonlySet<number> = new Set([404, 410]);
/** Is told paths at which there is nothing. */
type Gone = Pick<Set<string>, 'add'>;
const NOBODY: Gone = { add: () => new Set() };
/** What a server answers to whoever asks for one resource says nothing of the others, nor of the server. */
const OF_ONE: ReadonlySet<string> = new Set(['too-large', CUT_SHORT, 'other-host', 'too-many-redirects']);
/** A whole card or calendar: a page to log in is none, nor is what broke off. */
const WHOLE = /^\ufeff?\s*BEGIN:(VCARD|VCALENDAR)\b.*\nEND:\1\s*$/is;

/**
 * The texts of a collection: many with one request, and as many as go through. What a server does not give in a list of several is asked for by
 * itself, for one that it cannot put into a list, or that makes one that nobody can read, says nothing of the others.
 */
export class ReadTexts {
  readonly #port: ReadTextsPort;
  /** Fewer once the answer was too large: photos count for more than names. All again where that was one of them alone. */
  #most = HREFS_AT_ONCE;
  /** Fewer once it took too long, until many went through: it may have been the line, or nobody was there. */
  #atOnce = HREFS_AT_ONCE;
  #through = 0;

  constructor(port: ReadTextsPort) {
    this.#port = port;
  }

  /** Those that are not there any more, which `gone` is told, or that the server does not give, are left out. */
  async texts(url: string, hrefs: readonly string[], kind: DavKind, gone: Gone = NOBODY): Promise<readonly DavText[]> {
    const texts: DavText[] = [];
    for (let at = 0; at < hrefs.length; ) {
      const some = hrefs.slice(at, at + this.#atOnce);
      texts.push(...(await this.#textsOf(url, some, kind, gone)));
      at += some.length;
    }
    return texts;
  }

  /** As the server gives it to whoever asks for it alone; null: it does not, or does not say which version of it. */
  async text(url: string, href: string, gone: Gone = NOBODY): Promise<DavText | null> {
    try {
      return await this.#textOf(url, href, gone);
    } catch (error) {
      if (error instanceof LockstepError && OF_ONE.has(error.code)) return null;
      throw error;
    }
  }

  async #textOf(url: string, href: string, gone: Gone): Promise<DavText | null> {
    // Packed on the way it would be called another version than the one that is listed.
    const headers = { 'accept-encoding': 'identity' };
    const response = await this.#port.fetch(new URL(href, url).href, { headers });
    const etag = response.headers.get('etag');
    const text = await response.text();
    if (NOT_THERE.has(response.status)) gone.add(href);
    return response.status === 200 && etag !== null && WHOLE.test(text) ? { href, etag, text } : null;
  }

  async #textsOf(url: string, hrefs: readonly string[], kind: DavKind, gone: Gone): Promise<readonly DavText[]> {
    let answer: Status | null = null;
    const fetch: typeof globalThis.fetch = async (...asked) => {
      const response = await this.#port.fetch(...asked);
      answer = response;
      return response;
    };
    try {
      const texts = await this.#multiGet(url, [...hrefs], kind, { fetch, gone });
      if (++this.#through % THROUGH_BEFORE_MORE === 0) this.#atOnce = Math.min(this.#most, this.#atOnce * 2);
      return texts;
    } catch (error) {
      const { code = CUT_SHORT } = error instanceof LockstepError ? error : {};
      const isTooLarge = code === 'too-large';
      // The next time fewer: as long as all of it would take, nobody else has their turn.
      const half = Math.floor(hrefs.length / 2);
      if (half > 0 && (isTooLarge || isLate(error))) this.#atOnce = half;
      if (isTooLarge) this.#most = half > 0 ? half : HREFS_AT_ONCE;
      if (isTooLarge) return hrefs.length === 1 ? [] : this.texts(url, hrefs, kind, gone);
      // A list that is none for the parser is one for the server: one of what is in it is why.
      if (code !== CUT_SHORT && statusIn(answer) !== MULTI_STATUS) throw error;
      if (answer !== null && REFUSED.has(statusIn(answer))) throw this.#port.refusal(answer, url);
      return this.#oneByOne(url, hrefs, kind, gone);
    }
  }

  /** Some servers fail a request altogether for one resource that is not there (FORMATS 1.5), and some know no such requests. */
  async #oneByOne(url: string, hrefs: readonly string[], kind: DavKind, gone: Gone): Promise<readonly DavText[]> {
    const texts: DavText[] = [];
    if (hrefs.length > 1) for (const href of hrefs) texts.push(...(await this.#textsOf(url, [href], kind, gone)));
    else texts.push(...[await this.text(url, hrefs[0] as string, gone)].filter((each) => each !== null));
    return texts;
  }

  async #multiGet(
    url: string,
    objectUrls: string[],
    kind: DavKind,
    { fetch, gone }: { readonly fetch: typeof globalThis.fetch; readonly gone: Gone },
  ): Promise<readonly DavText[]> {
    const asked = { url, objectUrls, depth: '1' as const, fetch };
    const found = await (kind === 'contacts'
      ? addressBookMultiGet({ ...asked, props: { 'd:getetag': {}, 'card:address-data': {} } })
      : calendarMultiGet({ ...asked, props: { 'd:getetag': {}, 'c:calendar-data': {} } }));
    this.#port.check(found, url);
    return found.flatMap((each) => {
      const etag = etagOf(each);
      const text = textOf(each.props?.[kind === 'contacts' ? 'addressData' : 'calendarData']);
      const href = toldPath(each.href, url);
      if (href !== null && NOT_THERE.has(each.status)) gone.add(href);
      return href === null || etag === null || text === null ? [] : [{ href, etag, text }];
    });
  }
}

const statusIn = (answer: Status | null): number => answer?.status ?? 0;
const isLate = (error: unknown): boolean => ((error as Error).cause as Error | undefined)?.name === 'TimeoutError';
