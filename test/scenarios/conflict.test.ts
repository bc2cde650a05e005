import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConflictView, ResultView } from '../../src/contract/contract.ts';
import { end, type Pair, startPair } from './device.ts';
import { scratch } from './folder.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => end(pair?.a, pair?.b));

const file = (text: string) => ({
  type: 'file',
  size: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
});

/** `record` holds `base` on both; then each side changes it without knowing of the other; then they meet. */
async function apart(record: string, base: string | null, onA: () => void, onB: () => void): Promise<void> {
  const { a, b, folderA } = pair;
  if (base !== null) folderA.write(record, base);
  await a.sync();
  await b.stop();
  onA();
  await a.look();
  onB();
  await b.restart();
  await a.sync();
}
/** The only open conflict, which both devices know by the same id and values. */
async function theConflict(): Promise<ConflictView> {
  const [[first, ...more], others] = await Promise.all([pair.a.conflicts(), pair.b.conflicts()]);
  expect(more).toEqual([]);
  expect(others.map((each) => [each.id, each.values, each.base, each.shown])).toEqual([
    [first?.id, first?.values, first?.base, first?.shown],
  ]);
  return first!;
}
async function settled(): Promise<void> {
  await pair.a.sync();
  expect([await pair.a.conflicts(), await pair.b.conflicts()]).toEqual([[], []]);
  expect(pair.folderB.contents()).toEqual(pair.folderA.contents());
}
const valueHolding = (conflict: ConflictView, text: string): string =>
  conflict.values.find((each) => (each.value as { sha256?: string } | null)?.sha256 === file(text).sha256)!.id;

it('two edits apart are one conflict with its ancestor; nobody’s file changes, nothing is put beside it', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  const [mine, theirs] = ['one\nTWO (anna)\nthree\n', 'one\ntwo (bert)\nthree\n'];
  await apart(
    'report.txt',
    'one\ntwo\nthree\n',
    () => folderA.write('report.txt', mine),
    () => folderB.write('report.txt', theirs),
  );
  const conflict = await theConflict();
  expect(conflict).toMatchObject({ collection, record: 'report.txt', field: 'entry', base: file('one\ntwo\nthree\n') });
  expect(new Set(conflict.values.map((each) => each.device))).toEqual(new Set([a.id, b.id]));
  expect(conflict.values.map((each) => each.value)).toEqual(expect.arrayContaining([file(mine), file(theirs)]));
  expect([folderA.read('report.txt'), folderB.read('report.txt')]).toEqual([mine, theirs]);
  expect([Object.keys(folderA.tree()), Object.keys(folderB.tree())]).toEqual([['report.txt'], ['report.txt']]);
  for (const device of [a, b])
    for (const text of [mine, theirs])
      expect(await device.bytes(collection, 'report.txt', '--value', valueHolding(conflict, text))).toBe(text);
  expect((await a.status()).collections[0]).toMatchObject({ conflicts: 1, problems: 0 });
});

it('taking one value settles it everywhere; undo of that opens it again; nothing was lost meanwhile', async () => {
  const { a, b, folderA, folderB, collection } = pair;
  const [mine, theirs] = [folderA.read('report.txt'), folderB.read('report.txt')];
  const conflict = await theConflict();
  const result = await b.ask<ResultView>('resolve', conflict.id, '--take', valueHolding(conflict, mine));
  expect(result).toMatchObject({ records: 1, conflicts: [], missing: [] });
  await settled();
  expect(folderB.read('report.txt')).toBe(mine);
  const undone = await a.ask<ResultView>('undo', result.changes[0]!);
  expect(undone.conflicts).toHaveLength(1);
  await a.sync();
  const again = await theConflict();
  for (const device of [a, b])
    for (const text of [mine, theirs])
      expect(await device.bytes(collection, 'report.txt', '--value', valueHolding(again, text))).toBe(text);
});

it('a third value settles it', async () => {
  const { a, folderA, folderB } = pair;
  const merged = join(scratch('merged'), 'merged.txt');
  writeFileSync(merged, 'one\nboth of us\nthree\n');
  await a.ask('resolve', (await theConflict()).id, '--value', `@${merged}`);
  await settled();
  expect([folderA.read('report.txt'), folderB.read('report.txt')]).toEqual([
    'one\nboth of us\nthree\n',
    'one\nboth of us\nthree\n',
  ]);
});

it('both can be kept, as files of their own', async () => {
  const { a, folderA } = pair;
  await apart(
    'plan.md',
    'plan',
    () => pair.folderA.write('plan.md', 'plan of anna'),
    () => pair.folderB.write('plan.md', 'plan of bert'),
  );
  await a.ask('resolve', (await theConflict()).id, '--keep-both');
  await settled();
  const plans = Object.keys(folderA.tree()).filter((id) => id.startsWith('plan'));
  expect(plans).toHaveLength(2);
  expect(new Set(plans.map((id) => folderA.read(id)))).toEqual(new Set(['plan of anna', 'plan of bert']));
});

