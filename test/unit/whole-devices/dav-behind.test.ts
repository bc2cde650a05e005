import { afterEach, describe, expect, it } from 'vitest';
import { ServedBook, SPELLS } from '../../simulation/served-book.ts';
import { cardOf } from '../../simulation/text-room.ts';

const BOOK = cardOf('u1', 'P1', 'TEL:0301234561\r\nEMAIL:one@example.org\r\n') + cardOf('u0', 'P0', '');
const NEW = cardOf('u2', 'P2', 'TEL:0307654321\r\n');
let book: ServedBook;
afterEach(() => book.device.end());

/** From now on who reads is answered out of this copy of what was there, until that is over. */
function fallBehind(copy: ServedBook['server']['cards'], knowsTokens: boolean): () => void {
  const { server } = book;
  const { list, texts, changesSince } = server;
  server.list = () => ({
    resources: [...copy].map(([href, { etag }]) => ({ href, etag })),
    untold: [],
    token: list.call(server).token,
    isDoubtful: false,
  });
  server.changesSince = (token) => (knowsTokens ? { token, changed: [], gone: [] } : null);
  server.texts = (hrefs, gone) =>
    hrefs.flatMap((href) => {
      const card = copy.get(href);
      if (card === undefined) gone?.add(href);
      return card === undefined ? [] : [{ href, ...card }];
    });
  return () => Object.assign(server, { list, texts, changesSince });
}

const PLAIN = (text: string): string => text;
const SERVERS = [
  ['knows its tokens', true, PLAIN],
  ['lists all', false, PLAIN],
  ['knows its tokens and writes in its own way', true, SPELLS],
  ['lists all and writes in its own way', false, SPELLS],
] as const;
const BEGINS = [
  ['at once', 0],
  ['once it gave what was written', 3000],
] as const;
const CASES = SERVERS.flatMap(([server, ...how]) =>
  BEGINS.map(([begins, ...when]) => [server, begins, ...how, ...when] as const),
);

describe.each(CASES)(
  'a server that %s and answers out of a copy that is behind, %s',
  (_, __, tokens, writes, after) => {
    /** All that the file was after a person changed it, the last of it at the end. */
    async function watched(change: (file: string) => string): Promise<readonly string[]> {
      book = await ServedBook.open('behind', BOOK, writes);
      const copy = new Map(book.server.cards);
      const begin = (): (() => void) => fallBehind(copy, tokens);
      let current = after === 0 ? begin() : null;
      book.save(change(book.file));
      await book.group.pass(after);
      current ??= begin();
      const seen = new Set([book.file]);
      for (let at = 0; at < 400; at++) {
        if (at === 80) current();
        await book.group.pass(1000);
        seen.add(book.file);
      }
      expect(book.conflicts).toBe(0);
      expect(await book.changesWithin(700_000)).toBe(0);
      return [...seen];
    }

    it('has what is edited here, where it stays', async () => {
      expect(await watched((file) => file.replace('0301234561', '0301234562'))).toHaveLength(1);
      expect(book.onServer('u1')[0]).toContain('301234562');
    });
    it('has what is new here, where it stays', async () => {
      for (const file of await watched((all) => all + NEW)) expect(file).toContain('FN:P2');
      expect(book.onServer('u2')).toHaveLength(1);
    });
    it('has nothing of what is deleted here, where it stays so', async () => {
      expect(await watched((file) => file.slice(0, file.indexOf('BEGIN', 10)))).toHaveLength(1);
      expect(book.server.cards.size).toBe(1);
    });
  },
);

it('what another client puts back there right after it was written counts, a little later', async () => {
  book = await ServedBook.open('put back', BOOK, PLAIN);
  const [path = '', before] = [...book.server.cards].find(([, { text }]) => text.includes('UID:u1')) ?? [];
  book.save(book.file.replace('0301234561', '0301234562'));
  await book.group.pass(3000);
  expect(book.onServer('u1')[0]).toContain('0301234562');
  // Its versions are digests of what it holds.
  book.server.set(path, before?.text ?? null);
  const put = book.server.cards.get(path);
  if (put !== undefined && before !== undefined) book.server.cards.set(path, { ...put, etag: before.etag });
  await book.group.pass(200_000);
  expect(book.file).toContain('0301234561');
});

it('what another client takes away there right after it was put there goes here with the next look', async () => {
  book = await ServedBook.open('passing', BOOK, PLAIN);
  book.server.tellsPassing = false;
  book.save(book.file + NEW);
  await book.group.pass(3000);
  const [path] = [...book.server.cards].find(([, { text }]) => text.includes('UID:u2')) ?? [''];
  book.server.set(path, null);
  await book.group.pass(65_000);
  expect(book.file).not.toContain('FN:P2');
});
