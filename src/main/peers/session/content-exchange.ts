import { giveSlabs, SLAB_BYTES, slabsOf, takeSlab } from '../../platform/slabs.ts';
import { LONGEST_PART } from '../../record/content-reference.ts';
import { digest, recordId } from '../../record/ids.ts';
import {
  CHUNK,
  CHUNK_LIST,
  CONTENT_ITEMS_LIMIT,
  CONTENT_PAYLOAD_LIMIT,
  type MessageOf,
  PIECE_LAST,
  PIECE_SPLICE,
  WHOLE_CONTENT,
} from '../protocol/messages.ts';
import type { ContentAsked, ContentGiven, SharedCollection } from './shared-collection.ts';

/** The reader's limits, whatever a peer says an item's length is. */
const LONGEST_CONTENT = 4 << 20;
const LONGEST_CHUNK_LIST = 64 << 20;
/** Bytes that were read for a peer and have not left: while there are more, its next request waits. */
const MOST_READ_AHEAD = 16 << 20;
/** What requests of a peer that wait take in memory, about: those beyond it are refused. Honest ones never come near it. */
const MOST_ASKED = 32 << 20;
const ITEM_BYTES = 512;

export interface Fetched {
  readonly bytes: Uint8Array;
  readonly splice: boolean;
}

interface Asking {
  readonly limits: readonly number[];
  readonly items: (Uint8Array | null)[];
  readonly splices: boolean[];
  readonly got: number[];
  /** Chunks come into slabs; null: contents, of which each is used by itself. */
  readonly room: { slab: SharedArrayBuffer | null; used: number } | null;
  /** Items still to come. */
  readonly open: Set<number>;
  resolve(items: readonly (Fetched | null)[]): void;
}

/** The asking side: requests out, pieces in, whole contents to whoever asked. What arrives is not verified here. */
export class ContentRequests {
  readonly #send: (message: MessageOf<'CONTENT_WANT'>) => void;
  readonly #asking = new Map<number, Asking>();
  #next = 1;
  #ended = false;

  constructor(send: (message: MessageOf<'CONTENT_WANT'>) => void) {
    this.#send = send;
  }

  /** null: the peer does not have it, or the link ended before it was whole. */
  ask(h: number, asked: readonly ContentAsked[]): Promise<readonly (Fetched | null)[]> {
    if (asked.length > CONTENT_ITEMS_LIMIT) throw new RangeError(`${asked.length} contents in one request`);
    if (this.#ended || asked.length === 0) return Promise.resolve(asked.map(() => null));
    const req = this.#next++;
    return new Promise((resolve) => {
      this.#asking.set(req, {
        limits: asked.map(limitOf),
        items: asked.map(() => null),
        splices: asked.map(() => false),
        got: asked.map(() => 0),
        room: asked.every((each) => each.kind === 'chunk') ? { slab: null, used: 0 } : null,
        open: new Set(asked.keys()),
        resolve,
      });
      const kinds = { content: WHOLE_CONTENT, chunk: CHUNK, 'chunk-list': CHUNK_LIST } as const;
      this.#send({
        is: 'CONTENT_WANT',
        h,
        req,
        items: asked.map((each) => ({
          digest: each.digest,
          kind: kinds[each.kind],
          offset: 0,
          hint: each.hint,
          base: each.base,
        })),
      });
    });
  }

  /** false: nobody asked for this, or it is not what was asked for. */
  take(message: MessageOf<'CONTENT'>): boolean {
    const asking = this.#asking.get(message.req);
    if (asking === undefined) return false;
    for (const [at, piece] of message.pieces.entries()) {
      const data = message.data[at] as Uint8Array;
      if (!asking.open.has(piece.item) || piece.total > (asking.limits[piece.item] ?? 0)) return false;
      if (asking.got[piece.item] !== piece.offset || piece.offset + data.length > piece.total) return false;
      let whole = asking.items[piece.item];
      if (whole === null || whole === undefined) {
        whole = memoryIn(asking, piece.total);
        asking.items[piece.item] = whole;
      }
      if (whole.length !== piece.total) return false;
      whole.set(data, piece.offset);
      asking.got[piece.item] = piece.offset + data.length;
      if ((piece.flags & PIECE_LAST) === 0) continue;
      if (asking.got[piece.item] !== piece.total) return false;
      asking.splices[piece.item] = (piece.flags & PIECE_SPLICE) !== 0;
      this.#settle(message.req, asking, piece.item);
    }
    return true;
  }

  refuse(message: MessageOf<'CONTENT_NO'>): void {
    const asking = this.#asking.get(message.req);
    if (asking === undefined) return;
    for (const { item } of message.items) {
      if (!asking.open.has(item)) continue;
      asking.items[item] = null;
      this.#settle(message.req, asking, item);
    }
  }

  /** What came whole is given: a link that is cut again and again brings more each time. */
  end(): void {
    this.#ended = true;
    for (const asking of this.#asking.values()) {
      for (const item of asking.open) asking.items[item] = null;
      answer(asking);
    }
    this.#asking.clear();
  }

  #settle(req: number, asking: Asking, item: number): void {
    asking.open.delete(item);
    if (asking.open.size > 0) return;
    this.#asking.delete(req);
    answer(asking);
  }
}

function answer({ items, splices, resolve }: Asking): void {
  resolve(items.map((bytes, at) => (bytes === null ? null : { bytes, splice: splices[at] === true })));
}

/** A request is batched by the sizes it names: so many bytes are let in for it, and no more for one of them than it is to be. */
function limitOf({ kind, size = 0 }: ContentAsked): number {
  if (kind === 'chunk-list') return LONGEST_CHUNK_LIST;
  return kind === 'content' ? Math.max(LONGEST_CONTENT, Math.min(size, LONGEST_PART)) : LONGEST_CONTENT;
}

function memoryIn({ room }: Asking, length: number): Uint8Array {
  if (room === null || length > SLAB_BYTES) return new Uint8Array(length);
  if (room.slab === null || room.used + length > SLAB_BYTES) {
    room.slab = takeSlab();
    room.used = 0;
  }
  room.used += length;
  return new Uint8Array(room.slab, room.used - length, length);
}

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
      this.#refuse({ is: 'CONTENT_NO', req: message.req, items: asked.map((_, item) => ({ item, code: 'busy' })) });
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

  /** The next frame, and what to do once its bytes have left. */
  next(): { readonly message: MessageOf<'CONTENT'>; readonly sent: () => void } | null {
    const reply = this.#queue[0];
    if (reply === undefined) return null;
    const pieces: MessageOf<'CONTENT'>['pieces'][number][] = [];
    const data: Uint8Array[] = [];
    let room = CONTENT_PAYLOAD_LIMIT;
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
    this.#left(CONTENT_PAYLOAD_LIMIT - room);
    const isLast = reply.given.slice(reply.item).every((each) => each === null);
    if (isLast) this.#queue.shift();
    if (pieces.length === 0) return this.next();
    const sent = (): void => {
      if (isLast) giveSlabs(slabsOf(reply.given.flatMap((given) => given?.bytes ?? [])));
    };
    return { message: { is: 'CONTENT', req: reply.req, pieces, data }, sent };
  }
}

/** What a request takes in memory while it waits, about. */
function costOf({ items }: MessageOf<'CONTENT_WANT'>): number {
  return items.reduce((sum, { hint }) => sum + ITEM_BYTES + 2 * (hint?.length ?? 0), 0);
}
