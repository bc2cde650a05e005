import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DavPlace } from '../../../../src/main/sources/dav/dav-place.ts';
import { DavServer } from '../../../../src/main/sources/dav/dav-server.ts';
import type { ListedDocument } from '../../../../src/main/sources/text/document-place.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { FakeBook, FakeServer, found, multistatus, status } from './fake-server.ts';

const BOOK = '/me/book/';
const random = { bytes: (count: number) => new Uint8Array(count) };
const card = (name: string): string => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${name}\r\nFN:${name}\r\nEND:VCARD\r\n`;

let server: FakeServer;
let book: FakeBook;
let clock: FakeClock;
let place: DavPlace;
beforeEach(async () => {
  server = await FakeServer.start();
  book = new FakeBook();
  clock = new FakeClock();
  server.answer = (asked) => book.answer(asked);
  const account = { origin: server.origin, user: 'me', password: 'secret' };
  place = new DavPlace({ server: new DavServer(account), url: server.origin + BOOK, kind: 'contacts', clock, random });
  for (const name of ['a', 'b']) book.cards.set(`${BOOK}${name}.vcf`, { etag: `"${name}1"`, text: card(name) });
});
afterEach(() => server.end());
const names = async (): Promise<readonly string[]> => (await place.list()).documents.map(({ name }) => name);
const methods = (): readonly string[] => server.asked.map(({ method }) => method);

describe('a collection on a server', () => {
  it('is listed once, and then only asked what changed', async () => {
    expect(await names()).toEqual([`${BOOK}a.vcf`, `${BOOK}b.vcf`]);
    book.changed = found(`${BOOK}c.vcf`, '<d:getetag>"c1"</d:getetag>') + status(`${BOOK}a.vcf`, 404);
    server.asked.length = 0;
    expect(await names()).toEqual([`${BOOK}b.vcf`, `${BOOK}c.vcf`]);
    expect(methods()).toEqual(['REPORT']);
    expect(server.asked[0]?.body).toContain('token-1');
  });

  it('takes its token before it lists: what changes meanwhile is told again', async () => {
    await place.list();
    expect(server.asked.map(({ headers, body }) => (body.includes('sync-token') ? 'token' : headers.depth))).toEqual([
      'token',
      '1',
    ]);
  });

  it.each([403, 409, 412, 500, 507])('lists everything where its token is answered with %s', async (code) => {
    await place.list();
    book.token = { status: code };
    book.cards.set(`${BOOK}c.vcf`, { etag: '"c1"', text: card('c') });
    expect(await names()).toEqual([`${BOOK}a.vcf`, `${BOOK}b.vcf`, `${BOOK}c.vcf`]);
  });

  it('lists everything where a report of changes is cut short (507), or names no new token', async () => {
    await place.list();
    book.token = multistatus(`${status(BOOK, 507)}<d:sync-token>token-2</d:sync-token>`);
    book.cards.delete(`${BOOK}a.vcf`);
    expect(await names()).toEqual([`${BOOK}b.vcf`]);
    book.token = multistatus(found(`${BOOK}z.vcf`, '<d:getetag>"z1"</d:getetag>'));
    expect(await names()).toEqual([`${BOOK}b.vcf`]);
  });

  it('that lists only a part of itself says nothing of the rest', async () => {
    server.answer = (asked) =>
      asked.headers.depth === '1'
        ? multistatus(found(`${BOOK}a.vcf`, '<d:getetag>"a1"</d:getetag>') + status(BOOK, 507))
        : book.answer(asked);
    await expect(place.list()).rejects.toMatchObject({ code: 'server-trouble' });
  });

  it.each([
    ['that breaks off', (body: string) => body.slice(0, body.indexOf(`<d:href>${BOOK}b.vcf`))],
    ['that breaks off right behind an item', (body: string) => body.slice(0, body.lastIndexOf('</d:multistatus>'))],
    ['that is a page to log in', () => '<html><body>Who are you?</body></html>'],
    ['of nothing, not even of itself', () => '<d:multistatus xmlns:d="DAV:"/>'],
  ])('a list %s says nothing of what is there', async (_, make) => {
    await place.list();
    book.token = { status: 403 };
    server.answer = (asked) => {
      const answer = book.answer(asked);
      return asked.headers.depth === '1' && asked.method === 'PROPFIND'
        ? { ...answer, body: make(String(answer.body)) }
        : answer;
    };
    await expect(place.list()).rejects.toThrow();
    server.answer = (asked) => book.answer(asked);
    expect(await names()).toEqual([`${BOOK}a.vcf`, `${BOOK}b.vcf`]);
  });

  it('a page to log in, with the status of success, is no list either', async () => {
    await place.list();
    server.answer = () => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>Who are you?</html>',
    });
    await expect(place.list()).rejects.toMatchObject({ code: 'server-trouble' });
    await expect(place.read([`${BOOK}a.vcf`])).rejects.toMatchObject({ code: 'server-trouble' });
    expect(await place.condition()).toMatchObject({ is: 'unavailable' });
  });

  it('a report of changes that breaks off is not believed: everything is listed', async () => {
    await place.list();
    const whole = multistatus(`<d:sync-token>token-2</d:sync-token>${status(`${BOOK}a.vcf`, 404)}`);
    book.token = { ...whole, body: String(whole.body).slice(0, -20) };
    expect(await names()).toEqual([`${BOOK}a.vcf`, `${BOOK}b.vcf`]);
  });

  it('an item of which no version is told is there, and is a problem of its own until one is, though it did not change', async () => {
    server.answer = (asked) => {
      const answer = book.answer(asked);
      return { ...answer, body: String(answer.body).replace('<d:getetag>"b1"</d:getetag>', '') };
    };
    const { documents, problems } = await place.list();
    expect(documents.map(({ name }) => name)).toEqual([`${BOOK}a.vcf`]);
    expect(problems).toMatchObject([{ name: `${BOOK}b.vcf`, code: 'unreadable' }]);
    server.answer = (asked) => book.answer(asked);
    await clock.advance(10 * 60_000);
    const told = await place.list();
    expect([told.documents.length, told.problems]).toEqual([2, []]);
  });

  it('a change without its version is found by listing everything', async () => {
    await place.list();
    book.cards.set(`${BOOK}b.vcf`, { etag: '"b2"', text: card('b') });
    book.changed = found(`${BOOK}b.vcf`, '');
    const { documents } = await place.list();
    expect(documents.map(({ revision }) => Buffer.from(revision).toString())).toEqual(['"a1"', '"b2"']);
  });

  it('etags and tokens that look like numbers are what they are', async () => {
    book.cards.set(`${BOOK}a.vcf`, { etag: '1234', text: card('a') });
    book.token = multistatus('<d:sync-token>17</d:sync-token>');
    expect(await names()).toEqual([`${BOOK}a.vcf`, `${BOOK}b.vcf`]);
    expect(await names()).toEqual([`${BOOK}a.vcf`, `${BOOK}b.vcf`]);
    await names();
    expect(server.asked.at(-1)?.body).toContain('>17<');
  });

  it('an item that is listed and never given is not asked for without end', async () => {
    await place.list();
    const missing = `${BOOK}missing.vcf`;
    expect(await place.read([missing])).toMatchObject([{ code: 'changing' }]);
    expect(await place.read([missing])).toMatchObject([{ code: 'unreadable' }]);
    book.cards.set(missing, { etag: '"m"', text: card('m') });
    expect(await place.read([missing])).toMatchObject([{ name: missing }]);
    book.cards.delete(missing);
    expect(await place.read([missing])).toMatchObject([{ code: 'changing' }]);
  });

  it.each(['a%2Fb', 'a%5Cb', 'a%25b', 'a%20b', 'a%3Fb', '%C3%A4', 'a@b'])(
    'a name with what means something in an address is that name: %s',
    async (name) => {
      const href = `${BOOK}${name}.vcf`;
      book.cards.clear();
      book.cards.set(href, { etag: '"s1"', text: card('s') });
      expect(await names()).toEqual([href]);
      expect((await place.read([href]))[0]).toMatchObject({ name: href });
      const { documents } = await place.list();
      await place.write(href, documents[0]!.revision, Buffer.from(card('s')));
      expect(server.asked.find(({ method }) => method === 'PUT')?.path).toBe(href);
    },
  );

  it('a text has the line end after its last line, which answers lack', async () => {
    const texts = await place.read(await names());
    const whole = expect.stringMatching(/END:VCARD\r?\n$/);
    expect(texts.map((each) => 'bytes' in each && Buffer.from(each.bytes).toString())).toEqual([whole, whole]);
  });

  it('a text in several pieces is one', async () => {
    const note = 'BEGIN:VCARD\r\nNOTE:]]]]><![CDATA[>\r\nEND:VCARD';
    book.cards.set(`${BOOK}a.vcf`, { etag: '"a1"', text: `<![CDATA[${note}]]>` });
    const [read] = await place.read([`${BOOK}a.vcf`]);
    expect(read !== undefined && 'bytes' in read && Buffer.from(read.bytes).toString()).toContain('NOTE:]]>');
  });

  it('cannot be reached: that is said, and nothing counts as gone', async () => {
    await place.list();
    await server.end();
    await expect(place.list()).rejects.toMatchObject({ code: 'not-reachable' });
    expect(await place.condition()).toMatchObject({ is: 'unavailable' });
  });

  it('is read at most a hundred at a time, and one by one where one that is not there fails them all', async () => {
    for (let at = 0; at < 230; at++) book.cards.set(`${BOOK}${at}.vcf`, { etag: `"${at}"`, text: card(String(at)) });
    const listed = await names();
    server.asked.length = 0;
    expect((await place.read(listed)).filter((each) => 'bytes' in each)).toHaveLength(232);
    expect(methods()).toEqual(['REPORT', 'REPORT', 'REPORT']);
    book.most = 1;
    const [one, gone] = await place.read([`${BOOK}a.vcf`, `${BOOK}gone.vcf`]);
    expect(one).toMatchObject({ name: `${BOOK}a.vcf` });
    expect(gone).toMatchObject({ code: 'changing' });
  });

  it('is written with the etag it replaces, and what the server made of it counts', async () => {
    const { documents } = await place.list();
    server.asked.length = 0;
    const written = await place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(card('a')));
    expect(server.asked[0]).toMatchObject({ method: 'PUT', headers: { 'if-match': '"a1"' } });
    expect(methods()).toEqual(['PUT', 'REPORT']);
    if (written.done !== 'written' || written.document === null) throw new Error('it was not written');
    expect(Buffer.from(written.document.bytes).toString()).toContain('FN:Mr a');
    const made = await place.write(`${BOOK}new.vcf`, null, Buffer.from(card('new')));
    expect(made.done).toBe('written');
    expect(server.asked[2]).toMatchObject({ method: 'PUT', headers: { 'if-none-match': '*' } });
    const removed = await place.write(`${BOOK}a.vcf`, written.document.revision, null);
    expect(removed).toEqual({ done: 'written', document: null });
    expect(server.asked.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'if-match': expect.any(String) } });
    for (const { method, headers } of server.asked)
      if (method === 'PUT' || method === 'DELETE')
        expect(headers['if-match'] ?? headers['if-none-match']).toBeDefined();
  });

  it('that somebody else writes to at once is not taken for what the server made of it, where that tells versions', async () => {
    await place.list();
    let told = (etag: string): string => etag;
    let theirs: string | null = null;
    server.answer = (asked) => {
      const answer = book.answer(asked);
      const card = book.cards.get(asked.path);
      if (asked.method !== 'PUT' || card === undefined) return answer;
      const etag = told(card.etag);
      if (theirs !== null) book.cards.set(asked.path, { etag: '"theirs"', text: theirs });
      return { ...answer, headers: { etag } };
    };
    const write = async (name: string) => (await place.write(`${BOOK}${name}.vcf`, null, Buffer.from(card(name)))).done;
    told = () => '"of what was sent"';
    expect(await write('c')).toBe('written');
    told = (etag) => etag;
    expect(await write('d')).toBe('written');
    theirs = card('somebody');
    // What is new they edited as we wrote it; what was there before they may have put back.
    const made = await place.write(`${BOOK}e.vcf`, null, Buffer.from(card('e')));
    expect(made).toMatchObject({ done: 'written', edited: 'surely', document: { bytes: Buffer.from(theirs) } });
    book.changed = found(`${BOOK}d.vcf`, `<d:getetag>${book.cards.get(`${BOOK}d.vcf`)?.etag}</d:getetag>`);
    const { revision } = (await place.list()).documents.find(({ name }) => name === `${BOOK}d.vcf`) as ListedDocument;
    expect((await place.write(`${BOOK}d.vcf`, revision, Buffer.from(card('e')))).done).toBe('refused');
  });

  it.each([
    [412, 'changed-underneath'],
    [409, 'not-taken'],
    [403, 'no-permission'],
    [400, 'not-taken'],
    [507, 'disk-full'],
    [500, 'io'],
  ])('a write answered with %s is %s, of this item alone', async (code, reason) => {
    const { documents } = await place.list();
    server.answer = (asked) =>
      asked.method === 'PUT' ? { status: code, body: '<e>Incorrect\n padding</e>' } : book.answer(asked);
    const written = await place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(card('a')));
    expect(written).toMatchObject({
      done: 'refused',
      reason,
      detail: expect.stringMatching(`answers ${code} .*: Incorrect padding$`),
    });
  });

  it.each([
    [
      '<card:valid-address-data/>',
      'not-taken',
      /^the server takes it for no valid card .403 Forbidden.: FN is missing$/,
    ],
    [
      '<card:no-uid-conflict><d:href>/me/book/z.vcf</d:href></card:no-uid-conflict>',
      'not-taken',
      /the same UID and takes but one .*z.vcf/,
    ],
    [
      '<s:exception>Sabre\\DAV\\Exception</s:exception><s:message>Not so large</s:message><s:version>4</s:version>',
      'no-permission',
      /^the server answers 403 Forbidden: Not so large$/,
    ],
    ['<d:need-privileges/>', 'no-permission', /answers 403 Forbidden: FN is missing/],
  ])('a text that is forbidden (403) for %s is %s', async (condition, reason, detail) => {
    const { documents } = await place.list();
    const body = `<d:error xmlns:d="DAV:" xmlns:card="c">${condition}<d:text>FN is missing</d:text></d:error>`;
    server.answer = (asked) => (asked.method === 'PUT' ? { status: 403, body } : book.answer(asked));
    const written = await place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(card('a')));
    expect(written).toMatchObject({ reason, detail: expect.stringMatching(detail) });
  });

  it('what it refuses is not sent again with each look, but when it says something else, later on, and when a person asks', async () => {
    const { documents } = await place.list();
    server.answer = (asked) => (asked.method === 'PUT' ? { status: 500 } : book.answer(asked));
    const puts = async (bytes: string): Promise<number> => {
      server.asked.length = 0;
      const written = await place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(bytes));
      const made = await place.make([{ name: `${BOOK}n.vcf`, bytes: Buffer.from(bytes) }]);
      expect([written, ...made]).toEqual([
        expect.objectContaining({ reason: 'io' }),
        expect.objectContaining({ reason: 'io' }),
      ]);
      return methods().filter((method) => method === 'PUT').length;
    };
    const stamped = (at: string) => card('a').replace('FN:', `REV:${at}\r\nFN:`);
    expect([await puts(stamped('1')), await puts(stamped('2')), await puts(card('b')), await puts(card('b'))]).toEqual([
      2, 0, 2, 0,
    ]);
    await clock.advance(121_000);
    expect([await puts(card('b')), await puts(card('b'))]).toEqual([2, 0]);
    await clock.advance(121_000);
    expect(await puts(card('b'))).toBe(0);
    await place.condition(true);
    expect(await puts(card('b'))).toBe(2);
    server.answer = (asked) => book.answer(asked);
    await place.condition(true);
    expect(await place.make([{ name: `${BOOK}n.vcf`, bytes: Buffer.from(card('b')) }])).toMatchObject([
      { done: 'written' },
    ]);
  });

  it('that breaks a connection off is asked once more for what it holds, and is not written to twice', async () => {
    const heard = new Set<string>();
    server.hears = ({ method, path }) => heard.size === heard.add(`${method} ${path}`).size;
    const { documents } = await place.list();
    expect(documents).toHaveLength(2);
    expect(await place.read([`${BOOK}a.vcf`])).toMatchObject([{ name: `${BOOK}a.vcf` }]);
    const written = await place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(card('c')));
    expect(written).toMatchObject({ reason: 'io', detail: expect.stringContaining('broke the connection off') });
    expect(methods().filter((method) => method === 'PUT')).toHaveLength(1);
    server.hears = () => false;
    server.asked.length = 0;
    await expect(place.read([`${BOOK}b.vcf`])).rejects.toMatchObject({ code: 'not-reachable' });
    expect(server.asked).toHaveLength(2);
  });

  it('names a new text as the server will list it', async () => {
    const name = place.newName('someone@example.com', () => false);
    expect(name).toBe(`${BOOK}someone@example.com.vcf`);
    book.cards.set(`${BOOK}else.vcf`, { etag: '"x"', text: card('x') });
    expect(await place.make([{ name, bytes: Buffer.from(card('someone@example.com')) }])).toMatchObject([
      { done: 'written', document: { name } },
    ]);
  });

  it('whose answer to a write is a page was written only if it is another one by then', async () => {
    const { documents } = await place.list();
    const page = { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<p>Who are you?</p>' };
    server.answer = (asked) => (['PUT', 'DELETE'].includes(asked.method) ? page : book.answer(asked));
    const { revision } = documents[0]!;
    const refused = { done: 'refused', reason: 'io' };
    expect(await place.write(`${BOOK}a.vcf`, revision, Buffer.from(card('a2')))).toMatchObject(refused);
    expect(await place.write(`${BOOK}a.vcf`, revision, null)).toMatchObject(refused);
    expect(await place.write(`${BOOK}new.vcf`, null, Buffer.from(card('new')))).toMatchObject(refused);
    server.answer = (asked) => {
      const answer = book.answer(asked);
      return ['PUT', 'DELETE'].includes(asked.method) ? page : answer;
    };
    expect(await place.write(`${BOOK}a.vcf`, revision, Buffer.from(card('a2')))).toMatchObject({ done: 'written' });
    expect(await place.write(`${BOOK}b.vcf`, documents[1]!.revision, null)).toMatchObject({ done: 'written' });
  });

  it.each([401, 429, 503])(
    'that answers what is asked for with %s is not asked for each item by itself',
    async (code) => {
      const { documents } = await place.list();
      server.answer = () => ({ status: code });
      server.asked.length = 0;
      await expect(place.read(documents.map(({ name }) => name))).rejects.toMatchObject({
        code: { 401: 'not-allowed', 429: 'server-busy', 503: 'server-trouble' }[code],
      });
      expect(server.asked).toHaveLength(1);
    },
  );

  it.each([
    ['a status of success that lists what went wrong', 207],
    ['a conflict', 409],
  ])('that has another item of the UID takes none, and %s says so', async (_, code) => {
    await place.list();
    const error = '<d:error><card:no-uid-conflict/></d:error>';
    const inside = `${status(`${BOOK}new.vcf`, 412).replace('</d:response>', '')}${error}<d:responsedescription>UID already in use.</d:responsedescription></d:response>`;
    server.answer = (asked) => (asked.method === 'PUT' ? { ...multistatus(inside), status: code } : book.answer(asked));
    const written = await place.write(`${BOOK}new.vcf`, null, Buffer.from(card('a')));
    expect(written).toMatchObject({
      done: 'refused',
      reason: 'not-taken',
      detail: expect.stringMatching(/another item of the same UID and takes but one .*UID already in use/),
    });
    // What it lists is no news of other items.
    expect(await names()).toEqual([`${BOOK}a.vcf`, `${BOOK}b.vcf`]);
  });

  it('that lists nothing that went wrong has written it', async () => {
    await place.list();
    server.answer = (asked) => {
      const answer = book.answer(asked);
      return asked.method === 'PUT' ? multistatus(status(asked.path, 200)) : answer;
    };
    expect((await place.write(`${BOOK}new.vcf`, null, Buffer.from(card('new')))).done).toBe('written');
  });

  it('that changed since it was read is not written at all', async () => {
    const { documents } = await place.list();
    book.changed = found(`${BOOK}a.vcf`, '<d:getetag>"a2"</d:getetag>');
    await place.list();
    server.asked.length = 0;
    const written = await place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(card('a')));
    expect(written).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
    expect(server.asked).toEqual([]);
  });

  it('behind a password nobody gave says how it is given', async () => {
    const stranger = new DavServer({ origin: server.origin, user: 'me', password: null });
    const unknown = new DavPlace({ server: stranger, url: server.origin + BOOK, kind: 'contacts', clock, random });
    server.answer = () => ({ status: 401 });
    expect(await unknown.condition()).toMatchObject({ detail: expect.stringContaining('LOCKSTEP_PASSWORD') });
  });

  it('of another kind by now, or behind a password that is wrong by now, is unavailable', async () => {
    server.answer = () => ({ status: 401 });
    expect(await place.condition()).toMatchObject({
      is: 'unavailable',
      detail: `${server.origin} does not let me in: look at the user name and the password.`,
    });
    await clock.advance(5000);
    server.answer = () => multistatus(found(BOOK, '<d:resourcetype><d:collection/></d:resourcetype>'));
    expect(await place.condition()).toMatchObject({ is: 'unavailable', detail: expect.stringContaining('holds no') });
  });

  it('that fails is left alone ever longer, and asked again by itself', async () => {
    server.answer = () => ({ status: 503 });
    let dirty = 0;
    const stop = await place.watch(() => {
      dirty++;
    });
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure++) {
      await place.condition();
      const since = clock.now();
      const asked = server.asked.length;
      await place.condition();
      expect(server.asked.length).toBe(asked);
      for (const before = dirty; dirty === before || (await sameAnswer(asked)); ) await clock.advance(100);
      waits.push(clock.now() - since);
    }
    // Random that is all zeros: half of 5 s, doubled each time, until half of 5 minutes.
    expect(waits.map((wait) => Math.round(wait / 500) / 2)).toEqual([2.5, 5, 10, 20, 40, 80, 150, 150, 150]);
    server.answer = (asked) => book.answer(asked);
    await clock.advance(300_000);
    expect(await place.condition()).toEqual({ is: 'ready' });
    await stop();
    expect(clock.untilNext()).toBe(null);
  });

  const HALF_AN_HOUR = 'Thu, 01 Jan 2026 00:30:00 GMT';
  it.each([
    [429, '120', '2 minutes', 120_000],
    [503, '1', '1 second', 2500],
    [503, HALF_AN_HOUR, '30 minutes', 1_800_000],
    [429, '86400', '1 hour', 3_600_000],
    [429, 'soon', 'it is asked too much', 2500],
  ])('that answers %s, and to come again after %s, is left alone for that (%s)', async (code, after, words, wait) => {
    await place.list();
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
    server.answer = () => ({ status: code, headers: { 'retry-after': after, date } });
    server.asked.length = 0;
    expect(await place.condition()).toMatchObject({ is: 'unavailable', detail: expect.stringContaining(words) });
    await clock.advance(wait - 1);
    await place.condition();
    expect(server.asked).toHaveLength(1);
    server.answer = (asked) => book.answer(asked);
    await clock.advance(1);
    expect(await place.condition()).toEqual({ is: 'ready' });
  });

  it('that is to be left alone for long is asked by a person once a minute at most', async () => {
    server.answer = () => ({ status: 429, headers: { 'retry-after': '86400' } });
    for (let second = 0; second < 120; second++) {
      await place.condition(true);
      await clock.advance(1000);
    }
    expect(server.asked).toHaveLength(2);
  });

  it('that says it is there and gives no list is left alone ever longer too, but for a person who waits', async () => {
    server.answer = (asked) => (asked.headers.depth === '0' ? book.answer(asked) : { status: 502 });
    const failed: number[] = [];
    for (let second = 0; second < 60; second++) {
      if ((await place.condition()).is === 'ready') await place.list().catch(() => failed.push(second));
      await clock.advance(1000);
    }
    expect(failed).toEqual([0, 3, 8, 18, 38]);
    expect(await place.condition(true)).toEqual({ is: 'ready' });
    server.answer = (asked) => book.answer(asked);
    await clock.advance(10_000);
    expect(await place.condition(true)).toEqual({ is: 'ready' });
    await place.list();
    server.answer = (asked) => (asked.headers.depth === '0' ? book.answer(asked) : { status: 502 });
    await expect(place.read([`${BOOK}a.vcf`])).rejects.toThrow();
    await clock.advance(1000);
    expect(await place.condition(true)).toEqual({ is: 'ready' });
  });

  it('that is too busy to be written to is not asked to take the next item either', async () => {
    const { documents } = await place.list();
    server.answer = (asked) =>
      asked.method === 'PUT' ? { status: 429, headers: { 'retry-after': '60' } } : book.answer(asked);
    const write = () => place.write(`${BOOK}a.vcf`, documents[0]!.revision, Buffer.from(card('a2')));
    await expect(write()).rejects.toMatchObject({ code: 'server-busy' });
    expect(await place.condition()).toMatchObject({ is: 'unavailable' });
    await clock.advance(60_000);
    expect(await place.condition()).toEqual({ is: 'ready' });
    server.answer = (asked) => book.answer(asked);
    expect(await write()).toMatchObject({ done: 'written' });
  });

  describe('that is to take many new ones', () => {
    const fresh = Array.from({ length: 10 }, (_, at) => ({
      name: `${BOOK}new${at}.vcf`,
      bytes: Buffer.from(card(`new${at}`)),
    }));
    const done = (written: readonly { readonly done: string }[]): readonly string[] => written.map((each) => each.done);

    /** The place anew: how many it has put at the same time, at most. */
    const countPuts = (): { most: number } => {
      const real = new DavServer({ origin: server.origin, user: 'me', password: 'secret' });
      const counted = { most: 0 };
      let open = 0;
      const put = real.put.bind(real);
      real.put = async (...asked) => {
        counted.most = Math.max(counted.most, ++open);
        return put(...asked).finally(() => open--);
      };
      place = new DavPlace({ server: real, url: server.origin + BOOK, kind: 'contacts', clock, random });
      return counted;
    };

    it('is given some at once, and asked but once what it made of them', async () => {
      const puts = countPuts();
      const written = await place.make(fresh);
      expect(done(written)).toEqual(fresh.map(() => 'written'));
      expect(written[3]).toMatchObject({ document: { name: fresh[3]?.name } });
      expect(methods().filter((method) => method === 'PUT')).toHaveLength(10);
      expect(methods().filter((method) => method === 'REPORT')).toHaveLength(1);
      expect(puts.most).toBe(4);
      expect((await place.list()).documents).toHaveLength(12);
    });

    it('refuses those alone that it does not take', async () => {
      await place.list();
      book.cards.set(`${BOOK}new2.vcf`, { etag: '"n"', text: card('somebody else') });
      server.answer = (asked) => (asked.path.endsWith('new5.vcf') ? { status: 415 } : book.answer(asked));
      const written = await place.make(fresh);
      expect(written[2]).toMatchObject({ done: 'refused', reason: 'changed-underneath' });
      expect(written[5]).toMatchObject({ done: 'refused', reason: 'not-taken' });
      expect(done(written).filter((each) => each === 'written')).toHaveLength(8);
    });

    it('and is too busy for more has those it took, and the others wait', async () => {
      await place.list();
      let puts = 0;
      server.answer = (asked) =>
        asked.method === 'PUT' && ++puts > 5 ? { status: 429, headers: { 'retry-after': '60' } } : book.answer(asked);
      const written = await place.make(fresh);
      expect(done(written).filter((each) => each === 'written')).toHaveLength(5);
      for (const each of written.filter(({ done: what }) => what === 'refused'))
        expect(each).toMatchObject({ reason: 'changed-underneath', detail: expect.stringContaining('left alone') });
      expect(puts).toBeLessThan(10);
      expect(await place.condition()).toMatchObject({ is: 'unavailable' });
      await expect(place.make(fresh.slice(9))).rejects.toMatchObject({ code: 'server-busy' });
    });

    it('and breaks off what it is asked meanwhile is given one at a time', async () => {
      await place.list();
      let open = 0;
      server.hears = (asked) => asked.method !== 'PUT' || ++open === 1;
      server.answered = (asked) => {
        if (asked.method === 'PUT') open = 0;
      };
      const written = await place.make(fresh);
      expect(done(written)).toEqual(fresh.map(() => 'written'));
    });

    it('and was given one at a time as the line broke off once is given some at once again after many', async () => {
      const puts = countPuts();
      const texts = (uid: string, count: number) =>
        Array.from({ length: count }, (_, at) => ({
          name: `${BOOK}${uid}${at}.vcf`,
          bytes: Buffer.from(card(`${uid}${at}`)),
        }));
      let heard = 0;
      server.hears = ({ method }) => method !== 'PUT' || ++heard > 1;
      const mosts: number[] = [];
      for (const [uid, count] of [
        ['first', 10],
        ['many', 100],
        ['more', 10],
      ] as const) {
        puts.most = 0;
        expect(new Set(done(await place.make(texts(uid, count))))).toEqual(new Set(['written']));
        mosts.push(puts.most);
      }
      expect(mosts).toEqual([4, 1, 4]);
    });

    it('and breaks off at one of them has the others', async () => {
      await place.list();
      server.hears = (asked) => !asked.path.endsWith('new0.vcf') && !asked.path.endsWith('new4.vcf');
      const written = await place.make(fresh);
      expect(written.filter((each) => each.done === 'refused' && each.reason === 'io')).toHaveLength(2);
      expect(done(written).filter((each) => each === 'written')).toHaveLength(8);
    });

    it('and breaks off one after the other is left alone with the rest for now', async () => {
      await place.list();
      server.hears = ({ method }) => method !== 'PUT';
      server.asked.length = 0;
      const written = await place.make(fresh);
      expect(written.filter((each) => each.done === 'refused' && each.reason === 'io')).toHaveLength(3);
      expect(methods().filter((method) => method === 'PUT')).toHaveLength(7);
    });

    it('and was not reached is given them as soon as it is, however often it was not', async () => {
      await place.list();
      for (let at = 0; at < 3; at++) {
        server.hears = () => false;
        await place.make(fresh);
        server.hears = () => true;
      }
      expect(done(await place.make(fresh))).toEqual(fresh.map(() => 'written'));
    });

    it('and is not reached when it is asked what it made of them refused none of them', async () => {
      await place.list();
      server.hears = ({ method }) => method !== 'REPORT';
      expect(await place.make(fresh.slice(0, 1))).toMatchObject([{ done: 'refused', reason: 'io' }]);
      server.hears = () => true;
      expect(await place.make(fresh.slice(0, 1))).toMatchObject([{ done: 'refused', reason: 'changed-underneath' }]);
    });

    it('and does not answer any more is not tried with each of them', async () => {
      await place.list();
      await server.end();
      const written = await place.make(fresh);
      expect(written.filter((each) => each.done === 'refused' && each.reason === 'io')).toHaveLength(4);
      expect(written.filter((each) => each.done === 'refused' && each.reason === 'changed-underneath')).toHaveLength(6);
      server = await FakeServer.start();
    });
  });

  /** Is it still the old answer? Asking tells, and the next failure is not to be counted twice. */
  async function sameAnswer(asked: number): Promise<boolean> {
    await place.condition();
    return server.asked.length === asked;
  }
});
