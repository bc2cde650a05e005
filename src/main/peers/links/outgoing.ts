/** Parts shorter than this are written together with what follows. */
const SHORT = 16 * 1024;
/** And no more than this is copied for it. */
const GATHERED = 64 * 1024;
/** What a part takes in memory besides its bytes, about. */
const PART_BYTES = 256;

interface Part {
  readonly bytes: Uint8Array;
  readonly sent: (() => void) | null;
}

/**
 * What waits to be written to a TLS socket. Given several buffers at once, the socket copies them all into new memory before it encrypts
 * them, which costs more than the encryption: so it is given one at a time. Parts that follow each other in memory are one, and short
 * ones are gathered: fewer records, fewer packets.
 */
export class Outgoing {
  readonly #write: (bytes: Uint8Array, written: (isWritten: boolean) => void) => void;
  readonly #progress: () => void;
  readonly #parts: Part[] = [];
  #next = 0;
  #waiting = 0;
  #isWriting = false;
  #isPlanned = false;

  /** `write` takes one buffer, which it may read until it calls back; `progress` is told after each that was written. */
  constructor(write: (bytes: Uint8Array, written: (isWritten: boolean) => void) => void, progress: () => void) {
    this.#write = write;
    this.#progress = progress;
  }

  /** Bytes that are not written yet. */
  get waiting(): number {
    return this.#waiting;
  }
  /** What that takes in memory, about: many short parts take more than their bytes. */
  get memory(): number {
    return this.#waiting + PART_BYTES * (this.#parts.length - this.#next);
  }

  /** `sent`: the memory of the part is not needed any more. Writing begins once the program yields, so that what is pushed together leaves together. */
  push(bytes: Uint8Array, sent: (() => void) | null = null): void {
    this.#parts.push({ bytes, sent });
    this.#waiting += bytes.length;
    if (this.#isPlanned || this.#isWriting) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#writeNext();
    });
  }

  #writeNext(): void {
    if (this.#isWriting || this.#next === this.#parts.length) return;
    this.#isWriting = true;
    const { bytes, parts } = this.#take();
    this.#write(bytes, (isWritten) => {
      // What is behind cannot leave either.
      if (!isWritten) return;
      this.#isWriting = false;
      this.#waiting -= bytes.length;
      for (const { sent } of parts) sent?.();
      this.#writeNext();
      this.#progress();
    });
  }

  /** The next bytes to be written as one, and the parts they are. */
  #take(): { readonly bytes: Uint8Array; readonly parts: readonly Part[] } {
    const from = this.#next;
    let bytes = (this.#parts[this.#next++] as Part).bytes;
    for (let more = this.#peek(); more !== null && follows(bytes, more); more = this.#peek()) {
      bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + more.length);
      this.#next++;
    }
    if (bytes.length < SHORT) bytes = this.#gather(bytes);
    const parts = this.#parts.slice(from, this.#next);
    this.#letGo();
    return { bytes, parts };
  }

  /** What was taken is let go of as soon as it is the most of it: who sends without a pause never comes to the end. */
  #letGo(): void {
    if (2 * this.#next <= this.#parts.length) return;
    this.#parts.splice(0, this.#next);
    this.#next = 0;
  }

  #gather(first: Uint8Array): Uint8Array {
    const gathered = [first];
    let length = first.length;
    for (
      let more = this.#peek();
      more !== null && more.length < SHORT && length + more.length <= GATHERED;
      more = this.#peek()
    ) {
      gathered.push(more);
      length += more.length;
      this.#next++;
    }
    return gathered.length === 1 ? first : Buffer.concat(gathered, length);
  }

  #peek(): Uint8Array | null {
    return this.#parts[this.#next]?.bytes ?? null;
  }
}

function follows(bytes: Uint8Array, more: Uint8Array): boolean {
  return bytes.buffer === more.buffer && bytes.byteOffset + bytes.length === more.byteOffset;
}
