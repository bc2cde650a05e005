import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/main/platform/hash.ts';
import { takeOutContents } from '../../../../src/main/record/content-reference.ts';
import { fieldName } from '../../../../src/main/record/ids.ts';
import { seriesOf } from '../../../../src/main/record/series.ts';
import type { Fields, Value } from '../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { lawBroken } from '../../../fakes/text-format-laws.ts';
import {
  calendar,
  changedLines,
  compose,
  edit,
  event,
  fieldsOf,
  readAll,
  readOne,
  split,
  task,
} from './calendar-text.ts';

const VIENNA = [
  'BEGIN:VTIMEZONE',
  'TZID:/freeassociation.sourceforge.net/Europe/Vienna',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'END:VTIMEZONE',
];
const meeting = calendar(
  ...VIENNA,
  event(
    'DTSTAMP:20240101T000000Z',
    'LAST-MODIFIED:20240101T000000Z',
    'DTSTART;X-Q=1;TZID="/freeassociation.sourceforge.net/Europe/Vienna":20240105T100000',
    'DTEND;TZID=/freeassociation.sourceforge.net/Europe/Vienna:20240105T110000',
    'summary;X-S=2:Old title that is long enough to be folded over one line of 7',
    ' 5 octets',
    'CATEGORIES:Work,Team\\, A',
    'attendee;X-NUM-GUESTS=0;CN="Li, Bo";partstat=NEEDS-ACTION;RSVP=FALSE:MAILTO:bo@example.com',
    'X-FOO:1',
    'BEGIN:VALARM',
    'UID:alarm',
    'ACTION:AUDIO',
    'X-SOUND:bell',
    'TRIGGER:-PT15M',
    'END:VALARM',
  ),
);
const fieldWith = (text: string, map: string): string =>
  Object.keys(readOne(text)).find((field) => field.startsWith(`${map}/`)) ?? '';

describe('an address', () => {
  it.each([
    'IMAGE;FMTTYPE=image/png;DISPLAY=BADGE;VALUE=URI:https://example.org/i.png',
    'LINK;LINKREL=describedby;LABEL=More;VALUE=URI:https://example.org/l',
  ])('says what it is where its property has no type by default: %s', (line) => {
    expect(compose(readOne(calendar(event('DTSTART:20240105T100000Z', line))))).toContain(line);
  });
});

describe('a zone', () => {
  const when = { start: '2024-01-05T10:00:00', timeZone: 'Europe/Vienna', duration: 'PT1H' };
  it('stands before the event that is the first to name it', () => {
    expect(compose({ '@type': 'Event', when })).toMatch(/VERSION[\s\S]*BEGIN:VTIMEZONE[\s\S]*BEGIN:VEVENT/);
  });
  it('is not described to a calendar that uses it without', () => {
    const text = calendar(
      event('DTSTART:20240105T100000', 'DTEND:20240105T110000'),
      event('DTSTART;TZID=Europe/Vienna:20240105T100000').replace('u1', 'u2'),
    );
    expect(changedLines(text, edit(text, { when }))).toEqual({
      gone: ['DTSTART:20240105T100000', 'DTEND:20240105T110000'],
      come: ['DTSTART;TZID=Europe/Vienna:20240105T100000', 'DTEND;TZID=Europe/Vienna:20240105T110000'],
    });
  });
});

