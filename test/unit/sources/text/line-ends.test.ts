import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { vcardFormat } from '../../../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { NativeItem, TextFormat } from '../../../../src/main/sources/text/text-format.ts';

const [CRLF, LF, CR] = ['\r\n', '\n', '\r'];

/** The text once its last item says what `change` makes of it. */
function rewritten(format: TextFormat, text: string, change: (before: Fields) => Iterable<[string, Value]>): string {
  const split = format.split(Buffer.from(text));
  const item = split.items.at(-1) as NativeItem;
  const before = format.read(split, item, null);
  const after = new Map(before);
  for (const [field, value] of change(before)) after.set(fieldName(field), value);
  return Buffer.from(format.write(split, [{ item, before, after, uid: 'u' }])).toString();
}
const card = (uid: string, end: string): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${uid}`,
    'FN:Ann',
    'N:;Ann;;;',
    'item1.TEL:1',
    'item1.X-ABLabel:Desk',
    'END:VCARD',
    '',
  ].join(end);
const event = (uid: string, end: string): string =>
  ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTART:20260105T090000Z', 'SUMMARY:One', 'END:VEVENT', ''].join(end);

describe.each([
  ['CRLF, then LF', CRLF, LF],
  ['LF, then CRLF', LF, CRLF],
  ['CR alone', CR, CR],
] as const)('in a text whose lines end in %s', (_, first, then) => {
  it('a line of a card that changes ends as it did, and so does a new one behind it', () => {
    const text = card('a', first) + card('b', then);
    const written = rewritten(vcardFormat('3.0'), text, (before) =>
      [...before]
        .filter(([field]) => field.startsWith('phones/'))
        .flatMap(([field, value]): [string, Value][] => [
          [field, { ...(value as object), number: '2' }],
          ['notes/n', { note: 'x'.repeat(100) }],
        ]),
    );
    const note = `NOTE:${'x'.repeat(70)}${then} ${'x'.repeat(30)}${then}`;
    expect(written).toBe(
      card('a', first) + card('b', then).replace('TEL:1', 'TEL:2').replace('END:VCARD', `${note}END:VCARD`),
    );
  });

  it('a line of an event that changes ends as it did, and so does a new one behind it', () => {
    const frame = (events: string): string =>
      `BEGIN:VCALENDAR${first}VERSION:2.0${first}${events}END:VCALENDAR${first}`;
    const written = rewritten(icalendarFormat, frame(event('a', first) + event('b', then)), () => [
      ['title', 'Two'],
      ['description', 'x'],
    ]);
    const changed = event('b', then).replace('SUMMARY:One', 'SUMMARY:Two').replace('END:', `DESCRIPTION:x${then}END:`);
    expect(written).toBe(frame(event('a', first) + changed));
  });
});
