import { formatTime, parseTime } from './civil.ts';
import {
  cleanWord,
  escapeText,
  type Param,
  type Property,
  param,
  paramOf,
  splitList,
  unescapeText,
} from './property.ts';
import { UTC, zoneOfTzid } from './zone-names.ts';
import { localIn } from './zone-offsets.ts';

const TEXTS = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'UID', 'COMMENT', 'RELATED-TO']);
const TIMES = new Set(['DTSTART', 'DTEND', 'DUE', 'EXDATE', 'RDATE']);

/** A property of vCalendar 1.0 as iCalendar would write it. */
export function fromVcalendar(of: Property): Property {
  const { name, value } = of;
  if (TEXTS.has(name)) return { ...of, value: escapeText(unescapeText(value)) };
  if (name === 'CATEGORIES')
    return {
      ...of,
      value: splitList(value, ';')
        .flatMap((each) => splitList(each))
        .map((each) => escapeText(unescapeText(each).trim()))
        .join(','),
    };
  if (name === 'EXDATE' || name === 'RDATE')
    return {
      ...of,
      value: value
        .split(/[;,]/)
        .map((each) => each.trim())
        .filter(Boolean)
        .join(','),
    };
  if (name === 'TRANSP' && /^\d+$/.test(value.trim()))
    return { ...of, value: value.trim() === '0' ? 'OPAQUE' : 'TRANSPARENT' };
  if (name === 'STATUS') return { ...of, value: value.trim().replaceAll(' ', '-') };
  if (name === 'DCREATED') return { ...of, name: 'CREATED' };
  if (name === 'RRULE') return { ...of, value: ruleFromVcalendar(value) ?? value };
  if (name === 'ATTENDEE' || name === 'ORGANIZER') return attendeeFromVcalendar(of);
  return /[\r\n]/.test(value) ? { ...of, value: value.replace(/\r\n?|\n/g, ' ') } : of;
}

/** A property as vCalendar 1.0 writes it; of a rule it cannot say, what iCalendar says. */
export function toVcalendar(of: Property): Property {
  const { name, value } = of;
  if (TEXTS.has(name)) return { ...of, value: unescapeText(value).replaceAll(';', '\\;') };
  if (name === 'CATEGORIES')
    return {
      ...of,
      value: splitList(value)
        .map((each) => unescapeText(each).replaceAll(';', '\\;'))
        .join(';'),
    };
  if (name === 'TRANSP') return { ...of, value: value === 'OPAQUE' ? '0' : '1' };
  if (name === 'STATUS') return { ...of, value: value.replaceAll('-', ' ') };
  if (name === 'CREATED') return { ...of, name: 'DCREATED' };
  if (name === 'RRULE') return { ...of, value: ruleToVcalendar(value) ?? value };
  if (TIMES.has(name)) return timeToVcalendar(of);
  return of;
}

/** vCalendar has no zones for its times: a time of one is written as the moment it is. */
function timeToVcalendar(of: Property): Property {
  const tzid = paramOf(of, 'TZID');
  const params = of.params.filter(({ name }) => name !== 'TZID' && name !== 'VALUE');
  const zone = tzid === null ? null : zoneOfTzid(tzid);
  const values = of.value.split(',').map((each) => {
    const time = parseTime(each);
    const utc = time === null || zone === null || time.form !== 'local' ? null : localIn(UTC, zone, time.local);
    if (time?.form === 'date') return formatTime(time.local, 'local');
    return utc === null ? each : formatTime(utc, 'utc');
  });
  return { ...of, params, value: values.join(';') };
}

const STATUSES: Readonly<Record<string, string>> = {
  'CONFIRMED': 'ACCEPTED',
  'SENT': 'NEEDS-ACTION',
  'NEEDS ACTION': 'NEEDS-ACTION',
};

function attendeeFromVcalendar(of: Property): Property {
  const [, name = '', address = ''] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(of.value) ?? [];
  const plain = address !== '' ? address : of.value.trim();
  const params: Param[] = [];
  if (name !== '' && paramOf(of, 'CN') === null) params.push(param('CN', cleanWord(name)));
  for (const each of of.params) {
    const [value = ''] = each.values;
    if (each.name === 'STATUS') params.push(param('PARTSTAT', STATUSES[value.toUpperCase()] ?? value.toUpperCase()));
    else if (each.name === 'RSVP') params.push(param('RSVP', /^(?:yes|true)$/i.test(value) ? 'TRUE' : 'FALSE'));
    else if (each.name === 'ROLE') params.push(param('ROLE', /^attendee$/i.test(value) ? 'REQ-PARTICIPANT' : value));
    else params.push(each);
  }
  const isMail = plain.includes('@') && !plain.includes(':');
  return { ...of, params, value: isMail ? `mailto:${plain}` : plain };
}

