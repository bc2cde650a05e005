import { expect, type Page, test } from '@playwright/test';
import type { ConflictDetailView, ConflictView } from '../../src/contract/contract.ts';
import type { SampleClient } from '../fakes/sample-client.ts';
import { CONFLICTS, detailOf, RICH, SELF } from '../fakes/sample-data.ts';
import { buildPages, openPages } from './harness-page.ts';

let pages = '';
test.beforeAll(async () => {
  pages = await buildPages();
});

const LONG = 'L'.repeat(200);
const conflict = (id: string): ConflictView => CONFLICTS.find((one) => one.id === id) as ConflictView;

/** The conflicts page, where these are what the device has. */
async function openConflicts(page: Page, list: readonly ConflictView[], detail: ConflictDetailView | null = null) {
  await openPages(page, pages, { page: 'settings' });
  await page.evaluate(
    ([all, one]) => {
      const { sample } = window as unknown as { sample: SampleClient };
      sample.give('conflicts:first', { list: all, total: all.length });
      if (one !== null) sample.give('conflicts:detail', one);
    },
    [list, detail] as const,
  );
  await page.getByRole('link', { name: /^Conflicts/ }).click();
}
const tellStatus = (page: Page, more: object) =>
  page.evaluate(
    ([device, told]) => {
      const status = { device: { id: device, name: 'Desk' }, links: { bytesIn: 0, bytesOut: 0 }, collections: [] };
      (window as unknown as { sample: SampleClient }).sample.tell('status', { ...status, ...told });
    },
    [SELF, more] as const,
  );

test('a contact without a name is called so in the list of conflicts and in their dialog', async ({ page }) => {
  const nameless = { ...conflict('k4'), name: conflict('k4').record };
  await openConflicts(page, [nameless], detailOf(nameless));
  await expect(page.getByText(nameless.record)).toHaveCount(0);
  await page.getByRole('button', { name: /Contact without a name/ }).click();
  await expect(page.getByRole('dialog', { name: 'Contact without a name' })).toBeVisible();
});

test('a day of a series that was moved is no deletion: it can be as the series is by now', async ({ page }) => {
  const { values, ...one } = conflict('k2');
  const field = 'recurrenceOverrides/2026-12-07T09:15:00';
  const sides = values.map((value) => (value.kind === 'delete' ? value : { ...value, value: { title: 'Retro' } }));
  const day = { ...one, field, record: 'standup', name: 'Team standup', values: sides };
  await openConflicts(page, [day], { ...detailOf(day), merged: null, baseText: null, texts: [] });
  const row = page.getByRole('button', { name: /Team standup/ });
  await expect(row).toContainText('As its series says on');
  await row.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('have it as the series is by now');
  await expect(dialog).not.toContainText(/delete/i);
  await dialog.getByRole('button', { name: /^As the series/ }).click();
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('as its series says');
});

test('beside a deletion the text is shown, though what it was made from is not kept', async ({ page }) => {
  const one = { ...conflict('k2'), record: 'taxes/summary.md', name: 'summary.md' };
  const texts = one.values.map(({ id, kind }) => ({
    value: id,
    text: kind === 'delete' ? null : '# Summary\n\nIncome 1100\n',
    why: null,
  }));
  await openConflicts(page, [one], { ...detailOf(one), texts });
  await page.getByRole('button', { name: /summary\.md/ }).click();
  const text = page.getByRole('dialog').getByRole('region', { name: 'The text on Desk (this device)' });
  await expect(text).toContainText('Income 1100');
});

test('beside a deletion all of the text is shown, with what was changed in it', async ({ page }) => {
  const one = { ...conflict('k2'), record: 'taxes/summary.md', name: 'summary.md' };
  const rest = Array.from({ length: 30 }, (_, at) => `line ${at}\n`).join('');
  const texts = one.values.map(({ id, kind }) => ({
    value: id,
    text: kind === 'delete' ? null : `Income 1100\n${rest}`,
    why: null,
  }));
  await openConflicts(page, [one], { ...detailOf(one), baseText: `Income 1000\n${rest}`, texts });
  await page.getByRole('button', { name: /summary\.md/ }).click();
  const text = page.getByRole('dialog').getByRole('region', { name: /^Differences from Before/ });
  await expect(text).toContainText('1000');
  await expect(text).toContainText('line 29');
});

test('at a standstill the banner says what ends it, and offers nothing that would be refused', async ({ page }) => {
  await openPages(page, pages, { page: 'history' });
  const banner = page.locator('.banner');
  await expect(banner.getByRole('link', { name: 'Show' })).toBeVisible();
  const standstill = { sentence: 'The disk of /state is full', advice: 'Free some space there' };
  await tellStatus(page, { collections: RICH, standstill });
  await expect(banner).toContainText('Free some space there');
  await expect(banner.getByRole('link')).toHaveCount(0);
  await expect(banner.getByRole('button')).toHaveCount(0);
});

