import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConflictView, ResultView } from '../../src/contract/contract.ts';
import { Device, end, type Pair, startPair } from './device.ts';
import { Folder } from './folder.ts';

let pair: Pair;
let apart: (onA: () => void, onB: () => void, first?: 'a' | 'b') => Promise<void>;
beforeAll(async () => {
  pair = await startPair();
  /** Each side changes something without knowing of the other; `first` is looked at before the other one was even changed. */
  apart = async (onA, onB, first = 'a') => {
    const { a, b } = pair;
    await a.sync(b.name);
    const [early, late] = first === 'a' ? [a, b] : [b, a];
    await late.stop();
    await early.unseen(first === 'a' ? onA : onB);
    await early.look();
    (first === 'a' ? onB : onA)();
    await late.restart();
    await a.sync(b.name);
  };
});
afterAll(() => end(pair?.a, pair?.b));

/** The only open conflict, which all devices know by the same id and values. */
async function theConflict(...devices: readonly Device[]): Promise<ConflictView> {
  const [[first, ...more] = [], ...others] = await Promise.all(devices.map((device) => device.conflicts()));
  expect(more).toEqual([]);
  for (const each of others) expect(each).toEqual([first]);
  return first!;
}
const typeOf = (value: unknown): string | undefined => (value as { type?: string } | null)?.type;
const idOf = (conflict: ConflictView, type: string): string =>
  conflict.values.find((each) => typeOf(each.value) === type)!.id;
const restart = async (...devices: readonly Device[]): Promise<void> => {
  for (const device of devices) {
    await device.stop();
    await device.restart();
  }
};
async function settled(): Promise<void> {
  const { a, b, folderA, folderB, collection } = pair;
  await a.sync();
  expect([await a.conflicts(), await b.conflicts()]).toEqual([[], []]);
  expect([await a.problems(), await b.problems()]).toEqual([[], []]);
  expect(folderB.contents()).toEqual(folderA.contents());
  const [rootA, rootB] = [await a.root(collection), await b.root(collection)];
  expect([rootA.root, rootA.differs, rootB.differs]).toEqual([rootB.root, [], []]);
}

