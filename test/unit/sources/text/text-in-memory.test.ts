import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import { digestOf } from '../../../../src/main/sources/text/loaded-text.ts';
import type { SplitText, TextFormat } from '../../../../src/main/sources/text/text-format.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'major'; execution: 'sync' }) => void;

/** Bytes in use, on the heap and outside of it. */
function used(): number {
  for (let n = 0; n < 2; n++) collect({ type: 'major', execution: 'sync' });
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const LENGTH = 2 << 20;
const long = (text: string): string => `NOTE:${'a'.repeat(LENGTH)} of ${text}\r\n`;
const card = (n: number): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:uid-of-card-number-${n}\r\nFN:Ana\r\n${long(`card ${n}`)}END:VCARD\r\n`;
const event = (n: number): string =>
  `BEGIN:VEVENT\r\nUID:uid-of-event-number-${n}\r\nDTSTART;TZID=Here:20260101T100000\r\n${long(`event ${n}`)}END:VEVENT\r\n`;
const ZONE =
  'BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n';

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const TEXTS: readonly (readonly [string, TextFormat, string])[] = [
  ['cards', vcardFormat('4.0'), EIGHT.map(card).join('')],
  // Read by the way that sees everything.
  ['odd cards', vcardFormat('4.0'), `${EIGHT.map(card).join('')}BEGIN:VCARD\r\nUID:one-that-has-no-end\r\n`],
  [
    'a calendar',
    icalendarFormat as unknown as TextFormat,
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${ZONE}${EIGHT.map(event).join('')}END:VCALENDAR\r\n`,
  ],
];

describe('a text that was taken apart', () => {
  it.each(TEXTS)('is not in memory a second time, as a string: %s', (_, format, text) => {
    const bytes = Buffer.from(text);
    const before = used();
    const split = format.split(bytes);
    const after = used();
    expect(split.items).toHaveLength(EIGHT.length);
    // The last text a regular expression looked at is kept by V8 itself.
    expect(after - before).toBeLessThan(2 * LENGTH);
  });

  it('takes little for each of many cards, with what tells it by its bytes', () => {
    const COUNT = 20_000;
    const small = (n: number): string => `BEGIN:VCARD\r\nUID:${String(n).padStart(32, '0')}\r\nFN:A\r\nEND:VCARD\r\n`;
    const bytes = Buffer.from(Array.from({ length: COUNT }, (_, n) => small(n)).join(''));
    const format = vcardFormat('4.0');
    const told = (): SplitText => {
      const text = format.split(bytes);
      for (const item of text.items) digestOf(text, item);
      return text;
    };
    // The first time is for what doing so takes, and for what is let go of only then.
    const texts: SplitText[] = [];
    const [, before = 0, , after = 0] = [0, 1, 2, 3].map(() => {
      texts.push(told());
      return used();
    });
    expect((after - before) / (2 * COUNT)).toBeLessThan(190);
    expect(texts.map(({ items }) => items.length)).toEqual([COUNT, COUNT, COUNT, COUNT]);
  });
});
