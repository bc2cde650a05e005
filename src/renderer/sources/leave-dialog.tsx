import type { CollectionView } from '../../contract/contract.ts';
import { useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';

/** Leaves a collection: everything here stays, only keeping in step ends. */
export function LeaveDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const leave = useAction('collections:leave');
  const toast = useToast();
  const confirm = async () => {
    const reply = await leave.run(collection.id);
    if (!reply.ok) return;
    toast('done', `${collection.name} is no longer kept in step here`);
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Stop keeping ${collection.name} in step?`}
      confirm="Stop keeping in step"
      cancel="Go on as before"
      danger
      busy={leave.busy}
      error={leave.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        Everything stays where it is, here and on your other devices, which are told. What changes from now on is no
        longer exchanged.
      </p>
      <p>The history kept on this device for {collection.name} ends. To come back you need a new invitation.</p>
    </ConfirmDialog>
  );
}
