import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { occurrencesOf } from '../../../../src/main/sources/calendars/occurrences.ts';
import { withNew } from '../../../fakes/text-format-laws.ts';
import { calendar, event, readAll, split, task } from './calendar-text.ts';

/** Within this time, in UTC: clocks change on 29 March and 25 October. */
const PERIOD = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1), timeZone: 'Europe/Vienna' };
const agenda = (fields: Fields): string[] =>
  occurrencesOf(fields, PERIOD).list.map(
    ({ start, end }) => `${new Date(start).toISOString().slice(0, 16)}+${(end - start) / 60_000}`,
  );
const only = (text: string | Uint8Array, previous: Fields | null = null): Fields =>
  readAll(text, previous)[0] as Fields;

const VIENNA = 'DTSTART;TZID=Europe/Vienna:';
const EVENTS: readonly (readonly [what: string, text: string, agenda: readonly string[]])[] = [
  [
    'a rule over a change of clocks until a moment in UTC',
    event(`${VIENNA}20260323T093000`, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260402T073000Z'),
    ['2026-03-23T08:30+60', '2026-03-26T08:30+60', '2026-03-30T07:30+60', '2026-04-02T07:30+60'],
  ],
  [
    'a rule until a moment that is a minute too early for the last',
    event(`${VIENNA}20260323T093000`, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260402T072900Z'),
    ['2026-03-23T08:30+60', '2026-03-26T08:30+60', '2026-03-30T07:30+60'],
  ],
  [
    'days added and left out in other zones than that of the series',
    event(
      `${VIENNA}20260105T090000`,
      'DTEND;TZID=Europe/Vienna:20260105T100000',
      'RRULE:FREQ=DAILY;COUNT=3',
      'EXDATE;TZID=America/New_York:20260106T030000',
      'RDATE:20260701T120000Z',
    ),
    ['2026-01-05T08:00+60', '2026-01-07T08:00+60', '2026-07-01T12:00+60'],
  ],
  [
    'an occurrence that is named in another zone, and moved to another day',
    [
      event(`${VIENNA}20260105T090000`, 'DURATION:PT30M', 'RRULE:FREQ=DAILY;COUNT=3'),
      event('RECURRENCE-ID:20260106T080000Z', 'DTSTART;TZID=Asia/Tokyo:20260110T100000', 'DURATION:PT2H'),
    ].join('\r\n'),
    ['2026-01-05T08:00+30', '2026-01-07T08:00+30', '2026-01-10T01:00+120'],
  ],
  [
    'a flight from one zone to another',
    event(`${VIENNA}20260601T100000`, 'DTEND;TZID=America/New_York:20260601T140000'),
    ['2026-06-01T08:00+600'],
  ],
  [
    'a night in which an hour is missing, and one that has an hour more',
    [
      event(
        `${VIENNA}20260328T230000`,
        'DTEND;TZID=Europe/Vienna:20260329T070000',
        'RDATE;TZID=Europe/Vienna:20261024T230000',
      ),
    ].join(),
    ['2026-03-28T22:00+420', '2026-10-24T21:00+420'],
  ],
  ['a time of no zone', event('DTSTART:20260701T090000', 'DTEND:20260701T093000'), ['2026-07-01T07:00+30']],
  [
    'days on which clocks change',
    event('DTSTART;VALUE=DATE:20260328', 'DTEND;VALUE=DATE:20260331'),
    ['2026-03-27T23:00+4260'],
  ],
  [
    'the last Friday of a month, from a start that is none',
    event(`${VIENNA}20260101T120000`, 'DURATION:PT1H', 'RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260331'),
    ['2026-01-01T11:00+60', '2026-01-30T11:00+60', '2026-02-27T11:00+60', '2026-03-27T11:00+60'],
  ],
  ['a task of a start and a duration', task(`${VIENNA}20260301T090000`, 'DURATION:PT90M'), ['2026-03-01T08:00+90']],
];

describe.each(EVENTS)('%s', (_, lines, expected) => {
  const text = calendar(lines);
  it('is on the days it says', () => {
    expect(agenda(only(text))).toEqual(expected);
  });
  it('is on the same days in a text of another device, and there and here after edits at each', () => {
    const here = only(text);
    const there = withNew(icalendarFormat, icalendarFormat.empty(), icalendarFormat.project(here), 'u1');
    expect(agenda(only(there, here))).toEqual(expected);
    for (const bytes of [Buffer.from(text), there]) {
      const parts = split(bytes);
      const before = only(bytes, here);
      const after = icalendarFormat.project(
        new Map([...before, [fieldName('title'), 'Edited'], [fieldName('locations/x'), { name: 'Room' }]]),
      );
      const [item = null] = parts.items;
      const written = icalendarFormat.write(parts, [{ item, before, after, uid: 'u1' }]);
      expect(only(written, after).get(fieldName('title'))).toBe('Edited');
      expect(agenda(only(written, after))).toEqual(expected);
    }
  });
});
