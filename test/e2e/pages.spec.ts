import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import type { SampleClient } from '../fakes/sample-client.ts';
import { buildPages, openPages, SAMPLE_NOW } from './harness-page.ts';

let pages = '';
test.beforeAll(async () => {
  pages = await buildPages();
});

const asked = (page: Page, name: string) =>
  page.evaluate(
    (wanted) =>
      (window as unknown as { sample: SampleClient }).sample.asked
        .filter((one) => one.name === wanted)
        .map((one) => one.args),
    name,
  );

/** Every state a person can bring on the screen, and how. */
const STATES: readonly (readonly [string, Parameters<typeof openPages>[2], ((page: Page) => Promise<unknown>)?])[] = [
  ['sources', {}],
  ['sources in Electron', { host: 'electron', scenario: 'calm' }],
  ['devices', { page: 'devices' }],
  ['conflicts', { page: 'conflicts' }],
  ['history', { page: 'history' }],
  ['problems', { page: 'problems' }],
  ['settings', { page: 'settings' }],
  ['very many conflicts', { page: 'conflicts', scenario: 'long' }],
  ['very many problems', { page: 'problems', scenario: 'long' }],
  ['no sources', { scenario: 'empty' }],
  ['first start', { scenario: 'empty' }, (page) => page.getByRole('button', { name: 'Add: Contacts' }).click()],
  ['no devices', { scenario: 'empty', page: 'devices' }],
  ['no history', { scenario: 'empty', page: 'history' }],
  ['no conflicts', { scenario: 'calm', page: 'conflicts' }],
  ['a failure', { scenario: 'broken', page: 'history' }],
  ['no connection', { scenario: 'lost' }],
  ['menu', {}, (page) => page.getByRole('button', { name: 'More for Documents' }).click()],
  ['add', { host: 'electron' }, (page) => page.getByRole('button', { name: 'Add a source' }).click()],
  ['join', {}, (page) => page.getByRole('button', { name: 'Join a device' }).click()],
  ['halted', {}, (page) => page.getByRole('button', { name: /See what would/ }).click()],
  ['rules', {}, (page) => fromMenu(page, /Places and rules/)],
  ['verify', {}, (page) => fromMenu(page, /Verify/)],
  ['leave', {}, (page) => fromMenu(page, /Stop keeping/)],
  ['text conflict', { page: 'conflicts' }, (page) => page.getByRole('button', { name: /plans\.md/ }).click()],
  ['deleted and changed', { page: 'conflicts' }, (page) => page.getByRole('button', { name: /summary\.ods/ }).click()],
  ['a field', { page: 'conflicts' }, (page) => page.getByRole('button', { name: /Mara/ }).click()],
  ['several fields', { page: 'conflicts' }, (page) => page.getByRole('button', { name: /Ida Berg/ }).click()],
  ['a conflict others settle', { page: 'conflicts', scenario: 'reader' }, (page) => page.getByText('Ida Berg').click()],
  ['settle all', { page: 'conflicts' }, (page) => page.getByRole('button', { name: /Settle all/ }).click()],
  ['a day', { page: 'history' }, (page) => page.getByRole('button', { name: /Calendar/ }).click()],
  ['an act', { page: 'history' }, (page) => page.locator('.history-row').nth(2).click()],
  ['invite', { page: 'devices' }, (page) => page.getByRole('button', { name: 'Invite a device' }).click()],
  ['an invitation', { page: 'devices' }, invitation],
  ['waiting for a device nearby', { page: 'devices' }, waitNearby],
  ['codes to compare with a device nearby', { page: 'devices' }, (page) => moveOn(page, 'comparing')],
  ['nobody came nearby', { page: 'devices' }, (page) => moveOn(page, 'over')],
  ['join nearby', {}, joinNearby],
  ['codes to compare on the device that joins', {}, compareToJoin],
  ['remove', { page: 'devices' }, (page) => page.getByRole('button', { name: 'Remove Laptop' }).click()],
  ['role', { page: 'devices' }, (page) => page.getByRole('button', { name: 'Role of Laptop' }).click()],
  ['rename', { page: 'devices' }, (page) => page.getByRole('button', { name: 'Rename' }).click()],
  ['look into', {}, (page) => page.getByRole('button', { name: 'Browse People' }).click()],
  ['a contact', {}, aContact],
  ['a contact over the list', {}, aContactAlone],
  ['what a place lacks', {}, (page) => page.getByRole('button', { name: '12 contacts affected' }).click()],
  ['export', {}, (page) => fromMenu(page, /Export/, 'People')],
  ['exported', {}, exported],
  ['possible duplicates', {}, (page) => fromMenu(page, /Possible duplicates/, 'People')],
  ['one or two people', {}, oneOrTwo],
  ['why', { page: 'problems' }, (page) => page.getByRole('button', { name: /Why/ }).first().click()],
];

