import { useState } from 'react';
import type { Choice, ConflictView, ResultView, WireError } from '../../contract/contract.ts';
import { useClient } from '../client/app-context.tsx';
import type { NameOf } from '../client/use-device-names.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { ActionButton } from '../components/action-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { sideName } from './conflict-title.ts';

/** Who has a value in each of several conflicts, and which of them. */
export interface WholeSide {
  readonly name: string;
  readonly takes: readonly { readonly conflict: string; readonly value: string }[];
}

/** Those by whom all these conflicts could be settled, each in the order it is met. */
export function wholeSides(conflicts: readonly ConflictView[], nameOf: NameOf): readonly WholeSide[] {
  const sides = new Map<string, { readonly conflict: string; readonly value: string }[]>();
  for (const conflict of conflicts)
    for (const value of conflict.values) {
      const name = sideName(conflict, value, nameOf);
      const takes = sides.get(name) ?? [];
      sides.set(name, [...takes, { conflict: conflict.id, value: value.id }]);
    }
  return [...sides]
    .filter(([, takes]) => new Set(takes.map(({ conflict }) => conflict)).size === conflicts.length)
    .filter(([, takes]) => takes.length === conflicts.length)
    .map(([name, takes]) => ({ name, takes }));
}

/** One answer for all fields that wait, where those are several: what one device has. It stays until all are settled, or it is said why not. */
export function TakeAll(props: {
  /** What they are of. */
  name: string;
  conflicts: readonly ConflictView[];
  nameOf: NameOf;
  onSettled: (conflict: string, choice: Choice) => void;
}) {
  const client = useClient();
  const sayDone = useSayDone('in it still open');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const sides = wholeSides(props.conflicts, props.nameOf);
  const isOffered = sides.length > 0 && (props.conflicts.length > 1 || busy);
  if (!isOffered && error === null) return null;
  const take = async ({ name, takes }: WholeSide) => {
    setBusy(true);
    setError(null);
    const done: ResultView[] = [];
    for (const { conflict, value } of takes) {
      const choice = { take: value };
      const reply = await client.request('conflicts:resolve', conflict, choice);
      if (!reply.ok) {
        setError(reply.error);
        break;
      }
      done.push(reply.value);
      props.onSettled(conflict, choice);
    }
    setBusy(false);
    const last = done.at(-1);
    if (last !== undefined)
      sayDone(`${props.name}: taken from ${name}`, { ...last, changes: done.flatMap(({ changes }) => changes) });
  };
  return (
    <>
      <div className="actions">
        {(isOffered ? sides : []).map((side) => (
          <ActionButton key={side.name} className="button button-small" isBusy={busy} onPress={() => void take(side)}>
            Take all from {side.name}
          </ActionButton>
        ))}
      </div>
      <ErrorNotice error={error} />
    </>
  );
}
