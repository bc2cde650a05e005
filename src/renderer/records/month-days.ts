import type { OccurrenceView } from '../../contract/contract.ts';

/** A day, as this computer's clocks have it. */
export interface Day {
  readonly year: number;
  /** 0 is January. */
  readonly month: number;
  readonly day: number;
}
const WEEK = 7;
const WEEKS = 6;

/** The day of a moment (milliseconds since 1970) here. */
export const dayOf = (moment: number): Day => {
  const date = new Date(moment);
  return { year: date.getFullYear(), month: date.getMonth(), day: date.getDate() };
};
/** Its first moment: not every day has 24 hours. */
export const startOf = ({ year, month, day }: Day): number => new Date(year, month, day).getTime();
/** So many days later, or earlier where that is negative. */
export const daysLater = ({ year, month, day }: Day, days: number): Day =>
  dayOf(new Date(year, month, day + days).getTime());
/** The same day of another month, or its last. */
export function monthsLater({ year, month, day }: Day, months: number): Day {
  const last = new Date(year, month + months + 1, 0);
  return { year: last.getFullYear(), month: last.getMonth(), day: Math.min(day, last.getDate()) };
}
/** Are both one day? */
export const isSameDay = (a: Day, b: Day): boolean => a.year === b.year && a.month === b.month && a.day === b.day;

/** How many days of its week come before a day, where weeks begin with `firstDay` (1 is Monday, 7 is Sunday). */
export const placeInWeek = (day: Day, firstDay: number): number =>
  (new Date(startOf(day)).getDay() + WEEK - (firstDay % WEEK)) % WEEK;

/** Six weeks that hold the month of a day, each beginning with `firstDay`. */
export function weeksAround(day: Day, firstDay: number): readonly (readonly Day[])[] {
  const first = { ...day, day: 1 };
  const before = placeInWeek(first, firstDay);
  return Array.from({ length: WEEKS }, (_, week) =>
    Array.from({ length: WEEK }, (_each, at) => daysLater(first, week * WEEK + at - before)),
  );
}

/** What takes place on a day: also what began before and still lasts. */
export function on(day: Day, list: readonly OccurrenceView[]): readonly OccurrenceView[] {
  const from = startOf(day);
  const to = startOf(daysLater(day, 1));
  return list.filter(({ start, end }) => start < to && (end > from || start >= from));
}