describe('writing', () => {
  it('changes not a byte where nothing changed, whatever it looks like', () => {
    const odd = `\ufeff\n\n${meeting.replaceAll('\r\n', '\n').replace('X-FOO:1', 'junk\n\nX-FOO:1')}\n\nrest`;
    for (const text of [meeting, odd]) expect(edit(text, {})).toBe(text);
  });
  it('changes the one line of a title, and keeps its parameters and the way its name is written', () => {
    expect(changedLines(meeting, edit(meeting, { title: 'New; "one"\nä' }))).toEqual({
      gone: [expect.stringMatching(/^summary;X-S=2:Old/)],
      come: ['summary;X-S=2:New\\; "one"\\nä'],
    });
  });
  it('moves an event in the zone and with the end its text has', () => {
    const when = { start: '2024-01-06T10:00:00', timeZone: 'Europe/Vienna', duration: 'PT2H' };
    expect(changedLines(meeting, edit(meeting, { when })).come).toEqual([
      'DTSTART;X-Q=1;TZID="/freeassociation.sourceforge.net/Europe/Vienna":20240106T100000',
      'DTEND;TZID=/freeassociation.sourceforge.net/Europe/Vienna:20240106T120000',
    ]);
    const lasting = calendar(event('DTSTART:20240105T100000Z', 'DURATION:PT60M', 'SUMMARY:x'));
    const later = { start: '2024-01-05T12:00:00', timeZone: 'Etc/UTC', duration: 'PT1H' };
    expect(changedLines(lasting, edit(lasting, { when: later })).come).toEqual(['DTSTART:20240105T120000Z']);
    expect(changedLines(lasting, edit(lasting, { when: { ...later, duration: 'PT2H' } })).come).toEqual([
      'DTSTART:20240105T120000Z',
      'DURATION:PT2H',
    ]);
  });
  it('makes whole days of hours, and hours of days', () => {
    const days = { start: '2024-01-05T00:00:00', timeZone: null, duration: 'P2D', showWithoutTime: true };
    const whole = edit(meeting, { when: days });
    expect(changedLines(meeting, whole).come).toEqual([
      'DTSTART;X-Q=1;VALUE=DATE:20240105',
      'DTEND;VALUE=DATE:20240107',
    ]);
    const back = edit(whole, { when: { start: '2024-01-05T10:00:00', timeZone: 'Europe/Vienna', duration: 'PT1H' } });
    expect(readOne(back).when).toEqual(readOne(meeting).when);
  });
  it('adds the zone a calendar does not have yet, once', () => {
    const when = { start: '2024-01-06T10:00:00', timeZone: 'America/New_York', duration: 'PT1H' };
    const moved = edit(meeting, { when });
    expect(moved).toContain('DTSTART;X-Q=1;TZID=America/New_York:20240106T100000');
    expect(moved.match(/TZID:America\/New_York/g)).toHaveLength(1);
    expect(moved).toContain('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU');
    expect(readOne(moved).when).toEqual(when);
    expect(edit(moved, { when: { ...when, duration: 'PT2H' } }).match(/BEGIN:VTIMEZONE/g)).toHaveLength(2);
  });
  it('changes an answer, and only what is said of it', () => {
    const field = fieldWith(meeting, 'participants');
    const bo = readOne(meeting)[field];
    const answered = edit(meeting, { [field]: { ...bo, participationStatus: 'accepted', expectReply: true } });
    expect(changedLines(meeting, answered).come).toEqual([
      'attendee;X-NUM-GUESTS=0;CN="Li, Bo";partstat=ACCEPTED;RSVP=TRUE:MAILTO:bo@example.com',
    ]);
  });
  it('changes one word of a list, and the alarm within', () => {
    expect(changedLines(meeting, edit(meeting, { 'keywords/Team, A': undefined, 'keywords/New': true }))).toEqual({
      gone: ['CATEGORIES:Work,Team\\, A'],
      come: ['CATEGORIES:Work,New'],
    });
    const field = fieldWith(meeting, 'alerts');
    const alarm = { ...readOne(meeting)[field], trigger: { offset: '-PT1H' } };
    expect(changedLines(meeting, edit(meeting, { [field]: alarm }))).toEqual({
      gone: ['TRIGGER:-PT15M'],
      come: ['TRIGGER:-PT1H'],
    });
    expect(edit(meeting, { [field]: undefined })).not.toContain('VALARM');
  });
  it('stamps what it wrote with when that was written, where it is known', () => {
    const { come } = changedLines(meeting, edit(meeting, { title: 'x', updated: '2024-02-02T02:02:02Z' }));
    expect(come).toEqual(['DTSTAMP:20240202T020202Z', 'LAST-MODIFIED:20240202T020202Z', 'summary;X-S=2:x']);
    expect(edit(meeting, { updated: '2024-02-02T02:02:02Z' })).toBe(meeting);
  });
  it('folds by octets, as the text does, and keeps its line ends', () => {
    const text = edit(meeting.replaceAll('\r\n', '\n'), { title: 'ä'.repeat(200) });
    expect(text).not.toContain('\r');
    for (const line of text.split('\n').filter((each) => each.includes('ä')))
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(readOne(text).title).toBe('ä'.repeat(200));
  });
  it('removes an item with all its parts, and adds others beside it', () => {
    const parts = split(meeting);
    const [item] = parts.items;
    const before = icalendarFormat.read(parts, item as never, null);
    const gone = icalendarFormat.write(parts, [{ item: item as never, before, after: null, uid: 'u1' }]);
    expect(Buffer.from(gone).toString()).toBe(calendar(...VIENNA));
    const more = icalendarFormat.write(parts, [{ item: null, before: null, after: before, uid: 'u2' }]);
    expect(split(more).items.map(({ uid }) => uid)).toEqual(['u1', 'u2']);
    expect(
      Buffer.from(more)
        .toString()
        .match(/BEGIN:VTIMEZONE/g),
    ).toHaveLength(1);
  });
  it('makes a calendar where there is none', () => {
    const none = icalendarFormat.split(new Uint8Array(0));
    const after = readAll(meeting)[0] ?? null;
    const made = icalendarFormat.write(none, [{ item: null, before: null, after, uid: 'u1' }]);
    expect(Object.fromEntries(readAll(made)[0] ?? [])).toEqual(readOne(meeting));
  });
  it('makes another kind of component where it is one now', () => {
    const done = edit(meeting, {
      '@type': 'Task',
      'when': { due: '2024-01-05T00:00:00', timeZone: null, showWithoutTime: true },
    });
    expect(done).toContain('BEGIN:VTODO');
    expect(done).not.toContain('BEGIN:VEVENT');
  });
  it('moves the day a task is due', () => {
    const text = calendar(task('DUE;VALUE=DATE:20240105', 'STATUS:NEEDS-ACTION'));
    const when = { due: '2024-01-07T00:00:00', timeZone: null, showWithoutTime: true };
    expect(changedLines(text, edit(text, { when, progress: 'completed' })).come).toEqual([
      'DUE;VALUE=DATE:20240107',
      'STATUS:COMPLETED',
    ]);
  });
  it('of vCalendar 1.0 stays that', () => {
    const text = meeting
      .replace('VERSION:2.0', 'VERSION:1.0')
      .replace('CATEGORIES:Work,Team\\, A', 'CATEGORIES:Work;B');
    const { come } = changedLines(text, edit(text, { 'title': 'Grüße', 'keywords/C': true }));
    expect(come).toEqual(['summary;X-S=2;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=C3=9Fe', 'CATEGORIES:C']);
  });
});

