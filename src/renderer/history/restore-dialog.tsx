import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { counted } from '../../contract/overall-state.ts';
import { useAction } from '../client/use-action.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { whenText } from '../components/when.tsx';
import { PlaceField } from '../sources/place-field.tsx';

const parentOf = (record: string) => (record.includes('/') ? record.slice(0, record.lastIndexOf('/')) : null);

/** Brings a record, its folder or everything back as it was at a moment: in place, or as copies in another place. */
export function RestoreDialog(props: {
  collection: string;
  collectionName: string;
  /** null: everything. */
  record: string | null;
  /** When it was, for people. */
  at: string;
  /** The package that marks the moment. */
  point: string;
  onDone: () => void;
  onClose: () => void;
}) {
  const { record } = props;
  const folder = record === null ? null : parentOf(record);
  const [what, setWhat] = useState<'record' | 'folder' | 'all'>(record === null ? 'all' : 'record');
  const [where, setWhere] = useState<'in-place' | 'copy'>('in-place');
  const [place, setPlace] = useState('');
  const restore = useAction('history:restore');
  const sayDone = useSayDone();
  const target = what === 'all' ? null : what === 'folder' ? folder : record;
  const run = async () => {
    const reply = await restore.run(props.collection, target, props.point, where === 'copy' ? place.trim() : null);
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
        {record === null ? `All of ${props.collectionName} as` : 'As'} it was just after this change,{' '}
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
            <span className="path">{record}</span>
          </Radio>
          {folder !== null && (
            <Radio className="radio" value="folder">
              <span>
                Its folder <span className="path">{folder}</span>
              </span>
            </Radio>
          )}
          <Radio className="radio" value="all">
            All of {props.collectionName}
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
      {where === 'copy' && <PlaceField label="Place for the copy" value={place} onChange={setPlace} />}
      <ErrorNotice error={restore.error} />
    </DialogFrame>
  );
}
