import type { ResultView } from '../../contract/contract.ts';
import { type Missing, NOT_KEPT, refuseNothing } from '../conflicts/result.ts';
import { placeNewFile } from '../content/place-new-file.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import type { HistoryPort } from '../past/history-port.ts';
import type { Moment } from '../past/moment.ts';
import { stateOf } from '../past/record-past.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { LockstepError } from '../platform/trouble.ts';
import { troubleText } from '../platform/trouble-text.ts';
import { ENTRY, EXECUTABLE, type FileEntry, fileEntry, MODIFIED } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import { checkFree, noFolder } from './new-place.ts';
import { recordsMeant } from './restore.ts';

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
 * Writes all of a folder, or (null) the whole collection, as of a moment into `to`, an absolute path whose parent exists; a single record
 * becomes `to`, or goes into it where that is a folder. Changes nothing in the collection. Never writes over anything, through a link, or
 * inside a source. Fails with `no-such-path`, `inside-source`, `already-there` where what is asked for would be written over something, and as
 * `restore` does.
 */
export async function restoreTo(
  port: Port,
  record: string | null,
  moment: Pick<Moment, 'had'>,
  to: string,
  disk: RestoreDisk,
): Promise<ResultView> {
  const { root, items } = placed(itemsAt(port, record, moment), to, disk);
  const missing: Missing[] = [];
  let records = 0;
  // Links come last: nothing is then written through one.
  for (const item of [...items].sort(
    (a, b) => Number(a.entry.type === 'symlink') - Number(b.entry.type === 'symlink'),
  )) {
    const why = await write(port, root, item, disk);
    if (why === null) records++;
    else missing.push({ record: item.record, why });
  }
  refuseNothing(records, missing);
  return { changes: [], records, conflicts: [], missing };
}

/** What was asked for: `one` alone, or all that is in a folder. */
interface Asked {
  readonly items: readonly Item[];
  readonly one: Item | null;
}

function itemsAt(port: Port, text: string | null, moment: Pick<Moment, 'had'>): Asked {
  const { collection } = port;
  const meant = text === null ? null : recordsMeant(port, text);
  const rows = meant?.rows ?? [...collection.records.all()].map((record) => record.row);
  const items: Item[] = [];
  let one: Item | null = null;
  for (const row of rows) {
    const found = collection.records.at(row);
    const state = found === null ? null : stateOf(collection, row, moment.had);
    if (found === null || state === null || !isLive(state)) continue;
    const shown = shownFields(collection.kind, state, collection.log.order);
    const entry = fileEntry(shown.get(ENTRY)?.value);
    const modified = shown.get(MODIFIED)?.value;
    if (entry === null) continue;
    const item: Item = {
      path: meant === null ? found.id : found.id.slice(meant.id.length + 1),
      record: found.id,
      entry,
      executable: shown.get(EXECUTABLE)?.value === true,
      modified: typeof modified === 'number' ? modified : null,
    };
    // What has something in it is a folder, whatever else it was said to be.
    if (found.id === meant?.id) one = item;
    else items.push(item);
  }
  if (items.length > 0 || meant === null) return { items, one: null };
  if (one === null) throw new LockstepError('no-such-record', `${meant.id} was not there then.`, meant.id);
  return one.entry.type === 'directory' ? { items, one: null } : { items, one };
}

/** Where a place lies: its real parent and its name there. Fails with `no-such-path` and `inside-source`. */
export function checkOutside(
  to: string,
  disk: Pick<RestoreDisk, 'realDirectory' | 'forbidden'>,
): { readonly parent: string; readonly name: string } {
  const root = disk.realDirectory(to);
  const at = Math.max(to.lastIndexOf('/'), to.lastIndexOf('\\'));
  const folder = to.slice(0, at) || '/';
  const parent = root ?? disk.realDirectory(folder);
  if (parent === null) throw noFolder(folder);
  const name = to.slice(at + 1);
  const meant = root ?? `${parent}/${name}`;
  const held = heldBy(meant, disk.forbidden);
  if (held === undefined) return { parent, name };
  throw new LockstepError(
    'inside-source',
    `${to} lies inside ${held}, which is kept in step; choose a place outside.`,
    to,
  );
}

/** In which of these directories a real path lies. */
const heldBy = (path: string, directories: readonly string[]): string | undefined =>
  directories.find((each) => path === each || path.startsWith(each.endsWith('/') ? each : `${each}/`));

/** The directory to write into, made where it is missing, and what goes where below it. */
function placed(
  { items, one }: Asked,
  to: string,
  disk: RestoreDisk,
): { readonly root: string; readonly items: readonly Item[] } {
  let root = disk.realDirectory(to);
  const { parent, name } = checkOutside(to, disk);
  if (one !== null) {
    const path = root === null ? name : one.record.slice(one.record.lastIndexOf('/') + 1);
    checkFree(disk.fs, `${root ?? parent}/${path}`);
    return { root: root ?? parent, items: [{ ...one, path }] };
  }
  if (root === null) {
    checkFree(disk.fs, to);
    disk.fs.makeDirectory(to);
    root = disk.realDirectory(to);
  }
  if (root === null) throw noFolder(to);
  return { root, items };
}

/** null: written. Otherwise why not. */
async function write(
  port: Port,
  root: string,
  item: Item,
  { fs, realDirectory, forbidden }: RestoreDisk,
): Promise<string | null> {
  const parts = item.path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')))
    return 'its name is none this system can hold';
  // What is kept in step may lie in the folder that is written to, and not be there at the moment.
  const held = heldBy(`${root}/${item.path}`, forbidden);
  if (held !== undefined) return `${held} is kept in step`;
  const bytes = item.entry.type === 'file' ? await port.contents.read(item.record, item.entry) : null;
  if (item.entry.type === 'file' && bytes === null) return NOT_KEPT;
  try {
    const directories = item.entry.type === 'directory' ? parts : parts.slice(0, -1);
    for (let depth = 1; depth <= directories.length; depth++) {
      const path = `${root}/${directories.slice(0, depth).join('/')}`;
      const stat = fs.lstat(path);
      if (stat === null) fs.makeDirectory(path);
      else if (stat.type !== 'directory') return `${path} is in the way`;
      // On a disk that does not tell case apart it may be called otherwise here.
      else if (heldBy(realDirectory(path) ?? path, forbidden) !== undefined) return `${path} is kept in step`;
    }
    if (item.entry.type === 'directory') return null;
    const path = `${root}/${item.path}`;
    if (fs.lstat(path) !== null) return `${path} is there already`;
    if (item.entry.type === 'symlink') fs.symlink(item.entry.target, path);
    else writeFile(fs, path, bytes as Uint8Array, item);
    return null;
  } catch (error) {
    return `${root}/${item.path}: ${troubleText(error)}`;
  }
}

function writeFile(fs: FileSystem, path: string, bytes: Uint8Array, item: Item): void {
  placeNewFile(fs, path, bytes, (made) => {
    if (item.executable) fs.setMode(made, 0o755);
    if (item.modified !== null) fs.setModified(made, item.modified);
  });
}