describe('the stamp of a new item', () => {
  const moment = '2026-11-28T11:30:00Z';
  const stampsIn = (after: Record<string, Value>): string[] => {
    const fields = icalendarFormat.project(
      new Map(Object.entries(after).map(([field, value]) => [fieldName(field), value])),
    );
    const [empty, later] = [icalendarFormat.empty(), '2027-01-01T00:00:00Z'];
    const write = (at: string): Uint8Array =>
      icalendarFormat.write(icalendarFormat.split(empty), [{ item: null, before: null, after: fields, uid: 'n' }], at);
    expect(readAll(write(moment), fields)).toEqual(readAll(write(later), fields));
    return (
      Buffer.from(write(moment))
        .toString()
        .match(/DTSTAMP:.*/g) ?? []
    );
  };
  const when = { start: '2026-12-01T09:00:00', timeZone: 'Europe/Vienna', duration: 'PT1H' };

  it('is what the record tells, else when it is written, and says nothing of it', () => {
    expect(stampsIn({ title: 'x', when })).toEqual(['DTSTAMP:20261128T113000Z']);
    expect(stampsIn({ title: 'x', when, created: '2020-01-01T00:00:00Z' })).toEqual(['DTSTAMP:20200101T000000Z']);
    expect(stampsIn({ title: 'x', when, created: '2020-01-01T00:00:00Z', updated: '2021-01-01T00:00:00Z' })).toEqual([
      'DTSTAMP:20210101T000000Z',
    ]);
  });

  it('is given to components of iCalendar, and to none that nobody else knows', () => {
    const opaqueIn = (name: string): string[] => {
      const text = icalendarFormat.split(
        Buffer.from(`BEGIN:VCALENDAR\r\nBEGIN:${name}\r\nUID:o\r\nX-A:1\r\nEND:${name}\r\nEND:VCALENDAR\r\n`),
      );
      return stampsIn(Object.fromEntries(icalendarFormat.read(text, text.items[0] as never, null)));
    };
    expect(opaqueIn('X-THING')).toEqual([]);
    expect(opaqueIn('VJOURNAL')).toEqual(['DTSTAMP:20261128T113000Z']);
  });
});

