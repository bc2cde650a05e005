import { useState } from 'react';
import type { ConflictDetailView, ConflictView } from '../../contract/contract.ts';
import { deletedWords, isOccurrence } from '../../contract/field-words.ts';
import { useApp } from '../client/app-context.tsx';
import { type NameOf, useDeviceNames } from '../client/use-device-names.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ChoiceField } from '../components/choice-field.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { FieldValue } from '../components/field-value.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { When } from '../components/when.tsx';
import { canKeepBoth, isShownElsewhere, sayTheSame, sideName } from './conflict-title.ts';
import { ConflictValue } from './conflict-value.tsx';
import { choiceOf } from './editable-text.ts';
import { TextDiff } from './text-diff.tsx';
import { TextEditor } from './text-editor.tsx';
import { isEditable, isToldBySides } from './text-room.ts';
import type { Settlement } from './use-settlement.ts';

/** The ancestor, every side with its answer, what differs, and a merge to edit. `answers`: `none` of them can be given here; `over`: one was. */
export function ConflictSides(props: {
  of: Settlement;
  answers: 'open' | 'none' | 'over';
  /** The value that was taken, where the answers are over; null: something else was chosen. */
  taken?: string | null;
}) {
  const { of, answers, taken = null } = props;
  const { conflict, detail, error, room } = of;
  const status = useApp((state) => state.status);
  const collection = status?.collections.find((one) => one.id === conflict.collection);
  const members = [status?.device.id ?? '', ...(collection?.peers ?? []).map(({ device }) => device)];
  const nameOf = useDeviceNames(detail?.names);
  // Of a whole card or event that is deleted here and changed there it is not kept what it was: it was there all the same.
  const isUntold = conflict.base === null && conflict.field === 'exists';
  return (
    <>
      <ErrorNotice error={error} />
      <AlikeHint conflict={conflict} />
      <div className="sides">
        {!isUntold && (
          <article className="side side-base" aria-label="What both started from">
            <h3>Before</h3>
            <div className="muted">
              <p>What both started from</p>
              {conflict.baseBy !== undefined && (
                <p>
                  Written on {nameOf(conflict.baseBy.device)} <When at={conflict.baseBy.at} />
                </p>
              )}
            </div>
            {conflict.base === null ? (
              <p className="side-value">{isOccurrence(conflict.field) ? 'As its series said' : 'It was not there'}</p>
            ) : (
              <FieldValue of={conflict} field={conflict.field} value={conflict.base} pictures />
            )}
          </article>
        )}
        {conflict.values.map((value) => {
          const side = sideName(conflict, value, nameOf);
          return (
            <ConflictValue
              key={value.id}
              conflict={conflict}
              value={value}
              side={side}
              why={detail?.texts.find((one) => one.value === value.id)?.why ?? null}
              busy={of.busy}
              isShownElsewhere={isShownElsewhere(conflict, members)}
              answer={answers === 'over' && value.id === taken ? 'taken' : answers}
              onTake={() =>
                void of.settle(
                  { take: value.id },
                  value.kind === 'delete' ? deletedWords(conflict.field) : `taken from ${side}`,
                )
              }
            />
          );
        })}
      </div>
      {of.isAwaited && <Skeleton what="what differs" />}
      {detail !== null && !isToldBySides(conflict) && <Differences detail={detail} nameOf={nameOf} />}
      {detail !== null && room !== 'none' && !hasTexts(detail) && (
        <p className="muted">
          {conflict.values.some(({ kind }) => kind === 'delete')
            ? 'What it holds cannot be shown here: it is no text.'
            : 'What differs cannot be shown here: they are not texts.'}
        </p>
      )}
      {answers === 'open' && detail !== null && of.editable !== null && (
        <TextEditor detail={detail} undecided={of.undecided} text={of.text} onChange={of.onText} />
      )}
    </>
  );
}

/** Answers that take no single side; nothing where there are none. */
export function OtherAnswers({ of, isMain }: { of: Settlement; isMain: boolean }) {
  const { conflict, detail, editable, busy } = of;
  return (
    <>
      {canKeepBoth(conflict) && (
        <ActionButton className="button" isBusy={busy} onPress={() => void of.settle({ keepBoth: true }, 'both kept')}>
          {conflict.values.length > 2 ? 'Keep all' : 'Keep both'}
        </ActionButton>
      )}
      {(editable !== null || (of.isAwaited && isEditable(conflict))) && (
        <ActionButton
          className={isMain ? 'button button-primary' : 'button'}
          isBusy={busy}
          isDisabled={editable === null || of.undecided > 0}
          onPress={() =>
            editable !== null &&
            void of.settle(
              choiceOf(editable, of.text),
              detail?.merged == null ? 'your text saved' : 'merged text saved',
            )
          }
        >
          {detail !== null && detail.merged === null ? 'Save this text' : 'Save merged text'}
        </ActionButton>
      )}
    </>
  );
}

/** Why there is something to choose, where no difference is to be seen. */
function AlikeHint({ conflict }: { conflict: ConflictView }) {
  const { field, values } = conflict;
  if (isOccurrence(field))
    return (
      <p className="hint">
        The series itself was moved or changed meanwhile, so it is not sure what this day is now
        {sayTheSame(conflict) && ', though both say the same of it'}:{' '}
        {values.some(({ kind }) => kind === 'delete')
          ? 'have it as the series is by now, or keep what was said of this day beside it.'
          : 'take the side whose series you keep.'}
      </p>
    );
  if (field === 'entry' || field.startsWith('media/') || !sayTheSame(conflict)) return null;
  return <p className="hint">They read the same, and are written in different ways. Either is right.</p>;
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
  if (ids.length === 0) return null;
  // Beside a deletion it is asked whether this text is to be there at all.
  const whole = conflict.values.some(({ kind }) => kind === 'delete');
  if (ids.length === 1)
    return whole && <TextAlone text={texts.get(from) ?? ''} side={labelOf(from)} isBefore={from === BASE} />;
  const options = ids.map((id) => ({ id, label: labelOf(id) }));
  return (
    <section className="differences">
      <div className="section-head">
        <h3>{whole ? 'The text, and what was changed in it' : 'What differs'}</h3>
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
        whole={whole}
      />
    </section>
  );
}

/** A text beside a deletion, with no other to tell what was changed in it. */
function TextAlone({ text, side, isBefore }: { text: string; side: string; isBefore: boolean }) {
  return (
    <section className="differences">
      <h3>{isBefore ? 'The text before' : `The text on ${side}`}</h3>
      <TextDiff before={text} after={text} label={isBefore ? 'The text before' : `The text on ${side}`} whole />
    </section>
  );
}
