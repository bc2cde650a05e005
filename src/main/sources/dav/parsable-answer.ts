import { LockstepError } from '../../platform/trouble.ts';
import { checkXml } from './check-xml.ts';
import type { guardedFetch } from './guarded-fetch.ts';

/** A list that ends is whole: one that broke off, which a parser takes as it is, says nothing of what would have come. */
const ENDED = /<\/(?:[\w.-]+:)?multistatus\s*>|<(?:[\w.-]+:)?multistatus\b[^<>]*\/>/;
const TAIL = 4096;
/** A list breaks off. */
export const CUT_SHORT = 'cut-short';

export type Answered = Awaited<ReturnType<ReturnType<typeof guardedFetch>>>;

/** An answer that may be given to the parser; what is no XML for it stays the text that it is. Fails with `cut-short` and `too-large`. */
export async function asParsable(response: Answered, url: string): Promise<Answered> {
  const isXml = response.ok && /xml/i.test(response.headers.get('content-type') ?? '');
  if (!isXml && response.status !== 207) return response;
  const text = await response.clone().text();
  if (response.status === 207 && !ENDED.test(text.slice(-TAIL)))
    throw new LockstepError(CUT_SHORT, `${url} answers with a list that breaks off.`, url);
  const is = isXml ? checkXml(text) : 'fit';
  if (is === 'fit') return response;
  if (is === 'too-much') throw new LockstepError('too-large', `${url} answers with more than can be taken apart.`, url);
  const { status, statusText, headers } = response;
  const told = { ...Object.fromEntries(headers), 'content-type': 'text/plain' };
  return new (response.constructor as new (...args: ConstructorParameters<typeof Response>) => Answered)(text, {
    status,
    statusText,
    headers: told,
  });
}
