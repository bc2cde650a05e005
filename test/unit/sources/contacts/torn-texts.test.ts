import { expect, it } from 'vitest';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { csvFormat } from '../../../../src/main/sources/contacts/csv/csv-format.ts';
import { ldifFormat } from '../../../../src/main/sources/contacts/ldif/ldif-format.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { TextFormat } from '../../../../src/main/sources/text/text-format.ts';

const CARD = 'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u1\r\nFN:M\u00fcller\r\nEND:VCARD\r\n';
const FORMATS: readonly (readonly [string, TextFormat])[] = [
  ['vcard', vcardFormat('4.0')],
  ['icalendar', icalendarFormat],
  ['csv-google', csvFormat('csv-google') as TextFormat],
  ['ldif', ldifFormat as TextFormat],
];

// What is damaged is nobody's deletion.
it.each(FORMATS)('a text that is none of its format is damaged, and not empty: %s', (_, format) => {
  for (const text of [
    Buffer.alloc(500),
    Buffer.from('<html>Who are you?</html>'),
    Buffer.from(`\ufeff${CARD}`, 'utf16le'),
  ]) {
    const { items, damaged } = format.split(text);
    expect([items.length, damaged.length > 0]).toEqual([0, true]);
  }
  for (const text of ['', '\r\n']) expect(format.split(Buffer.from(text)).damaged).toEqual([]);
});

it('a card whose beginning is damaged is named, and so is what stands between cards', () => {
  const text = `${CARD.replace('BEGIN', 'EGIN')}${CARD.replace('u1', 'u2')}\r\n \r\n\t\r\n${CARD.replace('u1', 'u3')}# mine\r\n\r\n# too\r\n`;
  const { items, damaged } = vcardFormat('4.0').split(Buffer.from(text));
  expect(items.map(({ uid }) => uid)).toEqual(['u2', 'u3']);
  expect(damaged.map(({ name }) => name)).toEqual(['u1', 'a card']);
});

it('a row in another charset does not turn the others into other words', () => {
  const format = csvFormat('csv-google');
  const rows = ['M\u00fcller', '\u00d6zil', 'J\u00fcrg', 'Zo\u00eb'];
  const head = Buffer.from(`First Name,Nickname\r\n${rows.map((name) => `${name},a\r\n`).join('')}`);
  for (const torn of [Buffer.from('Bj\u00f6rn,d\r\n', 'latin1'), Buffer.from('Bj\u00f6').subarray(0, 3)]) {
    const text = format.split(Buffer.concat([head, torn]));
    const names = text.items.map((item) => JSON.stringify([...format.read(text, item, null)]));
    for (const [at, name] of rows.entries()) expect(names[at]).toContain(name);
  }
});

it('no edit turns a text into other words once it was read', () => {
  const format = csvFormat('csv-thunderbird');
  const table = (...rows: readonly Buffer[]): Buffer =>
    Buffer.concat([
      Buffer.from('First Name,Last Name,Notes\r\n'),
      ...rows.flatMap((row) => [row, Buffer.from('\r\n')]),
    ]);
  const said = (bytes: Uint8Array, as: string | undefined): string => {
    const text = format.split(bytes, { as });
    return JSON.stringify(text.items.map((item) => [...format.read(text, item, null)]));
  };
  const utf8 = Buffer.from('J\u00fcrgen,a,');
  const windows = Buffer.from('J\u00fcrgen,a,', 'latin1');
  // As many sound lines as broken ones, or more of either: what it was read as before decides.
  for (const broken of [1, 2, 3]) {
    const rows = [utf8, ...Array.from({ length: broken }, () => windows)];
    expect(said(table(...rows), undefined).match(/J\u00fcrgen/g)?.length).toBeGreaterThanOrEqual(broken + 1);
    expect(format.split(table(...rows), { as: undefined }).readAs).toBe(undefined);
  }
  const nestle = Buffer.from('NESTL\u00c9\u00ae,a,', 'latin1');
  for (const rows of [
    [nestle, windows],
    [nestle, nestle, windows],
  ]) {
    expect(format.split(table(...rows), { as: 'windows-1252' }).readAs).toBe('windows-1252');
    expect(said(table(...rows), 'windows-1252')).toContain('NESTL\u00c9\u00ae');
  }
  // Saved anew as a whole it is what it is.
  expect(format.split(table(utf8, utf8), { as: 'windows-1252' }).readAs).toBe(undefined);
  expect(format.split(table(windows, windows), { as: undefined }).readAs).toBe('windows-1252');
  expect(format.split(Buffer.from('\ufeffFirst Name,Last Name\r\n'), { as: 'windows-1252' }).readAs).toBe(undefined);
});

it.each(['utf8', 'utf16le'] as const)('a table says whether its last row is whole, in %s', (charset) => {
  const format = csvFormat('csv-google');
  const end = (text: string) => format.endOf?.(format.split(Buffer.from(`\ufeff${text}`, charset)));
  const header = 'First Name,Last Name,Notes';
  expect(['\r\n', '\n', '\r', ''].map((lineEnd) => end(`${header}\r\na,b,c${lineEnd}`))).toEqual([
    'whole',
    'whole',
    'whole',
    'bare',
  ]);
  expect([end(`${header}\r\na,b,`), end(`${header}\r\na,b`), end(`${header}\r\na,b\r\n`)]).toEqual([
    'bare',
    'short',
    'whole',
  ]);
  expect([end(header), end(`${header}\r\n`), end('')]).toEqual(['bare', 'whole', 'whole']);
});

it('an entry of an LDIF is whole where a blank line follows it', () => {
  const end = (text: string) => ldifFormat.endOf?.(ldifFormat.split(Buffer.from(text)));
  const entry = 'dn: cn=Ann\ncn: Ann\n';
  expect([end(''), end('version: 1\n'), end(`${entry}\n`), end(`${entry}\n# 1 entry\n`)]).toEqual([
    'whole',
    'whole',
    'whole',
    'whole',
  ]);
  expect([end(entry), end(entry.trimEnd()), end('vers')]).toEqual(['bare', 'bare', 'bare']);
});
