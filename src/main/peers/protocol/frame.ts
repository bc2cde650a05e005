import { plainBytes } from './canonical-cbor.ts';

/**
 * Frames: `u32 length | u8 type | u16 headerLength | header (CBOR) | payload`, big-endian; `length` counts what follows it.
 * Pure: bytes in, frames or a fault out.
 */

/** What a linked peer may send in one frame: 1 MiB of payload and a full header. */
export const FRAME_LIMIT = 1024 * 1024 + 64 * 1024;
const HEADER_LIMIT = 64 * 1024 - 1;
/** What a peer may send before HELLO_OK, and a stranger in a pairing session. */
export const GREETING_LIMIT = 4096;

/** A buffer that is used again takes a full frame of content; frames much smaller get their own. */
const SPARE_BYTES = 320 * 1024;
const FIXED = 3;
const LENGTH_BYTES = 4;
const NOTHING = new Uint8Array(0);

export interface Frame {
  readonly type: number;
  /** Encoded CBOR. */
  readonly header: Uint8Array;
  /** May share memory with the chunk it arrived in. */
  readonly payload: Uint8Array;
}
/** Takes a frame; true: it keeps nothing of it. */
type Tell = (frame: Frame) => unknown;
export interface FrameFault {
  readonly is: 'frame-fault';
  readonly code: 'frame-too-long' | 'frame-too-short' | 'header-too-long';
}

/** The frame as parts to be sent one after the other; payload parts are not copied. Throws RangeError above the limits. */
export function encodeFrame(type: number, header: Uint8Array, payload: readonly Uint8Array[] = []): Uint8Array[] {
  let length = FIXED + header.length;
  for (const part of payload) length += part.length;
  if (header.length > HEADER_LIMIT) throw new RangeError(`frame header of ${header.length} bytes`);
  if (length > FRAME_LIMIT) throw new RangeError(`frame of ${length} bytes`);
  const head = new Uint8Array(LENGTH_BYTES + FIXED + header.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, length);
  view.setUint8(4, type);
  view.setUint16(5, header.length);
  head.set(header, LENGTH_BYTES + FIXED);
  return [head, ...payload.filter((part) => part.length > 0)];
}

/**
 * Cuts a stream of chunks into frames. A frame that lies whole in one chunk is given as views of it; any other is gathered once into a
 * buffer of its own, so every byte is copied at most once whatever the sizes. Chunks that are not lent must not be changed afterwards.
 * Where `tell` returns true, nothing of the frame is kept, and that buffer serves for another.
 */
export class FrameDecoder {
  #limit: number;
  #fault: FrameFault | null = null;
  #stopped: boolean = false;
  readonly #lengthBytes = new Uint8Array(LENGTH_BYTES);
  #lengthHeld = 0;
  #gathering: Uint8Array | null = null;
  #gathered = 0;
  #spare: ArrayBuffer | null = null;

  constructor(limit: number = GREETING_LIMIT) {
    this.#limit = limit;
  }

  /** Holds from the next frame on, also within the chunk at hand. */
  setLimit(limit: number): void {
    this.#limit = limit;
  }

  /** Bytes that are here of a frame that is not whole; 0 between two frames. */
  get gathered(): number {
    return this.#gathering === null ? 0 : this.#gathered;
  }

  /** Drops what is left, also of the chunk at hand. */
  stop(): void {
    this.#stopped = true;
    this.#gathering = null;
    this.#spare = null;
  }

  /** Tells each frame `arrived` completes. A fault ends the stream: it is returned again whatever follows. */
  push(arrived: Uint8Array, tell: Tell, lent = false): FrameFault | null {
    const chunk = plainBytes(arrived);
    let at = 0;
    while (!this.#stopped && this.#fault === null && at < chunk.length) {
      if (this.#gathering !== null) at = this.#gather(chunk, at, tell);
      else if (this.#lengthHeld > 0 || chunk.length - at < LENGTH_BYTES) at = this.#holdLength(chunk, at);
      else at = this.#direct(chunk, at, tell, lent);
    }
    return this.#fault;
  }

  #direct(chunk: Uint8Array, at: number, tell: Tell, lent: boolean): number {
    const length = readLength(chunk, at);
    if (!this.#accept(length)) return chunk.length;
    const start = at + LENGTH_BYTES;
    if (chunk.length - start >= length) {
      this.#tell(lent ? chunk.slice(start, start + length) : chunk.subarray(start, start + length), tell);
      return start + length;
    }
    this.#begin(length);
    return start;
  }

  #holdLength(chunk: Uint8Array, at: number): number {
    const take = Math.min(LENGTH_BYTES - this.#lengthHeld, chunk.length - at);
    this.#lengthBytes.set(chunk.subarray(at, at + take), this.#lengthHeld);
    this.#lengthHeld += take;
    if (this.#lengthHeld < LENGTH_BYTES) return at + take;
    this.#lengthHeld = 0;
    const length = readLength(this.#lengthBytes, 0);
    if (this.#accept(length)) this.#begin(length);
    return at + take;
  }

  #begin(length: number): void {
    this.#gathered = 0;
    if (length > SPARE_BYTES || length < SPARE_BYTES / 4) this.#gathering = new Uint8Array(length);
    else {
      this.#gathering = new Uint8Array(this.#spare ?? new ArrayBuffer(SPARE_BYTES), 0, length);
      this.#spare = null;
    }
  }

  #gather(chunk: Uint8Array, at: number, tell: Tell): number {
    const whole = this.#gathering as Uint8Array;
    const take = Math.min(whole.length - this.#gathered, chunk.length - at);
    whole.set(chunk.subarray(at, at + take), this.#gathered);
    this.#gathered += take;
    if (this.#gathered === whole.length) {
      this.#gathering = null;
      if (this.#tell(whole, tell) && whole.buffer.byteLength === SPARE_BYTES && !this.#stopped)
        this.#spare = whole.buffer as ArrayBuffer;
    }
    return at + take;
  }

  #accept(length: number): boolean {
    if (length < FIXED) this.#fault = { is: 'frame-fault', code: 'frame-too-short' };
    else if (length > this.#limit) this.#fault = { is: 'frame-fault', code: 'frame-too-long' };
    return this.#fault === null;
  }

  #tell(body: Uint8Array, tell: Tell): boolean {
    const headerLength = ((body[1] as number) << 8) | (body[2] as number);
    const headerEnd = FIXED + headerLength;
    if (headerEnd > body.length) {
      this.#fault = { is: 'frame-fault', code: 'header-too-long' };
      return false;
    }
    const done = tell({
      type: body[0] as number,
      header: body.subarray(FIXED, headerEnd),
      payload: headerEnd === body.length ? NOTHING : body.subarray(headerEnd),
    });
    return done === true;
  }
}

function readLength(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) * 0x1000000 +
    (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  );
}
