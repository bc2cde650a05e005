import { describe, expect, it } from 'vitest';
import { type FieldName, fieldName } from '../../../../src/main/record/ids.ts';
import { equalValues, type Fields, type Value } from '../../../../src/main/record/value.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { looksLikeIcalendar } from '../../../../src/main/sources/calendars/icalendar/looks-like-icalendar.ts';
import { calendar, event, readAll, readOne, split, task } from './calendar-text.ts';

const equal = (a: ReadonlyMap<string, any>, b: ReadonlyMap<string, any>): boolean =>
  a.size === b.size && [...a].every(([field, value]) => equalValues(value, b.get(field) ?? null));

describe('an event', () => {
  it('is read with parameters of any name, also where objects have something of that name', () => {
    const read = readOne(
      calendar(event('DTSTART:20240105T100000Z', 'URL;CONSTRUCTOR=a;CONSTRUCTOR=b:https://x.example')),
    );
    const [link] = Object.entries(read).flatMap(([field, value]) => (field.startsWith('links/') ? [value] : []));
    expect(link.iCalendarParams).toEqual({ constructor: ['a', 'b'] });
  });

  it('is read into the universal format', () => {
    const read = readOne(
      calendar(
        event(
          'DTSTART;TZID=Europe/Vienna:20240105T100000',
          'DTEND;TZID=Europe/Vienna:20240105T113000',
          'SUMMARY;LANGUAGE=de:Besprechung\\, gro\u00df',
          'DESCRIPTION:a\\nb\\;c',
          'LOCATION:Raum 1',
          'GEO:48.2;16.37',
          'CATEGORIES:Work,Team A',
          'CLASS:CONFIDENTIAL',
          'TRANSP:TRANSPARENT',
          'STATUS:TENTATIVE',
          'PRIORITY:5',
          'SEQUENCE:3',
          'COLOR:Red',
          'ORGANIZER;CN=Ann:MAILTO:ann@Example.com',
          'ATTENDEE;CN="Bo; Li";ROLE=CHAIR;PARTSTAT=ACCEPTED;RSVP=TRUE;X-NUM-GUESTS=2:mailto:bo@example.com',
          'URL:https://example.com/e',
          'ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=',
          'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Dial in:https://meet.example.com/x',
          'RELATED-TO;RELTYPE=CHILD:other',
          'X-FOO;X-P=1:bar',
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          'TRIGGER;RELATED=END:-PT90M',
          'DESCRIPTION:Soon',
          'END:VALARM',
          'BEGIN:X-THING',
          'X-A:1',
          'END:X-THING',
        ),
      ),
    );
    const named = (map: string): any[] =>
      Object.entries(read).flatMap(([field, value]) => (field.startsWith(`${map}/`) ? [value] : []));
    expect(read).toMatchObject({
      '@type': 'Event',
      'when': { start: '2024-01-05T10:00:00', timeZone: 'Europe/Vienna', duration: 'PT1H30M' },
      'title': 'Besprechung, groß',
      'locale': 'de',
      'description': 'a\nb;c',
      'keywords/Work': true,
      'keywords/Team A': true,
      'privacy': 'secret',
      'freeBusyStatus': 'free',
      'status': 'tentative',
      'priority': 5,
      'sequence': 3,
      'color': 'red',
      'organizerCalendarAddress': 'mailto:ann@Example.com',
      'iCalendarParams/organizerCalendarAddress': { cn: ['Ann'] },
      'relatedTo/other': { relation: { child: true } },
    });
    expect(named('locations')).toEqual([{ name: 'Raum 1', coordinates: 'geo:48.2,16.37' }]);
    expect(named('participants')).toEqual([
      {
        calendarAddress: 'mailto:bo@example.com',
        name: 'Bo; Li',
        roles: { chair: true },
        participationStatus: 'accepted',
        expectReply: true,
        iCalendarParams: { 'x-num-guests': ['2'] },
      },
    ]);
    expect(named('links')).toEqual([
      { href: 'https://example.com/e' },
      { data: new Uint8Array(Buffer.from('hello')), contentType: 'text/plain', rel: 'enclosure' },
    ]);
    expect(named('virtualLocations')).toEqual([
      { uri: 'https://meet.example.com/x', name: 'Dial in', features: { audio: true, video: true } },
    ]);
    expect(named('alerts')).toEqual([
      { action: 'display', trigger: { offset: '-PT1H30M', relativeTo: 'end' }, description: 'Soon' },
    ]);
    expect(named('iCalendar')).toEqual([{ name: 'x-foo', value: 'bar', params: { 'x-p': ['1'] } }]);
    expect(named('iCalendarComponent')).toEqual([{ text: 'BEGIN:X-THING\nX-A:1\nEND:X-THING' }]);
  });
  it('lasts as long as it says, also over a change of clocks and from zone to zone', () => {
    const lasts = (...lines: string[]): unknown => readOne(calendar(event(...lines))).when;
    expect(lasts('DTSTART;VALUE=DATE:20240105')).toEqual({
      start: '2024-01-05T00:00:00',
      timeZone: null,
      duration: 'P1D',
      showWithoutTime: true,
    });
    expect(lasts('DTSTART:20240105T100000Z')).toMatchObject({ timeZone: 'Etc/UTC', duration: 'PT0S' });
    expect(lasts('DTSTART:20240105T100000')).toMatchObject({ timeZone: null });
    // The night has eight hours, seven, and nine.
    const night = (from: string, to: string): unknown =>
      lasts(`DTSTART;TZID=Europe/Vienna:${from}T220000`, `DTEND;TZID=Europe/Vienna:${to}T060000`);
    expect(night('20240105', '20240106')).toMatchObject({ duration: 'PT8H' });
    expect(night('20240330', '20240331')).toMatchObject({ duration: 'PT7H' });
    expect(night('20241026', '20241027')).toMatchObject({ duration: 'PT9H' });
    // Three days by the calendar stay three days, though one has 23 hours.
    expect(
      lasts('DTSTART;TZID=Europe/Vienna:20240329T100000', 'DTEND;TZID=Europe/Vienna:20240401T100000'),
    ).toMatchObject({ duration: 'P3D' });
    expect(lasts('DTSTART;TZID=Europe/Vienna:20240105T100000', 'DTEND;TZID=America/New_York:20240105T100000')).toEqual({
      start: '2024-01-05T10:00:00',
      timeZone: 'Europe/Vienna',
      duration: 'PT6H',
      endTimeZone: 'America/New_York',
    });
  });
  it('takes place at the hour it tells, also where that is said to be a day', () => {
    const when = (start: string, end: string): unknown =>
      readOne(calendar(event(`DTSTART;VALUE=DATE:${start}`, `DTEND;VALUE=DATE:${end}`))).when;
    expect(when('20110805T120000', '20110805T180000')).toEqual({
      start: '2011-08-05T12:00:00',
      timeZone: null,
      duration: 'PT6H',
    });
    expect(when('20110805T000000', '20110805T023000')).toMatchObject({
      start: '2011-08-05T00:00:00',
      duration: 'PT2H30M',
    });
    expect(when('20110805T000000', '20110805T023000')).not.toHaveProperty('showWithoutTime');
    expect(when('20110805T000000', '20110806T000000')).toMatchObject({ duration: 'P1D', showWithoutTime: true });
  });
  it('of a task has a start, a day it is due, or both', () => {
    expect(
      readOne(calendar(task('DUE;VALUE=DATE:20240105', 'STATUS:IN-PROCESS', 'PERCENT-COMPLETE:40'))),
    ).toMatchObject({
      '@type': 'Task',
      'when': { due: '2024-01-05T00:00:00', timeZone: null, showWithoutTime: true },
      'progress': 'in-process',
      'percentComplete': 40,
    });
    expect(
      readOne(calendar(task('DTSTART:20240105T100000Z', 'DURATION:PT1H', 'COMPLETED:20240106T000000Z'))),
    ).toMatchObject({
      when: { start: '2024-01-05T10:00:00', due: '2024-01-05T11:00:00', timeZone: 'Etc/UTC' },
      progressUpdated: '2024-01-06T00:00:00Z',
    });
  });
});

