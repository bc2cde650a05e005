import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { OccurrenceView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useCalmRevision } from '../client/use-calm-revision.ts';
import { useRequest } from '../client/use-request.ts';
import { useTallDays } from '../client/use-wide.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { formatFor, LOCALE } from '../components/locale.ts';
import {
  type Day,
  dayOf,
  daysLater,
  isSameDay,
  monthsLater,
  on,
  placeInWeek,
  startOf,
  weeksAround,
} from './month-days.ts';
import { OccurrenceRow } from './occurrence-row.tsx';
import { beginOf, titleOf } from './occurrence-words.ts';
import { type DayLine, weekLines } from './week-lines.ts';

/** So many lines a day has room for: events, the last of them how many more there are. */
const LINES_A_DAY = 3;
const LINES_A_TALL_DAY = 5;
const WEEKDAY = formatFor({ weekday: 'long' });
const MONTH = formatFor({ month: 'long', year: 'numeric' });
const DAY = formatFor({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** Where a key goes from a day; null: it is not ours. */
function dayAfter(key: string, day: Day): Day | null {
  const weekday = placeInWeek(day, LOCALE.firstDay);
  switch (key) {
    case 'ArrowLeft':
      return daysLater(day, -1);
    case 'ArrowRight':
      return daysLater(day, 1);
    case 'ArrowUp':
      return daysLater(day, -7);
    case 'ArrowDown':
      return daysLater(day, 7);
    case 'Home':
      return daysLater(day, -weekday);
    case 'End':
      return daysLater(day, 6 - weekday);
    case 'PageUp':
      return monthsLater(day, -1);
    case 'PageDown':
      return monthsLater(day, 1);
    default:
      return null;
  }
}

/**
 * A month of a calendar, and what is on the chosen day. Arrows go from day to day, Page up and down from month to month; a day has one stop
 * for Tab, and what takes place on it is below.
 */
export function MonthView(props: { collection: string; now: number; onOpen: (occurrence: OccurrenceView) => void }) {
  const [chosen, setChosen] = useState(() => dayOf(props.now));
  const room = useTallDays() ? LINES_A_TALL_DAY : LINES_A_DAY;
  const grid = useRef<HTMLTableElement>(null);
  const byKey = useRef(false);
  const weeks = useMemo(() => weeksAround(chosen, LOCALE.firstDay), [chosen]);
  const first = weeks[0]?.[0] ?? chosen;
  const from = startOf(first);
  const to = startOf(daysLater(first, 42));
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const revision = useCalmRevision();
  const agenda = useRequest('calendar:agenda', [props.collection, from, to, zone], revision);
  const list = agenda.value?.list ?? [];
  /** From then on so much takes place that the month does not tell it: the chosen day is asked about by itself. */
  const until = agenda.value?.until ?? to;
  const [dayFrom, dayTo] = [startOf(chosen), startOf(daysLater(chosen, 1))];
  const isAsked = agenda.value !== null && dayTo > until;
  const day = useRequest('calendar:agenda', isAsked ? [props.collection, dayFrom, dayTo, zone] : null, revision);
  useEffect(() => {
    if (!byKey.current) return;
    byKey.current = false;
    grid.current?.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const next = dayAfter(event.key, chosen);
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    byKey.current = true;
    setChosen(next);
  };
  const shown = on(chosen, isAsked ? (day.value?.list ?? []) : list);
  const isKnown = isAsked ? day.value !== null : agenda.value !== null;
  return (
    <section aria-label="Month" className="month">
      <div className="section-head">
        <h3 aria-live="polite">{MONTH.format(startOf(chosen))}</h3>
        <div className="actions">
          <Button className="button button-small" onPress={() => setChosen(dayOf(props.now))}>
            Today
          </Button>
          <Button
            className="button button-icon button-small"
            aria-label="Previous month"
            onPress={() => setChosen(monthsLater(chosen, -1))}
          >
            <ChevronLeft aria-hidden size={16} />
          </Button>
          <Button
            className="button button-icon button-small"
            aria-label="Next month"
            onPress={() => setChosen(monthsLater(chosen, 1))}
          >
            <ChevronRight aria-hidden size={16} />
          </Button>
        </div>
      </div>
      <ErrorNotice error={agenda.error ?? day.error} />
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose days are gone through by arrows is a grid */}
      <table role="grid" aria-label={MONTH.format(startOf(chosen))} ref={grid} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {weeks[0]?.map((day) => {
              const name = WEEKDAY.format(startOf(day));
              return (
                <th key={name} scope="col" abbr={name}>
                  {name.slice(0, 3)}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => {
            const lines = weekLines(week, list);
            return (
              <tr key={startOf(week[0] ?? chosen)}>
                {week.map((day, at) => (
                  <DayCell
                    key={startOf(day)}
                    day={day}
                    events={on(day, list).length}
                    lines={lines[at] ?? []}
                    room={room}
                    isTold={startOf(daysLater(day, 1)) <= until}
                    isChosen={isSameDay(day, chosen)}
                    isToday={isSameDay(day, dayOf(props.now))}
                    isOther={day.month !== chosen.month}
                    onChoose={() => setChosen(day)}
                  />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className="month-day">
        <h3>{DAY.format(startOf(chosen))}</h3>
        {!isKnown && agenda.error === null && day.error === null && <Loading what="what takes place" />}
        {isKnown && shown.length === 0 && <p className="muted">Nothing takes place.</p>}
        {isAsked && day.value?.until !== undefined && <p className="muted">Not all of it is shown: it is too much.</p>}
        <ul>
          {shown.map((each) => (
            <li key={`${each.record} ${each.start}`}>
              <OccurrenceRow occurrence={each} onOpen={props.onOpen} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function DayCell(props: {
  day: Day;
  /** How many take place on it. */
  events: number;
  lines: readonly (DayLine | null)[];
  /** For so many of them. */
  room: number;
  /** Is this all that takes place on it? */
  isTold: boolean;
  isChosen: boolean;
  isToday: boolean;
  isOther: boolean;
  onChoose: () => void;
}) {
  const { day, events, lines, room, isTold, isChosen, isToday, isOther } = props;
  const shown = lines.slice(0, lines.length > room ? room - 1 : lines.length);
  const more = lines.slice(shown.length).filter((line) => line !== null).length;
  const what = !isTold ? 'not all of it is told here' : events === 0 ? 'nothing' : counted(events, 'event');
  return (
    <td className={isOther ? 'day day-other' : 'day'}>
      <button
        type="button"
        tabIndex={isChosen ? 0 : -1}
        aria-pressed={isChosen}
        {...(isToday ? { 'aria-current': 'date' as const } : {})}
        onClick={props.onChoose}
      >
        <span className="sr-only">
          {DAY.format(startOf(day))}, {what}:{' '}
        </span>
        <span aria-hidden className="day-number">
          {day.day}
        </span>
        {shown.map((line, at) =>
          line === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a free line has no identity but its place
            <span key={at} aria-hidden className="day-free" />
          ) : (
            <DayEvent key={`${line.occurrence.record} ${line.occurrence.start}`} line={line} />
          ),
        )}
        {isTold && more > 0 && <span className="day-more">+{more} more</span>}
        {!isTold && <span className="day-untold">…</span>}
      </button>
    </td>
  );
}

/** An event with its hour, or a day of a strip that goes through several. */
function DayEvent({ line }: { line: DayLine }) {
  const { occurrence, isStrip, isBegun, isOver, isNamed, days } = line;
  if (!isStrip)
    return (
      <span className="day-event" dir="auto">
        <span className="day-clock num">{beginOf(occurrence)}</span> {titleOf(occurrence)}
      </span>
    );
  const reach = `${isBegun ? ' strip-begun' : ''}${isOver ? ' strip-over' : ''}`;
  return (
    <span className={`day-event day-strip${reach}`} dir="auto">
      <span className={isNamed ? 'strip-name' : 'strip-unnamed'} style={{ '--strip-days': days } as CSSProperties}>
        {titleOf(occurrence)}
      </span>
    </span>
  );
}
