// npm test: builds, then the tests that need no browser, then those in one. All run, whichever fail. `--summary FILE` writes the counts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { countPlaywright, countVitest } from './count-tests.mjs';
import { fetchChromium } from './fetch-chromium.mjs';

const root = resolve(import.meta.dirname, '..');
const results = join(root, 'test-results');
const summaryFile = process.argv[process.argv.indexOf('--summary') + 1];
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const counts = [];
const build = node('vite/bin/vite.js', ['build', '--logLevel', 'warn']);
if (build !== 0) counts.push({ name: 'build', passed: 0, failed: 1 });
else {
  const unit = join(results, 'vitest.json');
  const unitStatus = node('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${unit}`,
  ]);
  counts.push({ name: 'without a browser', ...counted(unit, unitStatus, countVitest) });

  const chromium = fetchChromium();
  if (chromium === null) {
    console.error(
      'The browser tests did not run: no Chromium could be found or fetched. Set LOCKSTEP_CHROMIUM to one.',
    );
    counts.push({ name: 'in a browser', passed: 0, failed: 1 });
  } else {
    // Beside the folder Playwright empties at its start.
    const browser = join(root, 'test-results.playwright.json');
    const env = { LOCKSTEP_CHROMIUM: chromium, HOST_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: browser };
    const status = node('playwright/cli.js', ['test', '--reporter=list,json'], env);
    counts.push({ name: 'in a browser', ...counted(browser, status, countPlaywright) });
    rmSync(browser, { force: true });
  }
}

const total = counts.reduce(
  (sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
  { passed: 0, failed: 0 },
);
for (const { name, passed, failed, excused = [] } of counts) {
  console.log(`Tests ${name}: ${passed} of ${passed + failed} passed.`);
  for (const each of excused) console.log(`  not tried: ${each}`);
}
if (process.argv.includes('--summary')) writeFileSync(summaryFile, JSON.stringify(total));
process.exitCode = total.failed === 0 ? 0 : 1;

/** The exit status of a package's program, run under this Node. */
function node(program, args, env = {}) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}

/** What a report says; a run that failed without a failed test, or left no report, counts as one failure. */
function counted(file, status, count) {
  let found = { passed: 0, failed: 0 };
  try {
    found = count(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    console.error(`No readable report in ${file}: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
  return status !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
}
