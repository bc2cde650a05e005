import { type RecordId, recordId } from '../record/ids.ts';

/** The group an item is listed in: for files its directory, of the root ''. */
export const groupOf = (id: RecordId): string => id.slice(0, Math.max(0, id.lastIndexOf('/')));
/** The item of this name in a group. */
export const itemIn = (group: string, name: string): RecordId => recordId(group === '' ? name : `${group}/${name}`);
/** Is it this group, or does it lie below it? */
export const isWithin = (path: string, group: string): boolean =>
  group === '' || path === group || path.startsWith(`${group}/`);
