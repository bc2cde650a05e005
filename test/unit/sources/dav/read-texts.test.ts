import { afterEach, beforeEach, expect, it } from 'vitest';
import { BOOK, bookOf, card } from './book-of-cards.ts';
import { type Answer, type Asked, found, multistatus } from './fake-server.ts';

const TIMEOUT_MS = 2000;
let here: Awaited<ReturnType<typeof bookOf>>;
beforeEach(async () => {
  here = await bookOf(
    Array.from({ length: 8 }, (_, at) => `n${at}`),
    { most: 4000, timeout: TIMEOUT_MS },
  );
});
afterEach(() => here.server.end());

const listed = async (): Promise<readonly string[]> => (await here.place.list()).documents.map(({ name }) => name);
const given = async (names: readonly string[]): Promise<number> =>
  (await here.place.read(names)).filter((each) => 'bytes' in each).length;
const isMultiget = ({ method, body }: Asked): boolean => method === 'REPORT' && body.includes('multiget');
const hrefsIn = ({ body }: Asked): number => body.match(/href>\//g)?.length ?? 0;
const asFile = ({ path }: Asked): Answer => {
  const held = here.book.cards.get(path);
  return held === undefined
    ? { status: 404 }
    : { status: 200, headers: { etag: held.etag, 'content-type': 'text/vcard' }, body: held.text };
};
/** Also given one by one, and asked for several at once it answers so. */
const answering = (multiget: (asked: Asked) => Answer | null): void => {
  here.server.answer = (asked) =>
    isMultiget(asked) ? multiget(asked) : asked.method === 'GET' ? asFile(asked) : here.book.answer(asked);
};

it('cards with photos, of which a hundred are more than an answer may hold, are asked for fewer at a time, and no longer than needed', async () => {
  for (const [href, held] of here.book.cards)
    here.book.cards.set(href, { ...held, text: held.text.replace('END', `PHOTO:${'x'.repeat(1200)}\r\nEND`) });
  const names = await listed();
  here.server.asked.length = 0;
  expect(await given(names)).toBe(8);
  expect(here.server.asked.map(hrefsIn)).toEqual([8, 4, 2, 2, 2, 2]);
  here.server.asked.length = 0;
  expect(await given(names)).toBe(8);
  expect(here.server.asked.map(hrefsIn)).toEqual([2, 2, 2, 2]);
});

it('one card that is larger than an answer may be holds up no other', async () => {
  const href = `${BOOK}n3.vcf`;
  here.book.cards.set(href, { etag: '"big"', text: card('n3').replace('END', `PHOTO:${'x'.repeat(5000)}\r\nEND`) });
  answering((asked) => here.book.answer(asked));
  const names = await listed();
  expect(await given(names)).toBe(7);
  // Asked for by itself it is no smaller.
  expect(await here.place.read(names)).toContainEqual(expect.objectContaining({ name: href, code: 'unreadable' }));
  expect(await given(names)).toBe(7);
  // Nor are the others asked for one by one ever after.
  const others = names.filter((name) => name !== href);
  for (let round = 0; round < 20; round++) await given(others);
  here.server.asked.length = 0;
  expect(await given(others)).toBe(7);
  expect(here.server.asked.map(hrefsIn)).toEqual([7]);
});

it('one that is not given, however it is asked for, is not asked for with each look, until it is another one or a person asks', async () => {
  const href = `${BOOK}n3.vcf`;
  const large = card('n3').replace('END', `PHOTO:${'x'.repeat(5000)}\r\nEND`);
  here.book.cards.set(href, { etag: '"big"', text: large });
  answering((asked) => here.book.answer(asked));
  const look = async (): Promise<readonly [given: number, asked: number]> => {
    const names = await listed();
    here.server.asked.length = 0;
    const [own] = await here.place.read([href]);
    expect(names).toContain(href);
    return [own !== undefined && 'bytes' in own ? 1 : 0, here.server.asked.length];
  };
  await look();
  expect(await look()).toEqual([0, 2]);
  expect(await look()).toEqual([0, 0]);
  await here.clock.advance(3 * 60_000);
  expect(await look()).toEqual([0, 2]);
  expect(await look()).toEqual([0, 0]);
  await here.place.condition(true);
  expect(await look()).toEqual([0, 2]);
  here.book.cards.set(href, { etag: '"small"', text: card('n3') });
  here.book.changed = found(href, '<d:getetag>"small"</d:getetag>');
  expect(await look()).toEqual([1, 1]);
});

it('a card that a server has somewhere else holds up no other', async () => {
  const names = await listed();
  answering((asked) => here.book.answer({ ...asked, body: asked.body.replace(/<d:href>[^<]*n3\.vcf<\/d:href>/, '') }));
  const answer = here.server.answer;
  here.server.answer = (asked) =>
    asked.method === 'GET' ? { status: 302, headers: { location: 'https://elsewhere.example/n3.vcf' } } : answer(asked);
  expect(await given(names)).toBe(7);
  expect(await given(names)).toBe(7);
});

it('a line too slow for so many is asked for half as many the next time', async () => {
  const names = await listed();
  answering((asked) => (hrefsIn(asked) > 4 ? null : here.book.answer(asked)));
  await expect(given(names)).rejects.toMatchObject({ code: 'not-reachable' });
  here.server.asked.length = 0;
  expect(await given(names)).toBe(8);
  expect(here.server.asked.map(hrefsIn)).toEqual([4, 4]);
  answering((asked) => here.book.answer(asked));
  for (let round = 0; round < 10; round++) await given(names);
  here.server.asked.length = 0;
  expect(await given(names)).toBe(8);
  expect(here.server.asked.map(hrefsIn)).toEqual([8]);
});

it.each([400, 403, 404, 405, 500, 501])(
  'a server that answers requests for several with %s gives them one by one',
  async (status) => {
    const names = await listed();
    answering(() => ({ status }));
    const read = await here.place.read(names);
    expect(read.map((each) => 'bytes' in each && Buffer.from(each.bytes).toString())).toEqual(
      names.map((name) => card(name.slice(BOOK.length, -4))),
    );
    const { documents } = await here.place.list();
    expect(read.map((each) => 'bytes' in each && each.revision)).toEqual(documents.map(({ revision }) => revision));
  },
);

it('a card that makes a list nobody can read holds up no other, and is asked for by itself', async () => {
  const names = await listed();
  here.book.cards.set(`${BOOK}n3.vcf`, { etag: '"n31"', text: card('n3').replace('FN:n3', 'FN:n3 & sons') });
  answering((asked) => here.book.answer(asked));
  expect(await given(names)).toBe(8);
});

it('a card that is listed, and left out where several are asked for, is asked for by itself', async () => {
  const names = await listed();
  answering((asked) => here.book.answer({ ...asked, body: asked.body.replace(/<d:href>[^<]*n3\.vcf<\/d:href>/, '') }));
  expect(await given(names)).toBe(7);
  expect(await given(names)).toBe(8);
});

it.each([
  [
    'a page to log in',
    { status: 200, headers: { 'etag': '"p"', 'content-type': 'text/html' }, body: '<html>Log in</html>' },
  ],
  ['what broke off', { status: 200, headers: { etag: '"p"' }, body: card('n3').slice(0, 40) }],
  ['what does not say which version it is', { status: 200, body: card('n3') }],
])('%s is no card', async (_, page) => {
  const names = await listed();
  here.server.answer = (asked) =>
    isMultiget(asked) ? multistatus('') : asked.method === 'GET' ? page : here.book.answer(asked);
  expect(await given(names)).toBe(0);
  expect(await given(names)).toBe(0);
});
