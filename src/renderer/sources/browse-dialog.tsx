import { type KeyboardEvent, useRef, useState } from 'react';
import type { CollectionView, OccurrenceView } from '../../contract/contract.ts';
import { useWide } from '../client/use-wide.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { Segments } from '../components/segments.tsx';
import { Agenda } from '../records/agenda.tsx';
import { ContactPane } from '../records/contact-pane.tsx';
import { MonthView } from '../records/month-view.tsx';
import { RecordDialog } from '../records/record-dialog.tsx';
import { RecordList, useFoundRecords } from '../records/record-list.tsx';

/** So few need no more room than they take. */
const FEW = 6;
/** A record to look at. */
interface Opened {
  readonly id: string;
  readonly title: string;
  /** The time of an event it was opened at. */
  readonly occurrence?: OccurrenceView;
}
const VIEWS = [
  { id: 'agenda', label: 'What comes next' },
  { id: 'month', label: 'Month' },
  { id: 'all', label: 'All events' },
];

/**
 * What is in a collection of contacts or events: to look at and to search. A calendar begins with what comes next; the contact that is gone to
 * in the list stands beside it, where there is room.
 */
export function BrowseDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const [search, setSearch] = useState('');
  const [view, setView] = useState('agenda');
  const [now] = useState(() => Date.now());
  const [open, setOpen] = useState<Opened | null>(null);
  const [reached, setReached] = useState<Opened | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const isCalendar = collection.kind === 'calendar';
  const isWide = useWide();
  const isBeside = isWide && !isCalendar;
  const shown = isCalendar && search === '' ? view : 'all';
  const found = useFoundRecords(collection.id, search, shown === 'all');
  const openAt = (occurrence: OccurrenceView) =>
    setOpen({ id: occurrence.record, title: occurrence.title, occurrence });
  const list = found.view?.list ?? [];
  const beside = isBeside ? (list.find(({ id }) => id === reached?.id) ?? list[0] ?? null) : null;
  // From the search into what was found.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' || !(event.target instanceof HTMLInputElement) || event.target.type !== 'search')
      return;
    event.preventDefault();
    body.current?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus();
  };
  return (
    <>
      <DialogFrame
        title={collection.name}
        width={isWide ? 'panes' : 'wide'}
        room={isCalendar || collection.records > FEW ? 'all' : isBeside ? 'some' : 'none'}
        onClose={onClose}
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the field in it takes the key */}
        <div ref={body} className={isBeside ? 'panes' : 'browse'} onKeyDown={onKeyDown}>
          <div className="pane-list">
            <div className="browse-head">
              <SearchBox
                label={isCalendar ? 'Search titles, places, notes…' : 'Search names, numbers, notes…'}
                value={search}
                onChange={setSearch}
                autoFocus={isBeside}
              />
              {isCalendar && <Segments label="View" options={VIEWS} value={shown} onChange={setView} />}
            </div>
            {shown === 'all' && <ErrorNotice error={found.error} />}
            {shown === 'all' && found.view === null && found.error === null && <Loading what="the list" />}
            {shown === 'all' && found.view !== null && (
              <RecordList
                collection={collection}
                found={{ ...found, view: found.view }}
                chosen={beside?.id ?? null}
                onOpen={isBeside ? setReached : setOpen}
                {...(isBeside ? { onReach: setReached } : {})}
              />
            )}
            {shown === 'agenda' && <Agenda collection={collection.id} now={now} onOpen={openAt} />}
            {shown === 'month' && <MonthView collection={collection.id} now={now} onOpen={openAt} />}
          </div>
          {beside !== null && (
            <ContactPane key={beside.id} of={{ collection: collection.id, record: beside.id }} listed={beside.title} />
          )}
        </div>
      </DialogFrame>
      {open !== null && (
        <RecordDialog
          collection={collection.id}
          record={open.id}
          title={open.title}
          kind={collection.kind}
          occurrence={open.occurrence ?? null}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
