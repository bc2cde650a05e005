import { afterEach, expect, it } from 'vitest';
import { ServedBook, SPELLS } from '../../simulation/served-book.ts';
import { cardOf } from '../../simulation/text-room.ts';

const NEW = cardOf('u2', 'P2', 'TEL:0307654321\r\nNOTE:of mine\r\n');
let book: ServedBook;
afterEach(() => book.device.end());

/** The server writes cards in its own way, and so tells no versions of them. */
async function open(): Promise<void> {
  book = await ServedBook.open('edited at once', cardOf('u1', 'P1', 'TEL:0301234567\r\n'), SPELLS);
}
async function addHere(card: string): Promise<void> {
  book.save(book.file + card);
  await book.group.pass(200_000);
}
/** Another client does this to the card of `uid` before it is asked for what was made of it. */
function meanwhile(uid: string, edit: (text: string) => string): void {
  const { server } = book;
  const wait = (): void => {
    if (!book.editOnServer(uid, edit)) server.before = wait;
  };
  server.before = wait;
}

it('what a server makes of a new card is no change of it', async () => {
  await open();
  await addHere(NEW);
  expect(book.onServer('u2')[0]).toContain('+49307654321');
  expect(book.file).toContain('TEL:0307654321\r\nNOTE:of mine');
  expect(await book.changesWithin(2_000_000)).toBe(0);
});

it.each([
  [
    'changes',
    (text: string) => text.replace('307654321', '40111222'),
    ['40111222'],
    ['TEL:307654321', 'TEL:0307654321'],
  ],
  ['adds', (text: string) => text.replace('END:', 'EMAIL:new@example.org\r\nEND:'), ['new@example.org'], []],
] as const)('what somebody %s in it before it is read back is', async (_, edit, added, gone) => {
  await open();
  meanwhile('u2', edit);
  await addHere(NEW);
  for (const part of added) {
    expect(book.file).toContain(part);
    expect(book.onServer('u2')[0]).toContain(part);
  }
  for (const part of gone) expect(book.file).not.toContain(part);
  // What the server has no place for is there all the same.
  expect(book.file).toContain('NOTE:of mine');
  expect(book.conflicts).toBe(0);
  expect(await book.changesWithin(2_000_000)).toBe(0);
});
