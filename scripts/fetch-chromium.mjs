// Makes sure there is a Chromium for the browser tests: finds one, else fetches Playwright's, else asks Debian's apt where that is allowed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findChromium } from './find-chromium.mjs';

const APT = '/usr/bin/apt-get';
const PLAYWRIGHT = join(resolve(import.meta.dirname, '..'), 'node_modules/playwright/cli.js');
/** The whole browser: the headless shell alone would lie where `chromium.executablePath()` does not say. */
const INSTALL = [PLAYWRIGHT, 'install', '--no-shell', 'chromium'];

/**
 * The ways to one, each as `{ command, args, minutes }`s to run one after the other, until there is one. What Playwright's needs of the system
 * only root is given; whoever is not would be asked for a password.
 */
export function waysToChromium({ isRoot, hasApt }) {
  const playwright = { command: process.execPath, args: INSTALL, minutes: 4 };
  const apt = (minutes, ...args) => ({ command: APT, args, minutes });
  return [
    ...(isRoot ? [[{ ...playwright, args: [...INSTALL, '--with-deps'] }]] : []),
    [playwright],
    ...(isRoot && hasApt
      ? [[apt(3, 'update', '-q'), apt(6, 'install', '-y', '-q', '--no-install-recommends', 'chromium')]]
      : []),
  ];
}

/** The path of a Chromium; null where none is here and none could be fetched. */
export function fetchChromium() {
  const here = findChromium();
  if (here) return here;
  console.log('No Chromium found; fetching one for the browser tests…');
  for (const way of waysToChromium({ isRoot: process.getuid?.() === 0, hasApt: existsSync(APT) })) {
    for (const { command, args, minutes } of way)
      spawnSync(command, args, {
        stdio: ['ignore', 'inherit', 'inherit'],
        timeout: minutes * 60_000,
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    const found = findChromium();
    if (found) return found;
  }
  return null;
}
