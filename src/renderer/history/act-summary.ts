import type { ActView, HistoryChangeView, Kind } from '../../contract/contract.ts';
import { fieldWords, isTold } from '../../contract/field-words.ts';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { RECORD_WORD } from '../components/kind-icon.tsx';

type Action = HistoryChangeView['action'];

const DID: { readonly [action in Action]: string } = {
  add: 'Added',
  modify: 'Changed',
  delete: 'Deleted',
  move: 'Moved',
};
const ACTIONS: readonly Action[] = ['add', 'modify', 'delete', 'move'];

/** What was done, in a word. */
export const actionText = (action: Action): string => DID[action];

/**
 * What an act did, in a few words: `Changed notes.md`, `Added 9,812 items: a.jpg, b.jpg …`, `Added 2 items, changed 1, deleted 3: …`. `kind`:
 * of the collection; null: it is not known any more.
 */
export function actSummary(act: ActView, kind: Kind | null): string {
  const [first] = act.changes;
  if (act.changeCount === 1 && first !== undefined)
    return `${DID[first.action]} ${recordName(first.record, first.title, kind)}`;
  const parts = ACTIONS.filter((action) => act.counts[action] > 0).map((action, at) => {
    const count = act.counts[action];
    return at === 0
      ? `${DID[action]} ${counted(count, kind === null ? 'item' : RECORD_WORD[kind])}`
      : `${DID[action].toLowerCase()} ${numberText(count)}`;
  });
  const names = act.changes.slice(0, 3).map(({ record, title }) => recordName(record, title, kind));
  const more = act.changeCount > names.length ? ' …' : '';
  return `${parts.join(', ')}${names.length === 0 ? '' : `: ${names.join(', ')}${more}`}`;
}

/**
 * Which fields of one contact or event an act changed, as many as fit a line: `Phone (work), Title`. null: it did something else. `kind`: as for
 * `actSummary`.
 */
export function changedFields(act: ActView, kind: Kind | null): string | null {
  const [first] = act.changes;
  if (kind === null || kind === 'files' || act.changeCount !== 1 || first?.action !== 'modify') return null;
  const told = first.fields.filter(({ path }) => isTold(path));
  const names = [...new Set(told.map(({ path, before, after }) => fieldWords(path, after ?? before)))];
  if (names.length === 0) return null;
  return names.slice(0, MOST_FIELDS).join(', ') + (names.length > MOST_FIELDS ? ' …' : '');
}

const MOST_FIELDS = 3;

/** The kind of sign an act gets: that of all its changes, or of a mixture. */
export function actAction({ counts }: ActView): Action | 'mixed' {
  const [first, ...others] = ACTIONS.filter((action) => counts[action] > 0);
  return first === undefined || others.length > 0 ? 'mixed' : first;
}

const CAUSES: { readonly [cause in ActView['cause']]: string | null } = {
  source: null,
  settle: 'settled a conflict',
  undo: 'an undo',
  restore: 'a restore',
  'follow-move': 'an edit that followed a move',
};

/** What brought an act about, where it was no edit in one of the places; null: it was one. */
export const causeText = ({ cause }: ActView): string | null => CAUSES[cause];
