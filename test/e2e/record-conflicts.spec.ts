import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { colouredPng } from '../fakes/coloured-png.ts';
import { freshDirectory } from './launch.ts';
import { type Served, serve } from './serve.ts';

let desk: Served;
test.beforeEach(async () => {
  desk = await serve(freshDirectory('desk'));
});
test.afterEach(() => desk.stop());

async function noViolations(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
  }
}

/** One collection in two files, which are edited apart while it is paused. */
async function twoPlaces(page: Page, name: string, text: string) {
  const here = join(freshDirectory('here'), name);
  const there = join(freshDirectory('there'), name);
  writeFileSync(here, text);
  await page.goto(desk.ui);
  await page.getByRole('button', { name: /^Add/ }).first().click();
  await page.getByLabel('Place').fill(here);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: /More for/ }).click();
  await page.getByRole('menuitem', { name: 'Places…' }).click();
  await page.getByLabel('Keep it in another place here too').fill(there);
  await page.getByRole('button', { name: 'Add place' }).click();
  await expect(page.getByRole('button', { name: `Remove ${there}` })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect.poll(() => readFileSync(there, 'utf8')).toContain('UID');
  await page.getByRole('button', { name: 'Pause all' }).first().click();
  await expect(page.locator('.banner')).toContainText('Paused');
  return { here, there };
}
const edit = (file: string, ...changes: readonly (readonly [from: string | RegExp, to: string])[]) => {
  writeFileSync(
    file,
    changes.reduce((text, [from, to]) => text.replace(from, to), readFileSync(file, 'utf8')),
  );
};
async function openConflicts(page: Page) {
  await page.getByRole('button', { name: 'Resume all' }).first().click();
  await expect(page.locator('.banner')).toContainText('2 conflicts wait for you');
  await page.keyboard.press('Control+3');
  await expect(page.getByRole('list', { name: 'Conflicts' }).getByRole('button')).toHaveCount(1);
}
const pictures = (page: Page) =>
  page
    .getByRole('dialog')
    .getByRole('img', { name: 'Photo' })
    .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));

test('a contact changed apart is settled field by field, its photos seen as pictures', async ({ page }) => {
  const photo = (size: number) => `PHOTO:data:image/png;base64,${colouredPng(size).toString('base64')}`;
  const lines = ['BEGIN:VCARD', 'VERSION:4.0', 'UID:u1', 'FN:Jane Doe', 'TEL;TYPE=work:+43 1 555', photo(8)];
  const { here, there } = await twoPlaces(page, 'people.vcf', [...lines, 'END:VCARD', ''].join('\r\n'));
  // One is small enough to travel in the card, the others are contents of their own.
  edit(here, ['+43 1 555', '+43 1 111'], [/PHOTO:.*(?:\r\n .*)*/, photo(60)]);
  edit(there, ['+43 1 555', '+43 1 222'], [/PHOTO:.*(?:\r\n .*)*/, photo(70)]);
  await openConflicts(page);

  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: /Browse/ }).click();
  await page.getByRole('button', { name: /Jane Doe/ }).click();
  await expect(page.getByText('2 things in it were changed on several devices.')).toBeVisible();
  await noViolations(page);
  // It leads to where it is chosen, without looking for it once more.
  await page.getByRole('button', { name: 'Choose…' }).click();
  await expect(page.getByRole('dialog', { name: 'Jane Doe' })).toContainText('2 fields changed apart');
  await expect(page.getByRole('heading', { name: 'Conflicts', level: 1, includeHidden: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const photoRow = page.getByRole('button', { name: /Jane Doe/ });
  await expect(photoRow).toContainText('2 conflicts');
  await expect(photoRow).toContainText(/ in lockstep-(here|there)-\w+\/people\.vcf and lockstep-(here|there)-/);
  await photoRow.click();
  await expect.poll(() => pictures(page)).toEqual([8, expect.any(Number), expect.any(Number)]);
  expect([...(await pictures(page))].sort((a, b) => a - b)).toEqual([8, 60, 70]);
  await noViolations(page);
  const dialog = page.getByRole('dialog', { name: /Jane Doe/ });
  const photos = dialog.getByRole('region', { name: 'Photo', exact: true });
  await photos
    .getByRole('button', { name: /Take this/ })
    .last()
    .click();
  await expect(photos.getByRole('status')).toHaveText('Settled');
  // The other field was in conflict before: it is not what came of this.
  await expect(page.getByText(/1 conflict in it still open/)).toBeVisible();
  const phones = dialog.getByRole('region', { name: 'Phone (work)', exact: true });
  await expect(phones.getByRole('article', { name: 'What both started from' })).toContainText('+43 1 555');
  await phones.getByRole('article').filter({ hasText: '+43 1 222' }).getByRole('button').click();
  await expect(page.getByRole('heading', { name: 'No conflicts' })).toBeVisible();
  for (const file of [here, there]) await expect.poll(() => readFileSync(file, 'utf8')).toContain('+43 1 222');

  // History shows the picture that was taken, and the words that are new.
  await page.keyboard.press('Control+4');
  await page.locator('.history-row').filter({ hasText: 'Phone (work), Photo' }).first().click();
  const change = page.getByRole('dialog');
  await expect(change.getByRole('row', { name: /^Photo/ }).locator('td[data-label=After] img')).toBeVisible();
  await expect(change.getByRole('row', { name: /^Phone/ }).locator('mark')).toHaveText(/^\d+$/);
  await noViolations(page);
});

test('an event changed apart is settled field by field, in words', async ({ page }) => {
  const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', 'BEGIN:VEVENT', 'UID:e1'].concat([
    'DTSTAMP:20260101T000000Z',
    'DTSTART;TZID=Europe/Vienna:20260105T090000',
    'DURATION:PT1H',
    'RRULE:FREQ=WEEKLY',
    'SUMMARY:Choir',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
  const { here, there } = await twoPlaces(page, 'choir.ics', text.join('\r\n'));
  edit(here, ['20260105T090000', '20260105T100000'], ['FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=2']);
  edit(
    there,
    ['20260105T090000', '20260105T190000'],
    ['20260105T100000', '20260105T200000'],
    ['FREQ=WEEKLY', 'FREQ=MONTHLY'],
  );
  await openConflicts(page);
  await page.getByRole('button', { name: /Choir.*Repeats/ }).click();
  const dialog = page.getByRole('dialog', { name: /Choir/ });
  for (const words of ['every week', 'every 2 weeks', 'every month']) await expect(dialog).toContainText(words);
  await expect(dialog).toContainText('Mon 5 Jan 2026, 19:00 for 1 hour (Europe/Vienna)');
  await dialog.getByRole('article').filter({ hasText: 'every 2 weeks' }).getByRole('button').click();
  await expect(dialog).toContainText('1 left');
  await noViolations(page);
  await dialog.getByRole('article').filter({ hasText: '19:00' }).getByRole('button').click();
  await expect(page.getByRole('heading', { name: 'No conflicts' })).toBeVisible();
  for (const file of [here, there])
    await expect.poll(() => readFileSync(file, 'utf8')).toMatch(/T190000[\s\S]*INTERVAL=2/);
});
