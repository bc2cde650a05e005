import type { CollectionId, MemberKey } from '../../src/main/record/ids.ts';
import { answerRequest, type CameRequest } from '../../src/relay/http/answer-request.ts';
import type { RelayRole } from '../../src/relay/http/routes.ts';
import { RelayService } from '../../src/relay/relay-service.ts';
import type { RelayMessage } from '../../src/relay/rules/event-hub.ts';
import { LIMITS, type RelayLimits } from '../../src/relay/rules/limits.ts';
import { REFUSAL_STATUS, Refusal } from '../../src/relay/rules/refusal.ts';
import type { LiveLine } from '../../src/relay/rules/splices.ts';
import type { DeviceClock } from './fake-clock.ts';
import { MemoryBlobs, MemoryRelayStore, type StoredGroup } from './memory-relay-store.ts';
import type { RelayNetwork } from './relay-network.ts';
import type { RelayEnd, RelayLine, RelaySocket } from './relay-socket.ts';
import { SeededRandom } from './seeded-random.ts';

export const RELAY_KEY = Buffer.alloc(32, 'relay').toString('base64url');
const TICK_MS = 5000;
const HOUR_MS = 3_600_000;
/** Longer than an item lies there for who does not come, or a pack that nobody renews. */
const AGES_MS = 32 * 24 * HOUR_MS;

interface Options {
  readonly key?: string;
  readonly origins: readonly string[];
  readonly role?: RelayRole;
  /** Where a relay that only tells locations says things are. */
  readonly storage?: string;
}
interface Answered {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

/** One relay: the product's, its sockets and its disk in memory. It may be stopped, restarted, and lose what it has. */
export class SimulatedRelay {
  readonly key: string;
  readonly role: RelayRole;
  /** What it takes for the time. */
  readonly wall: DeviceClock;
  /** Rates among them hold from its next start on. */
  readonly limits: { -readonly [Limit in keyof RelayLimits]: RelayLimits[Limit] } = { ...LIMITS };
  store = new MemoryRelayStore();
  blobs = new MemoryBlobs();
  /** What its disk has room for. */
  room: 'all' | 'no packs' | 'nothing' = 'all';
  /** Members can have channels to each other. */
  joins: boolean = true;
  isUp: boolean = true;
  /** How often it was started: what an earlier process was asked is answered by nobody. */
  starts = 0;
  readonly sockets = new Set<RelaySocket>();
  readonly faults: string[] = [];
  /** How often somebody asked for items. */
  itemsAsked = 0;
  /** The parts of packs that were asked for. */
  readonly partsAsked: { readonly offset: number; readonly length: number }[] = [];
  /** How many packs were put there, as requests go. */
  packsPut = 0;
  readonly #ends = new Set<RelayEnd>();
  readonly #options: Options;
  #service: RelayService;

  constructor(network: RelayNetwork, options: Options) {
    this.#options = options;
    this.key = options.key ?? RELAY_KEY;
    this.role = options.role ?? 'all';
    this.wall = network.clock.device();
    this.#service = this.#begin();
    const ticking = (): void => {
      if (this.isUp) this.#service.tick();
      network.clock.after(TICK_MS, ticking);
    };
    network.clock.after(TICK_MS, ticking);
  }

  #begin(): RelayService {
    const random = new SeededRandom(`relay ${this.starts++}`);
    return new RelayService({
      store: this.store,
      blobs: this.blobs,
      now: () => this.wall.now(),
      random,
      meter: { count: () => undefined },
      limits: this.limits,
      hasRoom: (kind) => this.room === 'all' || (this.room === 'no packs' && kind === 'rest'),
      key: this.key,
      origins: this.#options.origins,
      // What all have read goes when it is told to collect.
      keepMs: 0,
      storage: this.#options.storage ?? null,
      admission: null,
    });
  }

  // What happens to it

  /** `killed`: without a word to anybody. */
  stop(killed = false): void {
    if (!this.isUp) return;
    this.isUp = false;
    if (!killed) this.#service.close();
    for (const socket of this.sockets) socket.breakOff();
  }
  start(): void {
    if (this.isUp) return;
    this.isUp = true;
    this.#ends.clear();
    this.#service = this.#begin();
  }
  restart(killed = false): void {
    this.stop(killed);
    this.start();
  }

  /** Its disk is empty again. Who is an admin registers its groups anew. */
  loseEverything(): void {
    this.stop(true);
    this.store = new MemoryRelayStore();
    this.blobs = new MemoryBlobs();
    this.start();
  }
  /** Its disk is as it was when `copy` was made. */
  copy(): () => void {
    const [store, blobs] = [this.store.copy(), this.blobs.copy()];
    return () => {
      this.stop(true);
      this.store = store.copy();
      this.blobs = blobs.copy();
      this.start();
    };
  }

  /** Lets go of every item that all members have read; with `all` also of those that are not read, and of packs nobody renewed, for ages went by. */
  async collect(all = false): Promise<void> {
    if (all) this.wall.jump(AGES_MS);
    // What is marked goes the next time.
    for (let time = 0; time < 2; time++) await this.#service.collect();
  }

