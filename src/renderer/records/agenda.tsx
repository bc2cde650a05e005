import { useState } from 'react';
import type { OccurrenceView } from '../../contract/contract.ts';
import { useCalmRevision } from '../client/use-calm-revision.ts';
import { useRequest } from '../client/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { VirtualRows } from '../components/virtual-rows.tsx';
import { OccurrenceRow } from './occurrence-row.tsx';
import { dayHeading, momentWords, timeOf, titleOf } from './occurrence-words.ts';

const DAY_MS = 86_400_000;
const WEEKS = 4;
const ROW = 37;
const HEADING = 36;

/** What takes place in the next weeks, day by day. */
export function Agenda(props: { collection: string; now: number; onOpen: (occurrence: OccurrenceView) => void }) {
  const { collection, now } = props;
  const [zone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const revision = useCalmRevision();
  const agenda = useRequest('calendar:agenda', [collection, now, now + WEEKS * 7 * DAY_MS, zone], revision);
  const view = agenda.value;
  if (view === null)
    return agenda.error === null ? <Loading what="what comes" /> : <ErrorNotice error={agenda.error} />;
  const { list, next, until } = view;
  if (list.length === 0)
    return (
      <p className="muted">
        {next === null
          ? 'Nothing comes.'
          : `Nothing in the next ${WEEKS} weeks. Then: ${timeOf(next)}, ${titleOf(next)}`}
      </p>
    );
  const headingAt = (at: number): string | null => {
    const [one, before] = [list[at], list[at - 1]];
    if (one === undefined) return null;
    const day = dayHeading(one, now);
    return before !== undefined && dayHeading(before, now) === day ? null : day;
  };
  const rows = (
    <VirtualRows
      label={`The next ${WEEKS} weeks`}
      className="rows-fill"
      count={list.length}
      of={list}
      estimate={(at) => (headingAt(at) === null ? ROW : ROW + HEADING)}
      keyOf={(at) => `${list[at]?.record} ${list[at]?.start}`}
      row={(at, focus) => {
        const each = list[at];
        if (each === undefined) return null;
        const day = headingAt(at);
        return (
          <>
            {day !== null && <h3 className="agenda-day">{day}</h3>}
            <OccurrenceRow occurrence={each} focus={focus} onOpen={props.onOpen} />
          </>
        );
      }}
    />
  );
  if (until === undefined) return rows;
  return (
    <>
      <p className="muted">
        So much comes that only what begins before {momentWords(until)} is sure to be all of it. See a later day under
        Month.
      </p>
      {rows}
    </>
  );
}
