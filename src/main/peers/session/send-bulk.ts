import type { Clock } from '../../platform/clock.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { RateLimit } from './rate-limit.ts';

/** Bulk that may not go now is tried again after this long at the latest. */
const LATEST_RETRY_MS = 30_000;
/** What this device's limit lets pass in so long goes in one frame of content: whoever waits for it sees that more comes. */
const FRAME_MS = 5000;

export interface BulkPort {
  /** Bytes of bulk to all peers together. */
  readonly up: RateLimit;
  /** Is this a time at which bulk may be exchanged? */
  mayExchange(): boolean;
  /** Content that was asked for, of no more bytes than `most`, and what is called once it has left; null: none waits. */
  nextContent(most: number): { readonly message: MessageOf<'CONTENT'>; readonly sent: () => void } | null;
  /** null: the peer was sent all. `forward`: as `OpenedCollection.nextPackages`. */
  nextPackages(forward: boolean): MessageOf<'PACKAGE'> | null;
  /** As `ByteLink.send`. */
  send(message: MessageOf<'CONTENT'> | MessageOf<'PACKAGE'>, sent?: () => void): boolean;
  /** Nothing is left to be sent. */
  allSent(): void;
}

/** Sends bulk to a peer as long as its credit, the socket and the limits of this device allow: content that was asked for, then packages. */
export class SendBulk {
  readonly #clock: Clock;
  readonly #port: BulkPort;
  #credit: number;
  #isSending = false;
  #isPlanned = false;
  #isOver = false;

  constructor(credit: number, clock: Clock, port: BulkPort) {
    this.#credit = credit;
    this.#clock = clock;
    this.#port = port;
  }

  /** The link ended. */
  end(): void {
    this.#isOver = true;
  }

  /** The peer may be sent so many bytes more. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.go();
  }

  /** What waits may go now, for whatever reason. `forward`: as `nextPackages`. */
  go(forward = false): void {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#credit > 0 && !this.#isOver && this.#mayGo()) {
        const content = this.#port.nextContent(this.#port.up.in(FRAME_MS));
        const message = content?.message ?? this.#port.nextPackages(forward);
        if (message === null) {
          this.#port.allSent();
          return;
        }
        const parts = message.is === 'CONTENT' ? message.data : message.packages;
        const bytes = parts.reduce((sum, part) => sum + part.length, 0);
        this.#credit -= bytes;
        this.#port.up.passed(bytes, this.#clock.now());
        if (!this.#port.send(message, content?.sent)) return;
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** The device's own limits; where they hold, bulk goes on later. */
  #mayGo(): boolean {
    const wait = this.#port.mayExchange() ? this.#port.up.delay(this.#clock.now()) : LATEST_RETRY_MS;
    if (wait > 0) this.#goIn(Math.min(wait, LATEST_RETRY_MS));
    return wait === 0;
  }

  #goIn(milliseconds: number): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.after(milliseconds, () => {
      this.#isPlanned = false;
      this.go();
    });
  }
}
