import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type ElectronApplication, expect, test } from '@playwright/test';
import type { LockstepClient } from '../../src/contract/contract.ts';
import { dropPaths, freshDirectory, launch, realElectron } from './launch.ts';
import { serve } from './serve.ts';

type Page = { readonly lockstep: LockstepClient };
/** What the host records of the parts of the desktop that cannot be seen. */
interface Recorded {
  readonly trays: readonly { readonly _tip: string; readonly _menu: Electron.Menu }[];
  readonly notifications: readonly { readonly title: string; readonly body: string }[];
  readonly opened: readonly string[];
}
// The tray, its menu and the notifications can be looked into only where the host stands in for Electron.
const recorded = <T>(app: ElectronApplication, look: (of: Recorded) => T) =>
  app.evaluate(
    (electron, source) =>
      new Function('of', `return (${source})(of)`)((electron as unknown as { __recorded: Recorded }).__recorded) as T,
    String(look),
  );

test('the window: the page sees the contract and nothing else, a dropped folder keeps in step, a restart finds it', async () => {
  const data = freshDirectory('data');
  const folder = join(freshDirectory('home'), 'Recipes');
  mkdirSync(folder);
  writeFileSync(join(folder, 'soup.md'), '# Soup');
  const { app, page } = await launch(data);
  await expect(page.getByRole('heading', { name: 'What should be the same on all your devices?' })).toBeVisible();
  expect(
    await page.evaluate(() => ({
      keys: Object.keys((window as unknown as Page).lockstep),
      frozen: Object.isFrozen((window as unknown as Page).lockstep),
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
    })),
  ).toEqual({
    keys: ['host', 'request', 'on', 'pathForFile'],
    frozen: true,
    require: 'undefined',
    process: 'undefined',
  });
  const unknown = page.evaluate(() =>
    (window as unknown as { lockstep: { request(name: string): Promise<unknown> } }).lockstep.request('shell'),
  );
  await expect(unknown).rejects.toThrow('unknown request shell');
  expect(
    await page.evaluate(() => (window as unknown as Page).lockstep.request('pause', 7 as never, true)),
  ).toMatchObject({
    ok: false,
    error: { code: 'bad-argument' },
  });

  await dropPaths(page, [folder]);
  const dialog = page.getByRole('dialog', { name: 'Add a source' });
  await expect(dialog.getByLabel('Place')).toHaveValue(folder);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const card = page.getByRole('article', { name: 'Recipes' });
  await expect(card).toContainText('1 item');
  await app.close();
  const again = await launch(data);
  await expect(again.page.getByRole('article', { name: 'Recipes' })).toContainText('1 item');
  await again.app.close();
});

test('the folder dialog, the tray and its menu, closing to the tray', async () => {
  test.skip(realElectron !== null, 'the tray of a real desktop cannot be looked into');
  const folder = join(freshDirectory('home'), 'Music');
  mkdirSync(folder);
  const { app, page } = await launch(freshDirectory('data'));
  await app.evaluate(({ dialog }, picked) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [picked] });
  }, folder);
  await page.getByRole('button', { name: /^Add/ }).first().click();
  await page.getByRole('button', { name: 'Choose…' }).click();
  await expect(page.getByLabel('Place')).toHaveValue(folder);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const card = page.getByRole('article', { name: 'Music' });
  await expect(card).toBeVisible();
  await card.getByRole('button', { name: /Open/ }).click();
  await expect.poll(() => recorded(app, (of) => of.opened)).toEqual([folder]);

  await expect.poll(() => recorded(app, (of) => of.trays[0]?._tip)).toBe('Lockstep: On this device only so far');
  const click = (id: string) =>
    app.evaluate((electron, item) => {
      (electron as unknown as { __recorded: Recorded }).__recorded.trays[0]?._menu.getMenuItemById(item)?.click();
    }, id);
  writeFileSync(join(folder, 'song.mp3'), 'la');
  await click('sync');
  await expect(card).toContainText('1 item');
  await click('pause');
  await expect(page.locator('.banner')).toContainText('Paused');
  await expect.poll(() => recorded(app, (of) => of.trays[0]?._menu.getMenuItemById('pause')?.label)).toBe('Resume all');
  await expect.poll(() => recorded(app, (of) => of.trays[0]?._menu.getMenuItemById('sync')?.enabled)).toBe(false);
  await click('settings');
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();

  const window = await app.browserWindow(page);
  await window.evaluate((one: Electron.BrowserWindow) => one.close());
  expect(await window.evaluate((one: Electron.BrowserWindow) => [one.isVisible(), one.isDestroyed()])).toEqual([
    false,
    false,
  ]);
  await click('open');
  expect(await window.evaluate((one: Electron.BrowserWindow) => one.isVisible())).toBe(true);
  await app.close();
});

