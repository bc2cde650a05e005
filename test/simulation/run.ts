import { registerSql } from './register-sql.ts';

// node test/simulation/run.ts 20000 | --seed N --verbose [--kinds a,b] [--from N] [--steps N] [--whole-batches] | --shelves (contacts and calendars) [--changes, with --verbose: what becomes of texts, changes and snapshots]
registerSql();
const { simulate } = await import('./folders/simulate.ts');
const { noticeNoRoom } = await import('./full-state.ts');
const { simulateShelves } = await import('./shelves/simulate-shelves.ts');
type Kinds = NonNullable<NonNullable<Parameters<typeof simulate>[1]>['kinds']>;

const args = process.argv.slice(2);
const option = (name: string): string | null => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? null : (args[at + 1] ?? '');
};
const verbose = args.includes('--verbose');
const kinds = option('kinds');
const steps = option('steps');
const dump = option('dump');
const chosen = {
  ...(dump === null ? {} : { dump: dump.split(','), dumpEach: args.includes('--each') }),
  ...(kinds === null ? {} : { kinds: kinds.split(',') as unknown as Kinds }),
  ...(steps === null ? {} : { steps: Number(steps) }),
  changes: args.includes('--changes'),
  wholeBatches: args.includes('--whole-batches'),
  ...(verbose ? { tell: (line: string) => console.log(line) } : {}),
};
const seed = option('seed');
const from = Number(option('from') ?? 1);
const count = seed === null ? Number(args.find((arg) => /^\d+$/.test(arg)) ?? 500) : 1;
const started = Date.now();
const counts = new Map<string, number>();
const rules = new Map<string, number>();
let now = '';
process.on('unhandledRejection', (error) => {
  if (!noticeNoRoom(error)) console.log(`seed ${now}: unhandled ${(error as Error).stack}`);
});
let failed = 0;
/** A simulated hour takes a second; one that takes longer hides something that never rests. */
const SLOW_SECONDS = 5;
for (let at = 0; at < count; at++) {
  now = seed ?? String(from + at);
  const begun = process.cpuUsage().user;
  const done = await (args.includes('--shelves') ? simulateShelves(now, chosen as never) : simulate(now, chosen));
  const seconds = (process.cpuUsage().user - begun) / 1e6;
  if (seconds > SLOW_SECONDS) console.log(`seed ${now}: took ${seconds.toFixed(1)} s of the processor`);
  for (const [name, times] of done.counts) counts.set(name, (counts.get(name) ?? 0) + times);
  if (done.findings.length > 0) {
    failed++;
    const [first] = done.findings;
    // Findings of one kind are many: three seeds of each will do.
    const kind = `${first?.rule}: ${first?.what.replaceAll(/"[^"]*"|[0-9a-f]{8,}|[ABCDE]\b|\d+/g, '_').slice(0, 60)}`;
    rules.set(kind, (rules.get(kind) ?? 0) + 1);
    if (!verbose && (rules.get(kind) ?? 0) <= 3)
      console.log(`seed ${now}: ${first?.rule}: ${first?.what.split('\n')[0]?.slice(0, 250)}`);
  }
  if (count > 20 && (at + 1) % 100 === 0)
    console.log(
      `${at + 1} of ${count}, ${failed} with findings, ${Math.round((Date.now() - started) / (at + 1))} ms each`,
    );
}
console.log(
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(', '),
);
console.log(`${count} seeds, ${failed} with findings; ${Math.round((Date.now() - started) / 1000)} s`);
for (const [kind, times] of [...rules].sort(([, a], [, b]) => b - a)) console.log(`${times} × ${kind}`);
process.exitCode = failed === 0 ? 0 : 1;
