import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { freshDirectory } from './launch.ts';
import { anotherPage, type Served, serve } from './serve.ts';

let served: Served[] = [];
async function device(name: string): Promise<Served> {
  const started = await serve(freshDirectory(name));
  served.push(started);
  return started;
}
test.afterEach(async () => {
  await Promise.all(served.map((one) => one.stop()));
  served = [];
});

async function addFolder(page: Page, path: string) {
  await page.getByRole('button', { name: /^Add/ }).first().click();
  await page.getByLabel('Place').fill(path);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

test('a one-time address: spent by the first tab, good for its reload, refused to another', async ({
  page,
  browser,
}) => {
  const desk = await device('desk');
  await page.goto(desk.ui);
  await expect(page.getByRole('heading', { name: 'What should be the same on all your devices?' })).toBeVisible();
  expect(page.url()).not.toContain('token');
  const other = await (await browser.newContext()).newPage();
  await other.goto(desk.ui);
  await expect(other.getByRole('alert')).toContainText('already used');
  await expect(other.getByText('lockstep ui')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Add: A folder' })).toBeVisible();
  await page.goto(`${page.url().split('#')[0]}#settings`);
  await page.getByLabel('Keep earlier versions for').fill('30');
  await page.getByRole('button', { name: 'Save History' }).click();
  await expect(page.getByText('History: saved')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Keep earlier versions for')).toHaveValue('30');
});

test('a page goes on after a restart, with what was typed in it; what its tab keeps lets nobody in then, nor does another device', async ({
  page,
  browser,
}) => {
  const data = freshDirectory('desk');
  const first = await serve(data);
  served.push(first);
  const { host, origin } = new URL(first.ui);
  await page.goto(first.ui);
  await page.getByRole('button', { name: 'Add: A folder' }).click();
  const folder = freshDirectory('kept');
  await page.getByLabel('Place').fill(folder);
  await first.stop();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Lockstep is not running');
  // The port is another's to take meanwhile: the device is found again where it was.
  const second = await serve(data);
  served.push(second);
  expect(new URL(second.ui).host).toBe(host);
  await expect(page.getByText('Nothing is kept in step yet')).toBeVisible();
  await expect(page.getByLabel('Place')).toHaveValue(folder);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.goto(`${origin}/#devices`);
  await page.reload();
  await expect(page.getByText('This device', { exact: true })).toBeVisible();
  // Who has the port while the program is off may have a page of its own loaded here, and read what the browser keeps for the address.
  const kept = await page.evaluate(() => ({ ...sessionStorage }));
  expect(await page.evaluate(() => [Object.keys(localStorage), document.cookie])).toEqual([[], '']);
  expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
  await second.stop();
  await expect(page.getByRole('alert')).toContainText('Lockstep is not running');
  const third = await serve(data, host);
  served.push(third);
  await expect(page.getByText('This device', { exact: true })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  const stranger = await (await browser.newContext()).newPage();
  await stranger.addInitScript((stolen) => Object.assign(sessionStorage, stolen), kept);
  await stranger.goto(origin);
  await expect(stranger.getByRole('alert')).toHaveText('Lockstep was started anew since.');
  await expect(stranger.getByText('lockstep ui')).toBeVisible();
  await third.stop();
  await expect(page.getByRole('alert')).toContainText('Lockstep is not running');
  served.push(await serve(freshDirectory('attic'), host));
  const banner = page.getByRole('alert').filter({ hasText: 'Lockstep was started anew since.' });
  await expect(banner).toContainText('lockstep ui');
  await page.keyboard.press('Control+4');
  await expect(page.getByRole('alert').filter({ hasText: 'This page has no connection to Lockstep.' })).toBeVisible();
  await expect(page.getByText('is not running')).toHaveCount(0);
});

test('two windows of one device say that it is gone, and both go on where they were once it is back', async ({
  page,
  context,
}) => {
  const data = freshDirectory('desk');
  const first = await serve(data);
  served.push(first);
  await page.goto(first.ui);
  await expect(page.getByRole('button', { name: 'Add: A folder' })).toBeVisible();
  const other = await context.newPage();
  await other.goto(anotherPage(data));
  await expect(other.getByRole('button', { name: 'Add: A folder' })).toBeVisible();
  await other.keyboard.press('Control+2');
  await other.getByRole('button', { name: 'Rename' }).click();
  await other.getByRole('textbox', { name: 'Name' }).fill('Attic');
  await first.stop();
  for (const one of [page, other]) await expect(one.getByRole('alert')).toContainText('Lockstep is not running');
  served.push(await serve(data));
  for (const one of [page, other]) await expect(one.getByRole('alert')).toHaveCount(0);
  await other.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await expect(other.getByRole('dialog')).toHaveCount(0);
  // What is done in one is seen in the other.
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { name: 'Attic' })).toBeVisible();
});

for (const last of ['nothing', 'that it is stopping'])
  test(`what a page was asking as Lockstep went away, answered by ${last}, is said to be gone once, and asked again once it is back`, async ({
    page,
  }) => {
    const data = freshDirectory('desk');
    const first = await serve(data);
    served.push(first);
    let isHeld = true;
    let held = 0;
    await page.routeWebSocket('**/ws', (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((text) => {
        if (!isHeld || !String(text).includes('"devices:list"')) {
          server.send(text);
          return;
        }
        held += 1;
        const error = { code: 'stopping', message: 'Lockstep is stopping.', subject: '' };
        if (last !== 'nothing')
          socket.send(JSON.stringify({ id: JSON.parse(String(text)).id, reply: { ok: false, error } }));
      });
    });
    await page.goto(first.ui);
    await expect(page.getByRole('button', { name: 'Add: A folder' })).toBeVisible();
    await page.keyboard.press('Control+2');
    await expect.poll(() => held).toBeGreaterThan(0);
    if (last !== 'nothing') await expect(page.getByRole('alert')).toContainText('Lockstep is stopping.');
    await first.stop();
    await expect(page.getByRole('alert')).toHaveText(/^Lockstep is not running\./);
    isHeld = false;
    served.push(await serve(data));
    await expect(page.getByRole('button', { name: 'Rename' })).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

test('a page of one build is loaded anew, once, where another one is served, and is let in', async ({ page }) => {
  const data = freshDirectory('desk');
  const first = await serve(data);
  served.push(first);
  await page.goto(first.ui);
  await page.keyboard.press('Control+6');
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await expect(page.getByText('All is well.').or(page.getByText('to look at.'))).toBeVisible();
  let loads = 0;
  page.on('load', () => loads++);
  await first.stop();
  // Said once: what is on the screen is not asked for where nobody answers.
  await expect(page.getByRole('alert')).toContainText('Lockstep is not running');
  await expect(page.getByLabel('Keep earlier versions for')).toBeVisible();
  const second = await serve(data, '127.0.0.1:0', anotherBuild());
  served.push(second);
  await expect(page).toHaveTitle('Another Lockstep');
  await expect(page.getByLabel('Keep earlier versions for')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(loads).toBe(1);
});

/** The program as it was built, with a page that is titled otherwise. */
function anotherBuild(): string {
  const root = freshDirectory('another');
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  cpSync('package.json', join(root, 'package.json'));
  cpSync('out', join(root, 'out'), { recursive: true, filter: (file) => !file.endsWith('.map') });
  const page = join(root, 'out/renderer/index.html');
  writeFileSync(page, readFileSync(page, 'utf8').replace('<title>', '<title>Another '));
  return join(root, 'out');
}

test('a typed folder is kept in step; one that is not there is refused by name', async ({ page }) => {
  const desk = await device('desk');
  const folder = freshDirectory('folder');
  writeFileSync(join(folder, 'note.txt'), 'one');
  await page.goto(desk.ui);
  await page.getByRole('button', { name: /^Add/ }).first().click();
  await page.getByLabel('Place').fill(join(folder, 'nowhere'));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('nowhere');
  await page.getByLabel('Place').fill(folder);
  await page.getByLabel('Name').fill('Notes');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const card = page.getByRole('article', { name: 'Notes' });
  await expect(card).toContainText('1 item');
  await expect(card).toContainText('On this device only so far');
  await expect(page.getByText(/In step/)).toHaveCount(0);
  writeFileSync(join(folder, 'second.txt'), 'two');
  await expect(card).toContainText('2 items');
});

/** Two devices with one folder in step, each with its page, made as people make them. */
async function pair(page: Page, letter: string) {
  const [desk, laptop] = [await device('desk'), await device('laptop')];
  const [here, there] = [freshDirectory('here'), freshDirectory('there')];
  writeFileSync(join(here, 'letter.txt'), letter);
  await page.goto(desk.ui);
  await addFolder(page, here);
  await page.getByRole('button', { name: 'Invite a device…' }).click();
  await page.getByRole('button', { name: 'Make invitation' }).click();
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
  const link = (await page.locator('.link-text').textContent()) ?? '';

  const context = await page.context().browser()?.newContext();
  const other = (await context?.newPage()) as Page;
  await other.goto(laptop.ui);
  await other.getByRole('button', { name: 'Join a device' }).click();
  await other.getByLabel('Invitation link').fill(link);
  await other.getByLabel('Place on this device').fill(there);
  await other.getByRole('button', { name: 'Join', exact: true }).click();
  const waiting = other.getByRole('dialog', { name: 'Waiting for approval' });
  await expect(waiting).toBeVisible();
  const code = (await waiting.locator('.pairing-code [aria-hidden]').textContent()) ?? '';

  // Where the link was is asked whether whoever brought it may come in.
  const invitation = page.getByRole('dialog', { name: /^Invitation to/ });
  const request = invitation.getByRole('article', { name: /asks to join/ });
  await expect(request).toContainText(code);
  await expect(invitation.getByRole('img', { name: /QR code/ })).toHaveCount(0);
  expect(existsSync(join(there, 'letter.txt'))).toBe(false);
  await request.getByRole('button', { name: /Allow/ }).click();
  await expect(invitation).toHaveCount(0);
  await expect(waiting).toHaveCount(0);
  await expect.poll(() => read(there)).toBe(letter);
  await expect(page.locator('.banner')).toContainText('In step with 1 device');
  await expect(other.locator('.banner')).toContainText('In step with 1 device');
  return { here, there, other, laptop };
}

const read = (folder: string) => {
  const path = join(folder, 'letter.txt');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
};

test('two devices pair by link and code, and what is written on one arrives on the other', async ({ page }) => {
  const { here, other, laptop } = await pair(page, 'Dear Ana');
  await laptop.stop();
  served = served.filter((one) => one !== laptop);
  writeFileSync(join(here, 'letter.txt'), 'Dear Ana, thank you');
  await expect(page.locator('.banner')).toContainText('Waiting for');
  await expect(other.getByRole('alert')).toContainText('Lockstep is not running');
});

test('edits made apart wait as a conflict, are merged in the dialog, and the history takes it back', async ({
  page,
}) => {
  const { here, there, other } = await pair(page, 'one\ntwo\nthree\nfour\nfive\n');
  for (const one of [page, other]) {
    await one.getByRole('button', { name: 'Pause all' }).first().click();
    await expect(one.locator('.banner')).toContainText('Paused');
  }
  writeFileSync(join(here, 'letter.txt'), 'ONE\ntwo\nthree\nfour\nfive\n');
  writeFileSync(join(there, 'letter.txt'), 'one\ntwo\nthree\nfour\nFIVE\n');
  for (const one of [page, other]) await one.getByRole('button', { name: 'Resume all' }).first().click();
  await expect(page.locator('.banner')).toContainText('1 conflict waits for you');
  await expect(other.locator('.banner')).toContainText('1 conflict waits for you');
  // Until somebody chooses, each keeps what it has.
  expect(read(here)).toContain('ONE');
  expect(read(there)).toContain('FIVE');

  await page.getByRole('link', { name: /Conflicts/ }).click();
  await page.getByRole('button', { name: /letter\.txt/ }).click();
  const dialog = page.getByRole('dialog', { name: 'letter.txt' });
  await expect(dialog.getByRole('region', { name: /Differences from Before/ }).locator('.diff-added')).toHaveCount(1);
  await expect(dialog.getByLabel('Text to save')).toHaveValue('ONE\ntwo\nthree\nfour\nFIVE\n');
  await dialog.getByRole('button', { name: 'Save merged text' }).click();
  for (const folder of [here, there]) await expect.poll(() => read(folder)).toBe('ONE\ntwo\nthree\nfour\nFIVE\n');
  for (const one of [page, other]) await expect(one.locator('.banner')).toContainText('In step with 1 device');

  await other.getByRole('link', { name: /History/ }).click();
  await other.locator('[data-row="0"]').click();
  await other.getByRole('dialog').getByRole('button', { name: 'Undo it' }).click();
  await expect(other.getByText(/^Undone/)).toBeVisible();
  await expect(other.getByRole('dialog')).toHaveCount(0);
  await expect(other.locator('[data-row="0"]')).toContainText('letter.txt');
});

test('an emptied folder halts and asks; keeping it as it is changes nothing, letting it go on deletes', async ({
  page,
}) => {
  const desk = await device('desk');
  const folder = freshDirectory('folder');
  mkdirSync(join(folder, 'in'));
  for (let at = 0; at < 20; at++) writeFileSync(join(folder, `in/file-${at}.txt`), `file ${at}`);
  await page.goto(desk.ui);
  await addFolder(page, folder);
  const card = page.getByRole('article');
  await expect(card).toContainText('21 items');
  // In one step: of what goes one by one, a look in between takes a few for deletions.
  renameSync(join(folder, 'in'), join(freshDirectory('aside'), 'in'));
  await expect(page.locator('.banner')).toContainText('is halted');
  await page.getByRole('button', { name: /See what would/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('21 deleted')).toBeVisible();
  await dialog.getByRole('button', { name: 'Keep as it is' }).click();
  await expect(card).toContainText('21 items');
  await page.getByRole('button', { name: /See what would/ }).click();
  await dialog.getByRole('button', { name: 'Delete 21 items everywhere' }).click();
  await expect(card).toContainText('0 items');
});
