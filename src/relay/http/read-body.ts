import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../main/platform/clock.ts';
import { Refusal } from '../rules/refusal.ts';
import type { Room } from '../rules/room.ts';

/** A body that does not come on for so long is given up. */
const IDLE_MS = 20_000;

/** Receives the bodies of requests, as much at once as there is room for. */
export class Bodies {
  readonly #clock: Clock;
  readonly #room: Room;

  constructor(clock: Clock, room: Room) {
    this.#clock = clock;
    this.#room = room;
  }

  /** Bytes a request says it will send; null: it does not say. Refuses what says it is more than `most`. */
  announced(request: IncomingMessage, most: number): number | null {
    const text = request.headers['content-length'];
    if (text === undefined) return null;
    const length = Number(text);
    if (length > most) throw tooLarge(most);
    return length;
  }

  /** The body. Refuses more than `most` bytes as soon as they come, who stops sending, and what there is no room for. */
  async read(request: IncomingMessage, most: number): Promise<Buffer> {
    const length = this.announced(request, most) ?? most;
    const release = this.#room.take(request.socket.remoteAddress ?? '', length);
    try {
      return await this.#receive(request, length);
    } finally {
      release();
    }
  }

  /** `most`: as much as it said, or as it may be. Each piece has its place at once: a pack is not in memory twice. */
  #receive(request: IncomingMessage, most: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const whole = Buffer.allocUnsafe(most);
      let size = 0;
      let cancel = (): void => {};
      const settle = (): void => {
        cancel();
        request.off('data', take).off('end', end).off('close', gone).off('error', gone);
      };
      const fail = (refusal: Refusal): void => {
        settle();
        request.pause();
        reject(refusal);
      };
      const wait = (): void => {
        cancel();
        cancel = this.#clock.after(IDLE_MS, () =>
          fail(new Refusal('too-slow', 'the rest of the request did not come')),
        );
      };
      const take = (piece: Buffer): void => {
        if (size + piece.length > most) {
          fail(tooLarge(most));
          return;
        }
        size += piece.copy(whole, size);
        wait();
      };
      const end = (): void => {
        settle();
        resolve(whole.subarray(0, size));
      };
      const gone = (): void => fail(new Refusal('bad-request', 'the connection ended before the request did'));
      request.on('data', take).on('end', end).on('close', gone).on('error', gone);
      wait();
    });
  }
}

/** The JSON of a body. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal('bad-request', 'the request is no JSON');
  }
}

const tooLarge = (most: number): Refusal => new Refusal('too-large', `this takes at most ${most} bytes`);
