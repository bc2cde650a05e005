// The Chromium the browser tests run: the system's, else Playwright's own.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Its path; null: there is none. `LOCKSTEP_CHROMIUM` overrules. */
export function findChromium() {
  const candidates = [process.env.LOCKSTEP_CHROMIUM, ...SYSTEM, chromium.executablePath()];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}
