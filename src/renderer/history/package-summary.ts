import type { HistoryChangeView, PackageView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';

const DID: { readonly [action in HistoryChangeView['action']]: string } = {
  add: 'Added',
  modify: 'Changed',
  delete: 'Deleted',
  move: 'Moved',
};

/** What was done, in a word. */
export const actionText = (action: HistoryChangeView['action']): string => DID[action];

/** What a package did, in a few words: `Changed notes.md`, `Added 12 items: a.jpg, b.jpg, c.jpg …`, `40 changes: …`. */
export function packageSummary(view: PackageView): string {
  const [first] = view.changes;
  if (first === undefined) return counted(view.changeCount, 'change');
  if (view.changeCount === 1) return `${DID[first.action]} ${first.title}`;
  const names = view.changes.slice(0, 3).map((change) => change.title);
  const more = view.changeCount > names.length ? ' …' : '';
  const one =
    view.changes.every((change) => change.action === first.action) && view.changes.length === view.changeCount;
  const head = one ? `${DID[first.action]} ${counted(view.changeCount, 'item')}` : counted(view.changeCount, 'change');
  return `${head}: ${names.join(', ')}${more}`;
}

/** The kind of sign a package gets: that of all its changes, or of a mixture, or of more than are spelled out. */
export function packageAction(view: PackageView): HistoryChangeView['action'] | 'mixed' {
  const [first] = view.changes;
  if (first === undefined || view.changes.length < view.changeCount) return 'mixed';
  return view.changes.every((change) => change.action === first.action) ? first.action : 'mixed';
}
