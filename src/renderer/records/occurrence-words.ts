import type { OccurrenceView } from '../../contract/contract.ts';
import { CLOCK, formatFor, IS_HALF_DAY } from '../components/locale.ts';

const DAY_MS = 86_400_000;
const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
const clock = formatFor(CLOCK);
const shortDay = formatFor(DAY);
const shortDayAndClock = formatFor({ ...DAY, ...CLOCK });
const heading = formatFor({ weekday: 'long', day: 'numeric', month: 'long' });
const fullDay = formatFor({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** `Mon, 5 Jan, 09:00`; of a whole day without the clock. */
export const timeOf = ({ start, isAllDay }: OccurrenceView): string =>
  (isAllDay ? shortDay : shortDayAndClock).format(start);

const hour = formatFor({ hour: 'numeric' });

/** When it begins, as short as can be: `09:00`, `9:30 AM`, `9 AM`. */
export const beginOf = ({ start }: OccurrenceView): string =>
  IS_HALF_DAY && new Date(start).getMinutes() === 0 ? hour.format(start) : clock.format(start);

/** What is said of it, where it says nothing of that. */
export const titleOf = ({ title }: OccurrenceView): string => (title === '' ? 'Without a title' : title);

/** A moment (ms since 1970): `Mon, 5 Jan, 09:00`. */
export const momentWords = (moment: number): string => shortDayAndClock.format(moment);

/** The last moment that is part of it. */
const lastOf = ({ start, end }: OccurrenceView): number => Math.max(start, end - 1);

/** From when to when, of one day: `09:00–09:15`, `all day`; where it lasts longer the last day is told: `until Tue 8 Dec`. */
export function spanOf(occurrence: OccurrenceView): string {
  const { start, end, isAllDay } = occurrence;
  if (isAllDay)
    return isSameDate(start, lastOf(occurrence)) ? 'all day' : `until ${shortDay.format(lastOf(occurrence))}`;
  if (end <= start) return clock.format(start);
  if (isSameDate(start, end)) return clock.formatRange(start, end);
  return isWithinADay(occurrence)
    ? `${clock.format(start)} – ${clock.format(end)}`
    : `${clock.format(start)}, until ${shortDay.format(lastOf(occurrence))}`;
}

/** A party that ends after midnight is of its evening. */
const isWithinADay = ({ start, end }: OccurrenceView): boolean => end - start < DAY_MS;

/** The day, and from when to when: `Wednesday, 2 December 2026, 19:30–21:30`. */
export function occasionOf(occurrence: OccurrenceView): string {
  const { start, isAllDay } = occurrence;
  const span = spanOf(occurrence);
  return isAllDay && span === 'all day' ? fullDay.format(start) : `${fullDay.format(start)}, ${span}`;
}

const isSameDate = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

/** The day an event begins on, seen from `now` (ms since 1970): `Today`, `Tomorrow`, `Monday 5 January`. One that began before is on today's. */
export function dayHeading({ start }: OccurrenceView, now: number): string {
  const day = Math.max(start, now);
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  if (isSameDate(day, now)) return 'Today';
  return isSameDate(day, tomorrow.getTime()) ? 'Tomorrow' : heading.format(day);
}
