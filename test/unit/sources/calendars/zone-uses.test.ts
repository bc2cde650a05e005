import { expect, it } from 'vitest';
import { eachZoneUse } from '../../../../src/main/sources/calendars/icalendar/zone-uses.ts';

function usesIn(...lines: readonly string[]): (readonly [string, number])[] {
  const found: (readonly [string, number])[] = [];
  eachZoneUse(`${lines.join('\r\n')}\r\n`, (tzid, year) => found.push([tzid, year]));
  return found;
}

it('zones are found wherever their parameter stands in a line, each with the year beside it', () => {
  expect(
    usesIn(
      'BEGIN:VEVENT',
      'DTSTART;TZID=Europe/Vienna:20260101T080000',
      'DTEND;VALUE=DATE-TIME;TZID=Etc/GMT+2:20270101T080000',
      'EXDATE;TZID="Mine, too":20280101T080000',
      'X-A;X-B=c;TZID=America/New_',
      ' York:20290101T080000',
      'SUMMARY:TZID=No/Parameter:2030',
      'X-C;TZID=Custom-1:no time',
      'X-D;TZID="Say ^\'now^\'":20310101T080000',
      'END:VEVENT',
    ),
  ).toEqual([
    ['Europe/Vienna', 2026],
    ['Etc/GMT+2', 2027],
    ['Mine, too', 2028],
    ['America/New_York', 2029],
    ['Custom-1', 1970],
    ['Say "now"', 2031],
  ]);
});
