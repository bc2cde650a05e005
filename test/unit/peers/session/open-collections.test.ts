import { expect, it } from 'vitest';
import type { PeerLink } from '../../../../src/main/peers/links/peer-link.ts';
import type { Message } from '../../../../src/main/peers/protocol/messages.ts';
import { OpenCollections } from '../../../../src/main/peers/session/open-collections.ts';
import type { OpenedPort } from '../../../../src/main/peers/session/opened-collection.ts';
import type { SharedCollection } from '../../../../src/main/peers/session/shared-collection.ts';
import { collectionId, type DeviceId, deviceId, digest, memberKey } from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const GROUP = collectionId('c'.repeat(32));
const NAMES = ['one', 'two'] as const;
type Name = (typeof NAMES)[number];
const deviceOf = (name: Name): DeviceId => deviceId((name === 'one' ? '1' : '2').repeat(64));

/** What a device has of the group: as a member, or as one that left or was taken out. Of packages there are none. */
function partOf(part: SharedCollection['part'], end: End): SharedCollection {
  const keyOf = (device: DeviceId) => memberKey(device);
  const belongs = (device: DeviceId): boolean => NAMES.some((name) => deviceOf(name) === device && end.belongs(name));
  const operations = () => [Uint8Array.of(end.version)];
  return {
    id: GROUP,
    part,
    member: keyOf(deviceOf(end.name)),
    sign: () => new Uint8Array(64),
    verify: () => true,
    memberKeyOf: (device) => (belongs(device) ? keyOf(device) : null),
    formerKeyOf: (device) => (belongs(device) || part === 'left' ? null : keyOf(device)),
    wordOfRemoval: operations,
    membershipHeads: () => [digest(end.version.toString(16).padStart(64, '0'))],
    membershipOperations: operations,
    receiveMembership: (told) => end.learn(Math.max(...told.map(([version]) => version ?? 0))),
    heads: () => [],
    peerHolds: () => ({ has: new Map(), branches: new Set(), wanted: [] }),
    branchPackages: () => [],
    packagesAfter: () => [],
    isOwn: () => false,
    receivePackages: () => ({ stored: 0, gaps: [], forked: [], refused: null }),
    positions: () => ({ held: [], applied: [], problems: 0 }),
    acknowledged: () => undefined,
    standing: () => ({ partial: false, members: [] }),
    isPartial: false,
    standingHeard: () => undefined,
    beacons: () => [],
    beaconHeard: () => true,
    giveContent: async (asked) => asked.map(() => null),
    scan: () => Promise.resolve(),
  };
}

/** One of two devices that are linked for another reason too, so that the link stays whatever becomes of the group. */
class End {
  readonly name: Name;
  readonly sessions: OpenCollections;
  /** How many operations of members it knows. */
  version = 0;
  /** What it said and the other has not heard. */
  readonly sent: Message[] = [];
  readonly #past: readonly ReadonlySet<Name>[];
  #here: { readonly member: SharedCollection; readonly removed: SharedCollection } | null = null;
  #left: SharedCollection | null = null;
  #leftAt = 0;

  constructor(name: Name, past: readonly ReadonlySet<Name>[], clock: FakeClock) {
    this.name = name;
    this.#past = past;
    const peer = deviceOf(name === 'one' ? 'two' : 'one');
    const link = { peer, dialled: name === 'one', exporter: () => new Uint8Array(32) } as unknown as PeerLink;
    const opened: OpenedPort = {
      peer,
      clock,
      send: (message) => void this.sent.push(message),
      fault: (why) => {
        throw new Error(`${name}: ${why}`);
      },
      pump: () => undefined,
      consumed: () => undefined,
      changed: () => undefined,
      contentsBack: () => undefined,
    };
    const port = {
      collections: () => this.#collections(),
      changed: () => undefined,
      removed: () => undefined,
      toldRemoved: () => undefined,
    };
    this.sessions = new OpenCollections(link, port, opened, () => undefined);
  }

  belongs(name: Name): boolean {
    return this.#past[this.version]?.has(name) === true;
  }
  get isHere(): boolean {
    return this.#here !== null;
  }
  #collections(): readonly SharedCollection[] {
    if (this.#here !== null) return [this.belongs(this.name) ? this.#here.member : this.#here.removed];
    return this.#left === null ? [] : [this.#left];
  }

