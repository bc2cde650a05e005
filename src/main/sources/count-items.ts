import { readFully } from '../content/read-fully.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { LockstepError } from '../platform/trouble.ts';
import { openAddressBook } from './contacts/thunderbird/open-address-book.ts';
import { formatNamed } from './formats.ts';

/** A larger file is not counted. Bytes. */
const COUNTED_BYTES = 16 << 20;

/** How much is at a place. */
export interface PlaceCount {
  /** null: not counted, for it is too much. */
  readonly records: number | null;
  /** Items that cannot be read. */
  readonly damaged: number;
}
/** Nothing is known of how many there are. */
export const NOT_COUNTED: PlaceCount = { records: null, damaged: 0 };

/**
 * Counts the contacts or events at a place, reading all of it: nothing for a thread that has other things to do. Changes nothing. Fails with
 * `unknown-format` where a database is no address book.
 */
export function countItems(fs: FileSystem, path: string, format: string): PlaceCount {
  const { layout, ending, text } = formatNamed(format) ?? { layout: 'tree', ending: '', text: null };
  if (text === null) return NOT_COUNTED;
  if (layout === 'folder-of-files') {
    const names = fs.readDirectory(path).filter(({ name }) => name?.toLowerCase().endsWith(ending) === true);
    return { records: names.length, damaged: 0 };
  }
  const size = fs.lstat(path)?.size ?? 0;
  if (size > COUNTED_BYTES) return NOT_COUNTED;
  if (layout === 'address-book') return { records: countCards(path), damaged: 0 };
  const fd = fs.open(path, 'read');
  try {
    const bytes = new Uint8Array(size);
    const { items, damaged } = text().split(bytes.subarray(0, readFully(fs, fd, bytes, 0)));
    return { records: items.length, damaged: damaged.length };
  } finally {
    fs.close(fd);
  }
}

function countCards(path: string): number {
  try {
    const book = openAddressBook(path, 'read');
    try {
      return book.cards().length;
    } finally {
      book.close();
    }
  } catch {
    throw new LockstepError('unknown-format', `${path} is a database, and no address book of Thunderbird.`, path);
  }
}
