import { isPlain, type Value } from '../../../record/value.ts';
import { type Duration, formatDuration, isLocal, localOf, normalDuration, parseDuration, wallMs } from './civil.ts';
import { type Property, property } from './property.ts';
import { composeTime, type EventTime } from './times.ts';
import { isKnownZone } from './zone-names.ts';
import { instantOf, isSteady, localAt } from './zone-offsets.ts';
import { isOwnZone, type Zones } from './zones.ts';

/**
 * When something is: what only makes sense together is one field. An event has a start and a duration, a task a start, an end by which it is
 * due, or both. `timeZone` null: wherever one is. `endTimeZone`: where the end is told in another zone.
 */
export interface When {
  readonly start?: string;
  readonly timeZone: string | null;
  readonly duration?: string;
  readonly due?: string;
  readonly endTimeZone?: string | null;
  readonly showWithoutTime?: true;
}

/** How an end is written: as the text does it, or as a new one is to. */
export type EndStyle = 'end' | 'duration' | 'none' | 'new';

const DAY_MS = 86_400_000;

/** null: neither a start nor (of a task) an end. */
export function whenOf(
  start: EventTime | null,
  end: EventTime | null,
  duration: Duration | null,
  isTask: boolean,
): When | null {
  if (isTask) {
    const due = end ?? (start === null || duration === null ? null : endOf(start, duration, start.zone));
    return start === null && due === null ? null : taskWhen(start, due);
  }
  if (start === null) return null;
  const lasting = end === null ? (duration ?? defaultDuration(start)) : durationBetween(start, end);
  const when: { -readonly [key in keyof When]: When[key] } = {
    start: start.local,
    timeZone: start.zone,
    duration: formatDuration(lasting),
  };
  if (start.isDate) when.showWithoutTime = true;
  if (end !== null && !start.isDate && !end.isDate && end.zone !== start.zone) when.endTimeZone = end.zone;
  return when;
}

function taskWhen(start: EventTime | null, due: EventTime | null): When {
  const allDay = (start?.isDate ?? true) && (due?.isDate ?? true);
  const literal = (time: EventTime): string => (time.isDate && !allDay ? time.local.slice(0, 10) : time.local);
  const zone = start !== null && !start.isDate ? start.zone : (due?.zone ?? null);
  return {
    ...(start === null ? {} : { start: literal(start) }),
    timeZone: zone,
    ...(due === null ? {} : { due: literal(due) }),
    ...(due !== null && !due.isDate && due.zone !== zone ? { endTimeZone: due.zone } : {}),
    ...(allDay ? { showWithoutTime: true as const } : {}),
  };
}

/** The start of a `when`; null: it has none. */
export function startOf(when: When | null): EventTime | null {
  return when?.start === undefined ? null : timeOf(when.start, when, when.timeZone);
}

/** When it ends; of a task, by when it is due. null: it does not say. */
export function endTime(when: When): EventTime | null {
  const endZone = when.endTimeZone === undefined ? when.timeZone : when.endTimeZone;
  if (when.due !== undefined) return timeOf(when.due, when, endZone);
  const start = startOf(when);
  const duration = when.duration === undefined ? null : parseDuration(when.duration);
  return start === null || duration === null ? null : endOf(start, duration, endZone);
}

/** A `when` out of whatever a field holds; null: it is none this format can hold. */
export function whenOfValue(value: Value | undefined, isTask: boolean): When | null {
  if (!isPlain(value)) return null;
  const zone = zoneName(value.timeZone);
  const endZone = value.endTimeZone === undefined ? undefined : zoneName(value.endTimeZone);
  if (zone === undefined || (value.endTimeZone !== undefined && endZone === undefined)) return null;
  const when: { -readonly [key in keyof When]: When[key] } = { timeZone: zone };
  if (isTime(value.start, isTask)) when.start = value.start;
  if (isTask && isTime(value.due, isTask)) when.due = value.due;
  if (!isTask && typeof value.duration === 'string') {
    const duration = normalDuration(value.duration);
    if (duration !== null) when.duration = duration;
  }
  if (value.showWithoutTime === true) when.showWithoutTime = true;
  if (endZone !== undefined) when.endTimeZone = endZone;
  if (when.start === undefined && when.due === undefined) return null;
  return isTask || when.start !== undefined ? when : null;
}

/** A task may have dates beside times. */
const isTime = (time: Value | undefined, isTask: boolean): time is string =>
  isLocal(time) || (isTask && typeof time === 'string' && isLocal(`${time}T00:00:00`));

