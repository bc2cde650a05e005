import { afterEach, beforeEach, expect, it } from 'vitest';
import { ListedVersions } from '../../../../src/main/sources/dav/listed-versions.ts';
import { BOOK, bookOf, card } from './book-of-cards.ts';
import { type Answer, multistatus, status } from './fake-server.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
let here: Awaited<ReturnType<typeof bookOf>>;
beforeEach(async () => {
  here = await bookOf(['a', 'b']);
});
afterEach(() => here.server.end());

const versions = async (): Promise<readonly string[]> =>
  (await here.place.list()).documents.map(({ revision }) => Buffer.from(revision).toString());
const lists = (): number =>
  here.server.asked.filter(({ method, headers }) => method === 'PROPFIND' && headers.depth === '1').length;
const saysNothingSince = (token: string): void => {
  here.book.token = multistatus(`<d:sync-token>${token}</d:sync-token>`);
};

it('a server that was put back to what it was tells of nothing, with another token: it is asked for everything', async () => {
  await versions();
  saysNothingSince('token-1');
  await here.clock.advance(10 * MINUTE_MS);
  here.book.cards.set(`${BOOK}a.vcf`, { etag: '"a0"', text: card('a') });
  saysNothingSince('token-0');
  expect(await versions()).toEqual(['"a0"', '"b1"']);
});

it('one whose token is another each time is asked for everything now and then, and not each time', async () => {
  await versions();
  for (let round = 0; round < 30; round++) {
    saysNothingSince(`token-${round + 10}`);
    await here.clock.advance(MINUTE_MS);
    await versions();
  }
  expect(lists()).toBe(4);
});

it('whatever it says, everything is listed once a day', async () => {
  await versions();
  saysNothingSince('token-1');
  here.book.cards.delete(`${BOOK}a.vcf`);
  await here.clock.advance(DAY_MS - 1);
  expect(await versions()).toHaveLength(2);
  await here.clock.advance(1);
  expect(await versions()).toEqual(['"b1"']);
  expect(lists()).toBe(2);
});

it.each([404, 409, 410, 412])(
  'a write that is answered with %s has everything listed: something else is there',
  async (status) => {
    const { documents } = await here.place.list();
    saysNothingSince('token-1');
    here.book.cards.set(`${BOOK}a.vcf`, { etag: '"a9"', text: card('a') });
    expect(await versions()).toEqual(['"a1"', '"b1"']);
    const { answer } = here.server;
    here.server.answer = (asked) => (asked.method === 'PUT' ? { status } : answer(asked));
    await here.place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(card('a')));
    expect(await versions()).toEqual(['"a9"', '"b1"']);
    expect(await versions()).toHaveLength(2);
    expect(lists()).toBe(2);
  },
);

it('of a card that was put there, and went again before the server was asked, it tells nothing: it is not there', async () => {
  await versions();
  await here.place.make([{ name: `${BOOK}c.vcf`, bytes: Buffer.from(card('c')) }]);
  here.book.cards.delete(`${BOOK}c.vcf`);
  saysNothingSince('token-2');
  expect(await versions()).toEqual(['"a1"', '"b1"']);
});

it('where it does not say which version of something it has, everything is listed now and then, or where a person asks', async () => {
  here.book.cards.set(`${BOOK}c.vcf`, { etag: '', text: card('c') });
  saysNothingSince('token-1');
  for (let minute = 0; minute < 30; minute++) {
    expect((await here.place.list()).problems).toMatchObject([{ name: `${BOOK}c.vcf` }]);
    await here.clock.advance(MINUTE_MS);
  }
  expect(lists()).toBe(3);
  here.book.cards.set(`${BOOK}c.vcf`, { etag: '"c1"', text: card('c') });
  await here.place.condition(true);
  expect((await here.place.list()).problems).toEqual([]);
  expect(lists()).toBe(4);
});

it('what is told to be gone since is no item without a version any more', async () => {
  here.book.cards.set(`${BOOK}c.vcf`, { etag: '', text: card('c') });
  await here.place.list();
  here.book.changed = status(`${BOOK}c.vcf`, 404);
  expect((await here.place.list()).problems).toEqual([]);
  expect(lists()).toBe(1);
});

it('what is no address at all is named, and the others are there', async () => {
  here.book.cards.set('http://[', { etag: '"x"', text: card('x') });
  const { documents, problems } = await here.place.list();
  expect([documents.length, problems]).toEqual([2, [expect.objectContaining({ name: 'http://[' })]]);
});

it('where the clock was set back everything is listed, for nobody knows when it was last', async () => {
  let [now, listed] = [10 * DAY_MS, 0];
  const server = {
    list: async () => {
      listed++;
      return { resources: [], untold: [], token: 'token', isDoubtful: false };
    },
    changesSince: async () => ({ changed: [], gone: [], token: 'token' }),
  };
  const versions = new ListedVersions(server, 'https://dav.example/book/', { now: () => now });
  for (const time of [10 * DAY_MS, 10 * DAY_MS + MINUTE_MS, 5 * DAY_MS, 5 * DAY_MS + MINUTE_MS]) {
    now = time;
    await versions.ask();
  }
  expect(listed).toBe(2);
});

it('a list that says of something in it that it is not there is asked for again soon', async () => {
  const { answer } = here.server;
  here.server.answer = (asked) => {
    const told = answer(asked) as Answer;
    const isList = asked.method === 'PROPFIND' && asked.headers.depth === '1';
    const denied = String(told.body).replace(
      /<d:response><d:href>[^<]*b\.vcf[\s\S]*?<\/d:response>/,
      status(`${BOOK}b.vcf`, 404),
    );
    return isList ? { ...told, body: denied } : told;
  };
  expect(await versions()).toEqual(['"a1"']);
  here.server.answer = answer;
  saysNothingSince('token-1');
  await here.clock.advance(10 * MINUTE_MS);
  expect(await versions()).toEqual(['"a1"', '"b1"']);
});
