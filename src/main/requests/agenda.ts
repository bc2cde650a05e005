import type { AgendaView, OccurrenceView } from '../../contract/contract.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { Occurrence } from '../sources/calendars/occurrences.ts';

/** A longer list is of no use to anybody. */
const MOST = 2000;
/** Of a rule that is followed to no end there are so many times at least; of one that nobody can follow, the first. */
const MANY = 100;

/**
 * What takes place in a calendar between two moments (milliseconds since 1970), in order, the first 2,000 of it; where that is nothing, what comes
 * next. `timeZone`: where one is. Fails with `not-a-calendar`.
 */
export async function agendaOf(replica: Replica, from: number, to: number, timeZone: string): Promise<AgendaView> {
  const { collection } = replica;
  if (collection.kind !== 'calendar')
    throw new LockstepError('not-a-calendar', `${collection.stored.name} is no calendar.`, replica.id);
  // Only those who look at calendars need what expands them.
  const { nextOccurrence, occurrencesOf } = await import('../sources/calendars/occurrences.ts');
  const list: OccurrenceView[] = [];
  let next: OccurrenceView | null = null;
  let until = Number.POSITIVE_INFINITY;
  for await (const { id, state } of inTurns(collection.records.all())) {
    if (!isLive(state)) continue;
    const fields = fieldsOf(shownFields(collection.kind, state, collection.log.order));
    const { list: found, isComplete } = occurrencesOf(fields, { from, to, timeZone });
    if (!isComplete && found.length >= MANY) until = Math.min(until, found.at(-1)?.start ?? from);
    for (const each of found) list.push(occurrenceView(id, each));
    if (list.length > 0) continue;
    const coming = nextOccurrence(fields, to, timeZone);
    if (coming !== null && (next === null || coming.start < next.start)) next = occurrenceView(id, coming);
  }
  list.sort((a, b) => a.start - b.start || (a.title < b.title ? -1 : 1));
  until = Math.min(until, list[MOST]?.start ?? until);
  return {
    list: list.slice(0, MOST),
    next: list.length > 0 ? null : next,
    ...(until < to ? { until } : {}),
  };
}

const occurrenceView = (record: string, { title, start, end, isAllDay, place }: Occurrence): OccurrenceView => ({
  record,
  title,
  start,
  end,
  isAllDay,
  ...(place === '' ? {} : { place }),
});
