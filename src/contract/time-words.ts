import type { ValueView } from './contract.ts';
import { isPlain, joined, type Plain, text } from './plain-value.ts';

/** By their numbers, from 0. */
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A day of the calendar as far as it is known; a part of 0 is none (files say 1980-01-00). */
interface PartialDay {
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
}
const partOf = (value: ValueView | undefined): number | null =>
  typeof value === 'number' && value !== 0 ? value : null;

/** Of February where no year is known the 29th is a day. */
function isDay({ year, month, day }: PartialDay): boolean {
  if (month !== null && (month < 1 || month > 12)) return false;
  if (day === null) return true;
  const isLeap = year === null || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
  const length = month === null ? 31 : month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day >= 1 && day <= length;
}
const NO_DAY = ' (no such day)';
const monthName = (month: number): string => MONTHS[month - 1] ?? `month ${month}`;

/** A birthday, as far as it is known: `15 April 1980`, `15 April`, `January 1980`, `1980`. '' where it is no date. */
export function dateWords(date: ValueView | undefined): string {
  if (!isPlain(date)) return '';
  if (typeof date.text === 'string') return date.text;
  if (typeof date.utc === 'string') return momentWords(date.utc.slice(0, 19), false);
  const parts = [date.year, date.month, date.day];
  if (!parts.some((part) => typeof part === 'number')) return '';
  const [year = null, month = null, day = null] = parts.map(partOf);
  if (year === null && month === null) return day === null ? 'unknown' : `day ${day} of a month`;
  const days = day === null ? '' : month === null ? `day ${day} of a month in` : String(day);
  const words = joined([days, month === null ? '' : monthName(month), year === null ? '' : String(year)], ' ');
  return isDay({ year, month, day }) ? words : words + NO_DAY;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `2026-01-05T09:00:00` as clocks there show it: no time zone is reckoned with. What is no moment is told as it is. */
export function momentWords(local: string, isAllDay: boolean): string {
  const [, ...parts] = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?/.exec(local) ?? [];
  const [hour, minute] = parts.slice(3);
  const [year, month, day] = parts.slice(0, 3).map(Number);
  if (year === undefined || month === undefined || day === undefined) return local;
  const words = `${day} ${monthName(month).slice(0, month > 12 || month < 1 ? undefined : 3)} ${parts[0]}`;
  const date = isDay({ year, month, day }) ? `${weekdayOf(year, month, day)} ${words}` : words + NO_DAY;
  return isAllDay || hour === undefined ? date : `${date}, ${hour}:${minute}`;
}

/** `Date.UTC` takes the years before 100 for those of the last century. */
function weekdayOf(year: number, month: number, day: number): string {
  return DAYS[new Date(new Date(0).setUTCFullYear(year, month - 1, day)).getUTCDay()] ?? '';
}

/** When an event takes place: `Mon 5 Jan 2026, 09:00 for 1 hour (Europe/Vienna)`; days without clocks: `Mon 5 Jan 2026 for 3 days`. */
export function whenWords({ start, due, duration, timeZone, showWithoutTime }: Plain): string {
  const isAllDay = showWithoutTime === true;
  const parts: string[] = [];
  if (typeof start === 'string') parts.push(momentWords(start, isAllDay));
  if (typeof due === 'string') parts.push(`due ${momentWords(due, isAllDay)}`);
  // What ends before it begins is a slip of whoever wrote it: of that no length can be said.
  const isTold = typeof duration === 'string' && !duration.startsWith('-') && !NO_TIME.test(duration);
  if (isTold && !(isAllDay && duration === 'P1D')) parts.push(`for ${durationWords(duration)}`);
  if (typeof timeZone === 'string' && !isAllDay) parts.push(`(${zoneWords(timeZone)})`);
  return parts.join(' ');
}

/** A zone of somebody's own is told by the name it has there, and the one of all clocks by the name people know. */
const zoneWords = (zone: string): string => (zone === 'Etc/UTC' ? 'UTC' : zone.replace(/^\/custom\/[^/]+\//, ''));

const UNITS = [
  ['W', 'week'],
  ['D', 'day'],
  ['H', 'hour'],
  ['M', 'minute'],
  ['S', 'second'],
] as const;

function durationWords(duration: string): string {
  const parts = UNITS.flatMap(([letter, word]) => {
    const count = Number(new RegExp(`(\\d+)${letter}`).exec(duration)?.[1] ?? 0);
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
  });
  return parts.length === 0 ? duration : parts.join(' ');
}

const NO_TIME = /^[+-]?P(?:T?0[WDHMS])+$/;

/** When it rings: `15 minutes before`. */
export function alertWords({ trigger }: Plain): string {
  if (!isPlain(trigger)) return 'an alert';
  if (typeof trigger.when === 'string') return momentWords(trigger.when, false);
  const offset = text(trigger.offset);
  if (offset === '') return 'an alert';
  if (NO_TIME.test(offset)) return trigger.relativeTo === 'end' ? 'at the end' : 'when it begins';
  return `${durationWords(offset)} ${offset.startsWith('-') ? 'before' : 'after'}${trigger.relativeTo === 'end' ? ' the end' : ''}`;
}
