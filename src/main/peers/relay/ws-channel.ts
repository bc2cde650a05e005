import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { RelayError } from './relay-error.ts';
import type { RelayChannel } from './relay-session.ts';

/** A member that is not there, or an invitation nobody listens for. */
const NOBODY = 4404;
/** Longer writes are several frames: relays and the other end take no longer ones than 1 MiB. */
const FRAME = 256 * 1024;

/**
 * The bytes of a WebSocket's binary frames, both ways, each slowed by the other end. Made before the socket is open: a frame that arrives
 * with the opening would be lost otherwise.
 */
class WsChannel extends Duplex implements RelayChannel {
  bytesRead = 0;
  bytesWritten = 0;
  readonly #socket: WebSocket;
  readonly #relay: string;

  constructor(socket: WebSocket, relay: string) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#relay = relay;
    socket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', (code) => this.#closed(code));
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      this.destroy(new RelayError('relay-refused', `The relay ${this.#relay} sends text into a channel.`, this.#relay));
      return;
    }
    this.bytesRead += data.length;
    if (!this.push(data)) this.#socket.pause();
  }

  #closed(code: number): void {
    if (code === NOBODY) this.destroy(new RelayError('relay-offline', 'Nobody listens there now.', this.#relay));
    else this.push(null);
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    this.bytesWritten += chunk.length;
    let at = 0;
    for (; chunk.length - at > FRAME; at += FRAME) this.#socket.send(chunk.subarray(at, at + FRAME), { binary: true });
    this.#socket.send(chunk.subarray(at), { binary: true }, written);
  }
  /** What waits is one frame: fewer of them, and fewer waits. */
  override _writev(parts: readonly { readonly chunk: Buffer }[], written: (error?: Error | null) => void): void {
    this._write(Buffer.concat(parts.map(({ chunk }) => chunk)), 'binary', written);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.close();
    done();
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }
}

/** The channel, once its socket is open. Fails where that does not come to be, or `signal` ends it. */
export function openChannel(socket: WebSocket, relay: string, signal: AbortSignal): Promise<RelayChannel> {
  const channel = new WsChannel(socket, relay);
  return new Promise((resolve, reject) => {
    const done = (how: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      channel.off('error', fail);
      how();
    };
    // An error nobody listens for would end the program; whoever is given the channel listens for its own.
    channel.on('error', () => {});
    const fail = (error: unknown): void => done(() => reject(error));
    const onAbort = (): void => {
      channel.destroy();
      fail(signal.reason);
    };
    channel.on('error', fail);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    socket.once('open', () => done(() => resolve(channel)));
  });
}
