import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { WireError } from '../../contract/contract.ts';
import { ActionButton } from './action-button.tsx';
import { DialogFrame } from './dialog-frame.tsx';
import { ErrorNotice } from './error-notice.tsx';

/** Asks before something that is not taken back by a click: says what it means, and the safe answer has the focus. */
export function ConfirmDialog(props: {
  title: string;
  children: ReactNode;
  confirm: string;
  cancel?: string;
  danger?: boolean;
  busy: boolean;
  error: WireError | null;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <DialogFrame
      title={props.title}
      alert
      onClose={props.onClose}
      footer={
        <>
          <Button className="button" autoFocus onPress={props.onClose}>
            {props.cancel ?? 'Cancel'}
          </Button>
          <ActionButton
            className={props.danger === true ? 'button button-danger' : 'button button-primary'}
            isBusy={props.busy}
            onPress={props.onConfirm}
          >
            {props.confirm}
          </ActionButton>
        </>
      }
    >
      {props.children}
      <ErrorNotice error={props.error} />
    </DialogFrame>
  );
}