describe('writing a series', () => {
  const series = calendar(
    event(
      'DTSTART:20240101T090000Z',
      'DURATION:PT1H',
      'SUMMARY:A',
      'RRULE:FREQ=DAILY',
      'EXDATE:20240103T090000Z,20240104T090000Z',
    ),
    event('RECURRENCE-ID:20240110T090000Z', 'DTSTART:20240110T140000Z', 'DURATION:PT1H', 'SUMMARY:A', 'X-OWN:1'),
  );
  const own = seriesOf(readAll(series)[0] ?? new Map());
  const at = (key: string): string => `recurrenceOverrides/${key}`;
  it('leaves out one more, and has one back', () => {
    const text = edit(series, {
      [at('2024-01-03T09:00:00')]: undefined,
      [at('2024-01-05T09:00:00')]: { excluded: true, series: own },
    });
    expect(changedLines(series, text)).toEqual({
      gone: ['EXDATE:20240103T090000Z,20240104T090000Z'],
      come: ['EXDATE:20240104T090000Z,20240105T090000Z'],
    });
  });
  it('gives one occurrence a component, and takes it away again', () => {
    const text = edit(series, { [at('2024-01-06T09:00:00')]: { title: 'B', series: own } });
    expect(changedLines(series, text).gone).toEqual([]);
    expect(text).toContain('RECURRENCE-ID:20240106T090000Z');
    expect(readOne(text)[at('2024-01-06T09:00:00')]).toEqual({ title: 'B', series: own, says: expect.any(String) });
    expect(edit(text, { [at('2024-01-06T09:00:00')]: undefined })).toBe(series);
  });
  it('has what an occurrence does not say otherwise follow the series, and keeps its other lines', () => {
    expect(changedLines(series, edit(series, { title: 'C' }))).toEqual({
      gone: ['SUMMARY:A', 'SUMMARY:A'],
      come: ['SUMMARY:C', 'SUMMARY:C'],
    });
    const moved = { ...readOne(series)[at('2024-01-10T09:00:00')], title: 'D' };
    expect(changedLines(series, edit(series, { [at('2024-01-10T09:00:00')]: moved }))).toEqual({
      gone: ['SUMMARY:A'],
      come: ['SUMMARY:D'],
    });
  });
  it('cancels an occurrence that had been moved', () => {
    const text = edit(series, { [at('2024-01-10T09:00:00')]: { excluded: true, series: own } });
    expect(text).not.toContain('RECURRENCE-ID');
    expect(text).toContain('EXDATE:20240103T090000Z,20240104T090000Z,20240110T090000Z');
  });
  it('is written nowhere with an occurrence left out that has a component, as Evolution writes each it changed', () => {
    const evolution = series.replace('EXDATE:20240103T090000Z', 'EXDATE:20240110T090000Z,20240103T090000Z');
    const [read] = readAll(evolution) as [Fields];
    expect(read.get(fieldName(at('2024-01-10T09:00:00')))).toMatchObject({ excluded: true });
    const held = icalendarFormat.project(read);
    expect(held).toEqual(readAll(series)[0]);
    expect(compose(Object.fromEntries(held))).toContain('EXDATE:20240103T090000Z\r\nEXDATE:20240104T090000Z');
    expect(compose(Object.fromEntries(held))).toContain('RECURRENCE-ID:20240110T090000Z');
  });
  it('adds occurrences, also such that last longer', () => {
    const when = { start: '2024-02-02T12:00:00', timeZone: 'Etc/UTC', duration: 'PT3H' };
    const text = edit(series, {
      [at('2024-02-01T12:00:00')]: { added: true, series: own },
      [at('2024-02-02T12:00:00')]: { added: true, when, series: own },
    });
    expect(changedLines(series, text).come).toEqual([
      'RDATE:20240201T120000Z',
      'RDATE;VALUE=PERIOD:20240202T120000Z/PT3H',
    ]);
  });
  it('whole into another calendar and back', () => {
    const read = readOne(series);
    expect(readOne(compose(read))).toEqual(read);
  });
  it('keeps the times of an occurrence whose series is not here', () => {
    const alone = calendar(
      event('RECURRENCE-ID;TZID=Europe/Vienna:20240110T090000', 'DTSTART:20240110T140000Z', 'SUMMARY:A'),
    );
    const read = readOne(alone);
    const text = compose(read, 'u1#2024-01-10T09:00:00');
    expect(text).toContain('UID:u1\r\n');
    expect(text).toContain('RECURRENCE-ID;TZID=Europe/Vienna:20240110T090000');
    expect(split(text).items[0]?.uid).toBe('u1#2024-01-10T09:00:00');
    expect(readOne(text)).toEqual(read);
  });
});

