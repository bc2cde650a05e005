import { compareTexts } from '../../../record/compare-texts.ts';
import { isPlain, type Plain, type Value } from '../../../record/value.ts';
import { remembering } from '../../text/remembering.ts';
import { formatTime, isLocal, parseTime } from './civil.ts';
import { UTC } from './zone-names.ts';
import { localIn } from './zone-offsets.ts';

/** A recurrence rule as JSCalendar writes it. */
export type Rule = Plain;
/** What a rule is of: its UNTIL is a wall time of that zone, or a date. */
export interface RuleContext {
  readonly timeZone: string | null;
  readonly isDate: boolean;
}

const FREQUENCIES = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const LISTS: readonly (readonly [part: string, key: string, least: number, most: number])[] = [
  ['BYMONTHDAY', 'byMonthDay', -31, 31],
  ['BYYEARDAY', 'byYearDay', -366, 366],
  ['BYWEEKNO', 'byWeekNo', -53, 53],
  ['BYHOUR', 'byHour', 0, 23],
  ['BYMINUTE', 'byMinute', 0, 59],
  ['BYSECOND', 'bySecond', 0, 60],
  ['BYSETPOS', 'bySetPosition', -366, 366],
];
/** In the order they are written in. */
const OF_DAY = [...LISTS.slice(3, 6)].reverse();
const OF_YEAR = LISTS.slice(0, 3);
/** What has a place of its own in a rule. */
const KNOWN = new Set([
  ...'frequency interval count until firstDayOfWeek byDay byMonth rscale skip'.split(' '),
  ...LISTS.map(([, key]) => key),
]);
const MOST_ENTRIES = 400;
/** RSCALE, where it names no other calendar than everybody's. */
const GREGORIAN = /^(?:gregorian)?$/i;

/** The rule a text states, in the one way to write it: without what is the default anyway, lists in order. null: it is not understood. */
export function parseRule(text: string, context: RuleContext): Rule | null {
  return /UNTIL/i.test(text) ? readRule(text, context) : endlessRule(text);
}

/** A rule that names no time says the same of every event. */
const endlessRule = remembering(500, (text) => readRule(text, { timeZone: null, isDate: false }));

function readRule(text: string, context: RuleContext): Rule | null {
  const parts = new Map<string, string>();
  for (const part of text.trim().replace(/;+$/, '').split(';')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).trim().toUpperCase();
    if (equals < 1 || parts.has(name) || !/^[A-Z-]{2,30}$/.test(name)) return null;
    parts.set(name, part.slice(equals + 1).trim());
  }
  const take = (name: string): string | null => {
    const value = parts.get(name) ?? null;
    parts.delete(name);
    return value === '' ? null : value;
  };
  const rule: { [key: string]: Value } = {};
  const frequency = take('FREQ')?.toUpperCase() ?? '';
  if (!FREQUENCIES.includes(frequency)) return null;
  rule.frequency = frequency.toLowerCase();
  const interval = wholeNumber(take('INTERVAL') ?? '1');
  const count = parts.has('COUNT') ? wholeNumber(take('COUNT') ?? '') : undefined;
  if (interval === null || count === null) return null;
  if (interval > 1) rule.interval = interval;
  if (count !== undefined) rule.count = count;
  // Most rules say no more than that.
  if (parts.size === 0) return rule;
  const until = take('UNTIL');
  if (until !== null) {
    const local = readUntil(until, context);
    if (local === null) return null;
    rule.until = local;
  }
  const firstDay = take('WKST')?.toUpperCase();
  if (firstDay !== undefined && !DAYS.includes(firstDay)) return null;
  if (firstDay !== undefined && firstDay !== 'MO') rule.firstDayOfWeek = firstDay.toLowerCase();
  const days = take('BYDAY');
  if (days !== null) {
    const byDay = readDays(days);
    if (byDay === null) return null;
    rule.byDay = byDay;
  }
  const months = take('BYMONTH');
  if (months !== null) {
    const list = [
      ...new Set(
        months.split(',').map((month) =>
          month
            .trim()
            .toUpperCase()
            .replace(/^0+(?=\d)/, ''),
        ),
      ),
    ];
    const isGregorian = GREGORIAN.test(parts.get('RSCALE') ?? '');
    if (!list.every((month) => isMonth(month, isGregorian))) return null;
    rule.byMonth = list.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || compareTexts(a, b));
  }
  for (const [part, key, least, most] of LISTS) {
    const values = take(part);
    if (values === null) continue;
    const numbers = values
      .split(',')
      .map((number) => (/^\s*[+-]?\d{1,3}\s*$/.test(number) ? Number(number) : Number.NaN));
    if (!numbers.every((number) => number >= least && number <= most) || numbers.length > MOST_ENTRIES) return null;
    rule[key] = [...new Set(numbers)].sort((a, b) => a - b);
  }
  const scale = take('RSCALE')?.toLowerCase();
  if (scale !== undefined && scale !== 'gregorian') rule.rscale = scale;
  const skip = take('SKIP')?.toLowerCase();
  if (skip !== undefined && skip !== 'omit') rule.skip = skip;
  for (const word of [scale, skip]) if (word !== undefined && !/^[a-z0-9-]{1,40}$/.test(word)) return null;
  for (const name of [...parts.keys()].sort(compareTexts)) {
    const value = parts.get(name) ?? '';
    if (!isPlainWord(value) || name === 'FREQUENCY') return null;
    rule[name.toLowerCase()] = value;
  }
  return rule;
}

