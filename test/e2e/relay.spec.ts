import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import type { StatusView, WaitingContentsView } from '../../src/contract/contract.ts';
import type { SampleClient } from '../fakes/sample-client.ts';
import { buildPages, openPages } from './harness-page.ts';

const URL_OF_RELAY = `https://relay.example.org:8443#k=${'A'.repeat(43)}`;

let pages = '';
test.beforeAll(async () => {
  pages = await buildPages();
});

type Sampled = Window & { sample: SampleClient };
const asked = (page: Page) =>
  page.evaluate(() =>
    (window as unknown as Sampled).sample.asked
      .filter(({ name, args }) => name === 'config' && args[0] === 'relay')
      .map(({ args }) => args[1]),
  );
/** Tells the page that contents of this collection wait from now on. */
const waitFor = (page: Page, name: string, contents: readonly WaitingContentsView[]) =>
  page.evaluate(
    async ([collection, waiting]) => {
      const { sample } = window as unknown as Sampled;
      const reply = await sample.request('status');
      if (!reply.ok) return;
      const view = reply.value as StatusView;
      const collections = view.collections.map((one) =>
        one.name === collection ? { ...one, contents: waiting } : one,
      );
      sample.tell('status', { ...view, collections });
    },
    [name, contents] as const,
  );
/** Tells the page that every relay of this device is in this state from now on. */
const relaysAre = (page: Page, state: object) =>
  page.evaluate(async (now) => {
    const { sample } = window as unknown as Sampled;
    const reply = await sample.request('status');
    if (!reply.ok) return;
    const view = reply.value as StatusView;
    const collections = view.collections.map((one) => ({ ...one, relay: one.relay && { ...one.relay, ...now } }));
    sample.tell('status', { ...view, collections });
  }, state);

test('a relay is set, refused when it is none, told how it is doing, and taken back', async ({ page }) => {
  await openPages(page, pages, { page: 'settings', scenario: 'calm' });
  const group = page.locator('form', { has: page.getByRole('heading', { name: 'When devices are not on' }) });
  await expect(group).toContainText('It sees sizes and times, never contents.');
  const address = group.getByLabel('Address of the relay');
  const save = group.getByRole('button', { name: /^Save/ });
  await expect(save).toBeDisabled();
  await expect(group.getByRole('button', { name: 'Use no relay' })).toHaveCount(0);

  await address.fill('http://relay.example.org');
  await save.click();
  await expect(group.getByRole('alert')).toContainText('it has to begin with https://');
  await expect(address).toHaveValue('http://relay.example.org');
  expect((await new AxeBuilder({ page }).setLegacyMode(true).analyze()).violations).toEqual([]);

  await address.fill(URL_OF_RELAY);
  await expect(group.getByRole('alert')).toHaveCount(0);
  await address.press('Enter');
  await expect(group.getByText('relay.example.org:8443: Connecting')).toBeVisible();
  await expect(group.getByText('Used for Documents and People')).toBeVisible();
  await expect(save).toBeDisabled();
  await relaysAre(page, { state: 'level' });
  await expect(group.getByText('relay.example.org:8443: Connected')).toBeVisible();
  await relaysAre(page, { state: 'offline', why: `The relay ${URL_OF_RELAY} does not answer: nothing listens there.` });
  await expect(
    group.getByText('The relay relay.example.org:8443 does not answer: nothing listens there'),
  ).toBeVisible();

  await group.getByRole('button', { name: 'Use no relay' }).click();
  await expect(address).toHaveValue('');
  await expect(group.getByRole('listitem')).toHaveCount(0);
  expect(await asked(page)).toEqual(['http://relay.example.org', URL_OF_RELAY, '']);
});

test('the first start leads to it, and it fits a narrow window', async ({ page }) => {
  await page.setViewportSize({ width: 380, height: 720 });
  await openPages(page, pages, { scenario: 'empty' });
  await page.getByRole('button', { name: 'Set a relay' }).click();
  await expect(page.getByLabel('Address of the relay')).toBeVisible();
  await openPages(page, pages, { page: 'settings' });
  await expect(page.getByText('The relay old-relay.example.org does not answer')).toBeVisible();
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await over()).toBeLessThanOrEqual(0);
});

test('what is set elsewhere, or can only be set there, is named', async ({ page }) => {
  await openPages(page, pages, { page: 'settings' });
  await expect(page.getByText('Used for People, as an admin set it')).toBeVisible();
  await expect(page.getByText('Only an admin can set the relay of Books: do it on Laptop.')).toBeVisible();
});

test('cards and devices say what waits at the relay and what is not there yet', async ({ page }) => {
  await openPages(page, pages, {});
  const card = (name: string) => page.getByRole('article', { name });
  await expect(card('Documents')).toContainText('14 packages of changes wait at the relay for Attic');
  await expect(card('Photos')).toContainText('Putting up 12 packages of changes at the relay');
  await expect(card('People')).toContainText('2 packages of changes are still to be put up');
  await page.keyboard.press('Control+2');
  const attic = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Attic' }) });
  await expect(attic).toContainText('14 packages of changes wait for it at the relay');
});

test('what waits for its contents is named with why and what helps, in a narrow window too', async ({ page }) => {
  await page.setViewportSize({ width: 380, height: 720 });
  await openPages(page, pages, { scenario: 'calm' });
  const card = page.getByRole('article', { name: 'Documents' });
  await expect(card).not.toContainText('too large');
  const long = 'films/a name that is much longer than the window is wide, as they are.mkv';
  await waitFor(page, 'Documents', [
    { lacking: 'there', why: 'large', records: 1, named: [long] },
    { lacking: 'here', why: 'room', records: 14, named: ['a.txt', 'b.txt', 'c.txt'] },
  ]);
  await expect(card).toContainText(`${long} is too large to wait at the relay (more than 256 MiB). It goes once`);
  await expect(card).toContainText('The relay has no room for the content of a.txt, b.txt and 12 others.');
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await over()).toBeLessThanOrEqual(0);
  expect((await new AxeBuilder({ page }).setLegacyMode(true).analyze()).violations).toEqual([]);
});

test('a relay that another admin set can be ended here, and one that is full is told as that', async ({ page }) => {
  await openPages(page, pages, { page: 'settings' });
  const group = page.locator('form', { has: page.getByRole('heading', { name: 'When devices are not on' }) });
  await expect(group.getByText('Used for People, as an admin set it')).toBeVisible();
  await relaysAre(page, { full: true });
  await expect(group.getByText(/It has no room left for contents of People/)).toBeVisible();
  await expect(group.getByRole('button', { name: 'Use no relay' })).toBeEnabled();
});

for (const [collection, words] of [
  ['Documents', 'It works from anywhere while this device is on, through the relay relay.example.org:8443.'],
  ['People', 'It works where this device is reached directly, as in the same network.'],
] as const)
  test(`an invitation to ${collection} says from where it works`, async ({ page }) => {
    await openPages(page, pages, {});
    await page.getByRole('button', { name: `More for ${collection}` }).click();
    await page.getByRole('menuitem', { name: /Invite a device/ }).click();
    await page.getByRole('button', { name: 'Make invitation' }).click();
    await expect(page.getByRole('dialog')).toContainText(words);
  });
