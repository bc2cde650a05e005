import type { Collection } from '../collection.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { DirtyItem } from './dirty-items.ts';
import type { HeldItems } from './held-items.ts';

/** From this size on it is worth looking up where a file was cut before. */
const CUT_AGAIN_BYTES = 4 << 20;

/** The chunk lists of large items as their source held them. */
export function formerLists(
  { collection, contents }: { readonly collection: Collection; readonly contents: ContentStore },
  held: HeldItems,
  batch: readonly DirtyItem[],
): ReadonlyMap<RecordId, Uint8Array> {
  const lists = new Map<RecordId, Uint8Array>();
  for (const { id, size } of batch) {
    const found = size < CUT_AGAIN_BYTES ? null : collection.records.find(id);
    const entry = found === null ? null : fileEntry(held.at(found.row)?.get(ENTRY)?.value);
    const list = entry?.type === 'file' && entry.chunks !== undefined ? contents.chunkList(entry.chunks) : null;
    if (list !== null) lists.set(id, list);
  }
  return lists;
}
