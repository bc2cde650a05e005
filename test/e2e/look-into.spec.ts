import { mkdirSync, writeFileSync } from 'node:fs';
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
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
  }
}
async function open(page: Page) {
  await page.getByRole('button', { name: /Browse/ }).click();
}

test('a place is recognized before it is added, says what it cannot hold, and a card is read with its photo', async ({
  page,
}) => {
  const folder = join(freshDirectory('places'), 'people');
  mkdirSync(folder);
  const lines = ['BEGIN:VCARD', 'VERSION:4.0', 'UID:u1', 'FN:Jane Doe', 'TEL;TYPE=work:+43 1 555'];
  const photo = `PHOTO:data:image/png;base64,${colouredPng(60).toString('base64')}`;
  const mails = [1, 2, 3, 4].map((at) => `EMAIL:jane${at}@example.org`);
  writeFileSync(join(folder, 'jane.vcf'), [...lines, ...mails, photo, 'END:VCARD', ''].join('\r\n'));
  writeFileSync(join(folder, '..', 'odd.csv'), 'a,b\n1,2\n');
  await page.goto(desk.ui);
  await page.getByRole('button', { name: /^Add/ }).first().click();
  const place = page.getByLabel('Place');
  await place.fill(join(folder, '..', 'odd.csv'));
  await expect(page.getByText('What is in it is not known here')).toBeVisible();
  await place.fill(`${folder}-none`);
  await expect(page.getByText('There is nothing there')).toBeVisible();
  await place.fill(folder);
  await expect(page.getByText('Contacts, a folder of .vcf files, 1 contact')).toBeVisible();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const table = join(freshDirectory('table'), 'outlook.csv');
  await page.getByRole('button', { name: /More for/ }).click();
  await page.getByRole('menuitem', { name: 'Places…' }).click();
  await page.getByLabel('Keep it in another place here too').fill(table);
  await page.getByRole('button', { name: /What it is/ }).click();
  await page.getByRole('option', { name: 'Contacts: Outlook CSV' }).click();
  await page.getByRole('button', { name: 'Add place' }).click();
  await expect(page.getByRole('button', { name: `Remove ${table}` })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText(/This place cannot hold: .*a fourth e-mail address/)).toContainText('photos');
  await page.getByRole('button', { name: '1 contact affected' }).click();
  await expect(page.getByRole('dialog')).toContainText('Jane Doe');
  await noViolations(page);
  await page.keyboard.press('Escape');

  await open(page);
  const row = page.getByRole('list').getByRole('button', { name: /Jane Doe/ });
  await expect(row.locator('img')).toHaveJSProperty('naturalWidth', 60);
  await page.getByRole('searchbox').fill('DOE jane4');
  await expect(row).toContainText('E-mail: jane4@example.org');
  await expect(row.locator('mark')).toHaveText(['Doe', 'jane4']);
  const card = page.getByRole('region', { name: 'Jane Doe', exact: true });
  await expect(card.getByRole('img', { name: 'Photo' })).toBeVisible();
  await expect(card).toContainText('+43 1 555');
  await expect(card.getByRole('listitem').filter({ hasText: table })).toContainText('holds a part of it');
  await noViolations(page);

  // What comes meanwhile is in the list too, while that is open.
  await page.getByRole('searchbox').fill('');
  await expect(page.getByRole('dialog').getByText('1 contact', { exact: true })).toBeVisible();
  writeFileSync(
    join(folder, 'otto.vcf'),
    ['BEGIN:VCARD', 'VERSION:4.0', 'UID:u2', 'FN:Otto Roe', 'END:VCARD', ''].join('\r\n'),
  );
  await expect(page.getByRole('list').getByRole('button', { name: /Otto Roe/ })).toBeVisible();
  await expect(page.getByRole('searchbox')).toBeFocused();
});

test('a month of a calendar by keyboard: a series on each of its days', async ({ page }) => {
  const file = join(freshDirectory('calendar'), 'choir.ics');
  const now = new Date();
  const first = `${now.getFullYear()}${String(now.getMonth() + 1).padStart(2, '0')}01`;
  writeFileSync(
    file,
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', 'BEGIN:VEVENT', 'UID:e1', 'DTSTAMP:20260101T000000Z']
      .concat([
        `DTSTART:${first}T090000`,
        'DURATION:PT1H',
        'RRULE:FREQ=DAILY;COUNT=5',
        'SUMMARY:Choir',
        'LOCATION:Town hall',
      ])
      .concat(['END:VEVENT', 'END:VCALENDAR', ''])
      .join('\r\n'),
  );
  // The month may be over before the page is there.
  await page.clock.setFixedTime(now);
  await page.goto(desk.ui);
  await page.getByRole('button', { name: /^Add/ }).first().click();
  await page.getByLabel('Place').fill(file);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await open(page);
  await page.getByRole('radio', { name: 'Month' }).focus();
  await page.keyboard.press('Space');
  const grid = page.getByRole('grid');
  await expect(grid.getByRole('button', { name: /1 event: .*Choir/ })).toHaveCount(5);
  await noViolations(page);
  const month = await grid.getAttribute('aria-label');
  await grid.locator('[aria-pressed=true]').focus();
  await page.keyboard.press('PageDown');
  await expect(grid).not.toHaveAttribute('aria-label', month ?? '');
  await expect(grid.locator('[aria-pressed=true]')).toBeFocused();
  await page.keyboard.press('PageUp');
  await grid
    .getByRole('button', { name: /1 event: .*Choir/ })
    .first()
    .click();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: '09:00–10:00 Choir Town hall' }).click();
  // The day it was opened at stands above what is said of the series.
  const event = page.getByRole('dialog', { name: 'Choir', exact: true });
  await expect(event.getByText(/^\w+, 2 \w+ \d{4}, 09:00–10:00$/)).toBeVisible();
  await expect(event.getByText('First time')).toBeVisible();
  await expect(event).toContainText('every day, 5 times');
  await noViolations(page);
});
