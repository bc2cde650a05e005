import type { ContentAsked, ContentGiven } from '../peers/session/shared-collection.ts';
import { isOfDatabase } from '../platform/database-trouble.ts';
import { Retry, type RetryPace } from '../platform/retry.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { DeviceId, MemberKey } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import type { RelayStore } from '../store/relay-store.ts';
import { ContentsAtRelay } from './contents-at-relay.ts';
import type { ExchangePort } from './exchange-port.ts';
import { FetchRelayed } from './fetch-relayed.ts';
import { NotPutUp, type RecordNotPutUp } from './not-put-up.ts';
import type { RelayStorage } from './patient-storage.ts';
import { PutUp } from './put-up.ts';
import { ItemReader } from './read-items.ts';
import { StandingsAtRelay } from './standings-at-relay.ts';

/** What was written is put up so much later: who is linked has it by then, and nothing is put up for it. */
const SETTLE_MS = 3000;
/** However often it is told that something is there, it is read no more often: a word costs who says it nothing. */
const READ_AGAIN_MS = 1000;
/** Outside the hours in which devices exchange it is asked so often whether they have begun. */
const LOOK_AGAIN_MS = 60_000;
const PACE: RetryPace = { first: 5000, most: 5 * 60_000 };

/** How the exchange through a relay goes, for people. */
export interface RelayedState {
  /** `level`: all that lies there is read, and whatever somebody lacks lies there. */
  readonly is: 'off' | 'offline' | 'working' | 'level' | 'trouble';
  /** Packages still to be put up. */
  readonly toPutUp: number;
  readonly trouble: LockstepError | null;
  /** Of what this device wrote: contents that members which are away lack, and that are not put up. */
  readonly notPutUp: readonly RecordNotPutUp[];
  /** This device, or a member that is away, finds no room there for contents. */
  readonly isFull: boolean;
}

/**
 * Passes one collection on through a relay to members that are away, and takes in what they left there (DESIGN 7). One run reads, puts up what
 * somebody lacks, and says how far this device is; there is one whenever something happened here or there.
 */
export class RelayExchange {
  readonly replica: Replica;
  readonly #store: RelayStore;
  readonly #port: ExchangePort;
  readonly #reader: ItemReader;
  readonly #standings: StandingsAtRelay;
  readonly #contents: ContentsAtRelay;
  readonly #fetched: FetchRelayed;
  readonly #putUp: PutUp;
  readonly #notPutUp: NotPutUp;
  #isRunning = false;
  /** Something was put there since it was read. */
  #isUnread = true;
  /** Members said something since it was heard. */
  #isUnheard = true;
  /** Nothing but operations of members was read since then. */
  #wasTakenOut = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};
  #dueAt = Number.POSITIVE_INFINITY;
  #cancelTidying: () => void = () => {};
  readonly #retry = new Retry(PACE);
  #trouble: LockstepError | null = null;
  #isLevel = false;
  #stopped = false;

