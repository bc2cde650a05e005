import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { ConflictView } from '../../contract/contract.ts';
import { counted, listed } from '../../contract/overall-state.ts';
import { useApp } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Note } from '../components/note.tsx';
import { deletedBy, settledWords } from './settle-all.ts';

/** One answer for all open conflicts, or all of one collection. */
export function SettleAllDialog(props: {
  count: number;
  /** Those it is about; null: not all of them are here. */
  conflicts: readonly ConflictView[] | null;
  /** null: all of them. */
  collection: { readonly id: string; readonly name: string } | null;
  devices: readonly { readonly id: string; readonly name: string }[];
  onDone: () => void;
  onClose: () => void;
}) {
  const [prefer, setPrefer] = useState('newest');
  const resolve = useAction('conflicts:resolve-all');
  const sayDone = useSayDone('still open');
  const self = useApp((state) => state.status?.device.id ?? '');
  const deleted = props.conflicts === null ? null : deletedBy(props.conflicts, prefer, self);
  const run = async () => {
    const reply = await resolve.run(prefer, props.collection?.id ?? null);
    if (!reply.ok) return;
    sayDone(settledWords(props.count, reply.value.conflicts.length), reply.value);
    props.onDone();
    props.onClose();
  };
  return (
    <ConfirmDialog
      title={`Settle ${props.count === 1 ? 'the conflict' : `all ${counted(props.count, 'conflict')}`}${props.collection === null ? '' : ` in ${props.collection.name}`}`}
      confirm="Settle all"
      busy={resolve.busy}
      error={resolve.error}
      onConfirm={() => void run()}
      onClose={props.onClose}
    >
      <RadioGroup className="field radios" value={prefer} onChange={setPrefer}>
        <Label>In each conflict take</Label>
        <Radio className="radio" value="newest">
          <span>
            The newest
            <small>By the clocks of the devices that changed it.</small>
          </span>
        </Radio>
        <Radio className="radio" value="this-device">
          What this device has
        </Radio>
        {props.devices.map((device) => (
          <Radio key={device.id} className="radio" value={device.id}>
            What {device.name} has
          </Radio>
        ))}
      </RadioGroup>
      {deleted === null ? (
        <p>Where a deletion is taken, it is deleted on all devices.</p>
      ) : (
        deleted.length > 0 && (
          <Note tone="warn">
            <p>
              It deletes <strong>{listed(deleted)}</strong> on all devices.
            </p>
          </Note>
        )
      )}
      <p>
        A conflict in which the chosen device has no part stays open. What is not taken stays in History, and you can
        undo this.
      </p>
    </ConfirmDialog>
  );
}