  // What lies there

  /** Bytes of items and packs that lie there. */
  get bytes(): number {
    const items = [...this.store.groups.values()].flatMap((group) => group.items.map(({ bytes }) => bytes));
    return [...items, ...this.blobs.everything()].reduce((sum, { length }) => sum + length, 0);
  }
  /** Everything that lies there, for who looks for what should not be readable. */
  *everything(): Generator<Uint8Array> {
    yield* this.blobs.everything();
    for (const { items, heads } of this.store.groups.values())
      for (const { bytes } of [...items, ...heads.values()]) yield bytes;
  }
  /** How many items were ever put there. */
  get posted(): number {
    return [...this.store.groups.values()].reduce((sum, { last }) => sum + last, 0);
  }
  group(id: CollectionId): StoredGroup | null {
    return this.store.groups.get(id) ?? null;
  }
  /** Registers a group as if somebody had done so before. */
  register(id: CollectionId, keys: readonly { readonly k: MemberKey; readonly admin: boolean }[]): Promise<boolean> {
    return this.store.createGroup(id, keys, this.wall.now(), '');
  }
  /** Channels that stand. */
  get channels(): number {
    return this.#service.open.splices;
  }
  /** Says this to everybody who listens. */
  tell(message: RelayMessage): void {
    for (const end of this.#ends) end.text(JSON.stringify(message));
  }

  // What it is asked

  async answer(
    request: Omit<CameRequest, 'announced' | 'read' | 'skip'> & { readonly body: Buffer },
  ): Promise<Answered> {
    this.#note(request);
    const { body } = request;
    try {
      const came = { ...request, announced: () => body.length, read: async () => body, skip: () => undefined };
      const answer = await answerRequest(this.#service, this.role, came);
      if (!('bytes' in answer)) return jsonAnswer(answer.status, answer.json ?? {});
      const pieces: Uint8Array[] = [];
      for await (const piece of answer.bytes) pieces.push(piece);
      const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, `${value}`]));
      return { status: answer.status, headers, body: Buffer.concat(pieces) };
    } catch (failure) {
      const refusal = failure instanceof Refusal ? failure : new Refusal('fault', 'the relay has a fault');
      if (refusal !== failure) this.faults.push(String((failure as Error).stack));
      const { code, message, data, retryAfter } = refusal;
      const answer = jsonAnswer(REFUSAL_STATUS[code], { error: { code, message }, ...data });
      return retryAfter === null ? answer : { ...answer, headers: { 'retry-after': `${retryAfter}` } };
    }
  }
  #note({
    method,
    url,
    range,
  }: {
    readonly method: string;
    readonly url: string;
    readonly range: string | undefined;
  }): void {
    if (method === 'GET' && url.includes('/items')) this.itemsAsked++;
    if (method === 'PUT' && url.includes('/packs/')) this.packsPut++;
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    if (first !== undefined) this.partsAsked.push({ offset: Number(first), length: Number(last) + 1 - Number(first) });
  }

  /** Opens a socket; `opened` gives its end, once nothing refuses it any more. Fails with a Refusal. */
  async serve(
    { path, bearer, from }: { readonly path: string; readonly bearer: string; readonly from: string },
    opened: () => RelayEnd,
  ): Promise<RelayLine> {
    const [, , kind, name = ''] = path.split('/');
    if (this.role === 'management') throw new Refusal('not-served', 'a relay that tells locations has no sockets');
    if (kind === 'events') return this.#events(this.#service.session(bearer), opened());
    if (kind === 'live') return this.#live(name, opened());
    const knocked = await this.#service.knock(from, name, bearer);
    const end = opened();
    if (knocked.is === 'heard') return this.#live(knocked.token, end);
    end.close(knocked.code);
    return deaf;
  }

  #events(session: ReturnType<RelayService['session']>, end: RelayEnd): RelayLine {
    this.#ends.add(end);
    const { came, closed } = this.#service.connectEvents(session, {
      send: (message) => end.text(JSON.stringify(message)),
      close: (code) => end.close(code),
    });
    return {
      came: (frame) => {
        const text = 'text' in frame ? frame.text : '';
        const { is, req } = JSON.parse(text);
        if (is === 'live' && !this.joins) end.text(JSON.stringify({ is: 'no', req, why: 'offline' }));
        else came(text);
      },
      closed: () => {
        this.#ends.delete(end);
        closed();
      },
    };
  }
  #live(token: string, end: RelayEnd): RelayLine {
    let line: LiveLine;
    try {
      line = this.#service.claimLive(token, {
        send: (bytes, sent) => end.bytes(bytes, sent),
        pause: () => end.pause(),
        resume: () => end.resume(),
        close: (code) => end.close(code),
      });
    } catch {
      end.close(4404);
      return deaf;
    }
    return { came: (frame) => 'bytes' in frame && line.came(frame.bytes), closed: () => line.closed() };
  }
}

const deaf: RelayLine = { came: () => undefined, closed: () => undefined };

const jsonAnswer = (status: number, value: unknown): Answered => ({
  status,
  headers: {},
  body: Buffer.from(JSON.stringify(value)),
});
