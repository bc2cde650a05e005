import { existsSync, renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PlanView, SyncView } from '../../src/contract/contract.ts';
import { end, PATIENT, type Pair, startPair } from './device.ts';

let pair: Pair;
const FILES = Array.from({ length: 30 }, (_, each) => `f/${String(each).padStart(2, '0')}`);
beforeEach(async () => {
  pair = await startPair((folder) => FILES.forEach((id) => folder.write(id, `content of ${id}`)));
});
afterEach(() => end(pair?.a, pair?.b));

async function halted(reason: string): Promise<string> {
  const { a, folderB } = pair;
  const before = folderB.contents();
  const call = await a.cli('sync', '--wait', '--for', 'all', '--timeout', PATIENT, '--json');
  expect(call.status).toBe(4);
  expect(JSON.parse(call.stdout.toString()) as SyncView).toMatchObject({ inStep: false, needsPerson: true });
  expect((await a.cli('sync', '--timeout', PATIENT)).status).toBe(4);
  expect(folderB.contents()).toEqual(before);
  const [view] = (await a.status()).collections;
  expect(view?.state).toBe('halted');
  expect(view?.sources[0]).toMatchObject({ state: 'halted', reason: expect.any(String), plan: expect.any(String) });
  const preview = await a.ask<PlanView>('preview');
  expect(preview.halts).toMatchObject([{ reason }]);
  expect(preview.plan).toBe(view?.sources[0]?.plan);
  return preview.plan;
}

it('an emptied folder deletes nothing elsewhere until a person says so', async () => {
  const { a, folderA, folderB } = pair;
  await a.unseen(() => folderA.remove('f'));
  const plan = await halted('emptied');
  await a.ask('confirm', plan);
  await a.sync();
  expect(folderB.contents()).toEqual({});
});

it('an emptied folder whose files come back goes on by itself', async () => {
  const { a, folderA, folderB } = pair;
  renameSync(folderA.path('f'), `${folderA.root}.aside`);
  await halted('emptied');
  renameSync(`${folderA.root}.aside`, folderA.path('f'));
  await a.sync();
  expect(Object.keys(folderB.contents())).toHaveLength(31);
});

it('a mass delete needs both, the share and the count', async () => {
  const { a, folderA, folderB } = pair;
  await a.unseen(() => FILES.slice(0, 10).forEach((id) => folderA.remove(id)));
  await a.sync();
  expect(Object.keys(folderB.contents())).toHaveLength(21);
  await a.unseen(() => FILES.slice(10, 21).forEach((id) => folderA.remove(id)));
  const plan = await halted('mass-delete');
  await a.ask('config', 'safety.delete-share', '0.9');
  await a.sync();
  expect(Object.keys(folderB.contents())).toHaveLength(10);
  expect(await a.refused('confirm', plan)).toEqual({ status: 1, code: 'no-such-plan' });
});

it('a confirmed plan is that plan only', async () => {
  const { a, folderA, folderB } = pair;
  await a.unseen(() => FILES.slice(0, 12).forEach((id) => folderA.remove(id)));
  const plan = await halted('mass-delete');
  await a.unseen(() => FILES.slice(12, 15).forEach((id) => folderA.remove(id)));
  const other = await halted('mass-delete');
  expect(other).not.toBe(plan);
  expect(await a.refused('confirm', plan)).toEqual({ status: 1, code: 'no-such-plan' });
  await a.ask('confirm', other);
  await a.sync();
  expect(Object.keys(folderB.contents())).toHaveLength(16);
});

it('a mass rewrite asks as well, and other changes of the folder wait with it', async () => {
  const { a, folderA, folderB } = pair;
  await a.unseen(() => FILES.slice(0, 20).forEach((id) => folderA.write(id, `LOCKED BY RANSOM ${id}`)));
  const plan = await halted('mass-rewrite');
  expect((await a.ask<PlanView>('preview')).local).toHaveLength(20);
  await a.ask('confirm', plan);
  await a.sync();
  expect(folderB.read('f/00')).toBe('LOCKED BY RANSOM f/00');
});

it('a halted folder still sends nothing and writes nothing; the other side goes on', async () => {
  const { a, b, folderA, folderB } = pair;
  await a.unseen(() => FILES.slice(0, 20).forEach((id) => folderA.remove(id)));
  await halted('mass-delete');
  folderB.write('from-bert', 'meanwhile');
  await b.look();
  expect((await a.cli('sync', '--wait', '--timeout', PATIENT)).status).toBe(4);
  expect(folderA.has('from-bert')).toBe(false);
  await a.unseen(() => FILES.slice(0, 20).forEach((id) => folderA.write(id, `content of ${id}`)));
  await a.sync();
  expect(folderA.read('from-bert')).toBe('meanwhile');
});

it('a folder that is gone is away, not emptied; it goes on when it is back', async () => {
  const { a, b, folderA, folderB } = pair;
  renameSync(folderA.root, `${folderA.root}.away`);
  expect((await a.cli('sync', '--wait', '--timeout', PATIENT)).status).toBe(4);
  expect((await a.status()).collections[0]?.sources[0]?.state).toBe('unavailable');
  folderB.write('from-bert', 'meanwhile');
  await b.look();
  expect(Object.keys(folderB.contents())).toHaveLength(32);
  renameSync(`${folderA.root}.away`, folderA.root);
  await a.sync();
  expect(folderA.read('from-bert')).toBe('meanwhile');
});

it('a folder that is away at the start is not made: what was moved away can be moved back', async () => {
  const { a, folderA, folderB } = pair;
  await a.stop();
  renameSync(folderA.root, `${folderA.root}.away`);
  await a.restart();
  expect((await a.cli('sync', '--wait', '--timeout', PATIENT)).status).toBe(4);
  expect(existsSync(folderA.root)).toBe(false);
  renameSync(`${folderA.root}.away`, folderA.root);
  folderA.write('from-anna', 'meanwhile');
  await a.sync();
  expect(folderB.read('from-anna')).toBe('meanwhile');
});

it.runIf(process.platform === 'linux')('a folder in which nothing can be made is refused at once', async () => {
  const { a } = pair;
  expect((await a.refused('add', '/proc/self')).status).toBe(1);
  await a.sync();
});

it('a folder without its marker is another folder: nothing is read from it, nothing written', async () => {
  const { a, b, folderA, folderB } = pair;
  await a.unseen(() => {
    rmSync(folderA.path('.lockstep'), { recursive: true });
    folderA.remove('f/00');
  });
  expect((await a.cli('sync', '--wait', '--timeout', PATIENT)).status).toBe(4);
  folderB.write('from-bert', 'meanwhile');
  await b.look();
  expect([folderB.has('f/00'), folderA.has('from-bert')]).toEqual([true, false]);
});

it('preview tells what would happen, and does nothing', async () => {
  const { a, folderA, folderB } = pair;
  await a.pause();
  folderA.write('new', 'new');
  folderA.write('f/01', 'other');
  folderA.remove('f/02');
  const { local, halts } = await a.ask<PlanView>('preview');
  expect([...local].sort((x, y) => (x.record < y.record ? -1 : 1))).toEqual([
    { record: 'f/01', action: 'modify' },
    { record: 'f/02', action: 'delete' },
    { record: 'new', action: 'add' },
  ]);
  expect([halts, folderB.has('new')]).toEqual([[], false]);
  await a.ask('resume');
  await a.sync();
  expect(folderB.read('new')).toBe('new');
});
