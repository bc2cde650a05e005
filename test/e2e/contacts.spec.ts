import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { freshDirectory } from './launch.ts';
import { type Served, serve } from './serve.ts';

let desk: Served;
test.beforeEach(async () => {
  desk = await serve(freshDirectory('desk'));
});
test.afterEach(() => desk.stop());

const card = (uid: string, name: string, phone: string) =>
  ['BEGIN:VCARD', 'VERSION:4.0', `UID:${uid}`, `FN:${name}`, `TEL;TYPE=work:${phone}`, 'END:VCARD', ''].join('\r\n');

async function noViolations(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
  }
}

test('a file of contacts is added, searched, and its history told in words', async ({ page }) => {
  const file = join(freshDirectory('cards'), 'contacts.vcf');
  writeFileSync(file, card('u1', 'Jane Doe', '+43 1 555') + card('u2', 'Otto Roe', '+43 2 777'));
  await page.goto(desk.ui);
  await page.getByRole('button', { name: /^Add/ }).first().click();
  await page.getByLabel('Place').fill(file);
  await noViolations(page);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // By the name it has from now on, not that of the file.
  await expect(page.getByText('contacts: 2 contacts, kept in step from now on')).toBeVisible();
  const collection = page.getByRole('article', { name: /contacts/ });
  await expect(collection).toContainText('2 contacts');

  writeFileSync(file, readFileSync(file, 'utf8').replace('+43 1 555', '+43 1 999'));
  await page.keyboard.press('Control+4');
  const change = page.getByRole('button', { name: /Changed Jane Doe/ });
  await expect(change).toContainText('Phone (work) from +43 1 555 to +43 1 999');
  await change.click();
  const row = page.getByRole('row', { name: /Phone \(work\)/ });
  await expect(row).toContainText('+43 1 555');
  await expect(row).toContainText('+43 1 999');
  await noViolations(page);
  await page.getByRole('button', { name: /Restore as it was then/ }).click();
  const restore = page.getByRole('dialog', { name: 'Restore' });
  await expect(restore.getByRole('radio')).toHaveCount(4);
  await expect(restore.getByRole('radio', { name: 'Jane Doe' })).toBeChecked();
  await restore.getByText('As a copy in another place').click();
  await noViolations(page);
  const copy = await restore.getByLabel('Place for the copy').inputValue();
  expect(copy).toMatch(/contacts.*\.vcf$/);
  await restore.getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(readFileSync(copy, 'utf8')).toMatch(/^BEGIN:VCARD\r\n.*Jane Doe.*\+43 1 999/s);
  expect(readFileSync(copy, 'utf8')).not.toContain('Otto');

  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: /Browse/ }).click();
  await page.getByRole('searchbox').fill('otto');
  await expect(page.getByText('1 of 2 contacts', { exact: true })).toBeVisible();
  await page.setViewportSize({ width: 420, height: 720 });
  await noViolations(page);
});

test('what a place is can be said, and an account that cannot be reached says what to do', async ({ page }) => {
  const folder = join(freshDirectory('vdir'), 'cards');
  await page.goto(desk.ui);
  await page.getByRole('button', { name: /^Add/ }).first().click();
  await page.getByLabel('Place').fill('http://127.0.0.1:1/dav/');
  await page.getByLabel('User').fill('ana');
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('cannot be reached');
  await expect(page.getByText('Nothing was added.')).toBeVisible();
  await noViolations(page);
  await page.getByLabel('Place').fill(folder);
  await page.getByRole('button', { name: /What it is/ }).click();
  await page.getByRole('option', { name: 'Contacts: a folder of .vcf files, vCard 3.0' }).click();
  await page.getByText('Create it if it is not there').click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('0 contacts').first()).toBeVisible();
});
