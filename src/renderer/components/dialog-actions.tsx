import { Button } from 'react-aria-components';
import { ActionButton } from './action-button.tsx';

/** The foot of a dialog that does one thing: leave it, or do that. */
export function DialogActions(props: {
  action: string;
  /** It is being done: the button keeps the focus, and does nothing more. */
  isPending: boolean;
  isDisabled: boolean;
  onAction: () => void;
  onCancel: () => void;
}) {
  return (
    <>
      <Button className="button" onPress={props.onCancel}>
        Cancel
      </Button>
      <ActionButton
        className="button button-primary"
        isBusy={props.isPending}
        isDisabled={props.isDisabled}
        onPress={props.onAction}
      >
        {props.action}
      </ActionButton>
    </>
  );
}
