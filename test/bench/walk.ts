/**
 * The walk of a folder by itself, beside `find -printf` of the same: wall milliseconds, the best of five.  usage: node test/bench/walk.ts DIR
 */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { nodeFileSystem } from '../../src/main/platform/node-file-system.ts';
import { IgnoreRules } from '../../src/main/sources/files/ignore-rules.ts';
import { MountMemory } from '../../src/main/sources/files/mount-memory.ts';
import { FileWalker } from '../../src/main/sources/files/walk-files.ts';

const root = realpathSync(process.argv[2] ?? '.');
const RUNS = 5;
const rules = new IgnoreRules('', { only: [], ignore: [] });
const walker = new FileWalker(nodeFileSystem, root, {
  platform: 'posix',
  folding: false,
  now: Date.now,
  mounts: new MountMemory(null),
});

function best(what: string, work: () => string): void {
  const runs = Array.from({ length: RUNS }, () => {
    const since = performance.now();
    const found = work();
    return { milliseconds: performance.now() - since, found };
  });
  const { milliseconds, found } = runs.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
  console.log(`${what}: ${milliseconds.toFixed(0)} ms (first ${runs[0]?.milliseconds.toFixed(0)}), ${found}`);
}

function walk(since: number | null): { readonly token: number; readonly found: string } {
  const listing = walker.walk(since, null, rules, { aborted: false });
  let step = listing.next();
  while (!step.done) step = listing.next();
  return { token: step.value.token, found: `${step.value.items} items` };
}

best('find -printf', () => {
  const out = execFileSync('find', [root, '-printf', '%y %m %s %T@ %C@ %i %p\\n'], { maxBuffer: 1 << 30 });
  return `${(out.length / 1e6).toFixed(1)} MB of lines`;
});
let token: number | null = null;
best('walk, all told', () => {
  const { token: next, found } = walk(null);
  token = next;
  return found;
});
best('walk, nothing changed', () => {
  const { token: next, found } = walk(token);
  token = next;
  return found;
});
