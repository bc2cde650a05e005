import { afterEach, beforeEach, expect, it } from 'vitest';
import { BOOK, bookOf, card } from './book-of-cards.ts';
import { type Asked, found, multistatus, status } from './fake-server.ts';

const NEW = '/people/new/';
const COLLECTION = '<d:resourcetype><d:collection/></d:resourcetype>';
const BOOK_TYPE = '<d:resourcetype><d:collection/><card:addressbook/></d:resourcetype>';
let here: Awaited<ReturnType<typeof bookOf>>;
beforeEach(async () => {
  here = await bookOf(['a', 'b']);
});
afterEach(() => here.server.end());
const names = async (): Promise<readonly string[]> => (await here.place.list()).documents.map(({ name }) => name);

it('a collection whose path is another one by now, as what changed tells, is listed whole: nothing of it is there twice', async () => {
  await names();
  const { book, server } = here;
  for (const [href, held] of [...book.cards]) {
    book.cards.delete(href);
    book.cards.set(href.replace(BOOK, NEW), held);
  }
  server.answer = (asked) =>
    asked.path.startsWith(BOOK)
      ? { status: 308, headers: { location: asked.path.replace(BOOK, NEW) } }
      : book.answer(asked);
  book.token = multistatus(
    `${found(`${NEW}a.vcf`, '<d:getetag>"a2"</d:getetag>')}<d:sync-token>token-2</d:sync-token>`,
  );
  expect(await names()).toEqual([`${NEW}a.vcf`, `${NEW}b.vcf`]);
});

it.each([
  ['that there is nothing', status('/login', 404)],
  ['that it holds books', found('/', COLLECTION) + found('/me/book/', `${BOOK_TYPE}<d:getetag>"book"</d:getetag>`)],
  ['that it is empty, and no book', found('/', COLLECTION)],
])('a book is not empty because what it sends us on to says %s', async (_, inside) => {
  here.server.answer = (asked) =>
    asked.headers.depth === '1' && asked.method === 'PROPFIND' ? multistatus(inside) : here.book.answer(asked);
  await expect(here.place.list()).rejects.toMatchObject({ code: 'server-trouble' });
  here.server.answer = (asked) => here.book.answer(asked);
  expect(await names()).toHaveLength(2);
});

it('a book that lists what it holds, and not itself, is taken as it is; one that lists itself alone is empty', async () => {
  let inside = found(`${BOOK}a.vcf`, '<d:getetag>"a1"</d:getetag>');
  here.server.answer = (asked) =>
    asked.headers.depth === '1' && asked.method === 'PROPFIND' ? multistatus(inside) : here.book.answer(asked);
  here.book.token = { status: 403 };
  expect(await names()).toEqual([`${BOOK}a.vcf`]);
  inside = found(BOOK, BOOK_TYPE);
  expect(await names()).toEqual([]);
});

it('a card is not gone because what its server sends a deletion on to says that there is nothing', async () => {
  const { server, book, place } = here;
  const [first] = (await place.list()).documents;
  if (first === undefined) throw new Error('it is empty');
  server.answer = (asked) =>
    asked.method === 'DELETE'
      ? asked.path === '/login'
        ? { status: 404 }
        : { status: 302, headers: { location: '/login' } }
      : book.answer(asked);
  expect(await place.write(first.name, first.revision, null)).toMatchObject({ done: 'refused', reason: 'io' });
  expect(await names()).toContain(first.name);
  book.cards.delete(first.name);
  await place.condition(true);
  expect(await place.write(first.name, first.revision, null)).toEqual({ done: 'written', document: null });
});

it('a card that the server took and has not where it was put is not given to it again until it says something else', async () => {
  await here.place.list();
  const { server, book, place } = here;
  const asNumbered = (asked: Asked): Asked => ({ ...asked, path: `${BOOK}${book.cards.size}.vcf` });
  server.answer = (asked) => book.answer(asked.method === 'PUT' ? asNumbered(asked) : asked);
  const put = async (text: string) => (await place.make([{ name: `${BOOK}new.vcf`, bytes: Buffer.from(text) }]))[0];
  expect(await put(card('new'))).toMatchObject({ done: 'refused', reason: 'not-taken' });
  await place.condition(true);
  await here.clock.advance(3 * 60 * 60_000);
  expect(await put(card('new'))).toMatchObject({ detail: expect.stringContaining('not there twice') });
  expect(await place.write(`${BOOK}new.vcf`, null, Buffer.from(card('new')))).toMatchObject({ reason: 'not-taken' });
  expect(book.cards.size).toBe(3);
  await put(card('newer'));
  expect(book.cards.size).toBe(4);
});

it('a collection that may not be seen any more is not said to be a matter of the password', async () => {
  await here.place.list();
  here.server.answer = () => ({ status: 403 });
  const { code, detail } = { code: '', detail: '', ...(await here.place.condition(true)) };
  expect([code, detail]).toEqual([
    'unreadable',
    expect.stringMatching(/may not be seen by me.*403.*shared with this account/),
  ]);
  here.server.answer = () => ({ status: 401 });
  expect(await here.place.condition(true)).toMatchObject({ detail: expect.stringContaining('the password') });
});
