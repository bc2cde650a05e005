import { giveSlabs, slabsOf } from '../../platform/slabs.ts';
import { digest, recordId } from '../../record/ids.ts';
import {
  CHUNK,
  CHUNK_LIST,
  CONTENT_ITEMS_LIMIT,
  CONTENT_PAYLOAD_LIMIT,
  type MessageOf,
  PIECE_LAST,
  PIECE_SPLICE,
} from '../protocol/messages.ts';
import type { ContentAsked, ContentGiven, SharedCollection } from './shared-collection.ts';

/** Bytes that were read for a peer and have not left: while there are more, its next request waits. */
const MOST_READ_AHEAD = 16 << 20;
/** What requests of a peer that wait take in memory, about: those beyond it are refused. Honest ones never come near it. */
const MOST_ASKED = 32 << 20;
const ITEM_BYTES = 512;
/** However little may be sent: a frame with less in it is mostly header. */
const LEAST_FRAME = 1024;

interface Reply {
  readonly req: number;
  readonly given: readonly (ContentGiven | null)[];
  item: number;
  offset: number;
}

/** The giving side: reads what was asked for and cuts it into frames, as fast as the session lets them go. */
export class ContentReplies {
  readonly #queue: Reply[] = [];
  readonly #ready: () => void;
  readonly #refuse: (message: MessageOf<'CONTENT_NO'>) => void;
  #work: Promise<void> = Promise.resolve();
  /** Of what was read, bytes that have not left. */
  #unsent = 0;
  /** What the requests that wait take in memory, about. */
  #asked = 0;
  /** A request waits until some of it has. */
  #goOn: (() => void) | null = null;
  #isOver = false;

  constructor(ready: () => void, refuse: (message: MessageOf<'CONTENT_NO'>) => void) {
    this.#ready = ready;
    this.#refuse = refuse;
  }

  /**
   * Requests are answered in order, one at a time, and none is read for while much that was read before has not left: a peer that asks and takes
   * nothing costs no more memory than that.
   */
  answer(shared: SharedCollection, message: MessageOf<'CONTENT_WANT'>): Promise<void> {
    const asked = message.items.map(
      (item): ContentAsked => ({
        digest: digest(item.digest),
        kind: item.kind === CHUNK ? 'chunk' : item.kind === CHUNK_LIST ? 'chunk-list' : 'content',
        hint: item.hint === null ? null : recordId(item.hint),
        base: item.base === null ? null : digest(item.base),
      }),
    );
    const cost = costOf(message);
    if (this.#asked + cost > MOST_ASKED) {
      this.#refuse(refusalOf(message, 'busy'));
      return Promise.resolve();
    }
    this.#asked += cost;
    this.#work = this.#work.then(async () => {
      if (this.#unsent >= MOST_READ_AHEAD) await this.#room();
      this.#asked -= cost;
      if (this.#isOver) return;
      const given = await shared.giveContent(asked).catch(() => asked.map(() => null));
      const missing = given.flatMap((each, item) => (each === null ? [{ item, code: 'not-here' }] : []));
      if (missing.length > 0) this.#refuse({ is: 'CONTENT_NO', req: message.req, items: missing });
      if (missing.length < given.length && !this.#isOver) {
        this.#queue.push({ req: message.req, given, item: 0, offset: 0 });
        this.#unsent += given.reduce((sum, each) => sum + (each?.bytes.length ?? 0), 0);
      }
      this.#ready();
    });
    return this.#work;
  }

  /** The link ended: nothing is read any more. */
  end(): void {
    this.#isOver = true;
    this.#queue.length = 0;
    this.#goOn?.();
  }

  /** Resolves once there is room again. */
  #room(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.#goOn = () => {
        this.#goOn = null;
        resolve();
      };
    });
  }
  #left(bytes: number): void {
    this.#unsent -= bytes;
    if (this.#unsent < MOST_READ_AHEAD) this.#goOn?.();
  }

  /** The next frame, of `most` bytes of content and no more than a frame takes, and what to do once its bytes have left. */
  next(
    most: number = CONTENT_PAYLOAD_LIMIT,
  ): { readonly message: MessageOf<'CONTENT'>; readonly sent: () => void } | null {
    const reply = this.#queue[0];
    if (reply === undefined) return null;
    const pieces: MessageOf<'CONTENT'>['pieces'][number][] = [];
    const data: Uint8Array[] = [];
    const limit = Math.max(LEAST_FRAME, Math.min(CONTENT_PAYLOAD_LIMIT, Math.floor(most)));
    let room = limit;
    while (reply.item < reply.given.length && room > 0 && pieces.length < CONTENT_ITEMS_LIMIT) {
      const given = reply.given[reply.item];
      if (given === null || given === undefined) {
        reply.item++;
        continue;
      }
      const length = Math.min(room, given.bytes.length - reply.offset);
      const last = reply.offset + length === given.bytes.length;
      data.push(given.bytes.subarray(reply.offset, reply.offset + length));
      pieces.push({
        item: reply.item,
        offset: reply.offset,
        length,
        total: given.bytes.length,
        flags: (last ? PIECE_LAST : 0) | (given.splice ? PIECE_SPLICE : 0),
      });
      room -= length;
      if (last) {
        reply.item++;
        reply.offset = 0;
      } else reply.offset += length;
    }
    this.#left(limit - room);
    const isLast = reply.given.slice(reply.item).every((each) => each === null);
    if (isLast) this.#queue.shift();
    if (pieces.length === 0) return this.next(most);
    const sent = (): void => {
      if (isLast) giveSlabs(slabsOf(reply.given.flatMap((given) => given?.bytes ?? [])));
    };
    return { message: { is: 'CONTENT', req: reply.req, pieces, data }, sent };
  }
}

/** Nothing of a request is given. */
export function refusalOf({ req, items }: MessageOf<'CONTENT_WANT'>, code: string): MessageOf<'CONTENT_NO'> {
  return { is: 'CONTENT_NO', req, items: items.map((_, item) => ({ item, code })) };
}

/** What a request takes in memory while it waits, about. */
function costOf({ items }: MessageOf<'CONTENT_WANT'>): number {
  return items.reduce((sum, { hint }) => sum + ITEM_BYTES + 2 * (hint?.length ?? 0), 0);
}
