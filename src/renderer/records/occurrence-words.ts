import type { OccurrenceView } from '../../contract/contract.ts';

const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** `Mon, 5 Jan, 09:00`; of a whole day without the clock. */
export const timeOf = ({ start, isAllDay }: OccurrenceView): string =>
  new Date(start).toLocaleString('en-GB', isAllDay ? DAY : { ...DAY, ...CLOCK });

/** `09:00`, `all day`. */
export const clockOf = ({ start, isAllDay }: OccurrenceView): string =>
  isAllDay ? 'all day' : new Date(start).toLocaleString('en-GB', CLOCK);
