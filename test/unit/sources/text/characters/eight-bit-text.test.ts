import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../../src/main/record/ids.ts';
import type { Value } from '../../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { vcardFormat } from '../../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import { isEightBit } from '../../../../../src/main/sources/text/characters/eight-bit-text.ts';
import type { NativeItem, TextFormat } from '../../../../../src/main/sources/text/text-format.ts';

const latin1 = (...lines: string[]): Uint8Array => Buffer.from([...lines, ''].join('\r\n'), 'latin1');
const CARDS = latin1(
  'BEGIN:VCARD',
  'VERSION:3.0',
  'UID:u',
  'FN:Jürgen Groß',
  'N:Groß;Jürgen;;;',
  'NOTE:a',
  'END:VCARD',
);
const CALENDAR = latin1(
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'UID:u',
  'DTSTART:20260105T090000Z',
  'SUMMARY:Frühstück',
  'DESCRIPTION:a',
  'END:VEVENT',
  'END:VCALENDAR',
);
const NOTE = (fields: ReadonlyMap<string, Value>): string =>
  [...fields.keys()].find((field) => field.startsWith('notes/')) ?? 'description';
const KINDS: readonly (readonly [string, TextFormat, Uint8Array])[] = [
  ['cards', vcardFormat('3.0'), CARDS],
  ['a calendar', icalendarFormat, CALENDAR],
];

describe.each(KINDS)('in %s of eight bits', (_, format, bytes) => {
  /** The text once its item says this, and what is then read of that. */
  function say(text: string, from: Uint8Array = bytes): { readonly written: Uint8Array; readonly read: string } {
    const split = format.split(from);
    const [item] = split.items as [NativeItem];
    const before = format.read(split, item, null);
    const field = fieldName(NOTE(before));
    const saidAs = (note: string): Value => (field === 'description' ? note : { note });
    const after = new Map([...before, [field, saidAs(text)]]);
    const written = format.write(split, [{ item, before, after, uid: 'u' }]);
    const again = format.split(written);
    const said = format.read(again, again.items[0] as NativeItem, after).get(field);
    return { written, read: typeof said === 'string' ? said : String((said as { note: Value }).note) };
  }
  const linesOf = (text: Uint8Array): string[] => Buffer.from(text).toString('latin1').split('\r\n');

  it('what is new is written as the rest of the text is', () => {
    const long = `Straße – 5 €, ${'ü'.repeat(100)}`;
    const { written, read } = say(long);
    expect(read).toBe(long);
    const [was, is] = [linesOf(bytes), linesOf(written)];
    expect(is.join('')).toContain('Stra\xdfe \x96 5 \x80');
    expect(is.filter((line) => line !== '' && !isUtf8(Buffer.from(line, 'latin1'))).length).toBeGreaterThan(
      was.filter((line) => !isUtf8(Buffer.from(line, 'latin1'))).length,
    );
  });
  it.each([
    ['has no character for', 'Привет'],
    ['would be read as another character', 'Ã¼'],
  ])('what its charset %s says that it is UTF-8', (_, text) => {
    const { written, read } = say(text);
    expect(read).toBe(text);
    expect(Buffer.from(written).toString('latin1')).toMatch(/(?:NOTE|DESCRIPTION);CHARSET=UTF-8:/);
    const changed = linesOf(written).filter((line) => !linesOf(bytes).includes(line));
    expect(changed).toHaveLength(1);
    // Edited again to what the charset holds, it is of that.
    const back = say('für', written);
    expect(back.read).toBe('für');
  });
  it('all other bytes stay', () => {
    const { written } = say('b');
    const [was, is] = [linesOf(bytes), linesOf(written)];
    expect(is.filter((line) => !was.includes(line))).toHaveLength(1);
  });
});

it('a text with one line of UTF-8, or all of ASCII, is none of eight bits; nor is one that says what it is', () => {
  const utf8 = Buffer.from('NOTE:für\r\n');
  const own = Buffer.from('FN:J\xfcrgen\r\n', 'latin1');
  const said = Buffer.from('FN;CHARSET=ISO-8859-1:J\xfcrgen\r\n', 'latin1');
  const folded = Buffer.concat([Buffer.from('NOTE:f\xc3', 'latin1'), Buffer.from('\r\n \xbcr\r\n', 'latin1')]);
  expect([utf8, own, Buffer.concat([utf8, own]), said, folded, Buffer.from('FN:A\r\n')].map(isEightBit)).toEqual([
    false,
    true,
    false,
    false,
    false,
    false,
  ]);
});
