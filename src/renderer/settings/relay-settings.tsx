import { useState } from 'react';
import { Button, Form } from 'react-aria-components';
import type { Requests } from '../../contract/contract.ts';
import { listed } from '../../contract/overall-state.ts';
import { leftToOthersWords, relayLeftToOthers, relayName, relaysInUse } from '../../contract/relay-words.ts';
import { useApp, useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { ToneIcon } from '../components/tone-icon.tsx';
import { GroupHeading } from './group-heading.tsx';

const TITLE = 'When devices are not on at the same time';

/** Which relay the collections of this device have, what it does, and how this device stands with it. */
export function RelaySettings({
  url,
  onSaved,
}: {
  url: string;
  onSaved: (now: ReturnType<Requests['config']>) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const save = useAction('config');
  const toast = useToast();
  const text = typed ?? url;
  const isChanged = text.trim() !== url;
  // Another admin may have set one.
  const isUsed = useApp((state) => relaysInUse(state.status?.collections ?? []).length > 0);
  const run = async (to: string) => {
    const reply = await save.run('relay', to);
    if (!reply.ok) return;
    setTyped(null);
    onSaved(reply.value);
    toast('done', to === '' ? 'No relay is set here any more' : 'The address of the relay is saved');
  };
  return (
    <Form
      className="card settings-group"
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged) void run(text.trim());
      }}
    >
      <GroupHeading title={TITLE} isChanged={isChanged} />
      <p>
        A relay keeps encrypted changes for devices that are away, and connects devices in different networks. It sees
        sizes and times, never contents.
      </p>
      <Field
        label="Address of the relay"
        hint="“lockstep relay serve”, on a computer that is always on, starts one and prints this. Your other devices learn it by themselves."
        placeholder="https://…#k=…"
        value={text}
        onChange={(value) => {
          setTyped(value);
          save.reset();
        }}
      />
      <ErrorNotice error={save.error} />
      <RelaysInUse url={url} />
      <div className="actions end">
        {isChanged && (
          <Button
            className="button"
            onPress={() => {
              setTyped(null);
              save.reset();
            }}
          >
            Undo changes
          </Button>
        )}
        {(url !== '' || isUsed) && !isChanged && (
          <Button className="button" isDisabled={save.busy} onPress={() => void run('')}>
            Use no relay
          </Button>
        )}
        <ActionButton className="button button-primary" type="submit" isBusy={save.busy} isDisabled={!isChanged}>
          Save<span className="sr-only"> {TITLE}</span>
        </ActionButton>
      </div>
    </Form>
  );
}

/** Every relay in use, how this device stands with it, and which collections this device cannot give one. */
function RelaysInUse({ url }: { url: string }) {
  const revision = useApp((state) => state.revision);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const devices = useRequest('devices:list', [], revision);
  const others = url === '' ? [] : relayLeftToOthers(collections, devices.value ?? [], url);
  return (
    <>
      <ul className="relays" aria-label="Relays in use" aria-live="polite">
        {relaysInUse(collections).map((relay) => (
          <li key={relay.url}>
            <p className={`state-line tone-${relay.tone}`}>
              <ToneIcon tone={relay.tone} size={14} />
              <span>
                {!relay.text.includes(relayName(relay.url)) && (
                  <>
                    <span className="strong">{relayName(relay.url)}</span>:{' '}
                  </>
                )}
                {relay.text}
              </span>
            </p>
            <p className="muted">
              Used for {listed(relay.collections.map(({ name }) => name))}
              {relay.url !== url && ', as an admin set it'}
            </p>
          </li>
        ))}
      </ul>
      {devices.value !== null && others.length > 0 && (
        <Note tone="warn">
          {others.map((other) => (
            <p key={other.collection.id}>{leftToOthersWords(other)}</p>
          ))}
        </Note>
      )}
    </>
  );
}
