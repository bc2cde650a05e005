import { Duplex } from 'node:stream';

/** How a channel in memory carries. */
export interface Carrier {
  /** Whoever carries it may look, and change. */
  readonly carry: (chunk: Buffer) => Buffer;
  /** Calls some time later, at least once the program has yielded. */
  readonly later: (call: () => void) => void;
}

/** One end of a channel in memory, counted as a relay's. Each write waits until it has arrived and was taken: nothing overtakes. */
export class ChannelEnd extends Duplex {
  bytesRead = 0;
  bytesWritten = 0;
  other: ChannelEnd | null = null;
  readonly #carrier: Carrier;
  #taken: (() => void) | null = null;
  #hasEnded: boolean = false;

  constructor(carrier: Carrier) {
    super({ allowHalfOpen: false });
    this.#carrier = carrier;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = null;
    taken?.();
  }
  arrive(chunk: Buffer, taken: () => void): void {
    if (this.#hasEnded) return;
    this.bytesRead += chunk.length;
    if (this.push(chunk)) taken();
    else this.#taken = taken;
  }
  /** The other end is gone. */
  endsHere(): void {
    if (this.#hasEnded || this.destroyed) return;
    this.#hasEnded = true;
    this.push(null);
  }
  /** Whoever has this end is no more: nothing is told there, and nothing goes out. */
  fallSilent(): void {
    this.removeAllListeners();
    this.on('error', () => undefined);
    this.other = null;
    this.#hasEnded = true;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    this.bytesWritten += chunk.length;
    const carried = this.#carrier.carry(Buffer.from(chunk));
    this.#carrier.later(() => {
      if (this.other?.destroyed === false) this.other.arrive(carried, () => written());
      else written();
    });
  }
  override _final(done: (error?: Error | null) => void): void {
    this.#carrier.later(() => this.other?.endsHere());
    done();
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#carrier.later(() => this.other?.endsHere());
    done(error);
  }
}

/** Both ends of a channel. */
export function channelPair({
  carry = (chunk) => chunk,
  later = (call) => process.nextTick(call),
}: Partial<Carrier> = {}): readonly [ChannelEnd, ChannelEnd] {
  const pair = [new ChannelEnd({ carry, later }), new ChannelEnd({ carry, later })] as const;
  pair[0].other = pair[1];
  pair[1].other = pair[0];
  return pair;
}