test('it is started with the session once a person says so, hidden, and no longer once they say that', async () => {
  test.skip(process.platform !== 'linux', 'elsewhere the system keeps it, and a test would change the machine');
  const [data, config] = [freshDirectory('data'), freshDirectory('config')];
  const entry = join(config, 'autostart', 'lockstep.desktop');
  const { app, page } = await launch(data, { XDG_CONFIG_HOME: config });
  await page.getByRole('link', { name: 'Settings' }).click();
  const box = page.getByRole('checkbox', { name: 'Start Lockstep when you log in' });
  await expect(box).not.toBeChecked();
  await box.press('Space');
  await expect(box).toBeChecked();
  await expect.poll(() => existsSync(entry)).toBe(true);
  expect(readFileSync(entry, 'utf8')).toMatch(new RegExp(`^Exec=".+" "--hidden" "--data=${data}"$`, 'm'));
  await app.close();

  const again = await launch(data, { XDG_CONFIG_HOME: config });
  await again.page.getByRole('link', { name: 'Settings' }).click();
  const same = again.page.getByRole('checkbox', { name: 'Start Lockstep when you log in' });
  await expect(same).toBeChecked();
  await same.press('Space');
  await expect(same).not.toBeChecked();
  expect(existsSync(entry)).toBe(false);
  await again.app.close();
});

test('a link of another program opens the join dialog, filled in and waiting', async () => {
  const { app, page } = await launch(freshDirectory('data'));
  await expect(page.getByRole('button', { name: 'Join a device' })).toBeVisible();
  await app.evaluate(({ app: running }) => {
    running.emit('second-instance', {}, ['lockstep', 'lockstep://join#v=1&i=abc&s=def'], '/');
  });
  await expect(page.getByLabel('Invitation link')).toHaveValue('lockstep://join#v=1&i=abc&s=def');
  expect(page.url()).not.toContain('def');
  await app.close();
});

test('who asks to join is told by a notification while the window is hidden, by the tray, and by a message in the window', async () => {
  test.skip(realElectron !== null, 'the notifications of a real desktop cannot be looked into');
  const { app, page } = await launch(freshDirectory('data'));
  const other = freshDirectory('other');
  const served = await serve(other);
  try {
    const folder = freshDirectory('home');
    writeFileSync(join(folder, 'a.txt'), 'a');
    const link = await page.evaluate(async (location) => {
      const { lockstep } = window as unknown as Page;
      const added = await lockstep.request('collections:add', { location, name: 'Home' });
      if (!added.ok) throw new Error(added.error.message);
      const invited = await lockstep.request('collections:invite', added.value.collection, 'editor', false);
      if (!invited.ok) throw new Error(invited.error.message);
      return invited.value.link;
    }, folder);
    const window = await app.browserWindow(page);
    await window.evaluate((one: Electron.BrowserWindow) => one.close());
    const joined = ['join', link, freshDirectory('place'), '--data', other, '--json'];
    // It ends with 4: a person has to approve.
    const waiting = promisify(execFile)(process.execPath, [resolve('out/main/cli.js'), ...joined]);
    await expect(waiting).rejects.toMatchObject({ code: 4, stdout: expect.stringContaining('waiting-for-approval') });
    await expect.poll(() => recorded(app, (of) => of.notifications.length)).toBe(1);
    await expect.poll(() => recorded(app, (of) => of.trays[0]?._tip)).toContain('asks to join Home');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page.getByRole('article', { name: /asks to join Home/ })).toContainText('may read and change it');
  } finally {
    await served.stop();
    await app.close();
  }
});