  constructor(replica: Replica, store: RelayStore, port: ExchangePort) {
    this.replica = replica;
    this.#store = store;
    this.#port = port;
    this.#reader = new ItemReader(replica, store, port, (born) => this.#startAnew(born));
    this.#standings = new StandingsAtRelay(replica, store, port);
    this.#contents = new ContentsAtRelay(replica, store, port);
    this.#fetched = new FetchRelayed(replica, store, port);
    this.#notPutUp = new NotPutUp(replica, store, port.clock);
    this.#putUp = new PutUp({
      replica,
      store,
      port,
      contents: this.#contents,
      fetched: this.#fetched,
      standings: this.#standings,
    });
  }

  get state(): RelayedState {
    const trouble = this.#trouble ?? this.#contents.trouble;
    const is = (): RelayedState['is'] => {
      if (this.replica.membership.relay() === '') return 'off';
      if (this.#port.session() === null) return 'offline';
      if (trouble !== null) return 'trouble';
      return this.#isLevel && this.#dueAt === Number.POSITIVE_INFINITY && !this.#isRunning ? 'level' : 'working';
    };
    const isFull = trouble?.code === 'relay-quota' || this.#away().some(({ key }) => this.#standings.isFullFor(key));
    return { is: is(), toPutUp: this.#putUp.waiting, trouble, notPutUp: this.#notPutUpNow(trouble), isFull };
  }
  /** Where there is room again the rest is about to be put up. */
  #notPutUpNow(trouble: LockstepError | null): readonly RecordNotPutUp[] {
    return this.#notPutUp.records.filter(({ why }) => why === 'large' || trouble?.code === 'relay-quota');
  }

  /** Members that are not linked, and what they have applied of this device's log. */
  #away(): readonly { readonly key: MemberKey; readonly applied: number }[] {
    const { membership, memberPositions, collection } = this.replica;
    return membership.others().flatMap(({ device, memberKey: key }) => {
      if (key === null || this.#port.isLinked(device)) return [];
      return [{ key, applied: memberPositions.of(device).get(collection.stored.ownLog)?.applied ?? 0 }];
    });
  }

  /** Is this device at the relay, with all read that is there, and has the member been heard of there? What is known of it is as new as can be. */
  reaches(device: DeviceId): boolean {
    const key = this.replica.membership.memberKeyOf(device);
    return this.state.is === 'level' && key !== null && this.#store.member(key) !== null;
  }

  /** The relay lets this device in, now or again. */
  ready(): void {
    this.#retry.ended();
    this.#mayHaveMissed();
    this.#wake(0);
  }
  /** Something new lies there. */
  somethingThere(): void {
    this.#isUnread = true;
    this.#wakeToRead();
  }
  /** A member said how far it is. */
  somethingSaid(): void {
    this.#isUnheard = true;
    this.#wakeToRead();
  }
  #wakeToRead(): void {
    this.#wake(Math.max(0, this.#readAt + READ_AGAIN_MS - this.#port.clock.now()));
  }
  #mayHaveMissed(): void {
    this.#isUnread = true;
    this.#isUnheard = true;
  }
  /** Something was written or applied here, members came or went, or who is linked or at the relay. */
  changedHere(): void {
    this.#wake(SETTLE_MS);
  }
  /** A person asks: it looks at once, and what the relay or the line to it would not take is tried too. Resolves as `now`. */
  asked(): Promise<void> {
    this.#contents.tryNow();
    return this.now();
  }
  /** Looks at once; resolves when there is nothing to do any more, or nothing can be done. */
  now(): Promise<void> {
    this.#wake(0);
    return new Promise((resolve) => {
      this.#settled.push(resolve);
      this.#tellSettled();
    });
  }
  readonly #settled: (() => void)[] = [];
  /** The program ends: what was about to be put up is so at once. Resolves as `now`; at once where nothing is due. */
  finish(): Promise<void> {
    return this.#isDueSoon || this.#isRunning ? this.now() : Promise.resolve();
  }
  /** What is due much later waits for others, or for a relay that has no room. */
  get #isDueSoon(): boolean {
    const isSoon = this.#dueAt - this.#port.clock.now() <= SETTLE_MS;
    return isSoon && this.#port.session() !== null && this.#trouble === null;
  }
  #tellSettled(): void {
    if (!this.#stopped && (this.#isRunning || this.#isDueSoon)) return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  /** Nothing is begun any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#cancelTidying();
    this.#tellSettled();
  }

  /** Asks for contents that lie there; null for what does not. Never fails. Same order. */
  fetch(asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]> {
    return this.#fetched.fetch(asked);
  }

  #wake(after: number): void {
    if (this.#stopped || this.replica.membership.relay() === '') return;
    const at = this.#port.clock.now() + after;
    if (at >= this.#dueAt) return;
    this.#dueAt = at;
    if (!this.#isRunning) this.#plan();
  }

  #plan(): void {
    this.#cancel();
    const wait = Math.max(0, this.#dueAt - this.#port.clock.now());
    this.#cancel = this.#port.clock.after(wait, () => void this.#run());
  }

  async #run(): Promise<void> {
    const session = this.#port.session();
    this.#dueAt = Number.POSITIVE_INFINITY;
    const mayExchange = this.#port.mayExchange();
    if (session === null || this.#stopped || this.replica.collection.stored.paused || !mayExchange) {
      this.#tellSettled();
      if (!mayExchange) this.#wake(LOOK_AGAIN_MS);
      return;
    }
    this.#isRunning = true;
    const before = this.#done;
    try {
      await this.#exchange(session);
      this.#retry.ended();
      this.#trouble = null;
    } catch (error) {
      if (isOfDatabase(error)) this.#port.failed(error as Error);
      this.#mayHaveMissed();
      this.#isLevel = false;
      // A line that breaks off again and again passes something each time.
      if (this.#done > before) this.#retry.ended();
      this.#trouble = troubleOf(error);
      this.#wake(this.#retry.failed(this.#port.clock.now()));
    }
    this.#isRunning = false;
    if (this.#dueAt < Number.POSITIVE_INFINITY && !this.#stopped) this.#plan();
    this.#tellSettled();
    this.#port.changed();
  }

  /** More than before where something went up or came. */
  get #done(): number {
    return this.#contents.packsPut + this.#store.cursor;
  }

  async #exchange(session: RelayStorage): Promise<void> {
    const { membership } = this.replica;
    if (this.#store.url !== membership.relay()) {
      this.#startAnew(0);
      this.#isUnread = true;
    }
    if (this.#isUnread || this.#isUnheard) this.#readAt = this.#port.clock.now();
    if (!membership.isMember()) {
      this.#wasTakenOut = true;
      if (!this.#isUnread) return;
      this.#isUnread = false;
      await this.#reader.readOperations(session);
      if (!membership.isMember()) return;
    }
    if (this.#wasTakenOut) {
      this.#wasTakenOut = false;
      this.#mayHaveMissed();
    }
    if (this.#isUnread) {
      this.#isUnread = false;
      // What a member said before may be understood now, and that of a new one counts.
      if ((await this.#reader.read(session)) || !this.#standings.isAllUnderstood) this.#isUnheard = true;
    }
    if (this.#isUnheard) {
      this.#isUnheard = false;
      await this.#standings.read(session);
    }
    this.#isLevel = await this.#putUp.run(session);
    const away = this.#away();
    await this.#notPutUp.look(away.length === 0 ? null : Math.min(...away.map(({ applied }) => applied)));
    if (this.#putUp.turnIn !== null) this.#wake(this.#putUp.turnIn);
    this.#tidyLater();
  }

  /** Nobody waits for that: it is no work that is under way. */
  #tidyLater(): void {
    this.#cancelTidying();
    const after = this.#stopped ? null : this.#contents.tidyIn;
    this.#cancelTidying = after === null ? () => {} : this.#port.clock.after(after, () => this.#wake(0));
  }

  /** Nothing is known of what lies at the relay. */
  #startAnew(born: number): void {
    const { membership, collection } = this.replica;
    collection.transact(() => this.#store.moveTo(membership.relay(), born));
    this.#isUnheard = true;
    this.#standings.startAnew();
    this.#putUp.startAnew();
    this.#notPutUp.startAnew();
  }
}

function troubleOf(error: unknown): LockstepError {
  return error instanceof LockstepError
    ? error
    : new LockstepError('relay-failed', `The relay could not be used: ${(error as Error).message}`, '', error);
}
