import { expect, it } from 'vitest';
import { fieldName, type RecordId, recordId } from '../../../../src/main/record/ids.ts';
import type { ListEvent, Revision } from '../../../../src/main/sources/source-adapter.ts';
import { FolderOfFiles } from '../../../../src/main/sources/text/in-files/folder-of-files.ts';
import type { KnownItems } from '../../../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';
import { tinyFormat } from '../../../fakes/tiny-text-format.ts';

const ROOT = '/home/cards';
const never = new AbortController().signal;
const marker = { collection: 'c', source: 's', device: 'd' } as ConstructorParameters<
  typeof FolderOfFiles
>[0]['marker'];

/** A folder of three texts, watched by nobody who tells anything, taken in once. */
async function room() {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  const write = (uid: string, name: string) => user.writeFile(`${ROOT}/${uid}.txt`, `@ ${uid}\nname="${name}"\n`);
  for (const uid of ['ada', 'bob', 'eve']) write(uid, uid);
  await clock.advance(60_000);
  const fs = disk.process();
  const watch = () => Promise.resolve(() => Promise.resolve());
  const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.txt', marker, watch });
  folder.mark();
  await folder.watch?.(() => undefined);
  let known: ReadonlyMap<RecordId, { revision: Revision; vouches: boolean }> = new Map();
  const snapshot = {
    revisions: () => known,
    native: () => null,
    isOneWith: () => null,
    isNamed: () => false,
  } as unknown as KnownItems;
  const adapter = new TextAdapter(tinyFormat(), folder, snapshot);
  const list = async (within: readonly string[] | null) => {
    const events: ListEvent[] = [];
    await adapter.list(null, within, (event) => void events.push(event), never);
    const [event] = events;
    if (event?.is !== 'groups') throw new Error('nothing was told');
    return { event, ids: event.groups.flatMap(({ items }) => items.map(({ id }) => id)) };
  };
  /** What it lists now is what the snapshot knows. */
  const takeIn = async () => {
    const { event } = await list(null);
    known = new Map(
      event.groups.flatMap(({ items }) =>
        items.map(({ id, revision, fresh }) => [id, { revision, vouches: !fresh }] as const),
      ),
    );
  };
  const forget = (id: string): void => {
    known = new Map([...known].filter(([each]) => each !== id));
  };
  /** Writes one as what is known of it expects, which is known from then on. */
  const construct = async (id: RecordId, name: string) => {
    const fields = new Map([[fieldName('name'), name]]);
    const expected = known.get(id)?.revision ?? null;
    const [outcome] = await adapter.construct([{ id, fields, expected, native: null, replaces: null, content: null }]);
    if (outcome?.done !== 'written' || outcome.revision === null)
      throw new Error(`not written: ${JSON.stringify(outcome)}`);
    known = new Map([...known, [id, { revision: outcome.revision, vouches: true }]]);
  };
  await takeIn();
  return { clock, user, fs, adapter, write, list, takeIn, forget, construct };
}

it('tells the same once more where nothing changed, and reads nothing for that', async () => {
  const { fs, list } = await room();
  const { event, ids } = await list(null);
  const opened = fs.callsByName.get('open');
  expect((await list(null)).event).toBe(event);
  expect((await list([''])).event).toBe(event);
  expect([ids, fs.callsByName.get('open')]).toEqual([['ada', 'bob', 'eve'], opened]);
});

it('tells anew where a text or what is known of one is another', async () => {
  const { clock, write, list, takeIn, forget } = await room();
  const { event } = await list(null);
  forget('bob');
  const opened = await list(null);
  expect([opened.event === event, opened.ids.toSorted()]).toEqual([false, ['ada', 'bob', 'eve']]);
  await takeIn();
  write('eve', 'Eve');
  const changed = await list(null);
  expect(changed.event.groups[0]?.items.find(({ id }) => id === 'eve')).toMatchObject({ fresh: true });
  await takeIn();
  // As long as it was not read at rest it is looked through.
  const [first, second] = [await list(null), await list(null)];
  expect(second.event).not.toBe(first.event);
  await clock.advance(3000);
  await takeIn();
  expect((await list(null)).event).toBe((await list(null)).event);
});

it('looks for what somebody added to a text before it was written, though it is as it was written', async () => {
  const { clock, user, list, construct } = await room();
  user.appendFile(`${ROOT}/bob.txt`, '\n@ new\nname="new"\n');
  await clock.advance(60_000);
  await construct(recordId('bob'), 'Bob');
  await clock.advance(60_000);
  expect((await list(null)).ids).toContain('new');
});

it('looks for what is known and was not there, though nothing told of it', async () => {
  const { user, write, list } = await room();
  user.fs.unlink(`${ROOT}/bob.txt`);
  expect((await list(null)).ids).toEqual(['ada', 'eve']);
  write('bob', 'bob');
  expect((await list([''])).ids).toEqual(expect.arrayContaining(['ada', 'bob', 'eve']));
});

it('finds who made what just now without a look at what is known', async () => {
  const { fs, adapter, write } = await room();
  write('zoe', 'Zoe');
  const news = ['mia', 'zoe'].map((uid) => ({
    id: recordId(uid),
    fields: new Map([[fieldName('name'), uid]]),
    expected: null,
    native: null,
    replaces: null,
    content: null,
  }));
  const looks = fs.callsByName.get('glance');
  const outcomes = await adapter.construct(news);
  expect(outcomes.map(({ done }) => done)).toEqual(['written', 'refused']);
  expect(fs.callsByName.get('glance')).toBe(looks);
});
