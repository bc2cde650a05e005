import type { Collection } from '../collection.ts';
import { contactMarks } from '../conflicts/contact-marks.ts';
import { type ContactMatch, matchContacts, type Told } from '../conflicts/match-contacts.ts';
import { matchSame, type Said, saidBy } from '../conflicts/match-same.ts';
import type { RecordId } from '../record/ids.ts';
import { fieldsOf, nativeOf } from '../snapshot/lens.ts';
import { revisionIn } from '../snapshot/stored-revision.ts';
import type { Reading, SourceAdapter } from '../sources/source-adapter.ts';
import type { DirtyItems } from './dirty-items.ts';
import type { GoneItems } from './gone-items.ts';
import type { HeldItems } from './held-items.ts';

/** What a look found so far. */
export interface LookSoFar {
  readonly dirty: DirtyItems;
  readonly gone: GoneItems;
}

/**
 * Contacts that stand in a book under another id than before: another program gave a UID to cards that had none, made up new ones, or wrote them in
 * other letters. Taken for a deletion beside somebody new, each would lose what the book cannot hold of it, and whoever edited it elsewhere would be
 * asked. So what is gone is what came, where both say the same, or surely are one (decision 034), or have one UID but for its letters: they are
 * read, and taken in, as the contacts they were. `read` yields what came, part by part.
 */
export async function followRenamed(
  collection: Collection,
  adapter: SourceAdapter,
  held: HeldItems,
  { dirty, gone }: LookSoFar,
  read: () => AsyncIterable<readonly Reading[]>,
): Promise<void> {
  if (collection.kind !== 'contacts' || adapter.recognize === undefined || gone.size === 0) return;
  const news: (Told & Said)[] = [];
  for await (const readings of read())
    for (const { id, fields } of readings) news.push({ id, marks: contactMarks(fields), said: saidBy(fields) });
  if (news.length === 0) return;
  const were = gone.all().flatMap(([id, row]) => {
    const found = collection.records.at(row);
    const before = gone.heldOf(row);
    if (found === null || before === null) return [];
    const stored = collection.records.snapshot(held.source, row);
    const revision = stored?.revision ?? null;
    const uid = revision === null ? null : adapter.shownAs?.(revisionIn(revision));
    const said = saidBy(nativeOf(before, stored?.native ?? null, held.project));
    return [{ id, uid: uid ?? id, marks: contactMarks(fieldsOf(before)), said, wasToGo: gone.wasToGo(row) }];
  });
  for (const [item, { record }] of matchesOf(were, news)) {
    const size = dirty.drop(item);
    if (size === null || adapter.recognize(item, record) === null) continue;
    gone.drop(record);
    dirty.add({ id: record, size });
  }
}

/**
 * A contact as a book had it. `uid`: the record its UID stands for. `wasToGo`: nobody but us may have taken it out of the book, so who came is
 * somebody else, unless both say the same.
 */
type Was = Told & Said & { readonly uid: RecordId; readonly wasToGo: boolean };

/** The contacts that went as which others came, by the ids of those: each by the surest that tells it. */
function matchesOf(
  were: readonly Was[],
  news: readonly (Told & Said)[],
): ReadonlyMap<RecordId, Pick<ContactMatch, 'record'>> {
  const matches = new Map<RecordId, Pick<ContactMatch, 'record'>>();
  for (const matching of [matchLetters, matchSame, matchSure]) {
    const known = new Set([...matches.values()].map(({ record }) => record));
    const found = matching(
      were.filter(({ id }) => !known.has(id)),
      news.filter(({ id }) => !matches.has(id)),
    );
    for (const [item, match] of found) matches.set(item, match);
  }
  return matches;
}

/** Those who surely are one, whatever else they say. */
const matchSure = (were: readonly Was[], news: readonly Told[]) =>
  matchContacts(
    were.filter(({ wasToGo }) => !wasToGo),
    news,
  );

/** Those of one UID, but for capital and small letters. */
function matchLetters(
  were: readonly Was[],
  news: readonly Told[],
): ReadonlyMap<RecordId, Pick<ContactMatch, 'record'>> {
  const byLetters = new Map(were.map(({ id, uid }) => [uid.toLowerCase(), id]));
  const matches = new Map<RecordId, Pick<ContactMatch, 'record'>>();
  for (const { id } of news) {
    const record = byLetters.get(id.toLowerCase());
    if (record === undefined) continue;
    matches.set(id, { record });
    byLetters.delete(id.toLowerCase());
  }
  return matches;
}
