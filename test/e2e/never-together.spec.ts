import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { freshDirectory } from './launch.ts';
import { serve, serveRelay } from './serve.ts';

const started: { stop(): Promise<void> }[] = [];
async function running<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const process = await starting;
  started.push(process);
  return process;
}
test.afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null);

test('two devices that are never on together: a relay is set in the window, and what is written on one is on the other', async ({
  page,
}) => {
  const relay = await running(serveRelay(freshDirectory('relay')));
  const [atDesk, atLaptop] = [freshDirectory('desk'), freshDirectory('laptop')];
  const [here, there] = [freshDirectory('here'), freshDirectory('there')];
  writeFileSync(join(here, 'first.txt'), 'one');
  const desk = await running(serve(atDesk));
  let laptop = await running(serve(atLaptop));

  await page.goto(desk.ui);
  await page.getByRole('button', { name: 'Set a relay' }).click();
  await page.getByLabel('Address of the relay').fill(relay.url);
  await page.getByRole('button', { name: /^Save When devices/ }).click();
  await expect(page.getByText('The address of the relay is saved')).toBeVisible();
  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: 'Add: A folder' }).click();
  await page.getByLabel('Place').fill(here);
  await page.getByLabel('Name').fill('Notes');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const card = page.getByRole('article', { name: 'Notes' });
  await expect(card).toContainText('relay ready');

  await page.getByRole('button', { name: 'Invite a device…' }).click();
  await page.getByText('Admit the first device that brings it').click();
  await page.getByRole('button', { name: 'Make invitation' }).click();
  await expect(page.getByText(/^It works from anywhere/)).toBeVisible();
  const link = (await page.locator('.link-text').textContent()) ?? '';
  // As from another network: no address in it is reached from there.
  const far = link.replace(/a=[^&]*/, 'a=');
  const joining = ['join', far, there, '--wait', '--data', atLaptop];
  await promisify(execFile)(process.execPath, [resolve('out/main/cli.js'), ...joining]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText(/ joins Notes$/)).toBeVisible();
  await expect.poll(() => read(join(there, 'first.txt'))).toBe('one');
  await expect(page.locator('.banner')).toContainText('In step with 1 device');

  await laptop.stop();
  writeFileSync(join(here, 'second.txt'), 'two');
  // Two, where a look came while it was being written.
  await expect(card).toContainText(/packages? of changes waits? at the relay for/);
  await expect(page.locator('.banner')).toContainText('The changes wait at the relay');
  await page.keyboard.press('Control+2');
  await expect(page.getByText(/packages? of changes waits? for it at the relay/)).toBeVisible();
  await desk.stop();

  laptop = await running(serve(atLaptop));
  await expect.poll(() => read(join(there, 'second.txt'))).toBe('two');
  writeFileSync(join(there, 'third.txt'), 'three');
  await page.goto(laptop.ui);
  await expect(page.getByRole('article', { name: 'Notes' })).toContainText(
    /packages? of changes waits? at the relay for/,
  );
});
