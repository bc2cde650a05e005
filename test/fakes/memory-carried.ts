import { type Descriptor, parseDescriptor } from '../../src/main/peers/identity/descriptor.ts';
import {
  type ByteLink,
  type CarriedChannel,
  type CarriedTransport,
  type PeerLink,
  RELAYED,
  type StrangerLink,
} from '../../src/main/peers/links/peer-link.ts';
import { Signal } from '../../src/main/peers/links/signal.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';
import { exported } from './link-bytes.ts';

/**
 * Links inside channels, as TLS would make them, without its cost and its chance: each end says who it is, and is believed. `serial` gives
 * another number each time, from which both ends of a channel make what only they know.
 */
export function memoryCarried(owner: Descriptor, serial: () => number): CarriedTransport {
  const shake = async (channel: CarriedChannel, word: string, signal: AbortSignal): Promise<Shaken> => {
    const own = `${word} ${serial()} ${Buffer.from(owner.bytes).toString('hex')}`;
    channel.write(`${own}\n`);
    const theirs = await firstLine(channel, signal);
    const [said, , hex = ''] = theirs.split(' ');
    const peer = parseDescriptor(new Uint8Array(Buffer.from(hex, 'hex')));
    if (said !== word || peer === null) {
      channel.destroy();
      throw new LockstepError('unreachable', 'no answer through the relay', RELAYED);
    }
    return { peer, secret: [own, theirs].sort().join() };
  };
  return {
    async link(channel, expect, { dialled }, signal): Promise<PeerLink> {
      const { peer, secret } = await shake(channel, 'link', signal);
      if (peer.id !== expect.id) {
        channel.destroy();
        throw new LockstepError('wrong-peer', 'another device answers through the relay', expect.id);
      }
      return Object.assign(new CarriedEnd(channel, dialled, secret), { peer: peer.id, descriptor: peer });
    },
    async linkStranger(channel, { serves }, signal): Promise<StrangerLink> {
      const { peer, secret } = await shake(channel, 'pair', signal);
      return Object.assign(new CarriedEnd(channel, !serves, secret), { spki: peer.tls });
    },
  };
}

interface Shaken {
  readonly peer: Descriptor;
  readonly secret: string;
}

/** What comes after the line stays in the channel. */
function firstLine(channel: CarriedChannel, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = Buffer.alloc(0);
    const done = (how: () => void): void => {
      channel.off('readable', read).off('close', fail).off('error', fail);
      signal.removeEventListener('abort', fail);
      how();
    };
    const fail = (): void =>
      done(() => {
        channel.on('error', () => undefined);
        channel.destroy();
        reject(new LockstepError('unreachable', 'no answer through the relay', RELAYED));
      });
    const read = (): void => {
      for (let chunk = channel.read() as Buffer | null; chunk !== null; chunk = channel.read() as Buffer | null) {
        line = Buffer.concat([line, chunk]);
        const end = line.indexOf(10);
        if (end === -1) continue;
        done(() => {
          if (end + 1 < line.length) channel.unshift(line.subarray(end + 1));
          resolve(String(line.subarray(0, end)));
        });
        return;
      }
    };
    channel.on('readable', read).on('close', fail).on('error', fail);
    signal.addEventListener('abort', fail);
    if (signal.aborted) fail();
    else read();
  });
}

class CarriedEnd implements ByteLink {
  readonly address = RELAYED;
  readonly dialled: boolean;
  readonly #channel: CarriedChannel;
  readonly #secret: string;
  readonly #drained = new Signal<void>();
  readonly #closed = new Signal<string>();
  #receive: ((chunk: Uint8Array, lent: boolean) => void) | null = null;
  #reason: string | null = null;

  constructor(channel: CarriedChannel, dialled: boolean, secret: string) {
    this.#channel = channel;
    this.dialled = dialled;
    this.#secret = secret;
    channel.on('drain', () => this.#drained.tell());
    channel.on('error', () => this.#end('lost'));
    channel.on('end', () => this.#end('closed-by-peer'));
    channel.on('close', () => this.#end('lost'));
  }
  get bytesIn(): number {
    return this.#channel.bytesRead;
  }
  get bytesOut(): number {
    return this.#channel.bytesWritten;
  }
  send(frame: Uint8Array | readonly Uint8Array[], sent?: () => void): boolean {
    if (this.#reason !== null) return false;
    const chunk = frame instanceof Uint8Array ? Buffer.from(frame) : Buffer.concat(frame);
    const isRoom = this.#channel.write(chunk);
    sent?.();
    return isRoom;
  }
  onFrames(receive: (chunk: Uint8Array, lent: boolean) => void): void {
    const isFirst = this.#receive === null;
    this.#receive = receive;
    if (isFirst) this.#channel.on('data', (chunk: Buffer) => this.#receive?.(new Uint8Array(chunk), false));
  }
  pause(): void {
    this.#channel.pause();
  }
  resume(): void {
    this.#channel.resume();
  }
  onDrain(listener: () => void): () => void {
    return this.#drained.on(listener);
  }
  onClose(listener: (reason: string) => void): () => void {
    const reason = this.#reason;
    if (reason === null) return this.#closed.on(listener);
    queueMicrotask(() => listener(reason));
    return () => {};
  }
  close(reason: string): void {
    if (this.#reason !== null) return;
    this.#receive = () => undefined;
    this.#channel.end();
    this.#channel.resume();
    this.#end(reason);
  }
  #end(reason: string): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#closed.tell(reason);
  }
  exporter(label: string, length: number): Uint8Array {
    return exported(this.#secret, label, length);
  }
}
