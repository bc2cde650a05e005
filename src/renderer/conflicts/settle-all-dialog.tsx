import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { counted } from '../../contract/overall-state.ts';
import { useAction } from '../client/use-action.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';

/** One answer for all open conflicts, or all of one collection. */
export function SettleAllDialog(props: {
  count: number;
  /** null: all of them. */
  collection: { readonly id: string; readonly name: string } | null;
  devices: readonly { readonly id: string; readonly name: string }[];
  onDone: () => void;
  onClose: () => void;
}) {
  const [prefer, setPrefer] = useState('newest');
  const resolve = useAction('conflicts:resolve-all');
  const sayDone = useSayDone();
  const run = async () => {
    const reply = await resolve.run(prefer, props.collection?.id ?? null);
    if (!reply.ok) return;
    sayDone(`${counted(reply.value.records, 'conflict')} settled`, reply.value);
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
      <p>
        A conflict in which the chosen device has no part stays open. What is not taken stays in History, and you can
        undo this.
      </p>
    </ConfirmDialog>
  );
}
