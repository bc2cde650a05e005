import { Duplex } from 'node:stream';

/** One end of a channel in memory, counted as a relay's. */
export class ChannelEnd extends Duplex {
  bytesRead = 0;
  bytesWritten = 0;
  other: ChannelEnd | null = null;
  readonly #carry: (chunk: Buffer) => Buffer;
  #taken: (() => void) | null = null;

  constructor(carry: (chunk: Buffer) => Buffer) {
    super({ allowHalfOpen: false });
    this.#carry = carry;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = null;
    taken?.();
  }
  arrive(chunk: Buffer, taken: () => void): void {
    this.bytesRead += chunk.length;
    if (this.push(chunk)) taken();
    else this.#taken = taken;
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    this.bytesWritten += chunk.length;
    const carried = this.#carry(Buffer.from(chunk));
    process.nextTick(() => {
      if (this.other?.destroyed === false) this.other.arrive(carried, () => written());
      else written();
    });
  }
  override _final(done: (error?: Error | null) => void): void {
    process.nextTick(() => this.other?.push(null));
    done();
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    process.nextTick(() => {
      if (this.other?.destroyed === false) this.other.push(null);
    });
    done(error);
  }
}

/** Both ends of a channel; `carry` is whoever carries it, and may look and change. */
export function channelPair(carry: (chunk: Buffer) => Buffer = (chunk) => chunk): readonly [ChannelEnd, ChannelEnd] {
  const pair = [new ChannelEnd(carry), new ChannelEnd(carry)] as const;
  pair[0].other = pair[1];
  pair[1].other = pair[0];
  return pair;
}
