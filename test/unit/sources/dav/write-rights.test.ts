import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DavPlace } from '../../../../src/main/sources/dav/dav-place.ts';
import { DavServer } from '../../../../src/main/sources/dav/dav-server.ts';
import { WriteRights } from '../../../../src/main/sources/dav/write-rights.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { type Asked, FakeBook, FakeServer, found, multistatus, status } from './fake-server.ts';

const BOOK = '/me/book/';
const MINUTE = 60_000;
const random = { bytes: (count: number) => new Uint8Array(count) };
const card = (name: string): Uint8Array =>
  Buffer.from(`BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${name}\r\nFN:${name}\r\nEND:VCARD\r\n`);

let server: FakeServer;
let book: FakeBook;
let clock: FakeClock;
let place: DavPlace;
/** What the server tells of its privileges; null: nothing. */
let privileges: readonly string[] | null;
/** How a write is answered; null: as asked. */
let forbids: (asked: Asked) => number | null;
beforeEach(async () => {
  server = await FakeServer.start();
  book = new FakeBook();
  clock = new FakeClock();
  privileges = ['read', 'read-acl'];
  forbids = () => 403;
  server.answer = (asked) => {
    const isWrite = asked.method === 'PUT' || asked.method === 'DELETE';
    const code = isWrite ? forbids(asked) : null;
    if (code !== null) return { status: code };
    if (!asked.body.includes('current-user-privilege-set')) return book.answer(asked);
    if (privileges === null)
      return multistatus(
        `<d:response><d:href>${BOOK}</d:href><d:propstat><d:prop><d:current-user-privilege-set/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>`,
      );
    const told = privileges.map((each) => `<d:privilege><d:${each}/></d:privilege>`).join('');
    return multistatus(found(BOOK, `<d:current-user-privilege-set>${told}</d:current-user-privilege-set>`));
  };
  const account = { origin: server.origin, user: 'me', password: 'secret' };
  place = new DavPlace({ server: new DavServer(account), url: server.origin + BOOK, kind: 'contacts', clock, random });
  await place.list();
});
afterEach(() => server.end());

/** What becomes of these, and how many writes were sent for that. */
const make = async (...names: readonly string[]): Promise<readonly [reasons: readonly string[], sent: number]> => {
  server.asked.length = 0;
  const made = await place.make(names.map((name) => ({ name: `${BOOK}${name}.vcf`, bytes: card(name) })));
  const sent = server.asked.filter(({ method }) => method === 'PUT').length;
  return [made.map((each) => (each.done === 'written' ? 'written' : each.reason)), sent];
};
const asked = (): number => server.asked.filter(({ body }) => body.includes('current-user-privilege-set')).length;

describe('a collection that may only be read', () => {
  it('says so of everything, once the first was forbidden, and nothing is sent to it any more', async () => {
    expect(await make('a')).toEqual([['not-writable'], 1]);
    expect(asked()).toBe(1);
    expect(await make('a', 'b', 'c')).toEqual([['not-writable', 'not-writable', 'not-writable'], 0]);
    const gone = await place.write(`${BOOK}a.vcf`, null, null);
    expect(gone).toMatchObject({ reason: 'not-writable', detail: expect.stringContaining('may only read') });
    expect([server.asked.filter(({ method }) => method === 'DELETE').length, asked()]).toEqual([0, 0]);
  });

  it('is written to once it may be: found out by one request now and then, or where a person asks', async () => {
    await make('a');
    await clock.advance(3 * MINUTE);
    expect([await make('a', 'b'), asked()]).toEqual([[['not-writable', 'not-writable'], 0], 1]);
    privileges = ['read', 'write-content', 'bind'];
    forbids = () => null;
    expect(await make('a', 'b')).toEqual([['not-writable', 'not-writable'], 0]);
    await place.condition(true);
    expect(await make('a', 'b')).toEqual([['written', 'written'], 2]);
  });

  it('is asked ever later whether that is still so, and soon again once something was taken', async () => {
    await make('a');
    const askedAfter = async (minutes: number): Promise<number> => {
      await clock.advance(minutes * MINUTE);
      await make('a');
      return asked();
    };
    expect([await askedAfter(1.5), await askedAfter(1), await askedAfter(3), await askedAfter(1.5)]).toEqual([
      0, 1, 0, 1,
    ]);
    privileges = ['write'];
    forbids = () => null;
    await place.condition(true);
    expect(await make('b')).toEqual([['written'], 1]);
    privileges = ['read'];
    forbids = () => 403;
    await clock.advance(2 * MINUTE);
    expect(await make('a')).toEqual([['not-writable'], 1]);
    expect(await askedAfter(2.5)).toBe(1);
  });

  it('is tried again once the server does not tell it any more', async () => {
    await make('a');
    privileges = null;
    await clock.advance(3 * MINUTE);
    expect(await make('b')).toEqual([['not-writable'], 1]);
  });

  it('is found out with the next write where the server failed to tell it', async () => {
    const { answer } = server;
    server.answer = (asked) => (asked.body.includes('current-user-privilege-set') ? { status: 500 } : answer(asked));
    expect(await make('a')).toEqual([['no-permission'], 1]);
    server.answer = answer;
    expect(await make('b')).toEqual([['not-writable'], 1]);
  });

  it('is left alone like any other where it is too busy to say whether that is still so', async () => {
    await make('a');
    await clock.advance(3 * MINUTE);
    const { answer } = server;
    server.answer = () => ({ status: 429 });
    await expect(make('a')).rejects.toMatchObject({ code: 'server-busy' });
    expect(await place.condition()).toMatchObject({ is: 'unavailable' });
    server.answer = answer;
  });

  it.each([['all'], ['write'], ['write-content'], ['bind'], ['unbind']])(
    'is not one in which the account may %s: what is forbidden there is so of that item',
    async (privilege) => {
      privileges = ['read', privilege];
      expect(await make('a')).toEqual([['no-permission'], 1]);
      expect(await make('b')).toEqual([['no-permission'], 1]);
      expect(asked()).toBe(0);
    },
  );

  it('that does not tell privileges is one until it takes something', async () => {
    privileges = null;
    expect(await make('a', 'b')).toEqual([['not-writable', 'not-writable'], 2]);
    forbids = ({ path }) => (path.endsWith('/a.vcf') ? 403 : null);
    expect(await make('c')).toEqual([['written'], 1]);
    expect(await make('a', 'b')).toEqual([['no-permission', 'written'], 2]);
  });
});

