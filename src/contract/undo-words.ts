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

/** So many of them there were: what was undone or restored at once is one, whatever it changed. */
function numberOf(what: What, undoes: readonly UndoneView[]): number {
  if (what === 'undo' || what === 'restore') return new Set(undoes.map(({ device, at }) => `${device} ${at}`)).size;
  if (what !== 'fusion') return undoes.length;
  // Of two contacts that a person made one, one went; both were changed where they were found to be one.
  const gone = undoes.filter(({ action }) => action === 'delete').length;
  return gone > 0 ? gone : Math.ceil(undoes.length / 2);
}

/** `undo of an edit made on Desk`, `undo of 3 changes made on Desk and Phone`. `isAll` false: there are more, and how many is not known here. */
export function undoWords(undoes: readonly UndoneView[], isAll = true): string {
  if (undoes.length === 0) return 'undo of an earlier change';
  const devices = listed([...new Set(undoes.map(({ deviceName }) => deviceName))]);
  const [what, ...more] = [...new Set(undoes.map(whatOf))];
  const number = what === undefined || more.length > 0 ? undoes.length : numberOf(what, undoes);
  if (number === 1 && isAll)
    return `undo of ${/^[aeiou]/.test(what as string) ? 'an' : 'a'} ${what} made on ${devices}`;
  const count = isAll ? `${numberText(number)} ` : '';
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
