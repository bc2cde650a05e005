import { afterEach, describe, expect, it } from 'vitest';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import { DAV_HOST, ServedBook, SPELLS } from '../../simulation/served-book.ts';
import { cardOf } from '../../simulation/text-room.ts';

const BOOK = cardOf('u1', 'P1', 'TEL:0301234561\r\nEMAIL:one@example.org\r\n') + cardOf('u0', 'P0', '');
const NEW = cardOf('u2', 'P2', 'TEL:0307654321\r\nNOTE:of mine\r\n');
let book: ServedBook;
afterEach(() => book.device.end());

/** What is written to the server next is done, and the answer is lost, as is the way there until `back`. `dies`: so does the program. */
function loseAnswer(dies: boolean): void {
  const { device, server } = book;
  const write = server.write.bind(server);
  server.write = (...asked) => {
    const answer = write(...asked);
    server.write = write;
    server.trouble = 'away';
    if (!dies) throw new LockstepError('not-reachable', `${DAV_HOST} cannot be reached.`);
    device.kill();
    return answer;
  };
}
/** A person does something while the server is away. */
async function meanwhile(act: () => void): Promise<void> {
  const { device, group, server } = book;
  await group.pass(2000);
  expect(server.trouble).toBe('away');
  if (device.running === null) await group.start(device);
  act();
  await group.pass(2000);
}
async function back(): Promise<void> {
  book.server.trouble = null;
  await book.group.pass(700_000);
}
const edit = (from: string, to: string): void => book.save(book.file.replace(from, to));

const PLAIN = (text: string): string => text;
const WAYS = [
  ['as they are', false, PLAIN],
  ['in its own way', false, SPELLS],
  ['as they are, and the program is killed', true, PLAIN],
] as const;

describe.each(WAYS)('at a server whose answer is lost, which writes cards %s', (_, dies, writes) => {
  const open = async (): Promise<void> => {
    book = await ServedBook.open('answer lost', BOOK, writes);
    loseAnswer(dies);
  };

  it('what is edited here once more before the server is asked again is no conflict, and gets there', async () => {
    await open();
    edit('0301234561', '0301234562');
    await meanwhile(() => edit('0301234562', '0301234563'));
    await back();
    expect(book.conflicts).toBe(0);
    expect(book.file).toContain('0301234563');
    expect(book.onServer('u1')[0]).toContain('301234563');
    expect(await book.changesWithin(700_000)).toBe(0);
  });

  it('what was edited there on top of it stands beside what was edited here', async () => {
    await open();
    edit('0301234561', '0301234562');
    await meanwhile(() => {
      edit('0301234562', '0301234563');
      book.editOnServer('u1', (text) => text.replace('one@', 'two@'));
    });
    await back();
    expect(book.conflicts).toBe(0);
    for (const text of [book.file, book.onServer('u1')[0]]) {
      expect(text).toContain('two@example.org');
      expect(text).toContain('301234563');
    }
  });

  it('a new card that is deleted here before the server is asked again goes there, too', async () => {
    await open();
    const before = book.file;
    book.save(before + NEW);
    await meanwhile(() => book.save(before));
    await back();
    expect([book.onServer('u2'), book.file]).toEqual([[], before]);
  });

  it('a new card that is deleted here, and was edited there meanwhile, stays', async () => {
    await open();
    const before = book.file;
    book.save(before + NEW);
    await meanwhile(() => {
      book.save(before);
      book.editOnServer('u2', (text) => text.replace('END:', 'EMAIL:new@example.org\r\nEND:'));
    });
    await back();
    expect(book.onServer('u2')[0]).toContain('new@example.org');
    expect(book.file).toContain('new@example.org');
  });
});
