import type { AgendaView, OccurrenceView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import { inTurns } from '../platform/in-turns.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { withoutStrays } from '../record/series.ts';
import type { Occurrence, Period } from '../sources/calendars/occurrences.ts';
import { AT_ONCE, FollowedRows, shownOf } from './followed-rows.ts';

/** A longer list is of no use to anybody. */
const MOST = 2000;
/** Of a rule that is followed to no end there are so many times at least; of one that nobody can follow, the first. */
const MANY = 100;
const EVER: Pick<Period, 'from' | 'to'> = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** What expands calendars, which only those who look at them need. */
export type Expand = typeof import('../sources/calendars/occurrences.ts');
/** The one time a record takes place; 'series': it has to be asked for each period; null: at no time. */
type Row = OccurrenceView | 'series' | null;

/** When what is in a calendar takes place, as somebody in a time zone sees it. */
export class Agenda {
  readonly timeZone: string;
  readonly #collection: Collection;
  readonly #expand: Expand;
  readonly #rows: FollowedRows<Row>;

  constructor(collection: Collection, timeZone: string, expand: Expand) {
    this.#collection = collection;
    this.timeZone = timeZone;
    this.#expand = expand;
    this.#rows = new FollowedRows(collection, (record) => {
      const fields = withoutStrays(shownOf(collection, record));
      if (expand.isSeries(fields)) return 'series';
      const [once] = expand.occurrencesOf(fields, { ...EVER, timeZone }).list;
      return once === undefined ? null : occurrenceView(record.id, once);
    });
  }

  /** Of a time from `from` until `to` (milliseconds since 1970), in order, the first 2,000; where that is nothing, what comes next. */
  between(from: number, to: number): Promise<AgendaView> {
    return this.#rows.answer(() => this.#between(from, to));
  }

  /** What was read is forgotten. */
  letGo(): void {
    this.#rows.letGo();
  }

  async #between(from: number, to: number): Promise<AgendaView> {
    const { isWithin, nextOccurrence, occurrencesOf } = this.#expand;
    const { timeZone } = this;
    const period = { from, to, timeZone };
    const list: OccurrenceView[] = [];
    let next: OccurrenceView | null = null;
    const mayBeNext = (coming: OccurrenceView | null): void => {
      if (coming !== null && coming.start >= to && (next === null || inOrder(coming, next) < 0)) next = coming;
    };
    let until = Number.POSITIVE_INFINITY;
    for await (const [id, row] of inTurns(this.#rows.rows, AT_ONCE)) {
      if (row !== 'series') {
        if (row !== null && isWithin(row, period)) list.push(row);
        else if (list.length === 0) mayBeNext(row);
        continue;
      }
      const record = this.#collection.records.find(id);
      if (record === null) continue;
      const fields = withoutStrays(shownOf(this.#collection, record));
      const { list: found, isComplete } = occurrencesOf(fields, period);
      if (!isComplete && found.length >= MANY) until = Math.min(until, found.at(-1)?.start ?? from);
      for (const each of found) list.push(occurrenceView(id, each));
      if (list.length > 0) continue;
      const coming = nextOccurrence(fields, to, timeZone);
      mayBeNext(coming === null ? null : occurrenceView(id, coming));
    }
    list.sort(inOrder);
    until = Math.min(until, list[MOST]?.start ?? until);
    return {
      list: list.slice(0, MOST),
      next: list.length > 0 ? null : next,
      ...(until < to ? { until } : {}),
    };
  }
}

/** By when they begin; at one time by title, and at last by record: rows come in whichever order they were brought up to date. */
const inOrder = (a: OccurrenceView, b: OccurrenceView): number =>
  a.start - b.start || compareTexts(a.title, b.title) || compareTexts(a.record, b.record);

const occurrenceView = (record: string, { title, start, end, isAllDay, place }: Occurrence): OccurrenceView => ({
  record,
  title,
  start,
  end,
  isAllDay,
  ...(place === '' ? {} : { place }),
});
