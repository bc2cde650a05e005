import { ChevronRight, FilePen, FilePlus2, FileSymlink, Files, FileX2 } from 'lucide-react';
import type { PackageView } from '../../contract/contract.ts';
import { useApp } from '../client/app-context.tsx';
import { type RowFocus, VirtualRows } from '../components/virtual-rows.tsx';
import { clockText, dayText } from '../components/when.tsx';
import { packageAction, packageSummary } from './package-summary.ts';
import type { HistoryPages } from './use-history.ts';

const ICONS = { add: FilePlus2, modify: FilePen, delete: FileX2, move: FileSymlink, mixed: Files } as const;
const ROW = 58;
const DAY = 40;

/** Any number of packages, newest first, with a heading where a day begins. */
export function HistoryList({ pages, onOpen }: { pages: HistoryPages; onOpen: (view: PackageView) => void }) {
  const { packages, complete } = pages;
  const now = Date.now();
  const dayOf = (at: number) => {
    const view = packages[at];
    const before = packages[at - 1];
    if (view === undefined) return null;
    const day = dayText(view.at, now);
    return before !== undefined && dayText(before.at, now) === day ? null : day;
  };
  return (
    <VirtualRows
      className="card rows-page"
      label="Changes, newest first"
      count={packages.length}
      setSize={complete ? packages.length : -1}
      estimate={(at) => (dayOf(at) === null ? ROW : ROW + DAY)}
      keyOf={(at) => `${packages[at]?.id} ${dayOf(at) ?? ''}`}
      onLast={pages.reach}
      row={(at, focus) => {
        const view = packages[at];
        if (view === undefined) return null;
        const day = dayOf(at);
        return (
          <>
            {day !== null && <h2 className="history-day">{day}</h2>}
            <HistoryRow view={view} focus={focus} onOpen={() => onOpen(view)} />
          </>
        );
      }}
    />
  );
}

function HistoryRow(props: { view: PackageView; focus: RowFocus; onOpen: () => void }) {
  const { view } = props;
  const collection = useApp((state) => state.status?.collections.find((one) => one.id === view.collection)?.name);
  const action = packageAction(view);
  const Icon = ICONS[action];
  return (
    <button type="button" className="row row-button history-row" {...props.focus} onClick={props.onOpen}>
      <Icon aria-hidden size={17} className={`action-icon action-${action}`} />
      <span className="row-text">
        <span className="strong clip">{packageSummary(view)}</span>
        <span className="muted clip">
          {view.deviceName} · {collection ?? view.collection.slice(0, 8)}
        </span>
      </span>
      <span className="row-side muted num">{clockText(view.at)}</span>
      <ChevronRight aria-hidden size={16} />
    </button>
  );
}
