import type { RecordId } from '../../../record/ids.ts';
import type { Fields } from '../../../record/value.ts';
import type { KnownItem } from '../known-revisions.ts';
import type { TextFormat } from '../text-format.ts';

/** By index: which known item each of some is; null: none. An item that is null cannot be understood. */
export type Align = (items: readonly (Fields | null)[], known: readonly Fields[]) => readonly (number | null)[];

export const NO_FIELDS: Fields = new Map();

/** Pairs what the format finds alike. */
export function alignItems(format: TextFormat, ...[items, known]: Parameters<Align>): ReturnType<Align> {
  const readable = items.flatMap((fields, at) => (fields === null ? [] : [{ fields, at }]));
  const matches: (number | null)[] = items.map(() => null);
  const found = format.align?.(
    readable.map(({ fields }) => fields),
    known,
  );
  readable.forEach(({ at }, index) => {
    matches[at] = found?.[index] ?? null;
  });
  return matches;
}

/** By their digests (as `digestTextOf` tells them); of several that are just alike all. */
export function idsByDigest(items: readonly KnownItem[]): Map<string, RecordId[]> {
  const found = new Map<string, RecordId[]>();
  for (const { id, digest } of items) addTo(found, Buffer.from(digest).toString('latin1'), id);
  return found;
}

export function addTo<Key>(lists: Map<Key, RecordId[]>, key: Key, id: RecordId): void {
  const ids = lists.get(key);
  if (ids === undefined) lists.set(key, [id]);
  else ids.push(id);
}

/** The last that is not claimed. What is claimed stays so, and is not looked at again: thousands of items may be alike. */
export function lastFree(ids: RecordId[] | undefined, claimed: ReadonlySet<RecordId>): RecordId | undefined {
  while (ids !== undefined && ids.length > 0) {
    const last = ids.at(-1) as RecordId;
    if (!claimed.has(last)) return last;
    ids.pop();
  }
  return undefined;
}
