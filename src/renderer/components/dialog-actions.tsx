import { Button } from 'react-aria-components';

/** The foot of a dialog that does one thing: leave it, or do that. */
export function DialogActions(props: {
  action: string;
  isDisabled: boolean;
  onAction: () => void;
  onCancel: () => void;
}) {
  return (
    <>
      <Button className="button" onPress={props.onCancel}>
        Cancel
      </Button>
      <Button className="button button-primary" isDisabled={props.isDisabled} onPress={props.onAction}>
        {props.action}
      </Button>
    </>
  );
}
