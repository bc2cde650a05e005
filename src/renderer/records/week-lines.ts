import type { OccurrenceView } from '../../contract/contract.ts';
import { type Day, daysLater, startOf } from './month-days.ts';

const DAY_MS = 86_400_000;

/** What stands in one line of a day. */
export interface DayLine {
  readonly occurrence: OccurrenceView;
  /** It takes whole days, and is one strip through all of them. */
  readonly isStrip: boolean;
  /** The strip does not come from the day before, or go on into the next. */
  readonly isBegun: boolean;
  readonly isOver: boolean;
  /** Its title stands here: where it begins, and at the begin of each week. */
  readonly isNamed: boolean;
  /** How many days of the week are left of it, this one too. */
  readonly days: number;
}

/** Takes it whole days? What begins at an hour and lasts into the night is of its evening. */
const isStrip = ({ start, end, isAllDay }: OccurrenceView): boolean => isAllDay || end - start >= DAY_MS;

/**
 * What each day of a week shows, line by line; null: a line that is left free. A strip has the same line on all its days, the longer ones
 * first; what has its hour comes below, on the day it begins.
 */
export function weekLines(
  week: readonly Day[],
  list: readonly OccurrenceView[],
): readonly (readonly (DayLine | null)[])[] {
  const days = week.map((day) => ({ from: startOf(day), to: startOf(daysLater(day, 1)) }));
  const lines: (DayLine | null)[][] = days.map(() => []);
  const isOn = (at: number, { start, end }: OccurrenceView): boolean => {
    const day = days[at];
    return day !== undefined && start < day.to && (end > day.from || start >= day.from);
  };
  const strips = list.filter(isStrip).sort((a, b) => a.start - b.start || b.end - a.end);
  for (const occurrence of strips) {
    const on = [...days.keys()].filter((at) => isOn(at, occurrence));
    let line = 0;
    while (on.some((at) => lines[at]?.[line] != null)) line++;
    for (const [before, at] of on.entries()) {
      const of = lines[at];
      const day = days[at];
      if (of === undefined || day === undefined) continue;
      while (of.length < line) of.push(null);
      const isBegun = occurrence.start >= day.from;
      of[line] = {
        occurrence,
        isStrip: true,
        isBegun,
        isOver: occurrence.end <= day.to,
        isNamed: isBegun || at === 0,
        days: on.length - before,
      };
    }
  }
  for (const [at, { from, to }] of days.entries())
    for (const occurrence of list)
      if (!isStrip(occurrence) && occurrence.start >= from && occurrence.start < to)
        lines[at]?.push({ occurrence, isStrip: false, isBegun: true, isOver: true, isNamed: true, days: 1 });
  return lines;
}
