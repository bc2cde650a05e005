import { it } from 'vitest';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { listConflicts } from '../../../src/main/conflicts/conflict-view.ts';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { findRecord } from '../../../src/main/history/find-record.ts';
import { restore } from '../../../src/main/history/restore.ts';
import { findMoment } from '../../../src/main/history/moment.ts';
import { ENTRY, EXISTS, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import type { Change } from '../../../src/main/change-log/change.ts';
const time = <T,>(name: string, work: () => T): T => { const runs: number[] = []; let out: T; for (let i = 0; i < 4; i++) { const t = performance.now(); out = work(); runs.push(performance.now() - t); } console.log(name, runs.map((x) => x.toFixed(1)).join(' ')); return out!; };
it('bench', () => {
  const group = new CollectionGroup(2, 'bench');
  const [d, p] = group.devices as [GroupDevice, GroupDevice];
  const N = 100_000;
  const changes: Change[] = [];
  for (let i = 0; i < N; i++) changes.push({ record: `dir${i % 500}/sub${i % 7}/file number ${i}.txt` as never, cause: 'source', writes: [{ field: ENTRY, value: { type: 'file', digest: digestOf(`${i}`), size: i }, replaces: [] }, { field: MODIFIED, value: i * 1000, replaces: [] }, { field: EXISTS, value: true, replaces: [] }] });
  let t = performance.now();
  for (let at = 0; at < N; at += 1000) { group.tick(); d.write(changes.slice(at, at + 1000)); }
  console.log('write', performance.now() - t);
  time('verify', () => recordsRoot(d.collection));
  // 4000 packages x 256 changes: rounds of edits over the same 100k records
  t = performance.now();
  const stride = 256;
  for (let round = 0; round < 4000 - 391; round++) {
    group.tick();
    const batch: Change[] = [];
    for (let j = 0; j < 256; j++) {
      const i = process.env.SCATTER ? (round * 7919 + j * 331) % N : (round * stride + j) % N;
      const id = changes[i]!.record; const held = d.held(id)!;
      batch.push({ record: id, cause: 'source', writes: [{ field: ENTRY, value: { type: 'file', digest: digestOf(`${i} ${round}`), size: i }, replaces: held.get(ENTRY)!.dots }, { field: EXISTS, value: true, replaces: held.get(EXISTS)!.dots }] });
    }
    d.write(batch);
  }
  console.log('edits', performance.now() - t, d.collection.log.logs()[0]!.held);
  for (const changesLimit of [10, 50, undefined]) time(`history page ${changesLimit}`, () => listHistory(d.port, { limit: 100, ...(changesLimit ? { changesLimit } : {}) }));
  const mid = listHistory(d.port, { limit: 1000, changesLimit: 0 }).at(-1)!.id;
  time('page before', () => listHistory(d.port, { limit: 100, changesLimit: 10, before: mid }));
  time('text one', () => listHistory(d.port, { limit: 100, changesLimit: 10, text: 'number 777.txt' }));
  time('text many', () => listHistory(d.port, { limit: 100, changesLimit: 10, text: 'file' }));
  time('text none', () => listHistory(d.port, { limit: 100, changesLimit: 10, text: 'zzz' }));
  time('record', () => listHistory(d.port, { limit: 100, changesLimit: 10, record: changes[5]!.record }));
  time('device', () => listHistory(d.port, { limit: 100, changesLimit: 10, device: 'Laptop' }));
  time('findRecord prefix', () => findRecord(d.collection, 'file number 4242.txt'));
  time('verify', () => recordsRoot(d.collection));
  t = performance.now();
  const r = restore(d.port, null, findMoment(d.collection, `${d.log}-3800`));
  console.log('restore', performance.now() - t, r.records);
  // 1000 conflicts
  t = performance.now();
  p.receiveFrom(d);
  console.log('receive', performance.now() - t);
  for (const [dev, m] of [[d, 'x'], [p, 'y']] as const) for (let at = 0; at < 1000; at += 250) dev.write(changes.slice(at * 3, at * 3 + 250).map((c) => dev.edit(c.record, new Map([[ENTRY, dev.file(m + c.record)]]))!));
  d.receiveFrom(p);
  time('conflicts', () => listConflicts(d.port).length);
}, 600_000);