describe('a series', () => {
  const series = (...lines: string[]): string =>
    event('DTSTART;TZID=Europe/Vienna:20240101T090000', 'DURATION:PT1H', 'SUMMARY:A', ...lines);
  it('has its rule in one way to write it', () => {
    const rule = (text: string): unknown => readOne(calendar(series(`RRULE:${text}`))).recurrenceRule;
    const once = rule('FREQ=WEEKLY;BYDAY=WE,MO,MO;INTERVAL=1;WKST=MO');
    expect(once).toEqual({ frequency: 'weekly', byDay: [{ day: 'mo' }, { day: 'we' }] });
    expect(rule('byday=mo,we;freq=weekly')).toEqual(once);
    expect(rule('FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20240331T220000Z')).toEqual({
      frequency: 'monthly',
      byDay: [{ day: 'fr', nthOfPeriod: -1 }],
      until: '2024-04-01T00:00:00',
    });
    expect(rule('FREQ=SOMETIMES')).toBeUndefined();
  });
  it('holds what is said of its occurrences as differences', () => {
    const read = readOne(
      calendar(
        series(
          'RRULE:FREQ=DAILY',
          'EXDATE;TZID=Europe/Vienna:20240103T090000,20240104T090000',
          'EXDATE:20240105T080000Z',
          'RDATE;VALUE=PERIOD:20240120T080000Z/PT3H',
        ),
        event(
          'RECURRENCE-ID;TZID=Europe/Vienna:20240110T090000',
          'DTSTART;TZID=Europe/Vienna:20240110T140000',
          'DURATION:PT1H',
          'SUMMARY:A moved',
        ),
      ),
    );
    const said = Object.entries(read).flatMap(([field, value]) => {
      if (!field.startsWith('recurrenceOverrides/')) return [];
      const { series: _, says: __, ...rest } = value;
      return [[field.slice(20), rest]];
    });
    expect(Object.fromEntries(said)).toEqual({
      '2024-01-03T09:00:00': { excluded: true },
      '2024-01-04T09:00:00': { excluded: true },
      '2024-01-05T09:00:00': { excluded: true },
      '2024-01-20T09:00:00': {
        added: true,
        when: { start: '2024-01-20T09:00:00', timeZone: 'Europe/Vienna', duration: 'PT3H' },
      },
      '2024-01-10T09:00:00': {
        title: 'A moved',
        when: { start: '2024-01-10T14:00:00', timeZone: 'Europe/Vienna', duration: 'PT1H' },
      },
    });
  });
  it('is one item, wherever its occurrences lie; without it each of them is one', () => {
    const moved = event('RECURRENCE-ID:20240110T090000Z', 'DTSTART:20240110T140000Z');
    const other = 'BEGIN:VEVENT\r\nUID:u2\r\nDTSTART:20240101T000000Z\r\nEND:VEVENT';
    const text = split(calendar(moved, other, series('RRULE:FREQ=DAILY')));
    expect(text.items.map(({ uid, spans }) => [uid, spans.length])).toEqual([
      ['u1', 2],
      ['u2', 1],
    ]);
    const alone = calendar(moved, moved.replace('0110T09', '0111T09'));
    expect(split(alone).items.map(({ uid }) => uid)).toEqual(['u1#2024-01-10T09:00:00', 'u1#2024-01-11T09:00:00']);
    expect(readOne(alone)).toMatchObject({ recurrenceId: '2024-01-10T09:00:00', recurrenceIdTimeZone: 'Etc/UTC' });
  });
  it('keeps a second item of one UID apart, and an occurrence told twice', () => {
    const moved = event('RECURRENCE-ID;TZID=Europe/Vienna:20240110T090000', 'DTSTART:20240110T140000Z');
    const text = split(calendar(series(), series('X-A:1'), moved, moved));
    expect(text.items.map(({ uid, spans }) => [uid, spans.length])).toEqual([
      ['u1', 2],
      ['u1', 1],
      ['u1#2024-01-10T09:00:00', 1],
    ]);
  });
  it('says so where an occurrence stands for all that follow, and is not rewritten', () => {
    const later = event('RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Vienna:20240110T090000', 'SUMMARY:B');
    const read = readOne(calendar(series('RRULE:FREQ=DAILY'), later));
    expect(read['recurrenceOverrides/2024-01-10T09:00:00']).toMatchObject({ range: true, title: 'B' });
    expect(read.recurrenceRule).toEqual({ frequency: 'daily' });
  });
});

