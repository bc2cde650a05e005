// Makes sure there is a Chromium for the browser tests: finds one, else fetches Playwright's, else asks Debian's apt where that is allowed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findChromium } from './find-chromium.mjs';

const run = (command, args, minutes) =>
  spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: minutes * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });

/** The path of a Chromium; null where none is here and none could be fetched. */
export function fetchChromium() {
  const here = findChromium();
  if (here) return here;
  console.log('No Chromium found; fetching one for the browser tests…');
  const playwright = join(resolve(import.meta.dirname, '..'), 'node_modules/playwright/cli.js');
  run(process.execPath, [playwright, 'install', '--with-deps', '--only-shell', 'chromium'], 4);
  if (!findChromium() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    run('apt-get', ['update', '-q'], 3);
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], 6);
  }
  return findChromium();
}
