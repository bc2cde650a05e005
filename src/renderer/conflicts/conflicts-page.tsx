import { ChevronRight, Handshake, ListChecks } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useApp } from '../client/app-context.tsx';
import { useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { fieldText } from '../components/value-text.ts';
import { When } from '../components/when.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { conflictHeading, conflictSentence, newestAt } from './conflict-title.ts';
import { SettleAllDialog } from './settle-all-dialog.tsx';

const SHOWN = 200;

/** What was changed apart and waits for a person. */
export function ConflictsPage() {
  const revision = useApp((state) => state.revision);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const conflicts = useRequest('conflicts:list', [null], revision);
  const devices = useRequest('devices:list', []);
  const [open, setOpen] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const list = conflicts.value ?? [];
  const nameOf = useDeviceNames();
  const kindOf = (id: string) => collections.find((one) => one.id === id)?.kind;
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
          <ul className="rows card" aria-label="Conflicts">
            {list.slice(0, SHOWN).map((conflict) => (
              <li key={conflict.id}>
                <Button className="row row-button" onPress={() => setOpen(conflict.id)}>
                  <span className="row-text">
                    <span className="strong">{conflictHeading(conflict, kindOf(conflict.collection))}</span>
                    {conflict.record.includes('/') && kindOf(conflict.collection) === 'files' && (
                      <span className="path muted">{conflict.record}</span>
                    )}
                    <span>
                      {conflictSentence(conflict, nameOf)}
                      {conflict.field !== 'entry' && conflict.field !== 'exists' && ` · ${fieldText(conflict.field)}`}
                    </span>
                  </span>
                  <span className="row-side muted">
                    <span>{collections.find((one) => one.id === conflict.collection)?.name}</span>
                    <When at={newestAt(conflict.values)} />
                  </span>
                  <ChevronRight aria-hidden size={16} />
                </Button>
              </li>
            ))}
          </ul>
          {list.length > SHOWN && <p className="muted">{list.length - SHOWN} more follow once these are settled.</p>}
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