/** DTSTART and what tells the end. */
export function composeWhen(when: When, isTask: boolean, style: EndStyle, zones: Zones): readonly Property[] {
  const start = startOf(when);
  const lines: Property[] = start === null ? [] : [composeTime('DTSTART', start, zones)];
  const endZone = when.endTimeZone === undefined ? when.timeZone : when.endTimeZone;
  if (isTask) {
    if (when.due === undefined) return lines;
    const due = timeOf(when.due, when, endZone);
    const lasting = start === null || style !== 'duration' ? null : durationBetween(start, due);
    const isLasting = lasting !== null && due.zone === start?.zone && due.isDate === start.isDate;
    lines.push(isLasting ? property('DURATION', formatDuration(lasting)) : composeTime('DUE', due, zones));
    return lines;
  }
  const duration = when.duration === undefined ? null : parseDuration(when.duration);
  if (start === null || duration === null) return lines;
  const isDefault = isSame(duration, defaultDuration(start)) && endZone === when.timeZone;
  if (isDefault && (style === 'none' || (style === 'new' && !start.isDate))) return lines;
  const isDuration = (style === 'duration' && endZone === when.timeZone) || (start.isDate && duration.seconds !== 0);
  const end = isDuration ? null : endOf(start, duration, endZone);
  // Where an end in the calendar would read as another duration (clocks change on the way), the duration is said.
  const lasting = end === null ? null : durationBetween(start, end);
  const isSaid =
    lasting !== null && (isSame(lasting, duration) || formatDuration(lasting) === formatDuration(duration));
  lines.push(
    isSaid && end !== null ? composeTime('DTEND', end, zones) : property('DURATION', formatDuration(duration)),
  );
  return lines;
}

function timeOf(text: string, when: When, zone: string | null): EventTime {
  if (text.length === 10) return { local: `${text}T00:00:00`, zone: null, isDate: true };
  return when.showWithoutTime === true
    ? { local: text, zone: null, isDate: true }
    : { local: text, zone, isDate: false };
}

const isSame = (a: Duration, b: Duration): boolean => a.days === b.days && a.seconds === b.seconds;
const defaultDuration = ({ isDate }: EventTime): Duration => ({ days: isDate ? 1 : 0, seconds: 0 });

/** Whole days by the calendar, the rest by the clock; where the rules of a zone are not known, as the walls show it. */
function durationBetween(start: EventTime, end: EventTime): Duration {
  const endZone = end.isDate ? start.zone : end.zone;
  const exact = isRuled(start.zone) && isRuled(endZone);
  const first = wallMs(start.local);
  const last = wallMs(end.local);
  if (!exact || start.zone === null || endZone === null) return split(last - first);
  if (endZone === start.zone && isSteady(endZone, first, last)) return split(last - first);
  const until = instantOf(endZone, end.local);
  const from = instantOf(start.zone, start.local);
  if (until - from === last - first && endZone === start.zone) return split(until - from);
  const inZone = localAt(start.zone, until);
  if (inZone === null || until < from) return split(until - from);
  let days = Math.floor((wallMs(inZone) - first) / DAY_MS);
  let left = until - instantOf(start.zone, localOf(first + days * DAY_MS) ?? start.local);
  if (left < 0 && days > 0) {
    days--;
    left = until - instantOf(start.zone, localOf(first + days * DAY_MS) ?? start.local);
  }
  return { days, seconds: Math.round(left / 1000) };
}

function split(ms: number): Duration {
  const days = Math.trunc(ms / DAY_MS) + 0;
  return { days, seconds: Math.round((ms - days * DAY_MS) / 1000) + 0 };
}

/** Beyond the years that can be written it is where it began. */
function endOf(start: EventTime, { days, seconds }: Duration, zone: string | null): EventTime {
  const begin = wallMs(start.local) + days * DAY_MS;
  const ending = begin + seconds * 1000;
  if (!start.isDate && zone !== null && zone === start.zone && isKnownZone(zone) && isSteady(zone, begin, ending))
    return { local: localOf(ending) ?? start.local, zone, isDate: false };
  const wall = localOf(begin) ?? start.local;
  if (start.isDate)
    return { local: seconds === 0 ? wall : (localOf(wallMs(wall) + seconds * 1000) ?? wall), zone: null, isDate: true };
  if (seconds === 0 && zone === start.zone) return { local: wall, zone, isDate: false };
  const exact = start.zone !== null && zone !== null && isRuled(start.zone) && isRuled(zone);
  const local = exact
    ? localAt(zone, instantOf(start.zone as string, wall) + seconds * 1000)
    : localOf(wallMs(wall) + seconds * 1000);
  return { local: local ?? wall, zone, isDate: false };
}

const isRuled = (zone: string | null): boolean => zone === null || isKnownZone(zone);

/** undefined: no zone's name. */
function zoneName(value: Value | undefined): string | null | undefined {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' && (isKnownZone(value) || isOwnZone(value)) ? value : undefined;
}