/**
 * Does a text of a rule say what none may (RFC 5545 3.3.10), whatever else it says? Thunderbird and others read nothing at all of a calendar in which
 * one event has such a rule.
 */
export function isNoRule(text: string): boolean {
  const isGregorian = GREGORIAN.test(/(?:^|;)RSCALE=([^;]*)/.exec(text)?.[1] ?? '');
  return text.split(';').some((part) => {
    const equals = part.indexOf('=');
    const [name, value] = [part.slice(0, Math.max(0, equals)), part.slice(equals + 1)];
    const each = value.split(',');
    if (name === 'FREQ') return !FREQUENCIES.includes(value);
    if (name === 'INTERVAL' || name === 'COUNT') return !/^[+-]?\d+$/.test(value);
    if (name === 'WKST') return !DAYS.includes(value);
    if (name === 'BYDAY') return !each.every((day) => /^[+-]?\d{0,3}(MO|TU|WE|TH|FR|SA|SU)$/.test(day));
    if (name === 'BYMONTH') return !each.every((month) => isMonth(month, isGregorian));
    const [, , least = 0, most = 0] = LISTS.find(([own]) => own === name) ?? [];
    const isIn = (number: string): boolean => /^[+-]?\d{1,3}$/.test(number) && +number >= least && +number <= most;
    return most > 0 && !each.every(isIn);
  });
}

