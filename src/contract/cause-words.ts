import type { ActView } from './contract.ts';
import { undoLine } from './undo-words.ts';

const CAUSES: { readonly [cause in ActView['cause']]: string | null } = {
  source: null,
  settle: 'Settled a conflict',
  undo: 'Undo',
  restore: 'Restore',
  'follow-move': 'An edit that followed a move',
};

/** What brought an act about, where it was no edit in one of the places, and what an undo took back; null: it was an edit. `timeText` writes a moment. */
export const causeText = (act: ActView, timeText: (at: string) => string): string | null =>
  undoLine(act, timeText) ?? duplicateText(act) ?? CAUSES[act.cause];

/** What a person said of two contacts that may be one; null: it was something else they settled. */
function duplicateText({ cause, counts, changes: [first] }: ActView): string | null {
  if (cause !== 'settle' || first === undefined) return null;
  // Of each two that become one, one goes.
  if (first.fuses) return counts.delete > 1 ? 'Made contacts one that were known twice' : 'Made two contacts one';
  return first.fields.some(({ path }) => path.startsWith('apart/')) ? 'Kept two contacts apart' : null;
}
