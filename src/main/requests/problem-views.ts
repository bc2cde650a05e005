import type { ProblemView } from '../../contract/contract.ts';
import { storedTitle } from '../past/record-title.ts';
import type { RecordId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { changeLogSource, STAYS } from '../store/problem-store.ts';

/** What is not in step here of a collection, and why: in its sources, then in what came from other devices. */
export function problemViews(replica: Replica): readonly ProblemView[] {
  const { problems, stored } = replica.collection;
  const sources = [...replica.synchronizers.values()].map((each) => ({
    row: each.source.row,
    name: each.source.location,
  }));
  return [...sources, { row: changeLogSource(stored.row), name: '' }].flatMap(({ row, name }) =>
    problems
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
      })),
  );
}

/** Nothing for a file, which is called by its path, and for what never became a record. */
function titled({ collection: { kind, records } }: Replica, id: RecordId): Pick<ProblemView, 'title'> {
  const record = kind === 'files' ? null : records.find(id);
  return record === null ? {} : { title: storedTitle(kind, record) };
}
