import { listOf, type Plain, text } from './plain-value.ts';
import { MONTHS, momentWords } from './time-words.ts';

const EVERY: { readonly [frequency: string]: string } = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
  hourly: 'hour',
};
const WEEKDAYS: { readonly [day: string]: string } = {
  mo: 'Mon',
  tu: 'Tue',
  we: 'Wed',
  th: 'Thu',
  fr: 'Fri',
  sa: 'Sat',
  su: 'Sun',
};

const NTH: { readonly [nth: number]: string } = {
  1: 'first',
  2: 'second',
  3: 'third',
  4: 'fourth',
  5: 'fifth',
  [-1]: 'last',
};
/** Of a rule so much is told in words; that there is more is told too. */
const TOLD: ReadonlySet<string> = new Set([
  'frequency',
  'interval',
  'byDay',
  'byMonthDay',
  'byMonth',
  'count',
  'until',
  'firstDayOfWeek',
]);

function dayWords({ day, nthOfPeriod: nth }: Plain): string {
  const name = WEEKDAYS[text(day)] ?? text(day);
  if (typeof nth !== 'number') return name;
  return NTH[nth] === undefined ? `${name} number ${nth}` : `the ${NTH[nth]} ${name}`;
}

/** How often an event takes place: `every 2 weeks, on Mon, until Fri 27 Mar 2026`. */
export function ruleWords(rule: Plain): string {
  const { frequency, interval, byDay, byMonthDay, byMonth, count, until } = rule;
  const unit = EVERY[text(frequency)] ?? text(frequency);
  const parts = [typeof interval === 'number' && interval > 1 ? `every ${interval} ${unit}s` : `every ${unit}`];
  const days = listOf(byDay).map(dayWords);
  if (days.length > 0) parts.push(`on ${days.join(', ')}`);
  if (Array.isArray(byMonthDay) && byMonthDay.length > 0)
    parts.push(`on ${byMonthDay.map((day) => (day === -1 ? 'the last day' : `day ${day}`)).join(', ')}`);
  if (Array.isArray(byMonth) && byMonth.length > 0)
    parts.push(`in ${byMonth.map((month) => MONTHS[Number(month) - 1] ?? String(month)).join(', ')}`);
  if (typeof count === 'number') parts.push(`${count} times`);
  if (typeof until === 'string') parts.push(`until ${momentWords(until, until.endsWith('T00:00:00'))}`);
  if (Object.keys(rule).some((key) => !TOLD.has(key) && !key.startsWith('@'))) parts.push('only some of these');
  return parts.join(', ');
}
