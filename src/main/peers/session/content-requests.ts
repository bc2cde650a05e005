import type { Clock } from '../../platform/clock.ts';
import { Retry, type RetryPace } from '../../platform/retry.ts';
import { SLAB_BYTES, takeSlab } from '../../platform/slabs.ts';
import { LONGEST_PART } from '../../record/content-reference.ts';
import {
  CHUNK,
  CHUNK_LIST,
  CONTENT_ITEMS_LIMIT,
  type MessageOf,
  PIECE_LAST,
  PIECE_SPLICE,
  WHOLE_CONTENT,
} from '../protocol/messages.ts';
import type { ContentAsked } from './shared-collection.ts';
import { type SilencePort, SilenceWatch } from './silence-watch.ts';

/** The reader's limits, whatever a peer says an item's length is. */
const LONGEST_CONTENT = 4 << 20;
const LONGEST_CHUNK_LIST = 64 << 20;
/** A peer that is silent is asked for something once more after so long. */
const SILENT: RetryPace = { first: 10 * 60_000, most: 60 * 60_000 };
/** What came after all is kept so long for who asks for it again. */
const LATE_KEPT_MS = 2 * 60_000;

const KINDS = { content: WHOLE_CONTENT, chunk: CHUNK, 'chunk-list': CHUNK_LIST } as const;

export interface Fetched {
  readonly bytes: Uint8Array;
  readonly splice: boolean;
}

/** What the requests of one link ask of it. */
export interface RequestsPort extends SilencePort {
  readonly clock: Clock;
  send(message: MessageOf<'CONTENT_WANT'>): void;
  /** The peer sends nothing of what it was asked for, or does so again. */
  silenceChanged(isSilent: boolean): void;
}

/** Something a peer was asked for, as far as it is here. */
interface Item {
  readonly key: string;
  readonly limit: number;
  readonly request: Request;
  bytes: Uint8Array | null;
  got: number;
  isSplice: boolean;
  isOpen: boolean;
  /** Who waits for it. */
  readonly asks: Set<Ask>;
}
interface Request {
  readonly h: number;
  readonly items: Item[];
  /** Chunks come into slabs; null: contents, of which each is used by itself. */
  readonly room: { slab: SharedArrayBuffer | null; used: number } | null;
  /** Items still to come. */
  open: number;
  /** Whoever asked waits no longer. Its slabs are still written to: what is given of them is a copy. */
  isLate: boolean;
  /** What was asked for after it came, so what is open of it was left out. */
  isPassed: boolean;
}
interface Ask {
  readonly items: readonly Item[];
  /** Items still to come. */
  open: number;
  resolve(items: readonly (Fetched | null)[]): void;
}

/**
 * The asking side: requests out, pieces in, whole contents to whoever asked. What arrives is not verified here.
 *
 * A peer that sends nothing for a minute is silent: nobody waits for it any more, and it is asked for nothing else, but for one request now and
 * then. What it was asked for stays asked for: it is taken when it comes after all, and given to who asks for it again. So however slow a peer
 * is, nothing of what it sends is sent twice.
 */
export class ContentRequests {
  readonly #port: RequestsPort;
  readonly #watch: SilenceWatch;
  readonly #requests = new Map<number, Request>();
  readonly #asks = new Set<Ask>();
  /** What nobody waits for any more: to come, or here and not asked for again so far. */
  readonly #late = new Map<string, Item>();
  #next = 1;
  #ended = false;
  /** `tried`: it is silent, and was asked for something once more just now. */
  #peer: 'answers' | 'silent' | 'tried' = 'answers';
  readonly #retry = new Retry(SILENT);

  constructor(port: RequestsPort) {
    this.#port = port;
    this.#watch = new SilenceWatch(port.clock, port, () => this.#fellSilent());
  }

  /** Does the peer send nothing of what it was asked for? */
  get isSilent(): boolean {
    return this.#peer !== 'answers';
  }

