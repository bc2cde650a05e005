import { expect, it } from 'vitest';
import { LockstepError } from '../../../../src/main/platform/trouble.ts';
import { collectionId, deviceId, fieldName, recordId, sourceId } from '../../../../src/main/record/ids.ts';
import type { ConstructItem } from '../../../../src/main/sources/source-adapter.ts';
import {
  type DocumentPlace,
  type DocumentWritten,
  MADE_AT_ONCE,
  type NewDocument,
} from '../../../../src/main/sources/text/document-place.ts';
import { FolderOfFiles } from '../../../../src/main/sources/text/in-files/folder-of-files.ts';
import type { KnownItems } from '../../../../src/main/sources/text/known-revisions.ts';
import { TextAdapter } from '../../../../src/main/sources/text/text-adapter.ts';
import type { TextFormat } from '../../../../src/main/sources/text/text-format.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import type { FaultPlan } from '../../../fakes/fault-plan.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { SimulatedUser } from '../../../fakes/simulated-user.ts';
import { tinyFormat } from '../../../fakes/tiny-text-format.ts';

const ROOT = '/home/cards';
const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };
const nothingKnown = {
  revisions: () => new Map(),
  native: () => null,
  isOneWith: () => null,
} as unknown as KnownItems;
const NAME = fieldName('name');

const item = (at: number): ConstructItem => ({
  id: recordId(`n${at}`),
  fields: new Map([[NAME, `number ${at}`]]),
  expected: null,
  native: null,
  replaces: null,
  content: null,
});
const items = (count: number): ConstructItem[] => Array.from({ length: count }, (_, at) => item(at));
const textOf = (at: number): string => `\n@ n${at}\nname="number ${at}"\n`;
/** Everything that waits for nothing but other promises is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A place that makes new documents only when it is told to. */
class SlowPlace {
  readonly asked: {
    readonly names: readonly string[];
    readonly done: () => void;
    readonly fails: (error: Error) => void;
  }[] = [];
  underWay = 0;
  atOnce = 0;
  readonly place = {
    many: true,
    writable: true,
    watch: null,
    names: () => [],
    newName: (uid: string) => uid,
    make: (documents: readonly NewDocument[]) => this.#make(documents),
  } as unknown as DocumentPlace;

  #make(documents: readonly NewDocument[]): Promise<readonly DocumentWritten[]> {
    this.underWay++;
    this.atOnce = Math.max(this.atOnce, this.underWay);
    return new Promise<readonly DocumentWritten[]>((resolve, reject) => {
      const done = () =>
        resolve(
          documents.map(({ name, bytes }) => ({
            done: 'written',
            document: { name, revision: Buffer.from(name), fresh: false, size: bytes.length, bytes },
          })),
        );
      this.asked.push({ names: documents.map(({ name }) => name), done, fails: reject });
    }).finally(() => this.underWay--);
  }
}

/** Counts what is composed. */
function counting(format: TextFormat, refuse: (count: number) => void = () => undefined) {
  const composed = { count: 0 };
  const write: TextFormat['write'] = (text, writes) => {
    composed.count += writes.length;
    refuse(composed.count);
    return format.write(text, writes);
  };
  return { composed, format: { ...format, write } };
}

it('composes the next while some are made, reads those back while the next are made, and never has two lots made at once', async () => {
  const slow = new SlowPlace();
  const { composed, format } = counting(tinyFormat());
  const count = 2 * MADE_AT_ONCE + 7;
  const outcomes = new TextAdapter(format, slow.place, nothingKnown).construct(items(count));
  await settled();
  expect([slow.asked.length, composed.count]).toEqual([1, 2 * MADE_AT_ONCE]);
  slow.asked[0]?.done();
  await settled();
  expect([slow.asked.length, composed.count]).toEqual([2, count]);
  slow.asked[1]?.done();
  await settled();
  slow.asked[2]?.done();
  const done = await outcomes;
  expect(slow.asked.flatMap(({ names }) => names)).toEqual(items(count).map(({ id }) => id));
  expect(done.map(({ id, done: how }) => [id, how])).toEqual(items(count).map(({ id }) => [id, 'written']));
  expect(slow.atOnce).toBe(1);
});

