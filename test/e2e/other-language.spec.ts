import { expect, test } from '@playwright/test';
import { freshDirectory } from './launch.ts';
import { serve } from './serve.ts';

test('the window as it is built speaks English to whoever prefers another language, in the order of their days', async ({
  browser,
}) => {
  const desk = await serve(freshDirectory('desk'));
  const context = await browser.newContext({ locale: 'de-DE' });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(desk.ui);
    await page.getByRole('link', { name: 'History' }).click();
    await expect(page.locator('.day-parts')).toHaveText(/dd.*mm.*yyyy/);
    await page.getByRole('button', { name: /Calendar/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Previous' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /All devices/ }).click();
    await expect(page.getByRole('option', { name: 'All devices' })).toBeVisible();
    expect(errors).toEqual([]);
  } finally {
    await context.close();
    await desk.stop();
  }
});
