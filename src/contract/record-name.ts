import type { Kind } from './contract.ts';

const NAMELESS: { readonly [kind in Kind]: string | null } = {
  files: null,
  contacts: 'Contact without a name',
  calendar: 'Event without a title',
};

/** What a person is shown as the name of a record: one that says nothing of that is titled by its id, which tells people nothing. `kind` null: not known. */
export const recordName = (record: string, title: string, kind: Kind | null): string =>
  (title === record && kind !== null ? NAMELESS[kind] : null) ?? title;
