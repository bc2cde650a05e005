import type { ProblemView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { storedTitle } from '../past/record-title.ts';
import type { RecordId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { changeLogSource, NOT_WRITABLE, STAYS } from '../store/problem-store.ts';

/**
 * What is not in step here of a collection, and why: in its sources, then in what came from other devices. A place that may only be read is one
 * problem, whatever waits for it.
 */
export function problemViews(replica: Replica): readonly ProblemView[] {
  const { problems, stored } = replica.collection;
  const sources = [...replica.synchronizers.values()].map((each) => ({
    row: each.source.row,
    name: each.source.location,
  }));
  return [...sources, { row: changeLogSource(stored.row), name: '' }].flatMap(({ row, name }) => {
    const views = problems
      .of(row)
      .filter(({ code }) => code !== STAYS)
      .map(({ record, code, detail, since }) => ({
        collection: replica.id,
        source: name,
        record,
        ...titled(replica, record),
        code,
        detail,
        since: new Date(since).toISOString(),
      }));
    const waiting = views.filter(({ code }) => code === NOT_WRITABLE);
    const first = waiting[0];
    if (first === undefined || waiting.length === 1) return views;
    return [readOnlyPlace(first, name, waiting), ...views.filter(({ code }) => code !== NOT_WRITABLE)];
  });
}

function readOnlyPlace({ collection, code }: ProblemView, name: string, waiting: readonly ProblemView[]): ProblemView {
  const since = waiting.reduce((first, each) => (each.since < first ? each.since : first), waiting[0]?.since ?? '');
  const changes = waiting.map(({ record, title }) => ({ record, ...(title === undefined ? {} : { title }) }));
  const detail = `It may only be read: ${counted(changes.length, 'change')} wait for it, and stay where they were made.`;
  return { collection, source: name, record: name, code, detail, since, changes };
}

/** Nothing for a file, which is called by its path, and for what never became a record. */
function titled({ collection: { kind, records } }: Replica, id: RecordId): Pick<ProblemView, 'title'> {
  const record = kind === 'files' ? null : records.find(id);
  return record === null ? {} : { title: storedTitle(kind, record) };
}