describe('texts that mean the same', () => {
  const plain = calendar(
    event(
      'DTSTAMP:20240101T000000Z',
      'DTSTART:20240105T100000Z',
      'DTEND:20240105T110000Z',
      'SUMMARY:A long title with a comma\\, and more of it',
      'CATEGORIES:A,B',
      'RRULE:FREQ=DAILY;INTERVAL=1',
      'EXDATE:20240106T100000Z,20240107T100000Z',
      'ATTENDEE;CN=Bo:mailto:bo@example.com',
      'X-A;P=1:x',
    ),
  );
  const others: Record<string, string> = {
    'line ends': plain.replaceAll('\r\n', '\n'),
    'a byte order mark': `\ufeff${plain}`,
    'folds': plain.replace('title with', 'title\r\n  with').replace('mailto:bo', 'mail\r\n to:bo'),
    'the order of properties': plain.replace(/(SUMMARY.*\r\n)(CATEGORIES.*\r\n)/, '$2$1'),
    'the case of names and defaults': plain
      .replace('SUMMARY:', 'summary;VALUE=TEXT:')
      .replace('DTSTART:', 'dtstart;value=date-time:')
      .replace('ATTENDEE;CN=Bo', 'ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=FALSE;cn="Bo";PARTSTAT=NEEDS-ACTION'),
    'how the end is told': plain.replace('DTEND:20240105T110000Z', 'DURATION:PT60M'),
    'raw commas, \\N and empty properties': plain.replace('comma\\,', 'comma,').replace('X-A', 'DESCRIPTION:\r\nX-A'),
    'one list or several lines': plain
      .replace('A,B', 'B\r\nCATEGORIES:A')
      .replace('Z,20240107', 'Z\r\nEXDATE:20240107'),
    'the rule': plain.replace('FREQ=DAILY;INTERVAL=1', 'WKST=MO;FREQ=DAILY'),
    'what programs stamp': plain
      .replace('DTSTAMP:2024', 'X-MOZ-GENERATION:4\r\nX-MOZ-LASTACK:20240101T000000Z\r\nX-LIC-ERROR:x\r\nDTSTAMP:2025')
      .replace('VERSION', 'X-WR-CALNAME:c\r\nMETHOD:PUBLISH\r\nPRODID:x\r\nVERSION'),
    'said defaults': plain.replace('X-A', 'STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nPRIORITY:0\r\nSEQUENCE:0\r\nX-A'),
    'extended dates': plain.replace('DTSTART:20240105T100000Z', 'DTSTART:2024-01-05T10:00:00Z'),
    'quoted-printable': plain.replace('SUMMARY:A', 'SUMMARY;ENCODING=QUOTED-PRINTABLE:=41'),
  };
  const [first] = readAll(plain);
  for (const [what, text] of Object.entries(others))
    it(`though they differ in ${what}`, () => {
      const [read] = readAll(text);
      expect(Object.fromEntries(read ?? [])).toEqual(Object.fromEntries(first ?? []));
      expect(equal(read ?? new Map(), first ?? new Map())).toBe(true);
    });
  it('when something was written is no change by itself', () => {
    const at = (time: string, title: string): string =>
      calendar(event(`LAST-MODIFIED:${time}`, `CREATED:${time}`, 'DTSTART:20240105T100000Z', `SUMMARY:${title}`));
    const [before] = readAll(at('20240101T000000Z', 'A'));
    expect(readOne(at('20240102T000000Z', 'A'), before ?? null)).toMatchObject({ updated: '2024-01-01T00:00:00Z' });
    expect(readOne(at('20240102T000000Z', 'B'), before ?? null)).toMatchObject({
      updated: '2024-01-02T00:00:00Z',
      created: '2024-01-01T00:00:00Z',
    });
  });
});

