import { useEffect, useState } from 'react';
import type { CollectionView, OccurrenceView, RecordsView, RecordView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { useRequest } from '../client/use-request.ts';
import { useSettled } from '../client/use-settled.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RECORD_WORD, RecordIcon } from '../components/kind-icon.tsx';
import { Loading } from '../components/loading.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { Segments } from '../components/segments.tsx';
import { VirtualRows } from '../components/virtual-rows.tsx';
import { Agenda } from '../records/agenda.tsx';
import { initials, letterOf } from '../records/initials.ts';
import { MonthView } from '../records/month-view.tsx';
import { RecordDialog } from '../records/record-dialog.tsx';

const ROW = 56;
const HEADING = 36;
/** Fewer names are seen at a glance, without letters between them. */
const MANY = 30;
/** Nobody types on when it is searched. */
const PAUSE_MS = 200;
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

/** What is in a collection of contacts or events: to look at and to search. A calendar begins with what comes next. */
export function BrowseDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const [search, setSearch] = useState('');
  const [view, setView] = useState('agenda');
  const [now] = useState(() => Date.now());
  const [open, setOpen] = useState<Opened | null>(null);
  const isCalendar = collection.kind === 'calendar';
  const shown = isCalendar && search === '' ? view : 'all';
  const openAt = (occurrence: OccurrenceView) =>
    setOpen({ id: occurrence.record, title: occurrence.title, occurrence });
  return (
    <>
      <DialogFrame
        title={collection.name}
        wide
        room={isCalendar || collection.records > FEW ? 'all' : 'none'}
        onClose={onClose}
      >
        <div className="browse-head">
          <SearchBox
            label={isCalendar ? 'Search titles, places, notes…' : 'Search names, numbers, notes…'}
            value={search}
            onChange={setSearch}
          />
          {isCalendar && <Segments label="View" options={VIEWS} value={shown} onChange={setView} />}
        </div>
        {shown === 'all' && <Everything collection={collection} search={search} onOpen={setOpen} />}
        {shown === 'agenda' && <Agenda collection={collection.id} now={now} onOpen={openAt} />}
        {shown === 'month' && <MonthView collection={collection.id} now={now} onOpen={openAt} />}
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

/** All of it that says what is searched. */
/** Titled by its id, for want of anything better. */
const isNameless = ({ id, title }: RecordView): boolean => title === id;
const headingOf = (record: RecordView): string => (isNameless(record) ? 'Without a name' : letterOf(record.title));

function Everything(props: { collection: CollectionView; search: string; onOpen: (opened: Opened) => void }) {
  const { collection, onOpen } = props;
  const wanted = useSettled(props.search, PAUSE_MS);
  const records = useRequest('records:list', [collection.id, wanted]);
  // What was found before stays until the next answer is there.
  const [last, setLast] = useState<{ readonly of: string; readonly view: RecordsView } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer is of what was wanted when it came
  useEffect(() => {
    if (records.value !== null) setLast({ of: wanted, view: records.value });
  }, [records.value]);
  const view = records.value ?? last?.view ?? null;
  const of = records.value === null ? (last?.of ?? '') : wanted;
  if (view === null)
    return records.error === null ? <Loading what="the list" /> : <ErrorNotice error={records.error} />;
  const nameIn = ({ id, title }: RecordView): string => recordName(id, title, collection.kind);
  const letterAt = (at: number): string | null => {
    const [one, before] = [view.list[at], view.list[at - 1]];
    if (collection.kind !== 'contacts' || view.list.length < MANY || one === undefined) return null;
    const letter = headingOf(one);
    return before !== undefined && headingOf(before) === letter ? null : letter;
  };
  return (
    <>
      <ErrorNotice error={records.error} />
      <p className="muted">{howMany(view.total, collection, of)}</p>
      {view.list.length > 0 && (
        <VirtualRows
          label={`Everything in ${collection.name}`}
          className="rows-fill"
          count={view.list.length}
          estimate={(at) => (letterAt(at) === null ? ROW : ROW + HEADING)}
          keyOf={(at) => view.list[at]?.id ?? String(at)}
          row={(at, focus) => {
            const record = view.list[at];
            if (record === undefined) return null;
            const letter = letterAt(at);
            return (
              <>
                {letter !== null && <h3 className="agenda-day">{letter}</h3>}
                <button type="button" className="row row-button" {...focus} onClick={() => onOpen(record)}>
                  {collection.kind === 'contacts' ? (
                    <span aria-hidden className="avatar">
                      {isNameless(record) ? '' : initials(record.title)}
                    </span>
                  ) : (
                    <RecordIcon kind={collection.kind} />
                  )}
                  <span className="row-text">
                    <span className="strong clip" dir="auto" title={nameIn(record)}>
                      {nameIn(record)}
                    </span>
                    <span className="muted clip">{record.line}</span>
                  </span>
                  {record.conflicts !== undefined && (
                    <span className="tag">{counted(record.conflicts, 'conflict')}</span>
                  )}
                </button>
              </>
            );
          }}
        />
      )}
    </>
  );
}

function howMany(total: number, { kind, records }: CollectionView, search: string): string {
  if (search.trim() === '') return total > 0 ? counted(total, RECORD_WORD[kind]) : 'Nothing is in it yet.';
  const all = counted(records, RECORD_WORD[kind]);
  return total > 0 ? `${total.toLocaleString('en')} of ${all}` : `None of ${all} says this.`;
}
