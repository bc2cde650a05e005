import { Agent, type Dispatcher, fetch, type RequestInit, type Response } from 'undici';
import { type Random, systemRandom } from '../../platform/random.ts';
import { LockstepError } from '../../platform/trouble.ts';
import { type DigestChallenge, digestAuthorization, digestChallenge } from './digest-challenge.ts';
import { guardedLookup } from './guarded-lookup.ts';

/** Who asks, as the person confirmed it. */
export interface Account {
  /** Scheme, host and port: nothing is ever sent anywhere else. */
  readonly origin: string;
  readonly user: string | null;
  readonly password: string | null;
}
export interface GuardOptions {
  readonly account: Account;
  /** Milliseconds for a whole answer. */
  readonly timeout: number;
  /** Bytes of an answer, unpacked. */
  readonly most: number;
  /** Tests give their own. */
  readonly dispatcher?: Dispatcher;
  readonly random?: Random;
}

/**
 * What is connected to without TLS. With it a server has to prove that it is the one, wherever its name leads: at home to another address than
 * on the road.
 */
const unproved = new Agent({ connect: { lookup: guardedLookup() } });

/** A server may close a connection just as it is used again, or have nobody free just then: what only reads is asked once more. */
const READS: ReadonlySet<string> = new Set(['GET', 'PROPFIND', 'REPORT']);
const BROKEN_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * A `fetch` that speaks to one origin only, with the account's password, and never follows anyone elsewhere (PROTOCOL 2.9b): a server that
 * sends us to another host is named, and a person decides. Answers are bounded in time and size. Fails with `other-host`, `not-reachable`,
 * `too-large`.
 */
export function guardedFetch({ account, timeout, most, dispatcher, random = systemRandom }: GuardOptions) {
  /** What the server wants to have proved in place of a password (as Baikal is mostly set up to); null: it takes that. */
  let challenge: DigestChallenge | null = null;
  let answers = 0;
  return async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
    let url = new URL(String(input));
    let { method = 'GET', body } = init;
    for (let redirects = 0; ; redirects++) {
      if (url.origin !== account.origin)
        throw new LockstepError(
          'other-host',
          /^https?:$/.test(url.protocol)
            ? `${account.origin} sends us to ${url.origin}: if that is right, add the collection with that address.`
            : `${account.origin} sends us to ${url.href}, which is no address of a server: ask whoever runs it.`,
          url.origin,
        );
      const response = await ask(url, { ...init, method, ...(body === undefined ? {} : { body }) });
      const location = response.headers.get('location');
      if (!REDIRECTS.has(response.status) || location === null) return bounded(response, most, url);
      const next = new URL(location, url);
      // Who wants to see where it leads (discovery) sees it, where we may go there.
      if (init.redirect === 'manual' && next.origin === account.origin) return bounded(response, most, url);
      await response.body?.cancel();
      if (redirects >= MOST_REDIRECTS)
        throw new LockstepError('too-many-redirects', `${url} sends us on and on.`, String(url));
      url = next;
      if (response.status === 303) [method, body] = ['GET', undefined];
    }
  };

  async function ask(url: URL, init: RequestInit): Promise<Response> {
    const asked = challenge;
    const response = await askOnce(url, init);
    if (response.status !== 401 || account.user === null) return response;
    const wanted = digestChallenge(response.headers.get('www-authenticate'));
    // Where it wants just what it was given, that is wrong.
    if (wanted === null || wanted.nonce === asked?.nonce) return response;
    await response.body?.cancel();
    if (wanted.nonce !== challenge?.nonce) [challenge, answers] = [wanted, 0];
    return askOnce(url, init);
  }

  async function askOnce(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers as Record<string, string>);
    const method = init.method ?? 'GET';
    if (account.user !== null) headers.set('authorization', authorization(account.user, method, url));
    const via = dispatcher ?? (url.protocol === 'https:' ? undefined : unproved);
    const once = () =>
      fetch(url, {
        ...init,
        headers: Object.fromEntries(headers),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
        ...(via === undefined ? {} : { dispatcher: via }),
      });
    try {
      return await once().catch((error: unknown) => {
        if (!READS.has(method) || !isBrokenOff(error)) throw error;
        return once();
      });
    } catch (error) {
      throw notReachable(url, error);
    }
  }

  function authorization(user: string, method: string, { pathname, search }: URL): string {
    const password = account.password ?? '';
    if (challenge === null) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const clientNonce = Buffer.from(random.bytes(16)).toString('hex');
    const target = pathname + search;
    return digestAuthorization(challenge, { user, password, method, target, count: ++answers, clientNonce });
  }
}

/** The answer, read whole and no further than allowed: sizes are the reader's, never the sender's word. */
async function bounded(response: Response, most: number, url: URL): Promise<Response> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of response.body ?? []) {
      length += (part as Uint8Array).length;
      if (length > most) break;
      parts.push(part as Uint8Array);
    }
  } catch (error) {
    throw notReachable(url, error);
  }
  if (length > most)
    throw new LockstepError('too-large', `${url} answers with more than ${most >> 20} MiB.`, String(url));
  const { status, statusText, headers } = response;
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  return new (response.constructor as typeof Response)(hasBody ? Buffer.concat(parts) : null, {
    status,
    statusText,
    headers,
  });
}

/** What is wrong on the way to a server, or with how it proves who it is, and what a person can do. */
const FAILURES: { readonly [code: string]: string } = {
  ENOTFOUND: 'no server of this name is known; look at how it is spelled, and whether this device is online',
  EAI_AGAIN: 'its name cannot be looked up now; perhaps this device is not online',
  ECONNREFUSED: 'nothing answers there; look at the port in the address, and whether the server runs',
  ECONNRESET: 'it broke the connection off',
  UND_ERR_SOCKET: 'it broke the connection off',
  ENETUNREACH: 'there is no way to it from here; perhaps this device is not online',
  EHOSTUNREACH: 'there is no way to it from here; perhaps this device is not online',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  CERT_HAS_EXPIRED:
    'its certificate has expired; whoever runs it has to renew that, and the clock of this computer has to be right',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; perhaps the clock of this computer is wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name than that of this address',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'it does not speak TLS there; perhaps the address begins with http:, or has another port',
};
const UNKNOWN_ISSUER: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const UNKNOWN_ISSUER_WORDS =
  'its certificate is signed by nobody known here; if it is your own, save it as a file, name that in the environment variable NODE_EXTRA_CA_CERTS, and start Lockstep again';

/** What `fetch` says of a port that the web keeps for other things (https://fetch.spec.whatwg.org/#port-blocking); it has no code. */
const BLOCKED_PORT = 'bad port';
const BLOCKED_PORT_WORDS =
  'nothing of the web may be on this port, so it is not asked; look at the port in the address';

const isBrokenOff = (error: unknown): boolean =>
  BROKEN_OFF.has(((error as Error).cause as { readonly code?: string } | undefined)?.code ?? '');

function notReachable(url: URL, error: unknown): LockstepError {
  const { cause, message } = error as Error;
  const { code = '', message: said = message } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
  const isLate = (error as Error).name === 'TimeoutError';
  const why =
    (isLate ? 'it did not answer in time' : FAILURES[code]) ??
    (UNKNOWN_ISSUER.has(code) ? UNKNOWN_ISSUER_WORDS : said === BLOCKED_PORT ? BLOCKED_PORT_WORDS : said);
  return new LockstepError('not-reachable', `${url.origin} cannot be reached: ${why}.`, url.origin, error);
}
