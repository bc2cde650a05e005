/** SQLite, https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a head, then frames of a page each. Bytes. */
export const LOG_HEAD = 32;
const FRAME_HEAD = 24;
/** The last bit tells whether its sums are of big-endian words. */
const MAGIC = 0x377f0682;
/** Head: what its frames repeat, and the sums so far. */
const PAGE_SIZE = 8;
const SALT = 16;
const HEAD_SUMS = 24;
/** Frame: which page it is, and how many the database has where it ends a transaction (else 0). */
const PAGES_AFTER = 4;
const FRAME_SALT = 8;
const FRAME_SUMS = 16;
/** What of a frame's head is in its sums. */
const FRAME_SUMMED = 8;

/**
 * A database with what was committed to the write-ahead log beside it, as SQLite itself reads the two. What is behind the last whole
 * transaction, or of an earlier round of the log, is left out. The database itself where the log says nothing.
 */
export function withLog(database: Uint8Array, log: Uint8Array): Uint8Array {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  if (log.length < LOG_HEAD || (view.getUint32(0) & ~1) >>> 0 !== MAGIC) return database;
  const sums = new Sums(view, (view.getUint32(0) & 1) === 0);
  sums.add(0, HEAD_SUMS);
  const pageSize = view.getUint32(PAGE_SIZE);
  if (pageSize === 0 || !sums.areAt(HEAD_SUMS)) return database;
  const committed = new Map<number, number>();
  const open = new Map<number, number>();
  let pages: number | null = null;
  for (let at = LOG_HEAD; at + FRAME_HEAD + pageSize <= log.length; at += FRAME_HEAD + pageSize) {
    if (view.getBigUint64(at + FRAME_SALT) !== view.getBigUint64(SALT)) break;
    sums.add(at, FRAME_SUMMED);
    sums.add(at + FRAME_HEAD, pageSize);
    if (!sums.areAt(at + FRAME_SUMS)) break;
    open.set(view.getUint32(at), at + FRAME_HEAD);
    const after = view.getUint32(at + PAGES_AFTER);
    if (after === 0) continue;
    pages = after;
    for (const [number, page] of open) committed.set(number, page);
    open.clear();
  }
  if (pages === null) return database;
  const whole = new Uint8Array(pages * pageSize);
  whole.set(database.subarray(0, whole.length));
  committed.forEach((page, number) => {
    if (number <= pages) whole.set(log.subarray(page, page + pageSize), (number - 1) * pageSize);
  });
  return whole;
}

/** The two sums a log goes on with from frame to frame. */
class Sums {
  readonly #view: DataView;
  readonly #isLittleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(view: DataView, isLittleEndian: boolean) {
    this.#view = view;
    this.#isLittleEndian = isLittleEndian;
  }

  add(start: number, length: number): void {
    for (let at = start; at < start + length; at += 8) {
      this.#first = (this.#first + this.#view.getUint32(at, this.#isLittleEndian) + this.#second) >>> 0;
      this.#second = (this.#second + this.#view.getUint32(at + 4, this.#isLittleEndian) + this.#first) >>> 0;
    }
  }

  areAt(at: number): boolean {
    return this.#view.getUint32(at) === this.#first && this.#view.getUint32(at + 4) === this.#second;
  }
}
