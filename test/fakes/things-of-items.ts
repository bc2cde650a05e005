import { icalendarFormat } from '../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import { vcardFormat } from '../../src/main/sources/contacts/vcard/vcard-format.ts';
import type { TextFormat } from '../../src/main/sources/text/text-format.ts';

/** What may stand in the place of one thing: as it was, as it was edited here, as it was edited there. Nothing alike in them. */
export interface Thing {
  readonly lines: readonly [was: string, here: string, there: string];
  /** Can the format hold many of it, so that two that were added apart both stay? */
  readonly many: boolean;
}
const one = (...lines: Thing['lines']): Thing => ({ lines, many: false });
const many = (...lines: Thing['lines']): Thing => ({ lines, many: true });
const each = (name: string, values: readonly [string, string, string]): Thing['lines'] =>
  values.map((value) => `${name}:${value}`) as unknown as Thing['lines'];
const PLACES = ['Room A', 'Vienna, Karlsplatz', 'online'] as const;
const PAGES = ['https://a.example/x', 'http://www.other.org/12', 'ftp://third.net'] as const;
const WORDS = ['ab', 'Quick brown fox', 'ZZZ'] as const;

const EVENT: readonly Thing[] = [
  one(...each('SUMMARY', WORDS)),
  one(...each('DESCRIPTION', WORDS)),
  one(...each('LOCATION', PLACES)),
  one(...each('GEO', ['48.1;16.2', '-3.5;100', '0;0'])),
  one('LOCATION:Room A\r\nGEO:48.1;16.2', 'LOCATION:Vienna\r\nGEO:1;2', 'LOCATION:online'),
  one(...each('URL', PAGES)),
  one(...each('ORGANIZER', ['mailto:a@example.com', 'mailto:zoe@other.org', 'urn:uuid:1'])),
  one(...each('COLOR', ['red', 'navy', 'teal'])),
  one(...each('PRIORITY', ['1', '5', '9'])),
  many(...each('CONFERENCE;VALUE=URI', PAGES)),
  many(...each('ATTACH', PAGES)),
  many(...each('COMMENT', WORDS)),
  many(...each('CONTACT', WORDS)),
  many(...each('X-GOOGLE-CONFERENCE', PAGES)),
  many(
    ...(['-PT15M', 'PT0S', '-P1D'].map(
      (trigger) => `BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:${trigger}\r\nEND:VALARM`,
    ) as unknown as Thing['lines']),
  ),
];
const CARD: readonly Thing[] = [
  one(...each('BDAY', ['1990-03-12', '2001-11-30', '1955-07-07'])),
  many(...each('NICKNAME', WORDS)),
  many(...each('ORG', ['Analytical Engines', 'Bank', 'ZZ;Unit'])),
  many(...each('TITLE', WORDS)),
  many(...each('ROLE', WORDS)),
  many(...each('NOTE', WORDS)),
  many(...each('URL', PAGES)),
  many(...each('EMAIL', ['ada@example.org', 'lovelace@other.net', 'x@y.zz'])),
  many(...each('TEL;TYPE=CELL', ['+43 1 5550100', '0664 999', '112'])),
  many(...each('ADR;TYPE=HOME', [';;Ring 1;Wien;;1010;AT', ';;Main St;Town;;999;US', ';;;X;;;'])),
  many(...each('PHOTO;ENCODING=b;TYPE=PNG', ['iVBORw0KGgo=', 'AAAABBBB', 'CCCCDDDDEEEE'])),
  many(...each('IMPP', ['xmpp:a@b.c', 'sip:other', 'irc:zz'])),
  many(...each('X-EVOLUTION-FILE-AS', WORDS)),
];
const CARD_4: readonly Thing[] = [
  one(...each('ANNIVERSARY', ['19900312', '20011130', '19550707'])),
  one(...each('DEATHDATE', ['19900312', '20011130', '19550707'])),
  one(...each('GENDER', ['M', 'F', 'O;other'])),
  many(...each('HOBBY', WORDS)),
  many(...each('TZ', WORDS)),
  many(...each('GEO', ['geo:1,2', 'geo:50,60', 'geo:-9,0'])),
];

const component = (name: string) => (line: string) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `BEGIN:${name}`,
    'UID:u',
    'DTSTART:20260105T090000Z',
    ...(line === '' ? [] : [line]),
    `END:${name}`,
    'END:VCALENDAR',
    '',
  ].join('\r\n');
const card = (version: string) => (line: string) =>
  ['BEGIN:VCARD', `VERSION:${version}`, 'UID:u', 'FN:Ada', ...(line === '' ? [] : [line]), 'END:VCARD', ''].join(
    '\r\n',
  );

/** Kinds of items, each with what a text of it is made of. */
export const KINDS: readonly (readonly [string, TextFormat, (line: string) => string, readonly Thing[]])[] = [
  ['an event', icalendarFormat, component('VEVENT'), EVENT],
  ['a task', icalendarFormat, component('VTODO'), EVENT],
  ['a card of 3.0', vcardFormat('3.0'), card('3.0'), CARD],
  [
    'a card of 4.0',
    vcardFormat('4.0'),
    card('4.0'),
    [...CARD, ...CARD_4].filter(({ lines }) => !/ENCODING/.test(lines[0])),
  ],
];