describe('a collection that does not tell privileges, and takes nothing', () => {
  const many = Array.from({ length: 20 }, (_, at) => `n${at}`);
  beforeEach(() => {
    privileges = null;
  });

  it('is given one at a time from then on, now and then', async () => {
    expect(await make('a', 'b', 'c')).toEqual([['not-writable', 'not-writable', 'not-writable'], 3]);
    expect(await make(...many)).toEqual([many.map(() => 'not-writable'), 0]);
    await clock.advance(3 * MINUTE);
    expect((await make(...many))[1]).toBe(1);
    expect((await make(...many))[1]).toBe(0);
    await place.condition(true);
    expect((await make(...many))[1]).toBe(1);
  });

  it('is given all once it took that one', async () => {
    await make('a', 'b', 'c');
    await clock.advance(3 * MINUTE);
    forbids = () => null;
    expect((await make(...many))[1]).toBe(1);
    expect(await make(...many.slice(1))).toEqual([many.slice(1).map(() => 'written'), many.length - 1]);
  });
});

describe('what was refused for a reason of the account', () => {
  beforeEach(() => {
    privileges = ['read', 'write'];
  });

  it.each([403, 507])('(%s) is tried again as soon as anything else is taken', async (code) => {
    forbids = ({ path }) => (path.endsWith('/c.vcf') ? null : code);
    const [[reason]] = await make('a', 'b');
    expect(await make('a', 'b')).toEqual([[reason, reason], 0]);
    await make('c');
    forbids = () => null;
    expect(await make('a', 'b')).toEqual([['written', 'written'], 2]);
  });

  it('is not where that was a reason of its text', async () => {
    forbids = ({ path }) => (path.endsWith('/c.vcf') ? null : 415);
    await make('a');
    await make('c');
    expect(await make('a')).toEqual([['not-taken'], 0]);
  });

  it('(507) is tried, one by one, as others make room; where one is taken, all are', async () => {
    forbids = () => 507;
    await make('a', 'b', 'c');
    book.changed = status(`${BOOK}old.vcf`, 404);
    await place.list();
    expect((await make('a', 'b', 'c'))[1]).toBe(1);
    expect((await make('a', 'b', 'c'))[1]).toBe(0);
    await place.list();
    const paths = (): readonly string[] => server.asked.flatMap(({ method, path }) => (method === 'PUT' ? path : []));
    await make('a', 'b', 'c');
    expect(paths()).toEqual([`${BOOK}b.vcf`]);
    await place.list();
    forbids = () => null;
    expect(await make('a', 'b', 'c')).toEqual([['disk-full', 'disk-full', 'written'], 1]);
    expect(await make('a', 'b')).toEqual([['written', 'written'], 2]);
  });
});

it('what the server said of itself counts for a minute, and not where the clock was set back', async () => {
  let [now, asked] = [10 * MINUTE, 0];
  const rights = new WriteRights({ now: () => now }, async () => {
    asked++;
    return false;
  });
  for (const time of [10 * MINUTE, 11 * MINUTE - 1, 11 * MINUTE, 5 * MINUTE]) {
    now = time;
    expect(await rights.areNoneBy()).toBe(true);
  }
  expect(asked).toBe(3);
});

it('a server that could not be asked what may be written is asked again', async () => {
  let isAway = true;
  const rights = new WriteRights({ now: () => 0 }, async () => {
    if (isAway) throw new Error('away');
    return true;
  });
  await expect(rights.areNoneBy()).rejects.toThrow('away');
  isAway = false;
  expect(await rights.areNoneBy()).toBe(false);
});
