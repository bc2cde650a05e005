import type { PlaceView } from '../../contract/contract.ts';
import { readFully } from '../content/read-fully.ts';
import type { Engine } from '../engine.ts';
import type { SourcePlace } from '../locations/source-place.ts';
import { LockstepError } from '../platform/trouble.ts';
import { openAddressBook } from '../sources/contacts/thunderbird/open-address-book.ts';

/** A larger file is recognized, and its items are not counted. Bytes. */
const COUNTED_BYTES = 16 << 20;

/**
 * What is at a place on this device, and how much of it, before anything is added. Makes and changes nothing. Fails with `no-such-path`,
 * `overlaps-source`, `unknown-format`, `wrong-format`.
 */
export async function recognizePlace(engine: Engine, location: string, format: string | null): Promise<PlaceView> {
  const place = await engine.place(location, false, { kind: null, format });
  const { name, kind } = place.format;
  return { kind, format: name, ...count(engine, place) };
}

function count(engine: Engine, { path, format }: SourcePlace): Pick<PlaceView, 'records' | 'damaged'> {
  const { fs } = engine.world;
  const { layout, ending, text } = format;
  if (layout === 'folder-of-files') {
    const names = fs.readDirectory(path).filter(({ name }) => name?.toLowerCase().endsWith(ending) === true);
    return { records: names.length, damaged: 0 };
  }
  const size = fs.lstat(path)?.size ?? 0;
  if (text === null || size > COUNTED_BYTES) return { records: null, damaged: 0 };
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
