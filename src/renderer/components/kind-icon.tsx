import { CalendarDays, Folder, UsersRound } from 'lucide-react';
import type { Kind } from '../../contract/contract.ts';

const ICONS = { files: Folder, contacts: UsersRound, calendar: CalendarDays } as const;

/** The picture for files, contacts or a calendar. */
export function KindIcon({ kind, size = 18 }: { kind: Kind; size?: number }) {
  const Icon = ICONS[kind];
  return <Icon aria-hidden size={size} strokeWidth={1.9} />;
}

/** What the records of a kind are called; a folder of files holds folders and links too. */
export const RECORD_WORD: { readonly [kind in Kind]: string } = {
  files: 'item',
  contacts: 'contact',
  calendar: 'event',
};
