import { useEffect, useState } from 'react';
import { Button, Radio, RadioGroup } from 'react-aria-components';
import type { CollectionView, RecordsView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useRequest } from '../client/use-request.ts';
import { useSettled } from '../client/use-settled.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { Loading } from '../components/loading.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { VirtualRows } from '../components/virtual-rows.tsx';
import { MonthView } from '../records/month-view.tsx';
import { timeOf } from '../records/occurrence-words.ts';
import { RecordDialog } from '../records/record-dialog.tsx';

const ROW = 52;
/** Nobody types on when it is searched. */
const PAUSE_MS = 200;
/** A record to look at. */
interface Opened {
  readonly id: string;
  readonly title: string;
}
const DAY_MS = 86_400_000;
const WEEKS_SHOWN = 4;

/** What is in a collection of contacts or events: to look at and to search. A calendar begins with what comes next. */
export function BrowseDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<Opened | null>(null);
  const wanted = useSettled(search, PAUSE_MS);
  const records = useRequest('records:list', [collection.id, wanted]);
  // What was found before stays until the next answer is there.
  const [last, setLast] = useState<RecordsView | null>(null);
  useEffect(() => {
    if (records.value !== null) setLast(records.value);
  }, [records.value]);
  const view = records.value ?? last;
  if (open !== null)
    return (
      <RecordDialog collection={collection.id} record={open.id} title={open.title} onClose={() => setOpen(null)} />
    );
  return (
    <DialogFrame title={collection.name} wide onClose={onClose}>
      {collection.kind === 'calendar' && search === '' && <Calendar collection={collection.id} onOpen={setOpen} />}
      <SearchBox
        label={collection.kind === 'contacts' ? 'Search names, numbers, notes…' : 'Search titles, places, notes…'}
        value={search}
        onChange={setSearch}
      />
      <ErrorNotice error={records.error} />
      {view === null && records.error === null && <Loading what="the list" />}
      {view !== null && <p className="muted">{howMany(view.total, collection, wanted)}</p>}
      {view !== null && view.list.length > 0 && (
        <VirtualRows
          label={`Everything in ${collection.name}`}
          className="rows-box"
          count={view.list.length}
          estimate={() => ROW}
          keyOf={(at) => view.list[at]?.id ?? String(at)}
          row={(at, focus) => {
            const record = view.list[at];
            if (record === undefined) return null;
            return (
              <button type="button" className="row row-button" {...focus} onClick={() => setOpen(record)}>
                <span className="row-text">
                  <span className="strong">{record.title}</span>
                  <span className="muted">{record.line}</span>
                </span>
              </button>
            );
          }}
        />
      )}
    </DialogFrame>
  );
}

function howMany(total: number, { kind, records }: CollectionView, search: string): string {
  if (total > 0) return counted(total, RECORD_WORD[kind]);
  return search.trim() === '' ? 'Nothing is in it yet.' : `None of ${counted(records, RECORD_WORD[kind])} says this.`;
}

const VIEWS = [
  { id: 'agenda', label: 'What comes next' },
  { id: 'month', label: 'Month' },
];

/** What comes next, or a month. */
function Calendar({ collection, onOpen }: { collection: string; onOpen: (opened: Opened) => void }) {
  const [view, setView] = useState('agenda');
  const [now] = useState(() => Date.now());
  return (
    <>
      <RadioGroup className="field radios radios-row" aria-label="View" value={view} onChange={setView}>
        {VIEWS.map(({ id, label }) => (
          <Radio key={id} className="radio" value={id}>
            {label}
          </Radio>
        ))}
      </RadioGroup>
      {view === 'agenda' ? (
        <Agenda collection={collection} from={now} onOpen={onOpen} />
      ) : (
        <MonthView collection={collection} now={now} onOpen={({ record, title }) => onOpen({ id: record, title })} />
      )}
    </>
  );
}

/** The next weeks of a calendar. */
function Agenda(props: { collection: string; from: number; onOpen: (opened: Opened) => void }) {
  const { collection, from, onOpen } = props;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const agenda = useRequest('calendar:agenda', [collection, from, from + WEEKS_SHOWN * 7 * DAY_MS, zone]);
  const view = agenda.value;
  if (view === null)
    return agenda.error === null ? <Loading what="what comes" /> : <ErrorNotice error={agenda.error} />;
  const shown = view.list.slice(0, 50);
  return (
    <section aria-label="What comes next">
      <h3>Next {WEEKS_SHOWN} weeks</h3>
      {shown.length === 0 && (
        <p className="muted">
          {view.next === null ? 'Nothing comes.' : `Nothing. Next: ${timeOf(view.next)}, ${view.next.title}`}
        </p>
      )}
      <ul className="plain-list">
        {shown.map((each) => (
          <li key={`${each.record} ${each.start}`}>
            <Button
              className="button button-quiet button-small"
              onPress={() => onOpen({ id: each.record, title: each.title })}
            >
              <span className="muted">{timeOf(each)}</span> {each.title}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
