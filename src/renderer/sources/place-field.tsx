import { FolderSearch } from 'lucide-react';
import type { Kind } from '../../contract/contract.ts';
import { useClient, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { ActionButton } from '../components/action-button.tsx';
import { errorWords } from '../components/error-words.ts';
import { Field } from '../components/field.tsx';

const EXAMPLES: { readonly [kind in Kind]: string } = {
  files: '/home/ana/Documents',
  contacts: '/home/ana/contacts.vcf',
  calendar: '/home/ana/calendar.ics',
};
/** What a place of this kind may look like; null: of any. */
export const examplePlace = (kind: Kind | null): string => EXAMPLES[kind ?? 'files'];

/** A place: typed, or picked with the system's own dialog where there is a window. */
export function PlaceField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  placeholder?: string;
  autoFocus?: boolean;
}) {
  const client = useClient();
  const pick = useAction('desktop:pick-folder');
  const toast = useToast();
  const choose = async () => {
    const reply = await pick.run();
    if (!reply.ok) toast('failed', errorWords(reply.error));
    else if (reply.value !== null) props.onChange(reply.value);
  };
  return (
    <div className="field-row">
      <Field
        label={props.label}
        value={props.value}
        onChange={props.onChange}
        mono
        placeholder={props.placeholder ?? examplePlace(null)}
        autoFocus={props.autoFocus === true}
        {...(props.hint === undefined ? {} : { hint: props.hint })}
      />
      {client.host === 'electron' && (
        <ActionButton className="button" isBusy={pick.busy} onPress={() => void choose()}>
          <FolderSearch aria-hidden size={16} />
          Choose…
        </ActionButton>
      )}
    </div>
  );
}
