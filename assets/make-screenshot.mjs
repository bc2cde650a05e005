// Takes screenshot.png and contacts.png: two devices in a directory that goes away again change one file apart, and the window of one of them
// shows the conflict, and its contacts. Run it after changing how the app looks: npm run build && node assets/make-screenshot.mjs
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

/** Lines of cards beside the name. */
const PEOPLE = {
  'Ada Brenner': ['TITLE:Architect', 'ORG:Brenner & Lang', 'EMAIL;TYPE=work:ada@brenner.example', 'TEL;TYPE=cell:+43 660 555 01 12'],
  'Ben Okafor': ['EMAIL:ben.okafor@example.org', 'TEL;TYPE=home:+44 20 7946 0321'],
  'Clara Svensson': [
    'TITLE:Conductor',
    'ORG:Lakeside Choir',
    'EMAIL;TYPE=work:clara@lakeside-choir.example',
    'EMAIL;TYPE=home:clara.svensson@example.org',
    'TEL;TYPE=cell:+46 70 555 01 43',
    'TEL;TYPE=work:+46 8 555 01 40',
    'ADR;TYPE=home:;;Strandvägen 12;Stockholm;;114 56;Sweden',
    'BDAY:19790514',
    'NOTE:Rehearsals on Tuesdays\\, big hall.',
    'CATEGORIES:Choir,Friends',
  ],
  'Daniel Moreau': ['EMAIL:daniel@moreau.example', 'TEL;TYPE=cell:+33 6 55 50 01 27'],
  'Eva Lindner': ['EMAIL:eva.lindner@example.org', 'NOTE:Has the key to the hut'],
  'Farid Haddad': ['ORG:Haddad Bikes', 'TEL;TYPE=work:+49 30 5550 118'],
  'Greta Olsen': ['EMAIL:greta.olsen@example.org', 'TEL;TYPE=cell:+47 415 55 018'],
  'Hugo Marques': ['TITLE:Dentist', 'TEL;TYPE=work:+351 21 555 0144'],
  'Ines Vidal': ['EMAIL:ines@vidal.example'],
  'Tom Lindner': ['EMAIL:tom.lindner@example.org', 'TEL;TYPE=cell:+43 699 555 01 77'],
};
const cards = Object.entries(PEOPLE).flatMap(([name, lines], at) => {
  const [first, last] = name.split(' ');
  return ['BEGIN:VCARD', 'VERSION:3.0', `UID:person-${at}`, `N:${last};${first};;;`, `FN:${name}`, ...lines, 'END:VCARD', ''];
});

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
  const contacts = join(root, 'contacts.vcf');
  writeFileSync(contacts, cards.filter((line) => line !== '').join('\r\n') + '\r\n');
  cli('Desk', 'add', contacts, '--name', 'People');
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
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1180, height: 610 });
  await page.getByRole('navigation').getByText('Sources').click();
  await page.getByRole('button', { name: 'Browse People' }).click();
  await page.getByRole('button', { name: /Clara Svensson/ }).click();
  await page.getByText('Where it is on this device').waitFor();
  await page.screenshot({ path: join(import.meta.dirname, 'contacts.png') });
} finally {
  await browser.close();
  await Promise.all([desk, laptop].map((device) => device.stop()));
  rmSync(root, { recursive: true, force: true });
}
