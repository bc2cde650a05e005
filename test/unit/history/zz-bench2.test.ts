import { it } from 'vitest';
import { Session } from 'node:inspector';
import { writeFileSync } from 'node:fs';
import { CollectionGroup, type GroupDevice } from '../../fakes/collection-group.ts';
import { listHistory } from '../../../src/main/history/history-view.ts';
import { recordsRoot } from '../../../src/main/history/verify.ts';
import { ENTRY, EXISTS, MODIFIED } from '../../../src/main/record/file-entry.ts';
import { digestOf } from '../../../src/main/platform/hash.ts';
import type { Change } from '../../../src/main/change-log/change.ts';
const time = <T,>(name: string, work: () => T): T => { const runs: string[] = []; let out: T; for (let i = 0; i < 4; i++) { const t = performance.now(); const c = process.cpuUsage(); out = work(); const u = process.cpuUsage(c); runs.push(`${(performance.now() - t).toFixed(0)}(${((u.user + u.system) / 1000).toFixed(0)})`); } console.log(name, runs.join(' ')); return out!; };
const profile = async (name: string, work: () => void) => {
  const s = new Session(); s.connect();
  const post = (m: string) => new Promise<any>((r) => s.post(m as any, (_e: any, x: any) => r(x)));
  await post('Profiler.enable'); await post('Profiler.start'); work();
  const { profile } = await post('Profiler.stop');
  const self = new Map<string, number>(); const dt = profile.timeDeltas; const byId = new Map(profile.nodes.map((n: any) => [n.id, n]));
  profile.samples.forEach((id: number, i: number) => { const n: any = byId.get(id); const k = `${n.callFrame.functionName} ${n.callFrame.url.split('/').slice(-2).join('/')}:${n.callFrame.lineNumber}`; self.set(k, (self.get(k) ?? 0) + dt[i] / 1000); });
  console.log(name, [...self].sort((a, b) => b[1] - a[1]).slice(0, 22).map(([k, v]) => `${v.toFixed(0)} ${k}`).join('\n'));
};
it('bench', async () => {
  const group = new CollectionGroup(2, 'bench');
  const [d] = group.devices as [GroupDevice, GroupDevice];
  const N = 100_000;
  const id = (i: number) => `dir${i % 500}/sub${i % 7}/file number ${i}.txt` as never;
  const put = (changes: Change[]) => { d.collection.transact(() => { d.collection.write(changes); }); };
  for (let at = 0; at < N; at += 1000) { group.tick(); put(Array.from({ length: 1000 }, (_, k): Change => { const i = at + k; return { record: id(i), cause: 'source', writes: [{ field: ENTRY, value: { type: 'file', digest: digestOf(`${i}`), size: i }, replaces: [] }, { field: MODIFIED, value: i * 1000, replaces: [] }, { field: EXISTS, value: true, replaces: [] }] }; })); }
  time('verify', () => recordsRoot(d.collection));
  await profile('verify', () => recordsRoot(d.collection));
  for (let round = 0; round < 1500; round++) {
    group.tick();
    const batch: Change[] = [];
    for (let j = 0; j < 256; j++) {
      const i = (round * 256 + j) % N;
      const held = d.held(id(i))!;
      batch.push({ record: id(i), cause: 'source', writes: [{ field: ENTRY, value: { type: 'file', digest: digestOf(`${i} ${round}`), size: i }, replaces: held.get(ENTRY)!.dots }, { field: EXISTS, value: true, replaces: held.get(EXISTS)!.dots }] });
    }
    put(batch);
  }
  for (const changesLimit of [10, 50, undefined]) time(`history page ${changesLimit}`, () => listHistory(d.port, { limit: 100, ...(changesLimit ? { changesLimit } : {}) }));
  await profile('history', () => listHistory(d.port, { limit: 100, changesLimit: 10 }));
}, 600_000);