describe('keys of entries', () => {
  const people = (...addresses: string[]): string =>
    calendar(event('DTSTART:20240105T100000Z', ...addresses.map((each) => `ATTENDEE:mailto:${each}`)));
  const keys = (fields: ReadonlyMap<string, any> | undefined): Record<string, string> =>
    Object.fromEntries(
      [...(fields ?? [])].flatMap(([field, value]) =>
        field.startsWith('participants/') ? [[value.calendarAddress, field]] : [],
      ),
    );
  it('are the same wherever a text is met first', () => {
    expect(keys(readAll(people('a@x.org', 'b@x.org'))[0])).toEqual(keys(readAll(people('b@x.org', 'a@x.org'))[0]));
  });
  it('stay where an entry is edited, moved, or another comes before it', () => {
    const [before] = readAll(people('anna@example.com', 'bert@example.com'));
    const now = keys(readAll(people('new@other.net', 'bert@example.com', 'anna.b@example.com'), before ?? null)[0]);
    const was = keys(before);
    expect(now['mailto:bert@example.com']).toBe(was['mailto:bert@example.com']);
    expect(now['mailto:anna.b@example.com']).toBe(was['mailto:anna@example.com']);
    expect(Object.values(was)).not.toContain(now['mailto:new@other.net']);
  });
  it('are different for one who is invited twice', () => {
    const twice = readAll(people('a@x.org', 'a@x.org'))[0];
    expect([...(twice ?? [])].filter(([field]) => field.startsWith('participants/'))).toHaveLength(2);
  });
});

