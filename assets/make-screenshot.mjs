// Takes screenshot.png of the sample device's conflict dialog. Run it after changing how the app looks: node assets/make-screenshot.mjs
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium } from '../scripts/find-chromium.mjs';
import { buildPages, openPages } from '../test/e2e/harness-page.ts';

const browser = await chromium.launch({ executablePath: findChromium() ?? undefined });
const page = await browser.newPage({
  viewport: { width: 1040, height: 720 },
  colorScheme: 'light',
  deviceScaleFactor: 1.5,
  reducedMotion: 'reduce',
});
await openPages(page, await buildPages(), { page: 'conflicts' });
await page.getByRole('button', { name: /plans\.md/ }).click();
await page.getByRole('region', { name: /Differences/ }).waitFor();
await page.screenshot({ path: join(import.meta.dirname, 'screenshot.png') });
await browser.close();