test('settings that could not be had at a standstill are there once it is over', async ({ page }) => {
  await openPages(page, pages);
  // What it said of itself at the start is there: nothing of that comes after what is told below.
  await expect(page.locator('.banner').getByRole('button').first()).toBeVisible();
  const standstill = { sentence: 'The disk is full, so Lockstep stands still', advice: 'Free some space' };
  const stand = (isStill: boolean) =>
    page.evaluate(
      async ([still, isSo]) => {
        const { sample } = window as unknown as { sample: SampleClient };
        const status = await sample.request('status');
        if (!status.ok) throw new Error('it says nothing');
        for (const name of ['config', 'doctor'] as const) sample.fail(name, isSo);
        sample.tell('status', isSo ? { ...status.value, standstill: still } : status.value);
      },
      [standstill, isStill] as const,
    );
  await stand(true);
  await expect(page.locator('.banner')).toContainText('stands still');
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(2);
  await stand(false);
  await expect(page.getByLabel('Keep earlier versions for')).toBeVisible();
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
});

test('a name as long as somebody liked leaves the others their room', async ({ page }) => {
  await openPages(page, pages, { page: 'conflicts' });
  await expect(page.getByRole('button', { name: /plans\.md/ })).toBeVisible();
  await tellStatus(page, { collections: RICH.map((one) => ({ ...one, name: LONG })) });
  const width = async (what: string) => (await page.locator(what).first().boundingBox())?.width ?? 0;
  await expect(page.getByText(LONG).first()).toBeVisible();
  expect(await width('.row-told .row-text')).toBeGreaterThan(300);
  for (const name of ['Problems', 'Devices']) {
    await page.getByRole('link', { name: new RegExp(`^${name}`) }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    const wider = () =>
      page.evaluate(
        () =>
          [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > innerWidth)
            .length,
      );
    await expect.poll(wider).toBe(0);
  }
});

test('a name as long as somebody liked, in whatever sentence it is, ends where the window does', async ({ page }) => {
  const sticksOut = () =>
    page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const frames = '.dialog-body, .dialog, .card, .banner';
      const isCut = (one: Element | null): boolean =>
        one !== null &&
        !one.matches(frames) &&
        (getComputedStyle(one).overflowX !== 'visible' || isCut(one.parentElement));
      const found: string[] = [];
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(node);
        const frame = node.parentElement?.closest(frames)?.getBoundingClientRect().right ?? innerWidth;
        if (range.getBoundingClientRect().right > frame && !isCut(node.parentElement))
          found.push(
            `${node.parentElement?.outerHTML.slice(0, 60)} in ${node.parentElement?.parentElement?.outerHTML.slice(0, 60)}`,
          );
      }
      return found;
    });
  for (const width of [1_100, 380]) {
    await page.setViewportSize({ width, height: 760 });
    await openPages(page, pages, {});
    await page.evaluate(async (long) => {
      const { sample } = window as unknown as { sample: SampleClient };
      const [status, requests, devices] = await Promise.all([
        sample.request('status'),
        sample.request('requests:list'),
        sample.request('devices:list'),
      ]);
      if (!status.ok || !requests.ok || !devices.ok) throw new Error('it says nothing');
      const peers = (all: (typeof status.value.collections)[number]['peers']) =>
        all.map((one) => ({ ...one, name: long }));
      const collections = status.value.collections.map((one) => ({ ...one, name: long, peers: peers(one.peers) }));
      sample.give(
        'devices:list',
        devices.value.map((one) => ({ ...one, name: long })),
      );
      sample.tell('status', { ...status.value, collections });
      sample.tell(
        'requests',
        requests.value.map((one) => ({ ...one, name: long, collectionName: long })),
      );
    }, LONG);
    await expect(page.getByRole('heading', { name: LONG }).first()).toBeVisible();
    await expect.poll(sticksOut).toEqual([]);
    await page
      .getByRole('button', { name: `More for ${LONG}` })
      .nth(1)
      .click();
    await page.getByRole('menuitem', { name: /Stop keeping/ }).click();
    await expect(page.getByRole('alertdialog')).toBeVisible();
    await expect.poll(sticksOut).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+2');
    await expect(page.getByRole('heading', { name: /asks to join/ })).toBeVisible();
    await page.getByRole('button', { name: 'Invite a device' }).click();
    await expect(page.getByRole('dialog').getByText('With a link')).toBeVisible();
    await expect.poll(sticksOut).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+3');
    await page.getByRole('button', { name: /plans\.md/ }).click();
    await expect(page.getByRole('dialog').getByRole('article').nth(2)).toContainText(LONG);
    await expect.poll(sticksOut).toEqual([]);
  }
});

