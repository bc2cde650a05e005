import { createHash } from 'node:crypto';
import { type Digest, digest } from '../record/ids.ts';
import { type HashStream, ROOM_BYTES } from './hash-stream.ts';

const ROOMS = 16;
const DIGEST_BYTES = 32;
/** Where in `control` what is counted; behind them the length of each room, or how the stream ended. */
const PUSHED = 0;
const HASHED = 1;
const DONE = 2;
const LENGTHS = 3;
const END = 0;
const ABANDONED = -1;

/** Memory that two threads share: rooms that one fills and the other hashes. */
export interface HashRing {
  readonly control: Int32Array;
  readonly rooms: Uint8Array;
  readonly digest: Uint8Array;
}

/** Shared memory for one stream, with nothing in it yet. */
export function makeHashRing(): HashRing {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * (LENGTHS + ROOMS))),
    rooms: new Uint8Array(new SharedArrayBuffer(ROOMS * ROOM_BYTES)),
    digest: new Uint8Array(new SharedArrayBuffer(DIGEST_BYTES)),
  };
}

/**
 * The filling end. It waits for a room until the other end has hashed one; an end that does nothing for `patience` milliseconds is
 * given up, and the digest is not known then.
 */
export class RingFiller implements HashStream {
  readonly #ring: HashRing;
  readonly #patience: number;
  #pushed = 0;
  #spare: Uint8Array | null = null;

  constructor(ring: HashRing, patience: number) {
    this.#ring = ring;
    this.#patience = patience;
  }

  room(): Uint8Array {
    const { control, rooms } = this.#ring;
    while (this.#spare === null) {
      const hashed = Atomics.load(control, HASHED);
      if (this.#pushed - hashed < ROOMS) {
        const at = (this.#pushed % ROOMS) * ROOM_BYTES;
        return rooms.subarray(at, at + ROOM_BYTES);
      }
      if (Atomics.wait(control, HASHED, hashed, this.#patience) === 'timed-out')
        this.#spare = new Uint8Array(ROOM_BYTES);
    }
    return this.#spare;
  }

  push(length: number): void {
    if (length > 0) this.#put(length);
  }

  digest(): Digest | null {
    this.room();
    this.#put(END);
    const { control, digest: bytes } = this.#ring;
    if (this.#spare !== null || Atomics.wait(control, DONE, 0, this.#patience) === 'timed-out') return null;
    return digest(Buffer.from(bytes).toString('hex'));
  }

  abandon(): void {
    this.room();
    this.#put(ABANDONED);
  }

  #put(length: number): void {
    if (this.#spare !== null) return;
    const { control } = this.#ring;
    control[LENGTHS + (this.#pushed % ROOMS)] = length;
    Atomics.store(control, PUSHED, ++this.#pushed);
    Atomics.notify(control, PUSHED);
  }
}

/** The hashing end, in a thread of its own: returns once the stream is over, or nothing came for `patience` milliseconds. */
export function hashRing({ control, rooms, digest: into }: HashRing, patience: number): void {
  const hash = createHash('sha256');
  for (let hashed = 0; ; ) {
    if (Atomics.wait(control, PUSHED, hashed, patience) === 'timed-out') return;
    const length = control[LENGTHS + (hashed % ROOMS)] as number;
    if (length === ABANDONED) return;
    if (length === END) break;
    const at = (hashed % ROOMS) * ROOM_BYTES;
    hash.update(rooms.subarray(at, at + length));
    Atomics.store(control, HASHED, ++hashed);
    Atomics.notify(control, HASHED);
  }
  into.set(hash.digest());
  Atomics.store(control, DONE, 1);
  Atomics.notify(control, DONE);
}
