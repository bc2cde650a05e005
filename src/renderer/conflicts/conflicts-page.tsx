import { ChevronRight, Handshake, ListChecks } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ConflictView } from '../../contract/contract.ts';
import { fieldWords } from '../../contract/field-words.ts';
import { useApp } from '../client/app-context.tsx';
import { useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { type RowFocus, VirtualRows } from '../components/virtual-rows.tsx';
import { When } from '../components/when.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { conflictSentence, newestAt } from './conflict-title.ts';
import { SettleAllDialog } from './settle-all-dialog.tsx';

const ROW = 80;

/** What was changed apart and waits for a person. */
export function ConflictsPage() {
  const revision = useApp((state) => state.revision);
  const conflicts = useRequest('conflicts:list', [null], revision);
  const devices = useRequest('devices:list', []);
  const [open, setOpen] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const list = conflicts.value ?? [];
  const nameOf = useDeviceNames();
  const opened = list.find((one) => one.id === open) ?? null;
  const involved = new Set(list.flatMap((one) => one.values.map((value) => value.device)));
  const others = (devices.value ?? [])
    .filter((one) => !one.self && involved.has(one.device))
    .map((one) => ({ id: one.device, name: nameOf(one.device) }));
  return (
    <PageFrame
      title="Conflicts"
      {...(list.length > 1
        ? {
            actions: (
              <Button className="button" onPress={() => setAll(true)}>
                <ListChecks aria-hidden size={16} />
                Settle all…
              </Button>
            ),
          }
        : {})}
    >
      <ErrorNotice error={conflicts.error} />
      {conflicts.value === null && conflicts.error === null && <Loading what="conflicts" />}
      {conflicts.value?.length === 0 && (
        <EmptyState icon={Handshake} title="No conflicts">
          <p>
            When the same thing is changed on two devices before they meet, both versions wait here for your choice.
          </p>
        </EmptyState>
      )}
      {list.length > 0 && (
        <>
          <p className="intro">Until you choose, each device keeps what it has. Nothing is overwritten.</p>
          <VirtualRows
            className="card rows-page rows-divided"
            label="Conflicts"
            count={list.length}
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
        </>
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
        <SettleAllDialog count={list.length} devices={others} onDone={conflicts.reload} onClose={() => setAll(false)} />
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
    <button type="button" className="row row-button" {...props.focus} onClick={props.onOpen}>
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
