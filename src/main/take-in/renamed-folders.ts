import { type RecordId, recordId } from '../record/ids.ts';
import type { Reading } from '../sources/source-adapter.ts';
import type { Moves } from './gone-items.ts';
import { groupOf } from './item-group.ts';

/**
 * Of what is gone and did not move by its content, the folders and empty files that went along with a folder that was renamed: at its new name there
 * is now what was at its old one, under the same path.
 */
export function wentAlong(
  gone: Iterable<RecordId>,
  moves: Moves,
  readings: readonly Pick<Reading, 'id'>[],
): ReadonlySet<RecordId> {
  const folders = renamedFolders(moves);
  if (folders.size === 0) return NOTHING;
  const news = new Set(readings.map(({ id }) => id));
  const along = new Set<RecordId>();
  for (const id of gone) {
    if (moves.has(id)) continue;
    const to = newNameOf(id, folders);
    if (to !== null && news.has(to)) along.add(id);
  }
  return along;
}

const NOTHING: ReadonlySet<RecordId> = new Set();

/** By their old names, where folders are now whose files kept theirs. */
function renamedFolders(moves: Moves): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  for (let [from, to] of moves) {
    while (nameOf(from) === nameOf(to)) {
      [from, to] = [groupOf(from) as RecordId, groupOf(to) as RecordId];
      if (from === '' || to === '' || folders.has(from)) break;
      folders.set(from, to);
    }
  }
  return folders;
}

/** null: it lay in no folder that was renamed. */
function newNameOf(id: RecordId, folders: ReadonlyMap<string, string>): RecordId | null {
  for (let folder: string = id; folder !== ''; folder = groupOf(folder as RecordId)) {
    const to = folders.get(folder);
    if (to !== undefined) return recordId(`${to}${id.slice(folder.length)}`);
  }
  return null;
}

const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
