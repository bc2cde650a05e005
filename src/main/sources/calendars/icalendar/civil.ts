/** A date or date and time as iCalendar writes it. `local`: `YYYY-MM-DDThh:mm:ss`, the wall time of whatever zone goes with it. */
export interface CivilTime {
  readonly local: string;
  readonly form: 'date' | 'local' | 'utc';
}
/** Whole days by the calendar, then seconds by the clock (JSCalendar's durations, iCalendar's too). Both have one sign. */
export interface Duration {
  readonly days: number;
  readonly seconds: number;
}

const TIME = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d{1,9})?(Z?))?$/i;
/** How nearly every time is written, and every wall time: a zero for each digit. */
const BASIC = '00000000T000000Z';
const WALL = '0000-00-00T00:00:00';
const DAY_MS = 86_400_000;

/** null: not a date. `20240101T000000Z` and `2024-01-01T00:00:00Z` are one. */
export function parseTime(text: string): CivilTime | null {
  const { length } = text;
  if ((length === 8 || length === 15 || length === 16) && startsShaped(text, BASIC)) return basicTime(text);
  const found = TIME.exec(text.trim());
  if (found === null) return null;
  const [, year = '', month = '', day = '', hour, minute = '00', second = '00', zulu = ''] = found;
  if (!isDate(Number(year), Number(month), Number(day))) return null;
  if (hour === undefined) return { local: `${year}-${month}-${day}T00:00:00`, form: 'date' };
  // A leap second is the second before it: no clock of a calendar shows it.
  const seconds = second === '60' ? '59' : second;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(seconds) > 59) return null;
  return {
    local: `${year}-${month}-${day}T${hour}:${minute}:${seconds}`,
    form: zulu === '' ? 'local' : 'utc',
  };
}

/** The same of a time in the basic form, without a text for each of its parts: every event has two. */
function basicTime(text: string): CivilTime | null {
  const year = yearAt(text);
  const month = twoAt(text, 4);
  const day = twoAt(text, 6);
  if (!isDate(year, month, day)) return null;
  if (text.length === 8) return { local: wallText(year, month, day, 0, 0, 0), form: 'date' };
  const hour = twoAt(text, 9);
  const minute = twoAt(text, 11);
  const second = twoAt(text, 13);
  if (hour > 23 || minute > 59 || second > 60) return null;
  const local = wallText(year, month, day, hour, minute, Math.min(second, 59));
  return { local, form: text.length === 15 ? 'local' : 'utc' };
}

/** A wall time (`2026-01-02T03:04:05`) as iCalendar writes it (RFC 5545 3.3.4, 3.3.5). */
export function formatTime(local: string, form: CivilTime['form']): string {
  const basic = local.length === WALL.length ? basicText(local) : local.replace(/[-:]/g, '');
  if (form === 'date') return basic.slice(0, 8);
  return form === 'utc' ? `${basic}Z` : basic;
}

/** Is it a wall time as the universal format has it, of a day there is? */
export const isLocal = (text: unknown): text is string =>
  typeof text === 'string' &&
  isShaped(text, WALL) &&
  isDate(yearAt(text), twoAt(text, 5), twoAt(text, 8)) &&
  twoAt(text, 11) <= 23 &&
  twoAt(text, 14) <= 59 &&
  twoAt(text, 17) <= 60;

/** The wall time as milliseconds, as if it were UTC: for arithmetic only. */
export function wallMs(local: string): number {
  if (local.length === WALL.length) {
    const seconds = twoAt(local, 11) * 3600 + twoAt(local, 14) * 60 + twoAt(local, 17);
    return daysOf(yearAt(local), twoAt(local, 5), twoAt(local, 8)) * DAY_MS + seconds * 1000;
  }
  const days = daysOf(Number(local.slice(0, 4)), Number(local.slice(5, 7)), Number(local.slice(8, 10)));
  const seconds = Number(local.slice(11, 13)) * 3600 + Number(local.slice(14, 16)) * 60 + Number(local.slice(17, 19));
  return days * DAY_MS + seconds * 1000;
}

/** null: outside of the years that can be written. */
export function localOf(ms: number): string | null {
  const days = Math.floor(ms / DAY_MS);
  const [year, month, day] = dateOf(days);
  if (!(year >= 0 && year <= 9999)) return null;
  const seconds = Math.floor((ms - days * DAY_MS) / 1000);
  return wallText(year, month, day, Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60);
}

const isShaped = (text: string, shape: string): boolean => text.length === shape.length && startsShaped(text, shape);
/** Has the text, which is no longer than the shape, a digit wherever that has a zero, and else the same? */
function startsShaped(text: string, shape: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const wanted = shape.charCodeAt(at);
    if (wanted === ZERO ? !isDigit(code) : code !== wanted) return false;
  }
  return true;
}

