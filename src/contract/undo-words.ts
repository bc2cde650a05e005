import type { HistoryChangeView, UndoneView } from './contract.ts';
import { numberText } from './number-text.ts';
import { listed } from './overall-state.ts';

type What = 'edit' | 'addition' | 'deletion' | 'move' | 'settlement' | 'fusion' | 'undo' | 'restore';
const BY_ACTION: { readonly [action in UndoneView['action']]: What } = {
  add: 'addition',
  modify: 'edit',
  delete: 'deletion',
  move: 'move',
};

/** What was taken back, in a word: that a person settled or undid something, or made two contacts one, says more than what that did. */
function whatOf({ cause, action, fuses }: UndoneView): What {
  if (fuses) return 'fusion';
  if (cause === 'settle') return 'settlement';
  return cause === 'undo' || cause === 'restore' ? cause : BY_ACTION[action];
}

/** `undo of an edit made on Desk`, `undo of 3 changes made on Desk and Phone`. `isAll` false: there are more, and how many is not known here. */
export function undoWords(undoes: readonly UndoneView[], isAll = true): string {
  const [first, ...others] = undoes;
  if (first === undefined) return 'undo of an earlier change';
  const devices = listed([...new Set(undoes.map(({ deviceName }) => deviceName))]);
  const [what, ...more] = [...new Set(undoes.map(whatOf))];
  if (others.length === 0 && isAll)
    return `undo of ${/^[aeiou]/.test(what as string) ? 'an' : 'a'} ${what} made on ${devices}`;
  const count = isAll ? `${numberText(undoes.length)} ` : '';
  return `undo of ${count}${more.length === 0 ? `${what}s` : 'changes'} made on ${devices}`;
}

/**
 * Of an act or a package that undoes something, what it undoes, and when that was made where it was made at once: `Undo of an edit made on Desk, 14:02`. null:
 * it is no undo. `timeText` writes a moment.
 */
export function undoLine(
  { changes, changeCount }: { readonly changes: readonly HistoryChangeView[]; readonly changeCount: number },
  timeText: (at: string) => string,
): string | null {
  if (changes.length === 0 || changes.some(({ undoes }) => undoes === undefined)) return null;
  const undone = new Map(changes.flatMap(({ undoes = [] }) => undoes.map((each) => [each.id, each])));
  const words = undoWords([...undone.values()], changes.length === changeCount);
  const [at, ...others] = new Set([...undone.values()].map((each) => each.at));
  return `U${words.slice(1)}${at === undefined || others.length > 0 ? '' : `, ${timeText(at)}`}`;
}
