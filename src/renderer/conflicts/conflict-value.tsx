import { Check, FileText, Folder, Pencil, Repeat, Trash2 } from 'lucide-react';
import type { ConflictValueView, ConflictView } from '../../contract/contract.ts';
import { isOccurrence } from '../../contract/field-words.ts';
import { ActionButton } from '../components/action-button.tsx';
import { FieldValue } from '../components/field-value.tsx';
import { When } from '../components/when.tsx';
import { isFileBesideFolder, isFolder } from './conflict-title.ts';

/** One side of a conflict: who, when, what; and the button that takes it. */
export function ConflictValue(props: {
  conflict: ConflictView;
  value: ConflictValueView;
  /** Who has it (`sideName`). */
  side: string;
  /** Why its text is not to be had; null: it is, or there is none. */
  why: string | null;
  busy: boolean;
  /** Is there a device that has none of them? */
  isShownElsewhere: boolean;
  /** `none`: nobody here may give one; `over`: one was given, `taken`: this one. */
  answer: 'open' | 'none' | 'over' | 'taken';
  onTake: () => void;
}) {
  const { conflict, value, side } = props;
  const isWithSeries = value.kind === 'delete' && isOccurrence(conflict.field);
  const deleted = value.kind === 'delete' && !isWithSeries;
  const beside = conflict.values.some((one) => one.kind === 'delete');
  const folder = isFolder(value);
  const mixed = isFileBesideFolder(conflict);
  const label = deleted
    ? 'Delete it'
    : isWithSeries
      ? 'As the series'
      : mixed
        ? `Take the ${folder ? 'folder' : 'file'}`
        : beside
          ? 'Keep this version'
          : 'Take this';
  const isFile = conflict.field === 'entry';
  const Icon = deleted ? Trash2 : isWithSeries ? Repeat : folder ? Folder : isFile ? FileText : Pencil;
  return (
    <article
      className={`side${deleted ? ' side-deleted' : ''}${props.answer === 'taken' ? ' side-taken' : ''}`}
      aria-label={`What ${side} has`}
    >
      <h3>
        <Icon aria-hidden size={15} />
        {side}
      </h3>
      <p className="muted">
        {deleted ? 'Deleted' : 'Changed'} <When at={value.at} />
      </p>
      {value.kind === 'delete' ? (
        <p className="side-value">{deleted ? 'It was deleted there' : 'As its series says'}</p>
      ) : (
        <FieldValue of={conflict} field={conflict.field} value={value.value} before={conflict.base} pictures />
      )}
      <div className="side-foot">
        {props.isShownElsewhere && value.id === conflict.shown && (
          <p className="hint">Devices that had neither show this one until you choose</p>
        )}
        {props.why !== null && !folder && <p className="hint">{props.why}</p>}
        {mixed && !deleted && (
          <p className="hint">
            {folder
              ? 'The file is then in History only.'
              : 'What is in the folder is then deleted on all devices, and in History only.'}
          </p>
        )}
        {props.answer !== 'none' && (
          // What was answered stays in its place: the second of two clicks must not meet the next one.
          <ActionButton
            className="button"
            isBusy={props.busy}
            isDisabled={props.answer !== 'open'}
            onPress={props.onTake}
          >
            <Check aria-hidden size={15} />
            {props.answer === 'taken' ? 'Taken' : label}
            <span className="sr-only"> from {side}</span>
          </ActionButton>
        )}
      </div>
    </article>
  );
}
