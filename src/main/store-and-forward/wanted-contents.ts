import type { DecodedChange } from '../change-log/package-body.ts';
import type { ContentAsked } from '../peers/session/shared-collection.ts';
import { referencesOf } from '../record/content-reference.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { Digest, FieldName, RecordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';

/** Asked of the giver at once. */
const ASKED_BYTES = 2 << 20;
const ASKED_ITEMS = 512;
/** No larger file waits at a relay: it goes once two devices are linked. */
const LARGEST_FILE = 256 << 20;
/** Nor a larger part of a record, which goes in one piece. */
export const LARGEST_PART = 7 << 20;

/** What was asked for in vain this long ago nobody waits for any more. */
export const WANTED_MS = 15 * 60_000;

/** A content that a change names, as it is asked of the giver, and how long it is about. */
export type Wanted = ContentAsked & { readonly size: number };
/** A content that a member waits for. `hint`: a record that showed it; '' for none. */
export interface WantedThere {
  readonly digest: Digest;
  readonly kind: ContentAsked['kind'];
  readonly hint: string;
}

/** What changes name, for the last value of each: a file in one piece or as the list of its chunks, parts of other records. */
export function contentsOf(changes: readonly DecodedChange[]): readonly Wanted[] {
  return changes.flatMap((change) => {
    if ('invalid' in change) return [];
    const hint: RecordId = change.record;
    return change.writes.flatMap(({ field, value }): readonly Wanted[] => {
      if (field !== ENTRY)
        return referencesOf(value).flatMap(({ content, size }) =>
          size > LARGEST_PART ? [] : [{ digest: content, kind: 'content', hint, base: null, size }],
        );
      const entry = fileEntry(value);
      if (entry?.type !== 'file' || entry.size === 0 || entry.size > LARGEST_FILE) return [];
      return entry.chunks === undefined
        ? [{ digest: entry.digest, kind: 'content', hint, base: null, size: entry.size }]
        : [{ digest: entry.chunks, kind: 'chunk-list', hint, base: null, size: 0 }];
    });
  });
}

/** What a value names that waits at no relay. Pure. */
export function tooLargeIn(field: FieldName, value: Value): readonly Digest[] {
  if (field !== ENTRY)
    return referencesOf(value).flatMap(({ content, size }) => (size > LARGEST_PART ? [content] : []));
  const entry = fileEntry(value);
  return entry?.type === 'file' && entry.size > LARGEST_FILE ? [entry.digest] : [];
}

/** So many as are asked of the giver at once. */
export function batches(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const all: Wanted[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const each of wanted) {
    const last = all.at(-1);
    if (last === undefined || bytes + each.size > ASKED_BYTES || last.length === ASKED_ITEMS) {
      all.push([each]);
      bytes = each.size;
    } else {
      last.push(each);
      bytes += each.size;
    }
  }
  return all;
}
