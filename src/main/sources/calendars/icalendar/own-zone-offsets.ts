import { dateOf, daysOf, parseTime, wallMs } from './civil.ts';

/** Since the clocks showed this (`wallMs`), by what they were ahead of UTC before, they are ahead by that. Seconds. */
interface Onset {
  readonly wall: number;
  readonly before: number;
  readonly after: number;
}
/** A STANDARD or DAYLIGHT of a VTIMEZONE. */
interface Observance {
  readonly onsets: readonly Onset[];
  /** null: it is no rule of one day each year, which is all that zones have. */
  readonly yearly: Yearly | null;
}
interface Yearly {
  readonly first: Onset;
  readonly month: number;
  /** The date is one of these; empty: whichever the week days say. */
  readonly days: readonly number[];
  /** 0: Monday; null: any. */
  readonly weekday: number | null;
  /** Of those the first (1), the last (-1); 0: each, which is one. */
  readonly nth: number;
  readonly until: number;
}

const DAY_MS = 86_400_000;
const WEEKDAYS: readonly string[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** 1970-01-01 was a Thursday. */
const THURSDAY = 3;
const MOST_ONSETS = 1000;
const REMEMBERED = 100;
const known = new Map<string, readonly Observance[]>();

/**
 * How many seconds a zone of somebody's own is ahead of UTC at a moment (ms since 1970), by its VTIMEZONE (lines without folds); null: that does
 * not say. Rules are followed as zones have them: a day each year, named by date or week day.
 */
export function ownOffsetAt(text: string, utcMs: number): number | null {
  let observances = known.get(text);
  if (observances === undefined) {
    observances = readObservances(text);
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, observances);
  }
  const [year] = dateOf(Math.floor(utcMs / DAY_MS));
  let last: (Onset & { readonly at: number }) | null = null;
  let first: (Onset & { readonly at: number }) | null = null;
  for (const { onsets, yearly } of observances) {
    const rule = yearly === null ? [] : [year - 1, year, year + 1].flatMap((each) => onsetIn(yearly, each) ?? []);
    for (const onset of [...onsets, ...rule]) {
      const at = onset.wall - onset.before * 1000;
      if (at <= utcMs && (last === null || at >= last.at)) last = { ...onset, at };
      if (first === null || at < first.at) first = { ...onset, at };
    }
  }
  return last?.after ?? first?.before ?? null;
}

function readObservances(text: string): readonly Observance[] {
  const found: Observance[] = [];
  let lines: Map<string, string[]> | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (/^BEGIN:(?:STANDARD|DAYLIGHT)\s*$/i.test(line)) lines = new Map();
    else if (/^END:(?:STANDARD|DAYLIGHT)\s*$/i.test(line)) {
      const observance = lines === null ? null : observanceOf(lines);
      if (observance !== null) found.push(observance);
      lines = null;
    } else if (lines !== null) {
      const [, name = '', value = ''] = /^([A-Za-z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? [];
      lines.set(name.toUpperCase(), [...(lines.get(name.toUpperCase()) ?? []), value.trim()]);
    }
  }
  return found;
}

function observanceOf(lines: ReadonlyMap<string, readonly string[]>): Observance | null {
  const [before, after] = ['TZOFFSETFROM', 'TZOFFSETTO'].map((name) => offsetOf(lines.get(name)?.[0] ?? ''));
  const start = parseTime(lines.get('DTSTART')?.[0] ?? '');
  if (start === null || before === null || before === undefined || after === null || after === undefined) return null;
  const onsetAt = (local: string): Onset => ({ wall: wallMs(local), before, after });
  const dates = (lines.get('RDATE') ?? []).flatMap((line) => line.split(',')).slice(0, MOST_ONSETS);
  const onsets = [start, ...dates.map(parseTime)].flatMap((time) => (time === null ? [] : onsetAt(time.local)));
  const rule = lines.get('RRULE')?.[0];
  return { onsets, yearly: rule === undefined ? null : yearlyOf(rule, onsetAt(start.local)) };
}

function offsetOf(text: string): number | null {
  const [, sign, hours, minutes, seconds = '0'] = /^([+-])(\d{2}):?(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  if (sign === undefined) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}

function yearlyOf(rule: string, first: Onset): Yearly | null {
  const parts = new Map(rule.split(';').map((part) => part.toUpperCase().split('=') as [string, string]));
  const [, month, date] = dateOf(Math.floor(first.wall / DAY_MS));
  if (parts.get('FREQ') !== 'YEARLY' || (parts.get('INTERVAL') ?? '1') !== '1' || parts.has('COUNT')) return null;
  const day = parts.get('BYDAY');
  const [, nth = '', weekday = ''] = /^([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)$/.exec(day ?? '') ?? [];
  if (day !== undefined && weekday === '') return null;
  const days = parts.get('BYMONTHDAY')?.split(',').map(Number) ?? (day === undefined ? [date] : []);
  const until = parseTime(parts.get('UNTIL') ?? '');
  return {
    first,
    month: Number(parts.get('BYMONTH') ?? month),
    days,
    weekday: weekday === '' ? null : WEEKDAYS.indexOf(weekday),
    nth: Number(nth),
    until: until === null ? Number.POSITIVE_INFINITY : wallMs(until.local) + first.before * 1000,
  };
}

/** The onset of a year; null: there is none. */
function onsetIn({ first, month, days, weekday, nth, until }: Yearly, year: number): Onset | null {
  const begin = daysOf(year, month, 1);
  const length = daysOf(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - begin;
  const fitting = Array.from({ length }, (_, at) => begin + at).filter(
    (day) =>
      (days.length === 0 || days.includes(day - begin + 1)) && (weekday === null || (day + THURSDAY) % 7 === weekday),
  );
  const day = nth < 0 ? fitting.at(nth) : fitting[Math.max(0, nth - 1)];
  if (day === undefined) return null;
  const wall = day * DAY_MS + (((first.wall % DAY_MS) + DAY_MS) % DAY_MS);
  return wall < first.wall || wall > until ? null : { ...first, wall };
}
