import type { FileSystem } from '../../platform/file-system.ts';
import type { RecordId } from '../../record/ids.ts';
import type { ConstructContext } from './construct-context.ts';
import { ParentGuard, parentOf } from './path-guard.ts';

/** So many are open, and waited for, at once: one after the other each would cost a turn of the disk, also where nothing is left to write. */
const AT_ONCE = 64;

/**
 * Waits until items, and the names by which they are there (or are not), are on the disk. false: that could not be made sure of.
 * Costs next to nothing where the system has written them back by itself. Same order.
 */
export async function syncFiles(context: ConstructContext, ids: readonly RecordId[]): Promise<readonly boolean[]> {
  const { fs, root, platform, folding } = context;
  const guard = new ParentGuard(fs, root, platform, folding);
  const directories = new Map<string, boolean>();
  const durable: boolean[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    const contents = await syncContents(fs, guard, some, platform === 'windows');
    for (const [at, id] of some.entries()) {
      const content = contents[at] as Content;
      durable.push(
        content === 'refused' || (content === 'durable' && areNamesDurable(fs, guard, root, id, directories)),
      );
    }
  }
  return durable;
}

/** `refused`: nothing there is written to. `unsure`: it may not be on the disk. */
type Content = 'durable' | 'refused' | 'unsure';

/** Same order. */
async function syncContents(
  fs: FileSystem,
  guard: ParentGuard,
  ids: readonly RecordId[],
  writable: boolean,
): Promise<readonly Content[]> {
  const opened: { readonly at: number; readonly fd: number }[] = [];
  const contents = ids.map((id, at): Content => {
    try {
      const place = guard.place(id);
      if (place.is === 'refused') return 'refused';
      if (place.is !== 'there' || fs.lstat(place.path)?.type !== 'file') return 'durable';
      // Windows flushes only what is open for writing.
      opened.push({ at, fd: fs.open(place.path, writable ? 'write' : 'read') });
      return 'durable';
    } catch {
      return 'unsure';
    }
  });
  try {
    const failures = await fs.syncAll(opened.map(({ fd }) => fd));
    for (const [each, { at }] of opened.entries()) if ((failures[each] ?? null) !== null) contents[at] = 'unsure';
  } finally {
    for (const { fd } of opened) fs.close(fd);
  }
  return contents;
}

function areNamesDurable(
  fs: FileSystem,
  guard: ParentGuard,
  root: string,
  id: RecordId,
  done: Map<string, boolean>,
): boolean {
  let durable = true;
  for (let at = parentOf(id); ; at = parentOf(at as RecordId)) {
    durable = syncDirectory(fs, guard, root, at, done) && durable;
    if (at === '') return durable;
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