  /** It hears, from whomever, of so many operations. */
  learn(version: number): boolean {
    if (version <= this.version && this.#left === null) return false;
    const isNew = version > this.version;
    this.version = Math.max(version, this.version);
    if (this.#here !== null) this.sessions.membershipChanged(GROUP);
    else if (this.#left !== null && version >= this.#leftAt) {
      this.#left = null;
      this.#replaced();
    }
    return isNew;
  }
  join(version: number): void {
    this.version = version;
    if (this.#left !== null) {
      this.#left = null;
      this.#replaced();
    }
    this.#here = { member: partOf('member', this), removed: partOf('removed', this) };
    this.sessions.announce();
  }
  /** `version`: with what it says by that; null: it had been taken out. */
  leave(version: number | null): void {
    this.#here = null;
    if (version !== null) {
      this.version = this.#leftAt = version;
      this.#left = partOf('left', this);
    }
    this.#replaced();
  }
  #replaced(): void {
    this.sessions.shut(GROUP);
    this.sessions.announce();
  }

  hear(message: Message): void {
    if (message.is === 'GROUPS') this.sessions.announced(message);
    else if (message.is === 'OPEN') this.sessions.peerOpens(message);
    else if (message.is === 'NOT_OPENED') this.sessions.notOpened(message);
    else if ('h' in message) {
      const opened = this.sessions.spokenOf(message.h);
      if (opened !== null) opened.receive(message as never);
      else if (message.is === 'MEMBERS') this.sessions.toldByFormer(message);
    }
  }
}

/** Two devices of a group that a third keeps, and takes them out of it and lets them in again. */
class Story {
  readonly #past: Set<Name>[] = [new Set(), new Set(NAMES)];
  readonly #clock = new FakeClock();
  readonly ends = NAMES.map((name) => new End(name, this.#past, this.#clock));

  /** What belongs to it from now on, as the third says or one of the two. Returns how many operations that makes. */
  #say(name: Name, belongs: boolean): number {
    const now = new Set(this.#past.at(-1));
    if (belongs) now.add(name);
    else now.delete(name);
    this.#past.push(now);
    return this.#past.length - 1;
  }
  remove({ name }: End): void {
    if (this.#past.at(-1)?.has(name) === true) this.#say(name, false);
  }
  leave(end: End): void {
    if (end.isHere) end.leave(end.belongs(end.name) ? this.#say(end.name, false) : null);
  }
  join(end: End): void {
    if (!end.isHere) end.join(this.#say(end.name, true));
  }
  learn(end: End): void {
    if (end.isHere) end.learn(this.#past.length - 1);
  }
  async deliver(to: End): Promise<boolean> {
    const from = this.ends.find((each) => each !== to) as End;
    const message = from.sent.shift();
    if (message !== undefined) to.hear(message);
    await this.#clock.advance(0);
    return message !== undefined;
  }
  /** Both belong to it in the end, and know all. Returns how many messages it took them. */
  async settle(most: number): Promise<number> {
    for (const end of this.ends) {
      if (this.#past.at(-1)?.has(end.name) !== true) this.leave(end);
      this.join(end);
    }
    for (const end of this.ends) this.learn(end);
    let told = 0;
    for (let any = true; any && told < most; ) {
      any = false;
      for (const end of this.ends) if (await this.deliver(end)) any = true;
      if (any) told++;
    }
    return told;
  }
}

const MOST = 200;

it('whatever became of it in between, two that belong to a collection have it open in the end, and are silent then', async () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = new SeededRandom(`open ${seed}`);
    const story = new Story();
    for (const end of story.ends) story.join(end);
    for (let step = random.int(25); step > 0; step--) {
      const end = random.pick(story.ends);
      const deed = random.pick(['remove', 'leave', 'join', 'learn', 'learn', 'deliver', 'deliver', 'deliver'] as const);
      if (deed === 'deliver') for (let count = random.between(1, 12); count > 0; count--) await story.deliver(end);
      else story[deed](end);
    }
    const told = await story.settle(MOST);
    const flowing = story.ends.map(({ sessions }) => sessions.flowing(GROUP) !== null);
    expect([seed, flowing, told < MOST]).toEqual([seed, [true, true], true]);
  }
});
