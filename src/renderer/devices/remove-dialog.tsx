import { useState } from 'react';
import type { DeviceView } from '../../contract/contract.ts';
import { listed } from '../../contract/overall-state.ts';
import { useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';

const EVERYTHING = 'everything';

/** Removes a device from one collection or from all, and says what that does and does not do. */
export function RemoveDialog(props: {
  device: DeviceView;
  /** What this device may remove it from. */
  shared: readonly { readonly id: string; readonly name: string }[];
  /** By name: it stays in these, of which this device is no admin. */
  others: readonly string[];
  onDone: () => void;
  onClose: () => void;
}) {
  const { device, shared, others } = props;
  const [from, setFrom] = useState(EVERYTHING);
  const remove = useAction('devices:remove');
  const toast = useToast();
  const run = async () => {
    for (const { id } of shared) {
      if (from !== EVERYTHING && from !== id) continue;
      const reply = await remove.run(device.device, id);
      if (!reply.ok) return;
    }
    toast('done', `${device.name} was removed`);
    props.onDone();
    props.onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${device.name}?`}
      confirm={`Remove ${device.name}`}
      danger
      busy={remove.busy}
      error={remove.error}
      onConfirm={() => void run()}
      onClose={props.onClose}
    >
      {shared.length > 1 && (
        <ChoiceField
          label="From"
          options={[
            {
              id: EVERYTHING,
              label: `Everything ${others.length === 0 ? 'it shares with this device' : 'this device is an admin of'}`,
            },
            ...shared.map((one) => ({ id: one.id, label: one.name })),
          ]}
          value={from}
          onChange={setFrom}
        />
      )}
      <p>
        It gets nothing new from now on, and what it changes from now on is not taken. What it changed before stays.
      </p>
      {others.length > 0 && (
        <p>
          It stays in {listed(others)}: only an admin of {others.length === 1 ? 'that' : 'those'} can remove it there.
        </p>
      )}
      <p>
        Copies that are on {device.name} already stay there: removing cannot reach them. If it was lost or stolen,
        change what was secret in them.
      </p>
    </ConfirmDialog>
  );
}
