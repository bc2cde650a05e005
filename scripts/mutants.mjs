// npm run mutants: plants known bugs (planted-bugs.mjs) one at a time, and names those that no test notices.
// npm run mutants -- --only WORDS: only those whose description, or whose file, has these words.
// npm run mutants -- FILE…: changes each file in small ways instead; only unit tests that (directly or not) import the file are run.
// Both work on a copy of the repository, so nothing here changes.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { parseSync } from 'vite';
import { PLANTED_BUGS } from './planted-bugs.mjs';

const root = resolve(import.meta.dirname, '..');
const LEFT_OUT = new Set(['.git', 'node_modules', 'out', 'test-results', 'dist-app']);
/** Of the simulation, for each planted bug: as many as end in about two minutes. */
const SEEDS = '200';
const SWAPS = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
};

/** For the changes of a file: the others import nearly every file and take minutes, and scenarios run what was built. */
const UNIT_TESTS = ['--exclude=test/{scenarios,simulation,property,contracts}/**', '--passWithNoTests=false'];

/** Every small change of a source: `{ start, end, to }`. */
export function mutantsOf(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const found = [];
  visit(program, (node) => {
    if ((node.type === 'BinaryExpression' || node.type === 'LogicalExpression') && SWAPS[node.operator]) {
      const start = source.indexOf(node.operator, node.left.end);
      found.push({ start, end: start + node.operator.length, to: SWAPS[node.operator] });
    } else if (node.type === 'Literal' && typeof node.value === 'boolean') {
      found.push({ start: node.start, end: node.end, to: String(!node.value) });
    } else if (node.type === 'Literal' && typeof node.value === 'number') {
      found.push({ start: node.start, end: node.end, to: `(${source.slice(node.start, node.end)} + 1)` });
    } else if (node.type === 'UnaryExpression' && node.operator === '!') {
      found.push({ start: node.start, end: node.start + 1, to: '' });
    } else if (node.type === 'IfStatement') {
      found.push({ start: node.test.start, end: node.test.end, to: 'false' });
    }
  });
  return found.sort((a, b) => a.start - b.start);
}

function visit(node, see) {
  if (Array.isArray(node)) for (const item of node) visit(item, see);
  else if (node !== null && typeof node === 'object' && !/^TS(Type|Interface|Literal)/.test(node.type ?? '')) {
    if (typeof node.type === 'string') see(node);
    for (const value of Object.values(node)) visit(value, see);
  }
}

function main(args) {
  const only = args[0] === '--only' ? args.slice(1).join(' ') : '';
  const files = args[0] === '--only' ? [] : args;
  const bugs = PLANTED_BUGS.filter(({ about, file }) => about.includes(only) || file.includes(only));
  if (bugs.length === 0) throw new Error(`no planted bug has "${only}" in its description or its file`);
  const copy = mkdtempSync(join(tmpdir(), 'lockstep-mutants-'));
  try {
    for (const part of readdirSync(root).filter((name) => !LEFT_OUT.has(name)))
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const survivors =
      files.length === 0
        ? plantBugs(copy, bugs)
        : files.reduce((sum, file) => sum + tryMutants(copy, relative(root, resolve(file))), 0);
    return survivors === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** How many of the planted bugs no test noticed. */
function plantBugs(copy, bugs) {
  // A run that does not end in time has noticed nothing: on a busy machine it would be slow without the bug too.
  const vitest = (tests) => {
    const { status } = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=dot', ...tests],
      { cwd: copy, stdio: 'ignore', timeout: 600_000, env: { LOCKSTEP_SEEDS: SEEDS, ...process.env } },
    );
    return status === 0 || status === null;
  };
  // Tests with real processes run what was built.
  const build = () =>
    spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'], { cwd: copy });
  let survived = 0;
  for (const { about, file, find, replace, tests } of bugs) {
    const path = join(copy, file);
    const source = readFileSync(path, 'utf8');
    if (source.split(find).length !== 2) throw new Error(`${file} does not hold "${find}" exactly once`);
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
    const begun = Date.now();
    const noticed = tests.find((test) => {
      if (test.startsWith('test/scenarios')) build();
      return !vitest([test]);
    });
    writeFileSync(path, source);
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (noticed === undefined) survived++;
    console.log(`${noticed === undefined ? 'NOT NOTICED' : `noticed by ${noticed}`} (${seconds} s): ${about}`);
  }
  console.log(`${bugs.length - survived} of ${bugs.length} planted bugs noticed`);
  return survived;
}

/** How many mutants of a file survived. */
function tryMutants(copy, file) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const vitest = (timeout) =>
    spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'related', '--run', ...UNIT_TESTS, '--bail=1', '--reporter=dot', file],
      { cwd: copy, encoding: 'utf8', timeout },
    );
  const begun = Date.now();
  const { status, stdout, stderr } = vitest();
  if (status !== 0) throw new Error(`the unit tests of ${file} fail, or it has none:\n${stdout}${stderr}`);
  // A change that lets a loop never end is noticed by that.
  const timeout = 30_000 + 10 * (Date.now() - begun);
  const mutants = mutantsOf(file, source);
  let survived = 0;
  for (const { start, end, to } of mutants) {
    writeFileSync(path, source.slice(0, start) + to + source.slice(end));
    if (vitest(timeout).status !== 0) continue;
    survived++;
    const line = source.slice(0, start).split('\n').length;
    console.log(`${file}:${line}: nobody notices "${source.slice(start, end).split('\n')[0]}" → "${to}"`);
  }
  writeFileSync(path, source);
  console.log(`${basename(file)}: ${mutants.length - survived} of ${mutants.length} noticed`);
  return survived;
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename)
  process.exitCode = main(process.argv.slice(2));
