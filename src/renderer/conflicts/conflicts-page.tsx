import { ChevronRight, Handshake, ListChecks } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { useApp, useAppContext } from '../client/app-context.tsx';
import { useDeciders } from '../client/use-deciders.ts';
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
import { useLeadOn } from '../components/use-lead-on.ts';
import { type RowFocus, VirtualRows } from '../components/virtual-rows.tsx';
import { When } from '../components/when.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { type ConflictGroup, conflictField, conflictGroups } from './conflict-groups.ts';
import { conflictSentence, newestAt, sidesInWords } from './conflict-title.ts';
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
  const looking = useLooking();
  const [open, setOpen] = useState<ConflictGroup | null>(null);
  const [all, setAll] = useState(false);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(looking?.collection ?? ANY);
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
  isFiltered.current ||= everything >= WORTH_FILTERING || (collection !== null && collections.length > 1);
  // Those of collections this device may only read are settled by others.
  const mine = collections.filter(({ decidedBy }) => decidedBy === undefined);
  const ofOthers = collections.reduce((sum, one) => sum + (one.decidedBy === undefined ? 0 : one.conflicts), 0);
  const concerned =
    collection === null
      ? Math.max(0, (wanted === '' ? total : told) - ofOthers)
      : mine.includes(collection)
        ? collection.conflicts
        : 0;
  const nameOf = useDeviceNames();
  const groups = conflictGroups(list);
  const opened = open === null ? null : (groups.find(({ key }) => key === open.key) ?? { ...open, conflicts: [] });
  const leadOn = useLeadOn(groups, ({ key }) => key, opened !== null, '.rows-page');
  // The one that was asked for, once; where it is settled by then, the list says so.
  const isAwaited = useRef(looking?.record != null);
  useEffect(() => {
    if (!isAwaited.current || conflicts.view === null) return;
    isAwaited.current = false;
    setOpen(groups.find((one) => one.collection === looking?.collection && one.record === looking.record) ?? null);
  });
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
      <ErrorNotice error={conflicts.error} asked={conflicts} />
      {conflicts.view === null && conflicts.error === null && <Loading what="conflicts" />}
      {conflicts.view !== null && everything === 0 && (
        <EmptyState icon={Handshake} title="No conflicts">
          <p>
            When the same thing is changed on two devices before they meet, both versions wait here for your choice.
          </p>
        </EmptyState>
      )}
      {everything > 0 && (
        <p className="intro">
          Until {mine.length === 0 ? 'they are settled' : 'you choose'}, each device keeps what it has. Nothing is
          overwritten.
        </p>
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
                  label: `${one.name} (${numberText(one.conflicts)})`,
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
          count={groups.length}
          of={list}
          setSize={list.length < total ? -1 : groups.length}
          onLast={(at) => conflicts.more(at === groups.length - 1 ? list.length : at)}
          estimate={() => ROW}
          keyOf={(at) => groups[at]?.key ?? ''}
          row={(at, focus) => {
            const group = groups[at];
            return (
              group !== undefined && (
                <ConflictRow group={group} focus={focus} nameOf={nameOf} onOpen={() => setOpen(group)} />
              )
            );
          }}
        />
      )}
      {opened !== null && (
        <ConflictDialog
          group={opened}
          onClose={(isSettled) => {
            if (isSettled) leadOn(opened.key);
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

/** What was asked for as the page was gone to; null: nothing special. The next time it is not. */
function useLooking() {
  const { store } = useAppContext();
  const [looking] = useState(() => store.getState().looking);
  useEffect(() => store.setState({ looking: null }), [store]);
  return looking;
}

function ConflictRow(props: {
  group: ConflictGroup;
  focus: RowFocus;
  nameOf: (device: string) => string;
  onOpen: () => void;
}) {
  const { group } = props;
  const { conflicts } = group;
  const collection = useApp((state) => state.status?.collections.find((one) => one.id === group.collection));
  const deciders = useDeciders(group.collection);
  const [first] = conflicts;
  if (first === undefined) return null;
  const fields = [...new Set(conflicts.flatMap((one) => conflictField(one) ?? []))];
  const sides = conflicts.length === 1 ? sidesInWords(first) : null;
  const sentences = new Set(conflicts.map((one) => conflictSentence(one, props.nameOf)));
  return (
    <button
      type="button"
      className="row row-button row-told"
      {...props.focus}
      // The second of two clicks on what lay above it opens nothing.
      onClick={(event) => event.detail < 2 && props.onOpen()}
    >
      <RecordIcon kind={collection?.kind ?? 'files'} />
      <span className="row-text">
        <span className="strong" dir="auto">
          {recordName(group.record, group.name, collection?.kind ?? null)}
        </span>
        {group.record.includes('/') && collection?.kind === 'files' && (
          <span className="path muted">{group.record}</span>
        )}
        <span>
          {sentences.size === 1 ? [...sentences][0] : 'Changed apart'}
          {fields.length > 0 && ` · ${fields.slice(0, MOST_FIELDS).join(', ')}`}
          {fields.length > MOST_FIELDS && ` and ${fields.length - MOST_FIELDS} more`}
        </span>
        {sides !== null && <span className="muted wrapped">{sides}</span>}
        {deciders !== null && <span className="muted">To be settled on {deciders}</span>}
      </span>
      <span className="row-side muted">
        {conflicts.length > 1 && <span className="tag">{counted(conflicts.length, 'conflict')}</span>}
        <span>{collection?.name}</span>
        <When at={newestAt(conflicts.flatMap(({ values }) => values))} />
      </span>
      <ChevronRight aria-hidden size={16} />
    </button>
  );
}

const MOST_FIELDS = 4;
