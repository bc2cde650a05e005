import { createHash } from 'node:crypto';
import { type Digest, digest } from '../record/ids.ts';

/** Bytes of one `room`. */
export const ROOM_BYTES = 256 * 1024;

/** The SHA-256 of bytes that are on their way from one place to another. */
export interface HashStream {
  /** Memory for the next bytes, at most `ROOM_BYTES`. */
  room(): Uint8Array;
  /** The first `length` bytes of the room are the next ones. They may be read, but not changed, until the next `room`. */
  push(length: number): void;
  /** Of all that was pushed; null: it is not known. The stream is over. */
  digest(): Digest | null;
  /** Nobody wants to know. */
  abandon(): void;
}

/** Hashes in the caller's thread. */
export function hashStreamHere(): HashStream {
  const hash = createHash('sha256');
  const room = new Uint8Array(ROOM_BYTES);
  return {
    room: () => room,
    push: (length) => {
      hash.update(room.subarray(0, length));
    },
    digest: () => digest(hash.digest('hex')),
    abandon: () => {},
  };
}
