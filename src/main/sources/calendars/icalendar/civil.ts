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
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
const DAY_MS = 86_400_000;

/** null: not a date. `20240101T000000Z` and `2024-01-01T00:00:00Z` are one. */
export function parseTime(text: string): CivilTime | null {
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

/** A wall time (`2026-01-02T03:04:05`) as iCalendar writes it (RFC 5545 3.3.4, 3.3.5). */
export function formatTime(local: string, form: CivilTime['form']): string {
  const basic = local.replace(/[-:]/g, '');
  if (form === 'date') return basic.slice(0, 8);
  return form === 'utc' ? `${basic}Z` : basic;
}

/** Is it a wall time as the universal format has it, of a day there is? */
export const isLocal = (text: unknown): text is string =>
  typeof text === 'string' && LOCAL.test(text) && parseTime(text) !== null;

/** The wall time as milliseconds, as if it were UTC: for arithmetic only. */
export function wallMs(local: string): number {
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
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  return `${date}T${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** null: not a duration. Weeks are seven days; 90 minutes an hour and 30 minutes; but 24 hours are not a day. */
export function parseDuration(text: string): Duration | null {
  const found = /^([+-]?)P(?:(\d{1,7})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/i.exec(
    text.trim(),
  );
  if (found === null || !/\d/.test(text)) return null;
  const [, sign, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found;
  const factor = sign === '-' ? -1 : 1;
  return {
    days: factor * (Number(weeks) * 7 + Number(days)) + 0,
    seconds: factor * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) + 0,
  };
}

/** RFC 5545 3.3.6; no time at all is `PT0S`. */
export function formatDuration({ days, seconds }: Duration): string {
  const sign = days < 0 || seconds < 0 ? '-' : '';
  const date = days === 0 ? '' : `${Math.abs(days)}D`;
  const left = Math.abs(seconds);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(left / 3600), 'H'],
    [Math.floor(left / 60) % 60, 'M'],
    [left % 60, 'S'],
  ];
  const time = parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('');
  if (date === '' && time === '') return 'PT0S';
  return `${sign}P${date}${time === '' ? '' : `T${time}`}`;
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

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
