import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { Choice, ConflictDetailView, ConflictView } from '../../contract/contract.ts';
import { fieldWords } from '../../contract/field-words.ts';
import { useApp } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { type NameOf, useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { FieldValue } from '../components/field-value.tsx';
import { Loading } from '../components/loading.tsx';
import { useReturnFocus } from '../components/use-return-focus.ts';
import { undecidedPlaces, withUsefulMerge } from './clash.ts';
import { canKeepBoth, conflictSentence, sideName } from './conflict-title.ts';
import { ConflictValue } from './conflict-value.tsx';
import { choiceOf, editableText } from './editable-text.ts';
import { TextDiff } from './text-diff.tsx';
import { TextEditor } from './text-editor.tsx';

/** Settles one conflict: the ancestor, every side, what differs, and a merge to edit. Nothing is lost whichever is chosen: all stay in history. */
export function ConflictDialog({ conflict, onClose }: { conflict: ConflictView; onClose: () => void }) {
  useReturnFocus();
  const detail = useRequest('conflicts:detail', [conflict.id]);
  if (detail.value !== null)
    return <Settle key={conflict.id} detail={withUsefulMerge(detail.value)} onClose={onClose} />;
  return (
    <DialogFrame title={conflict.name} wide onClose={onClose}>
      {detail.error === null ? <Loading what="both sides" /> : <ErrorNotice error={detail.error} />}
    </DialogFrame>
  );
}

/** Fields that mean the whole record: naming them tells a person nothing. */
const WHOLE: ReadonlySet<string> = new Set(['entry', 'exists']);

function Settle({ detail, onClose }: { detail: ConflictDetailView; onClose: () => void }) {
  const { conflict, merged } = detail;
  const kind = useApp((state) => state.status?.collections.find((one) => one.id === conflict.collection)?.kind);
  const nameOf = useDeviceNames(detail.names);
  const resolve = useAction('conflicts:resolve');
  const sayDone = useSayDone();
  const editable = editableText(detail);
  const [text, setText] = useState(editable?.text ?? '');
  const undecided = undecidedPlaces(detail, text);
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
      onClose={onClose}
      footer={
        <>
          <p className="muted foot-note">Whichever you choose, the others stay in History.</p>
          <Button className="button" onPress={onClose}>
            Decide later
          </Button>
          {canKeepBoth(conflict) && (
            <Button
              className="button"
              isDisabled={resolve.busy}
              onPress={() => void settle({ keepBoth: true }, 'both kept')}
            >
              {conflict.values.length > 2 ? 'Keep all' : 'Keep both'}
            </Button>
          )}
          {editable !== null && (
            <Button
              className="button button-primary"
              isDisabled={resolve.busy || undecided > 0}
              onPress={() =>
                void settle(choiceOf(editable, text), merged === null ? 'your text saved' : 'merged text saved')
              }
            >
              {merged === null ? 'Save this text' : 'Save merged text'}
            </Button>
          )}
        </>
      }
    >
      <p className="lead">{conflictSentence(conflict, nameOf)}, without either knowing of the other.</p>
      <p className={kind === 'files' ? 'muted' : 'strong'}>
        {kind === 'files' && <span className="path">{conflict.record}</span>}
        {!WHOLE.has(conflict.field) &&
          `${kind === 'files' ? ' · ' : ''}${fieldWords(conflict.field, conflict.values[0]?.value ?? conflict.base)}`}
      </p>
      <ErrorNotice error={resolve.error} />
      {conflict.field.startsWith('recurrenceOverrides/') && (
        <p className="hint">
          The series itself was moved or changed meanwhile, so it is not sure what this day is now: take the side whose
          series you keep.
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
              <FieldValue of={conflict} field={conflict.field} value={conflict.base} />
            )}
          </article>
        )}
        {conflict.values.map((value) => (
          <ConflictValue
            key={value.id}
            conflict={conflict}
            value={value}
            side={sideName(conflict, value, nameOf)}
            why={detail.texts.find((one) => one.value === value.id)?.why ?? null}
            busy={resolve.busy}
            onTake={() =>
              void settle(
                { take: value.id },
                value.kind === 'delete' ? 'deleted' : `taken from ${sideName(conflict, value, nameOf)}`,
              )
            }
          />
        ))}
      </div>
      <Differences detail={detail} nameOf={nameOf} />
      {editable !== null && <TextEditor detail={detail} undecided={undecided} text={text} onChange={setText} />}
    </DialogFrame>
  );
}

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
