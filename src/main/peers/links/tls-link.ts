import type { TLSSocket } from 'node:tls';
import type { Descriptor } from '../identity/descriptor.ts';
import { plainBytes } from '../protocol/canonical-cbor.ts';
import { Outgoing } from './outgoing.ts';
import type { ByteLink, PeerLink, StrangerLink } from './peer-link.ts';
import { Signal } from './signal.ts';

/** Queued bytes from which a sender is asked to wait. */
const HIGH_WATER = 1024 * 1024;
/** And until which it waits: there is always something to encrypt. */
const LOW_WATER = HIGH_WATER / 2;
/**
 * Who is sent so much in memory without taking it is left. Bulk waits long before that; what is said besides, and every answer to what a peer asks,
 * would else fill the memory for one that only asks.
 */
const MOST_QUEUED = 64 * 1024 * 1024;
/** How long what is queued may take to leave once the link is closed. */
const FLUSH_MS = 5000;

const READ_BYTES = 64 * 1024;

/**
 * Reads a connection we opened into one buffer (`onread` of `tls.connect`; the sockets a server is given have no such thing). A new
 * buffer for each 16 KiB, and the garbage collection they cause, cost more than twice what decrypting does.
 */
export class ReadBuffer {
  readonly onread = {
    buffer: new Uint8Array(READ_BYTES),
    callback: (length: number, buffer: Uint8Array): boolean => this.#take(buffer.subarray(0, length)),
  };
  readonly #early: Uint8Array[] = [];
  #receive: ((chunk: Uint8Array, lent: boolean) => void) | null = null;

  /** From now on `receive` gets what is read, and what was read before. */
  tell(receive: (chunk: Uint8Array, lent: boolean) => void): void {
    this.#receive = receive;
    for (const chunk of this.#early.splice(0)) receive(chunk, false);
  }

  /** false: no more, please. */
  #take(chunk: Uint8Array): boolean {
    if (this.#receive === null) this.#early.push(chunk.slice());
    else this.#receive(chunk, true);
    return this.#receive !== null;
  }
}

/** What a TLS connection runs over. */
export interface Below {
  /** As of `ByteLink`. */
  readonly address: string;
  readonly dialled: boolean;
  /** Whose bytes count. */
  readonly counts: { readonly bytesRead: number; readonly bytesWritten: number };
  /** What reads the connection; null: its `data` does. */
  readonly reads: ReadBuffer | null;
}

/** A TLS connection whose other end was judged already. */
class TlsLink implements ByteLink {
  readonly address: string;
  readonly dialled: boolean;
  readonly #socket: TLSSocket;
  readonly #counts: Below['counts'];
  readonly #reads: ReadBuffer | null;
  readonly #outgoing: Outgoing;
  readonly #drained = new Signal<void>();
  readonly #closed = new Signal<string>();
  #reason: string | null = null;
  #ended: boolean = false;
  /** A sender was asked to wait. */
  #isFull: boolean = false;

  constructor(socket: TLSSocket, { address, dialled, counts, reads }: Below) {
    this.#socket = socket;
    this.#counts = counts;
    this.#reads = reads;
    this.#outgoing = new Outgoing(
      (bytes, written) => socket.write(bytes, (error) => written(error == null)),
      () => this.#written(),
    );
    this.dialled = dialled;
    this.address = address;
    socket.setNoDelay(true);
    socket.on('error', () => this.#end('lost'));
    socket.on('end', () => this.#end('closed-by-peer'));
    socket.on('close', () => this.#end('lost'));
  }

  get bytesIn(): number {
    return this.#counts.bytesRead;
  }
  get bytesOut(): number {
    return this.#counts.bytesWritten;
  }

  send(frame: Uint8Array | readonly Uint8Array[], sent?: () => void): boolean {
    if (this.#ended || this.#reason !== null) return false;
    const parts = frame instanceof Uint8Array ? [frame] : frame;
    for (const [at, part] of parts.entries()) this.#outgoing.push(part, at === parts.length - 1 ? sent : undefined);
    this.#isFull ||= this.#outgoing.waiting >= HIGH_WATER;
    if (this.#outgoing.memory > MOST_QUEUED) this.#leave('takes-nothing');
    return !this.#isFull;
  }

  /** Nothing is sent any more. Its listeners hear of it later: whoever sends may be in the middle of something. */
  #leave(reason: string): void {
    this.#reason = reason;
    queueMicrotask(() => {
      this.#socket.destroy();
      this.#end(reason);
    });
  }

  #written(): void {
    if (this.#ended) {
      if (this.#outgoing.waiting === 0) this.#socket.end();
    } else if (this.#isFull && this.#outgoing.waiting < LOW_WATER) {
      this.#isFull = false;
      this.#drained.tell();
    }
  }

  onFrames(receive: (chunk: Uint8Array, lent: boolean) => void): void {
    if (this.#reads !== null) {
      this.#reads.tell((chunk, lent) => receive(plainBytes(chunk), lent));
      this.#socket.resume();
      return;
    }
    this.#socket.removeAllListeners('data');
    this.#socket.on('data', (chunk: Uint8Array) => receive(plainBytes(chunk), false));
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }
  onDrain(listener: () => void): () => void {
    return this.#drained.on(listener);
  }
  onClose(listener: (reason: string) => void): () => void {
    if (!this.#ended) return this.#closed.on(listener);
    const reason = this.#reason ?? 'lost';
    queueMicrotask(() => listener(reason));
    return () => {};
  }

  close(reason: string): void {
    if (this.#reason !== null || this.#ended) return;
    this.#reason = reason;
    this.#socket.removeAllListeners('data');
    this.#reads?.tell(() => undefined);
    // Read on, or the end of the peer would never be seen.
    this.#socket.resume();
    // The peer's own end closes the socket once the last bytes left; a peer that takes none is not waited for.
    const cut = setTimeout(() => this.#socket.destroy(), FLUSH_MS);
    cut.unref();
    this.#socket.once('close', () => clearTimeout(cut));
    if (this.#outgoing.waiting === 0) this.#socket.end();
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason ??= reason;
    // After our own close the queue still has to leave; otherwise there is nobody to send to.
    if (reason === 'lost' || reason === 'closed-by-peer') this.#socket.destroy();
    this.#closed.tell(this.#reason);
  }

  exporter(label: string, length: number): Uint8Array {
    return new Uint8Array(this.#socket.exportKeyingMaterial(length, label, Buffer.alloc(0)));
  }
}

/** A link to a device that is known by its descriptor. */
export class TlsPeerLink extends TlsLink implements PeerLink {
  readonly descriptor: Descriptor;
  constructor(socket: TLSSocket, below: Below, descriptor: Descriptor) {
    super(socket, below);
    this.descriptor = descriptor;
  }
  get peer() {
    return this.descriptor.id;
  }
}

/** A link to somebody of whom nothing is known but the key TLS has proven. */
export class TlsStrangerLink extends TlsLink implements StrangerLink {
  readonly spki: Uint8Array;
  constructor(socket: TLSSocket, below: Below, spki: Uint8Array) {
    super(socket, below);
    this.spki = spki;
  }
}
