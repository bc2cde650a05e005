import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, FilePen, FilePlus2, FileSymlink, Files, FileX2 } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { PackageView } from '../../contract/contract.ts';
import { useApp } from '../client/app-context.tsx';
import { clockText, dayText } from '../components/when.tsx';
import { packageAction, packageSummary } from './package-summary.ts';
import type { HistoryPages } from './use-history.ts';

const ICONS = { add: FilePlus2, modify: FilePen, delete: FileX2, move: FileSymlink, mixed: Files } as const;
const ROW = 58;
const DAY = 40;
const PAGE_ROWS = 10;

/** What a key does to the row that has the focus; null: not ours. */
function rowAfter(key: string, at: number, last: number): number | null {
  if (key === 'ArrowDown') return Math.min(last, at + 1);
  if (key === 'ArrowUp') return Math.max(0, at - 1);
  if (key === 'PageDown') return Math.min(last, at + PAGE_ROWS);
  if (key === 'PageUp') return Math.max(0, at - PAGE_ROWS);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
}

/** Any number of packages, newest first; only the rows in view exist. One stop for Tab, arrows within. */
export function HistoryList({ pages, onOpen }: { pages: HistoryPages; onOpen: (view: PackageView) => void }) {
  const { packages, complete } = pages;
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const moveTo = useRef<number | null>(null);
  const now = Date.now();
  const dayOf = (at: number) => {
    const view = packages[at];
    const before = packages[at - 1];
    if (view === undefined) return null;
    const day = dayText(view.at, now);
    return before !== undefined && dayText(before.at, now) === day ? null : day;
  };
  const rows = useVirtualizer({
    count: packages.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (dayOf(at) === null ? ROW : ROW + DAY),
    getItemKey: (at) => `${packages[at]?.id} ${dayOf(at) ?? ''}`,
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: more is made anew at each render and guards itself
  useEffect(() => {
    if (!complete && packages.length > 0 && lastShown >= packages.length - 30) pages.more();
  }, [lastShown, packages.length, complete]);
  // The row the focus goes to may not exist before it is scrolled to.
  useEffect(() => {
    if (moveTo.current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${moveTo.current}"]`);
    if (row == null) return;
    moveTo.current = null;
    row.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const next = rowAfter(event.key, focused, packages.length - 1);
    if (next === null) return;
    event.preventDefault();
    moveTo.current = next;
    setFocused(next);
    rows.scrollToIndex(next, { align: 'auto' });
  };
  const stop = items.some((item) => item.index === focused) ? focused : (items[0]?.index ?? 0);
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are positioned by hand, and a list element may hold nothing but items
    <div
      className="history-scroll card"
      ref={scroller}
      role="list"
      aria-label="Changes, newest first"
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className="history-space" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const view = packages[item.index];
          if (view === undefined) return null;
          const day = dayOf(item.index);
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above
            <div
              key={item.key}
              role="listitem"
              aria-posinset={item.index + 1}
              aria-setsize={complete ? packages.length : -1}
              className="history-item"
              style={{ transform: `translateY(${item.start}px)`, height: item.size }}
            >
              {day !== null && <h2 className="history-day">{day}</h2>}
              <HistoryRow
                view={view}
                at={item.index}
                tabbable={item.index === stop}
                onFocus={() => setFocused(item.index)}
                onOpen={() => onOpen(view)}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HistoryRow(props: {
  view: PackageView;
  at: number;
  tabbable: boolean;
  onFocus: () => void;
  onOpen: () => void;
}) {
  const { view } = props;
  const collection = useApp((state) => state.status?.collections.find((one) => one.id === view.collection)?.name);
  const action = packageAction(view);
  const Icon = ICONS[action];
  return (
    <button
      type="button"
      className="row row-button history-row"
      data-row={props.at}
      tabIndex={props.tabbable ? 0 : -1}
      onFocus={props.onFocus}
      onClick={props.onOpen}
    >
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
