import { CircleCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { Choice, ConflictView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { useApp } from '../client/app-context.tsx';
import { useDeciders } from '../client/use-deciders.ts';
import { type NameOf, useDeviceNames } from '../client/use-device-names.ts';
import { useRecordName } from '../client/use-record-name.ts';
import { DialogFrame } from '../components/dialog-frame.tsx';
import { Note } from '../components/note.tsx';
import { useReturnFocus } from '../components/use-return-focus.ts';
import { type ConflictGroup, conflictField, fieldTitles } from './conflict-groups.ts';
import { conflictSentence, isApart } from './conflict-title.ts';
import { ConflictSides, OtherAnswers } from './settlement-parts.tsx';
import { TakeAll } from './take-all.tsx';
import { useSettlement } from './use-settlement.ts';

interface ConflictDialogProps {
  /** As the list has it now. */
  readonly group: ConflictGroup;
  /** `isSettled`: nothing of it waits any more. */
  readonly onClose: (isSettled: boolean) => void;
}

/**
 * Settles what is in conflict of one record: the ancestor, every side, what differs, and a merge to edit. Nothing is lost whichever is chosen:
 * all stay in history. What the list knows is there at once; for the texts, which may come from another device, their room is kept.
 */
export function ConflictDialog(props: ConflictDialogProps) {
  useReturnFocus();
  // What was several stays so while it is settled one by one.
  const [isSeveral] = useState(props.group.conflicts.length > 1);
  const [first] = props.group.conflicts;
  if (isSeveral) return <Several {...props} />;
  return first === undefined ? null : <Single key={first.id} conflict={first} onClose={props.onClose} />;
}

function Single({ conflict: listed, onClose }: { conflict: ConflictView; onClose: ConflictDialogProps['onClose'] }) {
  const one = useSettlement(listed, () => onClose(true));
  const { conflict, detail, room } = one;
  const kind = useApp((state) => state.status?.collections.find(({ id }) => id === conflict.collection)?.kind);
  const nameOf = useDeviceNames(detail?.names);
  const deciders = useDeciders(conflict.collection);
  return (
    <DialogFrame
      title={recordName(conflict.record, conflict.name, kind ?? null)}
      width="wide"
      careful
      room={room}
      onClose={() => onClose(false)}
      footer={
        deciders === null ? (
          <>
            <p className="muted foot-note">Whichever you choose, the others stay in History.</p>
            <Button className="button" onPress={() => onClose(false)}>
              Decide later
            </Button>
            <OtherAnswers of={one} isMain />
          </>
        ) : (
          <Button className="button" onPress={() => onClose(false)}>
            Close
          </Button>
        )
      }
    >
      <p className="lead">{leadOf(conflict, nameOf)}</p>
      <About conflict={conflict} isFile={kind === 'files'} />
      {deciders !== null && <DecidedElsewhere collection={conflict.collection} deciders={deciders} />}
      <ConflictSides of={one} answers={deciders === null ? 'open' : 'none'} />
    </DialogFrame>
  );
}

/** Several fields of one contact or event, one below the other: each is answered for itself, and stays in its place once it is. */
function Several({ group, onClose }: ConflictDialogProps) {
  const deciders = useDeciders(group.collection);
  const [known, setKnown] = useState<readonly ConflictView[]>(group.conflicts);
  const [settled, setSettled] = useState<ReadonlyMap<string, Choice>>(new Map());
  const open = new Map(group.conflicts.map((one) => [one.id, one]));
  // What came meanwhile is asked too; what is settled, here or elsewhere, does not go from under the pointer.
  const more = group.conflicts.filter(({ id }) => known.every((one) => one.id !== id));
  if (more.length > 0) setKnown([...known, ...more]);
  const waiting = known.filter(({ id }) => open.has(id) && !settled.has(id));
  const nameOf = useDeviceNames();
  const nameOfRecord = useRecordName();
  const titles = fieldTitles(known);
  const leads = new Set(known.map((one) => leadOf(one, nameOf)));
  const settle = (id: string, choice: Choice) => setSettled((before) => new Map(before).set(id, choice));
  const name = nameOfRecord(group.collection, group.record, group.name);
  const body = useRef<HTMLDivElement>(null);
  const last = useRef(waiting.length);
  useEffect(() => {
    if (waiting.length < last.current) {
      const next = body.current?.querySelector<HTMLElement>('[data-waits] h3');
      // Not into sight: nothing may move below the pointer.
      if (document.activeElement === document.body || body.current?.contains(document.activeElement) === true)
        next?.focus({ preventScroll: true });
    }
    last.current = waiting.length;
    if (waiting.length === 0) onClose(true);
  });
  return (
    <DialogFrame
      title={name}
      subtitle={`${counted(known.length, 'field')} changed apart${waiting.length < known.length ? `, ${waiting.length} left` : ''}`}
      width="wide"
      careful
      room="all"
      onClose={() => onClose(false)}
      footer={
        <>
          {deciders === null && <p className="muted foot-note">Whichever you choose, the others stay in History.</p>}
          <Button className="button" onPress={() => onClose(false)}>
            {deciders === null ? 'Decide the rest later' : 'Close'}
          </Button>
        </>
      }
    >
      {leads.size === 1 && <p className="lead">{[...leads][0]}</p>}
      {deciders !== null && <DecidedElsewhere collection={group.collection} deciders={deciders} />}
      {deciders === null && <TakeAll name={name} conflicts={waiting} nameOf={nameOf} onSettled={settle} />}
      <div ref={body} className="fields-apart">
        {known.map((one) => (
          <FieldApart
            key={one.id}
            conflict={open.get(one.id) ?? one}
            title={titles.get(one.id) ?? ''}
            isReader={deciders !== null}
            isLeadTold={leads.size === 1}
            choice={settled.get(one.id) ?? null}
            isWaiting={waiting.includes(one)}
            onSettled={(choice) => settle(one.id, choice)}
          />
        ))}
      </div>
    </DialogFrame>
  );
}

function FieldApart(props: {
  conflict: ConflictView;
  title: string;
  isReader: boolean;
  /** Who disagrees is said above, of all of them. */
  isLeadTold: boolean;
  choice: Choice | null;
  isWaiting: boolean;
  onSettled: (choice: Choice) => void;
}) {
  const { choice, isReader, isWaiting } = props;
  const one = useSettlement(props.conflict, props.onSettled);
  const { conflict, detail } = one;
  const nameOf = useDeviceNames(detail?.names);
  return (
    <section className="field-apart" aria-label={props.title} data-waits={isWaiting ? '' : undefined}>
      <div className="section-head">
        <h3 tabIndex={-1}>{props.title}</h3>
        {!isWaiting && (
          <p className="tone-good field-settled" role="status">
            <CircleCheck aria-hidden size={15} />
            {choice === null ? 'Settled meanwhile' : 'Settled'}
          </p>
        )}
      </div>
      {!props.isLeadTold && <p className="lead">{leadOf(conflict, nameOf)}</p>}
      <ConflictSides
        of={one}
        answers={isReader ? 'none' : isWaiting ? 'open' : 'over'}
        taken={choice !== null && 'take' in choice ? choice.take : null}
      />
      {isWaiting && !isReader && (
        <div className="actions">
          <OtherAnswers of={one} isMain={false} />
        </div>
      )}
    </section>
  );
}

/** Who disagrees, in a sentence. */
const leadOf = (conflict: ConflictView, nameOf: NameOf): string =>
  `${conflictSentence(conflict, nameOf)}${isApart(conflict) ? ', without either knowing of the other' : ''}.`;

function DecidedElsewhere({ collection, deciders }: { collection: string; deciders: string }) {
  const name = useApp((state) => state.status?.collections.find(({ id }) => id === collection)?.name);
  return (
    <Note>
      <p>
        This device may only read {name ?? 'it'}: it is settled on {deciders}. Until then each device keeps what it has.
      </p>
    </Note>
  );
}

/** Where a file lies, where its name does not say it, and which field it is about; nothing where neither says anything. */
function About({ conflict, isFile }: { conflict: ConflictView; isFile: boolean }) {
  const { record, name } = conflict;
  const place = isFile && record !== name ? record : null;
  const about = conflictField(conflict);
  if (place === null && about === null) return null;
  return (
    <p className={isFile ? 'muted' : 'strong'}>
      {place !== null && <span className="path">{place}</span>}
      {place !== null && about !== null && ' · '}
      {about}
    </p>
  );
}