it('what was made before the place went away counts, and the rest waits for a look', async () => {
  const slow = new SlowPlace();
  const outcomes = new TextAdapter(tinyFormat(), slow.place, nothingKnown).construct(items(3 * MADE_AT_ONCE));
  await settled();
  slow.asked[0]?.done();
  await settled();
  slow.asked[1]?.fails(new LockstepError('server-away', 'it is gone'));
  const done = await outcomes;
  expect(slow.asked.length).toBe(2);
  expect(done.slice(0, MADE_AT_ONCE).every((each) => each.done === 'written')).toBe(true);
  for (const each of done.slice(MADE_AT_ONCE))
    expect(each).toMatchObject({ done: 'refused', reason: 'changed-underneath', detail: 'it is gone' });
});

it('a fault ends it only once nothing is being made any more', async () => {
  const slow = new SlowPlace();
  const { format } = counting(tinyFormat(), (count) => {
    if (count > MADE_AT_ONCE) throw new TypeError('a fault of ours');
  });
  let ended: unknown = null;
  const ending = new TextAdapter(format, slow.place, nothingKnown).construct(items(2 * MADE_AT_ONCE)).catch((error) => {
    ended = error;
  });
  await settled();
  expect([slow.asked.length, ended]).toEqual([1, null]);
  slow.asked[0]?.done();
  await ending;
  expect(ended).toBeInstanceOf(TypeError);
});

/** A folder that is filled by a program which meets with `plan`, and is then looked at by the next. */
async function fill(count: number, plan: (from: number) => FaultPlan) {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  for (const path of ['/', '/home']) user.fs.syncDirectory(path);
  const open = () => {
    const fs = disk.process();
    const folder = new FolderOfFiles({ fs, clock, root: ROOT, ending: '.txt', marker, watch: null });
    folder.mark();
    return { fs, folder };
  };
  const { fs, folder } = open();
  fs.plan = plan(fs.calls);
  const done = await new TextAdapter(tinyFormat(), folder, nothingKnown).construct(items(count)).catch(() => null);
  const there = async () => {
    await open().folder.list();
    const names = user.fs.readDirectory(ROOT).flatMap(({ name }) => (name?.startsWith('.') === false ? [name] : []));
    const others = user.fs.readDirectory(ROOT).filter(({ name }) => name?.startsWith('.') && name !== '.lockstep');
    return { texts: new Map(names.map((name) => [name, user.readText(`${ROOT}/${name}`)])), others };
  };
  return { disk, fs, done, there };
}

it('an end of the program or a loss of power while a folder is filled leaves whole texts and nothing else', async () => {
  const count = 2 * MADE_AT_ONCE + 3;
  let calls = 0;
  const whole = await fill(count, (from) => ({ number }) => {
    calls = number - from;
    return null;
  });
  expect((await whole.there()).texts.size).toBe(count);
  expect(whole.done?.every((each) => each.done === 'written')).toBe(true);
  // Most calls are one of a hundred alike.
  for (let at = 1; at <= calls; at += 23) {
    const { disk, fs, there } = await fill(
      count,
      (from) =>
        ({ number }) =>
          number === from + at ? { dies: 'before' } : null,
    );
    expect(fs.dead).toBe(true);
    if (at % 2 === 0) disk.losePower({ keepUnsynced: new SeededRandom(`power ${at}`) });
    const { texts, others } = await there();
    expect([at, others]).toEqual([at, []]);
    for (let each = 0; each < count; each++) {
      const text = texts.get(`n${each}.txt`);
      if (text !== undefined) expect([at, text]).toEqual([at, textOf(each)]);
    }
  }
});
