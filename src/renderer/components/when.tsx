import { CLOCK, formatFor } from './locale.ts';

const clock = formatFor(CLOCK);
const dayOfYear = formatFor({ day: 'numeric', month: 'short' });
const fullDay = formatFor({ day: 'numeric', month: 'short', year: 'numeric' });
const weekday = formatFor({ weekday: 'long', day: 'numeric', month: 'long' });
const exact = formatFor({ dateStyle: 'full', timeStyle: 'medium' });

const midnight = (time: number, daysBack = 0) => {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBack).getTime();
};

/** A moment for people, seen from `now` (ms since 1970): `just now`, `5 minutes ago`, `14:02`, `yesterday, 14:02`, `3 Mar, 14:02`. */
export function whenText(at: string, now: number): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return at;
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes >= 0 && minutes < 1) return 'just now';
  if (minutes >= 0 && minutes < 60) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`;
  if (time >= midnight(now) && time < midnight(now, -1)) return `today, ${clock.format(time)}`;
  if (time >= midnight(now, 1) && time < midnight(now)) return `yesterday, ${clock.format(time)}`;
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return `${(sameYear ? dayOfYear : fullDay).format(time)}, ${clock.format(time)}`;
}

/** The day a moment lies in, as a heading: `Today`, `Yesterday`, `Tuesday 3 March`, `3 Mar 2024`. */
export function dayText(at: string, now: number): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return at;
  if (time >= midnight(now) && time < midnight(now, -1)) return 'Today';
  if (time >= midnight(now, 1) && time < midnight(now)) return 'Yesterday';
  return (new Date(time).getFullYear() === new Date(now).getFullYear() ? weekday : fullDay).format(time);
}

/** The time of the day; a text that is no moment as it is. */
export const clockText = (at: string): string => (Number.isNaN(Date.parse(at)) ? at : clock.format(Date.parse(at)));

/** A moment, exact on hover. */
export function When({ at }: { at: string }) {
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={Number.isNaN(time) ? at : exact.format(time)}>
      {whenText(at, Date.now())}
    </time>
  );
}
