import { ChevronRight, FilePen, FilePlus2, FileSymlink, Files, FileX2 } from 'lucide-react';
import { causeText } from '../../contract/cause-words.ts';
import type { ActView } from '../../contract/contract.ts';
import { useApp } from '../client/app-context.tsx';
import { type RowFocus, VirtualRows } from '../components/virtual-rows.tsx';
import { clockText, dayText, whenText } from '../components/when.tsx';
import { actAction, actSummary, changedFields } from './act-summary.ts';
import type { ActPages } from './use-acts.ts';

const ICONS = { add: FilePlus2, modify: FilePen, delete: FileX2, move: FileSymlink, mixed: Files } as const;
const ROW = 60;
const DAY = 40;

/** Any number of acts, newest first, with a heading where a day begins. */
export function HistoryList({ pages, onOpen }: { pages: ActPages; onOpen: (act: ActView) => void }) {
  const { acts, complete } = pages;
  const now = Date.now();
  const dayOf = (at: number) => {
    const act = acts[at];
    const before = acts[at - 1];
    if (act === undefined) return null;
    const day = dayText(act.at, now);
    return before !== undefined && dayText(before.at, now) === day ? null : day;
  };
  return (
    <VirtualRows
      className="card rows-page"
      label="Changes, newest first"
      count={acts.length}
      of={acts}
      setSize={complete ? acts.length : -1}
      estimate={(at) => (dayOf(at) === null ? ROW : ROW + DAY)}
      keyOf={(at) => `${acts[at]?.id} ${dayOf(at) ?? ''}`}
      onLast={pages.reach}
      row={(at, focus) => {
        const act = acts[at];
        if (act === undefined) return null;
        const day = dayOf(at);
        return (
          <>
            {day !== null && <h2 className="history-day">{day}</h2>}
            <HistoryRow act={act} focus={focus} onOpen={() => onOpen(act)} />
          </>
        );
      }}
    />
  );
}

function HistoryRow(props: { act: ActView; focus: RowFocus; onOpen: () => void }) {
  const { act } = props;
  const collection = useApp((state) => state.status?.collections.find((one) => one.id === act.collection));
  const action = actAction(act);
  const cause = causeText(act, (at) => whenText(at, Date.now()));
  const fields = changedFields(act, collection?.kind ?? null);
  const Icon = ICONS[action];
  return (
    <button type="button" className="row row-button history-row" {...props.focus} onClick={props.onOpen}>
      <Icon aria-hidden size={17} className={`action-icon action-${action}`} />
      <span className="row-text">
        <span className="strong clip">{actSummary(act, collection?.kind ?? null)}</span>
        <span className="muted clip">
          {cause !== null && `${cause} · `}
          {fields !== null && `${fields} · `}
          <bdi>{act.deviceName}</bdi> · <bdi>{collection?.name ?? act.collection.slice(0, 8)}</bdi>
        </span>
      </span>
      <span className="row-side muted num">{clockText(act.at)}</span>
      <ChevronRight aria-hidden size={16} />
    </button>
  );
}