/** The text of a rule; null: it holds what cannot be said in iCalendar. */
export function composeRule(rule: Value, context: RuleContext): string | null {
  if (!isPlain(rule)) return null;
  const of = rule as Rule;
  const parts: string[] = [];
  if (of.rscale !== undefined) parts.push(`RSCALE=${text(of.rscale)}`);
  parts.push(`FREQ=${text(of.frequency)}`);
  if (typeof of.until === 'string') parts.push(`UNTIL=${writeUntil(of.until, context)}`);
  if (of.count !== undefined) parts.push(`COUNT=${text(of.count)}`);
  if (of.interval !== undefined) parts.push(`INTERVAL=${text(of.interval)}`);
  for (const [part, key] of OF_DAY) if (key in of) parts.push(`${part}=${list(of[key])}`);
  if (Array.isArray(of.byDay)) parts.push(`BYDAY=${(of.byDay as readonly Value[]).map(writeDay).join(',')}`);
  for (const [part, key] of OF_YEAR) if (key in of) parts.push(`${part}=${list(of[key])}`);
  if ('byMonth' in of) parts.push(`BYMONTH=${list(of.byMonth)}`);
  if ('bySetPosition' in of) parts.push(`BYSETPOS=${list(of.bySetPosition)}`);
  if (of.firstDayOfWeek !== undefined) parts.push(`WKST=${text(of.firstDayOfWeek)}`);
  if (of.skip !== undefined) parts.push(`SKIP=${text(of.skip)}`);
  for (const key of Object.keys(of)
    .filter((each) => !KNOWN.has(each))
    .sort(compareTexts))
    parts.push(`${key.toUpperCase()}=${text(of[key])}`);
  const composed = parts.join(';');
  // What a peer sent may be anything: only what reads as a rule again is one.
  return /[\p{Cc}:]/u.test(composed) || parseRule(composed, context) === null ? null : composed;
}

/** 13 and 14, and those that are leap months, are of other calendars, which a rule names (RFC 7529). */
function isMonth(month: string, isGregorian: boolean): boolean {
  const number = Number.parseInt(month, 10);
  return (isGregorian ? /^\d{1,2}$/ : /^\d{1,2}L?$/).test(month) && number >= 1 && number <= (isGregorian ? 12 : 14);
}

/** Wall time of the event's zone; where that cannot be told, the moment as it is written. */
function readUntil(text: string, { timeZone, isDate }: RuleContext): string | null {
  const time = parseTime(text);
  if (time === null) return null;
  if (isDate) return `${time.local.slice(0, 10)}T00:00:00`;
  if (time.form === 'date') return time.local.slice(0, 10);
  if (time.form === 'local') return time.local;
  return localIn(timeZone, UTC, time.local) ?? `${time.local}Z`;
}

function writeUntil(until: string, { timeZone, isDate }: RuleContext): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(until)) return until.replaceAll('-', '');
  if (until.endsWith('Z') || !isLocal(until)) return until.replace(/[-:]/g, '');
  if (isDate) return formatTime(until, 'date');
  const utc = localIn(UTC, timeZone, until);
  // A wall time that its zone shows twice or never says another moment in UTC: then it is written as it is.
  if (utc === null || localIn(timeZone, UTC, utc) !== until) return formatTime(until, 'local');
  return formatTime(utc, 'utc');
}

function readDays(text: string): readonly Value[] | null {
  const found = new Map<string, Value>();
  const days = text.split(',');
  if (days.length > MOST_ENTRIES) return null;
  for (const each of days) {
    const [, nth, day = ''] = /^\s*([+-]?\d{1,3})?\s*(MO|TU|WE|TH|FR|SA|SU)\s*$/i.exec(each) ?? [];
    if (day === '') return null;
    const number = nth === undefined ? 0 : Number(nth);
    const key = `${String(number + 500)} ${DAYS.indexOf(day.toUpperCase())}`;
    found.set(key, number === 0 ? { day: day.toLowerCase() } : { day: day.toLowerCase(), nthOfPeriod: number });
  }
  return [...found].sort(([a], [b]) => compareTexts(a, b)).map(([, day]) => day);
}

function writeDay(value: Value): string {
  const { day, nthOfPeriod } = (value ?? {}) as { day?: Value; nthOfPeriod?: Value };
  return `${nthOfPeriod === undefined ? '' : text(nthOfPeriod)}${text(day)}`;
}

/** Of what is no word and no number, as a peer may send it, what no rule can hold: it may have no text at all. */
const text = (value: Value | undefined): string =>
  typeof value === 'object' && value !== null ? ':' : String(value).toUpperCase();
const list = (value: Value | undefined): string => (Array.isArray(value) ? value.map(text).join(',') : '');
const isPlainWord = (value: string): boolean => /^[^\p{Cc};:]{0,200}$/u.test(value);

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}
