import { dateOf, daysOf, localOf, wallMs } from './civil.ts';
import { isKnownZone, UTC } from './zone-names.ts';

/** From this moment on (ms since 1970, UTC) the zone is so many seconds ahead of UTC. */
export interface Transition {
  readonly at: number;
  readonly offset: number;
}

const DAY_MS = 86_400_000;
/** Before and after these years the rules of the nearest one count. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2100;
const REMEMBERED = 2_000;

const years = new Map<string, readonly Transition[]>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** As long as the offset of a zone stays the same: from (inclusive), until (not any more). */
interface SameOffset {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}
/** Of each zone the one asked for last: what is asked next is mostly in it as well. */
const latest = new Map<string, SameOffset>();

/** How many seconds an IANA zone is ahead of UTC at a moment. */
export function offsetAt(zone: string, utcMs: number): number {
  if (zone === UTC) return 0;
  const last = latest.get(zone);
  if (last !== undefined && utcMs >= last.from && utcMs < last.until) return last.offset;
  const year = yearOf(utcMs);
  const list = transitionsIn(zone, year);
  let at = 0;
  list.forEach((each, index) => {
    if (each.at <= utcMs) at = index;
  });
  const { at: from, offset } = list[at] as Transition;
  const until = list[at + 1]?.at ?? daysOf(year + 1, 1, 1) * DAY_MS;
  if (utcMs >= from && utcMs < until) {
    if (latest.size >= REMEMBERED) latest.clear();
    latest.set(zone, { from, until, offset });
  }
  return offset;
}

/**
 * Does the zone keep its offset from a day before the earlier of these wall times until a day after the later one? Then time passes between them as
 * the walls show it. false: it changes, or is not known.
 */
export function isSteady(zone: string, wall: number, otherWall: number): boolean {
  const from = Math.min(wall, otherWall) - DAY_MS;
  offsetAt(zone, from);
  const last = latest.get(zone);
  return last !== undefined && from >= last.from && Math.max(wall, otherWall) + DAY_MS < last.until;
}

/** What the zone does in a year: first what holds at its beginning, then every change of its offset. */
export function transitionsIn(zone: string, year: number): readonly Transition[] {
  const key = `${zone} ${year}`;
  const known = years.get(key);
  if (known !== undefined) return known;
  const found: Transition[] = [];
  for (let month = 0; month <= 12; month++) {
    const at = daysOf(year + Math.floor(month / 12), (month % 12) + 1, 1) * DAY_MS;
    const offset = askOffset(zone, at);
    const last = found.at(-1);
    if (last === undefined) found.push({ at, offset });
    else if (last.offset !== offset) {
      const from = daysOf(year, month, 1) * DAY_MS;
      found.push({ at: findChange(zone, from, at, offset), offset });
    }
  }
  if (years.size >= REMEMBERED) years.clear();
  years.set(key, found);
  return found;
}

/** The moment at which clocks of the zone show this wall time: the first of two, and where they skip it, as if they had not. */
export function instantOf(zone: string, local: string): number {
  return zone === UTC ? wallMs(local) : instantBy((moment) => offsetAt(zone, moment), local);
}

/** As `instantOf`, of a zone that is so many seconds ahead of UTC at a moment. */
export function instantBy(offsetAt: (utcMs: number) => number, local: string): number {
  const wall = wallMs(local);
  const before = offsetAt(wall - DAY_MS);
  const after = offsetAt(wall + DAY_MS);
  const first = wall - before * 1000;
  if (before === after || offsetAt(first) === before) return first;
  const second = wall - after * 1000;
  return offsetAt(second) === after ? second : first;
}

/** The wall time of a moment; null: no year that can be written. */
export function localAt(zone: string, utcMs: number): string | null {
  return localOf(utcMs + offsetAt(zone, utcMs) * 1000);
}

/** A wall time of one zone as that of another; null: the rules of one of them are not known here. */
export function localIn(zone: string | null, from: string | null, local: string): string | null {
  if (zone === from) return local;
  if (zone === null || from === null || !isKnownZone(zone) || !isKnownZone(from)) return null;
  return localAt(zone, instantOf(from, local));
}

function findChange(zone: string, from: number, to: number, offset: number): number {
  let low = from / 1000;
  let high = to / 1000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (askOffset(zone, middle * 1000) === offset) high = middle;
    else low = middle;
  }
  return high * 1000;
}

function askOffset(zone: string, utcMs: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    if (formats.size >= REMEMBERED) formats.clear();
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  const found = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(format.format(utcMs));
  const [, sign = '+', hours = 0, minutes = 0, seconds = 0] = found ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}

function yearOf(utcMs: number): number {
  const [year] = dateOf(Math.floor(utcMs / DAY_MS));
  return Math.min(LAST_YEAR, Math.max(FIRST_YEAR, year));
}
