import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Choice, ConflictDetailView, ConflictView, WireError } from '../../contract/contract.ts';
import { fieldWords } from '../../contract/field-words.ts';
import { useApp } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { type NameOf, useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { FieldValue } from '../components/field-value.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { useReturnFocus } from '../components/use-return-focus.ts';
import { undecidedPlaces, withUsefulMerge } from './clash.ts';
import { canKeepBoth, conflictSentence, isApart, isShownElsewhere, sayTheSame, sideName } from './conflict-title.ts';
import { ConflictValue } from './conflict-value.tsx';
import { choiceOf, editableText } from './editable-text.ts';
import { TextDiff } from './text-diff.tsx';
import { TextEditor } from './text-editor.tsx';
import { isEditable, textRoom } from './text-room.ts';

/**
 * Settles one conflict: the ancestor, every side, what differs, and a merge to edit. Nothing is lost whichever is chosen: all stay in history.
 * What the list knows is there at once; for the texts, which may come from another device, their room is kept.
 */
export function ConflictDialog({ conflict, onClose }: { conflict: ConflictView; onClose: () => void }) {
  useReturnFocus();
  const { value, error } = useRequest('conflicts:detail', [conflict.id]);
  const detail = value === null ? null : withUsefulMerge(value);
  return (
    <Settle key={conflict.id} conflict={detail?.conflict ?? conflict} detail={detail} error={error} onClose={onClose} />
  );
}

/** Fields that mean the whole record: naming them tells a person nothing. */
const WHOLE: ReadonlySet<string> = new Set(['entry', 'exists']);

function Settle(props: {
  conflict: ConflictView;
  /** null: not here yet, or not to be had (`error`). */
  detail: ConflictDetailView | null;
  error: WireError | null;
  onClose: () => void;
}) {
  const { conflict, detail, error, onClose } = props;
  const status = useApp((state) => state.status);
  const collection = status?.collections.find((one) => one.id === conflict.collection);
  const kind = collection?.kind;
  const members = [status?.device.id ?? '', ...(collection?.peers ?? []).map(({ device }) => device)];
  const nameOf = useDeviceNames(detail?.names);
  const resolve = useAction('conflicts:resolve');
  const sayDone = useSayDone();
  const editable = detail === null ? null : editableText(detail);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? editable?.text ?? '';
  const undecided = detail === null ? 0 : undecidedPlaces(detail, text);
  const [room] = useState(() => textRoom(conflict));
  const isAwaited = room !== 'none' && detail === null && error === null;
  // Of a whole card or event that is deleted here and changed there it is not kept what it was: it was there all the same.
  const isUntold = conflict.base === null && conflict.field === 'exists';
  const settle = async (choice: Choice, done: string) => {
    const reply = await resolve.run(conflict.id, choice);
    if (!reply.ok) return;
    sayDone(`${conflict.name}: ${done}`, reply.value);
    onClose();
  };
  return (
    <DialogFrame
      title={conflict.name}
      wide
      careful
      room={room}
      onClose={onClose}
      footer={
        <>
          <p className="muted foot-note">Whichever you choose, the others stay in History.</p>
          <Button className="button" onPress={onClose}>
            Decide later
          </Button>
          {canKeepBoth(conflict) && (
            <ActionButton
              className="button"
              isBusy={resolve.busy}
              onPress={() => void settle({ keepBoth: true }, 'both kept')}
            >
              {conflict.values.length > 2 ? 'Keep all' : 'Keep both'}
            </ActionButton>
          )}
          {(editable !== null || (isAwaited && isEditable(conflict))) && (
            <ActionButton
              className="button button-primary"
              isBusy={resolve.busy}
              isDisabled={editable === null || undecided > 0}
              onPress={() =>
                editable !== null &&
                void settle(choiceOf(editable, text), detail?.merged == null ? 'your text saved' : 'merged text saved')
              }
            >
              {detail !== null && detail.merged === null ? 'Save this text' : 'Save merged text'}
            </ActionButton>
          )}
        </>
      }
    >
      <p className="lead">
        {conflictSentence(conflict, nameOf)}
        {isApart(conflict) && ', without either knowing of the other'}.
      </p>
      <About conflict={conflict} isFile={kind === 'files'} />
      <ErrorNotice error={resolve.error ?? error} />
      {conflict.field.startsWith('recurrenceOverrides/') && (
        <p className="hint">
          The series itself was moved or changed meanwhile, so it is not sure what this day is now
          {sayTheSame(conflict) && ', though both say the same of it'}: take the side whose series you keep.
        </p>
      )}
      <div className="sides">
        {!isUntold && (
          <article className="side side-base" aria-label="What both started from">
            <h3>Before</h3>
            <p className="muted">What both started from</p>
            {conflict.base === null ? (
              <p className="side-value">It was not there</p>
            ) : (
              <FieldValue of={conflict} field={conflict.field} value={conflict.base} pictures />
            )}
          </article>
        )}
        {conflict.values.map((value) => (
          <ConflictValue
            key={value.id}
            conflict={conflict}
            value={value}
            side={sideName(conflict, value, nameOf)}
            why={detail?.texts.find((one) => one.value === value.id)?.why ?? null}
            busy={resolve.busy}
            isShownElsewhere={isShownElsewhere(conflict, members)}
            onTake={() =>
              void settle(
                { take: value.id },
                value.kind === 'delete' ? 'deleted' : `taken from ${sideName(conflict, value, nameOf)}`,
              )
            }
          />
        ))}
      </div>
      {isAwaited && <Skeleton what="what differs" />}
      {detail !== null && <Differences detail={detail} nameOf={nameOf} />}
      {detail !== null && room !== 'none' && !hasTexts(detail) && (
        <p className="muted">What differs cannot be shown here: they are not texts.</p>
      )}
      {detail !== null && editable !== null && (
        <TextEditor detail={detail} undecided={undecided} text={text} onChange={setTyped} />
      )}
    </DialogFrame>
  );
}

/** Where a file lies, where its name does not say it, and which field it is about; nothing where neither says anything. */
function About({ conflict, isFile }: { conflict: ConflictView; isFile: boolean }) {
  const { record, name, field, values, base } = conflict;
  const place = isFile && record !== name ? record : null;
  const about = WHOLE.has(field) ? null : fieldWords(field, values[0]?.value ?? base);
  if (place === null && about === null) return null;
  return (
    <p className={isFile ? 'muted' : 'strong'}>
      {place !== null && <span className="path">{place}</span>}
      {place !== null && about !== null && ' · '}
      {about}
    </p>
  );
}

/** Or a reason why not, that stands at the side it is of. */
const hasTexts = ({ texts }: ConflictDetailView): boolean =>
  texts.some(({ text, why }) => text !== null || why !== null);

const BASE = 'base';

/** Any two of the texts against each other, the ancestor and the first side to begin with. */
function Differences({ detail, nameOf }: { detail: ConflictDetailView; nameOf: NameOf }) {
  const { conflict } = detail;
  const texts = new Map<string, string>(detail.baseText === null ? [] : [[BASE, detail.baseText]]);
  for (const one of detail.texts) if (one.text !== null) texts.set(one.value, one.text);
  const labelOf = (id: string) => {
    const value = conflict.values.find((one) => one.id === id);
    return value === undefined ? 'Before' : sideName(conflict, value, nameOf);
  };
  const ids = [...texts.keys()];
  const [from, setFrom] = useState(ids[0] ?? '');
  const [to, setTo] = useState(ids[1] ?? '');
  if (ids.length < 2) return null;
  const options = ids.map((id) => ({ id, label: labelOf(id) }));
  return (
    <section className="differences">
      <div className="section-head">
        <h3>What differs</h3>
        <div className="actions">
          <ChoiceField label="From" hideLabel options={options} value={from} onChange={setFrom} />
          <span aria-hidden>→</span>
          <ChoiceField label="To" hideLabel options={options} value={to} onChange={setTo} />
        </div>
      </div>
      <TextDiff
        before={texts.get(from) ?? ''}
        after={texts.get(to) ?? ''}
        label={`Differences from ${labelOf(from)} to ${labelOf(to)}`}
      />
    </section>
  );
}