describe('what is no event', () => {
  it('travels whole', () => {
    const journal =
      'BEGIN:VJOURNAL\r\nUID:j\r\nDTSTAMP:20240101T000000Z\r\nSUMMARY:Day\r\nX-A;P="a;b":1\r\nEND:VJOURNAL';
    expect(readOne(calendar(journal))).toEqual({
      iCalendarComponent: 'BEGIN:VJOURNAL\nUID:j\nSUMMARY:Day\nX-A;P="a;b":1\nEND:VJOURNAL',
      title: 'Day',
    });
  });
  it('is named where it is damaged, and the rest goes on', () => {
    const text = split(
      calendar('BEGIN:VEVENT', 'UID:broken', 'SUMMARY:x', event('DTSTART:20240105T100000Z'), 'rubbish without a colon'),
    );
    expect(text.items.map(({ uid }) => uid)).toEqual(['u1']);
    expect(text.damaged.map(({ name }) => name)).toEqual(['broken', 'line 10']);
    const other = split(calendar('BEGIN:VEVENT', 'BEGIN:VALARM', 'TRIGGER:PT0S', event('DTSTART:20240105T100000Z')));
    expect(other.items.map(({ uid }) => uid)).toEqual(['u1']);
    const bad = split(calendar(event('DTSTART:20240230T100000Z'), event('DTSTART:20240101T100000Z')));
    const [first] = bad.items;
    expect(() => icalendarFormat.read(bad, first as never, null)).toThrow(
      'its DTSTART is not a date: 20240230T100000Z',
    );
  });
  it('is said to be cut off where it has no end', () => {
    const whole = calendar(event('DTSTART:20240105T100000Z'));
    expect(split(whole.replace('END:VCALENDAR\r\n', '')).damaged.map(({ name }) => name)).toEqual([
      'the rest of the calendar',
    ]);
    expect(split('<html>\n<body>Log in</body>\n').damaged).not.toEqual([]);
    expect(split(whole).damaged).toEqual([]);
  });
  it('is never taken for a calendar', () => {
    const looks = (text: string): boolean => looksLikeIcalendar(Buffer.from(text));
    expect(looks(calendar())).toBe(true);
    expect(looks(`\ufeff\r\n${calendar()}`)).toBe(true);
    for (const text of ['', ' ', '<html>BEGIN:VCALENDAR\n', 'BEGIN:VCARD\n', '{}', 'BEGIN:VCALENDARS\n'])
      expect(looks(text)).toBe(false);
  });
});

