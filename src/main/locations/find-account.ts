import { isIP } from 'node:net';
import { accountNamed, type TypedAccount } from '../../contract/account-name.ts';
import type { NameServers, ServiceRecord } from '../platform/service-records.ts';
import { LockstepError } from '../platform/trouble.ts';
import { compareTexts } from '../record/compare-texts.ts';
import type { DavKind } from '../sources/dav/dav-resource.ts';
import type { GuardOptions } from '../sources/dav/guarded-fetch.ts';
import type { AccountSecrets } from './accounts.ts';
import { accountOf, collectionsOfAccount } from './server-place.ts';

/** Where an account is, and the addresses to try: each names another user its server may know the person by, the likeliest first. */
export interface FoundAccount {
  readonly origin: string;
  readonly addresses: readonly string[];
}

const SERVICE: { readonly [kind in DavKind]: string } = { contacts: 'carddav', calendar: 'caldav' };
const WORD: { readonly [kind in DavKind]: string } = { contacts: 'contacts', calendar: 'calendars' };
const LIMITS = { timeout: 20_000, most: 1 << 20 } as const;

/**
 * Finds the server of an account that is named by an e-mail address or a host (RFC 6764 6): by what the domain's name servers say, else at the
 * host itself, which is asked without a password whether it sends us on. `user`: who asks, where that is not who the address names.
 * Fails with `bad-address`, `not-reachable`, `no-collections`, and with `other-host` (its subject the address that would be right) where
 * the account would be at a host that was not named: name servers prove nothing, and a password goes only where a person said (RFC 6764 8).
 */
export async function findAccount(
  typed: string,
  kind: DavKind,
  user: string | null,
  names: NameServers,
  options: Partial<GuardOptions> = {},
): Promise<FoundAccount> {
  const account = accountNamed(typed);
  if (account === null) throw notNamed(typed);
  const host = asciiHost(account.host, typed);
  const users = usersOf(account, user);
  if (account.port === null && isIP(host) === 0) {
    const service = `_${SERVICE[kind]}s._tcp.${host}`;
    const target = firstOf(await names.services(service));
    if (target?.name === '')
      throw new LockstepError('no-collections', `${host} says that it keeps no ${WORD[kind]}.`, typed);
    if (target !== null) {
      const url = addressOf(target, pathIn(await names.texts(service)), host);
      const named = `${host} names ${url.host} as the server of its ${WORD[kind]}`;
      if (url.hostname !== host && !url.hostname.endsWith(`.${host}`)) throw otherHost(named, url, users);
      return found(url, users);
    }
  }
  const url = new URL(`https://${host}${account.port === null ? '' : `:${account.port}`}/`);
  await ensureStays(url, typed, kind, users, options);
  return found(url, users);
}

/**
 * Tries the password with each user a server may know a person by, and keeps it for the first that is let in. `password` null: the ones that are
 * known. Answers with the address of that user. Fails with `not-allowed` where nobody is, as the first was told.
 */
export async function logIn(
  addresses: readonly string[],
  kind: DavKind,
  password: string | null,
  secrets: AccountSecrets,
): Promise<string> {
  const tried: AccountSecrets = password === null ? secrets : { ...secrets, passwordOf: () => password };
  const accounts = addresses.map((address) => ({ address, account: accountOf(address, tried).account }));
  // Whoever has no password would only be counted as one who guesses.
  const known = accounts.filter(({ account }) => account.password !== null);
  let refused: LockstepError | null = null;
  for (const { address, account } of known.length > 0 ? known : accounts.slice(0, 1)) {
    const failure = await collectionsOfAccount(address, kind, tried).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure instanceof LockstepError && failure.code === 'not-allowed') {
      refused = refused === null ? failure : alsoTried(refused, account.user);
      continue;
    }
    // What else is wrong is said when it is added.
    const { origin, user } = account;
    if (password !== null && user !== null) secrets.setPassword({ origin, user }, password);
    return address;
  }
  throw refused ?? notNamed('');
}

