import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { SideBySide, type Wanted } from './side-by-side.ts';
import { tryEdits } from './try-edits.ts';

const OWN = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//elsewhere//EN',
  'BEGIN:VEVENT',
  'UID:plain-1',
  'DTSTAMP:20260101T000000Z',
  'DTSTART:20260302T100000Z',
  'DTEND:20260302T113000Z',
  'SUMMARY:Review of things',
  'LOCATION:Room 14',
  'DESCRIPTION:Bring the papers\\, all of them',
  'CATEGORIES:Work,Papers',
  'URL:https://example.org/review',
  'STATUS:CONFIRMED',
  'TRANSP:OPAQUE',
  'CLASS:PRIVATE',
  'PRIORITY:5',
  'GEO:48.2082;16.3738',
  'ORGANIZER;CN=Ana:mailto:ana@example.org',
  'ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:bob@example.org',
  'ATTENDEE;CN=Cy;PARTSTAT=TENTATIVE;ROLE=OPT-PARTICIPANT:mailto:cy@example.org',
  'X-FOO;X-P=1:bar',
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'TRIGGER:-PT15M',
  'DESCRIPTION:Soon',
  'END:VALARM',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:day-1',
  'DTSTAMP:20260101T000000Z',
  'DTSTART;VALUE=DATE:20260611',
  'DTEND;VALUE=DATE:20260613',
  'SUMMARY:Away',
  'RRULE:FREQ=YEARLY;COUNT=14',
  'END:VEVENT',
  'BEGIN:VTODO',
  'UID:task-1',
  'DTSTAMP:20260101T000000Z',
  'SUMMARY:Write it up',
  'DUE:20260305T170000Z',
  'PERCENT-COMPLETE:25',
  'STATUS:IN-PROCESS',
  'PRIORITY:1',
  'END:VTODO',
  'END:VCALENDAR',
  '',
].join('\r\n');
const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/calendars/${name}.ics`, import.meta.url), 'utf8').replace(/\r?\n/g, '\r\n');

// Every line of events that a person or a program may edit, one at a time, in one place after the other, of a collection with three of them.
const placesOf = (text: string): readonly Wanted[] => [
  { on: 0, format: 'icalendar', text },
  { on: 0, format: 'icalendar-folder' },
  { on: 1, format: 'icalendar' },
];
const CALENDARS = [
  ['our own notation', OWN],
  ['Apple', fixture('apple-calendar')],
  ['Thunderbird', fixture('thunderbird')],
  ['Exchange', fixture('exchange-invitation')],
  ['Outlook', fixture('outlook-meeting')],
  ['Google', fixture('google-takeout')],
  ['Nextcloud', fixture('nextcloud')],
  ['Fastmail', fixture('fastmail')],
  ['Zimbra', fixture('zimbra')],
  ['zones of their own', fixture('custom-zones')],
] as const;

/** So many of each kind in each place, all of them with LOCKSTEP_MATRIX=10000. */
const MOST = Number(process.env.LOCKSTEP_MATRIX ?? 3);

/**
 * An occurrence says what it has otherwise than its series, a rule and what cannot be understood without its day is carried as it is, and a time
 * comes with the rules of its zone.
 */
const BESIDES = /^(?:recurrence|iCalendar|timeZones|@type|estimatedDuration|title$)/;

/** What lines say of each kind of thing, with those around them that come and go with it. */
const PIECES: { readonly [map: string]: RegExp } = {
  title: /^SUMMARY$/,
  locale: /^(?:SUMMARY|DESCRIPTION)$/,
  description: /^DESCRIPTION$/,
  'iCalendarParams': /^(?:DESCRIPTION|ORGANIZER|SUMMARY)$/,
  when: /^(?:DTSTART|DTEND|(?:ESTIMATED-)?DURATION|DUE|RRULE|EXDATE|RDATE|RECURRENCE-ID|BEGIN|END|TZ.*|X-LIC-LOCATION|X-MICROSOFT-CDO-TZID)$/,
  timeZones: /^(?:DTSTART|DTEND|DUE|EXDATE|RDATE|RECURRENCE-ID|RRULE|BEGIN|END|TZ.*|X-.*)$/,
  recurrenceRule: /^RRULE$/,
  locations: /^(?:LOCATION|GEO)$/,
  virtualLocations: /^CONFERENCE$/,
  links: /^(?:URL|ATTACH|LINK)$/,
  participants: /^ATTENDEE$/,
  organizerCalendarAddress: /^ORGANIZER$/,
  keywords: /^CATEGORIES$/,
  priority: /^PRIORITY$/,
  status: /^STATUS$/,
  progress: /^(?:STATUS|COMPLETED|PERCENT-COMPLETE)$/,
  progressUpdated: /^COMPLETED$/,
  percentComplete: /^PERCENT-COMPLETE$/,
  freeBusyStatus: /^TRANSP$/,
  privacy: /^CLASS$/,
  color: /^COLOR$/,
  relatedTo: /^RELATED-TO$/,
  alerts:
    /^(?:BEGIN|END|ACTION|TRIGGER|DESCRIPTION|SUMMARY|ATTENDEE|ATTACH|ACKNOWLEDGED|UID|RELATED-TO|REPEAT|DURATION|X-.*)$/,
};
/** When it was written is written with it. */
const STAMPS = /^(?:DTSTAMP|LAST-MODIFIED|SEQUENCE|CREATED)$/;
const says = (map: string, piece: string): boolean => STAMPS.test(piece) || (PIECES[map]?.test(piece) ?? true);

let edits = 0;
afterAll(() => console.log(`${edits} edits of one line of events`));

it.each(
  CALENDARS.flatMap(([name, text]) => [0, 1, 2].map((at) => [placesOf(text)[at]!.format, at, name, text] as const)),
)(
  'an edit of one line of %s (place %i) of a calendar of %s reaches all others and is taken back',
  async (_, at, __, text) => {
    const all = await SideBySide.of('calendar', placesOf(text));
    expect(all.troubles()).toEqual([]);
    const tried = await tryEdits(all, at, MOST, { says, besides: BESIDES });
    edits += tried.edits;
    all.end();
    expect(tried.faults).toEqual([]);
  },
);