const DAY = '(?:MO|TU|WE|TH|FR|SA|SU)';
const OLD =
  /^(D|W|MP|MD|YM|YD)(\d{1,4})((?: (?:\d{1,3}[+-]?|LD|MO|TU|WE|TH|FR|SA|SU))*)(?: #(\d{1,6}))?(?: (\d{8}T\d{6}Z?))?$/i;

/** null: it is more than iCalendar is sure to say the same way. */
function ruleFromVcalendar(text: string): string | null {
  const [, kind = '', interval = '', list = '', count, until] = OLD.exec(text.trim()) ?? [];
  if (kind === '') return null;
  const words = list.trim() === '' ? [] : list.trim().toUpperCase().split(' ');
  const parts = partsOf(kind.toUpperCase(), words);
  if (parts === null) return null;
  if (interval !== '1') parts.push(`INTERVAL=${Number(interval)}`);
  if (until !== undefined) parts.push(`UNTIL=${until.toUpperCase()}`);
  else if (count !== '0') parts.push(`COUNT=${Number(count ?? 2)}`);
  return parts.join(';');
}

function partsOf(kind: string, words: readonly string[]): string[] | null {
  const days = new RegExp(`^${DAY}$`);
  const isNumber = (word: string): boolean => /^\d{1,3}[+-]?$/.test(word);
  const number = (word: string): string =>
    word === 'LD' ? '-1' : word.endsWith('-') ? `-${word.slice(0, -1)}` : word.replace('+', '');
  if (kind === 'D') return words.length === 0 ? ['FREQ=DAILY'] : null;
  if (kind === 'W') return words.every((word) => days.test(word)) ? ['FREQ=WEEKLY', ...list('BYDAY', words)] : null;
  if (kind === 'MD')
    return words.every((word) => isNumber(word) || word === 'LD')
      ? ['FREQ=MONTHLY', ...list('BYMONTHDAY', words.map(number))]
      : null;
  if (kind === 'YM') return words.every(isNumber) ? ['FREQ=YEARLY', ...list('BYMONTH', words.map(number))] : null;
  if (kind === 'YD') return words.every(isNumber) ? ['FREQ=YEARLY', ...list('BYYEARDAY', words.map(number))] : null;
  const found: string[] = [];
  let nth = '';
  for (const word of words) {
    if (isNumber(word)) nth = number(word);
    else if (nth !== '' && days.test(word)) found.push(`${nth}${word}`);
    else return null;
  }
  return ['FREQ=MONTHLY', ...list('BYDAY', found)];
}

function ruleToVcalendar(text: string): string | null {
  const parts = new Map(text.split(';').map((part) => part.split('=', 2) as [string, string]));
  const take = (name: string): string | undefined => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const frequency = take('FREQ');
  const interval = take('INTERVAL') ?? '1';
  const count = take('COUNT');
  const until = take('UNTIL');
  const end = until !== undefined ? ` ${until.length === 8 ? `${until}T000000` : until}` : ` #${count ?? 0}`;
  const signed = (value: string): string => (value.startsWith('-') ? `${value.slice(1)}-` : `${value}+`);
  const days = take('BYDAY')?.split(',');
  const monthDays = take('BYMONTHDAY')?.split(',');
  const months = take('BYMONTH')?.split(',');
  if (parts.size > 0) return null;
  const plain = (kind: string, list: readonly string[] = []): string =>
    `${[`${kind}${interval}`, ...list].join(' ')}${end}`;
  const given = [days, monthDays, months].filter((each) => each !== undefined).length;
  if (frequency === 'DAILY' && given === 0) return plain('D');
  if (frequency === 'WEEKLY' && given <= 1 && (days ?? []).every((day) => day.length === 2) && !monthDays && !months)
    return plain('W', days);
  if (frequency === 'MONTHLY' && given <= 1 && !months && !days) return plain('MD', monthDays?.map(signed));
  if (frequency === 'MONTHLY' && given === 1 && days?.every((day) => day.length > 2))
    return plain(
      'MP',
      days.flatMap((day) => [signed(day.slice(0, -2)), day.slice(-2)]),
    );
  if (frequency === 'YEARLY' && !days && !monthDays) return plain('YM', months);
  return null;
}

const list = (name: string, values: readonly string[]): string[] =>
  values.length === 0 ? [] : [`${name}=${values.join(',')}`];