const alsoTried = ({ code, message, subject }: LockstepError, user: string | null): LockstepError =>
  new LockstepError(code, `${message} It was tried as ${user} too.`, subject);

/** The whole e-mail address, and then what stands before the @ (RFC 6764 6). null: nobody, where that is let in. */
function usersOf({ user, host }: TypedAccount, given: string | null): readonly (string | null)[] {
  if (given !== null) return [given];
  return user === null ? [null] : [`${user}@${host}`, user];
}

/** Whom to ask first (RFC 2782), the same each time. null: the domain names nobody; an empty name: it says that there is none. */
function firstOf(records: readonly ServiceRecord[]): ServiceRecord | null {
  const [first] = records
    .map((each) => ({ ...each, name: each.name.replace(/\.$/, '').toLowerCase() }))
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight || compareTexts(a.name, b.name));
  return first ?? null;
}

const pathIn = (texts: readonly string[]): string =>
  texts.find((text) => /^path=/i.test(text))?.slice('path='.length) ?? '/';

function addressOf({ name, port }: ServiceRecord, path: string, host: string): URL {
  const named = accountNamed(`${name}:${port}`);
  if (named === null || isIP(name) !== 0)
    throw new LockstepError('no-collections', `${host} names a server by what is no name of one: ${name}.`, host);
  const url = new URL(`https://${asciiHost(name, name)}:${port}/`);
  // A path that leads to another host is none.
  const whole = URL.parse(path, url);
  return whole?.origin === url.origin && path.startsWith('/') ? new URL(whole.pathname, url) : url;
}

const found = (url: URL, users: readonly (string | null)[]): FoundAccount => ({
  origin: url.origin,
  addresses: users.map((user) => withUser(url, user)),
});

function withUser(url: URL, user: string | null): string {
  const address = new URL(url);
  if (user !== null) address.username = encodeURIComponent(user);
  return address.href;
}

const otherHost = (why: string, url: URL, [user = null]: readonly (string | null)[]): LockstepError => {
  const address = withUser(url, user);
  return new LockstepError('other-host', `${why}. If that is right, add ${address} instead.`, address);
};

/** Asks the host, as nobody, where its accounts are. Fails with `other-host` and `not-reachable`; whatever else it answers, it is asked. */
async function ensureStays(
  url: URL,
  typed: string,
  kind: DavKind,
  users: readonly (string | null)[],
  options: Partial<GuardOptions>,
): Promise<void> {
  const { guardedFetch } = await import('../sources/dav/guarded-fetch.ts');
  const fetch = guardedFetch({
    ...LIMITS,
    ...options,
    account: { origin: url.origin, user: null, password: null },
  });
  const wellKnown = new URL(`/.well-known/${SERVICE[kind]}`, url).href;
  try {
    await fetch(wellKnown, { method: 'PROPFIND', headers: { depth: '0' } });
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    const { code, message, subject } = error;
    // Where the port is named, or no name, no domain was asked.
    const isNamed = url.port !== '' || isIP(url.hostname) !== 0;
    if (code === 'not-reachable')
      throw new LockstepError(
        code,
        `No server of the ${WORD[kind]} of ${typed} was found: ${isNamed ? '' : 'its domain names none, and '}${message} Take the address its provider names for ${kind === 'contacts' ? 'CardDAV' : 'CalDAV'}.`,
        typed,
        error,
      );
    if (code === 'other-host' && subject.startsWith('https:'))
      throw otherHost(`${url.origin} sends us to ${subject}`, new URL(subject), users);
    if (code === 'other-host')
      throw new LockstepError(
        code,
        `${url.origin} sends us to ${subject}, where a password could be read on the way: it is not followed. Ask whoever runs it.`,
        url.href,
      );
  }
}

function asciiHost(host: string, typed: string): string {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    throw notNamed(typed);
  }
}

const notNamed = (typed: string): LockstepError =>
  new LockstepError(
    'bad-address',
    `${typed} names no account: write an e-mail address (ana@example.org), a server (example.org) or a whole address (https://…).`,
    typed,
  );