  /** null: the peer does not have it, is silent, or the link ended before it was whole. Same order. */
  ask(h: number, asked: readonly ContentAsked[]): Promise<readonly (Fetched | null)[]> {
    if (asked.length > CONTENT_ITEMS_LIMIT) throw new RangeError(`${asked.length} contents in one request`);
    if (this.#ended || asked.length === 0) return Promise.resolve(asked.map(() => null));
    const isTry = this.isSilent;
    if (this.#peer === 'tried' || (isTry && this.#retry.dueIn(this.#port.clock.now()) > 0))
      return Promise.resolve(asked.map((want) => this.#giveLate(keyOf(h, want))));
    const request = newRequest(h, asked);
    const news: ContentAsked[] = [];
    const items = asked.map((want) => {
      const late = this.#late.get(keyOf(h, want));
      // A silent peer may have lost what it was asked for.
      if (late !== undefined && !(isTry && late.isOpen)) return late;
      const item = newItem(request, want);
      request.items.push(item);
      news.push(want);
      return item;
    });
    request.open = news.length;
    const answered = this.#wait(items);
    if (news.length > 0) {
      if (isTry) this.#peer = 'tried';
      this.#send(request, news);
    }
    return answered;
  }

  #wait(items: readonly Item[]): Promise<readonly (Fetched | null)[]> {
    return new Promise((resolve) => {
      const ask = { items, open: 0, resolve };
      this.#asks.add(ask);
      for (const item of items) {
        if (!item.isOpen || item.asks.has(ask)) continue;
        item.asks.add(ask);
        ask.open++;
      }
      if (ask.open === 0) this.#answer(ask);
      else this.#watch.begin();
    });
  }

  #send(request: Request, asked: readonly ContentAsked[]): void {
    const req = this.#next++;
    this.#requests.set(req, request);
    this.#port.send({
      is: 'CONTENT_WANT',
      h: request.h,
      req,
      items: asked.map(({ digest, kind, hint, base }) => ({ digest, kind: KINDS[kind], offset: 0, hint, base })),
    });
  }

  /** false: nobody asked for this, or it is not what was asked for. */
  take(message: MessageOf<'CONTENT'>): boolean {
    const request = this.#requests.get(message.req);
    if (request === undefined) return false;
    this.#passOver(message.req);
    for (const [at, piece] of message.pieces.entries()) {
      const data = message.data[at] as Uint8Array;
      const item = request.items[piece.item];
      if (item?.isOpen !== true || piece.total > item.limit) return false;
      if (item.got !== piece.offset || piece.offset + data.length > piece.total) return false;
      item.bytes ??= memoryIn(request, piece.total);
      if (item.bytes.length !== piece.total) return false;
      item.bytes.set(data, piece.offset);
      item.got += data.length;
      const isLast = (piece.flags & PIECE_LAST) !== 0;
      if (isLast && item.got !== piece.total) return false;
      if (isLast) {
        item.isSplice = (piece.flags & PIECE_SPLICE) !== 0;
        this.#settle(message.req, item);
      }
      if (isLast || data.length > 0) this.#moved();
    }
    return true;
  }

  refuse(message: MessageOf<'CONTENT_NO'>): void {
    const request = this.#requests.get(message.req);
    for (const { item: at } of request === undefined ? [] : message.items) {
      const item = request?.items[at];
      if (item?.isOpen !== true) continue;
      item.bytes = null;
      this.#settle(message.req, item);
      this.#moved();
    }
  }

