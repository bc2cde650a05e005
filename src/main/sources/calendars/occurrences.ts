import nodeIcal from 'node-ical';
import { compareTexts } from '../../record/compare-texts.ts';
import { escapeName } from '../../record/entry-name.ts';
import { fieldName } from '../../record/ids.ts';
import { type Fields, isPlain, type Value } from '../../record/value.ts';
import { formatTime, localOf, wallMs } from './icalendar/civil.ts';
import { applyPatch, type Override, occurrencesIn, overridesOf } from './icalendar/overrides.ts';
import { ownOffsetAt } from './icalendar/own-zone-offsets.ts';
import { composeRule, parseRule } from './icalendar/rule.ts';
import type { EventTime } from './icalendar/times.ts';
import { endTime, startOf, type When, whenOfValue } from './icalendar/when.ts';
import { isKnownZone } from './icalendar/zone-names.ts';
import { instantBy, offsetAt } from './icalendar/zone-offsets.ts';

/** One time something takes place. */
export interface Occurrence {
  /** Its time in the series: what an override of it is filed under. */
  readonly key: string;
  /** Milliseconds since 1970, UTC. A day's begins at midnight where one is. */
  readonly start: number;
  readonly end: number;
  /** As the clocks there show it, and whose clocks: null: those where one is. */
  readonly local: string;
  readonly timeZone: string | null;
  readonly isAllDay: boolean;
  readonly title: string;
  /** Where, by name; '': it says nothing of that. */
  readonly place: string;
}
/** From (inclusive) to (not any more); `timeZone`: where one is. */
export interface Period {
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
}
export interface Occurrences {
  readonly list: readonly Occurrence[];
  /** False: there are more than are counted, or its rule is one nobody can follow. */
  readonly isComplete: boolean;
}

/** So many steps of a rule are tried for one record: it is shown, and nothing hangs on it. */
const MOST_STEPS = 10_000;
/** Of one that has several times a day fewer: a list of them is of no use to anybody. */
const MOST_WITHIN_DAYS = 2_000;
const CLOCK_CHANGE_MS = 3 * 3_600_000;
const DAY_MS = 86_400_000;
/** Within as long every rule comes true that ever does: on a weekday of a leap year. */
const LONGEST_STEPS_MS = 41 * 365 * DAY_MS;
type Rule = { readonly [part: string]: Value };
const STEPS: Readonly<Record<string, number>> = {
  secondly: 1000,
  minutely: 60_000,
  hourly: 3_600_000,
  daily: DAY_MS,
  weekly: 7 * DAY_MS,
  monthly: 28 * DAY_MS,
  yearly: 365 * DAY_MS,
};

/** When a record takes place in a period, in order. What is excluded is left out, what was moved stands where it was moved to. */
export function occurrencesOf(fields: Fields, period: Period): Occurrences {
  const isTask = fields.get(fieldName('@type')) === 'Task';
  const when = whenOfValue(fields.get(fieldName('when')), isTask);
  if (when === null) return { list: [], isComplete: true };
  const overrides = overridesOf(fields);
  const start = startOf(when);
  const { keys, isComplete } = keysIn(fields, when, start, period);
  const days = new Set([...keys].map((key) => key.slice(0, 10)));
  // Of a day on which the series has a time of its own a date names that.
  for (const [key, { added, patch, range }] of overrides)
    if (added || ((patch.size > 0 || range) && (start?.isDate === true || !(key.length === 10 && days.has(key)))))
      keys.add(key);
  const list: Occurrence[] = [];
  const fromSeries = occurrencesIn(fields, isTask);
  for (const key of start === null ? [''] : keys) {
    const override = overrides.get(key) ?? overrides.get(key.slice(0, 10));
    if (override?.excluded === true) continue;
    const one = occurrenceAt(fields, fromSeries(key), key, override ?? null, isTask, period.timeZone);
    if (one !== null && isWithin(one, period)) list.push(one);
  }
  list.sort((a, b) => a.start - b.start || compareTexts(a.key, b.key));
  return { list: withoutSkipped(list, overrides), isComplete };
}

interface Keys {
  readonly keys: Set<string>;
  readonly isComplete: boolean;
}

