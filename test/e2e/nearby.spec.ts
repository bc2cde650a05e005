import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { freshDirectory } from './launch.ts';
import { type Served, serve } from './serve.ts';

const running: Served[] = [];
test.afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
/** A device of that name, its page open. */
async function device(page: Page, name: string) {
  const served = await serve(freshDirectory(name));
  running.push(served);
  await page.goto(served.ui);
  return served;
}
const code = async (page: Page) =>
  (await page.getByRole('dialog').locator('.pairing-code [aria-hidden]').textContent()) ?? '';

test('two devices are paired by people who compare six digits, and not where they differ', async ({
  page,
  browser,
}) => {
  const other = await (await browser.newContext()).newPage();
  await device(page, 'desk');
  await device(other, 'laptop');
  const [here, there] = [freshDirectory('here'), freshDirectory('there')];
  writeFileSync(join(here, 'letter.txt'), 'Dear Ben');
  await page.getByRole('button', { name: 'Add: A folder' }).click();
  await page.getByLabel('Place').fill(here);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('1 item', { exact: true })).toBeVisible();

  await page.getByRole('link', { name: /Devices/ }).click();
  await page.getByRole('button', { name: 'Invite a device' }).click();
  await page.getByText('Nearby, with a code').click();
  await page.getByRole('button', { name: 'Wait for a device' }).click();
  const address = await page.locator('.address').first().textContent();

  await other.getByRole('button', { name: 'Join a device' }).click();
  await other.getByText('A device nearby').click();
  await other.getByText(/by its address|Give its address/).click();
  await other.getByLabel('Address', { exact: true }).fill(address?.trim() ?? '');
  await other.getByLabel('Place on this device').fill(there);
  await other.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(other.getByRole('dialog', { name: 'Compare the codes' })).toBeVisible();
  await expect(page.getByRole('dialog', { name: /asks to join/ })).toContainText('read and change it');
  expect(await code(page)).toBe(await code(other));

  // Somebody reads too fast: nothing is shared, and both are told.
  await other.getByRole('button', { name: 'They differ' }).click();
  await expect(other.getByText(/The codes differ/)).toBeVisible();
  await expect(page.getByText(/On the other device somebody said that the codes differ/)).toBeVisible();
  expect(existsSync(join(there, 'letter.txt'))).toBe(false);

  // Another try in this window has to wait: a new one is opened.
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Invite a device' }).click();
  await page.getByText('Nearby, with a code').click();
  await page.getByRole('button', { name: 'Wait for a device' }).click();
  await other.getByRole('button', { name: 'Join', exact: true }).click();
  await other.getByRole('button', { name: 'They are the same' }).click();
  await expect(other.getByText(/has to say so too/)).toBeVisible();
  await page.getByRole('button', { name: 'They are the same' }).click();
  await expect(page.getByText(/joins lockstep-here/)).toBeVisible();
  await expect(other.getByRole('dialog')).toHaveCount(0);
  await expect
    .poll(() => (existsSync(join(there, 'letter.txt')) ? readFileSync(join(there, 'letter.txt'), 'utf8') : null))
    .toBe('Dear Ben');
});
