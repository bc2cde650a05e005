import { useState } from 'react';
import type { DeviceView, Role } from '../../contract/contract.ts';
import { useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { RoleField } from './role-field.tsx';

/** What a device may do with a collection: changed by an admin, for every device. */
export function RoleDialog(props: {
  device: DeviceView;
  shared: readonly { readonly id: string; readonly name: string }[];
  onDone: () => void;
  onClose: () => void;
}) {
  const { device, shared } = props;
  const roleIn = (id: string): Role => device.roles[id] ?? device.role;
  const [collection, setCollection] = useState(shared[0]?.id ?? '');
  const [role, setRole] = useState<Role>(roleIn(collection));
  const change = useAction('devices:role');
  const toast = useToast();
  const run = async () => {
    const reply = await change.run(device.device, role, collection);
    if (!reply.ok) return;
    toast('done', `${device.name} has another role`);
    props.onDone();
    props.onClose();
  };
  const isSame = role === roleIn(collection);
  return (
    <DialogFrame
      title={`Role of ${device.name}`}
      onClose={props.onClose}
      footer={
        <DialogActions
          action="Change role"
          isPending={change.busy}
          isDisabled={isSame}
          onAction={() => void run()}
          onCancel={props.onClose}
        />
      }
    >
      {shared.length > 1 && (
        <ChoiceField
          label="In"
          options={shared.map((one) => ({ id: one.id, label: one.name }))}
          value={collection}
          onChange={(id) => {
            setCollection(id);
            setRole(roleIn(id));
          }}
        />
      )}
      <RoleField role={role} onChange={setRole} />
      {role === 'reader' && !isSame && <p>What it changed so far stays. What it changes from now on stays with it.</p>}
      <ErrorNotice error={change.error} />
    </DialogFrame>
  );
}
