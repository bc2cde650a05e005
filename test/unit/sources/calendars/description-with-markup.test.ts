import { describe, expect, it } from 'vitest';
import { difference } from '../../../../src/main/difference/difference.ts';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import { seriesOf } from '../../../../src/main/record/series.ts';
import type { Fields } from '../../../../src/main/record/value.ts';
import { putFields } from '../../../../src/main/snapshot/lens.ts';
import { icalendarFormat as format } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { editedApart, readText } from '../../../fakes/edited-apart.ts';
import { calendar, event } from './calendar-text.ts';

// As Outlook, Thunderbird and RFC 9073 say a description with markup, beside the text that all others show.
const OUTLOOK = 'X-ALT-DESC;FMTTYPE=text/html:<b>Bring</b> the plans';
const THUNDERBIRD = (text: string): string => `DESCRIPTION;LANGUAGE=en;ALTREP="data:text/html,%3Cb%3EBring":${text}`;
const STYLED = 'STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<b>Bring</b> the plans';
const start = 'DTSTART:20240101T090000Z';

/** What the record says once the text was edited on a device. */
function edited(was: string, is: string): Fields {
  const before = readText(format, was, null);
  return putFields('calendar', before, before, readText(format, is, before));
}
const htmlIn = (fields: Fields): readonly FieldName[] =>
  [...fields].flatMap(([field, value]) => (/<b>|data:text|<html>/.test(JSON.stringify(value)) ? [field] : []));

describe('a description with markup', () => {
  const text = (description: string, ...more: string[]) => calendar(event(start, description, ...more));
  it.each([
    ['Outlook', 'DESCRIPTION:Bring the plans', 'DESCRIPTION:Bring the keys', OUTLOOK],
    ['RFC 9073', 'DESCRIPTION:Bring the plans', 'DESCRIPTION:Bring the keys', STYLED],
    ['Thunderbird', THUNDERBIRD('Bring the plans'), THUNDERBIRD('Bring the keys'), 'SUMMARY:x'],
    ['Outlook, of one that is removed', 'DESCRIPTION:Bring the plans', 'LOCATION:y', OUTLOOK],
  ])('of %s goes where the text beside it alone was edited', (_, was, is, beside) => {
    const after = edited(text(was, beside), text(is, beside));
    expect(htmlIn(after)).toEqual([]);
    expect(after.get(fieldName('description'))).toBe(is.startsWith('DESC') ? 'Bring the keys' : undefined);
    if (is.includes('LANGUAGE'))
      expect(after.get(fieldName('iCalendarParams/description'))).toEqual({ language: ['en'] });
  });

  it('stays where it was edited too, where the text only looks otherwise, and where something else was', () => {
    const was = text('DESCRIPTION:Bring the plans', OUTLOOK, 'SUMMARY:x');
    for (const is of [
      text('DESCRIPTION:Bring the keys', OUTLOOK.replace('plans', 'keys'), 'SUMMARY:x'),
      text('DESCRIPTION:Bring the\\n plans\\n', OUTLOOK, 'SUMMARY:x'),
      text('DESCRIPTION:Bring the plans', OUTLOOK, 'SUMMARY:y'),
    ])
      expect(edited(was, is)).toEqual(readText(format, is, readText(format, was, null)));
    const alone = text(OUTLOOK);
    expect(htmlIn(edited(alone, text('DESCRIPTION:Bring the plans', OUTLOOK)))).toHaveLength(1);
  });

  it.each([
    ['Outlook', 'DESCRIPTION:Bring the plans', OUTLOOK],
    ['RFC 9073', 'DESCRIPTION:Bring\\nthe plans', STYLED],
    ['Thunderbird', THUNDERBIRD('Bring'), 'SUMMARY:x'],
    ['Zimbra, where there is none', 'DESCRIPTION:', 'X-ALT-DESC;FMTTYPE=text/html:<html><body></body></html>'],
  ])('of %s is there again once its words are', (_, was, beside) => {
    const before = readText(format, text(was, beside), null);
    const now = readText(format, text(was.replace(/(?<=:)(?!.*:).*/, 'Bring the keys'), beside), before);
    const meant = putFields('calendar', before, before, now);
    expect(htmlIn(meant)).toEqual([]);
    expect(putFields('calendar', meant, now, before)).toEqual(before);
    const others = readText(format, text(was.replace(/(?<=:)(?!.*:).*/, 'Bring the dog'), beside), before);
    expect(htmlIn(putFields('calendar', meant, now, others))).toEqual([]);
  });

  it('that was edited elsewhere meanwhile is for a person to decide about', () => {
    const [was, here] = [OUTLOOK, OUTLOOK.replace('plans', 'dog')];
    const { conflicts } = editedApart(
      format,
      text('DESCRIPTION:Bring the plans', was),
      text('DESCRIPTION:Bring the dog', here),
      text('DESCRIPTION:Bring the keys', was),
    );
    expect([...conflicts.values()].map((values) => values.length)).toEqual([2, 2]);
  });

  it('of one occurrence goes with the text of that one', () => {
    const series = (...own: string[]) =>
      calendar(
        event(start, 'RRULE:FREQ=DAILY', 'DESCRIPTION:Bring the plans', OUTLOOK),
        event('RECURRENCE-ID:20240102T090000Z', 'DTSTART:20240102T100000Z', ...own),
      );
    const was = series('DESCRIPTION:Bring the plans', OUTLOOK);
    const is = series('DESCRIPTION:Bring the keys', OUTLOOK);
    const after = edited(was, is);
    const [html] = htmlIn(after) as [FieldName];
    expect(htmlIn(after)).toHaveLength(1);
    expect(after.get(fieldName('recurrenceOverrides/2024-01-02T09:00:00'))).toMatchObject({
      description: 'Bring the keys',
      [html]: null,
      series: seriesOf(after),
    });
    const own = OUTLOOK.replace('plans', 'dog');
    const other = edited(series('DESCRIPTION:Bring the dog', own), series('DESCRIPTION:Bring the keys', own));
    expect(htmlIn(other)).toEqual(htmlIn(after));
    expect(putFields('calendar', after, readText(format, is, null), readText(format, was, null))).toEqual(
      readText(format, was, null),
    );
    // What was taken out stands in that text still, and is said of it no more.
    const before = readText(format, is, readText(format, was, null));
    expect(difference('calendar', 'u' as never, null, putFields('calendar', after, before, before))).toEqual(
      difference('calendar', 'u' as never, null, after),
    );
  });
});
