import { expect, type Page, test } from '@playwright/test';
import type { SampleClient } from '../fakes/sample-client.ts';
import { buildPages, openPages } from './harness-page.ts';

let pages: string;
test.beforeAll(async () => {
  pages = await buildPages();
});
const ADDRESSES = ['https://ana%40example.org@dav.example.org/', 'https://ana@dav.example.org/'];
const sampled = (page: Page) =>
  page.evaluate((addresses) => {
    const { sample } = window as unknown as { sample: SampleClient };
    sample.give('accounts:find', { origin: 'https://dav.example.org', addresses });
    sample.give('accounts:log-in', { address: addresses[1]! });
  }, ADDRESSES);
const asked = (page: Page, name: string) =>
  page.evaluate(
    (wanted) => (window as unknown as { sample: SampleClient }).sample.asked.filter((one) => one.name === wanted),
    name,
  );

test('an account is added by its e-mail address, as the user that its server lets in', async ({ page }) => {
  await openPages(page, pages);
  await sampled(page);
  await page.getByRole('button', { name: 'Add a source' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Place').fill('ana@example.org');
  await expect(dialog.getByText('Left empty: ana@example.org.')).toBeVisible();
  await dialog.getByLabel('Password').fill('pw');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  expect((await asked(page, 'accounts:find')).map(({ args }) => args)).toEqual([['ana@example.org', 'contacts', null]]);
  expect((await asked(page, 'accounts:log-in')).map(({ args }) => args)).toEqual([[ADDRESSES, 'contacts', 'pw']]);
  expect((await asked(page, 'collections:add')).map(({ args }) => args)).toEqual([
    [{ location: ADDRESSES[1], kind: 'contacts' }],
  ]);
});

test('of an account with several address books a person says which', async ({ page }) => {
  await openPages(page, pages);
  await page.evaluate(() => {
    const { sample } = window as unknown as { sample: SampleClient };
    sample.give('accounts:collections', [
      { address: 'https://ana@dav.example.org/home/', name: 'Home' },
      { address: 'https://ana@dav.example.org/work/', name: 'Work' },
    ]);
  });
  await page.getByRole('button', { name: 'Add a source' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Place').fill('https://ana@dav.example.org/several/');
  await dialog.getByLabel('Password').fill('pw');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByRole('button', { name: /There are 2 address books in this account\. Which one\?/ }).click();
  await page.getByRole('option', { name: 'Work' }).click();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  expect((await asked(page, 'collections:add')).at(-1)?.args).toEqual([
    { location: 'https://ana@dav.example.org/work/', kind: 'contacts' },
  ]);
});
