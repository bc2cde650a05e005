// Takes screenshot.png: two devices in a directory that goes away again change one file apart, and the window of one of them shows the
// conflict. Run it after changing how the app looks: npm run build && node assets/make-screenshot.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright';
import { findChromium } from '../scripts/find-chromium.mjs';
import { serve } from '../test/e2e/serve.ts';

const PLAN = `# Long weekend at the lake

- Friday: train at 8:40, platform 4
- Saturday: boats
- Sunday: home by 18:00

Bring oat milk, bread, apples
and the blue tent.

Eva has the key to the hut.
`;
const FILES = {
  'Holidays/Lake weekend.md': PLAN,
  'Holidays/Packing list.txt': 'tent\nlamp\nrope\n',
  'Recipes/Onion soup.md': '# Onion soup\n\n1 kg onions, 2 l stock, thyme\n',
  'Taxes/2025.csv': 'month,rent\nJanuary,980\nFebruary,980\n',
};
/** What each of the two wrote without knowing of the other. */
const DESK = {
  'Holidays/Lake weekend.md': [
    ['train at 8:40, platform 4', 'train at 9:10, platform 2'],
    ['oat milk, bread, apples', 'oat milk, bread, apples, coffee'],
  ],
  'Recipes/Onion soup.md': [['1 kg onions', '1.5 kg onions']],
};
const LAPTOP = {
  'Holidays/Lake weekend.md': [
    ['home by 18:00', 'home by 20:00, Tom drives'],
    ['Eva has the key', 'Tom has the key'],
  ],
  'Recipes/Onion soup.md': [['thyme', 'bay leaf']],
};

const root = mkdtempSync(join(tmpdir(), 'lockstep-screenshot-'));
const data = (name) => join(root, name);
const cli = (name, ...args) =>
  execFileSync(process.execPath, [resolve('out/main/cli.js'), ...args, '--data', data(name)], { encoding: 'utf8' });
const folder = (name) => join(root, `${name} folder`);
function edit(name, edits) {
  for (const [file, replaced] of Object.entries(edits)) {
    let text = readFileSync(join(folder(name), file), 'utf8');
    for (const [before, after] of replaced) text = text.replace(before, after);
    writeFileSync(join(folder(name), file), text);
  }
}

const browser = await chromium.launch({ executablePath: findChromium() ?? undefined });
let [desk, laptop] = await Promise.all(['Desk', 'Laptop'].map((name) => serve(data(name))));
try {
  for (const name of ['Desk', 'Laptop']) cli(name, 'config', 'name', name);
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(join(folder('Desk'), file, '..'), { recursive: true });
    writeFileSync(join(folder('Desk'), file), text);
  }
  cli('Desk', 'add', folder('Desk'), '--name', 'Documents');
  const { link } = JSON.parse(cli('Desk', 'invite', 'Documents', '--approve-first', '--json'));
  cli('Laptop', 'join', link, folder('Laptop'), '--wait');
  cli('Desk', 'sync', '--wait');
  // In a quiet moment what both start from is kept.
  await pause(3000);
  await laptop.stop();
  edit('Laptop', LAPTOP);
  edit('Desk', DESK);
  cli('Desk', 'sync');
  laptop = await serve(data('Laptop'));
  cli('Desk', 'sync', '--wait');
  const page = await browser.newPage({
    viewport: { width: 1180, height: 960 },
    colorScheme: 'light',
    deviceScaleFactor: 1.5,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  await page.goto(desk.ui);
  await page.getByRole('navigation').getByText('Conflicts').click();
  await page.getByRole('button', { name: /Lake weekend/ }).click();
  await page.getByRole('button', { name: 'Save merged text' }).waitFor();
  await page.screenshot({ path: join(import.meta.dirname, 'screenshot.png') });
} finally {
  await browser.close();
  await Promise.all([desk, laptop].map((device) => device.stop()));
  rmSync(root, { recursive: true, force: true });
}
