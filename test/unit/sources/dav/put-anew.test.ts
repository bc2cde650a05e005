import { afterEach, beforeEach, expect, it } from 'vitest';
import { BOOK, bookOf, card } from './book-of-cards.ts';
import type { Asked } from './fake-server.ts';

let here: Awaited<ReturnType<typeof bookOf>>;
beforeEach(async () => {
  here = await bookOf(['a']);
  await here.place.list();
});
afterEach(() => here.server.end());
const bytes = (name: string) => Buffer.from(card(name));
const puts = (): readonly Asked[] => here.server.asked.filter(({ method }) => method === 'PUT');
/** It refuses whatever must not be there yet, whether it is or not. */
function refuseNew(): void {
  const { book, server } = here;
  server.answer = (asked) => {
    if (asked.method === 'PROPFIND' && asked.path.endsWith('.vcf') && !book.cards.has(asked.path))
      return { status: 404 };
    if (asked.method !== 'PUT' || asked.headers['if-match'] !== undefined) return book.answer(asked);
    if (asked.headers['if-none-match'] !== undefined) return { status: 412 };
    book.cards.set(asked.path, { etag: '"any"', text: asked.body });
    return { status: 201 };
  };
}

it('a server that refuses what must not be there, where nothing is, gets it under a name nobody else has', async () => {
  refuseNew();
  const [made] = await here.place.make([{ name: `${BOOK}b.vcf`, bytes: bytes('b') }]);
  const names = [...here.book.cards.keys()];
  expect(names).toEqual([`${BOOK}a.vcf`, expect.stringMatching(/^\/me\/book\/b-[0-9a-f]{16}\.vcf$/)]);
  expect(made).toMatchObject({ done: 'written', document: { name: names[1] } });
  expect(await here.place.write(`${BOOK}c.vcf`, null, bytes('c'))).toMatchObject({ done: 'written' });
  expect(here.book.cards.size).toBe(3);
  expect(puts().filter(({ headers }) => headers['if-none-match'] === undefined)).toHaveLength(2);
});

it('where something is there, it is not written over, nor put beside', async () => {
  here.book.cards.set(`${BOOK}b.vcf`, { etag: '"theirs"', text: card('theirs') });
  refuseNew();
  const [made] = await here.place.make([{ name: `${BOOK}b.vcf`, bytes: bytes('b') }]);
  expect(made).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
  expect(here.book.cards.get(`${BOOK}b.vcf`)?.text).toBe(card('theirs'));
  expect(puts()).toHaveLength(1);
});

it('once it takes a name as it is, what is there is read and not what stands where it was put before', async () => {
  const { book, server, place } = here;
  refuseNew();
  await place.write(`${BOOK}b.vcf`, null, bytes('b'));
  const answer = book.answer.bind(book);
  server.answer = (asked) => answer(asked);
  const made = await place.write(`${BOOK}b.vcf`, null, bytes('later'));
  expect(made).toMatchObject({ done: 'written', document: { name: `${BOOK}b.vcf` } });
});
