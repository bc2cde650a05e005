import type { ResultView } from '../../contract/contract.ts';
import { writeNewFile } from '../content/write-new-file.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { LockstepError } from '../platform/trouble.ts';
import { ENTRY, EXECUTABLE, type FileEntry, fileEntry, MODIFIED } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import type { HistoryPort } from './history-port.ts';
import type { Moment } from './moment.ts';
import { stateOf } from './record-past.ts';
import { recordsMeant } from './restore.ts';
import { type Missing, NOT_KEPT, refuseNothing } from './result.ts';

type Port = Pick<HistoryPort, 'collection' | 'contents'>;

/** The disk as a restore to a path needs it. */
export interface RestoreDisk {
  readonly fs: FileSystem;
  /** The real path of an existing directory; null where there is none. */
  realDirectory(path: string): string | null;
  /** Real paths in which nothing may be written: every source here, and the instance's own directory. */
  readonly forbidden: readonly string[];
}
interface Item {
  /** Below the directory written to. */
  readonly path: string;
  readonly record: RecordId;
  readonly entry: FileEntry;
  readonly executable: boolean;
  /** Microseconds since 1970; null where it is not known. */
  readonly modified: number | null;
}

/**
 * Writes a record, all of a folder, or (null) the whole collection as of a moment below `to`, an absolute path whose parent exists, and
 * changes nothing in the collection. Never writes over anything, through a link, or inside a source. Fails with `no-such-path`, `inside-source`,
 * `not-available` (kinds without content) and as `restore` does.
 */
export async function restoreTo(
  port: Port,
  record: string | null,
  moment: Pick<Moment, 'had'>,
  to: string,
  disk: RestoreDisk,
): Promise<ResultView> {
  if (port.collection.kind !== 'files')
    throw new LockstepError('not-available', 'Only files can be written to a path so far; use export.', to);
  const items = itemsAt(port, record, moment);
  const root = openRoot(to, disk);
  const missing: Missing[] = [];
  let records = 0;
  // Links come last: nothing is then written through one.
  for (const item of [...items].sort(
    (a, b) => Number(a.entry.type === 'symlink') - Number(b.entry.type === 'symlink'),
  )) {
    const why = await write(port, root, item, disk.fs);
    if (why === null) records++;
    else missing.push({ record: item.record, why });
  }
  refuseNothing(records, missing);
  return { changes: [], records, conflicts: [], missing };
}

function itemsAt(port: Port, text: string | null, moment: Pick<Moment, 'had'>): readonly Item[] {
  const { collection } = port;
  const meant = text === null ? null : recordsMeant(port, text);
  const rows = meant?.rows ?? [...collection.records.all()].map((record) => record.row);
  // A single record is written right below the path, under its own name; a folder as what is in it.
  const above = meant === null ? 0 : meant.rows.length > 1 ? meant.id.length + 1 : meant.id.lastIndexOf('/') + 1;
  const items: Item[] = [];
  for (const row of rows) {
    const found = collection.records.at(row);
    const state = found === null ? null : stateOf(collection, row, moment.had);
    if (found === null || state === null || !isLive(state)) continue;
    const shown = shownFields(collection.kind, state, collection.log.order);
    const entry = fileEntry(shown.get(ENTRY)?.value);
    const modified = shown.get(MODIFIED)?.value;
    const path = found.id.slice(found.id === meant?.id ? found.id.lastIndexOf('/') + 1 : above);
    if (entry === null || (entry.type === 'directory' && found.id === meant?.id && meant.rows.length > 1)) continue;
    items.push({
      path,
      record: found.id,
      entry,
      executable: shown.get(EXECUTABLE)?.value === true,
      modified: typeof modified === 'number' ? modified : null,
    });
  }
  if (items.length === 0 && meant !== null)
    throw new LockstepError('no-such-record', `${meant.id} was not there then.`, meant.id);
  return items;
}

/** Makes the directory where it is missing, and returns its real path. */
function openRoot(to: string, disk: RestoreDisk): string {
  let root = disk.realDirectory(to);
  const at = Math.max(to.lastIndexOf('/'), to.lastIndexOf('\\'));
  const parent = root ?? disk.realDirectory(to.slice(0, at) || '/');
  if (parent === null) throw new LockstepError('no-such-path', `There is no folder for ${to}.`, to);
  const meant = root ?? `${parent}/${to.slice(at + 1)}`;
  const held = disk.forbidden.find(
    (path) => meant === path || meant.startsWith(path.endsWith('/') ? path : `${path}/`),
  );
  if (held !== undefined)
    throw new LockstepError(
      'inside-source',
      `${to} lies inside ${held}, which is kept in step; choose a place outside.`,
      to,
    );
  if (root === null) {
    if (disk.fs.lstat(to) !== null) throw new LockstepError('no-such-path', `${to} is no folder.`, to);
    disk.fs.makeDirectory(to);
    root = disk.realDirectory(to);
  }
  if (root === null) throw new LockstepError('no-such-path', `${to} is no folder.`, to);
  return root;
}

/** null: written. Otherwise why not. */
async function write(port: Port, root: string, item: Item, fs: FileSystem): Promise<string | null> {
  const parts = item.path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')))
    return 'its name is none this system can hold';
  const bytes = item.entry.type === 'file' ? await port.contents.read(item.record, item.entry) : null;
  if (item.entry.type === 'file' && bytes === null) return NOT_KEPT;
  try {
    const directories = item.entry.type === 'directory' ? parts : parts.slice(0, -1);
    for (let depth = 1; depth <= directories.length; depth++) {
      const path = `${root}/${directories.slice(0, depth).join('/')}`;
      const stat = fs.lstat(path);
      if (stat === null) fs.makeDirectory(path);
      else if (stat.type !== 'directory') return `${path} is in the way`;
    }
    if (item.entry.type === 'directory') return null;
    const path = `${root}/${item.path}`;
    if (fs.lstat(path) !== null) return `${path} is there already`;
    if (item.entry.type === 'symlink') fs.symlink(item.entry.target, path);
    else writeFile(fs, path, bytes as Uint8Array, item);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function writeFile(fs: FileSystem, path: string, bytes: Uint8Array, item: Item): void {
  writeNewFile(fs, path, bytes);
  if (item.executable) fs.setMode(path, 0o755);
  if (item.modified !== null) fs.setModified(path, item.modified);
}
