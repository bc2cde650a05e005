import { describe, expect, it } from 'vitest';
import { type RecordId, recordId } from '../../../../../src/main/record/ids.ts';
import { vcardFormat } from '../../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { ReadDocument } from '../../../../../src/main/sources/text/document-place.ts';
import { OneFile } from '../../../../../src/main/sources/text/in-files/one-file.ts';
import { TextAdapter } from '../../../../../src/main/sources/text/text-adapter.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../../fakes/simulated-user.ts';

const PATH = '/home/book';
const never = new AbortController().signal;

function room(text: string) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp('/home');
  user.writeFile(PATH, text);
  const fs = disk.process();
  const file = new OneFile({ fs, clock, path: PATH, watch: null });
  const read = async (atHand?: Uint8Array): Promise<ReadDocument> => {
    const [document] = await file.read([''], () => atHand);
    if (document === undefined || 'code' in document) throw new Error('it was not read');
    return document;
  };
  return { clock, user, fs, file, read };
}

describe('a large text', () => {
  const TEXT = 'A line of it.\n'.repeat(50_000);

  it('comes with the bytes that are at hand, where it says just that', async () => {
    const { read } = room(TEXT);
    const { bytes } = await read();
    expect(Buffer.from(bytes).toString()).toBe(TEXT);
    expect((await read(bytes)).bytes).toBe(bytes);
  });

  it.each([
    ['at its end', `${TEXT.slice(0, -2)}!\n`],
    ['at its beginning', `B${TEXT.slice(1)}`],
    ['by being shorter', TEXT.slice(14)],
    ['by being longer', `${TEXT}A line of it.\n`],
    ['by being empty', ''],
  ])('is read where it is another: %s', async (_, now) => {
    const { read, user } = room(TEXT);
    const { bytes } = await read();
    user.writeFile(PATH, now);
    expect(Buffer.from((await read(bytes)).bytes).toString()).toBe(now);
  });

  it('that was written comes with the bytes it was given', async () => {
    const { file, read } = room(TEXT);
    const { revision } = await read();
    const bytes = Buffer.from(`${TEXT}One more.\n`);
    const written = await file.write('', revision, bytes);
    expect(written.done === 'written' && written.document?.bytes === bytes).toBe(true);
  });
});

describe('a text that was replaced', () => {
  const names = ({ fs }: ReturnType<typeof room>): readonly (string | null)[] =>
    fs.readDirectory('/home').map(({ name }) => name);

  it.each([
    ['goes', (): void => undefined, /^book$/],
    [
      'stays beside the new one where somebody wrote to it',
      (past: string, world: ReturnType<typeof room>) => world.user.writeFile(past, 'theirs'),
      /^book(?:\.kept-[0-9a-f]{8})?$/,
    ],
  ])('%s at the next look, where the disk failed as it should have', async (_, meanwhile, left) => {
    const world = room('one');
    await world.file.write('', (await world.read()).revision, Buffer.from('two'));
    const past = names(world).find((name) => name?.includes('.lockstep-past-')) ?? '';
    expect(past).not.toBe('');
    meanwhile(`/home/${past}`, world);
    world.fs.plan = ({ name }) => (name === 'unlink' || name === 'rename' ? { fails: 'EIO' } : null);
    await world.clock.advance(2000);
    await world.file.list();
    expect(names(world)).toContain(past);
    world.fs.plan = null;
    await world.file.list();
    expect(names(world).filter((name) => !left.test(name ?? ''))).toEqual([]);
    expect((await world.file.list()).problems).toHaveLength(names(world).length - 1);
  });
});

it('takes no more new items at a time than fit into memory beside it', async () => {
  const cards = Array.from({ length: 12_000 }, (_, n) => `BEGIN:VCARD\nVERSION:4.0\nUID:${n}\nFN:${n}\nEND:VCARD\n`);
  const { clock, file } = room(cards.join(''));
  const known = { revisions: () => new Map(), native: () => null, shown: () => null, isOneWith: () => null };
  const adapter = new TextAdapter(
    vcardFormat('4.0'),
    file,
    { ...known, isNamed: () => false, awaited: () => [] },
    clock,
  );
  expect(adapter.batch).toBe(1500);
  await adapter.list(null, null, () => undefined, never);
  expect(adapter.batch).toBe(5000);
});

it('tells the members of a group without UID once all it has are known', async () => {
  const card = (...lines: string[]) => ['BEGIN:VCARD', 'VERSION:4.0', ...lines, 'END:VCARD', ''].join('\n');
  const { clock, file } = room(card('FN:Friends', 'KIND:group', 'MEMBER:urn:uuid:b1') + card('UID:b1', 'FN:Ada'));
  const adapter = new TextAdapter(
    vcardFormat('4.0'),
    file,
    {
      revisions: () => new Map(),
      native: () => null,
      shown: () => null,
      isOneWith: (id) => (id === 'b1' ? recordId('a1') : null),
      isNamed: () => false,
      awaited: () => [],
    },
    clock,
  );
  const ids: RecordId[] = [];
  await adapter.list(
    null,
    null,
    (event) => {
      if (event.is === 'groups') ids.push(...event.groups.flatMap(({ items }) => items.map(({ id }) => id)));
    },
    never,
  );
  const [group] = await adapter.read(ids);
  expect([ids[1], group !== undefined && 'fields' in group && [...group.fields.keys()]]).toEqual([
    'a1',
    ['name', 'kind', 'members/a1'],
  ]);
});

describe('a large text that is another by now', () => {
  const cardOf = (n: number): string =>
    `BEGIN:VCARD\nVERSION:4.0\nUID:${n}\nFN:${n}\nNOTE:${'long '.repeat(100)}\nEND:VCARD\n`;
  const CARDS = Array.from({ length: 3000 }, (_, n) => cardOf(n)).join('');

  /** Looks at it before and after the change; the bytes that were read each time, and what is told then. */
  async function looks(change: (text: string) => string) {
    const { clock, file, user } = room(CARDS);
    const texts: Uint8Array[] = [];
    const read = file.read.bind(file);
    file.read = async (...asked) => {
      const found = await read(...asked);
      for (const each of found) if (!('code' in each)) texts.push(each.bytes);
      return found;
    };
    const known = { revisions: () => new Map(), native: () => null, shown: () => null, isOneWith: () => null };
    const snapshot = { ...known, isNamed: () => false, awaited: () => [] };
    const adapter = new TextAdapter(vcardFormat('4.0'), file, snapshot, clock);
    const ids: string[] = [];
    for (const text of [CARDS, change(CARDS)]) {
      user.writeFile(PATH, text);
      await clock.advance(60_000);
      ids.length = 0;
      await adapter.list(
        null,
        null,
        (event) => {
          if (event.is === 'groups') ids.push(...event.groups.flatMap(({ items }) => items.map(({ id }) => id)));
        },
        never,
      );
    }
    return { texts, ids };
  }

  it('is taken apart anew, and whoever still has what it was has it whole', async () => {
    const { texts, ids } = await looks((text) => text.replace('FN:1500\n', 'FN:Ana\n'));
    expect(texts.map(({ length }) => length)).toEqual([CARDS.length, CARDS.length - 1]);
    expect([ids.length, ids[1500]]).toEqual([3000, '1500']);
  });

  it('is taken apart from where it ended, where it goes on', async () => {
    const { texts, ids } = await looks((text) => text + cardOf(3000));
    expect(texts.map(({ length }) => length)).toEqual([CARDS.length, CARDS.length + cardOf(3000).length]);
    expect([ids.length, ids.at(-1)]).toEqual([3001, '3000']);
  });
});
