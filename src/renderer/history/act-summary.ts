import type { ActView, HistoryChangeView, Kind, ValueView } from '../../contract/contract.ts';
import { fieldWords, isTold } from '../../contract/field-words.ts';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { saidByKey } from '../components/record-facts.ts';
import { fieldValueText } from '../components/value-text.ts';

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
  const only = actionOfOne(act);
  if (only !== null && first !== undefined) return `${DID[only]} ${recordName(first.record, first.title, kind)}`;
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

/** What an act did to the one item it is about; null: it is about several. An undo of a settlement writes each of the sides again, as one change each. */
function actionOfOne({ changes, changeCount }: ActView): Action | null {
  const [first, ...others] = changes;
  if (first === undefined || changeCount !== changes.length) return null;
  if (others.some(({ record }) => record !== first.record)) return null;
  return others.every(({ action }) => action === first.action) ? first.action : 'modify';
}

/**
 * Which fields of one contact or event an act changed, as many as fit a line: `Phone (work), Title`; of only one, what it said before and after
 * where that fits too: `Phone (work) from +43 1 555 to +43 1 999`. null: it did something else. `kind`: as for `actSummary`.
 */
export function changedFields(act: ActView, kind: Kind | null): string | null {
  const [first] = act.changes;
  if (kind === null || kind === 'files' || act.changeCount !== 1 || first?.action !== 'modify') return null;
  const told = first.fields.filter(({ path }) => isTold(path));
  const names = [...new Set(told.map(({ path, before, after }) => fieldWords(path, after ?? before)))];
  const [only, second] = told;
  if (only === undefined) return null;
  if (second === undefined) return fromTo(names.join(), only);
  return names.slice(0, MOST_FIELDS).join(', ') + (names.length > MOST_FIELDS ? ' …' : '');
}

const MOST_FIELDS = 3;
/** Letters of a value that a line has room for. */
const SHORT = 40;

/** A field with what it said before and after, where both are short words. */
function fromTo(name: string, { path, before, after }: HistoryChangeView['fields'][number]): string {
  if (before === null) return `${name} added${isSaidByKey(path) ? '' : shortly(': ', path, after)}`;
  if (after === null) return `${name} removed${isSaidByKey(path) ? '' : shortly(', it was ', path, before)}`;
  const [from, to] = [shortly(' from ', path, before), shortly(' to ', path, after)];
  return from === '' || to === '' || from.slice(' from '.length) === to.slice(' to '.length)
    ? name
    : `${name}${from}${to}`;
}

const isSaidByKey = (path: string): boolean => saidByKey(path) !== null;

/** '' where it is long, or nothing of words: a picture, or several values in conflict. */
function shortly(before: string, path: string, value: ValueView): string {
  if (path.startsWith('media/') || Array.isArray(value)) return '';
  const text = fieldValueText(path, value);
  return text.length > SHORT || text.includes('\n') ? '' : `${before}${text}`;
}

/** The kind of sign an act gets: that of all its changes, or of a mixture. */
export function actAction(act: ActView): Action | 'mixed' {
  const { counts } = act;
  const only = actionOfOne(act);
  if (only !== null) return only;
  const [first, ...others] = ACTIONS.filter((action) => counts[action] > 0);
  return first === undefined || others.length > 0 ? 'mixed' : first;
}
