import { canonicalText } from '../past/canonical-text.ts';
import { digestOf } from '../platform/hash.ts';
import { isOwnField } from '../record/alias.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { entryMapOf } from '../record/entry-maps.ts';
import { fieldRule } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { memberIn } from '../record/record-uid.ts';
import type { Fields } from '../record/value.ts';
import type { ContactMatch } from './match-contacts.ts';

/** A contact, and all that it says. */
export interface Said {
  readonly id: RecordId;
  readonly said: Digest;
}

const BY = ['all that it says'];

/**
 * A digest of all that a contact says, whatever the times of it are, and the keys of its entries that were made up. `called`: who somebody is whom a
 * group has, by their UID; null: that is not known, as they are called otherwise in every book, and only how many they are counts.
 */
export function saidBy(fields: Fields, called: ((uid: string) => RecordId) | null = null): Digest {
  const said: string[] = [];
  for (const [field, value] of fields) {
    if (value === null || field === EXISTS || isOwnField(field)) continue;
    if (fieldRule('contacts', field).concurrent === 'larger') continue;
    const member = memberIn(field);
    const name = member === null ? (entryMapOf(field) ?? field) : `members/${called?.(member) ?? ''}`;
    said.push(`${name} ${canonicalText(field, value)}`);
  }
  return digestOf(said.sort(compareTexts).join('\n'));
}

/**
 * Which items of a book are contacts of a collection that the book has under no id yet, for they say the very same: of several that do, the first
 * by their ids are the first, so that as many are found as there are on both sides. By the id of the book's.
 */
export function matchSame(records: Iterable<Said>, items: Iterable<Said>): ReadonlyMap<RecordId, ContactMatch> {
  const free = new Map<Digest, RecordId[]>();
  for (const { id, said } of records) {
    const ids = free.get(said);
    if (ids === undefined) free.set(said, [id]);
    else ids.push(id);
  }
  for (const ids of free.values()) ids.sort((a, b) => (a < b ? 1 : -1));
  const matches = new Map<RecordId, ContactMatch>();
  for (const { id, said } of [...items].sort((a, b) => compareTexts(a.id, b.id))) {
    const record = free.get(said)?.pop();
    if (record !== undefined) matches.set(id, { record, by: BY });
  }
  return matches;
}
