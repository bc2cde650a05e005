import type { RecordId } from '../record/ids.ts';
import type { ContactMarks } from './contact-marks.ts';
import { pairsOf } from './find-duplicates.ts';

/** A contact of a collection, or one that comes to it. */
export interface Told {
  readonly id: RecordId;
  readonly marks: ContactMarks;
}
/** What a contact that came to a collection surely is there. */
export interface ContactMatch {
  readonly record: RecordId;
  /** What both have: `name ada lovelace`, `email ada@example.org`. */
  readonly by: readonly string[];
}

/**
 * Which of the contacts of a book that meets a collection are surely there already: of the same name, with an e-mail or phone in common, and on
 * neither side is there another that may be it as surely: one with which it has as much in common, or more. By the id of the book's. Takes time in
 * proportion to what the contacts say.
 */
export function matchContacts(records: readonly Told[], items: readonly Told[]): ReadonlyMap<RecordId, ContactMatch> {
  const matches = new Map<RecordId, ContactMatch>();
  if (items.length === 0) return matches;
  const partners = new Map<RecordId, ContactMatch[]>();
  const note = (id: RecordId, other: ContactMatch): void => {
    const own = partners.get(id);
    if (own === undefined) partners.set(id, [other]);
    else own.push(other);
  };
  for (const { ids, sure, shared } of pairsOf([...records, ...items])) {
    if (!sure) continue;
    const by = shared.map((each) => `${each.by} ${each.mark}`);
    note(ids[0], { record: ids[1], by });
    note(ids[1], { record: ids[0], by });
  }
  const known = new Set(records.map(({ id }) => id));
  for (const { id } of items) {
    const match = surest(partners.get(id));
    if (match === null || !known.has(match.record)) continue;
    if (surest(partners.get(match.record))?.record === id) matches.set(id, match);
  }
  return matches;
}

/** The one with which most is shared; null: there is none, or there are several. */
function surest(partners: readonly ContactMatch[] = []): ContactMatch | null {
  const most = Math.max(...partners.map(({ by }) => by.length));
  const [match = null, ...others] = partners.filter(({ by }) => by.length === most);
  return others.length === 0 ? match : null;
}
