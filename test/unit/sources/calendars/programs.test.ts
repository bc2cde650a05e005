import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldName } from '../../../../src/main/record/ids.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { lawBroken } from '../../../fakes/text-format-laws.ts';
import { calendar, changedLines, compose, edit, event, readOne, split, task } from './calendar-text.ts';

// As Outlook, Exchange, Google Takeout, Apple Calendar, Nextcloud, Fastmail, Thunderbird and Zimbra write them.
const FOLDER = join(import.meta.dirname, '../../../fixtures/calendars');
const TITLE = fieldName('title');

describe.each(readdirSync(FOLDER).sort())('%s', (name) => {
  const bytes = readFileSync(join(FOLDER, name));
  const text = split(bytes);
  const items = text.items.map((item) => ({ item, fields: icalendarFormat.read(text, item, null) }));

  it('is whole, and stays as it is where nothing changed', () => {
    expect(text.damaged).toEqual([]);
    expect(items.length).toBeGreaterThan(0);
    const writes = items.map(({ item, fields }) => ({ item, before: fields, after: fields, uid: 'u' }));
    expect(Buffer.compare(icalendarFormat.write(text, writes), bytes)).toBe(0);
  });
  it('says the same in a calendar of ours', () => {
    for (const { fields } of items) {
      expect(lawBroken(icalendarFormat, fields)).toBeNull();
      expect(icalendarFormat.project(fields)).toEqual(fields);
    }
  });
  it('changes the one line that is edited', () => {
    for (const { item, fields } of items) {
      const after = icalendarFormat.project(new Map([...fields, [TITLE, 'Edited; here, now']]));
      if (!fields.has(fieldName('when'))) continue;
      const written = icalendarFormat.write(text, [{ item, before: fields, after, uid: 'u' }]);
      const { gone, come } = changedLines(bytes.toString(), Buffer.from(written).toString());
      for (const line of [...gone, ...come]) expect(line).toMatch(/^SUMMARY\b/);
      expect(come.length).toBeGreaterThan(0);
    }
  });
});

describe('what programs write against the rules', () => {
  it('a comma in a name without quotes is part of it', () => {
    const read = readOne(
      calendar(
        event(
          'DTSTART:20240101T080000Z',
          'ATTENDEE;CN=Berger, Lea:mailto:lea@example.org',
          'ATTACH;FILENAME=Plan, new.pdf:https://example.org/f/1',
        ),
      ),
    );
    const entries = Object.values(read);
    expect(entries).toContainEqual({ calendarAddress: 'mailto:lea@example.org', name: 'Berger, Lea' });
    expect(entries).toContainEqual({ href: 'https://example.org/f/1', title: 'Plan, new.pdf', rel: 'enclosure' });
  });
  it('that a value is of the type it is of anyway says nothing: Thunderbird leaves that out of what others wrote', () => {
    const alarm = (attach: string, own: string) =>
      readOne(
        calendar(
          event('DTSTART:20240101T080000Z', 'BEGIN:VALARM', 'ACTION:AUDIO', 'TRIGGER:-PT5M', attach, 'END:VALARM', own),
        ),
      );
    const told = alarm('ATTACH;VALUE=URI:https://example.org/s.mp3', 'X-ROOM;VALUE=TEXT:5');
    expect(alarm('ATTACH:https://example.org/s.mp3', 'X-ROOM:5')).toEqual(told);
    const other = alarm('ATTACH;VALUE=BINARY;ENCODING=BASE64:AAEC', 'X-ROOM;VALUE=INTEGER:5');
    expect(Object.values(other)).toContainEqual({ name: 'x-room', value: '5', params: { value: ['INTEGER'] } });
    expect(JSON.stringify(other)).toContain('"BINARY"');
  });
  it('a task that says how long it takes beside when it is due tells that to others, who would refuse it so', () => {
    const text = calendar(task('DTSTART:20240101T080000', 'DUE:20240105T080000', 'DURATION:PT3H', 'SUMMARY:x'));
    const read = readOne(text);
    expect(read).toMatchObject({ estimatedDuration: 'PT3H', when: { due: '2024-01-05T08:00:00' } });
    const there = compose(read);
    expect(there).toContain('ESTIMATED-DURATION:PT3H');
    expect(there).not.toMatch(/^DURATION/m);
    expect(readOne(there)).toEqual(read);
    expect(changedLines(text, edit(text, { estimatedDuration: 'PT4H' }))).toEqual({
      gone: ['DURATION:PT3H'],
      come: ['DURATION:PT4H'],
    });
    // Without that day the line would say when it is due.
    const dueNoMore = edit(text, { when: { start: '2024-01-01T08:00:00', timeZone: null } });
    expect(changedLines(text, dueNoMore)).toEqual({
      gone: ['DUE:20240105T080000', 'DURATION:PT3H'],
      come: ['ESTIMATED-DURATION:PT3H'],
    });
    expect(readOne(dueNoMore)).toMatchObject({ estimatedDuration: 'PT3H', when: { start: '2024-01-01T08:00:00' } });
  });
  it('what says all in its parameters, without a value, is carried', () => {
    const line = 'X-APPLE-TRAVEL-START;ROUTING=CAR;VALUE=URI;X-TITLE="Home; the old one":';
    const text = calendar(event('DTSTART:20240101T080000Z', line, 'X-EMPTY;VALUE=TEXT:', 'COMMENT;X-A=1:'));
    expect(compose(readOne(text)).replace(/\r\n /g, '')).toContain(line);
    expect(Object.values(readOne(text)).filter((each) => each.name !== undefined)).toHaveLength(1);
  });
  it('whether a server could tell somebody is nobody’s edit, and stays where it is noted', () => {
    const lines = (noted: string): string =>
      calendar(
        event(
          'DTSTART:20240101T080000Z',
          `ORGANIZER${noted};CN=Uwe:mailto:uwe@example.org`,
          `ATTENDEE${noted};PARTSTAT=ACCEPTED:mailto:l@example.org`,
        ),
      );
    const [plain, noted] = [lines(''), lines(';SCHEDULE-STATUS="2;Ok"')];
    expect(readOne(noted)).toEqual(readOne(plain));
    const [key, participant] =
      Object.entries(readOne(noted)).find(([field]) => field.startsWith('participants/')) ?? [];
    expect(edit(noted, { [key ?? '']: { ...participant, participationStatus: 'declined' } })).toBe(
      noted.replace('PARTSTAT=ACCEPTED', 'PARTSTAT=DECLINED'),
    );
  });
  it('until when an alarm rests is one thing, wherever it was put off first', () => {
    const keys = ['20240401T090000Z', '20240401T091000Z'].map((until) =>
      Object.keys(readOne(calendar(event('DTSTART:20240401T080000Z', `X-MOZ-SNOOZE-TIME:${until}`, 'X-A:1')))),
    );
    expect(keys[0]).toEqual(keys[1]);
  });
});