async function fromMenu(page: Page, item: RegExp, collection = 'Documents') {
  await page.getByRole('button', { name: `More for ${collection}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}
async function exported(page: Page) {
  await fromMenu(page, /Export/, 'People');
  await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('dialog', { name: 'Copy of People' })).toContainText('photos 12 contacts');
}
async function aContact(page: Page) {
  await page.getByRole('button', { name: 'Browse People' }).click();
  await page.getByRole('button', { name: /Person 1\b/ }).click();
  await expect(page.getByText('Where it is on this device')).toBeVisible();
}
/** Where there is no room for it beside the list. */
async function aContactAlone(page: Page) {
  await page.setViewportSize({ width: 800, height: 720 });
  await aContact(page);
  await expect(page.getByRole('dialog', { name: 'Person 0' })).toBeVisible();
}
async function oneOrTwo(page: Page) {
  await fromMenu(page, /Possible duplicates/, 'People');
  await page.getByRole('button', { name: /Ada Lovelace/ }).click();
  await expect(page.getByRole('dialog').getByRole('article')).toHaveCount(2);
}
async function waitNearby(page: Page) {
  await page.getByRole('button', { name: 'Invite a device' }).click();
  await page.getByText('Nearby, with a code').click();
  await page.getByRole('button', { name: 'Wait for a device' }).click();
  await expect(page.getByText(/^Waiting for a device/)).toBeVisible();
}
/** What others did meanwhile. */
async function moveOn(page: Page, state: 'comparing' | 'over') {
  await waitNearby(page);
  await page.evaluate((to) => {
    const { sample } = window as unknown as { sample: SampleClient };
    if (sample.nearby === null) throw new Error('it does not wait');
    const request = to === 'comparing' ? { ...sample.asking, nearby: true } : null;
    sample.nearby = { ...sample.nearby, state: to, request, why: to === 'over' ? 'time' : null };
  }, state);
  await expect(page.getByRole('button', { name: state === 'over' ? 'Wait again' : 'They are the same' })).toBeVisible();
}
async function joinNearby(page: Page) {
  await page.getByRole('button', { name: 'Join a device' }).click();
  await page.getByText('A device nearby').click();
  await expect(page.getByRole('radio', { name: /Laptop/ })).toBeVisible();
}
async function compareToJoin(page: Page) {
  await joinNearby(page);
  await page.getByRole('radio', { name: /Laptop/ }).check({ force: true });
  await page.getByLabel('Place on this device').fill('/home/ana/Documents');
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.hold('nearby:outcome'));
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page.getByRole('button', { name: 'They are the same' })).toBeVisible();
}
async function invitation(page: Page) {
  await page.getByRole('button', { name: 'Invite a device' }).click();
  await page.getByRole('button', { name: 'Make invitation' }).click();
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
}

test('no axe violations in light or dark, no errors, nothing wider than the window', async ({ browser }) => {
  test.setTimeout(900_000);
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1040, height: 720 } });
  const errors: string[] = [];
  const page = await context.newPage();
  let state = '';
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${state}: ${message.text()}`);
  });
  page.on('pageerror', (error) => errors.push(`${state}: ${error.message}`));
  for (const [name, shown, act] of STATES) {
    state = name;
    await page.setViewportSize({ width: 1040, height: 720 });
    await page.emulateMedia({ colorScheme: 'light' });
    await openPages(page, pages, shown);
    await expect(page.locator('h1')).toBeVisible();
    await expect(page.locator('.loading')).toHaveCount(0);
    await act?.(page);
    if (act !== undefined)
      await expect(page.locator('[role=dialog], [role=alertdialog], [role=menu]').first()).toBeVisible();
    // Legacy mode only spares a second page for each run; there are no frames.
    const light = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await new AxeBuilder({ page }).setLegacyMode(true).withRules(['color-contrast']).analyze();
    const found = [...light.violations, ...dark.violations];
    expect(
      found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`),
      name,
    ).toEqual([]);
    for (const width of [1040, 480]) {
      await page.setViewportSize({ width, height: 720 });
      const over = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await expect.poll(over, `${name} at ${width}`).toBeLessThanOrEqual(0);
    }
  }
  expect(errors).toEqual([]);
  await context.close();
});

test('the state is said once, and in step only where it is', async ({ page }) => {
  await openPages(page, pages, { scenario: 'calm' });
  const banner = page.getByRole('status').filter({ hasText: /\S/ }).first();
  await expect(banner).toHaveText('In step with 2 devices');
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect(page.getByText('Looked for changes in everything that is kept in step')).toBeVisible();
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect.poll(() => asked(page, 'sync')).toHaveLength(2);
  await expect(page.getByText('Looked for changes in everything that is kept in step')).toHaveCount(1);
  await page.getByRole('button', { name: 'Pause all' }).first().click();
  await expect(banner).toContainText('Paused');
  await expect(page.getByText(/In step/)).toHaveCount(0);
});

test('who hears the buttons of all collections one after the other can tell them apart', async ({ page }) => {
  await openPages(page, pages, {});
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const status = await sample.request('status');
    if (!status.ok) return;
    const alone = { peers: [], conflicts: 1, problems: 1, state: 'problem' as const };
    sample.tell('status', {
      ...status.value,
      collections: status.value.collections.map((one) => ({ ...one, ...alone })),
    });
  });
  await expect(page.getByRole('button', { name: /^Invite a device…/ })).toHaveCount(4);
  const heard = await page.locator('main').ariaSnapshot();
  const buttons = [...heard.matchAll(/- button "([^"]*)"/g)].map(([, name]) => name);
  expect(buttons.length).toBeGreaterThan(10);
  expect(buttons.filter((name, at) => buttons.indexOf(name) < at)).toEqual([]);
});

test('what could not be looked at is named where all else was looked for changes', async ({ page }) => {
  await openPages(page, pages, { scenario: 'calm' });
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const status = await sample.request('status');
    if (!status.ok) return;
    const [first, ...others] = status.value.collections;
    if (first === undefined) return;
    const sources = first.sources.map((each) => ({
      ...each,
      state: 'unavailable' as const,
      reason: 'it is not there',
    }));
    sample.give('status', { ...status.value, collections: [{ ...first, sources }, ...others] });
  });
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect(page.getByText('Looked for changes, but not in all of it: Documents is not available')).toBeVisible();
  await expect(page.getByText('Looked for changes in everything that is kept in step')).toHaveCount(0);
});

test('in a narrow window the state takes two lines at most, and its words lead to where something can be done', async ({
  page,
}) => {
  await page.setViewportSize({ width: 380, height: 780 });
  await openPages(page, pages, { page: 'history' });
  const words = page.locator('.banner [role=status]');
  await expect(words).toContainText('Music is halted: 7,990 of 8,312 items are gone (96 %)');
  expect((await words.boundingBox())?.height).toBeLessThan(44);
  expect((await page.locator('.banner').boundingBox())?.height).toBeLessThanOrEqual(60);
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect.poll(() => asked(page, 'sync')).toHaveLength(1);
  // The words are no link themselves: what leads on lies over them.
  await words.click({ force: true });
  await expect(page.getByRole('heading', { name: 'Sources', level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Show' })).toHaveCount(0);
});

test('numbers are written as where the person lives, also in sentences the command line has in English', async ({
  browser,
}) => {
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  await openPages(page, pages, {});
  await expect(page.getByText('12.431 items')).toBeVisible();
  // What the engine says too, which knows of no person.
  await expect(page.getByRole('status').first()).toContainText('Music is halted: 7.990 of 8.312 items are gone');
  await page.getByRole('button', { name: 'Browse People' }).click();
  await expect(page.getByText('10.000 contacts')).toBeVisible();
  await context.close();
});

test('everything by keyboard: pages, a dialog that holds and returns the focus, a settlement and its undo', async ({
  page,
}) => {
  await openPages(page, pages, {});
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByText('Skip to content')).toBeFocused();
  await page.keyboard.press('Control+3');
  await expect(page.getByRole('heading', { name: 'Conflicts', level: 1 })).toBeFocused();
  const row = page.getByRole('button', { name: /plans\.md/ });
  await row.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'plans.md' });
  await expect(dialog).toBeVisible();
  for (let at = 0; at < 20; at++) {
    await page.keyboard.press('Tab');
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(row).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Text to save').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('oat milk');
  await dialog.getByRole('button', { name: 'Save merged text' }).press('Enter');
  await expect(dialog).toBeHidden();
  await expect(row).toHaveCount(0);
  expect(await asked(page, 'conflicts:resolve')).toEqual([['k1', { text: expect.stringContaining('oat milk') }]]);
  await expect(page.getByRole('button', { name: /summary\.ods/ })).toBeFocused();
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect.poll(() => asked(page, 'history:undo-all')).toEqual([[['z1']]]);
});

test('dialogs opened from a menu, or that change while open, give the focus back too', async ({ page }) => {
  await openPages(page, pages, {});
  const more = page.getByRole('button', { name: 'More for Documents' });
  for (const item of [/Places and rules/, /Stop keeping/, /Invite a device/]) {
    await more.press('Enter');
    await page.getByRole('menuitem', { name: item }).press('Enter');
    await expect(page.locator('[role=dialog], [role=alertdialog]')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('[role=dialog], [role=alertdialog]')).toHaveCount(0);
    await expect(more).toBeFocused();
  }
});

test('what is pressed keeps the focus while it is done, and a list behind a dialog is where it was', async ({
  page,
}) => {
  // No room for a contact beside the list.
  await page.setViewportSize({ width: 860, height: 720 });
  await openPages(page, pages, {});
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.hold('pause'));
  await page.getByRole('button', { name: 'Pause Photos' }).press('Enter');
  await page.keyboard.press('Enter');
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.letGo('pause'));
  await expect(page.getByRole('button', { name: 'Resume Photos' })).toBeFocused();
  expect(await asked(page, 'pause')).toHaveLength(1);

  await page.getByRole('button', { name: 'Browse People' }).press('Enter');
  await page.locator('[data-row="0"]').focus();
  for (let at = 0; at < 3; at++) await page.keyboard.press('PageDown');
  await expect(page.locator('[data-row="30"]')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Where it is on this device')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-row="30"]')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { name: 'Devices', level: 1 })).toBeFocused();
});

test('the contact that is gone to in the list stands beside it, from the search on by arrows', async ({ page }) => {
  await openPages(page, pages, {});
  await page.getByRole('button', { name: 'Browse People' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'People' });
  const beside = dialog.getByRole('region', { name: 'Person 0', exact: true });
  await expect(beside.getByText('Where it is on this device')).toBeVisible();
  await expect(dialog.getByRole('searchbox')).toBeFocused();
  for (let at = 0; at < 3; at++) await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-row="2"]')).toBeFocused();
  await expect.poll(() => asked(page, 'records:show')).toContainEqual([expect.any(String), 'p2']);
  await expect(dialog.locator('.virtual-rows [aria-current]')).toContainText('Person 2');
  await page.setViewportSize({ width: 800, height: 720 });
  await expect(beside).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Person 0' })).toContainText('Where it is on this device');
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-row="2"]')).toBeFocused();
});

test('a side of a text says who wrote it when, what all started from too; the difference of one line is shown once', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'conflicts' });
  await page.getByRole('button', { name: /plans\.md/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('article', { name: 'What both started from' })).toContainText(
    'Written on Laptop yesterday, ',
  );
  await expect(dialog.getByRole('article', { name: 'What Laptop has' })).toContainText('Changed 22 minutes ago');
  await expect(dialog.getByRole('heading', { name: 'What differs' })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const found = await sample.request('conflicts:first', { limit: 1 });
    const one = found.ok ? found.value.list[0] : undefined;
    if (one === undefined) throw new Error('the sample has no conflict');
    const titles = ['Choir (small hall)', 'Choir, big hall'];
    const values = one.values.map((value, at) => ({ ...value, value: titles[at] }));
    const conflict = { ...one, record: 'e', name: 'Choir', field: 'title', base: 'Choir (big hall)', values };
    const texts = values.map(({ id, value }) => ({ value: id, text: value ?? null, why: null }));
    sample.give('conflicts:first', { list: [conflict], total: 1 });
    sample.give('conflicts:detail', { conflict, baseText: conflict.base, texts, merged: null, names: {} });
  });
  await openAgain(page);
  await page.getByRole('button', { name: /^Choir/ }).click();
  await expect(dialog.getByLabel('Text to save')).toBeVisible();
  await expect(dialog.getByRole('article', { name: 'What Laptop has' }).locator('mark')).toHaveText('small');
  await expect(dialog.getByText('What differs')).toHaveCount(0);
  await expect(dialog.locator('.diff')).toHaveCount(0);
});

/** The page of conflicts, listed anew: of two keys pressed at once the window may show the last one's page alone. */
async function openAgain(page: Page) {
  await page.keyboard.press('Control+4');
  await expect(page.locator('main h1')).toHaveText('History');
  await page.keyboard.press('Control+3');
}

test('e-mail, phone and address of a contact are copied by a button beside them, which says so', async ({ page }) => {
  await openPages(page, pages, {});
  // The page of the samples is at an address that no browser gives its clipboard to.
  await page.evaluate(() => {
    const copied: string[] = [];
    Object.assign(window, { copied });
    const clipboard = { writeText: async (text: string) => copied.push(text) };
    Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  });
  await aContact(page);
  const beside = page.getByRole('region', { name: 'Person 0', exact: true });
  const said = beside.getByRole('status').filter({ hasText: 'Copied' });
  const texts = ['+43 1 555 01 00', 'person0@example.org', 'Ringstraße 1\n1010 Wien'];
  for (const text of texts) {
    const copy = beside.getByRole('button', { name: `Copy ${text}` });
    await copy.press('Enter');
    await expect(said.first()).toBeVisible();
    await expect(copy).toBeFocused();
    // It goes, so that it is heard anew the next time.
    await expect(said).toHaveCount(0);
  }
  expect(await page.evaluate(() => (window as unknown as { copied: string[] }).copied)).toEqual(texts);
  await expect(beside.getByRole('button', { name: /^Copy/ })).toHaveCount(3);
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await beside.getByRole('button', { name: 'Copy person0@example.org' }).press('Enter');
  await expect(beside.getByText('Select the text and copy it.')).toBeVisible();
});

test('faces are asked for once while their list is open, stand there at once, and follow a change', async ({
  page,
}) => {
  await openPages(page, pages, {});
  const photo = (colour: string) =>
    page.evaluate((fill) => {
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.fillStyle = fill;
      context.fillRect(0, 0, 300, 150);
      const bytes = Uint8Array.from(atob(canvas.toDataURL('image/png').split(',')[1] ?? ''), (one) =>
        one.charCodeAt(0),
      );
      const { sample } = window as unknown as { sample: SampleClient };
      const list = Array.from({ length: 200 }, (_, at) => ({
        id: `p${at}`,
        title: `Person ${at}`,
        line: '',
        ...(at < 2 ? { hasPhoto: true as const } : {}),
      }));
      sample.give('records:list', { list, total: 200 });
      const data = { content: fill, size: bytes.length };
      sample.give('records:show', {
        title: '',
        fields: [{ path: 'media/m1', value: { kind: 'photo', data } }],
        sources: [],
      });
      sample.give('records:content', bytes);
    }, colour);
  await photo('red');
  // Nothing stands beside the list that would ask as well.
  await page.setViewportSize({ width: 800, height: 720 });
  await page.getByRole('button', { name: 'Browse People' }).click();
  const faces = page.locator('.virtual-rows .avatar img');
  const ofFaces = async () => [
    (await asked(page, 'records:show')).length,
    (await asked(page, 'records:content')).length,
  ];
  await expect(faces).toHaveCount(2);
  expect(await ofFaces()).toEqual([2, 2]);

  const list = page.locator('.virtual-rows');
  // The row with the focus stays, and would keep its face.
  await page.locator('[data-row="0"]').focus();
  await page.keyboard.press('End');
  await expect(page.locator('[data-row="199"]')).toBeFocused();
  await expect(faces).toHaveCount(0);
  await page.evaluate(() => {
    const { sample } = window as unknown as { sample: SampleClient };
    sample.hold('records:show');
    sample.hold('records:content');
  });
  await list.evaluate((one) => one.scrollTo(0, 0));
  await expect(faces).toHaveCount(2);
  expect(await ofFaces()).toEqual([2, 2]);
  await page.evaluate(() => {
    const { sample } = window as unknown as { sample: SampleClient };
    sample.letGo('records:show');
    sample.letGo('records:content');
  });

  const before = await faces.first().getAttribute('src');
  await photo('blue');
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const status = await sample.request('status');
    if (status.ok) sample.tell('status', status.value);
  });
  await expect.poll(() => faces.first().getAttribute('src')).not.toBe(before);
});

test('a page that is gone to by key has the focus, also where nothing had it', async ({ page }) => {
  await openPages(page, pages, {});
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  await expect(page.locator('body')).toBeFocused();
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('heading', { name: 'Devices', level: 1 })).toBeFocused();
});

test('a key pressed as the window comes into sight is heard', async ({ page }) => {
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('.window') === null) return;
      observer.disconnect();
      window.dispatchEvent(new KeyboardEvent('keydown', { key: '4', ctrlKey: true }));
    });
    observer.observe(document, { subtree: true, childList: true });
  });
  await openPages(page, pages, {});
  await expect(page.getByRole('heading', { name: 'History', level: 1 })).toBeVisible();
});

test('Ctrl and F goes to the field that searches what is on the screen', async ({ page }) => {
  await openPages(page, pages, { page: 'history' });
  await expect(page.locator('[data-row="0"]')).toBeVisible();
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('searchbox', { name: 'Find by name' })).toBeFocused();
  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: 'Browse People' }).click();
  await page.locator('[data-row="1"]').focus();
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('searchbox', { name: /Search names/ })).toBeFocused();
});

test('Escape reaches the topmost dialog, and only that, where nothing has the focus', async ({ page }) => {
  await openPages(page, pages, { page: 'history' });
  await page.locator('[data-row="3"]').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /Restore as it was then/ }).click();
  // In one step, before a frame gives the focus back: as after a button that went grey.
  const pressEscape = () =>
    page.evaluate(() => {
      (document.activeElement as HTMLElement).blur();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    });
  await expect(page.getByRole('dialog', { name: 'Restore' })).toBeVisible();
  const before = await page.locator('.modal').count();
  await pressEscape();
  await expect(page.locator('.modal')).toHaveCount(before - 1);
  for (let left = before - 1; left > 0; left--) await pressEscape();
  await expect(page.locator('.modal')).toHaveCount(0);
});

test('a text conflict shows the ancestor, each side and what differs; the merge can be edited', async ({ page }) => {
  await openPages(page, pages, { page: 'conflicts' });
  await page.getByRole('button', { name: /plans\.md/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('article', { name: 'What both started from' })).toBeVisible();
  await expect(dialog.getByRole('article', { name: 'What Laptop has' })).toContainText('Changed 22 minutes ago');
  const diff = dialog.getByRole('region', { name: 'Differences from Before to Laptop' });
  await expect(diff.locator('.diff-removed')).toHaveCount(3);
  await expect(diff.locator('mark').first()).toHaveText('oat ');
  // Of a size no digit tells what was changed.
  await expect(dialog.locator('.sides')).toContainText('45 B');
  await expect(dialog.locator('.sides mark')).toHaveCount(0);
  await expect(dialog.getByText('1 place changed on both sides')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Save merged text' })).toBeDisabled();
  await dialog.getByRole('button', { name: /^Use both/ }).press('Enter');
  await expect(dialog.getByRole('heading', { name: 'Merged text' })).toBeFocused();
  await expect(dialog.getByText('Every place that changed on both sides is decided')).toBeVisible();
  await expect(dialog.getByLabel('Text to save')).not.toHaveValue(/<<<<<<<|=======|>>>>>>>/);
  await dialog.getByLabel('Text to save').fill('mine');
  await dialog.getByRole('button', { name: 'Save merged text' }).click();
  await expect.poll(() => asked(page, 'conflicts:resolve')).toEqual([['k1', { text: 'mine' }]]);
});

test('nothing in the conflict dialog jumps when the texts come', async ({ page }) => {
  const sample = (act: 'hold' | 'letGo') =>
    page.evaluate((what) => (window as unknown as { sample: SampleClient }).sample[what]('conflicts:detail'), act);
  await openPages(page, pages, { page: 'conflicts' });
  for (const [name, comes] of [
    ['plans.md', 'Text to save'],
    ['Mara Lindqvist', null],
  ] as const) {
    await sample('hold');
    await page.getByRole('button', { name }).click();
    const dialog = page.getByRole('dialog', { name });
    const places = () =>
      dialog.evaluate((it) =>
        [it, ...it.querySelectorAll('article, footer')].map((one) => JSON.stringify(one.getBoundingClientRect())),
      );
    await expect(dialog.getByRole('article')).toHaveCount(3);
    const before = await places();
    await sample('letGo');
    if (comes !== null) await expect(dialog.getByLabel(comes)).toBeVisible();
    expect(await places()).toEqual(before);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
});

test('conflicts are narrowed by name and collection, and those of one collection settled at once', async ({ page }) => {
  await openPages(page, pages, { page: 'conflicts', scenario: 'long' });
  const row = page.getByRole('list', { name: 'Conflicts' }).getByRole('listitem');
  await expect(row.first()).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find by name' }).fill('no such name');
  await expect(page.getByText('No conflict has a name like this.')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /All collections/ }).click();
  await page.getByRole('option', { name: /^Documents/ }).click();
  await page.getByRole('button', { name: 'Settle all in Documents…' }).click();
  await page.getByRole('button', { name: 'Settle all', exact: true }).click();
  await expect.poll(() => asked(page, 'conflicts:resolve-all')).toEqual([['newest', '0d'.repeat(16)]]);
});

test('a message that comes while a dialog is open lies under it, leads on afterwards, and goes once it is settled', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'conflicts' });
  await page.getByRole('button', { name: /plans\.md/ }).click();
  await page.evaluate(() =>
    (window as unknown as { sample: SampleClient }).sample.tell('notice', {
      about: 'halt',
      title: 'Music',
      text: 'It is halted',
    }),
  );
  await expect(page.getByText('Music: It is halted')).toBeVisible();
  await page.getByRole('button', { name: 'Keep both' }).click();
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('heading', { name: 'Sources', level: 1 })).toBeVisible();
  await page.evaluate(() =>
    (window as unknown as { sample: SampleClient }).sample.tell('notice', {
      about: 'halt',
      title: 'Music',
      text: 'It is halted again',
    }),
  );
  await expect(page.getByText('Music: It is halted again')).toBeVisible();
  await page.getByRole('button', { name: /See what would/ }).click();
  await page.getByRole('button', { name: 'Let it go on' }).click();
  await expect(page.getByText('Music goes on')).toBeVisible();
  await expect(page.getByText('Music: It is halted again')).toHaveCount(0);
});

test('a message leads to the page where something can be done, and goes once that is on the screen', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'history' });
  const tell = (about: 'removed' | 'conflict', title: string) =>
    page.evaluate(
      (notice) => (window as unknown as { sample: SampleClient }).sample.tell('notice', { ...notice, text: 'See' }),
      { about, title },
    );
  const messages = page.getByRole('region', { name: 'Messages' });
  // The window listens by then.
  await expect(page.locator('[data-row="0"]')).toBeVisible();
  await tell('conflict', 'Photos');
  await tell('removed', 'This device was removed from Music');
  await messages.getByRole('button', { name: 'Show' }).last().click();
  await expect(page.getByRole('heading', { name: 'Sources', level: 1 })).toBeVisible();
  await expect(messages.getByText('removed from Music')).toHaveCount(0);
  await expect(messages.getByText('Photos')).toBeVisible();
  await page.keyboard.press('Control+3');
  await expect(messages.getByText('Photos')).toHaveCount(0);
});

test('each message has its own time, whatever comes and goes beside it', async ({ page }) => {
  await page.clock.install();
  await openPages(page, pages, {});
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  await page.clock.pauseAt(new Date(Date.now() + 3_600_000));
  const messages = page.getByRole('region', { name: 'Messages' });
  await page.locator('.banner').getByRole('button', { name: 'Sync now' }).click();
  await expect(messages).toContainText('Looked for changes in everything that is kept in step');
  await page.clock.runFor(6_000);
  await fromMenu(page, /Sync now/);
  await expect(messages).toContainText('Looked for changes in Documents');
  await page.mouse.move(0, 0);
  await page.clock.runFor(3_000);
  await expect(messages).toContainText('Looked for changes in Documents');
  await expect(messages).not.toContainText('everything');
  await page.clock.runFor(6_000);
  await expect(messages).toHaveText('');
});

test('a message of what is on the screen leads nowhere, and in a narrow window only the newest two lie over it', async ({
  page,
}) => {
  await page.setViewportSize({ width: 380, height: 720 });
  await openPages(page, pages, { page: 'problems' });
  const tell = (title: string) =>
    page.evaluate((notice) => (window as unknown as { sample: SampleClient }).sample.tell('notice', notice), {
      about: 'problem' as const,
      title,
      text: 'See',
    });
  const messages = page.getByRole('region', { name: 'Messages' });
  // The window listens by then.
  await expect(page.locator('.banner').getByRole('button').first()).toBeVisible();
  for (const title of ['One', 'Two', 'Three']) await tell(title);
  await expect(messages.getByText('Three: See')).toBeVisible();
  await expect(messages.getByText('Two: See')).toBeVisible();
  await expect(messages.getByText('One: See')).toBeHidden();
  await expect(messages.getByRole('button', { name: 'Show' })).toHaveCount(0);
  await messages.getByRole('button', { name: 'Dismiss' }).last().click();
  await expect(messages.getByText('One: See')).toBeVisible();
  await page.keyboard.press('Control+1');
  await expect(page.getByRole('heading', { name: 'Sources', level: 1 })).toBeVisible();
  await tell('Four');
  await messages.getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('heading', { name: 'Problems', level: 1 })).toBeVisible();
});

test('two contacts that may be one person are seen side by side; either answer is given and can be undone', async ({
  page,
}) => {
  await openPages(page, pages, {});
  await oneOrTwo(page);
  const dialog = page.getByRole('dialog', { name: 'Ada Lovelace · Lovelace, Ada' });
  await expect(dialog).toContainText('Both have the same name and the e-mail address ada@example.org.');
  await dialog.getByRole('button', { name: 'One person' }).click();
  await expect.poll(() => asked(page, 'duplicates:settle')).toEqual([[expect.any(String), 'a-1', 'b-1', true]]);
  await page.getByRole('button', { name: /Person 7\b/ }).click();
  await page.getByRole('button', { name: 'Two people' }).click();
  await expect.poll(() => asked(page, 'duplicates:settle')).toHaveLength(2);
  expect((await asked(page, 'duplicates:settle'))[1]?.at(-1)).toBe(false);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'More for People' })).toBeFocused();
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect.poll(() => asked(page, 'history:undo-all')).toEqual([[['d1']]]);
});

test('all very likely pairs are made one at once, and their undo is one request; what came of it is told where it is asked for', async ({
  page,
}) => {
  await openPages(page, pages, {});
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const pairs = await sample.request('duplicates:list', 'people');
    if (!pairs.ok) throw new Error('it says nothing');
    sample.give(
      'duplicates:list',
      pairs.value.slice(0, 3).map((one) => ({ ...one, sure: true })),
    );
    sample.give('duplicates:fuse-sure', {
      changes: ['d-1-0', 'd-1-1', 'd-2-0'],
      records: 3,
      conflicts: [],
      missing: [],
    });
    const missing = ['Ada', 'Ben', 'Eva'].map((record) => ({ record, why: 'it was not kept' }));
    sample.give('history:undo-all', { changes: ['u'], records: 3, conflicts: ['k', 'l', 'm'], missing: [] });
    sample.hold('history:undo-all');
    Object.assign(window, { missing });
  });
  await fromMenu(page, /Possible duplicates/, 'People');
  const dialog = page.getByRole('dialog', { name: /^Possible duplicates/ });
  await dialog.getByRole('button', { name: /very likely pair/ }).click();
  const said = dialog.getByRole('status').filter({ hasText: /pair|again/ });
  await expect(said).toHaveText('Each very likely pair is one contact now.');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(dialog.getByRole('button', { name: 'Undoing…' })).toBeVisible();
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.letGo('history:undo-all'));
  await expect(said).toContainText('Undone: they are two contacts each again. 3 conflicts came of it');
  expect(await asked(page, 'history:undo-all')).toEqual([[['d-1-0', 'd-1-1', 'd-2-0']]]);
  // Closed without an undo, it is offered by a message, which says how it goes and what could not be brought back.
  await dialog.getByRole('button', { name: /very likely pair/ }).click();
  await expect(said).toHaveText('Each very likely pair is one contact now.');
  await page.evaluate(() => {
    const { sample, missing } = window as unknown as { sample: SampleClient; missing: [] };
    sample.give('history:undo-all', { changes: ['u'], records: 1, conflicts: [], missing });
    sample.hold('history:undo-all');
  });
  await page.keyboard.press('Escape');
  const messages = page.getByRole('region', { name: 'Messages' });
  await messages.getByRole('button', { name: 'Undo' }).click();
  await expect(messages).toContainText('Undoing…');
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.letGo('history:undo-all'));
  await expect(messages).toContainText('Undone. Ada and 2 others could not be brought back: it was not kept');
  await messages.getByRole('button', { name: 'Redo' }).click();
  await expect.poll(() => asked(page, 'history:undo-all')).toHaveLength(3);
  await expect(messages).toContainText('Done again');
});

test('after a pair of contacts is answered the next one in the list has the focus', async ({ page }) => {
  await openPages(page, pages, {});
  await oneOrTwo(page);
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const pairs = await sample.request('duplicates:list', 'people');
    if (pairs.ok) sample.give('duplicates:list', pairs.value.slice(1));
  });
  await page.getByRole('button', { name: 'One person' }).press('Enter');
  const list = page.getByRole('dialog', { name: /^Possible duplicates/ });
  await expect(list.getByRole('button', { name: /Ada Lovelace/ })).toHaveCount(0);
  await expect(list.getByRole('button', { name: /^Person 0\b/ })).toBeFocused();
});

test('a deletion against an edit offers no copy and says which button deletes', async ({ page }) => {
  await openPages(page, pages, { page: 'conflicts' });
  await page.getByRole('button', { name: /summary\.ods/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Deleted on Attic, changed on Desk (this device)')).toBeVisible();
  await expect(dialog.getByRole('button', { name: /Keep both/ })).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Keep this version from Desk (this device)' }).click();
  await expect.poll(() => asked(page, 'conflicts:resolve')).toEqual([['k2', { take: 'v4' }]]);
});

test('several fields of one contact are one row, settled in one dialog, each once', async ({ page }) => {
  await openPages(page, pages, { page: 'conflicts' });
  const row = page.getByRole('button', { name: /Ida Berg/ });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('Phone, E-mail, Birthday');
  await expect(row).toContainText('3 conflicts');
  await row.click();
  const dialog = page.getByRole('dialog', { name: 'Ida Berg' });
  const field = (name: string) => dialog.getByRole('region', { name, exact: true });
  await expect(field('Birthday')).toContainText('January 1980');
  await expect(field('Birthday')).toContainText('It was not there');
  // The second click finds what the first one left in its place.
  await field('Phone').getByRole('button', { name: 'Take this from Laptop' }).dblclick();
  await expect(field('Phone').getByRole('button', { name: 'Taken from Laptop' })).toBeDisabled();
  await expect(field('Phone').getByRole('status')).toHaveText('Settled');
  await expect(dialog).toContainText('3 fields changed apart, 2 left');
  expect(await asked(page, 'conflicts:resolve')).toEqual([['several-0', { take: 'w0' }]]);
  // So does the second stroke.
  await field('Birthday')
    .getByRole('button', { name: /^Take this from Desk/ })
    .press('Enter');
  await expect(field('E-mail').getByRole('heading', { name: 'E-mail' })).toBeFocused();
  await page.keyboard.press('Enter');
  expect(await asked(page, 'conflicts:resolve')).toHaveLength(2);
  await field('E-mail')
    .getByRole('button', { name: /^Take this from Desk/ })
    .click();
  await expect(dialog).toHaveCount(0);
  await expect(row).toHaveCount(0);
  expect((await asked(page, 'conflicts:resolve')).map(([id]) => id)).toEqual(['several-0', 'several-2', 'several-1']);
});

test('all fields of one contact are taken from one device by one answer, and taken back by one', async ({ page }) => {
  await openPages(page, pages, { page: 'conflicts' });
  await expect(page.getByRole('button', { name: /Mara/ })).toContainText(/\+46[\d ]+ or \+46/);
  await page.getByRole('button', { name: /Ida Berg/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Ida Berg' });
  await dialog.getByRole('button', { name: 'Take all from Laptop' }).press('Enter');
  await expect(dialog).toHaveCount(0);
  const taken = await asked(page, 'conflicts:resolve');
  expect(taken.map(([id]) => id)).toEqual(['several-0', 'several-1', 'several-2']);
  await expect(page.getByText('Ida Berg: taken from Laptop')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => asked(page, 'history:undo-all')).toEqual([[['z1', 'z1', 'z1']]]);
});

test('from a collection its conflicts are gone to, and all others are one choice away', async ({ page }) => {
  await openPages(page, pages);
  await page.getByRole('button', { name: 'Settle 4 conflicts' }).click();
  await expect(page.getByRole('button', { name: /Collection/ })).toContainText('People (4)');
  await expect.poll(() => asked(page, 'conflicts:first')).toContainEqual([expect.objectContaining({ limit: 200 })]);
  const [[query]] = (await asked(page, 'conflicts:first')) as [[{ readonly collection?: string }]];
  expect(query.collection).toEqual(expect.any(String));
  await page.keyboard.press('Control+1');
  await expect(page.locator('main h1')).toHaveText('Sources');
  await page.keyboard.press('Control+3');
  await expect(page.getByText('plans.md').first()).toBeVisible();
});

test('after a settlement the next conflict has the focus in the list, and a second click opens or settles nothing', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'conflicts' });
  await page.getByRole('button', { name: /plans\.md/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Take this from Laptop' }).dblclick();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: /summary\.ods/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'summary.ods' })).toBeVisible();
  await page.keyboard.press('Enter');
  expect(await asked(page, 'conflicts:resolve')).toEqual([['k1', { take: 'v1' }]]);
});

test('where what had the focus goes for good, the heading of the page has it, unless a person took it away', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'devices' });
  await page.getByRole('button', { name: 'Allow Kitchen tablet' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /asks to join/ })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Devices', level: 1 })).toBeFocused();

  await openPages(page, pages, { page: 'conflicts' });
  await page.getByRole('button', { name: /plans\.md/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Take this from Laptop' })).toBeVisible();
  await page.evaluate(() => {
    const { sample } = window as unknown as { sample: SampleClient };
    sample.give('conflicts:first', { list: [], total: 0 });
  });
  await dialog.getByRole('button', { name: 'Take this from Laptop' }).press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.rows-page')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Conflicts', level: 1 })).toBeFocused();

  await openPages(page, pages, { page: 'devices' });
  await page.getByRole('button', { name: 'Allow Kitchen tablet' }).focus();
  await page.locator('main').click({ position: { x: 3, y: 3 } });
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.tell('requests', []));
  await expect(page.getByRole('heading', { name: /asks to join/ })).toHaveCount(0);
  // As many frames as it would have been given the focus in, and some.
  await page.evaluate(async () => {
    for (let left = 10; left > 0; left--) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
  await expect(page.locator('body')).toBeFocused();
});

test('who may only read sees conflicts and who settles them, and no button that would fail', async ({ page }) => {
  await openPages(page, pages, { scenario: 'reader' });
  await expect(page.getByRole('button', { name: 'See 3 conflicts' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Conflicts', exact: true })).toBeVisible();
  await page.keyboard.press('Control+3');
  await expect(page.getByRole('button', { name: /plans\.md/ })).toContainText('To be settled on Laptop or Attic');
  await expect(page.getByRole('button', { name: /Settle all/ })).toHaveCount(0);
  for (const name of ['plans.md', 'Ida Berg']) {
    await page.getByRole('button', { name }).click();
    const dialog = page.getByRole('dialog', { name });
    await expect(dialog).toContainText('it is settled on Laptop or Attic');
    await expect(dialog.getByRole('article').first()).toBeVisible();
    await expect(dialog.getByRole('button', { name: /Take|Keep|Save|Delete/ })).toHaveCount(0);
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('Control+4');
  await page.locator('[data-row="3"]').click();
  await expect(page.getByRole('dialog')).toContainText('it is undone on Laptop or Attic');
  await expect(page.getByRole('dialog').getByRole('button', { name: /Undo|Restore/ })).toHaveCount(0);
});

test('ten thousand acts scroll, only those in view exist, End reaches the last loaded', async ({ page }) => {
  await openPages(page, pages, { page: 'history', scenario: 'long' });
  const rows = page.locator('.history-row');
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(60);
  await rows.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-row="1"]')).toBeFocused();
  for (let at = 0; at < 12; at++) await page.keyboard.press('End');
  await expect
    .poll(() => page.evaluate(() => Number((document.activeElement as HTMLElement).dataset.row)))
    .toBeGreaterThan(500);
  expect(await rows.count()).toBeLessThan(60);
  await page.getByLabel('Find by name').fill('item-77-');
  await expect(rows).toHaveCount(1);
  await rows.first().click();
  await expect(page.getByRole('dialog', { name: 'Attic changed Photos' })).toBeVisible();
});

test('a list that could not be had is asked for again by a button', async ({ page }) => {
  await openPages(page, pages, { page: 'settings' });
  // Each status has lists asked for once more, a moment after: none of that is still to come when the button is pressed.
  const before = await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const status = await sample.request('status');
    const count = sample.asked.filter(({ name }) => name === 'devices:list').length;
    if (status.ok) sample.tell('status', status.value);
    return count;
  });
  await expect.poll(() => asked(page, 'devices:list').then(({ length }) => length)).toBeGreaterThan(before);
  const fail = (isFailing: boolean) =>
    page.evaluate((it) => {
      const { sample } = window as unknown as { sample: SampleClient };
      for (const name of ['devices:list', 'history:acts', 'problems:list', 'conflicts:first'] as const)
        sample.fail(name, it);
    }, isFailing);
  for (const [key, shown] of [
    ['2', 'Laptop'],
    ['3', 'plans.md'],
    ['4', 'Today'],
    ['5', 'Not permitted'],
  ] as const) {
    await fail(true);
    await page.keyboard.press(`Control+${key}`);
    await expect(page.getByRole('alert')).toContainText('The database cannot be read');
    await fail(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('main')).toContainText(shown);
    await expect(page.getByRole('alert')).toHaveCount(0);
  }
});

test('history is looked at as of a day, and everything again without one', async ({ page }) => {
  await openPages(page, pages, { page: 'history', scenario: 'long' });
  const days = page.locator('.history-day');
  await expect(days.first()).toHaveText('Today');
  // As where the person lives: the day first.
  const parts = page.getByRole('group', { name: 'Until this day' }).getByRole('spinbutton');
  await parts.first().focus();
  await page.keyboard.type('10112026');
  await expect(days.first()).toHaveText('Tuesday 10 November');
  const last = await page.locator('.history-row').first().locator('.row-side').textContent();
  expect(last).toMatch(/^23:/);
  await parts.last().focus();
  await page.keyboard.type('2020');
  await expect(page.getByText('Nothing found')).toBeVisible();
  await page.getByRole('button', { name: 'Any day' }).click();
  await expect(days.first()).toHaveText('Today');
  await expect(page.getByRole('button', { name: 'Any day' })).toHaveCount(0);

  await page.getByRole('button', { name: /Calendar/ }).click();
  const month = page.getByRole('dialog').getByRole('grid');
  await expect(month.getByRole('columnheader', { includeHidden: true }).first()).toHaveText('Mon');
  await expect(month.getByRole('button', { name: /23 November/ })).toBeDisabled();
  await month.getByRole('button', { name: /Tuesday.* 10 November/ }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(days.first()).toHaveText('Tuesday 10 November');
});

test('a day is typed in the order of where the person lives, in the words all else is in', async ({ browser }) => {
  for (const [locale, order] of [
    ['en-US', /mm.*dd.*yyyy/],
    ['de-DE', /dd.*mm.*yyyy/],
  ] as const) {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    await openPages(page, pages, { page: 'history' });
    await expect(page.locator('.day-parts')).toHaveText(order);
    await page.getByRole('button', { name: /Calendar/ }).click();
    await expect(page.getByRole('dialog').getByRole('heading')).toHaveText('November 2026');
    await expect(page.getByRole('button', { name: 'Previous' })).toBeVisible();
    await context.close();
  }
});

test('what a day is chosen by is loaded once history is looked at, and without it all else is there', async ({
  page,
}) => {
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url());
  });
  await openPages(page, pages, {});
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  expect(scripts).toHaveLength(1);
  await page.keyboard.press('Control+4');
  await expect(page.getByRole('group', { name: 'Until this day' })).toBeVisible();
  expect(scripts).toHaveLength(2);

  await openPages(page, pages, {});
  await page.route(scripts[1] ?? '', (route) => route.abort());
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  await page.keyboard.press('Control+4');
  await expect(page.locator('.history-row').first()).toBeVisible();
  await expect(page.getByLabel('Find by name')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Until this day' })).toHaveCount(0);
});

test('older history that could not be had is asked for again once something happens', async ({ page }) => {
  await openPages(page, pages, { page: 'history', scenario: 'long' });
  const fail = (isFailing: boolean) =>
    page.evaluate((it) => (window as unknown as { sample: SampleClient }).sample.fail('history:acts', it), isFailing);
  await page.locator('[data-row="0"]').focus();
  await fail(true);
  await page.keyboard.press('End');
  await expect(page.getByRole('alert')).toContainText('The database cannot be read');
  await expect(page.locator('[data-row="199"]')).toBeFocused();
  const again = page.getByRole('button', { name: 'Try again' });
  await again.click();
  await expect.poll(() => asked(page, 'history:acts').then(({ length }) => length)).toBeGreaterThan(3);
  await expect(again).toBeVisible();
  await fail(false);
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const reply = await sample.request('status');
    if (reply.ok) sample.tell('status', reply.value);
  });
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.locator('[data-row="199"]').focus();
  await page.keyboard.press('End');
  await expect(page.locator('[data-row="399"]')).toBeFocused();
});

test('lists of thousands hold only what is in view, all of it is reached by keyboard, and the focus comes back', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'conflicts', scenario: 'long' });
  const rows = page.locator('[data-row]');
  const last = (text: string) => expect(page.locator('[data-row]:focus')).toContainText(text);
  await page.locator('[data-row="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await last('letter 1.txt');
  // Each End reaches the last that is here, and has more asked for.
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(page.locator('[data-row]:focus')).toContainText('letter 1999.txt', { timeout: 1_000 });
  }, 'End goes on to the last of 2,000 conflicts').toPass();
  expect(await rows.count()).toBeLessThan(60);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'letter 1999.txt' })).toBeVisible();
  await page.keyboard.press('Escape');
  await last('letter 1999.txt');

  await page.getByRole('link', { name: /Problems/ }).click();
  await page.locator('[data-row="0"]').focus();
  await page.keyboard.press('End');
  await last('run/pipe 999');
  expect(await rows.count()).toBeLessThan(60);

  await page.getByRole('link', { name: /Sources/ }).click();
  await page.getByRole('button', { name: /See what would/ }).click();
  const planned = page.getByRole('list', { name: 'On your other devices' });
  await expect(planned.getByText('Album 0/Track 0.flac')).toBeVisible();
  await planned.focus();
  await page.keyboard.press('End');
  await expect(planned.getByText('Album 665/Track 9.flac')).toBeVisible();
  expect(await planned.getByRole('listitem').count()).toBeLessThan(60);
});

test('a list of ten thousand is scrolled without asking about rows that are not in view', async ({ page }) => {
  await openPages(page, pages, {});
  await page.evaluate(() => {
    const { sample } = window as unknown as { sample: SampleClient };
    let asked = 0;
    const list = Array.from({ length: 10_000 }, (_, at) => ({
      id: `p${at}`,
      line: '',
      get title() {
        asked++;
        return `Person ${at}`;
      },
    }));
    sample.give('records:list', { list, total: list.length });
    Reflect.set(window, 'titlesAsked', () => asked);
  });
  const titlesAsked = () => page.evaluate(() => Reflect.get(window, 'titlesAsked')() as number);
  await page.getByRole('button', { name: 'Browse People' }).click();
  await expect(page.locator('[data-row="0"]')).toBeVisible();
  const before = await titlesAsked();
  expect(before).toBeGreaterThan(0);
  const list = page.locator('.virtual-rows');
  for (const at of [2_000, 4_000, 6_000, 8_000]) {
    await list.evaluate((one, to) => one.scrollTo(0, (one.scrollHeight * to) / 10_000), at);
    await expect(page.locator(`[data-row="${at + 5}"]`)).toBeVisible();
  }
  // Each of them was asked once for all; since then those that came into view.
  expect((await titlesAsked()) - before).toBeLessThan(10_000);
});

test('what was found is counted of what was searched, also while the next answer is awaited', async ({ page }) => {
  await openPages(page, pages, {});
  await page.getByRole('button', { name: 'Browse People' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('10,000 contacts')).toBeVisible();
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.hold('records:list'));
  await dialog.getByRole('searchbox').fill('ada');
  await expect.poll(() => asked(page, 'records:list')).toHaveLength(2);
  await expect(dialog.getByText('10,000 contacts', { exact: true })).toBeVisible();
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.letGo('records:list'));
  await expect(dialog.getByText('10,000 of 418 contacts')).toBeVisible();
});

test('a search is asked about as it is typed: at once, and the newest once the answer before is there', async ({
  page,
}) => {
  await openPages(page, pages, {});
  await page.getByRole('button', { name: 'Browse People' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('10,000 contacts')).toBeVisible();
  const searched = async () => (await asked(page, 'records:list')).flatMap(([, search]) => search || []);
  const search = dialog.getByRole('searchbox');
  // No time passes from here on: what would be waited with is not asked.
  await page.clock.install({ time: SAMPLE_NOW });
  await page.clock.pauseAt(new Date(SAMPLE_NOW.getTime() + 3_600_000));
  await search.fill('ad');
  await expect.poll(searched).toEqual(['ad']);
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.hold('records:list'));
  await search.fill('ada');
  await expect.poll(searched).toEqual(['ad', 'ada']);
  await search.fill('ada l');
  await search.fill('ada lo');
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.letGo('records:list'));
  await expect.poll(searched).toEqual(['ad', 'ada', 'ada lo']);
});

test('an act is one row however many changes it has, and opens page by page: what was kept, undo and restore', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'history' });
  await expect(page.locator('[data-row="1"]')).toContainText(
    'Added 9,812 items: item-1-0.md, item-1-1.md, item-1-2.md …',
  );
  await expect(page.locator('[data-row="3"]')).toContainText('Undo of an edit made on Laptop');
  await page.locator('[data-row="5"]').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('140 changes,')).toBeVisible();
  const changes = dialog.getByRole('button', { name: /item-5-/, expanded: false });
  await expect(changes).toHaveCount(50);
  await dialog.getByRole('button', { name: 'Show 50 more of 90' }).click();
  await expect(changes).toHaveCount(100);
  await dialog.getByRole('button', { name: 'Show 40 more of 40' }).click();
  await expect(changes).toHaveCount(140);
  await expect(dialog.getByRole('button', { name: /^Show/ })).toHaveCount(0);
  // Some of it was added, and would be deleted everywhere: nobody does that by one press.
  await dialog.getByRole('button', { name: 'Undo all 140…' }).click();
  const sure = page.getByRole('alertdialog', { name: 'Delete 28 items everywhere?' });
  await expect(sure.getByRole('button', { name: 'Cancel' })).toBeFocused();
  expect(await asked(page, 'history:undo')).toEqual([]);
  await sure.getByRole('button', { name: 'Delete 28 items' }).click();
  await expect.poll(() => asked(page, 'history:undo')).toEqual([['p5']]);
  await page.locator('[data-row="3"]').click();
  await dialog.getByRole('button', { name: /Restore as it was then/ }).click();
  const restore = page.getByRole('dialog', { name: 'Restore' });
  await restore.getByText('Its folder photos/may').click();
  await restore.getByText('As a copy in another place').click();
  await restore.getByLabel('Place for the copy').fill('/tmp/copy');
  await restore.getByRole('button', { name: 'Restore' }).click();
  await expect
    .poll(() => asked(page, 'history:restore'))
    .toEqual([[expect.any(String), 'photos/may', 'p3', '/tmp/copy']]);
});

test('a halted source says why and what would happen, and goes on only for this plan', async ({ page }) => {
  await openPages(page, pages, {});
  await page.getByRole('button', { name: /See what would/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Music is halted' });
  await expect(dialog.getByText('On your other devices: 7,990 deleted')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Keep as it is' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Keep as it is' }).click();
  expect(await asked(page, 'safety:confirm')).toEqual([]);
  await page.getByRole('button', { name: /See what would/ }).click();
  await dialog.getByRole('button', { name: 'Let it go on' }).click();
  await expect.poll(() => asked(page, 'safety:confirm')).toEqual([['plan-1']]);
});

test('what is gone from a halted source by mistake is put back by a button', async ({ page }) => {
  await openPages(page, pages, {});
  await page.getByRole('button', { name: /See what would/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put back what is gone' }).click();
  await expect.poll(() => asked(page, 'safety:put-back')).toEqual([['plan-1']]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('What is gone from Music is written again')).toBeVisible();
  expect(await asked(page, 'safety:confirm')).toEqual([]);
});

test('a dropped folder is added only after it is confirmed; a bad place keeps the dialog and names it', async ({
  page,
}) => {
  await openPages(page, pages, { host: 'electron' });
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  const drop = (name: string) =>
    page.evaluate((called) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], called));
      window.dispatchEvent(new DragEvent('dragover', { dataTransfer, cancelable: true }));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    }, name);
  await drop('missing');
  const dialog = page.getByRole('dialog', { name: 'Add a source' });
  await expect(dialog.getByLabel('Place')).toHaveValue('/home/ana/missing');
  expect(await asked(page, 'collections:add')).toEqual([]);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('There is no such place');
  // What is dropped while the dialog is open is what is meant.
  await drop('Recipes');
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await expect(dialog.getByLabel('Place')).toHaveValue('/home/ana/Recipes');
  await dialog.getByLabel('Place').press('Enter');
  await expect(page.getByRole('heading', { name: 'Recipes' })).toBeVisible();
});

test('of several that were dropped each says why it was not added, and may be left out; closed meanwhile, no more are added', async ({
  page,
}) => {
  await openPages(page, pages, { host: 'electron' });
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  const drop = (...names: string[]) =>
    page.evaluate((all) => {
      const dataTransfer = new DataTransfer();
      for (const name of all) dataTransfer.items.add(new File(['x'], name));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    }, names);
  await drop('Letters', 'missing one', 'missing two');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading')).toHaveText('Add 3 places');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Letters', includeHidden: true })).toBeVisible();
  await expect(dialog.getByRole('heading')).toHaveText('Add 2 places');
  await expect(dialog.getByRole('alert')).toHaveCount(2);
  await dialog.getByRole('button', { name: 'Leave out /home/ana/missing one' }).click();
  await expect(dialog.getByRole('heading')).toHaveText('Add 1 place');
  await dialog.getByRole('button', { name: /^Leave out/ }).click();
  await expect(dialog).toHaveCount(0);

  const before = (await asked(page, 'collections:add')).length;
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.hold('collections:add'));
  await drop('Music', 'Films');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('button', { name: 'Adding…' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.letGo('collections:add'));
  await expect(page.getByText('Music: 12 items, kept in step from now on')).toBeVisible();
  expect(await asked(page, 'collections:add')).toHaveLength(before + 1);
});

test('what is dropped as the window comes into sight is not opened in its place', async ({ page }) => {
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('.window') === null) return;
      observer.disconnect();
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'contacts.vcf'));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    });
    observer.observe(document, { subtree: true, childList: true });
  });
  await openPages(page, pages, {});
  await expect(page.getByRole('dialog', { name: 'Add a source' })).toContainText('contacts.vcf');
});

test('what is held over the window is told before it is dropped', async ({ page }) => {
  await openPages(page, pages, { host: 'electron' });
  const hold = (names: readonly string[]) =>
    page.evaluate((all) => {
      const dataTransfer = new DataTransfer();
      for (const name of all) dataTransfer.items.add(new File(['x'], name));
      window.dispatchEvent(new DragEvent('dragover', { dataTransfer, cancelable: true }));
    }, names);
  await hold(['a.vcf']);
  await expect(page.getByText('Drop it to keep it in step')).toBeVisible();
  await hold(['a.vcf', 'b.ics', 'c.csv']);
  await expect(page.getByText('Drop them to keep 3 places in step')).toBeVisible();
});

test('what is dropped on a browser is named, and its path asked for', async ({ page }) => {
  await openPages(page, pages, {});
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'contacts.vcf'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  });
  const dialog = page.getByRole('dialog', { name: 'Add a source' });
  await expect(dialog).toContainText('This browser does not tell where “contacts.vcf” lies.');
  await expect(dialog.getByLabel('Place')).toBeFocused();
});

test('the way to join is chosen by keyboard, and the focus stays there', async ({ page }) => {
  await openPages(page, pages, {});
  await page.getByRole('button', { name: 'Join a device' }).click();
  await expect(page.getByLabel('Invitation link')).toBeFocused();
  await page.getByRole('radio', { name: 'With a link' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('dialog', { name: 'Join a device nearby' })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'A device nearby' })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: 'With a link' })).toBeFocused();
});

test('contacts are exported once, beside their place, to nothing that is there, and what is left out is told', async ({
  page,
}) => {
  await openPages(page, pages, {});
  await fromMenu(page, /Export/, 'People');
  const dialog = page.getByRole('dialog', { name: 'Export People' });
  const place = dialog.getByLabel('Place');
  await expect(place).toHaveValue(/\/People \d{4}-\d\d-\d\d\.vcf$/);
  await dialog.getByRole('button', { name: /As/ }).click();
  await page.getByRole('option', { name: 'Contacts: Google CSV', exact: true }).click();
  await expect(place).toHaveValue(/\.csv$/);
  await place.fill('/home/ana/there already.csv');
  await dialog.getByRole('button', { name: 'Export' }).click();
  await expect(dialog.getByRole('alert')).toContainText('is there already');
  await place.fill('/home/ana/people.csv');
  await page.keyboard.press('Enter');
  const done = page.getByRole('dialog', { name: 'Copy of People' });
  await expect(done).toContainText('812 contacts written to');
  await expect(done).toContainText('a fourth e-mail address');
  expect((await asked(page, 'export')).at(-1)).toEqual([expect.any(String), '/home/ana/people.csv', 'csv-google']);
});

test('a device nearby that waits again stays chosen', async ({ page }) => {
  await openPages(page, pages, {});
  await joinNearby(page);
  const chosen = page.getByRole('radio', { name: /^Laptop/ });
  await chosen.check({ force: true });
  await expect(chosen).toBeChecked();
  await page.evaluate(() => {
    const { sample } = window as unknown as { sample: SampleClient };
    sample.nearbyDevices = sample.nearbyDevices.map((one) => ({ ...one, device: `${one.device.slice(0, -1)}0` }));
  });
  const before = (await asked(page, 'nearby:devices')).length;
  await expect.poll(async () => (await asked(page, 'nearby:devices')).length).toBeGreaterThan(before + 1);
  await expect(chosen).toBeChecked();
});

test('a pairing request names what it grants; joining shows the code to compare', async ({ page }) => {
  await openPages(page, pages, { page: 'devices' });
  const request = page.getByRole('article', { name: /Kitchen tablet asks to join/ });
  await expect(request).toContainText('will get all of Documents (12,431 items) and may read and change it');
  await expect(request).toContainText('482 913');
  await request.getByRole('button', { name: 'Allow Kitchen tablet' }).click();
  await expect.poll(() => asked(page, 'requests:answer')).toEqual([['r1', true]]);
  await page.goto(`${page.url().split('#')[0]}#sources`);
  await page.getByRole('button', { name: 'Join a device' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Invitation link').fill('https://example.org');
  await expect(dialog.getByText('An invitation begins with')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Join', exact: true })).toBeDisabled();
  await dialog.getByLabel('Invitation link').fill('lockstep://join#v=1&i=x');
  await dialog.getByLabel('Place on this device').fill('/home/ana/Shared');
  await dialog.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Waiting for approval' })).toContainText('482 913');
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const reply = await sample.request('status');
    if (!reply.ok) return;
    const { collections } = reply.value;
    const joined = collections.slice(0, 1).map((one) => ({ ...one, id: 'ee'.repeat(16), name: 'Garden' }));
    sample.tell('status', { ...reply.value, collections: [...collections, ...joined] });
  });
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('Joined. What the other device holds')).toBeVisible();
});

