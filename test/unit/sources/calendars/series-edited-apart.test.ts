import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { editedApart } from '../../../fakes/edited-apart.ts';

const ALARM = (before: string): string =>
  `BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT${before}\r\nDESCRIPTION:x\r\nEND:VALARM\r\n`;
const ANSWERS = 'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:al@x.org\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bo@x.org\r\n';

/** A series, and one of its occurrences that has a component of its own. */
const calendar = (series: string, occurrence: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260105T090000Z\r\nRRULE:FREQ=WEEKLY\r\n${series}END:VEVENT\r\n` +
  `BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260112T090000Z\r\nDTSTART:20260112T100000Z\r\n${occurrence}END:VEVENT\r\nEND:VCALENDAR\r\n`;

const OVERRIDE = fieldName('recurrenceOverrides/2026-01-12T09:00:00');

describe('a series that is edited apart, with an occurrence that has words of its own', () => {
  it.each([
    ['alarms', 'SUMMARY:S\r\n', `SUMMARY:S\r\n${ALARM('10M')}`, `SUMMARY:S\r\n${ALARM('2H')}`, 'SUMMARY:S\r\n'],
    [
      'answers',
      `SUMMARY:S\r\n${ANSWERS}`,
      `SUMMARY:S\r\n${ANSWERS.replace('NEEDS-ACTION:mailto:al', 'ACCEPTED:mailto:al')}`,
      `SUMMARY:S\r\n${ANSWERS.replace('NEEDS-ACTION:mailto:bo', 'DECLINED:mailto:bo')}`,
      `SUMMARY:S\r\n${ANSWERS}`,
    ],
    [
      'title and place',
      'SUMMARY:S\r\nLOCATION:L\r\n',
      'SUMMARY:T\r\nLOCATION:L\r\n',
      'SUMMARY:S\r\nLOCATION:M\r\n',
      'SUMMARY:S\r\nLOCATION:L\r\n',
    ],
  ])('has both of %s and no conflict, and the occurrence is as it was', (_, was, here, there, occurrence) => {
    const { conflicts, shown } = editedApart(
      icalendarFormat,
      calendar(was, occurrence),
      calendar(here, occurrence),
      calendar(there, occurrence),
    );
    expect([...conflicts.keys()]).toEqual([]);
    const reversed = editedApart(
      icalendarFormat,
      calendar(was, occurrence),
      calendar(there, occurrence),
      calendar(here, occurrence),
    );
    expect(reversed.shown.get(OVERRIDE)).toEqual(shown.get(OVERRIDE));
    // As where one person did both.
    const both = editedApart(
      icalendarFormat,
      calendar(here, occurrence),
      calendar(here, occurrence),
      calendar(here, occurrence),
    );
    for (const [key, value] of Object.entries(both.shown.get(OVERRIDE) as object))
      expect(shown.get(OVERRIDE)).toHaveProperty([key], value);
  });

  it('is asked about where the occurrence itself was changed on one of them', () => {
    const { conflicts } = editedApart(
      icalendarFormat,
      calendar('SUMMARY:S\r\n', 'SUMMARY:S\r\n'),
      calendar(`SUMMARY:S\r\n${ALARM('10M')}`, 'SUMMARY:S\r\n'),
      calendar('SUMMARY:S\r\n', 'SUMMARY:T\r\n'),
    );
    expect([...conflicts.keys()]).toEqual([OVERRIDE]);
  });
});