/** The times of a series: its start, what its rule makes and further ones (RFC 2445 has several), without those of its EXRULEs. */
function keysIn(fields: Fields, when: When, start: EventTime | null, period: Period): Keys {
  if (start === null) return { keys: new Set(), isComplete: true };
  const rule = fields.get(fieldName('recurrenceRule')) ?? null;
  const keys = new Set([start.local]);
  let isComplete = true;
  const follow = (rule: Value, take: (key: string) => void): void => {
    const expanded = rule === null ? { keys: [], isComplete: false } : expand(fields, when, rule, period);
    for (const key of expanded.keys) take(key);
    isComplete &&= expanded.isComplete;
  };
  if (rule !== null) follow(rule, (key) => keys.add(key));
  const context = { timeZone: start.zone, isDate: start.isDate };
  for (const text of propertiesNamed(fields, 'rrule')) follow(parseRule(text, context), (key) => keys.add(key));
  for (const text of propertiesNamed(fields, 'exrule')) follow(parseRule(text, context), (key) => keys.delete(key));
  return { keys, isComplete };
}

/** The values of a property that a record carries as it is, for there is no field for it. */
function propertiesNamed(fields: Fields, name: string): readonly string[] {
  const found: string[] = [];
  fields.forEach((value, field) => {
    if (!field.startsWith('iCalendar/') || !isPlain(value) || value.name !== name) return;
    if (typeof value.value === 'string') found.push(value.value);
  });
  return found;
}

/** Does some of it take place in the period? */
export const isWithin = (
  { start, end }: Pick<Occurrence, 'start' | 'end'>,
  { from, to }: Pick<Period, 'from' | 'to'>,
): boolean => start < to && (end > from || start >= from);

/** May it take place more than once? */
export const isSeries = (fields: Fields): boolean =>
  (fields.get(fieldName('recurrenceRule')) ?? null) !== null || overridesOf(fields).size > 0;

/** Hours that clocks skip are those after them, and no occurrences of their own. */
function withoutSkipped(list: readonly Occurrence[], overrides: ReadonlyMap<string, Override>): Occurrence[] {
  return list.filter(({ key, start }, at) => overrides.has(key) || list[at + 1]?.start !== start);
}

/** The first occurrence from a moment on; null: there is none within the next ten years. */
export function nextOccurrence(fields: Fields, from: number, timeZone: string): Occurrence | null {
  for (const days of [40, 400, 3_700]) {
    const { list } = occurrencesOf(fields, { from, to: from + days * DAY_MS, timeZone });
    const next = list.find(({ start }) => start >= from);
    if (next !== undefined) return next;
  }
  return null;
}

/** The key of the one occurrence that start and rule of a series (`series`) make on a day (`2024-01-05`) of its clocks; null: none, several, or it cannot be told. */
export function occurrenceOnDay(series: Fields, day: string): string | null {
  const noon = wallMs(`${day}T12:00:00`);
  const around = { from: noon - 2 * DAY_MS, to: noon + 2 * DAY_MS, timeZone: 'Etc/UTC' };
  const { list, isComplete } = occurrencesOf(series, around);
  const [only, ...others] = list.filter(({ key }) => key.startsWith(day));
  return only !== undefined && others.length === 0 && isComplete ? only.key : null;
}

/** The times a rule makes, by the clocks of the series, whatever zone that is: rules count in the hours that people see. */
function expand(
  fields: Fields,
  when: When,
  rule: Value,
  { from, to, timeZone }: Period,
): { readonly keys: readonly string[]; readonly isComplete: boolean } {
  const given = isPlain(rule) ? rule : {};
  const frequency = String(given.frequency);
  const step = (STEPS[frequency] ?? 0) * (typeof given.interval === 'number' ? given.interval : 1);
  // How many times one step may make: the hours, minutes and seconds it lists, on so many days.
  const each = ['byHour', 'byMinute', 'bySecond'].reduce((all, key) => all * sizeOf(given[key]), 1);
  const most = (step < DAY_MS ? MOST_WITHIN_DAYS : MOST_STEPS) / each;
  if (step === 0 || when.start === undefined || each * Math.min(366, step / DAY_MS) > MOST_STEPS)
    return { keys: [], isComplete: false };
  const begin = wallMs(when.start);
  const offset = offsetsOf(fields, when.timeZone, timeZone);
  const wall = (moment: number): number => moment + offset(moment) * 1000;
  // What lasts may have begun long before; and clocks may change in between.
  const ending = endTime(when);
  const lasting = ending === null ? 0 : Math.max(0, wallMs(ending.local) - begin);
  const first = wall(from) - CLOCK_CHANGE_MS - lasting;
  const until = wall(to) + CLOCK_CHANGE_MS;
  const isCounted = given.count !== undefined;
  const skipped = isCounted || step > 7 * DAY_MS ? 0 : Math.max(0, Math.floor((first - begin) / step) - 1);
  const anchor = begin + skipped * step;
  const end = Math.min(until, anchor + most * step);
  const isComplete = end >= until && (!isCounted || Number(given.count) <= MOST_STEPS);
  if (anchor > until) return { keys: [], isComplete: true };
  try {
    const own = isCounted ? countedFrom(given, anchor) : given;
    if (own === null) return { keys: [], isComplete };
    const keys = keysOf(own, anchor, Math.max(first, anchor), Math.max(end, first, anchor));
    return keys === null ? { keys: [], isComplete: false } : { keys: keys.slice(0, MOST_STEPS), isComplete };
  } catch {
    // A rule that never comes true is one of these.
    return { keys: [], isComplete: false };
  }
}

