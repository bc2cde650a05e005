import type { ByteLink } from '../links/peer-link.ts';
import { Signal } from '../links/signal.ts';
import { decodeMessage } from '../protocol/decode-message.ts';
import { encodeMessage } from '../protocol/encode-message.ts';
import { FRAME_LIMIT, type Frame, FrameDecoder, GREETING_LIMIT } from '../protocol/frame.ts';
import type { Message, MessageName } from '../protocol/messages.ts';
import { MovedBulk } from './moved-bulk.ts';

/** What may be said at this point. `greeting`: until HELLO_OK. `pairing`: with a stranger who is invited. */
export type Stage = 'greeting' | 'linked' | 'pairing';

const GREETING: ReadonlySet<MessageName> = new Set(['HELLO', 'HELLO_OK', 'ERROR', 'BYE']);
const PAIRING: ReadonlySet<MessageName> = new Set([
  'HELLO',
  'PAIR_COMMIT',
  'PAIR_R',
  'PAIR_I',
  'PAIR_ABORT',
  'JOIN',
  'OFFER',
  'PAIR_CONFIRM',
  'ADMIT',
  'DENY',
]);

function mayBeSaid(stage: Stage, name: MessageName): boolean {
  if (stage === 'greeting') return GREETING.has(name);
  if (stage === 'pairing') return PAIRING.has(name);
  return !PAIRING.has(name) && name !== 'HELLO_OK';
}

/**
 * Messages over a link: whole, checked, and only those that belong to the stage it is at. A peer that sends anything else is told
 * and closed (`protocol-error`). PING is answered here.
 */
export class MessageStream<L extends ByteLink = ByteLink> {
  readonly link: L;
  readonly moved = new MovedBulk();
  readonly #decoder = new FrameDecoder(GREETING_LIMIT);
  readonly #faulted = new Signal<string>();
  readonly #early: Message[] = [];
  #receive: ((message: Message) => void) | null = null;
  #stage: Stage;
  #closed: boolean = false;
  #isBroken: boolean = false;

  constructor(link: L, stage: Stage) {
    this.link = link;
    this.#stage = stage;
    // What arrived before the peer closed may still be received.
    link.onClose(() => this.#decoder.stop());
    link.onFrames((chunk, lent) => this.#take(chunk, lent));
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** One end told the other that it broke the protocol. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Bytes that are here of a frame that is not whole; 0 between two frames. */
  get arriving(): number {
    return this.#decoder.gathered;
  }

  /** From now on the peer may say what belongs to a link, in frames of full size. */
  becomeLinked(): void {
    this.#stage = 'linked';
    this.#decoder.setLimit(FRAME_LIMIT);
  }
  /** For the ADMIT that a person may have allowed by now: it carries the membership log. */
  allowFullFrames(): void {
    this.#decoder.setLimit(FRAME_LIMIT);
  }

  /** As `ByteLink.send`. */
  send(message: Message, sent?: () => void): boolean {
    if (this.#closed) return false;
    this.moved.went(message);
    return this.link.send(encodeMessage(message), sent);
  }

  /** Who takes the messages; null: they wait, and the peer with them. */
  receive(receiver: ((message: Message) => void) | null): void {
    this.#receive = receiver;
    while (this.#early.length > 0 && this.#receive !== null && !this.#closed)
      this.#receive(this.#early.shift() as Message);
    if (this.#closed) return;
    if (this.#receive === null) this.link.pause();
    else this.link.resume();
  }

  onDrain(listener: () => void): () => void {
    return this.link.onDrain(listener);
  }
  onClose(listener: (reason: string) => void): () => void {
    return this.link.onClose(listener);
  }
  /** The peer broke the protocol; the link is closed right after. */
  onFault(listener: (detail: string) => void): () => void {
    return this.#faulted.on(listener);
  }

  /** Says good-bye and closes. `retryAfter`: seconds. */
  close(reason: string, retryAfter = 0): void {
    if (this.#closed) return;
    if (this.#stage !== 'pairing') this.send({ is: 'BYE', reason: reason.slice(0, 64), retryAfter });
    this.#stop();
    this.link.close(reason);
  }

  /** Ends the link because of what the peer sent. */
  fault(detail: string): void {
    if (this.#closed) return;
    this.#isBroken = true;
    this.#faulted.tell(detail);
    if (this.#stage !== 'pairing') {
      this.send({ is: 'ERROR', code: 'protocol-error', text: detail.slice(0, 256).toWellFormed(), fatal: true });
    }
    this.#stop();
    this.link.close('protocol-error');
  }

  #stop(): void {
    this.#closed = true;
    this.#decoder.stop();
    this.#early.length = 0;
  }

  #take(chunk: Uint8Array, lent: boolean): void {
    const fault = this.#decoder.push(chunk, (frame) => this.#frame(frame), lent);
    if (fault !== null) this.fault(fault.code);
  }

  /** true: nothing of the frame is kept. */
  #frame(frame: Frame): boolean {
    const message = decodeMessage(frame);
    if (message.is === 'malformed') this.fault(`${message.code}: ${message.detail}`);
    else if (message.is === 'ignored') this.#passOver();
    else if (!mayBeSaid(this.#stage, message.is)) this.fault(`${message.is} is out of place`);
    else if (message.is === 'PING') this.send({ is: 'PONG', n: message.n });
    else if (message.is !== 'PONG') {
      this.moved.came(message);
      if (message.is === 'ERROR' && message.fatal) this.#isBroken = true;
      return this.#deliver(message) && message.is === 'CONTENT';
    }
    return false;
  }

  #passOver(): void {
    if (this.#stage !== 'linked') this.fault('unknown message before the link');
  }

  /** true: it was taken. Content is copied out of its frame by whoever takes it. */
  #deliver(message: Message): boolean {
    if (this.#receive !== null) {
      this.#receive(message);
      return true;
    }
    this.#early.push(message);
    this.link.pause();
    return false;
  }
}