test('beside names as long as somebody liked the banner says what is with them, in a few lines; pointed at, it has them whole', async ({
  page,
}) => {
  for (const [width, height] of [
    [1_100, 110],
    [360, 70],
  ] as const) {
    await page.setViewportSize({ width, height: 760 });
    await openPages(page, pages, { page: 'history' });
    await tellStatus(page, { collections: RICH.map((one) => ({ ...one, name: `${LONG} ${LONG}` })) });
    const words = page.locator('.banner [role=status]');
    await expect(words).toContainText(/… is halted: 7,990 of 8,312 items are gone/);
    const banner = await page.locator('.banner').boundingBox();
    expect(banner?.height).toBeLessThanOrEqual(height);
    await expect(words).toHaveAttribute('title', new RegExp(`^${LONG} ${LONG} is halted: `));
    await expect(page.getByRole('link', { name: 'Show' })).toHaveAccessibleDescription(new RegExp(LONG));
  }
});

test('how far something is can be seen in the colours of the system', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await openPages(page, pages);
  const ground = (what: string) =>
    page
      .locator(what)
      .first()
      .evaluate((one) => getComputedStyle(one).backgroundColor);
  expect(await ground('.progress-fill')).not.toBe(await ground('.progress-track'));
});

test('why it failed comes into sight in a dialog that is longer than the window', async ({ page }) => {
  await page.setViewportSize({ width: 1000, height: 520 });
  await openPages(page, pages);
  await page.evaluate(() => (window as unknown as { sample: SampleClient }).sample.fail('collections:add', true));
  await page.getByRole('button', { name: 'Add a source' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').first().fill('https://dav.example/x');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeInViewport({ ratio: 1 });
});

for (const [what, drawn] of [
  ['a picture in which nothing is drawn is not shown, but the initials', null],
  ['a picture in which only a corner is drawn is shown', [0, 0, 30, 30]],
] as const)
  test(what, async ({ page }) => {
    await openPages(page, pages);
    // It takes its time to look at the picture.
    await page.evaluate(() => {
      const look = createImageBitmap as (...args: unknown[]) => Promise<ImageBitmap>;
      const later = new Promise<void>((resolve) => Reflect.set(window, 'look', resolve));
      const held = async (...args: unknown[]) => {
        Reflect.set(window, 'looked', true);
        await later;
        const small = await look(...args);
        // What is found of it is on the screen two frames later.
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => Reflect.set(window, 'seen', true))));
        return small;
      };
      Reflect.set(window, 'createImageBitmap', held);
    });
    await page.evaluate((corner) => {
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      if (corner !== null) context.fillRect(...corner);
      const text = atob(canvas.toDataURL('image/png').split(',')[1] ?? '');
      const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
      const { sample } = window as unknown as { sample: SampleClient };
      const person = { id: 'p1', title: 'Ada Lovelace', line: '', hasPhoto: true as const };
      sample.give('records:list', { list: [person], total: 1 });
      const data = { content: 'c1', size: bytes.length };
      const media = { path: 'media/m1', value: { kind: 'photo', data } };
      sample.give('records:show', { title: 'Ada Lovelace', fields: [media], sources: [] });
      sample.give('records:content', bytes);
    }, drawn);
    await page.setViewportSize({ width: 800, height: 720 });
    await page.getByRole('button', { name: 'Browse People' }).click();
    const face = page.locator('.virtual-rows .avatar');
    // As long as it is not known, neither is shown in its place.
    await expect.poll(() => page.evaluate(() => Reflect.get(window, 'looked'))).toBe(true);
    await expect(face).toHaveText('AL');
    await expect(face.locator('img')).toHaveCount(0);
    await page.evaluate(() => Reflect.get(window, 'look')());
    if (drawn === null) {
      await expect.poll(() => page.evaluate(() => Reflect.get(window, 'seen'))).toBe(true);
      await expect(face).toHaveText('AL');
      await expect(face.locator('img')).toHaveCount(0);
    } else {
      await expect(face.locator('img')).toBeVisible();
      await page.evaluate(() =>
        createImageBitmap(document.querySelector('.virtual-rows .avatar img') as HTMLImageElement),
      );
      await expect(face).toHaveText('');
    }
  });

test('what was saved stays as it was typed: no old value comes back until the device answers again', async ({
  page,
}) => {
  await openPages(page, pages);
  await page.getByRole('link', { name: 'Settings' }).click();
  const days = page.getByLabel('Keep earlier versions for');
  await days.fill('77');
  // What might be asked anew is not answered yet.
  await page.evaluate(() => {
    const { sample } = window as unknown as { sample: SampleClient };
    const { request } = sample;
    sample.request = ((name: 'config', ...args: [null, null]) => {
      if (name === 'config' && args[0] === null) sample.hold('config');
      return request.call(sample, name, ...args);
    }) as typeof request;
  });
  await page.getByRole('button', { name: 'Save History' }).click();
  await expect(page.getByText('History: saved')).toBeVisible();
  await expect(days).toHaveValue('77');
});