  /** The two share a collection no longer, or anew: what was asked for in it nobody waits for. It may be under way. */
  forget(h: number): void {
    for (const request of this.#requests.values()) if (request.h === h) this.#leave(request);
    for (const [key, { request }] of this.#late) if (request.h === h) this.#late.delete(key);
    this.#rest();
  }

  /** What came whole is given: a link that is cut again and again brings more each time. */
  end(): void {
    this.#ended = true;
    for (const ask of [...this.#asks]) this.#answer(ask);
    this.#requests.clear();
    this.#late.clear();
    this.#watch.end();
  }

  /** Contents come in the order in which they were asked for: what is open of the requests before this one was left out, and may be asked for anew. */
  #passOver(req: number): void {
    for (const [number, request] of this.#requests) {
      if (number >= req) return;
      if (request.isPassed) continue;
      request.isPassed = true;
      this.#leave(request);
      for (const { key } of request.items) if (this.#late.get(key)?.request === request) this.#late.delete(key);
    }
  }

  #fellSilent(): void {
    this.#peer = 'silent';
    this.#retry.failed(this.#port.clock.now());
    for (const request of this.#requests.values()) if (!request.isPassed) this.#leave(request);
    this.#port.silenceChanged(true);
  }

  #moved(): void {
    this.#watch.moved();
    if (!this.isSilent) return;
    this.#peer = 'answers';
    this.#retry.ended();
    this.#port.silenceChanged(false);
  }

  /** Nobody waits for it any more. What came whole is given. */
  #leave(request: Request): void {
    request.isLate = true;
    for (const item of request.items) {
      if (!item.isOpen) continue;
      this.#late.set(item.key, item);
      for (const ask of [...item.asks]) this.#answer(ask);
    }
  }

  #settle(req: number, item: Item): void {
    const { request, key } = item;
    item.isOpen = false;
    if (--request.open === 0) this.#requests.delete(req);
    if (this.#late.get(key) === item) this.#keepLate(item);
    for (const ask of [...item.asks]) {
      item.asks.delete(ask);
      if (--ask.open === 0) this.#answer(ask);
    }
    this.#rest();
  }

  /** It came after all. */
  #keepLate(item: Item): void {
    const forget = (): void => {
      if (this.#late.get(item.key) === item) this.#late.delete(item.key);
    };
    if (item.bytes === null || item.asks.size > 0) forget();
    else this.#port.clock.after(LATE_KEPT_MS, forget);
  }

  #giveLate(key: string): Fetched | null {
    const item = this.#late.get(key);
    if (item === undefined || item.isOpen) return null;
    this.#late.delete(key);
    return fetchedOf(item);
  }

  #answer(ask: Ask): void {
    this.#asks.delete(ask);
    for (const item of ask.items) {
      item.asks.delete(ask);
      if (!item.isOpen && this.#late.get(item.key) === item) this.#late.delete(item.key);
    }
    ask.resolve(ask.items.map(fetchedOf));
  }

  #rest(): void {
    if (this.#asks.size === 0) this.#watch.end();
  }
}

function newRequest(h: number, asked: readonly ContentAsked[]): Request {
  const isChunks = asked.every(({ kind }) => kind === 'chunk');
  return { h, items: [], room: isChunks ? { slab: null, used: 0 } : null, open: 0, isLate: false, isPassed: false };
}

function newItem(request: Request, want: ContentAsked): Item {
  const [key, limit] = [keyOf(request.h, want), limitOf(want)];
  return { key, limit, request, bytes: null, got: 0, isSplice: false, isOpen: true, asks: new Set() };
}

const keyOf = (h: number, { kind, digest, base }: ContentAsked): string => `${h} ${kind} ${digest} ${base ?? ''}`;

function fetchedOf({ isOpen, bytes, isSplice: splice, request }: Item): Fetched | null {
  if (isOpen || bytes === null) return null;
  return { bytes: request.isLate && request.room !== null ? new Uint8Array(bytes) : bytes, splice };
}

/** A request is batched by the sizes it names: so many bytes are let in for it, and no more for one of them than it is to be. */
function limitOf({ kind, size = 0 }: ContentAsked): number {
  if (kind === 'chunk-list') return LONGEST_CHUNK_LIST;
  return kind === 'content' ? Math.max(LONGEST_CONTENT, Math.min(size, LONGEST_PART)) : LONGEST_CONTENT;
}

function memoryIn({ room }: Request, length: number): Uint8Array {
  if (room === null || length > SLAB_BYTES) return new Uint8Array(length);
  if (room.slab === null || room.used + length > SLAB_BYTES) {
    room.slab = takeSlab();
    room.used = 0;
  }
  room.used += length;
  return new Uint8Array(room.slab, room.used - length, length);
}
