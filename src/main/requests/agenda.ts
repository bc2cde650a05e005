import type { AgendaView } from '../../contract/contract.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';

/** A longer list is of no use to anybody. */
const MOST = 2000;

/**
 * What takes place in a calendar between two moments (milliseconds since 1970), in order; where that is nothing, what comes next. `timeZone`:
 * where one is. Fails with `not-a-calendar`.
 */
export async function agendaOf(replica: Replica, from: number, to: number, timeZone: string): Promise<AgendaView> {
  const { collection } = replica;
  if (collection.kind !== 'calendar')
    throw new LockstepError('not-a-calendar', `${collection.stored.name} is no calendar.`, replica.id);
  // Only those who look at calendars need what expands them.
  const { nextOccurrence, occurrencesOf } = await import('../sources/calendars/occurrences.ts');
  const list: { record: string; title: string; start: number; end: number; isAllDay: boolean }[] = [];
  let next: (typeof list)[number] | null = null;
  for await (const { id, state } of inTurns(collection.records.all())) {
    if (!isLive(state)) continue;
    const fields = fieldsOf(shownFields(collection.kind, state, collection.log.order));
    const found = occurrencesOf(fields, { from, to, timeZone }).list;
    for (const { title, start, end, isAllDay } of found) list.push({ record: id, title, start, end, isAllDay });
    if (list.length > 0) continue;
    const coming = nextOccurrence(fields, to, timeZone);
    if (coming !== null && (next === null || coming.start < next.start)) {
      const { title, start, end, isAllDay } = coming;
      next = { record: id, title, start, end, isAllDay };
    }
  }
  list.sort((a, b) => a.start - b.start || (a.title < b.title ? -1 : 1));
  return { list: list.slice(0, MOST), next: list.length > 0 ? null : next };
}