it('an edit beside a delete asks; the edit is never lost', async () => {
  const { a, folderA, folderB, collection } = pair;
  await apart(
    'diary.txt',
    'monday',
    () => folderA.write('diary.txt', 'monday and tuesday'),
    () => folderB.remove('diary.txt'),
  );
  const conflict = await theConflict();
  expect(conflict.values.map((each) => each.kind).sort()).toEqual(['delete', 'value']);
  expect(folderA.read('diary.txt')).toBe('monday and tuesday');
  expect(folderB.has('diary.txt')).toBe(false);
  const edit = conflict.values.find((each) => each.kind === 'value')!;
  expect(await pair.b.bytes(collection, 'diary.txt', '--value', edit.id)).toBe('monday and tuesday');
  await a.ask('resolve', conflict.id, '--take', edit.id);
  await settled();
  expect(folderB.read('diary.txt')).toBe('monday and tuesday');
});

it('the delete can be taken too, and undone', async () => {
  const { a, folderA, folderB } = pair;
  await apart(
    'diary.txt',
    null,
    () => folderA.remove('diary.txt'),
    () => folderB.write('diary.txt', 'wednesday'),
  );
  const conflict = await theConflict();
  const result = await a.ask<ResultView>(
    'resolve',
    conflict.id,
    '--take',
    conflict.values.find((each) => each.kind === 'delete')!.id,
  );
  await settled();
  expect([folderA.has('diary.txt'), folderB.has('diary.txt')]).toEqual([false, false]);
  await a.ask('undo', result.changes[0]!);
  await a.sync();
  const again = await theConflict();
  await a.ask('resolve', again.id, '--take', again.values.find((each) => each.kind === 'value')!.id);
  await settled();
  expect(folderA.read('diary.txt')).toBe('wednesday');
});

it('who deletes or moves his version while the conflict is open does not delete the other one', async () => {
  const { a, b, folderA, folderB } = pair;
  for (const away of [() => folderB.remove('both.txt'), () => folderB.move('both.txt', 'mine.txt')]) {
    await apart(
      'both.txt',
      'base',
      () => folderA.write('both.txt', 'anna wrote'),
      () => folderB.write('both.txt', 'bert wrote'),
    );
    await theConflict();
    away();
    await b.look();
    await a.sync();
    expect([folderA.read('both.txt'), folderB.has('both.txt')]).toEqual(['anna wrote', false]);
    const conflict = await theConflict();
    expect(conflict.title).toBe('both.txt: edited on bert and anna, deleted on bert');
    await b.ask('resolve', conflict.id, '--take', valueHolding(conflict, 'anna wrote'));
    await settled();
    expect(folderB.read('both.txt')).toBe('anna wrote');
  }
  expect(folderA.read('mine.txt')).toBe('bert wrote');
});

it('the same edit on both is no conflict; nor are two new files with the same bytes', async () => {
  const { folderA, folderB } = pair;
  await apart(
    'same.txt',
    'before',
    () => {
      folderA.write('same.txt', 'after');
      folderA.write('new.txt', 'new');
    },
    () => {
      folderB.write('same.txt', 'after');
      folderB.write('new.txt', 'new');
    },
  );
  await settled();
});

it('content and executable are fields of their own: changed apart, they merge', async () => {
  const { folderA, folderB } = pair;
  await apart(
    'script.sh',
    'echo one',
    () => folderA.write('script.sh', 'echo two'),
    () => folderB.mode('script.sh', 0o755),
  );
  await settled();
  expect([folderA.stat('script.sh').mode & 0o100, folderB.read('script.sh')]).toEqual([0o100, 'echo two']);
});

it('an edit of a file that was moved elsewhere shows at its new place', async () => {
  const { folderA, folderB } = pair;
  await apart(
    'draft.txt',
    'draft of something',
    () => folderA.move('draft.txt', 'done/final.txt'),
    () => folderB.write('draft.txt', 'draft of something better'),
  );
  await settled();
  expect([folderA.has('draft.txt'), folderA.read('done/final.txt')]).toEqual([false, 'draft of something better']);
});

it('all that are open can be settled at once', async () => {
  const { a, folderA, folderB } = pair;
  await apart(
    'all/0',
    'base',
    () => [0, 1, 2].forEach((each) => folderA.write(`all/${each}`, `anna ${each}`)),
    () => [0, 1, 2].forEach((each) => folderB.write(`all/${each}`, `bert ${each}`)),
  );
  expect(await a.conflicts()).toHaveLength(3);
  // Of what is not shared with bert nothing is to be settled.
  await a.ask('add', `${folderA.root}-own`, '--create');
  await a.ask('resolve', '--all', '--prefer', 'bert');
  await settled();
  expect([0, 1, 2].map((each) => folderA.read(`all/${each}`))).toEqual(['bert 0', 'bert 1', 'bert 2']);
});

it('an edit of a conflicting file on one side keeps the conflict, with the newer words', async () => {
  const { a, folderA, folderB } = pair;
  await apart(
    'again.txt',
    'base',
    () => folderA.write('again.txt', 'anna'),
    () => folderB.write('again.txt', 'bert'),
  );
  folderA.write('again.txt', 'anna, once more');
  await a.sync();
  const conflict = await theConflict();
  expect(conflict.values.map((each) => each.value)).toEqual(
    expect.arrayContaining([file('anna, once more'), file('bert')]),
  );
  expect([conflict.values.length, folderB.read('again.txt')]).toEqual([2, 'bert']);
  await a.ask('resolve', '--all', '--prefer', 'newest');
  await settled();
});
