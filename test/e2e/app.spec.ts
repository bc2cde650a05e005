import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { freshDirectory } from './launch.ts';
import { type Served, serve } from './serve.ts';

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
  await page.getByRole('button', { name: 'Add a source' }).click();
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
  await expect(page.getByRole('heading', { name: 'What shall be the same on all your devices?' })).toBeVisible();
  expect(page.url()).not.toContain('token');
  const other = await (await browser.newContext()).newPage();
  await other.goto(desk.ui);
  await expect(other.getByRole('alert')).toContainText('already used');
  await expect(other.getByText('lockstep ui')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Add a source' })).toBeVisible();
  await page.goto(`${page.url().split('#')[0]}#settings`);
  await page.getByLabel('Keep what was replaced or deleted for').fill('30');
  await page.getByRole('button', { name: 'Save History' }).click();
  await expect(page.getByText('History: saved')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Keep what was replaced or deleted for')).toHaveValue('30');
});

test('a typed folder is kept in step; one that is not there is refused by name', async ({ page }) => {
  const desk = await device('desk');
  const folder = freshDirectory('folder');
  writeFileSync(join(folder, 'note.txt'), 'one');
  await page.goto(desk.ui);
  await page.getByRole('button', { name: 'Add a source' }).click();
  await page.getByLabel('Place').fill(join(folder, 'nowhere'));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('nowhere');
  await page.getByLabel('Place').fill(folder);
  await page.getByLabel('Name').fill('Notes');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const card = page.getByRole('article', { name: 'Notes' });
  await expect(card).toContainText('1 file');
  await expect(card).toContainText('On this device only so far');
  await expect(page.getByText(/In step/)).toHaveCount(0);
  writeFileSync(join(folder, 'second.txt'), 'two');
  await expect(card).toContainText('2 files');
});

test('two devices pair by link and code, and what is written on one arrives on the other', async ({
  page,
  browser,
}) => {
  test.setTimeout(60_000);
  const [desk, laptop] = [await device('desk'), await device('laptop')];
  const [here, there] = [freshDirectory('here'), freshDirectory('there')];
  writeFileSync(join(here, 'letter.txt'), 'Dear Ana');
  await page.goto(desk.ui);
  await addFolder(page, here);
  await page.getByRole('button', { name: 'Invite a device…' }).click();
  await page.getByRole('button', { name: 'Make invitation' }).click();
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
  const link = (await page.locator('.link-text').textContent()) ?? '';
  await page.getByRole('button', { name: 'Done' }).click();

  const other = await (await browser.newContext()).newPage();
  await other.goto(laptop.ui);
  await other.getByRole('button', { name: 'Join with a link' }).click();
  await other.getByLabel('Invitation link').fill(link);
  await other.getByLabel('Place on this device').fill(there);
  await other.getByRole('button', { name: 'Join', exact: true }).click();
  const waiting = other.getByRole('dialog', { name: 'Waiting for approval' });
  await expect(waiting).toBeVisible();
  const code = (await waiting.locator('.pairing-code [aria-hidden]').textContent()) ?? '';

  await page.getByRole('link', { name: /Devices/ }).click();
  const request = page.getByRole('article', { name: /asks to join/ });
  await expect(request).toContainText(code);
  expect(existsSync(join(there, 'letter.txt'))).toBe(false);
  await request.getByRole('button', { name: /Allow/ }).click();
  await waiting.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => existsSync(join(there, 'letter.txt')), { timeout: 20_000 }).toBe(true);
  expect(readFileSync(join(there, 'letter.txt'), 'utf8')).toBe('Dear Ana');
  await expect(page.locator('.banner')).toContainText('In step with 1 device', { timeout: 20_000 });
  await expect(other.locator('.banner')).toContainText('In step with 1 device', { timeout: 20_000 });
  await laptop.stop();
  served = served.filter((one) => one !== laptop);
  writeFileSync(join(here, 'letter.txt'), 'Dear Ana, thank you');
  await expect(page.locator('.banner')).toContainText('Waiting for', { timeout: 20_000 });
  await expect(other.getByRole('alert')).toContainText('Lockstep is not running');
});

test('an emptied folder halts and asks; keeping it as it is changes nothing, letting it go on deletes', async ({
  page,
}) => {
  const desk = await device('desk');
  const folder = freshDirectory('folder');
  const names = Array.from({ length: 20 }, (_, at) => `file-${at}.txt`);
  for (const name of names) writeFileSync(join(folder, name), name);
  await page.goto(desk.ui);
  await addFolder(page, folder);
  const card = page.getByRole('article');
  await expect(card).toContainText('20 files');
  for (const name of names) rmSync(join(folder, name));
  await expect(page.locator('.banner')).toContainText('is halted', { timeout: 20_000 });
  await page.getByRole('button', { name: /See what would/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('20 deleted')).toBeVisible();
  await dialog.getByRole('button', { name: 'Keep as it is' }).click();
  await expect(card).toContainText('20 files');
  await page.getByRole('button', { name: /See what would/ }).click();
  await dialog.getByRole('button', { name: 'Let it go on' }).click();
  await expect(card).toContainText('0 files', { timeout: 20_000 });
});
