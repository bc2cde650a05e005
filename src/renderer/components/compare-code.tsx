import { Button } from 'react-aria-components';
import { ActionButton } from './action-button.tsx';
import { PairingCode } from './pairing-code.tsx';

/** Six digits that two people compare, each at a screen. */
export function CompareCode({ code, name }: { code: string; name: string }) {
  return (
    <>
      <PairingCode code={code} />
      <p>
        Look at the screen of <strong>{name}</strong>, or have its digits read to you. Do both show the same code?
      </p>
    </>
  );
}

/** The two answers, for the foot of the dialog. */
export function CompareActions(props: { isBusy: boolean; onDiffer: () => void; onSame: () => void }) {
  return (
    <>
      <Button className="button" isDisabled={props.isBusy} onPress={props.onDiffer}>
        They differ
      </Button>
      <ActionButton className="button button-primary" isBusy={props.isBusy} onPress={props.onSame}>
        They are the same
      </ActionButton>
    </>
  );
}
