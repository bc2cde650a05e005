import { describe, expect, it } from 'vitest';
import { composeTimeZone } from '../../../../src/main/sources/calendars/icalendar/compose-timezone.ts';
import { zoneOfTzid } from '../../../../src/main/sources/calendars/icalendar/zone-names.ts';
import { instantOf, localIn, offsetAt } from '../../../../src/main/sources/calendars/icalendar/zone-offsets.ts';
import { calendar, compose, edit, event, readOne, split } from './calendar-text.ts';

describe('a TZID', () => {
  it.each([
    ['Europe/Vienna', 'Europe/Vienna'],
    ['europe/vienna', 'Europe/Vienna'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['US/Eastern', 'US/Eastern'],
    ['/freeassociation.sourceforge.net/Europe/Vienna', 'Europe/Vienna'],
    ['/mozilla.org/20070129_1/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['/Europe/Stockholm', 'Europe/Stockholm'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['Pacific Standard Time (Mexico)', 'America/Tijuana'],
    ['UTC-02', 'Etc/GMT+2'],
    ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Berlin'],
    ['(GMT-05:00) Eastern Time (US & Canada)', 'America/New_York'],
    ['UTC', 'Etc/UTC'],
    ['Etc/Zulu', 'Etc/UTC'],
    ['tzone://Microsoft/Utc', 'Etc/UTC'],
    ['EST', null],
    ['+01:00', null],
    ['Europe/Nowhere', null],
    ['My own', null],
    ['', null],
    ['/'.repeat(500), null],
  ])('%s stands for %s', (tzid, zone) => {
    expect(zoneOfTzid(tzid)).toBe(zone);
  });
});

describe('clocks', () => {
  it('show what they show, also where they change', () => {
    expect(localIn('Etc/UTC', 'Europe/Vienna', '2024-07-01T12:00:00')).toBe('2024-07-01T10:00:00');
    // Skipped: as if they had not changed. Shown twice: the first.
    expect(localIn('Etc/UTC', 'Europe/Vienna', '2024-03-31T02:30:00')).toBe('2024-03-31T01:30:00');
    expect(localIn('Etc/UTC', 'Europe/Vienna', '2024-10-27T02:30:00')).toBe('2024-10-27T00:30:00');
    expect(localIn('Asia/Tokyo', 'America/New_York', '2024-12-31T20:00:00')).toBe('2025-01-01T10:00:00');
    expect(localIn('Nowhere/None', 'Etc/UTC', '2024-01-01T00:00:00')).toBeNull();
    expect(instantOf('Australia/Lord_Howe', '2024-01-01T11:00:00')).toBe(Date.parse('2024-01-01T00:00:00Z'));
    expect(offsetAt('Asia/Kathmandu', Date.parse('2024-01-01T00:00:00Z'))).toBe(5.75 * 3600);
  });
  it('agree with what Intl says of every hour around a change', () => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'America/Sao_Paulo',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    for (let at = Date.parse('2018-11-03T00:00:00Z'); at < Date.parse('2018-11-05T00:00:00Z'); at += 1_800_000)
      expect(new Date(at + offsetAt('America/Sao_Paulo', at) * 1000).toISOString().slice(0, 19).replace('T', ' ')).toBe(
        format.format(at),
      );
  });
});

describe('a VTIMEZONE that is made', () => {
  it('tells the rule a zone follows, from when it does', () => {
    expect(composeTimeZone('Europe/Vienna', 'Europe/Vienna', 2024).join('\n')).toMatchInlineSnapshot(`
      "BEGIN:VTIMEZONE
      TZID:Europe/Vienna
      BEGIN:STANDARD
      DTSTART:20230101T000000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0100
      END:STANDARD
      BEGIN:DAYLIGHT
      DTSTART:20230326T020000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0200
      RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
      END:DAYLIGHT
      BEGIN:STANDARD
      DTSTART:20231029T030000
      TZOFFSETFROM:+0200
      TZOFFSETTO:+0100
      RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
      END:STANDARD
      END:VTIMEZONE"
    `);
  });
  it('is short, whatever the zone', () => {
    expect(composeTimeZone('Asia/Tokyo', 'Asia/Tokyo', 1800)).toHaveLength(8);
    for (const zone of Intl.supportedValuesOf('timeZone'))
      expect(composeTimeZone(zone, zone, 2024).length).toBeLessThan(200);
  });
});

describe('a zone of somebody’s own', () => {
  const zone = (offset: string, ...more: string[]): string[] => [
    'BEGIN:VTIMEZONE',
    'TZID:My own, zone',
    ...more,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    'END:STANDARD',
    'END:VTIMEZONE',
  ];
  const at = (hour: string): string => `DTSTART;TZID="My own, zone":20240101T${hour}0000`;
  const own = calendar(...zone('+0123'), event(at('10'), 'SUMMARY:A'));
  it('is named by its rules, and brings them along', () => {
    const read = readOne(own);
    expect(read.when.timeZone).toMatch(/^\/custom\/[\w-]{10}\/My own, zone$/);
    const [field] = Object.keys(read).filter((each) => each.startsWith('timeZones/'));
    expect(read[field ?? ''].text).toContain('TZOFFSETTO:+0123');
    const other = compose(read);
    expect(other).toContain('TZOFFSETTO:+0123');
    expect(readOne(other)).toEqual(read);
    expect(split(own).items[0]?.context).toHaveLength(1);
  });
  it('is another where its rules are, though its TZID is the same', () => {
    const [here, there] = [readOne(own), readOne(own.replaceAll('+0123', '+0321'))];
    expect(here.when.timeZone).not.toBe(there.when.timeZone);
    const moved = edit(own, { when: there.when, ...there });
    expect(moved).toContain('TZOFFSETTO:+0123');
    expect(moved).toContain('TZOFFSETTO:+0321');
    expect(readOne(moved).when).toEqual(there.when);
  });
  it('is the same however a server sorts its lines and its parts', () => {
    const summer = ['BEGIN:DAYLIGHT', 'DTSTART:19700301T000000', 'TZOFFSETTO:+0223', 'END:DAYLIGHT'];
    const winter = [
      'BEGIN:STANDARD',
      'TZOFFSETTO:+0123',
      'TZOFFSETFROM:+0123',
      'DTSTART:19700101T000000',
      'END:STANDARD',
    ];
    const sorted = ['BEGIN:VTIMEZONE', ...winter, ...summer, 'TZID:My own, zone', 'END:VTIMEZONE'];
    const zoneIn = (lines: readonly string[]) => readOne(calendar(...lines, event(at('10')))).when.timeZone;
    expect(zoneIn(sorted)).toBe(zoneIn(zone('+0123', ...summer)));
    const swapped = sorted.map((line) =>
      line.replace('DAYLIGHT', 'x').replace('STANDARD', 'DAYLIGHT').replace('x', 'STANDARD'),
    );
    expect(zoneIn(swapped)).not.toBe(zoneIn(sorted));
  });
  it('is the same however a program orders the rule of its clocks, and another one with another rule', () => {
    const zoneWith = (rule: string) => {
      const winter = ['BEGIN:STANDARD', 'DTSTART:19701025T030000', 'TZOFFSETFROM:+0223', 'TZOFFSETTO:+0123', rule];
      return readOne(
        calendar('BEGIN:VTIMEZONE', 'TZID:My own, zone', ...winter, 'END:STANDARD', 'END:VTIMEZONE', event(at('10'))),
      ).when.timeZone;
    };
    const google = zoneWith('RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU');
    // As Thunderbird, libraries of Python and Exchange write it.
    expect(zoneWith('RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10')).toBe(google);
    expect(zoneWith('RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10')).toBe(google);
    // Zimbra, of whose rules libical (Evolution) leaves out what is so anyway.
    expect(zoneWith('RRULE:FREQ=YEARLY;WKST=MO;INTERVAL=1;BYMONTH=10;BYDAY=-1SU')).toBe(google);
    for (const other of ['BYMONTH=9;BYDAY=-1SU', 'BYMONTH=10;BYDAY=1SU', 'INTERVAL=2;BYMONTH=10;BYDAY=-1SU'])
      expect(zoneWith(`RRULE:FREQ=YEARLY;${other}`)).not.toBe(google);
  });
  it('is the one its VTIMEZONE names beside, where that is known', () => {
    expect(readOne(calendar(...zone('+0100', 'X-LIC-LOCATION:Europe/Vienna'), event(at('10')))).when.timeZone).toBe(
      'Europe/Vienna',
    );
  });
  it('keeps its name where it has no rules at all', () => {
    const text = calendar(event('DTSTART;TZID=Nowhere:20240101T100000', 'SUMMARY:A'));
    const read = readOne(text);
    expect(read.when.timeZone).toBe('/custom/-/Nowhere');
    expect(compose(read)).toContain('DTSTART;TZID=Nowhere:20240101T100000');
    expect(readOne(compose(read))).toEqual(read);
  });
});

it('whose name has quotes and commas in it goes with its rules to another calendar', () => {
  const ours = calendar(
    'BEGIN:VTIMEZONE',
    'TZID:Our ship\\, "deck" time',
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0230',
    'TZOFFSETTO:+0230',
    'END:STANDARD',
    'END:VTIMEZONE',
    event('SUMMARY:Watch', 'DTSTART;TZID="Our ship, ^\'deck^\' time":20240301T090000', 'DURATION:PT1H'),
  );
  const before = readOne(ours);
  const there = compose(before);
  expect(there).toContain('TZID:Our ship\\, "deck" time');
  expect(readOne(there)).toEqual(before);
});
