import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../../src/main/record/value.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { NativeItem, TextFormat } from '../../../../src/main/sources/text/text-format.ts';
import { lawBroken } from '../../../fakes/text-format-laws.ts';
import { changedLines } from '../calendars/calendar-text.ts';

// As phones of Nokia, Android, Samsung and BlackBerry, Outlook, Apple, iCloud, Google, Nextcloud, KAddressBook and Evolution write them.
const FOLDER = join(import.meta.dirname, '../../../fixtures/contacts');
const OTHERS: readonly (readonly [string, TextFormat])[] = [
  ['vCard 3.0', vcardFormat('3.0')],
  ['vCard 4.0', vcardFormat('4.0')],
  ['Google', csvFormat('csv-google')],
  ['Outlook', csvFormat('csv-outlook')],
];

describe.each(readdirSync(FOLDER).sort())('%s', (name) => {
  const format: TextFormat = name.endsWith('.csv') ? csvFormat('csv-outlook-com') : vcardFormat('4.0');
  const bytes = readFileSync(join(FOLDER, name));
  const text = format.split(bytes);
  const people = text.items.map((item) => ({ item, fields: format.read(text, item, null) }));
  const written = (item: NativeItem, before: Fields, after: Fields): Buffer =>
    Buffer.from(format.write(text, [{ item, before, after, uid: 'u' }]));

  it('is whole, and stays as it is where nothing changed', () => {
    expect(text.damaged).toEqual([]);
    expect(people.length).toBeGreaterThan(0);
    for (const { item, fields } of people) expect(written(item, fields, fields).equals(bytes)).toBe(true);
  });
  it.each(OTHERS)('is held by a text of %s as far as that goes', (_, other) => {
    for (const { fields } of people) expect(lawBroken(other, fields)).toBeNull();
  });
  it('changes the one line of an address of mail', () => {
    for (const { item, fields } of people)
      for (const [field, value] of fields) {
        if (!field.startsWith('emails/')) continue;
        const { address } = value as { address: string };
        const edited = { ...(value as object), address: `x${address}` };
        const after = format.project(new Map([...fields, [field, edited]]));
        const { gone, come } = changedLines(bytes.toString('latin1'), written(item, fields, after).toString('latin1'));
        const news = come.map((line) => line.replace(`x${address}`, address));
        const said = (line: string | undefined): string | undefined => line?.replace(/;CHARSET=UTF-8/, '');
        expect([gone.length, news.map(said)]).toEqual([1, [said(gone[0])]]);
      }
  });
});