/** The start is counted also where the rule does not make it (RFC 5545 3.3.10): that makes one less then. null: it makes none beside. */
function countedFrom(rule: Rule, start: number): Rule | null {
  if (!Object.keys(rule).some((part) => part.startsWith('by'))) return rule;
  const [first] = keysOf({ ...rule, count: 1 }, start, start, start + LONGEST_STEPS_MS) ?? [];
  if (first === undefined || first === localOf(start)) return rule;
  const count = Number(rule.count) - 1;
  return count > 0 ? { ...rule, count } : null;
}

/** What a rule makes from a moment to another, by the clocks of the series. null: it is none. */
function keysOf(rule: Rule, start: number, from: number, to: number): readonly string[] | null {
  const text = ruleText(rule, start);
  if (text === null) return null;
  const [event] = Object.values(nodeIcal.sync.parseICS(text)).filter((each) => each?.type === 'VEVENT');
  if (event === undefined || event.type !== 'VEVENT') return null;
  const range = { from: new Date(from), to: new Date(to) };
  return nodeIcal.expandRecurringEvent(event, range).flatMap((each) => localOf(each.start.getTime()) ?? []);
}

/** A calendar of one event whose times are those walls show, written as UTC: so neither a zone nor that of this computer comes into it. */
function ruleText(rule: Rule, anchor: number): string | null {
  const start = localOf(anchor);
  const until = typeof rule.until === 'string' ? rule.until : null;
  const walls = until === null ? {} : { until: `${until.replace('Z', '')}${until.length === 10 ? 'T23:59:59' : ''}Z` };
  const text = composeRule({ ...rule, ...walls } as Value, { timeZone: null, isDate: false });
  if (start === null || text === null) return null;
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', `DTSTART:${formatTime(start, 'utc')}`];
  return [...lines, `RRULE:${text}`, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
}

function occurrenceAt(
  fields: Fields,
  own: Fields,
  key: string,
  override: Override | null,
  isTask: boolean,
  here: string,
): Occurrence | null {
  const full = override === null ? own : applyPatch(own, override.patch);
  const when = whenOfValue(full.get(fieldName('when')), isTask);
  if (when === null) return null;
  const ending = endTime(when);
  const start = startOf(when) ?? ending;
  if (start === null) return null;
  const moment = (zone: string | null, local: string): number => instantBy(offsetsOf(fields, zone, here), local);
  const from = moment(start.zone, start.local);
  const until = ending === null ? from : Math.max(from, moment(ending.zone, ending.local));
  const title = full.get(fieldName('title'));
  return {
    key: key === '' ? start.local : key,
    start: from,
    end: until,
    local: start.local,
    timeZone: start.zone,
    isAllDay: start.isDate,
    title: typeof title === 'string' ? title : '',
    place: placeOf(full),
  };
}

function placeOf(fields: Fields): string {
  for (const [field, value] of fields)
    if (field.startsWith('locations/') && isPlain(value) && typeof value.name === 'string' && value.name !== '')
      return value.name;
  return '';
}

/** How many seconds a zone is ahead of UTC, also one of somebody's own that brought its rules; one that is null or not known is that of `here`. */
function offsetsOf(fields: Fields, zone: string | null, here: string): (utcMs: number) => number {
  if (zone !== null && isKnownZone(zone)) return (moment) => offsetAt(zone, moment);
  const own = zone === null ? null : (fields.get(fieldName(`timeZones/${escapeName(zone)}`)) ?? null);
  const text = isPlain(own) && typeof own.text === 'string' ? own.text : null;
  return (moment) => (text === null ? null : ownOffsetAt(text, moment)) ?? offsetAt(here, moment);
}

const sizeOf = (list: Value | undefined): number => (Array.isArray(list) ? Math.max(1, list.length) : 1);
