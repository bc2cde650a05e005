import { describe, expect, it } from 'vitest';
import { nextOccurrence, occurrencesOf } from '../../../../src/main/sources/calendars/occurrences.ts';
import { calendar, event, readAll, task } from './calendar-text.ts';

const fields = (...lines: string[]) => readAll(calendar(...lines))[0] ?? new Map();
const within = (from: string, to: string, ...lines: string[]) =>
  occurrencesOf(fields(...lines), { from: Date.parse(from), to: Date.parse(to), timeZone: 'Europe/Vienna' });
const times = (...given: Parameters<typeof within>): string[] =>
  within(...given).list.map(({ start }) => new Date(start).toISOString().slice(0, 16));

describe('when something takes place', () => {
  it('follows its rule through a change of clocks, by what they show', () => {
    const weekly = event('DTSTART;TZID=Europe/Vienna:20240318T100000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY');
    expect(times('2024-03-01', '2024-04-10', weekly)).toEqual([
      '2024-03-18T09:00',
      '2024-03-25T09:00',
      '2024-04-01T08:00',
      '2024-04-08T08:00',
    ]);
  });
  const OWN_ZONE = [
    'BEGIN:VTIMEZONE',
    'TZID:Ours',
    'BEGIN:STANDARD',
    'DTSTART:16010101T030000',
    'TZOFFSETFROM:-0300',
    'TZOFFSETTO:-0430',
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    'TZOFFSETFROM:-0430',
    'TZOFFSETTO:-0300',
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ].join('\r\n');
  it("is told by the rules that a zone of somebody's own brings", () => {
    const weekly = event('DTSTART;TZID=Ours:20240303T100000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3');
    expect(times('2024-03-01', '2024-04-10', OWN_ZONE, weekly)).toEqual([
      '2024-03-03T14:30',
      '2024-03-10T13:00',
      '2024-03-17T13:00',
    ]);
    expect(times('2024-10-01', '2024-12-01', OWN_ZONE, event('DTSTART;TZID=Ours:20241027T010000'))).toEqual([
      '2024-10-27T04:00',
    ]);
    expect(times('2024-10-01', '2024-12-01', OWN_ZONE, event('DTSTART;TZID=Ours:20241027T100000'))).toEqual([
      '2024-10-27T14:30',
    ]);
  });
  it('leaves out what an EXRULE makes, and has what a second rule makes', () => {
    const at = ['DTSTART;TZID=Europe/Vienna:20240318T100000', 'DURATION:PT1H'];
    const workdays = event(...at, 'RRULE:FREQ=DAILY;COUNT=7', 'EXRULE:FREQ=WEEKLY;BYDAY=FR,SA,SU');
    expect(times('2024-03-01', '2024-04-10', workdays)).toEqual([
      '2024-03-18T09:00',
      '2024-03-19T09:00',
      '2024-03-20T09:00',
      '2024-03-21T09:00',
    ]);
    const both = event(
      ...at,
      'RRULE:FREQ=DAILY;COUNT=2',
      'RRULE:FREQ=WEEKLY;UNTIL=20240401T080000Z',
      'EXDATE:20240325T090000Z',
    );
    expect(times('2024-03-01', '2024-04-10', both)).toEqual([
      '2024-03-18T09:00',
      '2024-03-19T09:00',
      '2024-04-01T08:00',
    ]);
  });
  it('tells that it cannot follow a second rule that is none', () => {
    const unclear = event('DTSTART:20240318T100000Z', 'RRULE:FREQ=DAILY;COUNT=2', 'EXRULE:FREQ=SOMETIMES');
    expect(within('2024-03-01', '2024-04-10', unclear).isComplete).toBe(false);
  });
  it('is there once where an occurrence is named by its day', () => {
    const series = event('DTSTART;TZID=Europe/Vienna:20240318T100000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=2');
    const moved = (day: string) =>
      event(`RECURRENCE-ID;VALUE=DATE:${day}`, 'DTSTART;TZID=Europe/Vienna:20240326T120000', 'DURATION:PT1H');
    expect(times('2024-03-01', '2024-04-10', series, moved('20240325'))).toEqual([
      '2024-03-18T09:00',
      '2024-03-26T11:00',
    ]);
    expect(times('2024-03-01', '2024-04-10', series, moved('20240321'))).toEqual([
      '2024-03-18T09:00',
      '2024-03-25T09:00',
      '2024-03-26T11:00',
    ]);
  });
  it('takes hours that clocks skip for no hours of their own', () => {
    const hourly = event('DTSTART;TZID=Europe/Vienna:20240331T000000', 'DURATION:PT1M', 'RRULE:FREQ=HOURLY;COUNT=5');
    expect(times('2024-03-30', '2024-04-01', hourly)).toEqual([
      '2024-03-30T23:00',
      '2024-03-31T00:00',
      '2024-03-31T01:00',
      '2024-03-31T02:00',
    ]);
    const daily = event('DTSTART;TZID=Europe/Vienna:20240330T023000', 'DURATION:PT1M', 'RRULE:FREQ=DAILY;COUNT=3');
    expect(times('2024-03-30', '2024-04-02', daily)).toEqual([
      '2024-03-30T01:30',
      '2024-03-31T01:30',
      '2024-04-01T00:30',
    ]);
  });
  it('leaves out, moves, renames and adds what is said so', () => {
    const list = within(
      '2024-01-01',
      '2024-02-01',
      event(
        'DTSTART:20240101T100000Z',
        'DURATION:PT1H',
        'SUMMARY:A',
        'RRULE:FREQ=WEEKLY',
        'EXDATE:20240108T100000Z',
        'RDATE:20240110T150000Z',
        'RDATE;VALUE=PERIOD:20240111T150000Z/PT5H',
      ),
      event('RECURRENCE-ID:20240115T100000Z', 'DTSTART:20240117T080000Z', 'DURATION:PT1H', 'SUMMARY:B'),
    ).list;
    expect(list.map(({ local, title, start, end }) => [local, title, (end - start) / 3_600_000])).toEqual([
      ['2024-01-01T10:00:00', 'A', 1],
      ['2024-01-10T15:00:00', 'A', 1],
      ['2024-01-11T15:00:00', 'A', 5],
      ['2024-01-17T08:00:00', 'B', 1],
      ['2024-01-22T10:00:00', 'A', 1],
      ['2024-01-29T10:00:00', 'A', 1],
    ]);
  });
  it('begins a day at midnight where one is, and counts what has begun before', () => {
    const [first] = within(
      '2024-01-03',
      '2024-01-04',
      event('DTSTART;VALUE=DATE:20240102', 'DTEND;VALUE=DATE:20240105'),
    ).list;
    expect(first).toMatchObject({
      isAllDay: true,
      start: Date.parse('2024-01-01T23:00:00Z'),
      local: '2024-01-02T00:00:00',
    });
    expect(
      times('2024-01-03', '2024-01-04', event('DTSTART:20240101T100000Z', 'DURATION:P10D', 'RRULE:FREQ=YEARLY')),
    ).toEqual(['2024-01-01T10:00']);
    expect(times('2024-01-03', '2024-01-04', event('DTSTART:20240101T100000Z', 'DURATION:PT1H'))).toEqual([]);
  });
  it('ends where the rule ends, by number and by date', () => {
    const rule = (text: string): string =>
      event('DTSTART;TZID=Europe/Vienna:20240101T100000', `RRULE:FREQ=DAILY;${text}`);
    expect(times('2024-01-01', '2025-01-01', rule('COUNT=3'))).toHaveLength(3);
    expect(times('2024-01-02', '2025-01-01', rule('COUNT=3'))).toHaveLength(2);
    expect(times('2024-01-01', '2025-01-01', rule('UNTIL=20240103T090000Z'))).toHaveLength(3);
    expect(times('2024-01-01', '2025-01-01', rule('UNTIL=20240103'))).toHaveLength(3);
  });
  it('lasts for days, and is there on each of them', () => {
    const trips = event('DTSTART;VALUE=DATE:20240105', 'DURATION:P3D', 'RRULE:FREQ=WEEKLY');
    const on = (from: string, to: string) => times(from, to, trips);
    expect(on('2024-02-03T23:00:00Z', '2024-02-04T22:00:00Z')).toEqual(['2024-02-01T23:00']);
    expect(on('2024-02-04T23:00:00Z', '2024-02-05T22:00:00Z')).toEqual([]);
  });
  it('ends as it begins, where it is said to end before that', () => {
    const slip = event('DTSTART:20240101T100000Z', 'DTEND:20240101T090000Z');
    const [only] = within('2024-01-01', '2024-01-02', slip).list;
    expect(only).toMatchObject({ start: Date.parse('2024-01-01T10:00Z'), end: Date.parse('2024-01-01T10:00Z') });
  });
  it('is left out by the day alone, and counted all the same', () => {
    const daily = (...lines: string[]): readonly string[] =>
      times(
        '2024-01-01',
        '2024-02-01',
        event('DTSTART;TZID=Europe/Vienna:20240101T100000', 'RRULE:FREQ=DAILY;COUNT=4', ...lines),
      );
    expect(daily('EXDATE;VALUE=DATE:20240102')).toEqual(['2024-01-01T09:00', '2024-01-03T09:00', '2024-01-04T09:00']);
    expect(daily('EXDATE;TZID=Europe/Vienna:20240102T100000')).toHaveLength(3);
    // No occurrence is at that time.
    expect(daily('EXDATE:20240102T100000Z')).toHaveLength(4);
  });
  it('ends by what clocks show, where that is no moment', () => {
    const until = (text: string): readonly string[] =>
      times(
        '2024-01-01',
        '2024-02-01',
        event('DTSTART;TZID=America/New_York:20240101T100000', `RRULE:FREQ=DAILY;UNTIL=${text}`),
      );
    expect(until('20240103T100000')).toHaveLength(3);
    expect(until('20240103T095959')).toHaveLength(2);
    expect(until('20240103T150000Z')).toHaveLength(3);
  });
  it('begins with its start, where the rule does not say so', () => {
    const rule = 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3';
    expect(times('2024-01-01', '2024-03-01', event('DTSTART:20240105T100000Z', rule))).toEqual([
      '2024-01-05T10:00',
      '2024-01-08T10:00',
      '2024-01-15T10:00',
    ]);
    expect(times('2024-01-10', '2024-03-01', event('DTSTART:20240105T100000Z', rule))).toEqual(['2024-01-15T10:00']);
    const once = event('DTSTART:20240105T100000Z', rule.replace('3', '1'));
    expect(times('2024-01-01', '2024-03-01', once)).toEqual(['2024-01-05T10:00']);
    const said = event('DTSTART:20240108T100000Z', rule);
    expect(times('2024-01-01', '2024-03-01', said)).toHaveLength(3);
  });
  it('of a task is when it is due', () => {
    expect(times('2024-01-01', '2024-02-01', task('DUE:20240105T100000Z'))).toEqual(['2024-01-05T10:00']);
  });
  it('comes next, however far off', () => {
    const leap = fields(event('DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'));
    expect(nextOccurrence(leap, Date.parse('2024-03-01'), 'Etc/UTC')?.local).toBe('2028-02-29T00:00:00');
    const trips = fields(event('DTSTART;VALUE=DATE:20240105', 'DURATION:P3D', 'RRULE:FREQ=WEEKLY'));
    expect(nextOccurrence(trips, Date.parse('2024-01-06T12:00Z'), 'Etc/UTC')?.local).toBe('2024-01-12T00:00:00');
    const never = fields(event('DTSTART:20240101T100000Z', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'));
    expect(nextOccurrence(never, Date.parse('2024-03-01'), 'Etc/UTC')).toBeNull();
  });
  it.each([
    'FREQ=SECONDLY',
    'FREQ=SECONDLY;COUNT=999999999',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MINUTELY;INTERVAL=7',
    `FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=${[...Array(24).keys()].join()};BYMINUTE=${[...Array(60).keys()].join()};BYSECOND=${[...Array(60).keys()].join()}`,
  ])('is not counted without end: %s', (rule) => {
    const { list, isComplete } = within('2024-01-01', '2025-01-01', event('DTSTART:19700101T100000Z', `RRULE:${rule}`));
    expect(list.length).toBeLessThanOrEqual(10_000);
    expect(isComplete).toBe(false);
  });
  it('is the same on a computer of any zone', () => {
    const before = process.env.TZ;
    const all = ['Pacific/Kiritimati', 'America/Adak', 'Europe/Vienna'].map((zone) => {
      process.env.TZ = zone;
      return times('2024-03-01', '2024-04-10', event('DTSTART;VALUE=DATE:20240301', 'RRULE:FREQ=DAILY;INTERVAL=9'));
    });
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(all[0]).toHaveLength(5);
  });
});