const ZERO = 0x30;
const DASH = 0x2d;
const COLON = 0x3a;
const LETTER_P = 0x50;
const LETTER_T = 0x54;
/** A letter, whichever case it has. */
const capitalAt = (text: string, at: number): number => text.charCodeAt(at) & ~0x20;
const isDigit = (code: number): boolean => code >= ZERO && code <= ZERO + 9;

const twoAt = (text: string, at: number): number => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
const yearAt = (text: string): number => twoAt(text, 0) * 100 + twoAt(text, 2);
/** The number so many digits of a text make. */
function numberAt(text: string, from: number, length: number): number {
  let number = 0;
  for (let at = from; at < from + length; at++) number = number * 10 + text.charCodeAt(at) - ZERO;
  return number;
}

const tens = (number: number): number => ZERO + Math.floor(number / 10);
const ones = (number: number): number => ZERO + (number % 10);
/** A wall time, made in one piece. */
function wallText(year: number, month: number, day: number, hour: number, minute: number, second: number): string {
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  return String.fromCharCode(
    tens(century),
    ones(century),
    tens(inCentury),
    ones(inCentury),
    DASH,
    tens(month),
    ones(month),
    DASH,
    tens(day),
    ones(day),
    LETTER_T,
    tens(hour),
    ones(hour),
    COLON,
    tens(minute),
    ones(minute),
    COLON,
    tens(second),
    ones(second),
  );
}

/** A wall time in the basic form. */
function basicText(local: string): string {
  return String.fromCharCode(
    local.charCodeAt(0),
    local.charCodeAt(1),
    local.charCodeAt(2),
    local.charCodeAt(3),
    local.charCodeAt(5),
    local.charCodeAt(6),
    local.charCodeAt(8),
    local.charCodeAt(9),
    LETTER_T,
    local.charCodeAt(11),
    local.charCodeAt(12),
    local.charCodeAt(14),
    local.charCodeAt(15),
    local.charCodeAt(17),
    local.charCodeAt(18),
  );
}

/** What a duration counts in, in the order its units stand in: days, or seconds. */
interface Unit {
  readonly letter: number;
  readonly counts: number;
  readonly digits: number;
}
const unit = (letter: string, counts: number, digits: number): Unit => ({
  letter: letter.charCodeAt(0),
  counts,
  digits,
});
const OF_DAYS: readonly Unit[] = [unit('W', 7, 7), unit('D', 1, 7)];
const OF_SECONDS: readonly Unit[] = [unit('H', 3600, 9), unit('M', 60, 9), unit('S', 1, 9)];

/** null: not a duration. Weeks are seven days; 90 minutes an hour and 30 minutes; but 24 hours are not a day. */
export function parseDuration(given: string): Duration | null {
  const text = given.trim();
  const isNegative = text[0] === '-';
  let at = isNegative || text[0] === '+' ? 1 : 0;
  if (capitalAt(text, at++) !== LETTER_P) return null;
  let units = OF_DAYS;
  let next = 0;
  const duration = { days: 0, seconds: 0 };
  let hasAny = false;
  while (at < text.length) {
    if (units === OF_DAYS && capitalAt(text, at) === LETTER_T) {
      units = OF_SECONDS;
      next = 0;
      at++;
      continue;
    }
    const from = at;
    while (isDigit(text.charCodeAt(at))) at++;
    const letter = capitalAt(text, at);
    while (next < units.length && units[next]?.letter !== letter) next++;
    const found = units[next];
    if (found === undefined || at === from || at - from > found.digits) return null;
    const count = numberAt(text, from, at - from) * (isNegative ? -found.counts : found.counts) + 0;
    if (units === OF_DAYS) duration.days += count;
    else duration.seconds += count;
    hasAny = true;
    next++;
    at++;
  }
  return hasAny ? duration : null;
}

/** RFC 5545 3.3.6; no time at all is `PT0S`. */
export function formatDuration({ days, seconds }: Duration): string {
  if (days === 0 && seconds === 0) return 'PT0S';
  let text = days < 0 || seconds < 0 ? '-P' : 'P';
  if (days !== 0) text += `${Math.abs(days)}D`;
  if (seconds === 0) return text;
  const left = Math.abs(seconds);
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor(left / 60) % 60;
  text += 'T';
  if (hours !== 0) text += `${hours}H`;
  if (minutes !== 0) text += `${minutes}M`;
  return left % 60 === 0 ? text : `${text}${left % 60}S`;
}

/** One way to write each duration; null: it is none. */
export function normalDuration(text: string): string | null {
  const duration = parseDuration(text);
  return duration === null ? null : formatDuration(duration);
}

/** Days since 1970-01-01 of a date of the (proleptic) Gregorian calendar. */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** The date that is so many days after 1970-01-01; as `daysOf`. */
export function dateOf(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  if (day <= 28) return true;
  const [, monthBack, dayBack] = dateOf(daysOf(year, month, day));
  return monthBack === month && dayBack === day;
}
