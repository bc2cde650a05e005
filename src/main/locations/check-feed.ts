import { LockstepError } from '../platform/trouble.ts';
import { looksLikeIcalendar } from '../sources/calendars/icalendar/looks-like-icalendar.ts';
import type { Account } from '../sources/dav/guarded-fetch.ts';
import { refusalWords } from '../sources/dav/refusal-words.ts';
import { ensureNotBusy } from '../sources/dav/server-busy.ts';

/** Milliseconds and bytes for an answer of whoever publishes a calendar. */
export const FEED_LIMITS = { timeout: 60_000, most: 50 << 20 } as const;

/**
 * Looks once whether somebody publishes a calendar at an address, so that a mistyped one is told when it is added rather than found later.
 * Fails with `not-reachable`, `other-host`, `not-allowed`, `no-such-path`, `server-busy`, `server-trouble`, `wrong-format`.
 */
export async function checkFeed({ href }: URL, account: Account): Promise<void> {
  const { guardedFetch } = await import('../sources/dav/guarded-fetch.ts');
  const response = await guardedFetch({ account, ...FEED_LIMITS })(href, { headers: { accept: 'text/calendar' } });
  const { ok, status } = response;
  ensureNotBusy(response, href);
  if (status === 401 || status === 403)
    throw new LockstepError(
      'not-allowed',
      `${href} answers ${status}: it is given only to those who may see it.`,
      href,
    );
  if (status === 404 || status === 410)
    throw new LockstepError('no-such-path', `There is nothing at ${href}: look at how it is spelled.`, href);
  if (!ok) throw new LockstepError('server-trouble', `${href} ${refusalWords(response)}`, href);
  if (!looksLikeIcalendar(new Uint8Array(await response.arrayBuffer())))
    throw new LockstepError('wrong-format', `${href} gives no calendar (perhaps a page to log in).`, href);
}
