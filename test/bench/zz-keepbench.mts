import { registerSql } from '/work/main/test/simulation/register-sql.ts';
registerSql();
import { mkdtempSync, writeFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
const { compose } = await import('/work/main/src/main/compose.ts');
const { HistoryKeeper } = await import('/work/main/src/main/history-keeper.ts');
const { IdleWork } = await import('/work/main/src/main/history/keep-idle.ts');
const { WholeFiles } = await import('/work/main/src/main/history/keep-whole.ts');
const off = process.argv[2] === 'off';
if (off) { (HistoryKeeper.prototype as any).writing = () => {}; (IdleWork.prototype as any).wake = () => {}; }
const { KeepContents } = await import('/work/main/src/main/history/keep-contents.ts');
const step = KeepContents.prototype.step; let steps = 0, stepMs = 0, worst = 0; const marks: number[] = [];
KeepContents.prototype.step = async function () { const t = performance.now(); const r = await step.call(this); const d = performance.now() - t; steps++; stepMs += d; worst = Math.max(worst, d); marks.push(Math.round(t)); return r; };
const base = mkdtempSync('/tmp/keepbench-');
const N = Number(process.argv[3] ?? 10000);
mkdirSync(`${base}/a`); mkdirSync(`${base}/da`); mkdirSync(`${base}/db`); mkdirSync(`${base}/b`);
for (let d = 0; d < 100; d++) { mkdirSync(`${base}/a/d${d}`); for (let f = 0; f < N / 100; f++) writeFileSync(`${base}/a/d${d}/f${f}`, `content ${d} ${f} `.repeat(150)); }
const listen = { host: '127.0.0.1', port: 0, orNext: true };
const open = (dir: string) => compose({ dataDirectory: dir, listen, discovery: false, relay: null } as any);
const A = await open(`${base}/da`); const B = await open(`${base}/db`);
let t = performance.now();
const added = await A.handlers['collections:add']({ location: `${base}/a` } as any);
const tAdd = performance.now() - t;
const { link } = await A.handlers['collections:invite'](added.collection, 'admin', false);
const joined = B.handlers['collections:join'](link, `${base}/b`, null, false);
for (;;) { const [r] = await A.handlers['requests:list'](); if (r) { await A.handlers['requests:answer'](r.request, true); break; } await new Promise((x) => setTimeout(x, 10)); }
t = performance.now(); const cpu = process.cpuUsage(); const before = steps; console.log('steps before join', steps, stepMs.toFixed(0));
await joined;
const wait = async () => { for (;;) { const s = await B.handlers['status'](); const c = s.collections[0]; let n = 0; try { for (const d of readdirSync(`${base}/b`)) if (d.startsWith('d')) n += readdirSync(`${base}/b/${d}`).length; } catch {} if (n >= N && c?.state === 'in-step') return; await new Promise((r) => setTimeout(r, 50)); } };
await wait();
console.log(off ? 'off' : 'on ', 'add', tAdd.toFixed(0), 'join+sync', (performance.now() - t).toFixed(0), 'cpu', (process.cpuUsage(cpu).user/1000).toFixed(0), (process.cpuUsage(cpu).system/1000).toFixed(0), 'steps', steps - before, stepMs.toFixed(0), 'worst', worst.toFixed(0));
if (!off) {
  const { default: Database } = await import('better-sqlite3');
  const t2 = performance.now();
  for (const dir of ['da', 'db']) { const db = new Database(`${base}/${dir}/lockstep.db`, { readonly: true }); for (;;) { const n = db.prepare('select count(*) from kept').pluck().get() as number; if (n >= N || performance.now() - t2 > 60000) { console.log(dir, 'kept', n, 'after', (performance.now() - t2).toFixed(0), 'unsynced', db.prepare('select count(*) from unsynced').pluck().get()); break; } await new Promise((r) => setTimeout(r, 50)); } db.close(); }
  const m = performance.now(); writeFileSync(`${base}/a/d0/f0`, 'changed'); const { readFileSync } = await import('node:fs'); while (readFileSync(`${base}/b/d0/f0`, 'utf8') !== 'changed') await new Promise((r) => setTimeout(r, 1)); console.log('one change', (performance.now() - m).toFixed(0), 'ms');
}
await A.stop(); await B.stop(); rmSync(base, { recursive: true }); process.exit(0);
