import { hash } from 'node:crypto';
import type { FileStat } from '../../platform/file-system.ts';
import { DIRECTORY_REVISION, REVISION_BYTES, writeRevision } from './revision.ts';

/** The revisions of one directory's items, side by side in memory that is used again for the next directory. */
export class ListingPrint {
  #bytes = Buffer.alloc(64 * 1024);
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  #count = 0;

  /** Starts over; at most `items` are put before the next `begin`. */
  begin(items: number): void {
    this.#count = 0;
    this.#reserve(items * REVISION_BYTES);
  }

  put(stat: FileStat): void {
    const at = this.#count++ * REVISION_BYTES;
    if (stat.type === 'directory') {
      this.#bytes.fill(0, at, at + REVISION_BYTES);
      this.#bytes[at] = DIRECTORY_REVISION[0] as number;
    } else {
      writeRevision(this.#view, at, stat);
    }
  }

  /** 16 bytes (one a character) over what was put and these names: differs where any of it does. */
  fingerprint(names: readonly string[]): string {
    const text = names.join('\0');
    const start = this.#count * REVISION_BYTES;
    this.#reserve(start + text.length * 3);
    const length = this.#bytes.write(text, start, 'utf8');
    return hash('sha256', this.#bytes.subarray(0, start + length), 'binary').slice(0, 16);
  }

  /** What was put, `REVISION_BYTES` an item, to be kept. */
  revisions(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#count * REVISION_BYTES));
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * size);
    larger.set(this.#bytes.subarray(0, this.#count * REVISION_BYTES));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer, larger.byteOffset, larger.length);
  }
}
