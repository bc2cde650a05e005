import type { OccurrenceView } from '../../contract/contract.ts';

const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** `Mon, 5 Jan, 09:00`; of a whole day without the clock. */
export const timeOf = ({ start, isAllDay }: OccurrenceView): string =>
  new Date(start).toLocaleString('en-GB', isAllDay ? DAY : { ...DAY, ...CLOCK });

/** `09:00`, `all day`. */
export const clockOf = ({ start, isAllDay }: OccurrenceView): string =>
  isAllDay ? 'all day' : new Date(start).toLocaleString('en-GB', CLOCK);

const HEADING: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
const isSameDate = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

/** The day an event begins on, seen from `now` (ms since 1970): `Today`, `Tomorrow`, `Monday 5 January`. One that began before is on today's. */
export function dayHeading({ start }: OccurrenceView, now: number): string {
  const [day, today, tomorrow] = [new Date(Math.max(start, now)), new Date(now), new Date(now)];
  tomorrow.setDate(today.getDate() + 1);
  if (isSameDate(day, today)) return 'Today';
  return isSameDate(day, tomorrow) ? 'Tomorrow' : day.toLocaleDateString('en-GB', HEADING);
}
