import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { CollectionView, ExportView } from '../../contract/contract.ts';
import { formulaWords } from '../../contract/formula-words.ts';
import { counted } from '../../contract/overall-state.ts';
import { useAction } from '../client/use-action.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { exportPlace } from './export-place.ts';
import { formatChoices, RECOGNIZED } from './format-words.ts';
import { LacksList } from './lacks-list.tsx';

/** Writes a copy of contacts or a calendar once, and says what the format has no place for. */
export function ExportDialog({ collection, onClose }: { collection: CollectionView; onClose: () => void }) {
  const kind = collection.kind === 'calendar' ? 'calendar' : 'contacts';
  const [format, setFormat] = useState(kind === 'calendar' ? 'icalendar' : 'vcard');
  const [typed, setTyped] = useState<string | null>(null);
  const [day] = useState(() => new Date().toLocaleDateString('sv'));
  const place = typed ?? exportPlace(collection, format, day);
  const write = useAction('export');
  const [done, setDone] = useState<ExportView | null>(null);
  const run = async () => {
    const reply = await write.run(collection.id, place.trim(), format);
    if (reply.ok) setDone(reply.value);
  };
  const formulas = done === null ? null : formulaWords(done);
  if (done !== null)
    return (
      <DialogFrame
        title={`Copy of ${collection.name}`}
        onClose={onClose}
        footer={
          <Button className="button button-primary" autoFocus onPress={onClose}>
            Done
          </Button>
        }
      >
        <p className="lead">{counted(done.records, RECORD_WORD[kind])} written to</p>
        <p className="path">{place.trim()}</p>
        {formulas === null ? null : <p>{formulas}</p>}
        {done.lacks === undefined || done.lacks.records === 0 ? (
          <p>The copy holds all of them.</p>
        ) : (
          <>
            <p>The copy does not hold what follows. Nothing of it is lost: it stays in {collection.name}.</p>
            <LacksList kind={kind} lacks={done.lacks} />
          </>
        )}
      </DialogFrame>
    );
  return (
    <DialogFrame
      title={`Export ${collection.name}`}
      careful
      onClose={onClose}
      onEnter={place.trim() !== '' && !write.busy ? () => void run() : null}
      footer={
        <DialogActions
          action="Export"
          isPending={write.busy}
          isDisabled={place.trim() === ''}
          onAction={() => void run()}
          onCancel={onClose}
        />
      }
    >
      <p>Writes a copy once, for another program or to keep. It is not kept in step, and nothing is overwritten.</p>
      <ChoiceField
        label="As"
        options={formatChoices(kind).filter(({ id }) => id !== RECOGNIZED)}
        value={format}
        onChange={setFormat}
      />
      <Field
        label="Place"
        value={place}
        onChange={setTyped}
        mono
        hint={
          format.endsWith('-folder')
            ? 'A folder that is not there yet, on this device.'
            : 'A file that is not there yet, on this device.'
        }
      />
      <ErrorNotice error={write.error} />
    </DialogFrame>
  );
}
