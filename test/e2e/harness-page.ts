import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import type { Scenario } from '../fakes/sample-client.ts';

const ORIGIN = 'http://pages.test';
const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Builds the sample-data pages once and says where. They are the real renderer with a client that answers from memory. */
export async function buildPages(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'lockstep-pages-'));
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'harness'),
    base: './',
    logLevel: 'warn',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, target: 'chrome146', minify: false, chunkSizeWarningLimit: 5_000 },
  });
  return outDir;
}

export interface Shown {
  readonly scenario?: Scenario;
  readonly host?: 'electron' | 'browser';
  readonly page?: string;
}

/** The moment the sample data is seen from. */
export const SAMPLE_NOW = new Date('2026-11-22T15:04:30Z');

/**
 * Opens a page of the sample device, and waits until it shows it and listens. No server: the built files are given to the
 * browser as it asks.
 */
export async function openPages(page: Page, directory: string, shown: Shown = {}): Promise<void> {
  await page.clock.setFixedTime(SAMPLE_NOW);
  // Away first: an address that differs only after its # is not loaded anew.
  await page.goto('about:blank');
  await page.unrouteAll();
  await page.route(`${ORIGIN}/**`, (route) => {
    const path = new URL(route.request().url()).pathname;
    const file = join(directory, path === '/' ? 'index.html' : path);
    return route.fulfill({ body: readFileSync(file), contentType: TYPES[extname(file)] ?? 'application/octet-stream' });
  });
  const query = `scenario=${shown.scenario ?? 'rich'}&host=${shown.host ?? 'browser'}`;
  await page.goto(`${ORIGIN}/?${query}#${shown.page ?? 'sources'}`);
  // A key pressed before is lost: whoever is faster than the first picture of the window speaks to nobody.
  await page.locator('main h1').first().waitFor();
}
