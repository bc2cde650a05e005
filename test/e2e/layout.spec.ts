import { expect, type Locator, type Page, test } from '@playwright/test';
import type { OccurrenceView } from '../../src/contract/contract.ts';
import type { SampleClient } from '../fakes/sample-client.ts';
import { CONFLICTS, detailOf } from '../fakes/sample-data.ts';
import { buildPages, openPages, SAMPLE_NOW } from './harness-page.ts';

let pages = '';
test.beforeAll(async () => {
  pages = await buildPages();
});

const boxOf = async (one: Locator) => {
  const box = await one.boundingBox();
  if (box === null) throw new Error('it is not shown');
  return box;
};

/** The list of contacts holds one, that says this. */
async function openContact(page: Page, title: string, fields: readonly object[], content: readonly number[] = []) {
  await openPages(page, pages, {});
  await page.evaluate(
    ([name, said, bytes]) => {
      const { sample } = window as unknown as { sample: SampleClient };
      const one = { id: 'p1', title: name, line: '', hasPhoto: true as const };
      sample.give('records:list', { list: [one], total: 1 });
      sample.give('records:show', { title: name, fields: said as never, sources: [] });
      sample.give('records:content', Uint8Array.from(bytes));
    },
    [title, fields, content] as const,
  );
  await page.getByRole('button', { name: 'Browse People' }).click();
  await expect(page.getByText('Where it is on this device')).toBeVisible();
}

test('beside whatever buttons a collection keeps room for its name, and its menu stays in the card', async ({
  page,
}) => {
  await openPages(page, pages, {});
  const card = page.getByRole('article', { name: 'Documents' });
  for (const width of [380, 560, 690, 760, 900]) {
    await page.setViewportSize({ width, height: 720 });
    const whole = await boxOf(card);
    const menu = await boxOf(card.getByRole('button', { name: 'More for Documents' }));
    expect(menu.x + menu.width, `at ${width}`).toBeLessThanOrEqual(whole.x + whole.width);
    expect((await boxOf(card.locator('.collection-name'))).width, `at ${width}`).toBeGreaterThan(110);
    // What there is to do stands in one line, the menu where it is looked for: at the right of the name or of all of them.
    const settle = await boxOf(card.getByRole('button', { name: /^Settle/ }));
    if (settle.y < menu.y + menu.height) expect(settle.x + settle.width, `at ${width}`).toBeLessThan(menu.x);
    else {
      const name = await boxOf(card.locator('.collection-name'));
      expect(settle.y - Math.max(name.y + name.height, menu.y + menu.height), `at ${width}`).toBeLessThanOrEqual(11);
    }
    expect((await boxOf(page.locator('.banner'))).height, `at ${width}`).toBeLessThanOrEqual(width <= 860 ? 60 : 90);
  }
});

test('a menu in a low window scrolls beside its button, and the click that opens it chooses nothing', async ({
  page,
}) => {
  await page.setViewportSize({ width: 560, height: 380 });
  await openPages(page, pages, {});
  const more = page.getByRole('button', { name: 'More for Documents' });
  await more.evaluate((one) => one.scrollIntoView({ block: 'center' }));
  await more.click();
  const menu = page.getByRole('menu');
  await expect(menu).toBeVisible();
  const [over, below] = [await boxOf(menu), await boxOf(more)];
  expect(over.y + over.height <= below.y || over.y >= below.y + below.height).toBe(true);
  const last = page.getByRole('menuitem', { name: /Stop keeping/ });
  await page.keyboard.press('End');
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport({ ratio: 1 });
  await last.click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
});

test('what each side of a conflict says, and what all started from, stands in one line', async ({ page }) => {
  await page.setViewportSize({ width: 1120, height: 760 });
  const conflict = CONFLICTS.find(({ id }) => id === 'k1');
  if (conflict === undefined) throw new Error('there is no such conflict');
  const data = { content: 'a', size: 10_000 };
  const photo = { kind: 'photo', mediaType: 'image/png', data };
  const apart = {
    ...conflict,
    collection: 'c4',
    field: 'media/m1',
    base: photo,
    values: conflict.values.map((value) => ({ ...value, value: photo })),
  };
  await openPages(page, pages, { page: 'settings' });
  await page.evaluate(
    ([one, detail]) => {
      const { sample } = window as unknown as { sample: SampleClient };
      sample.give('conflicts:first', { list: [one], total: 1 });
      sample.give('conflicts:detail', detail);
    },
    [apart, { ...detailOf(apart), merged: null }] as const,
  );
  await page.getByRole('link', { name: /^Conflicts/ }).click();
  await page.getByRole('button', { name: new RegExp(apart.name) }).click();
  const pictures = page.getByRole('dialog').locator('.picture');
  await expect(pictures).toHaveCount(1 + apart.values.length);
  const tops = (await Promise.all((await pictures.all()).map(boxOf))).map(({ y }) => y);
  expect(new Set(tops).size).toBe(1);
});

