import { useState } from 'react';
import { Button, Form } from 'react-aria-components';
import { useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ActionButton } from '../components/action-button.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';

/** What the other devices call this one. */
export function RenameDialog(props: { name: string; onDone: () => void; onClose: () => void }) {
  const [name, setName] = useState(props.name);
  const rename = useAction('devices:rename');
  const toast = useToast();
  const run = async () => {
    const reply = await rename.run(name.trim());
    if (!reply.ok) return;
    toast('done', `This device is now called ${name.trim()}`);
    props.onDone();
    props.onClose();
  };
  return (
    <DialogFrame title="Rename this device" onClose={props.onClose}>
      <Form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <Field
          label="Name"
          value={name}
          onChange={setName}
          autoFocus
          hint="Your other devices show it from the next exchange on."
        />
        <ErrorNotice error={rename.error} />
        <div className="actions end">
          <Button className="button" onPress={props.onClose}>
            Cancel
          </Button>
          <ActionButton
            className="button button-primary"
            type="submit"
            isBusy={rename.busy}
            isDisabled={name.trim() === ''}
          >
            Rename
          </ActionButton>
        </div>
      </Form>
    </DialogFrame>
  );
}
