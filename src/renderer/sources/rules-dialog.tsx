import { FolderPlus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { CollectionView, Kind, SourceSettingsView, WireError } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useToast } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { Loading } from '../components/loading.tsx';
import { useReturnFocus } from '../components/use-return-focus.ts';
import { addressToConfirm, isAddress } from './account-address.ts';
import { AccountFields } from './account-fields.tsx';
import { formatChoices, formatWords, RECOGNIZED } from './format-words.ts';
import { examplePlace, PlaceField } from './place-field.tsx';
import { useAccount } from './use-account.ts';

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Only of folders a part can be kept, by rules. */
export const rulesTitle = (kind: Kind): string => (kind === 'files' ? 'Places and rules' : 'Places');

/** Where a collection lives here, and what of it: selected paths, ignore rules. */
export function RulesDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  useReturnFocus();
  const settings = useRequest('source:change', [collection.id, {}]);
  return settings.value === null ? (
    <DialogFrame title={`${rulesTitle(collection.kind)} of ${collection.name}`} onClose={onClose}>
      {settings.error === null ? <Loading what="the rules" /> : <ErrorNotice error={settings.error} />}
    </DialogFrame>
  ) : (
    <RulesForm collection={collection} settings={settings.value} onChanged={settings.reload} onClose={onClose} />
  );
}

function RulesForm(props: {
  collection: CollectionView;
  settings: SourceSettingsView;
  onChanged: () => void;
  onClose: () => void;
}) {
  const { collection, settings } = props;
  const files = collection.kind === 'files';
  const [part, setPart] = useState(settings.only.length > 0 ? 'some' : 'all');
  const [only, setOnly] = useState(settings.only.join('\n'));
  const [ignore, setIgnore] = useState(settings.ignore.join('\n'));
  const change = useAction('source:change');
  const toast = useToast();
  const save = async () => {
    const reply = await change.run(collection.id, { only: part === 'all' ? [] : lines(only), ignore: lines(ignore) });
    if (!reply.ok) return;
    const { outside } = reply.value;
    toast(
      'done',
      outside === 0 ? 'Saved. Everything is kept in step.' : `Saved. ${counted(outside, 'item')} left out.`,
    );
    props.onClose();
  };
  return (
    <DialogFrame
      title={`${rulesTitle(collection.kind)} of ${collection.name}`}
      careful
      onClose={props.onClose}
      footer={
        files ? (
          <DialogActions
            action="Save rules"
            isPending={change.busy}
            isDisabled={part === 'some' && lines(only).length === 0}
            onAction={() => void save()}
            onCancel={props.onClose}
          />
        ) : undefined
      }
    >
      <Places collection={collection} settings={settings} onChanged={props.onChanged} />
      {files && (
        <>
          <RadioGroup className="field radios" value={part} onChange={setPart}>
            <Label>What is kept in step on this device</Label>
            <Radio className="radio" value="all">
              Everything
            </Radio>
            <Radio className="radio" value="some">
              Only some of it
            </Radio>
          </RadioGroup>
          {part === 'some' && (
            <Field
              label="Only these"
              value={only}
              onChange={setOnly}
              rows={4}
              mono
              placeholder={'Work/\nPhotos/2026/'}
              hint="One path or pattern a line. What is no longer selected stays on this disk and is no longer updated."
            />
          )}
          <Field
            label="Ignore"
            value={ignore}
            onChange={setIgnore}
            rows={5}
            mono
            placeholder={'node_modules/\n*.tmp'}
            hint="One pattern a line, as in .gitignore. Ignored items are never sent, changed or deleted. A .lockstepignore file at the top of the folder does the same on every device."
          />
        </>
      )}
      <ErrorNotice error={change.error} />
    </DialogFrame>
  );
}

/** One more, or one fewer. */
type Place = { add: string; format?: string } | { remove: string; location: string };

function Places(props: { collection: CollectionView; settings: SourceSettingsView; onChanged: () => void }) {
  const [place, setPlace] = useState('');
  const [format, setFormat] = useState(RECOGNIZED);
  const change = useAction('source:change');
  const account = useAccount();
  const [failure, setFailure] = useState<WireError | null>(null);
  const toast = useToast();
  const { kind } = props.collection;
  const run = async (how: Place) => {
    const { id } = props.collection;
    const reply = await change.run(id, 'remove' in how ? { remove: how.remove } : how);
    if (!reply.ok) return;
    setPlace('');
    props.onChanged();
    if ('remove' in how) toast('done', `${how.location} is not kept in step any more. What is in it stays.`);
  };
  const isAccount = kind !== 'files' && isAddress(place);
  const add = async () => {
    const located = isAccount ? await account.locate(place, kind) : { ok: true as const, location: place.trim() };
    setFailure(located.ok ? null : located.error);
    if (!located.ok) return setPlace(addressToConfirm(located.error) ?? place);
    await run({ add: located.location, ...(isAccount || format === RECOGNIZED ? {} : { format }) });
  };
  return (
    <section className="places">
      <h3>Places on this device</h3>
      <ul className="plain-list">
        {props.settings.sources.map((source) => (
          <li key={source.id} className="place">
            <span>
              <span className="path">{source.location}</span>{' '}
              {kind !== 'files' && <span className="tag">{formatWords(source.format)}</span>}
            </span>
            <ActionButton
              className="button button-quiet button-small"
              isBusy={change.busy}
              isDisabled={props.settings.sources.length === 1}
              onPress={() => void run({ remove: source.id, location: source.location })}
            >
              <Trash2 aria-hidden size={14} />
              Remove<span className="sr-only"> {source.location}</span>
            </ActionButton>
          </li>
        ))}
      </ul>
      {props.settings.sources.length === 1 && (
        <p className="hint">The last one stays. To end it, choose “Stop keeping in step” in the menu.</p>
      )}
      <div className="field-row field-row-end">
        <PlaceField
          label="Keep it in another place here too"
          placeholder={examplePlace(kind)}
          value={place}
          onChange={setPlace}
        />
        <ActionButton
          className="button"
          isBusy={change.busy || account.isLocating}
          isDisabled={place.trim() === ''}
          onPress={() => void add()}
        >
          <FolderPlus aria-hidden size={16} />
          Add place
        </ActionButton>
      </div>
      {isAccount && <AccountFields of={account} place={place} />}
      {kind !== 'files' && place.trim() !== '' && !isAddress(place) && (
        <ChoiceField label="What it is" options={formatChoices(kind)} value={format} onChange={setFormat} />
      )}
      <ErrorNotice error={failure ?? change.error} />
    </section>
  );
}