test('a photo that cannot be shown leaves the initials, and is told of below', async ({ page }) => {
  const seen: string[] = [];
  await page.exposeFunction('see', (alt: string) => seen.push(alt));
  await page.addInitScript(() => {
    new MutationObserver(() => {
      for (const one of document.querySelectorAll('img')) if (one.alt !== '') void Reflect.get(window, 'see')(one.alt);
    }).observe(document, { subtree: true, childList: true });
  });
  const media = { path: 'media/m1', value: { kind: 'photo', data: { content: 'abc', size: 12 } } };
  await openContact(page, 'Ada Lovelace', [media], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);
  await expect(page.locator('.pane-head .face')).toHaveText('AL');
  await expect(page.locator('.pane-detail')).toContainText('It cannot be shown: it is no picture that is known here.');
  expect(seen).toEqual([]);
});

test('a photo that is kept at an address elsewhere is told of', async ({ page }) => {
  await openContact(page, 'Ada Lovelace', [
    { path: 'media/m1', value: { kind: 'photo', uri: 'https://example.org/ada.jpg' } },
  ]);
  await expect(page.locator('.pane-head .face')).toHaveText('AL');
  await expect(page.locator('.pane-detail')).toContainText('kept at an address elsewhere');
});

test('a name of many lines lies over nothing', async ({ page }) => {
  await page.setViewportSize({ width: 1120, height: 760 });
  await openContact(page, 'Maximiliane '.repeat(20), [{ path: 'notes/n', value: { text: 'Likes tea. '.repeat(900) } }]);
  const head = await boxOf(page.locator('.pane-head'));
  const name = await boxOf(page.locator('.pane-head h3'));
  expect(name.y).toBeGreaterThanOrEqual(head.y);
  expect(name.y + name.height).toBeLessThanOrEqual(head.y + head.height);
});

test('a word as long as somebody liked stays in its side of a conflict', async ({ page }) => {
  await page.setViewportSize({ width: 1120, height: 760 });
  const conflict = CONFLICTS.find(({ id }) => id === 'k1');
  if (conflict === undefined) throw new Error('there is no such conflict');
  const note = { note: 'Geschwindigkeitsbegrenzungsüberschreitung'.repeat(3) };
  const values = conflict.values.map((value) => ({ ...value, value: note }));
  const one = { ...conflict, collection: 'c4', field: 'notes/n', base: note, values };
  await openPages(page, pages, { page: 'settings' });
  await page.evaluate(
    ([view, detail]) => {
      const { sample } = window as unknown as { sample: SampleClient };
      sample.give('conflicts:first', { list: [view], total: 1 });
      sample.give('conflicts:detail', detail);
    },
    [one, { ...detailOf(one), merged: null }] as const,
  );
  await page.getByRole('link', { name: /^Conflicts/ }).click();
  await page.getByRole('button', { name: new RegExp(one.name) }).click();
  const sides = page.getByRole('dialog').locator('.side');
  await expect(sides).toHaveCount(1 + values.length);
  for (const side of await sides.all())
    expect(await side.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
});

/** A calendar on the device, and what takes place in it. */
async function openCalendar(page: Page, list: readonly OccurrenceView[]) {
  await openPages(page, pages, {});
  // What it said of itself at the start is there: nothing of that comes after what is told below.
  await expect(page.getByRole('button', { name: 'Browse People' })).toBeVisible();
  await page.evaluate(async (taking) => {
    const { sample } = window as unknown as { sample: SampleClient };
    const status = await sample.request('status');
    if (!status.ok) throw new Error('it says nothing');
    const collections = status.value.collections.map((one) =>
      one.name === 'People' ? { ...one, kind: 'calendar' as const } : one,
    );
    sample.give('calendar:agenda', { list: taking, next: null });
    sample.tell('status', { ...status.value, collections });
  }, list);
  await page.getByRole('button', { name: 'Browse People' }).click();
}

test('a day on which very much takes place leaves the other weeks of its month in sight', async ({ page }) => {
  await page.setViewportSize({ width: 1200, height: 800 });
  const start = SAMPLE_NOW.getTime();
  await openCalendar(
    page,
    Array.from({ length: 60 }, (_, at) => ({
      record: `e${at}`,
      title: `Meeting ${at}`,
      start: start + at * 60_000,
      end: start + (at + 1) * 60_000,
      isAllDay: false,
    })),
  );
  await page.getByRole('radio', { name: 'Month' }).focus();
  await page.keyboard.press('Space');
  const last = page.getByRole('button', { name: /Meeting 59/ });
  await expect(last).toBeAttached();
  const weeks = page.getByRole('grid').locator('tbody tr');
  for (const week of await weeks.all()) expect((await boxOf(week)).height).toBeLessThan(110);
  await last.scrollIntoViewIfNeeded();
  await expect(last).toBeInViewport();
  await expect(weeks.first()).toBeInViewport();
});

test('what two contacts share has the width of a narrow window', async ({ page }) => {
  await page.setViewportSize({ width: 380, height: 720 });
  await openPages(page, pages, {});
  await page.getByRole('button', { name: 'More for People' }).click();
  await page.getByRole('menuitem', { name: 'Possible duplicates…' }).click();
  const row = page.getByRole('dialog').locator('.row-button', { hasText: 'very likely one' }).first();
  await expect(row).toBeVisible();
  const words = await boxOf(row.locator('.row-text'));
  expect(words.width).toBeGreaterThan(0.8 * (await boxOf(row)).width);
  expect((await boxOf(row.locator('.tag'))).y).toBeGreaterThanOrEqual(words.y + words.height);
});
