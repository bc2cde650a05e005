import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fields, Value } from '../../../../../src/main/record/value.ts';
import { formatNamed } from '../../../../../src/main/sources/formats.ts';
import { utf8Of } from '../../../../../src/main/sources/text/characters/utf16.ts';
import type { TextFormat } from '../../../../../src/main/sources/text/text-format.ts';

const CORPUS = resolve(process.env.LOCKSTEP_CORPUS ?? '../shared/corpus');
const isThere = existsSync(CORPUS);
const WAYS = { 'little-endian': [false, true], 'big-endian': [true, true], 'without a mark': [false, false] } as const;

function utf16(text: string, isBig: boolean, isMarked: boolean): Buffer {
  const units = Buffer.from((isMarked ? '\ufeff' : '') + text, 'utf16le');
  return isBig ? units.swap16() : units;
}
const formatOf = (name: string): TextFormat => formatNamed(name)?.text?.() as TextFormat;
const plain = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function allOf(format: TextFormat, bytes: Uint8Array): { fields: readonly Fields[]; written: Uint8Array } {
  const text = format.split(bytes);
  const fields = text.items.map((item) => format.read(text, item, null));
  const written = format.write(
    text,
    text.items.map((item, at) => ({ item, before: fields[at] as Fields, after: fields[at] as Fields, uid: '' })),
  );
  return { fields, written };
}

const CARD = [
  'BEGIN:VCARD',
  'VERSION:3.0',
  'UID:1',
  'FN:Zoë Müller',
  'TEL;TYPE=HOME:1',
  'NOTE:日本 😀',
  'END:VCARD',
  '',
];

describe.each(Object.entries(WAYS))('a text in UTF-16, %s', (_, [isBig, isMarked]) => {
  const inIt = (text: string): Buffer => utf16(text, isBig, isMarked);

  it('says what it says in UTF-8, and one edit changes only its line', () => {
    const format = formatOf('vcard3');
    const bytes = inIt(CARD.join('\r\n'));
    const { fields, written } = allOf(format, bytes);
    expect(fields).toEqual(allOf(format, Buffer.from(CARD.join('\r\n'))).fields);
    expect(Buffer.compare(written, bytes)).toBe(0);
    const text = format.split(bytes);
    const before = fields[0] as Fields;
    const after = new Map(before);
    for (const [field, value] of before)
      if (field.startsWith('phones/')) after.set(field, { ...(value as object), number: '2' } as Value);
    const edited = format.write(text, [{ item: text.items[0] as never, before, after, uid: '1' }]);
    expect(Buffer.compare(edited, inIt(CARD.join('\r\n').replace('HOME:1', 'HOME:2')))).toBe(0);
  });

  it('that is no text of its units is damaged, and stays as it is', () => {
    const format = formatOf('vcard3');
    const half = Buffer.concat([inIt(CARD.join('\r\n')), Buffer.of(65)]);
    const lone = inIt(CARD.join('\r\n').replace('😀', '\ud83d'));
    for (const bytes of [half, lone]) {
      const text = format.split(bytes);
      expect(text.items).toEqual([]);
      expect(text.damaged.length).toBeGreaterThan(0);
      expect(Buffer.compare(format.write(text, []), bytes)).toBe(0);
    }
  });

  it('is known for what it is by its beginning', () => {
    expect(plain(utf8Of(inIt('BEGIN:VCALENDAR\r\n')))).toBe('BEGIN:VCALENDAR\r\n');
  });

  it.skipIf(!isThere)(`of the corpus is read and written as in UTF-8 (${CORPUS})`, () => {
    const count = { files: 0, items: 0 };
    for (const name of readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })) {
      const format = /\.vcf$/i.test(name) ? formatOf('vcard') : /\.ics$/i.test(name) ? formatOf('icalendar') : null;
      const path = join(CORPUS, name);
      if (format === null || !statSync(path).isFile()) continue;
      const own = readFileSync(path);
      // Without a mark a text is told by the letters it begins with.
      if (!isUtf8(own) || own.includes(0) || own[0] === 0xef || own.length < 4) continue;
      const { items, damaged } = format.split(own);
      const bytes = inIt(own.toString());
      const text = format.split(bytes);
      expect([text.items.length, text.damaged.length], name).toEqual([items.length, damaged.length]);
      expect(Buffer.compare(format.write(text, []), bytes), name).toBe(0);
      count.files++;
      count.items += items.length;
    }
    console.log(`${count.files} files, ${count.items} items`);
    expect(count.files).toBeGreaterThan(100);
  });
});

describe('what is no UTF-16', () => {
  it('is left as it is', () => {
    for (const bytes of ['', 'B', 'BEGIN:VCARD', '\ufeffBEGIN', 'SQLite format 3\0'].map((text) => Buffer.from(text)))
      expect(utf8Of(bytes)).toBe(bytes);
  });
});
