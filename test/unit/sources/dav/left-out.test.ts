import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockstepError } from '../../../../src/main/platform/trouble.ts';
import type { RecordId } from '../../../../src/main/record/ids.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import { LeftOut } from '../../../../src/main/sources/dav/left-out.ts';
import { ServerBusy } from '../../../../src/main/sources/dav/server-busy.ts';
import type { ListEvent, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import { BOOK, bookOf } from './book-of-cards.ts';
import { type Answer, type Asked, found, status } from './fake-server.ts';

let here: Awaited<ReturnType<typeof bookOf>>;
/** What the last look named. */
let problems: { id: string; detail: string }[] = [];
let known: Map<RecordId, { revision: Revision; vouches: boolean; native: Fields }>;
beforeEach(async () => {
  here = await bookOf(['a', 'b', 'c']);
  known = new Map();
});
afterEach(() => here.server.end());

/** What a look finds, of a source that knows nothing but its snapshot; reads it, unless only that is asked for. */
async function look(onlyFinds = false): Promise<readonly string[]> {
  const snapshot = {
    revisions: () => new Map(known),
    native: (id: RecordId) => known.get(id)?.native ?? null,
    shown: () => null,
    isOneWith: () => null,
    isNamed: () => false,
    awaited: () => [],
  };
  const adapter = new TextAdapter(vcardFormat('3.0'), here.place, snapshot);
  const items: RecordId[] = [];
  problems = [];
  const tell = (event: ListEvent): void => {
    if (event.is !== 'groups') return;
    problems.push(...event.groups.flatMap((group) => group.problems.map(({ id, detail }) => ({ id, detail }))));
    for (const group of event.groups) items.push(...group.items.map(({ id }) => id));
  };
  await adapter.list(null, null, tell, new AbortController().signal);
  for (const reading of onlyFinds ? [] : await adapter.read(items))
    if ('fields' in reading) known.set(reading.id, { ...reading, vouches: true, native: reading.fields });
  return items.toSorted((a, b) => (a < b ? -1 : 1));
}
const listing =
  (change: (body: string) => string) =>
  (asked: Asked): Answer => {
    const answer = here.book.answer(asked);
    const isList = asked.method === 'PROPFIND' && asked.headers.depth === '1';
    return isList ? { ...answer, body: change(String(answer.body)) } : answer;
  };
const without = (name: string) => (body: string) =>
  body.replace(new RegExp(`<d:response><d:href>[^<]*${name}\\.vcf[^]*?</d:response>`), '');

it.each([
  ['leaves out', without('b')],
  [
    'says not to be there',
    (body: string) => without('b')(body).replace('</d:multistatus>', `${status(`${BOOK}b.vcf`, 404)}$&`),
  ],
])('a card that a list %s, and the server gives, is there', async (_, change) => {
  await look();
  here.book.token = { status: 403 };
  here.server.answer = listing(change);
  expect(await look()).toEqual(['a', 'b', 'c']);
});

it('one that was said to have been deleted, and is given, is there', async () => {
  await look();
  here.book.changed = status(`${BOOK}b.vcf`, 404);
  expect(await look()).toEqual(['a', 'b', 'c']);
});

it('also where the program was started again since, and only the snapshot knows of it', async () => {
  await look();
  const { server, book } = here;
  const again = await bookOf([]);
  for (const [href, card] of book.cards) again.book.cards.set(href, card);
  await server.end();
  here = again;
  here.server.answer = listing(without('b'));
  expect(await look()).toEqual(['a', 'b', 'c']);
});

it('one that is not given either is gone, and is asked for but once', async () => {
  await look();
  here.book.cards.delete(`${BOOK}b.vcf`);
  here.book.token = { status: 403 };
  for (let round = 0; round < 3; round++) expect(await look()).toEqual(['a', 'c']);
  expect(here.server.asked.filter(({ body }) => body.includes('multiget') && body.includes('b.vcf'))).toHaveLength(2);
});

it('nothing is taken for gone where the server does not say', async () => {
  await look();
  here.book.token = { status: 403 };
  const { book, server } = here;
  server.answer = (asked) => (asked.body.includes('multiget') ? { status: 502 } : listing(without('b'))(asked));
  await expect(look(true)).rejects.toMatchObject({ code: 'server-trouble' });
  expect(book.cards.size).toBe(3);
});

it.each([
  [
    'a page to log in',
    { status: 200, headers: { 'etag': '"p"', 'content-type': 'text/html' }, body: '<html>Log in</html>' },
  ],
  ['that nobody may see it', { status: 403 }],
  ['that it has no room', { status: 507 }],
])(
  'one that is left out of a list of several too, and is asked for alone answered with %s, is not gone',
  async (_, page) => {
    await look();
    here.book.token = { status: 403 };
    here.server.answer = (asked) => {
      if (asked.method === 'GET' && asked.path.endsWith('b.vcf')) return page;
      const answer = listing(without('b'))(asked);
      return asked.body.includes('multiget') ? { ...answer, body: without('b')(String(answer.body)) } : answer;
    };
    for (let round = 0; round < 2; round++) {
      await look();
      expect(problems).toEqual([{ id: 'b', detail: 'the server neither gives it nor says that it is gone' }]);
    }
    here.server.answer = (asked) => (asked.method === 'GET' ? { status: 404 } : listing(without('b'))(asked));
    here.book.cards.delete(`${BOOK}b.vcf`);
    expect(await look()).toEqual(['a', 'c']);
    expect(problems).toEqual([]);
  },
);

it('what is there under another path or spelling is not asked for: it would be there twice', async () => {
  const asked: string[] = [];
  const leftOut = new LeftOut({
    async texts(names, gone) {
      asked.push(...names);
      for (const name of names) gone.add(name);
      return [];
    },
    text: async () => null,
  });
  await leftOut.among(['/old/a.vcf', '/new/B.vcf', '/new/c.vcf'], ['/new/a.vcf', '/new/b.vcf']);
  expect(asked).toEqual(['/new/c.vcf']);
  await leftOut.among(['/old/a.vcf'], []);
  expect(asked).toEqual(['/new/c.vcf', '/old/a.vcf']);
});

describe('many of which a list of several says nothing', () => {
  const names = Array.from({ length: 100 }, (_, at) => `/book/${at}.vcf`);
  /** Those of them the server says to be gone, as long as it is asked for no more than so many at once. */
  async function goneOf(most: number): Promise<{ gone: number; atOnce: number }> {
    let [underWay, atOnce] = [0, 0];
    const leftOut = new LeftOut({
      texts: async () => [],
      async text(name, gone) {
        const now = ++underWay;
        atOnce = Math.max(atOnce, now);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
        if (now > most) throw new LockstepError('not-reachable', 'it broke the connection off');
        gone.add(name);
        return null;
      },
    });
    const { untold } = await leftOut.among(names, ['/book/kept.vcf']);
    return { gone: names.length - untold.length, atOnce };
  }

  it('are asked for some at once', async () => {
    expect(await goneOf(100)).toEqual({ gone: 100, atOnce: 4 });
  });
  it('are all asked for, also where that breaks some off', async () => {
    expect((await goneOf(2)).gone).toBe(100);
    expect((await goneOf(1)).gone).toBe(100);
    await expect(goneOf(0)).rejects.toMatchObject({ code: 'not-reachable' });
  });
  it('are not asked for any more where the server is too busy', async () => {
    let asked = 0;
    const leftOut = new LeftOut({
      texts: async () => [],
      text: async () => {
        asked++;
        throw new ServerBusy('http://x/', '429', null);
      },
    });
    await expect(leftOut.among(names, ['/book/kept.vcf'])).rejects.toMatchObject({ code: 'server-busy' });
    expect(asked).toBe(4);
  });
});

it('a card that is listed under its old name too, and not given there, is the one of its new name', async () => {
  await look();
  const { book, server } = here;
  const moved = book.cards.get(`${BOOK}b.vcf`) as { etag: string; text: string };
  book.cards.delete(`${BOOK}b.vcf`);
  book.cards.set(`${BOOK}moved.vcf`, { etag: '"b2"', text: moved.text.replace('FN:b', 'FN:B') });
  book.token = { status: 403 };
  const stale = found(`${BOOK}b.vcf`, '<d:getetag>"b0"</d:getetag>');
  server.answer = listing((body) => body.replace('</d:multistatus>', `${stale}$&`));
  expect(await look()).toEqual(['a', 'b', 'c']);
});

it('what the server said to be gone is asked for again once it was listed, and is left out once more', async () => {
  const asked: (readonly string[])[] = [];
  const leftOut = new LeftOut({
    texts: async (names, gone) => {
      asked.push(names);
      for (const name of names) gone.add(name);
      return [];
    },
    text: async () => null,
  });
  await leftOut.among(['/b/a', '/b/c'], ['/b/x']);
  await leftOut.among(['/b/a', '/b/c'], ['/b/x']);
  await leftOut.among(['/b/a'], ['/b/x', '/b/c']);
  await leftOut.among(['/b/a', '/b/c'], ['/b/x']);
  expect(asked).toEqual([['/b/a', '/b/c'], ['/b/c']]);
});
