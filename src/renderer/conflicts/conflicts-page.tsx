import { ChevronRight, Handshake, ListChecks } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { ConflictView } from '../../contract/contract.ts';
import { fieldWords } from '../../contract/field-words.ts';
import { useApp } from '../client/app-context.tsx';
import { useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { useSettled } from '../client/use-settled.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RecordIcon } from '../components/kind-icon.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { type RowFocus, VirtualRows } from '../components/virtual-rows.tsx';
import { When } from '../components/when.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { conflictSentence, newestAt } from './conflict-title.ts';
import { SettleAllDialog } from './settle-all-dialog.tsx';
import { useConflicts } from './use-conflicts.ts';

const ROW = 80;
/** Nobody types on when it is searched. */
const PAUSE_MS = 200;
const ANY = 'any';
/** Fewer are seen at a glance. */
const WORTH_FILTERING = 8;

/** What was changed apart and waits for a person. */
export function ConflictsPage() {
  const devices = useRequest('devices:list', []);
  const [open, setOpen] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(ANY);
  const collections = (useApp((state) => state.status?.collections) ?? []).filter((one) => one.conflicts > 0);
  // What was settled to the last is no choice any more.
  const collection = collections.find((one) => one.id === chosen) ?? null;
  const wanted = useSettled(text.trim(), PAUSE_MS);
  const conflicts = useConflicts(collection?.id ?? null, wanted);
  const { list, total } = conflicts.view ?? { list: [], total: 0 };
  const told = collections.reduce((sum, one) => sum + one.conflicts, 0);
  // The status may be a moment older than the list.
  const everything = wanted === '' ? Math.max(told, total) : told;
  // Once there, it stays: nothing jumps up because one was settled.
  const isFiltered = useRef(false);
  isFiltered.current ||= everything >= WORTH_FILTERING;
  const concerned = wanted === '' ? total : (collection?.conflicts ?? told);
  const nameOf = useDeviceNames();
  const opened = list.find((one) => one.id === open) ?? null;
  const involved = new Set(list.flatMap((one) => one.values.map((value) => value.device)));
  const isAll = wanted === '' && list.length === total;
  const sharing = new Set((collection === null ? collections : [collection]).map((one) => one.id));
  const others = (devices.value ?? [])
    .filter(
      (one) => !one.self && (involved.has(one.device) || (!isAll && one.collections.some((id) => sharing.has(id)))),
    )
    .map((one) => ({ id: one.device, name: nameOf(one.device) }));
  return (
    <PageFrame
      title="Conflicts"
      {...(concerned > 1
        ? {
            actions: (
              <Button className="button" onPress={() => setAll(true)}>
                <ListChecks aria-hidden size={16} />
                {collection === null ? 'Settle all…' : `Settle all in ${collection.name}…`}
              </Button>
            ),
          }
        : {})}
    >
      <ErrorNotice error={conflicts.error} />
      {conflicts.view === null && conflicts.error === null && <Loading what="conflicts" />}
      {conflicts.view !== null && everything === 0 && (
        <EmptyState icon={Handshake} title="No conflicts">
          <p>
            When the same thing is changed on two devices before they meet, both versions wait here for your choice.
          </p>
        </EmptyState>
      )}
      {everything > 0 && (
        <p className="intro">Until you choose, each device keeps what it has. Nothing is overwritten.</p>
      )}
      {isFiltered.current && everything > 0 && (
        <div className="filters">
          <SearchBox label="Find by name" value={text} onChange={setText} />
          {collections.length > 1 && (
            <ChoiceField
              label="Collection"
              hideLabel
              options={[
                { id: ANY, label: 'All collections' },
                ...collections.map((one) => ({
                  id: one.id,
                  label: `${one.name} (${one.conflicts.toLocaleString('en')})`,
                })),
              ]}
              value={collection?.id ?? ANY}
              onChange={setChosen}
            />
          )}
        </div>
      )}
      {wanted !== '' && conflicts.view !== null && total === 0 && (
        <p className="muted">No conflict has a name like this.</p>
      )}
      {list.length > 0 && (
        <VirtualRows
          key={`${collection?.id ?? ANY} ${wanted}`}
          className="card rows-page rows-divided"
          label="Conflicts"
          count={list.length}
          setSize={total}
          onLast={conflicts.more}
          estimate={() => ROW}
          keyOf={(at) => list[at]?.id ?? ''}
          row={(at, focus) => {
            const conflict = list[at];
            return (
              conflict !== undefined && (
                <ConflictRow conflict={conflict} focus={focus} nameOf={nameOf} onOpen={() => setOpen(conflict.id)} />
              )
            );
          }}
        />
      )}
      {opened !== null && (
        <ConflictDialog
          conflict={opened}
          onClose={() => {
            setOpen(null);
            conflicts.reload();
          }}
        />
      )}
      {all && (
        <SettleAllDialog
          count={concerned}
          conflicts={isAll ? list : null}
          collection={collection}
          devices={others}
          onDone={conflicts.reload}
          onClose={() => setAll(false)}
        />
      )}
    </PageFrame>
  );
}

function ConflictRow(props: {
  conflict: ConflictView;
  focus: RowFocus;
  nameOf: (device: string) => string;
  onOpen: () => void;
}) {
  const { conflict } = props;
  const collection = useApp((state) => state.status?.collections.find((one) => one.id === conflict.collection));
  return (
    <button type="button" className="row row-button row-told" {...props.focus} onClick={props.onOpen}>
      <RecordIcon kind={collection?.kind ?? 'files'} />
      <span className="row-text">
        <span className="strong">{conflict.name}</span>
        {conflict.record.includes('/') && collection?.kind === 'files' && (
          <span className="path muted">{conflict.record}</span>
        )}
        <span>
          {conflictSentence(conflict, props.nameOf)}
          {conflict.field !== 'entry' &&
            conflict.field !== 'exists' &&
            ` · ${fieldWords(conflict.field, conflict.values[0]?.value ?? conflict.base)}`}
        </span>
      </span>
      <span className="row-side muted">
        <span>{collection?.name}</span>
        <When at={newestAt(conflict.values)} />
      </span>
      <ChevronRight aria-hidden size={16} />
    </button>
  );
}