describe('a large attachment', () => {
  const data = new Uint8Array(10_000).fill(7);
  const attached = calendar(
    event(
      'LAST-MODIFIED:20240101T000000Z',
      'DTSTART:20240101T000000Z',
      `ATTACH;ENCODING=BASE64;VALUE=BINARY:${Buffer.from(data).toString('base64')}`,
    ),
  );
  it('is held by a calendar, whether its bytes are at hand or named by their digest', () => {
    const [read] = readAll(attached);
    const { fields } = takeOutContents(read ?? new Map(), digestOf);
    expect([...fields.values()]).toContainEqual({ rel: 'enclosure', data: { content: digestOf(data), size: 10_000 } });
    expect(Object.fromEntries(icalendarFormat.project(fields))).toEqual(Object.fromEntries(fields));
  });
  it('stays in a text where only its digest is at hand', () => {
    const parts = split(attached);
    const [item] = parts.items;
    const before = takeOutContents(readAll(attached)[0] ?? new Map(), digestOf).fields;
    for (const after of [before, new Map([...before, [fieldName('title'), 'A'] as const])]) {
      const written = icalendarFormat.write(parts, [{ item: item ?? null, before, after, uid: 'u1' }]);
      expect(changedLines(attached, Buffer.from(written).toString()).gone).toEqual([]);
    }
  });
  it('keeps its key, and is no change, where it was named by its digest before', () => {
    const [read] = readAll(attached);
    const before = takeOutContents(read ?? new Map(), digestOf).fields;
    const kept = new Map(
      [...before].map(([field, value]) => [field.startsWith('links/') ? fieldName('links/k') : field, value]),
    );
    const again = readOne(attached.replace('LAST-MODIFIED:2024', 'LAST-MODIFIED:2025'), kept);
    expect(again['links/k']).toMatchObject({ data });
    expect(again.updated).toBe('2024-01-01T00:00:00Z');
  });
});

