import type { MemberSigner } from '../../src/main/peers/identity/identity.ts';
import type { CollectionId } from '../../src/main/record/ids.ts';
import { RelayService, type RelayWorld } from '../../src/relay/relay-service.ts';
import type { RelayMessage } from '../../src/relay/rules/event-hub.ts';
import { LIMITS } from '../../src/relay/rules/limits.ts';
import type { Count } from '../../src/relay/rules/meter.ts';
import type { LiveEnd } from '../../src/relay/rules/splices.ts';
import type { Session } from '../../src/relay/rules/tokens.ts';
import { FakeClock } from './fake-clock.ts';
import { MemoryBlobs, MemoryRelayStore } from './memory-relay-store.ts';
import { aclBody, authBody, GROUP } from './relay-bodies.ts';
import { SeededRandom } from './seeded-random.ts';

export const RELAY_PIN = 'pinpinpinpinpinpinpinpinpinpinpinpinpinpinp';
/** A home relay's name in what members sign. */
export const RELAY_ORIGIN = `k=${RELAY_PIN}`;
export const HOUSE = '127.0.0.1';

/** A relay without a socket, its clock in the hands of the test. */
export class RelayInMemory {
  readonly clock = new FakeClock();
  readonly store = new MemoryRelayStore();
  readonly blobs = new MemoryBlobs();
  readonly counts = new Map<Count, number>();
  readonly service: RelayService;

  constructor(world: Partial<RelayWorld> = {}) {
    this.service = new RelayService({
      store: this.store,
      blobs: this.blobs,
      now: () => this.clock.now(),
      random: new SeededRandom('relay'),
      meter: { count: (what, by = 1) => this.counts.set(what, (this.counts.get(what) ?? 0) + by) },
      limits: LIMITS,
      hasRoom: () => true,
      key: RELAY_PIN,
      origins: [],
      keepMs: 24 * 3_600_000,
      storage: null,
      admission: null,
      ...world,
    });
  }

  /** Time passes, second by second, as a process would let it. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 1000) {
      await this.clock.advance(Math.min(left, 1000));
      this.service.tick();
    }
  }

  /** Registers a group of these, the first of them its admin. */
  register(members: readonly MemberSigner[], group: CollectionId = GROUP): Promise<void> {
    return this.service.register(HOUSE, aclBody(group, 1, members, members[0]!));
  }

  async enter(member: MemberSigner, group: CollectionId = GROUP): Promise<Session> {
    const { challenge, time } = this.service.challenge(HOUSE);
    const body = authBody({ challenge, time }, RELAY_ORIGIN, [{ group, member }]);
    const { token, groups } = await this.service.authenticate(HOUSE, body);
    const error = groups[0]?.error;
    if (error !== null) throw new Error(`not let in: ${error}`);
    return this.service.session(token);
  }
}

/** The relay's end of an events socket, and all that was said on it. */
export class HeardEvents {
  readonly messages: RelayMessage[] = [];
  closed: number | null = null;
  send(message: RelayMessage): void {
    this.messages.push(message);
  }
  close(code: number): void {
    this.closed = code;
  }
  /** What of this kind was said, and forgets it. */
  take<K extends RelayMessage['is']>(is: K): Extract<RelayMessage, { is: K }>[] {
    const found = this.messages.filter((each): each is Extract<RelayMessage, { is: K }> => each.is === is);
    this.messages.length = 0;
    return found;
  }
}

/** The relay's end of a live socket; `held` bytes leave when the test says so. */
export class HeldEnd implements LiveEnd {
  readonly got: Uint8Array[] = [];
  readonly held: (() => void)[] = [];
  isPaused = false;
  closed: number | null = null;
  send(bytes: Uint8Array, sent: () => void): void {
    this.got.push(bytes);
    this.held.push(sent);
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(code: number): void {
    this.closed = code;
  }
  /** As many of the held writes leave. */
  leave(count: number): void {
    for (const sent of this.held.splice(0, count)) sent();
  }
}