test('a device is removed from what this one is an admin of, and that it stays in the rest is said before', async ({
  page,
}) => {
  await openPages(page, pages, { page: 'devices' });
  await page.getByRole('button', { name: 'Remove Laptop' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Remove Laptop?' });
  const books = await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const [devices, status] = await Promise.all([sample.request('devices:list'), sample.request('status')]);
    if (!devices.ok || !status.ok) throw new Error('it says nothing');
    const roles = devices.value.find(({ self }) => self)?.roles ?? {};
    return status.value.collections.find(({ id }) => roles[id] === 'reader')?.name ?? '';
  });
  await expect(dialog).toContainText('Everything this device is an admin of');
  await expect(dialog).toContainText(`It stays in ${books}: only an admin of that can remove it there.`);
  await dialog.getByRole('button', { name: 'Remove Laptop' }).click();
  await expect(page.getByText('Laptop was removed')).toBeVisible();
  const removed = (await asked(page, 'devices:remove')).map(([, collection]) => collection);
  expect([removed.length, new Set(removed).size, removed.includes(null)]).toEqual([4, 4, false]);
});

test('who takes part where this device is no admin is not changed here', async ({ page }) => {
  await openPages(page, pages, { page: 'settings' });
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const devices = await sample.request('devices:list');
    if (!devices.ok) throw new Error('it says nothing');
    const readers = (roles: object) => Object.fromEntries(Object.keys(roles).map((id) => [id, 'reader' as const]));
    sample.give(
      'devices:list',
      devices.value.map((one) => (one.self ? { ...one, role: 'reader' as const, roles: readers(one.roles) } : one)),
    );
  });
  await page.getByRole('link', { name: /^Devices/ }).click();
  await expect(page.getByRole('heading', { name: /^Laptop/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^(Role of|Remove) / })).toHaveCount(0);
  await page.evaluate(async () => {
    const { sample } = window as unknown as { sample: SampleClient };
    const status = await sample.request('status');
    if (!status.ok) throw new Error('it says nothing');
    const collections = status.value.collections.map((one) => ({ ...one, invitedBy: ['Laptop'] }));
    sample.tell('status', { ...status.value, collections });
  });
  await expect(page.getByText(/^Devices are invited to .* on Laptop\.$/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Invite a device' })).toHaveCount(0);
  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: 'More for Books' }).click();
  await expect(page.getByRole('menuitem', { name: /Verify/ })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /Invite/ })).toHaveCount(0);
});

test('settings are typed in people’s units, refused when wrong, and saved one group at a time', async ({ page }) => {
  await openPages(page, pages, { page: 'settings' });
  const share = page.getByLabel('Halt when this much is deleted at once');
  await expect(share).toHaveValue('30');
  await share.fill('150');
  await expect(page.getByText('At most 100 percent')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save Safety' })).toBeDisabled();
  await share.fill('45');
  await page.getByRole('button', { name: 'Undo changes' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Safety' })).toBeFocused();
  await share.fill('45');
  await page.getByRole('button', { name: 'Save Safety' }).press('Enter');
  await expect.poll(() => asked(page, 'config')).toContainEqual(['safety.delete-share', '0.45']);
  // Nothing is left to be saved, and the button is off.
  await expect(page.getByRole('heading', { name: 'Safety' })).toBeFocused();
});