describe('records of others', () => {
  it('never bring a line of their own into a text', () => {
    const evil = 'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\u2028\u0000';
    const text = compose(
      {
        '@type': 'Event',
        'when': { start: '2024-01-01T00:00:00', timeZone: evil, duration: 'PT1H' },
        'title': evil,
        'locale': evil,
        'color': evil,
        'organizerCalendarAddress': evil,
        [`keywords/${evil}`]: true,
        'participants/a': {
          calendarAddress: evil,
          name: evil,
          roles: { [evil]: true },
          iCalendarParams: { [evil]: [evil], 'x-p': [evil] },
        },
        'links/a': { href: evil, title: evil, contentType: evil, iCalendarName: evil },
        'alerts/a': { trigger: { offset: evil }, action: evil },
        'alerts/b': {
          trigger: { offset: '-PT1M' },
          action: 'display',
          description: evil,
          iCalendar: [
            { name: evil, value: evil },
            { name: 'x-a', value: evil },
          ],
        },
        'iCalendar/a': { name: 'x-a', value: evil, params: { 'x-b': [evil] } },
        'iCalendar/b': { name: 'begin', value: 'VEVENT' },
        'iCalendarComponent/a': { text: 'BEGIN:VEVENT\nUID:evil\nEND:VEVENT' },
        'iCalendarComponent/b': { text: `BEGIN:X-A\nX-B:${evil}\nEND:X-A` },
        'recurrenceRule': { frequency: 'daily', [evil]: evil },
        'recurrenceOverrides/2024-01-02T00:00:00': { title: evil },
        [`timeZones/${evil}`]: { text: evil },
        'relatedTo/x': { relation: { [evil]: true } },
      },
      `evil\r\nEND:VEVENT`,
    );
    const parts = split(text);
    expect(parts.damaged).toEqual([]);
    expect(parts.items).toHaveLength(1);
    for (const line of text.split('\r\n')) expect(line).not.toMatch(/^(?:UID:evil$|BEGIN:VEVENT.)/);
    expect(text.match(/^BEGIN:VEVENT\r$/gm)?.length).toBe(parts.items[0]?.spans.length);
  });
  it('that are no item at all are not written as one', () => {
    const whole = (text: string) => icalendarFormat.project(fieldsOf({ iCalendarComponent: text }));
    expect(whole('BEGIN:VJOURNAL\nUID:1\nEND:VJOURNAL').has('iCalendarComponent' as never)).toBe(true);
    for (const text of ['BEGIN:VCALENDAR\nEND:VCALENDAR', 'BEGIN:X\nEND:Y', 'BEGIN:X\nEND:X\nBEGIN:VEVENT', 'x', ''])
      expect(whole(text).has('iCalendarComponent' as never)).toBe(false);
  });
});

it('a journal keeps its lines in their order, of which several may have one name', () => {
  const lines = ['UID:j1', 'DTSTAMP:20240101T000000Z', 'DESCRIPTION:First day', 'DESCRIPTION:Second day', 'COMMENT:x'];
  const text = calendar('BEGIN:VJOURNAL', ...lines, 'END:VJOURNAL');
  const { iCalendarComponent: whole } = readOne(text);
  const now = String(whole)
    .replace('First day', 'First day, late')
    .replace('COMMENT:x', 'COMMENT;LANGUAGE=de:y\nX-A:1');
  const written = edit(text, { iCalendarComponent: now });
  expect(written).toContain(
    'DESCRIPTION:First day, late\r\nDESCRIPTION:Second day\r\nCOMMENT;LANGUAGE=de:y\r\nX-A:1\r\nEND:VJOURNAL',
  );
  expect(edit(written, { iCalendarComponent: whole })).toBe(text);
});

it('a task that is at work says not when it was done, which another computer said of it', () => {
  const text = calendar(task('SUMMARY:S', 'STATUS:IN-PROCESS', 'PERCENT-COMPLETE:30'));
  const before = fieldsOf(readOne(text));
  const said = new Map(before).set(fieldName('progressUpdated'), '2024-06-02T10:11:12Z');
  expect(icalendarFormat.project(said)).toEqual(before);
  const done = new Map(said).set(fieldName('progress'), 'completed');
  expect(icalendarFormat.project(done)).toEqual(done);
});

it('a parameter that would say how its line is written is no data of it', () => {
  const mangled = 'ATTENDEE;X-P=1;ENCODING=QUOTED-PRINTABLE\u0001:mailto:a=3Db@x.org';
  const [fields] = readAll(calendar(event('DTSTART:20240101T090000Z', mangled)));
  expect(lawBroken(icalendarFormat, fields!)).toBeNull();
});
