import { dateOf, daysOf, formatTime, localOf } from './civil.ts';
import { type Transition, transitionsIn } from './zone-offsets.ts';

const DAY_MS = 86_400_000;
/** From here on a zone is taken to go on as it does: the years compared to find its rule. */
const RULE_FROM = 2030;
const RULE_UNTIL = 2037;
/** A VTIMEZONE tells of no earlier year, so that it stays short. */
const EARLIEST = 1970;
const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

interface Change extends Transition {
  readonly before: number;
  readonly year: number;
}

/**
 * The lines of a VTIMEZONE for an IANA zone, from the year given on: every change of its clocks, and for the last of them the rule they
 * follow. Made of what this computer knows of the zone; it only tells programs that do not know the name.
 */
export function composeTimeZone(zone: string, tzid: string, fromYear: number): readonly string[] {
  const first = Math.max(EARLIEST, Math.min(fromYear - 1, RULE_FROM));
  const changes: Change[] = [];
  let before = (transitionsIn(zone, first)[0] as Transition).offset;
  const initial = before;
  for (let year = first; year <= RULE_UNTIL; year++)
    for (const { at, offset } of transitionsIn(zone, year)) {
      if (offset !== before) changes.push({ at, offset, before, year });
      before = offset;
    }
  const ruled = ruledFrom(changes);
  const lines = ['BEGIN:VTIMEZONE', `TZID:${tzid}`];
  lines.push(...observance(initial, initial, `${first}-01-01T00:00:00`, null, isSummer(initial, changes)));
  for (const change of changes) {
    const start = localOf(change.at + change.before * 1000);
    if (start === null || change.year > ruled) continue;
    const rule = change.year === ruled ? yearly(change) : null;
    lines.push(...observance(change.before, change.offset, start, rule, change.offset > change.before));
  }
  lines.push('END:VTIMEZONE');
  return lines;
}

function observance(from: number, to: number, start: string, rule: string | null, summer: boolean): readonly string[] {
  const kind = summer ? 'DAYLIGHT' : 'STANDARD';
  const lines = [`BEGIN:${kind}`, `DTSTART:${formatTime(start, 'local')}`];
  lines.push(`TZOFFSETFROM:${offsetText(from)}`, `TZOFFSETTO:${offsetText(to)}`);
  if (rule !== null) lines.push(`RRULE:${rule}`);
  return [...lines, `END:${kind}`];
}

/** The first year from which on every year has the same rules; past the last: none has. */
function ruledFrom(changes: readonly Change[]): number {
  const pattern = (year: number): string =>
    changes
      .filter((change) => change.year === year)
      .map(
        (change) =>
          `${yearly(change)} ${change.before} ${change.offset} ${localOf(change.at + change.before * 1000)?.slice(11)}`,
      )
      .join();
  const last = pattern(RULE_UNTIL);
  let year = RULE_UNTIL;
  while (last !== '' && year > EARLIEST && pattern(year - 1) === last) year--;
  return last === '' || year > RULE_FROM ? RULE_UNTIL + 1 : year;
}

/** The rule `last Sunday of March`, or `second Sunday of March`. */
function yearly({ at, before }: Change): string {
  const days = Math.floor((at + before * 1000) / DAY_MS);
  const [year, month, day] = dateOf(days);
  const length = daysOf(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - daysOf(year, month, 1);
  const nth = day + 7 > length ? -1 : Math.ceil(day / 7);
  return `FREQ=YEARLY;BYMONTH=${month};BYDAY=${nth}${DAYS[(days + 4) % 7]}`;
}

/** Does the zone begin in what it calls summer time? */
const isSummer = (initial: number, changes: readonly Change[]): boolean =>
  changes[0] !== undefined && changes[0].year === changes[1]?.year && changes[0].offset < initial;

function offsetText(offset: number): string {
  const left = Math.abs(offset);
  const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  if (parts[2] === '00') parts.pop();
  return `${offset < 0 ? '-' : '+'}${parts.join('')}`;
}