describe.each(['a', 'b'] as const)('a file beside a folder of one name, %s first', (first) => {
  it('made anew on both: one conflict, each keeps its own, both can be read, the folder is taken', async () => {
    const { a, b, folderA, folderB, collection } = pair;
    const name = `made ${first}`;
    await apart(
      () => folderA.write(name, 'the file'),
      () => folderB.write(`${name}/in/it`, 'the folder'),
      first,
    );
    const conflict = await theConflict(a, b);
    expect(conflict).toMatchObject({ record: name, field: 'entry', shown: idOf(conflict, 'directory') });
    expect(conflict.title).toBe(`${name}: a file on anna, a folder on bert`);
    expect([folderA.read(name), folderB.read(`${name}/in/it`)]).toEqual(['the file', 'the folder']);
    for (const device of [a, b]) {
      expect(await device.bytes(collection, name, '--value', idOf(conflict, 'file'))).toBe('the file');
      expect(await device.bytes(collection, `${name}/in/it`)).toBe('the folder');
    }
    for (const problem of await a.problems())
      expect(problem.detail).toBe(`${name} is a file here and a folder on another device: settle its conflict.`);
    expect(await b.problems()).toEqual([]);
    await restart(a, b);
    expect(await theConflict(a, b)).toEqual(conflict);
    await a.ask('resolve', conflict.id, '--take', idOf(conflict, 'directory'));
    await settled();
    expect(folderA.read(`${name}/in/it`)).toBe('the folder');
    const [change] = (await a.history(collection, '--record', name, '--limit', '1'))[0]!.changes;
    expect(change?.fields[0]).toMatchObject({ path: 'entry', kept: 'here' });
  });

  it('a folder that became a file while something was put into it: the same, though nobody made the folder anew', async () => {
    const { a, b, folderA, folderB, collection } = pair;
    const name = `became ${first}`;
    for (const each of ['one', 'two']) folderA.write(`${name}/${each}`, each);
    await apart(
      () => {
        folderA.remove(name);
        folderA.write(name, 'the file');
      },
      () => folderB.write(`${name}/three`, 'put into it'),
      first,
    );
    const conflict = await theConflict(a, b);
    expect(conflict).toMatchObject({ record: name, field: 'entry', shown: idOf(conflict, 'directory') });
    expect(conflict.title).toBe(`${name}: a file on anna, a folder on bert`);
    expect((await a.status()).collections[0]).toMatchObject({ conflicts: 1, problems: 1 });
    // He may still have to hear that Anna has all of it.
    await expect
      .poll(async () => (await b.status()).collections[0])
      .toMatchObject({ conflicts: 1, problems: 0, state: 'in-step' });
    expect([folderA.read(name), folderB.read(`${name}/three`)]).toEqual(['the file', 'put into it']);
    expect(folderB.has(`${name}/one`)).toBe(false);
    for (const device of [a, b])
      expect(await device.bytes(collection, name, '--value', idOf(conflict, 'file'))).toBe('the file');
    await b.kill9();
    await b.restart();
    await restart(a);
    await a.sync();
    expect(await theConflict(a, b)).toEqual(conflict);
    const { conflicts } = await b.ask<ResultView>('resolve', '--all', '--prefer', 'anna');
    expect(conflicts).toEqual([conflict.id]);
    const taken = await b.ask<ResultView>('resolve', conflict.id, '--take', idOf(conflict, 'file'));
    expect(taken).toMatchObject({ records: 2, conflicts: [] });
    await settled();
    expect(folderB.read(name)).toBe('the file');
    expect(await a.bytes(collection, `${name}/three`, '--at', conflict.values[0]!.at)).toBe('put into it');
  });

  it('keeping both puts the file beside the folder', async () => {
    const { a, b, folderA, folderB } = pair;
    const name = `kept ${first}`;
    folderA.write(`${name}/one`, 'one');
    await apart(
      () => {
        folderA.remove(name);
        folderA.write(name, 'the file');
      },
      () => folderB.write(`${name}/two`, 'two'),
      first,
    );
    const conflict = await theConflict(a, b);
    await a.ask('resolve', conflict.id, '--keep-both');
    await settled();
    expect([folderB.read(`${name} (anna)`), folderA.read(`${name}/two`)]).toEqual(['the file', 'two']);
  });

  it('is over by itself where the file, or all that was in the folder, is deleted', async () => {
    const { a, b, folderA, folderB } = pair;
    const [one, other] = [`over ${first}`, `emptied ${first}`];
    for (const name of [one, other]) folderA.write(`${name}/old`, 'old');
    await apart(
      () => {
        for (const name of [one, other]) {
          folderA.remove(name);
          folderA.write(name, `the file ${name}`);
        }
      },
      () => {
        for (const name of [one, other]) folderB.write(`${name}/new`, `new ${name}`);
      },
      first,
    );
    expect((await a.conflicts()).map((each) => each.record)).toEqual((await b.conflicts()).map((each) => each.record));
    expect(await a.conflicts()).toHaveLength(2);
    folderA.remove(one);
    folderB.remove(`${other}/new`);
    await settled();
    expect(folderA.read(`${one}/new`)).toBe(`new ${one}`);
    expect(folderB.read(other)).toBe(`the file ${other}`);
  });

  it('removing the folder where it is one is no decision about a file that was never seen there', async () => {
    const { a, b, folderA, folderB } = pair;
    const name = `gone ${first}`;
    folderA.write(`${name}/old`, 'old');
    await apart(
      () => {
        folderA.remove(name);
        folderA.write(name, 'the file');
      },
      () => folderB.write(`${name}/new`, 'new'),
      first,
    );
    await theConflict(a, b);
    folderB.remove(name);
    await a.sync();
    expect(folderA.read(name)).toBe('the file');
    const conflict = await theConflict(a, b);
    await b.ask('resolve', conflict.id, '--take', idOf(conflict, 'file'));
    await settled();
    expect(folderB.read(name)).toBe('the file');
  });
});

it('a folder removed while something was put into it is no problem, and goes once that is gone', async () => {
  const { a, b, folderA, folderB } = pair;
  folderA.write('busy/old', 'old');
  await apart(
    () => folderA.remove('busy'),
    () => folderB.write('busy/new', 'new'),
  );
  await settled();
  expect(folderB.read('busy/new')).toBe('new');
  await restart(a, b);
  folderA.remove('busy');
  await settled();
  expect([folderA.has('busy'), folderB.has('busy')]).toEqual([false, false]);
});

describe('with a third device', () => {
  let c: Device;
  const folderC = new Folder('carl');
  beforeAll(async () => {
    c = await Device.start('carl');
    await c.join(pair.a, pair.collection, folderC);
    await c.sync(pair.a.name);
  });
  afterAll(() => end(c));

  it('one that holds neither shows the folder; all know the same conflict; whoever settles, settles it for all', async () => {
    const { a, b, folderA, folderB, collection } = pair;
    folderA.write('three/old', 'old');
    await a.sync();
    await c.sync(a.name);
    await c.stop();
    await apart(
      () => {
        folderA.remove('three');
        folderA.write('three', 'the file');
      },
      () => folderB.write('three/new', 'new'),
    );
    await c.restart();
    await a.sync();
    const conflict = await theConflict(a, b, c);
    expect(folderC.contents()).toMatchObject({ three: 'directory', 'three/new': expect.any(String) });
    expect(await c.bytes(collection, 'three', '--value', idOf(conflict, 'file'))).toBe('the file');
    await c.ask('resolve', conflict.id, '--take', idOf(conflict, 'file'));
    await c.sync(a.name);
    await settled();
    expect(folderC.contents()).toEqual(folderA.contents());
    expect(folderC.read('three')).toBe('the file');
    expect(await c.problems()).toEqual([]);
  });
});
