import { useState } from 'react';
import type { Choice, ConflictDetailView, ConflictView, WireError } from '../../contract/contract.ts';
import { useAction } from '../client/use-action.ts';
import { useRecordName } from '../client/use-record-name.ts';
import { useRequest } from '../client/use-request.ts';
import { useSayDone } from '../client/use-say-done.ts';
import { undecidedPlaces, withUsefulMerge } from './clash.ts';
import { conflictField } from './conflict-groups.ts';
import { type EditableText, editableText } from './editable-text.ts';
import { textRoom } from './text-room.ts';

/** One conflict while a person looks at it: what the list knows at once, the texts once they are here, and the answer. */
export interface Settlement {
  readonly conflict: ConflictView;
  /** null: not here yet, or not to be had (`error`). */
  readonly detail: ConflictDetailView | null;
  readonly error: WireError | null;
  readonly room: 'none' | 'some' | 'all';
  readonly isAwaited: boolean;
  readonly editable: EditableText | null;
  /** What would be saved. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Places of it that nobody has decided. */
  readonly undecided: number;
  readonly busy: boolean;
  settle(choice: Choice, done: string): Promise<void>;
}

/** `onSettled`: with what was chosen. */
export function useSettlement(listed: ConflictView, onSettled: (choice: Choice) => void): Settlement {
  const { value, error } = useRequest('conflicts:detail', [listed.id]);
  const detail = value === null ? null : withUsefulMerge(value);
  const resolve = useAction('conflicts:resolve');
  const sayDone = useSayDone('in it still open');
  const editable = detail === null ? null : editableText(detail);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? editable?.text ?? '';
  const [room] = useState(() => textRoom(listed));
  const conflict = detail?.conflict ?? listed;
  const field = conflictField(conflict);
  const nameOf = useRecordName();
  const settle = async (choice: Choice, done: string) => {
    const reply = await resolve.run(conflict.id, choice);
    if (!reply.ok) return;
    const name = nameOf(conflict.collection, conflict.record, conflict.name);
    sayDone(`${name}${field === null ? '' : `, ${field}`}: ${done}`, reply.value);
    onSettled(choice);
  };
  return {
    conflict,
    detail,
    error: resolve.error ?? error,
    room,
    isAwaited: room !== 'none' && detail === null && error === null,
    editable,
    text,
    onText: setTyped,
    undecided: detail === null ? 0 : undecidedPlaces(detail, text),
    busy: resolve.busy,
    settle,
  };
}