describe('vCalendar 1.0', () => {
  const old = (...lines: string[]): string =>
    ['BEGIN:VCALENDAR', 'VERSION:1.0', 'BEGIN:VEVENT', 'UID:u1', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join(
      '\r\n',
    );
  it('says the same in its own words', () => {
    expect(
      readOne(
        old(
          'DTSTART:20240105T100000',
          'DTEND:20240105T110000',
          'SUMMARY;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Gr=FC=DFe',
          'CATEGORIES:A;B',
          'RRULE:W2 MO FR #10',
          'EXDATE:20240106T100000;20240107T100000',
          'STATUS:TENTATIVE',
          'TRANSP:1',
          'ATTENDEE;ROLE=ATTENDEE;STATUS=CONFIRMED:Bo Li <bo@example.com>',
        ),
      ),
    ).toMatchObject({
      'title': 'Grüße',
      'keywords/A': true,
      'keywords/B': true,
      'recurrenceRule': { frequency: 'weekly', interval: 2, count: 10, byDay: [{ day: 'mo' }, { day: 'fr' }] },
      'recurrenceOverrides/2024-01-07T10:00:00': { excluded: true },
      'status': 'tentative',
      'freeBusyStatus': 'free',
    });
  });
});

it('a rule in which a peer says what is no word and no number is none that is shown', () => {
  const odd = { toString: 1, valueOf: 1 };
  const when = { start: '2024-01-05T10:00:00', timeZone: null, duration: 'PT1H' };
  const rules: readonly Value[] = [
    { frequency: odd },
    { frequency: 'daily', count: odd },
    { frequency: 'weekly', byDay: [{ day: odd }] },
    { frequency: 'monthly', byMonthDay: [odd] },
    { frequency: 'daily', 'x-own': odd },
  ];
  for (const recurrenceRule of rules) {
    const full = new Map<string, Value>(Object.entries({ title: 'a', when, recurrenceRule }));
    const shown = icalendarFormat.project(full as unknown as Fields);
    expect(shown.has(fieldName('recurrenceRule'))).toBe(false);
  }
});

it('a rule that is none in any program’s eyes stays in the text that has it: others would read nothing of theirs', () => {
  const series = (rule: string): string =>
    calendar(event('DTSTART:20260105T090000Z', `RRULE:${rule}`, 'SUMMARY:Jour fixe'));
  const shown = (rule: string): boolean => {
    const full = readAll(series(rule))[0] as Fields;
    const [field] = [...full.keys()].filter((each) => each.startsWith('iCalendar/'));
    expect(full.get(field as FieldName)).toEqual({ name: 'rrule', value: rule });
    return icalendarFormat.project(full).has(field as FieldName);
  };
  const none = [
    'FREQ=WEEKLY;BYDAY=Mq',
    'FREQ=WEEKLq',
    'FREQ=DAILY;INTERVAL=q',
    'FREQ=DAILY;COUNT=',
    'FREQ=WEEKLY;WKST=XX',
  ];
  const others = [
    'FREQ=MONTHLY;BYMONTHDAY=32',
    'FREQ=DAILY;BYHOUR=25',
    'FREQ=YEARLY;BYMONTH=0',
    'FREQ=YEARLY;BYMONTH=13',
    'RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=5L',
    'FREQ=MONTHLY;BYSETPOS=x',
  ];
  expect([...none, ...others].filter(shown)).toEqual([]);
  // What only we do not understand is given to others.
  const odd = [
    'FREQ=WEEKLY;INTERVAL=0',
    'FREQ=DAILY;COUNT=0',
    'FREQ=WEEKLY;BYDAY=MO;UNTIL=2026',
    'FREQ=WEEKLY;garbage',
  ];
  expect(odd.filter(shown)).toEqual(odd);
});

it('a rule of another calendar may name months that ours has not', () => {
  const text = calendar(event('DTSTART:20260105T090000Z', 'RRULE:RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L,13'));
  const full = readAll(text)[0] as Fields;
  expect(full.get(fieldName('recurrenceRule'))).toMatchObject({ rscale: 'hebrew', byMonth: ['5L', '13'] });
  expect(icalendarFormat.project(full).get(fieldName('recurrenceRule'))).toEqual(full.get(fieldName('recurrenceRule')));
});

it('events of a feed whose UIDs are always others are known again in time that grows with their number', () => {
  const busy = (from: number): Fields[] =>
    Array.from({ length: 80_000 }, (_, at) => {
      const start = new Date(Date.UTC(2026, 0, 1) + (from + at) * 3_600_000).toISOString().slice(0, 19);
      return new Map<FieldName, Value>([
        [fieldName('title'), 'Busy'],
        [fieldName('when'), { start }],
      ]);
    });
  const [known, items] = [busy(0), busy(200_000)];
  expect(icalendarFormat.align?.(items, known)).toEqual(known.map((_, at) => at));
}, 30_000);
