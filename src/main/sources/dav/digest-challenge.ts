import { hash } from 'node:crypto';

/** What a server wants to have proved, rather than the password itself (RFC 7616). */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: Algorithm;
  /** It counts how often its nonce is used (`qop=auth`); servers of RFC 2069 do not. */
  readonly counts: boolean;
}
/** Who answers, and for which request: `target` is its path with the query, `count` how often this nonce was used, from 1. */
export interface DigestAnswer {
  readonly user: string;
  readonly password: string;
  readonly method: string;
  readonly target: string;
  readonly count: number;
  /** Random, in hexadecimal. */
  readonly clientNonce: string;
}

type Algorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess';
/** The best first. */
const ALGORITHMS: readonly Algorithm[] = ['SHA-256', 'SHA-256-sess', 'MD5', 'MD5-sess'];

const WORD = /([\w-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+))?/g;

/** The best of the challenges in a `WWW-Authenticate` that can be met by a digest; null: there is none. */
export function digestChallenge(header: string | null): DigestChallenge | null {
  const challenges: { readonly scheme: string; readonly params: Map<string, string> }[] = [];
  for (const [, word = '', value] of (header ?? '').matchAll(WORD)) {
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), params: new Map() });
    else challenges.at(-1)?.params.set(word.toLowerCase(), unquoted(value));
  }
  const found = challenges.flatMap(({ scheme, params }) => {
    const algorithm = ALGORITHMS.find(
      (each) => each.toLowerCase() === (params.get('algorithm') ?? 'MD5').toLowerCase(),
    );
    const [realm, nonce, qop] = ['realm', 'nonce', 'qop'].map((name) => params.get(name));
    const counts = qop?.split(/[\s,]+/).includes('auth') === true;
    if (scheme !== 'digest' || algorithm === undefined || realm === undefined || nonce === undefined) return [];
    // What covers the body as well (`auth-int`) hardly any server asks for.
    return qop !== undefined && !counts
      ? []
      : [{ realm, nonce, opaque: params.get('opaque') ?? null, algorithm, counts }];
  });
  return found.sort((a, b) => ALGORITHMS.indexOf(a.algorithm) - ALGORITHMS.indexOf(b.algorithm))[0] ?? null;
}

/** The `Authorization` that answers a challenge (RFC 7616 3.4). */
export function digestAuthorization(challenge: DigestChallenge, answer: DigestAnswer): string {
  const { realm, nonce, opaque, algorithm, counts } = challenge;
  const { user, password, method, target, clientNonce } = answer;
  const digest = (text: string): string => hash(algorithm.startsWith('SHA') ? 'sha256' : 'md5', text, 'hex');
  const count = answer.count.toString(16).padStart(8, '0');
  const secret = digest(`${user}:${realm}:${password}`);
  const own = algorithm.endsWith('-sess') ? digest(`${secret}:${nonce}:${clientNonce}`) : secret;
  const request = digest(`${method}:${target}`);
  const response = digest(
    counts ? `${own}:${nonce}:${count}:${clientNonce}:auth:${request}` : `${own}:${nonce}:${request}`,
  );
  const parts = [
    `username=${quoted(user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(target)}`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
    ...(counts ? ['qop=auth', `nc=${count}`, `cnonce="${clientNonce}"`] : []),
  ];
  return `Digest ${parts.join(', ')}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);
