import { LockstepError } from '../platform/trouble.ts';
import type { DavKind } from '../sources/dav/dav-resource.ts';
import type { Account } from '../sources/dav/guarded-fetch.ts';
import { CALDAV, CARDDAV, SUBSCRIPTION } from '../sources/formats.ts';
import type { AccountSecrets } from './accounts.ts';
import { checkFeed } from './check-feed.ts';
import type { AskedFormat, SourcePlace } from './source-place.ts';

const SCHEMES = /^(?:https?|webcals?):\/\//i;

/** Is this location the address of a server? */
export const isAddress = (location: string): boolean => SCHEMES.test(location);

/**
 * The address in two parts: where it is, without user and password, and who asks. Fails with `bad-address`. A password in an address is
 * refused: others can read addresses.
 */
export function accountOf(location: string, secrets: AccountSecrets): { readonly url: URL; readonly account: Account } {
  let url: URL;
  try {
    url = new URL(location.replace(/^webcal(s?):/i, 'https:'));
    decodeURIComponent(url.username);
  } catch {
    throw new LockstepError('bad-address', `${location} is no address.`, location);
  }
  if (url.password !== '')
    throw new LockstepError(
      'bad-address',
      'Leave the password out of the address: it is asked for, or taken from LOCKSTEP_PASSWORD.',
      url.origin,
    );
  const user = url.username === '' ? null : decodeURIComponent(url.username);
  url.username = '';
  const { origin } = url;
  const account: Account = {
    origin,
    user,
    // Asked for each time: a person may give another one while the source is open.
    get password() {
      return user === null ? null : secrets.passwordOf({ origin, user });
    },
  };
  return { url, account };
}

/**
 * Finds the collection at an address: the one that is there, else the only one of the account. Fails with `several-collections`, which names
 * them, `no-collections`, `not-allowed`, `not-reachable`, `wrong-format`, and as `checkFeed`.
 */
export async function findServerPlace(
  location: string,
  { kind, format }: AskedFormat,
  secrets: AccountSecrets,
  taken: readonly string[],
): Promise<SourcePlace> {
  const { url, account } = accountOf(location, secrets);
  const addressOf = (address: string): string => {
    const found = new URL(address, url);
    if (account.user !== null) found.username = encodeURIComponent(account.user);
    return found.href;
  };
  const at = (address: string): string => {
    const href = addressOf(address);
    if (taken.includes(href)) throw new LockstepError('overlaps-source', `${href} is kept in step already.`, href);
    return href;
  };
  if (
    format === SUBSCRIPTION.name ||
    (format === null && (/^webcal/i.test(location) || /\.ics$/i.test(url.pathname)))
  ) {
    if (kind !== null && kind !== 'calendar')
      throw new LockstepError('wrong-format', 'A subscription is a calendar.', location);
    const path = at(url.href);
    await checkFeed(url, account);
    return { path, format: SUBSCRIPTION };
  }
  const wanted = wantedKind(location, kind, format);
  const { DavServer } = await import('../sources/dav/dav-server.ts');
  const server = new DavServer(account);
  let why: LockstepError | null = null;
  const there = await server.kindAt(url.href).catch((error: unknown) => {
    // The address of an account, rather than of a collection: many servers answer that with whatever.
    if (!(error instanceof LockstepError) || !['no-such-path', 'server-trouble'].includes(error.code)) throw error;
    why = error;
    return null;
  });
  if (there === 'item') {
    const book = addressOf(new URL('.', url).href);
    throw new LockstepError(
      'wrong-format',
      `${url.href} is one card or event, and no collection of them: ${book} is perhaps the one that holds it.`,
      location,
    );
  }
  if (there !== null) {
    if (wanted !== null && wanted !== there)
      throw new LockstepError('wrong-format', `${url.href} holds ${there}, and no ${wanted}.`, location);
    return { path: at(url.pathname.endsWith('/') ? url.href : `${url.href}/`), format: formatOf(there) };
  }
  if (wanted === null) throw kindNeeded(location, why);
  const found = await server.collections(url.href, wanted).catch((error: unknown) => {
    // What it answers says more than that nothing was found.
    throw error instanceof LockstepError && error.code === 'no-collections' ? (why ?? error) : error;
  });
  const [only, ...more] = found;
  if (only === undefined)
    throw new LockstepError(
      'no-collections',
      `There ${wanted === 'contacts' ? 'are no contacts' : 'is no calendar'} at ${url.href}.`,
      location,
    );
  const named = (): string => found.map((each) => `${addressOf(each.url)} (${each.name})`).join(', ');
  if (isMistyped(url, why))
    throw new LockstepError('no-such-path', `There is nothing at ${url.href}. The account holds ${named()}.`, location);
  if (more.length > 0)
    throw new LockstepError(
      'several-collections',
      `There are several at ${url.origin}: add one of ${named()}.`,
      location,
    );
  return { path: at(only.url), format: formatOf(wanted) };
}

/** Every collection of a kind that an account holds, each by the address to add it with. Fails as `findServerPlace` does. */
export async function collectionsOfAccount(
  location: string,
  kind: DavKind,
  secrets: AccountSecrets,
): Promise<readonly { readonly address: string; readonly name: string }[]> {
  const { url, account } = accountOf(location, secrets);
  const { DavServer } = await import('../sources/dav/dav-server.ts');
  const found = await new DavServer(account).collections(url.href, kind);
  return found.map((each) => {
    const address = new URL(each.url, url);
    if (account.user !== null) address.username = encodeURIComponent(account.user);
    return { address: address.href, name: each.name };
  });
}

function wantedKind(location: string, kind: AskedFormat['kind'], format: string | null): DavKind | null {
  if (format === CARDDAV.name) return 'contacts';
  if (format === CALDAV.name) return 'calendar';
  if (format !== null || kind === 'files')
    throw new LockstepError('wrong-format', `${format ?? 'A folder of files'} is not kept on such a server.`, location);
  return kind;
}

/** Is this the address of a collection there is none at, rather than that of a server? */
const isMistyped = ({ pathname }: URL, why: LockstepError | null): boolean =>
  why?.code === 'no-such-path' && pathname !== '/' && !pathname.startsWith('/.well-known/');

/** `why`: what the server answers, where that says nothing of what is there. Perhaps it is only not asked in the right place. */
function kindNeeded(location: string, why: LockstepError | null): LockstepError {
  if (why === null)
    return new LockstepError('unknown-format', 'Say whether contacts or a calendar is meant: --kind.', location);
  const advice = 'If this is the address of an account, say whether its contacts or a calendar is meant: --kind.';
  return new LockstepError(why.code, `${why.message} ${advice}`, location);
}

const formatOf = (kind: DavKind) => (kind === 'contacts' ? CARDDAV : CALDAV);
