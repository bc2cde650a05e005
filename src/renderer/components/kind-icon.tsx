import { CalendarDays, FileText, Folder, UserRound, UsersRound } from 'lucide-react';
import type { Kind } from '../../contract/contract.ts';

const ICONS = { files: Folder, contacts: UsersRound, calendar: CalendarDays } as const;

const RECORD_ICONS = { files: FileText, contacts: UserRound, calendar: CalendarDays } as const;

/** The picture for one record of a kind. */
export function RecordIcon({ kind, size = 17 }: { kind: Kind; size?: number }) {
  const Icon = RECORD_ICONS[kind];
  return <Icon aria-hidden className="record-icon" size={size} strokeWidth={1.8} />;
}

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