describe('what Thunderbird puts in the place of a series of which it knows single occurrences only', () => {
  const occurrence = (day: string, title: string): string =>
    `BEGIN:VEVENT\r\nUID:s@x\r\nDTSTAMP:20240101T000000Z\r\nRECURRENCE-ID:${day}T080000Z\r\nDTSTART:${day}T090000Z\r\nSUMMARY:${title}\r\nEND:VEVENT\r\n`;
  const standIn =
    'BEGIN:VEVENT\r\nDTSTAMP:20261130T230000Z\r\nUID:s@x\r\nDTSTART:20240110T080000Z\r\nX-MOZ-FAKED-MASTER:1\r\nEND:VEVENT\r\n';
  const of = (...parts: readonly string[]): string =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${parts.join('')}END:VCALENDAR\r\n`;
  const [first, second] = [occurrence('20240110', 'One'), occurrence('20240117', 'Two')];
  const said = (text: string) => {
    const calendarText = split(text);
    return calendarText.items.map((item) => [item.uid, ...icalendarFormat.read(calendarText, item, null)]);
  };
  const without = (text: string, ...uids: readonly string[]): string => {
    const calendarText = split(text);
    const gone = calendarText.items.filter(({ uid }) => uids.includes(uid ?? ''));
    const writes = gone.map((item) => ({
      item,
      before: icalendarFormat.read(calendarText, item, null),
      after: null,
      uid: item.uid ?? '',
    }));
    return Buffer.from(icalendarFormat.write(calendarText, writes)).toString();
  };

  it('is nobody’s event, wherever it stands', () => {
    const alone = said(of(first, second));
    expect(alone.map(([uid]) => uid)).toEqual(['s@x#2024-01-10T08:00:00', 's@x#2024-01-17T08:00:00']);
    expect(said(of(standIn, first, second))).toEqual(alone);
    expect(said(of(first, second, standIn))).toEqual(alone);
  });
  it('goes with the last of them, and not before', () => {
    const text = of(standIn, first, second);
    const [uid, other] = split(text).items.map((item) => item.uid ?? '') as [string, string];
    expect(without(text, uid)).toBe(of(standIn, second));
    expect(without(of(standIn, second), other)).toBe(of());
    expect(without(text, uid, other)).toBe(of());
  });
  it('leaves its place to the series once that is there, and is an event by itself where nothing else is', () => {
    const series = `${event('DTSTART:20240103T080000Z', 'RRULE:FREQ=WEEKLY', 'SUMMARY:All').replace('u1', 's@x')}\r\n`;
    for (const parts of [
      [standIn, first, series],
      [series, standIn, first],
    ]) {
      expect(split(of(...parts)).items.map((item) => [item.uid, item.spans.length])).toEqual([['s@x', 2]]);
    }
    expect(said(of(standIn)).map(([uid]) => uid)).toEqual(['s@x']);
  });
});
