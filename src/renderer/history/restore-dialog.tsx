import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { CollectionView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { useAction } from '../client/use-action.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { whenText } from '../components/when.tsx';
import { exportPlace } from '../sources/export-place.ts';
import { PlaceField } from '../sources/place-field.tsx';

/** A new file beside the collection's own, named by it and the day. */
const copyPlace = (collection: CollectionView, at: string): string =>
  exportPlace(collection, collection.kind === 'calendar' ? 'icalendar' : 'vcard', at.slice(0, 10));

const parentOf = (record: string) => (record.includes('/') ? record.slice(0, record.lastIndexOf('/')) : null);

/** Brings a record, its folder or everything back as it was at a moment: in place, or as copies in another place. */
export function RestoreDialog(props: {
  collection: CollectionView;
  /** null: everything. */
  one: { readonly record: string; readonly title: string } | null;
  /** When it was, for people. */
  at: string;
  /** The package that marks the moment. */
  point: string;
  onDone: () => void;
  onClose: () => void;
}) {
  const { collection, one } = props;
  const record = one?.record ?? null;
  const isFiles = collection.kind === 'files';
  const folder = record === null || !isFiles ? null : parentOf(record);
  const [what, setWhat] = useState<'record' | 'folder' | 'all'>(record === null ? 'all' : 'record');
  const [where, setWhere] = useState<'in-place' | 'copy'>('in-place');
  const [place, setPlace] = useState(() => (isFiles ? '' : copyPlace(collection, props.at)));
  const restore = useAction('history:restore');
  const sayDone = useSayDone();
  const target = what === 'all' ? null : what === 'folder' ? folder : record;
  const run = async () => {
    const reply = await restore.run(collection.id, target, props.point, where === 'copy' ? place.trim() : null);
    if (!reply.ok) return;
    sayDone(`${counted(reply.value.records, 'item')} restored`, reply.value);
    props.onClose();
    props.onDone();
  };
  return (
    <DialogFrame
      title="Restore"
      onClose={props.onClose}
      footer={
        <DialogActions
          action="Restore"
          isPending={restore.busy}
          isDisabled={where === 'copy' && place.trim() === ''}
          onAction={() => void run()}
          onCancel={props.onClose}
        />
      }
    >
      <p>
        {record === null ? `All of ${collection.name} as` : 'As'} it was just after this change,{' '}
        {whenText(props.at, Date.now())}.
      </p>
      {record !== null && (
        <RadioGroup
          className="field radios"
          value={what}
          onChange={(value) => setWhat(value as 'record' | 'folder' | 'all')}
        >
          <Label>What</Label>
          <Radio className="radio" value="record">
            {isFiles ? (
              <span className="path">{record}</span>
            ) : one === null ? (
              ''
            ) : (
              recordName(one.record, one.title, collection.kind)
            )}
          </Radio>
          {folder !== null && (
            <Radio className="radio" value="folder">
              <span>
                Its folder <span className="path">{folder}</span>
              </span>
            </Radio>
          )}
          <Radio className="radio" value="all">
            All of {collection.name}
          </Radio>
        </RadioGroup>
      )}
      <RadioGroup className="field radios" value={where} onChange={(value) => setWhere(value as 'in-place' | 'copy')}>
        <Label>Where</Label>
        <Radio className="radio" value="in-place">
          <span>
            Where it was
            <small>A change like any other: it goes to all your devices and can be undone.</small>
          </span>
        </Radio>
        <Radio className="radio" value="copy">
          <span>
            As a copy in another place
            <small>Nothing that is kept in step changes.</small>
          </span>
        </Radio>
      </RadioGroup>
      {where === 'copy' && isFiles && <PlaceField label="Place for the copy" value={place} onChange={setPlace} />}
      {where === 'copy' && !isFiles && (
        <Field
          label="Place for the copy"
          value={place}
          onChange={setPlace}
          mono
          hint="A file that is not there yet, on this device."
        />
      )}
      <ErrorNotice error={restore.error} />
    </DialogFrame>
  );
}
