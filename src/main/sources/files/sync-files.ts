import type { FileSystem } from '../../platform/file-system.ts';
import type { RecordId } from '../../record/ids.ts';
import type { ConstructContext } from './construct-context.ts';
import { ParentGuard, parentOf } from './path-guard.ts';

/**
 * Waits until items, and the names by which they are there (or are not), are on the disk. false: that could not be made sure of.
 * Costs next to nothing where the system has written them back by itself. Same order.
 */
export function syncFiles(context: ConstructContext, ids: readonly RecordId[]): readonly boolean[] {
  const { fs, root, platform, folding } = context;
  const guard = new ParentGuard(fs, root, platform, folding);
  const directories = new Map<string, boolean>();
  return ids.map((id) => {
    try {
      const place = guard.place(id);
      if (place.is === 'refused') return true;
      const stat = place.is === 'there' ? fs.lstat(place.path) : null;
      if (place.is === 'there' && stat?.type === 'file') syncFile(fs, place.path, platform === 'windows');
      let durable = true;
      for (let at = parentOf(id); ; at = parentOf(at as RecordId)) {
        durable = syncDirectory(fs, guard, root, at, directories) && durable;
        if (at === '') return durable;
      }
    } catch {
      return false;
    }
  });
}

function syncFile(fs: FileSystem, path: string, writable: boolean): void {
  // Windows flushes only what is open for writing.
  const fd = fs.open(path, writable ? 'write' : 'read');
  try {
    fs.sync(fd);
  } finally {
    fs.close(fd);
  }
}

function syncDirectory(
  fs: FileSystem,
  guard: ParentGuard,
  root: string,
  id: string,
  done: Map<string, boolean>,
): boolean {
  const known = done.get(id);
  if (known !== undefined) return known;
  let durable = true;
  try {
    const place = id === '' ? ({ is: 'there', path: root } as const) : guard.place(id as RecordId);
    if (place.is === 'there' && fs.lstat(place.path)?.type === 'directory') fs.syncDirectory(place.path);
  } catch {
    durable = false;
  }
  done.set(id, durable);
  return durable;
}
