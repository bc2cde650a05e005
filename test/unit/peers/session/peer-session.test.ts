import { describe, expect, it } from 'vitest';
import { type GreetedLink, greet } from '../../../../src/main/peers/connect/hello.ts';
import type { DeviceIdentity } from '../../../../src/main/peers/identity/identity.ts';
import type { PeerLink } from '../../../../src/main/peers/links/peer-link.ts';
import { HEADS_LIMIT, type Message, type MessageOf } from '../../../../src/main/peers/protocol/messages.ts';
import { type HeadsBeacon, makeHeadsBeacon, statementOf } from '../../../../src/main/peers/session/heads-beacon.ts';
import { PeerSession, type SessionPort } from '../../../../src/main/peers/session/peer-session.ts';
import { RateLimit } from '../../../../src/main/peers/session/rate-limit.ts';
import type {
  BranchPackage,
  ContentAsked,
  ContentGiven,
  LogHead,
  LogPosition,
  PackagesTaken,
  SharedCollection,
  Standing,
} from '../../../../src/main/peers/session/shared-collection.ts';
import { digestOf } from '../../../../src/main/platform/hash.ts';
import {
  collectionId,
  type DeviceId,
  type Digest,
  type LogId,
  logId,
  type MemberKey,
  memberKey,
} from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { makeIdentities } from '../../../fakes/identities.ts';
import { MemoryNetwork } from '../../../fakes/memory-network.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const random = new SeededRandom('sessions');
const identities = makeIdentities(random, 'one', 'two');
const [first, second] = identities;
const keyOf = (device: DeviceId): MemberKey => memberKey(digestOf(`member ${device}`));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const LOG = { one: logId('1'.repeat(16)), two: logId('2'.repeat(16)), third: logId('3'.repeat(16)) };

/** A collection that keeps packages as texts `LOG/NUMBER/…` and nothing else. */
class SmallCollection implements SharedCollection {
  readonly part = 'member';
  readonly id = collectionId('c'.repeat(32));
  member: MemberKey;
  readonly ownLog: LogId;
  readonly logs = new Map<LogId, Uint8Array[]>();
  readonly members = new Set<DeviceId>(identities.map((each) => each.id));
  readonly received: string[] = [];
  readonly acknowledgements: {
    held: readonly LogPosition[];
    applied: readonly LogPosition[];
    problems: number;
  }[] = [];
  readonly contents = new Map<Digest, ContentGiven>();
  operations: Uint8Array[] = [];
  refuses: string | null = null;
  beside: readonly BranchPackage[] = [];
  scans = 0;
  scanned: () => Promise<void> = () => Promise.resolve();

  constructor(device: DeviceId, ownLog: LogId) {
    this.member = keyOf(device);
    this.ownLog = ownLog;
  }
  /** Writes packages of this many bytes as an author would. */
  add(log: LogId, count: number, bytes = 24): void {
    const packages = this.logs.get(log) ?? [];
    for (let n = 0; n < count; n++)
      packages.push(Buffer.from(`${log}/${packages.length + 1}/`.padEnd(Math.max(24, bytes), 'x')));
    this.logs.set(log, packages);
  }
  count(log: LogId): number {
    return this.logs.get(log)?.length ?? 0;
  }

  sign(bytes: Uint8Array): Uint8Array {
    return Buffer.concat([
      Buffer.from(digestOf(Buffer.concat([Buffer.from(this.member), bytes])), 'hex'),
      Buffer.alloc(32),
    ]);
  }
  verify(member: MemberKey, bytes: Uint8Array, signature: Uint8Array): boolean {
    return (
      digestOf(Buffer.concat([Buffer.from(member), bytes])) === Buffer.from(signature.subarray(0, 32)).toString('hex')
    );
  }
  memberKeyOf(device: DeviceId): MemberKey | null {
    return this.members.has(device) ? keyOf(device) : null;
  }
  readonly former = new Set<DeviceId>();
  formerKeyOf(device: DeviceId): MemberKey | null {
    return this.former.has(device) ? keyOf(device) : null;
  }
  wordOfRemoval(device: DeviceId): readonly Uint8Array[] {
    return [Buffer.from(`removed ${device}`)];
  }
  membershipHeads(): readonly Digest[] {
    return this.operations.map((each) => digestOf(each));
  }
  membershipOperations(): readonly Uint8Array[] {
    return this.operations;
  }
  receiveMembership(operations: readonly Uint8Array[]): boolean {
    const known = new Set(this.operations.map((each) => digestOf(each)));
    const fresh = operations.filter((each) => !known.has(digestOf(each)));
    this.operations = [...this.operations, ...fresh.map((each) => new Uint8Array(each))];
    return fresh.length > 0;
  }
  heads(): readonly LogHead[] {
    return [...this.logs].map(([log, packages]) => ({
      member: this.member,
      log,
      number: packages.length,
      hash: digestOf(packages.at(-1) ?? new Uint8Array(0)),
    }));
  }
  peerHolds(_: DeviceId, heads: readonly LogHead[]) {
    const has = new Map(heads.map(({ log, number }) => [log, number]));
    return { has, branches: new Set<string>(), wanted: [] };
  }
  branchPackages(): readonly BranchPackage[] {
    return this.beside;
  }
  packagesAfter(log: LogId, after: number, limit: number) {
    return (this.logs.get(log) ?? [])
      .slice(after, after + limit)
      .map((bytes, at) => ({ number: after + at + 1, bytes }));
  }
  isOwn(log: LogId): boolean {
    return log === this.ownLog;
  }
  receivePackages(_: DeviceId, packages: readonly Uint8Array[]): PackagesTaken {
    const gaps: PackagesTaken['gaps'][number][] = [];
    let stored = 0;
    for (const bytes of packages) {
      const [log, number] = textOf(bytes).split('/') as [LogId, string];
      this.received.push(`${log[0]}/${number}`);
      const held = this.count(log);
      if (Number(number) === held + 1) {
        this.logs.set(log, [...(this.logs.get(log) ?? []), new Uint8Array(bytes)]);
        stored++;
      } else if (Number(number) > held) gaps.push({ log, member: this.member, from: held + 1 });
    }
    return { stored, gaps: gaps.slice(0, 1), forked: [], refused: this.refuses };
  }
  positions() {
    const held = this.heads().map(({ member, log, number }) => ({ member, log, number }));
    return { held, applied: held, problems: 3 };
  }
  acknowledged(_: DeviceId, held: readonly LogPosition[], applied: readonly LogPosition[], problems: number): void {
    this.acknowledgements.push({ held, applied, problems });
  }
  /** What it tells of its sources and of others, and what it heard. */
  says: Standing = { partial: false, members: [] };
  readonly heardStandings: Standing[] = [];
  get isPartial(): boolean {
    return this.standing().partial;
  }
  standing(): Standing {
    return this.says;
  }
  standingHeard(_: DeviceId, { partial, members }: Standing): void {
    this.heardStandings.push({ partial, members });
  }
  /** Beacons of others that it passes on; those it heard, and when by the clock of its test it makes its own. */
  passesOn: readonly HeadsBeacon[] = [];
  readonly heardBeacons: HeadsBeacon[] = [];
  now: () => number = () => 0;
  beacon(): HeadsBeacon {
    const signer = { key: this.member, sign: (bytes: Uint8Array) => this.sign(bytes) };
    return makeHeadsBeacon(this.id, signer, this.heads(), this.now());
  }
  beacons(): readonly HeadsBeacon[] {
    return [this.beacon(), ...this.passesOn];
  }
  beaconHeard(beacon: HeadsBeacon): boolean {
    if (!this.verify(beacon.member, statementOf(beacon.content), beacon.signature)) return false;
    this.heardBeacons.push(beacon);
    return true;
  }
  async giveContent(asked: readonly ContentAsked[]): Promise<readonly (ContentGiven | null)[]> {
    return asked.map(({ digest }) => this.contents.get(digest) ?? null);
  }
  scan(): Promise<void> {
    this.scans++;
    return this.scanned();
  }
}

class Side {
  readonly shared: SmallCollection;
  readonly addresses: string[] = [];
  readonly closed: string[] = [];
  /** Everything this side said since its session began. */
  readonly said: Message[] = [];
  up = 0;
  down = 0;
  open = true;
  toldRemoved = 0;
  contentsMoved = 0;
  readonly contentsBack: string[] = [];
  collections: SmallCollection[];
  session!: PeerSession;
  greeted!: GreetedLink;
  constructor(device: DeviceId, ownLog: LogId) {
    this.shared = new SmallCollection(device, ownLog);
    this.collections = [this.shared];
  }
  /** What it said of one kind. */
  saying<Name extends Message['is']>(name: Name): MessageOf<Name>[] {
    return this.said.filter((message) => message.is === name) as unknown as MessageOf<Name>[];
  }
  /** Says something a session would not. */
  blurt(...messages: readonly Message[]): void {
    for (const message of messages) this.greeted.stream.send(message);
  }
  /** Did the link bring something, as this end sees it? */
  get isWorth(): boolean {
    return this.greeted.stream.moved.isWorth;
  }
  begin(clock: FakeClock): void {
    const port: SessionPort = {
      collections: () => this.collections,
      ownAddresses: () => ['10.0.0.9:21027'],
      addresses: (addresses) => this.addresses.push(...addresses),
      changed: () => {},
      contentsMove: () => this.contentsMoved++,
      contentsBack: (id) => this.contentsBack.push(id),
      removed: () => {},
      toldRemoved: () => this.toldRemoved++,
      up: new RateLimit(() => this.up),
      down: new RateLimit(() => this.down),
      mayExchange: () => this.open,
    };
    const { stream } = this.greeted;
    const send = stream.send.bind(stream);
    stream.send = (message) => {
      this.said.push(message);
      return send(message);
    };
    stream.onClose((reason) => this.closed.push(reason));
    this.session = new PeerSession(this.greeted, clock, port);
  }
}

/** Two devices with a link that stands; nothing of sessions has been said yet. */
async function linked() {
  const clock = new FakeClock();
  const network = new MemoryNetwork(clock);
  const [one, two] = [new Side(first.id, LOG.one), new Side(second.id, LOG.two)];
  const greeting = (identity: DeviceIdentity) => ({
    descriptor: identity.descriptor.bytes,
    app: 'test',
    caps: [],
    run: new Uint8Array(32),
  });
  const arrived = Promise.withResolvers<PeerLink>();
  await network.transport(second.descriptor, 'host-2').listen(
    { host: 'host-2', port: 21_027 },
    {
      admit: () => true,
      known: () => first.descriptor,
      pairingOpen: () => false,
      onLink: (link) => arrived.resolve(link),
      onStranger: () => {},
    },
  );
  const dialled = network
    .transport(first.descriptor, 'host-1')
    .dial('host-2:21027', second.descriptor, new AbortController().signal);
  await clock.advance(5);
  const both = [greet(await dialled, greeting(first), clock), greet(await arrived.promise, greeting(second), clock)];
  await clock.advance(5);
  [one.greeted, two.greeted] = (await Promise.all(both)) as [GreetedLink, GreetedLink];
  return { clock, one, two };
}
/** Both speak as they should. */
async function talking(before: (one: Side, two: Side) => void = () => {}) {
  const { clock, one, two } = await linked();
  before(one, two);
  one.begin(clock);
  two.begin(clock);
  await clock.advance(20);
  return { clock, one, two };
}

const numbers = (log: LogId, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${log[0]}/${at + 1}`);
const position = (side: Side, log: LogId, number: number): LogPosition => ({ member: side.shared.member, log, number });

describe('what is told beside acknowledgements', () => {
  const of = (partial: boolean): Standing => ({ partial, members: [] });

  it('is nothing where there is nothing to tell, and else comes before what is applied', async () => {
    const { one, two } = await talking((one) => {
      one.shared.says = of(true);
    });
    // Whoever acknowledges without it has nothing to tell: what it told over an earlier link is over.
    expect([one.shared.heardStandings, two.shared.heardStandings]).toEqual([[of(false)], [of(true)]]);
    const said = one.said.map((message) => message.is);
    expect(said.indexOf('STANDING')).toBeLessThan(said.indexOf('ACK'));
  });

  it('is told again a second after it became something else, once for many changes, and never twice the same', async () => {
    const { clock, one, two } = await talking();
    const linked = (is: boolean): Standing => ({
      partial: false,
      members: [{ member: one.shared.member, linked: is, held: [], applied: [] }],
    });
    one.shared.says = linked(true);
    for (let each = 0; each < 3; each++) one.session.tellStanding(one.shared.id);
    await clock.advance(900);
    expect(two.shared.heardStandings).toEqual([of(false)]);
    await clock.advance(200);
    one.session.tellStanding(one.shared.id);
    await clock.advance(1100);
    expect(two.shared.heardStandings).toEqual([of(false), linked(true)]);
    one.shared.says = linked(false);
    one.session.tellStanding(one.shared.id);
    await clock.advance(1100);
    expect(two.shared.heardStandings).toEqual([of(false), linked(true), linked(false)]);
  });

  it('tells at once that something is left out, or nothing any more: what is applied counts by that', async () => {
    const { clock, one, two } = await talking();
    for (const partial of [true, false]) {
      one.shared.says = of(partial);
      one.session.tellStanding(one.shared.id);
      await clock.advance(100);
      expect(two.shared.heardStandings.at(-1)).toEqual(of(partial));
    }
  });

  it('is told that it leaves something out before it acknowledges anything more', async () => {
    const { clock, one, two } = await talking();
    one.shared.says = of(true);
    const before = one.said.length;
    one.session.tellStanding(one.shared.id);
    one.session.acknowledge(one.shared.id);
    await clock.advance(100);
    expect(one.said.slice(before).map((message) => message.is)).toEqual(['STANDING', 'ACK']);
    expect(two.shared.heardStandings.at(-1)).toEqual(of(true));
  });
});

describe('opening', () => {
  it('tells addresses, and opens what both share', async () => {
    const { one, two } = await talking();
    expect([one.addresses, two.addresses]).toEqual([['10.0.0.9:21027'], ['10.0.0.9:21027']]);
    expect([one.session.isOpen(one.shared.id), two.session.isOpen(two.shared.id)]).toEqual([true, true]);
  });

  it('tells nobody the names of collections: tags of this link only', async () => {
    const [one, again] = [await talking(), await talking()];
    const tags = [one.one, one.two, again.one].map((side) =>
      Buffer.from(side.saying('GROUPS')[0]!.tags[0]!).toString('hex'),
    );
    expect(new Set(tags).size).toBeGreaterThanOrEqual(2);
    expect(tags[0]).not.toBe(tags[1]);
    expect(tags.join()).not.toContain(one.one.shared.id);
  });

  it('opens nothing the other does not have, and says nothing of it', async () => {
    const { one, two } = await talking((_, other) => {
      other.collections = [];
    });
    expect([one.session.isOpen(one.shared.id), two.saying('OPEN').length, one.saying('HAVE').length]).toEqual([
      false,
      0,
      0,
    ]);
  });

  it('opens nothing to who is no member', async () => {
    const { one, two } = await talking((side) => side.shared.members.delete(second.id));
    two.shared.add(LOG.two, 1);
    one.shared.add(LOG.one, 1);
    one.session.packagesWritten(one.shared.id);
    expect([one.saying('OPEN').length, one.saying('PACKAGE').length, one.session.isOpen(one.shared.id)]).toEqual([
      0,
      0,
      false,
    ]);
  });

  it('tells one that was removed while it was away, once, and gives it nothing else', async () => {
    const { clock, one, two } = await talking((one) => {
      one.shared.members.delete(second.id);
      one.shared.former.add(second.id);
      one.shared.operations = [Buffer.from('of members')];
      one.shared.add(LOG.one, 1);
    });
    const [open] = two.saying('OPEN');
    two.blurt({ ...(open as MessageOf<'OPEN'>), h: 77 });
    await clock.advance(20);
    expect(two.shared.operations.map(textOf)).toEqual([`removed ${second.id}`]);
    expect([one.toldRemoved, one.saying('MEMBERS').length, one.saying('HAVE'), one.saying('PACKAGE')]).toEqual([
      1,
      1,
      [],
      [],
    ]);
    expect([one.session.isOpen(one.shared.id), one.closed]).toEqual([false, []]);
  });

  it('closes on an OPEN without proof of one that was removed', async () => {
    const { clock, one, two } = await linked();
    two.shared.members.delete(first.id);
    two.shared.former.add(first.id);
    two.begin(clock);
    one.shared.sign = () => new Uint8Array(64);
    one.begin(clock);
    await clock.advance(20);
    expect([two.saying('MEMBERS'), two.closed]).toEqual([[], ['protocol-error']]);
  });

  it('tells each of two that removed each other, of which neither opens anything for the other', async () => {
    const { one, two } = await talking((one, two) => {
      for (const [side, other] of [
        [one, second],
        [two, first],
      ] as const) {
        side.shared.members.delete(other.id);
        side.shared.former.add(other.id);
      }
    });
    const told = [one, two].map(({ shared }) => shared.operations.map(textOf));
    expect(told).toEqual([[`removed ${first.id}`], [`removed ${second.id}`]]);
    expect([one, two].map(({ session, shared }) => session.isOpen(shared.id))).toEqual([false, false]);
  });

  it('hears from one that it holds for removed what it does not know yet', async () => {
    const { one } = await talking((one, two) => {
      one.shared.members.delete(second.id);
      one.shared.former.add(second.id);
      two.shared.operations = [`removed ${second.id}`, 'let in again'].map((text) => Buffer.from(text));
    });
    expect(one.shared.operations.map(textOf)).toEqual([`removed ${second.id}`, 'let in again']);
  });

  it('opens what is added later', async () => {
    const { clock, one, two } = await talking((_, other) => {
      other.collections = [];
    });
    two.collections = [two.shared];
    two.session.announce();
    await clock.advance(20);
    expect([one.session.isOpen(one.shared.id), two.session.isOpen(two.shared.id)]).toEqual([true, true]);
  });

  it('closes on an OPEN without proof', async () => {
    const { clock, one, two } = await linked();
    two.shared.sign = () => new Uint8Array(64);
    one.begin(clock);
    two.begin(clock);
    await clock.advance(20);
    expect(one.closed).toEqual(['protocol-error']);
    expect(one.session.isOpen(one.shared.id)).toBe(false);
  });

  it('closes on an OPEN that another key proves than the one this device is known by', async () => {
    const { clock, one, two } = await linked();
    two.shared.member = keyOf(first.id);
    one.begin(clock);
    two.begin(clock);
    await clock.advance(20);
    expect([one.closed, one.session.isOpen(one.shared.id)]).toEqual([['protocol-error'], false]);
  });

  it('passes over an OPEN of one that may be a member though it is not known here: the link stays', async () => {
    const { one } = await talking((side) => side.shared.members.delete(second.id));
    expect([one.toldRemoved, one.closed]).toEqual([0, []]);
  });

  it('tells nothing more that was planned once the two share it no longer', async () => {
    const { clock, one } = await talking();
    const before = one.said.length;
    one.session.acknowledge(one.shared.id);
    one.session.tellStanding(one.shared.id);
    one.session.shut(one.shared.id);
    await clock.advance(5000);
    expect(one.said.slice(before).map((message) => message.is)).toEqual([]);
  });

  it('asks a collection nothing more once the link has ended: that may be closed too', async () => {
    const { clock, one } = await talking();
    let asked = 0;
    one.session.acknowledge(one.shared.id);
    one.session.tellStanding(one.shared.id);
    one.shared.standing = () => ({ partial: asked++ > 0, members: [] });
    one.shared.positions = () => ({ held: [], applied: [], problems: asked++ });
    one.session.close('done');
    await clock.advance(5000);
    expect(asked).toBe(0);
  });

  it('takes nothing more of what it shut itself, of whoever does not know that yet', async () => {
    const { clock, one, two } = await talking();
    one.session.shut(one.shared.id);
    two.shared.add(LOG.two, 3);
    two.session.packagesWritten(two.shared.id);
    await clock.advance(20);
    expect([two.saying('PACKAGE').length, one.shared.received]).toEqual([1, []]);
  });

  it('takes nothing from one removed meanwhile', async () => {
    const { clock, one, two } = await talking();
    one.shared.members.delete(second.id);
    two.shared.add(LOG.two, 3);
    two.session.packagesWritten(two.shared.id);
    await clock.advance(20);
    expect(one.shared.received).toEqual([]);
  });

  it('ignores a handle nobody opened', async () => {
    const { clock, one, two } = await talking();
    two.blurt({ is: 'SCAN', h: 77, req: 1 });
    await clock.advance(20);
    expect([one.shared.scans, one.closed]).toEqual([0, []]);
  });

  it('exchanges membership where it differs, and tells again what it holds', async () => {
    const { clock, one, two } = await talking((side) => {
      side.shared.operations = [Buffer.from('first'), Buffer.from('second')];
    });
    await clock.advance(20);
    one.session.membershipChanged(one.shared.id);
    await clock.advance(20);
    expect(two.shared.operations.map(textOf)).toEqual(['first', 'second']);
    two.session.membershipChanged(two.shared.id);
    await clock.advance(20);
    expect([one.saying('HAVE').length, two.saying('HAVE').length]).toEqual([2, 2]);
  });
});

describe('packages', () => {
  it('are pushed in order, once the peer has told what it holds', async () => {
    const { one, two } = await talking((side, other) => {
      side.shared.add(LOG.one, 5);
      other.shared.add(LOG.two, 2);
    });
    expect(two.shared.received).toEqual(numbers(LOG.one, 5));
    expect(one.shared.received).toEqual(numbers(LOG.two, 2));
  });

  it('are kept from one that was removed, though the link stays for what else the two share', async () => {
    const { clock, one, two } = await talking();
    one.shared.operations = [Buffer.from('removal')];
    one.shared.members.delete(second.id);
    one.session.membershipChanged(one.shared.id);
    one.shared.add(LOG.one, 3);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(1000);
    expect([two.shared.received, one.session.isOpen(one.shared.id), one.closed]).toEqual([[], false, []]);
    expect(two.shared.operations.map(textOf)).toEqual(['removal']);
    two.blurt({ is: 'SCAN', h: 1, req: 1 });
    await clock.advance(20);
    expect(one.shared.scans).toBe(0);
    // Let in again, it is told all of it.
    one.shared.members.add(second.id);
    one.session.membershipChanged(one.shared.id);
    await clock.advance(1000);
    expect([one.session.isOpen(one.shared.id), two.shared.received]).toEqual([true, numbers(LOG.one, 3)]);
  });

  it('beside a log with several branches follow it, once, and again where they are asked for', async () => {
    const branch = (number: number, hash: string) => ({
      log: LOG.one,
      member: keyOf(first.id),
      number,
      hash,
      bytes: Buffer.from(`${LOG.one}/${number}/${hash}`),
    });
    const { clock, one, two } = await talking((side) => {
      side.shared.add(LOG.one, 2);
      side.shared.beside = [branch(1, 'aa'), branch(2, 'bb')];
    });
    const beside = () =>
      one.saying('PACKAGE').flatMap(({ packages }) => packages.map((each) => textOf(each).slice(17)));
    expect(beside()).toEqual([`1/${'x'.repeat(5)}`, `2/${'x'.repeat(5)}`, '1/aa', '2/bb']);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(1000);
    expect(beside().length).toBe(4);
    const range = { member: keyOf(first.id), log: LOG.one, from: 2, to: Number.MAX_SAFE_INTEGER };
    two.blurt({ is: 'WANT', h: 1, ranges: [range], max: 0 });
    await clock.advance(20);
    expect(beside().slice(4)).toEqual([`2/${'x'.repeat(5)}`, '2/bb']);
  });

  it('that the peer holds are not sent', async () => {
    const { two } = await talking((side, other) => {
      side.shared.add(LOG.one, 5);
      other.shared.add(LOG.one, 3);
    });
    expect(two.shared.received).toEqual(['1/4', '1/5']);
  });

  it('go many to a frame, and no frame is too long', async () => {
    const { one, two } = await talking((side) => side.shared.add(LOG.one, 600, 2000));
    expect(two.shared.received).toEqual(numbers(LOG.one, 600));
    const frames = one.saying('PACKAGE');
    expect(frames.length).toBeLessThan(8);
    for (const { packages, numbers: said } of frames) {
      expect(said.count).toBe(packages.length);
      expect(packages.reduce((sum, each) => sum + each.length, 0)).toBeLessThanOrEqual(512 << 10);
    }
  });

  it('written now go at once', async () => {
    const { clock, one, two } = await talking();
    one.shared.add(LOG.one, 1);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(3);
    expect(two.shared.received).toEqual(['1/1']);
  });

  it('of others wait a quarter of a second: their author is probably linked too', async () => {
    const { clock, one, two } = await talking();
    one.shared.add(LOG.third, 1);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(240);
    expect(two.shared.received).toEqual([]);
    await clock.advance(20);
    expect(two.shared.received).toEqual(['3/1']);
  });

  it('of others do not hold up our own', async () => {
    const { clock, one, two } = await talking();
    one.shared.add(LOG.third, 1);
    one.session.packagesWritten(one.shared.id);
    one.shared.add(LOG.one, 1);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(5);
    expect(two.shared.received).toEqual(['1/1']);
  });

  it('of others that came there by themselves meanwhile are not passed on', async () => {
    const { clock, one, two } = await talking();
    one.shared.add(LOG.third, 2);
    one.session.packagesWritten(one.shared.id);
    two.shared.add(LOG.third, 2);
    two.session.packagesWritten(two.shared.id);
    await clock.advance(1000);
    expect([one.shared.received, two.shared.received]).toEqual([[], []]);
  });

  it('that came from the peer are not sent back', async () => {
    const { clock, one, two } = await talking();
    one.shared.add(LOG.third, 3);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(300);
    two.session.packagesWritten(two.shared.id);
    await clock.advance(1000);
    expect([one.shared.received, two.shared.count(LOG.third)]).toEqual([[], 3]);
  });

  it('that are missing are asked for, and sent from there', async () => {
    const { clock, one, two } = await talking((side) => side.shared.add(LOG.one, 3));
    two.shared.logs.set(LOG.one, two.shared.logs.get(LOG.one)!.slice(0, 1));
    one.shared.add(LOG.one, 1);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(20);
    expect(two.saying('WANT').map((want) => want.ranges)).toEqual([
      [{ member: two.shared.member, log: LOG.one, from: 2, to: Number.MAX_SAFE_INTEGER }],
    ]);
    expect(two.shared.received).toEqual(['1/1', '1/2', '1/3', '1/4', '1/2', '1/3', '1/4']);
    expect(two.shared.count(LOG.one)).toBe(4);
  });

  it('that must not be taken end the link', async () => {
    const { clock, one, two } = await talking((_, other) => {
      other.shared.refuses = 'not signed by its author';
    });
    one.shared.add(LOG.one, 1);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(20);
    expect([two.closed, one.closed]).toEqual([['protocol-error'], ['closed-by-peer']]);
    expect(two.saying('ERROR')[0]?.text).toContain('not signed by its author');
  });
});

describe('acknowledgements', () => {
  it('tell what is held and applied, once for many', async () => {
    const { clock, one, two } = await talking((side) => side.shared.add(LOG.one, 2));
    const before = one.shared.acknowledgements.length;
    for (let n = 0; n < 10; n++) two.session.acknowledge(two.shared.id);
    await clock.advance(20);
    expect(one.shared.acknowledgements.length).toBe(before + 1);
    const held = [position(two, LOG.one, 2)];
    expect(one.shared.acknowledgements.at(-1)).toEqual({ held, applied: held, problems: 3 });
  });
});

describe('heads beacons', () => {
  const MINUTES = 60_000;
  const told = (side: Side) =>
    side.shared.heardBeacons.map(({ heads }) => heads.map(({ log, number }) => [log[0], number]));
  /** Two that talk, and keep the time of their clock in their beacons. */
  async function telling() {
    const all = await talking((one, two) => {
      one.shared.add(LOG.one, 2);
      two.shared.add(LOG.two, 1);
    });
    for (const side of [all.one, all.two]) side.shared.now = () => all.clock.now();
    return all;
  }

  it('follow, on connect, all packages that they name, and again every ten minutes', async () => {
    const { clock, one, two } = await telling();
    await clock.advance(1000);
    expect(told(two)[0]).toContainEqual(['1', 2]);
    const order = one.said.map(({ is }) => is);
    expect(order.lastIndexOf('PACKAGE')).toBeLessThan(order.indexOf('HEADS'));
    expect(one.saying('HEADS')).toHaveLength(1);
    await clock.advance(9 * MINUTES);
    expect(one.saying('HEADS')).toHaveLength(1);
    await clock.advance(2 * MINUTES);
    expect([one.saying('HEADS').length, two.saying('HEADS').length]).toEqual([2, 2]);
  });

  it('of others are passed on once, and not to who made them or told them', async () => {
    const { clock, one, two } = await telling();
    const third = new SmallCollection('third' as DeviceId, LOG.third);
    third.now = () => 5;
    third.add(LOG.third, 7);
    one.shared.passesOn = [third.beacon(), two.shared.beacon()];
    await clock.advance(11 * MINUTES);
    expect(two.shared.heardBeacons.filter(({ member }) => member === third.member)).toHaveLength(1);
    expect(two.shared.heardBeacons.some(({ member }) => member === two.shared.member)).toBe(false);
    two.shared.passesOn = [...one.shared.passesOn];
    await clock.advance(21 * MINUTES);
    expect(two.shared.heardBeacons.filter(({ member }) => member === third.member)).toHaveLength(1);
    expect(one.shared.heardBeacons.filter(({ member }) => member === third.member)).toHaveLength(0);
  });

  it('are not told while packages are held back: who has not all would miss what is on its way', async () => {
    const { clock, one, two } = await talking((side) => {
      side.open = false;
      side.shared.add(LOG.one, 2);
    });
    await clock.advance(25 * MINUTES);
    expect([one.saying('HEADS').length, two.shared.received]).toEqual([0, []]);
    one.open = true;
    await clock.advance(MINUTES);
    expect([one.saying('HEADS').length, two.shared.received]).toEqual([1, ['1/1', '1/2']]);
  });

  it('wait for packages of others that are yet to be passed on', async () => {
    const { clock, one } = await telling();
    await clock.advance(10 * MINUTES - 120);
    const before = one.said.length;
    one.shared.add(LOG.third, 1);
    one.session.packagesWritten(one.shared.id);
    await clock.advance(1000);
    const said = one.said.slice(before).flatMap(({ is }) => (is === 'PACKAGE' || is === 'HEADS' ? [is] : []));
    expect(said).toEqual(['PACKAGE', 'HEADS']);
  });

  it('end with the link', async () => {
    const { clock, one } = await telling();
    const before = one.saying('HEADS').length;
    one.session.close('done');
    await clock.advance(30 * MINUTES);
    expect(one.saying('HEADS')).toHaveLength(before);
  });

  const bad: readonly [string, (side: Side) => Pick<HeadsBeacon, 'content' | 'signature'>][] = [
    ['forged', (side) => ({ ...side.shared.beacon(), signature: new Uint8Array(64) })],
    [
      'in the name of another',
      (side) => {
        const signer = { key: keyOf(first.id), sign: (bytes: Uint8Array) => side.shared.sign(bytes) };
        return makeHeadsBeacon(side.shared.id, signer, [], 1);
      },
    ],
    [
      'of another collection',
      (side) => {
        const signer = { key: side.shared.member, sign: (bytes: Uint8Array) => side.shared.sign(bytes) };
        return makeHeadsBeacon(collectionId('d'.repeat(32)), signer, [], 1);
      },
    ],
    ['that are none', () => ({ content: Buffer.from('noise'), signature: new Uint8Array(64) })],
    ['oversized', () => ({ content: new Uint8Array(HEADS_LIMIT + 1), signature: new Uint8Array(64) })],
  ];
  for (const [what, make] of bad)
    it(`${what} end the link`, async () => {
      const { clock, one, two } = await talking();
      const before = one.shared.heardBeacons.length;
      const { content, signature } = make(two);
      two.blurt({ is: 'HEADS', h: 1, content, signature });
      await clock.advance(50);
      expect(one.shared.heardBeacons).toHaveLength(before);
      expect(one.closed).toEqual(['protocol-error']);
    });
});

describe('credit', () => {
  it('bounds what is sent to a peer that takes nothing, and goes on as it does', async () => {
    const { clock, one, two } = await talking((side) => side.shared.add(LOG.one, 100, 100_000));
    // Everything went through: the peer granted more as it took what came.
    expect(two.shared.received.length).toBe(100);
    const granted = two.saying('CREDIT').reduce((sum, each) => sum + each.bytes, 0);
    expect(granted).toBeGreaterThanOrEqual(100 * 100_000 - (4 << 20) - (512 << 10));
    expect(granted).toBeLessThanOrEqual(100 * 100_000);
    expect(one.closed).toEqual([]);
    await clock.advance(10);
  });

  it('is four megabytes at first, and not a frame more', async () => {
    const { clock, one, two } = await linked();
    one.shared.add(LOG.one, 100, 100_000);
    two.down = 1;
    one.begin(clock);
    two.begin(clock);
    await clock.advance(2000);
    const sent = one.saying('PACKAGE').reduce((sum, { packages }) => sum + packages.length * 100_000, 0);
    expect(sent).toBeGreaterThanOrEqual(4 << 20);
    expect(sent).toBeLessThanOrEqual((4 << 20) + (512 << 10));
    expect(two.saying('CREDIT')).toEqual([]);
  });
});

describe('a link that is cut soon', () => {
  it('was worth it to both ends, as soon as 64 KiB of it were dealt with', async () => {
    const { one, two } = await talking((side) => side.shared.add(LOG.one, 7, 10_000));
    expect(two.saying('CREDIT')).toEqual([{ is: 'CREDIT', bytes: 70_000 }]);
    expect([one.isWorth, two.isWorth]).toEqual([true, true]);
  });

  it('was worth it to neither where less came', async () => {
    const { one, two } = await talking((side) => side.shared.add(LOG.one, 6, 10_000));
    expect([two.saying('CREDIT'), one.isWorth, two.isWorth]).toEqual([[], false, false]);
  });

  it('was worth it to neither where nothing came whole', async () => {
    const { clock, one, two } = await talking();
    two.shared.giveContent = () => new Promise(() => {});
    void one.session.fetch(one.shared.id, [{ digest: digestOf('much'), kind: 'content', hint: null, base: null }]);
    await clock.advance(10);
    const pieces = [{ item: 0, offset: 0, length: 200_000, total: 400_000, flags: 0 }];
    two.blurt({ is: 'CONTENT', req: 1, pieces, data: [new Uint8Array(200_000)] });
    await clock.advance(10);
    expect([one.saying('CREDIT'), one.isWorth, two.isWorth, one.closed]).toEqual([[], false, false, []]);
  });
});

describe('limits of this device', () => {
  it('slow bulk down to so many bytes a second', async () => {
    const { clock, one, two } = await talking((side) => {
      side.up = 100_000;
      side.shared.add(LOG.one, 1000, 1000);
    });
    await clock.advance(5000);
    const after5 = two.shared.received.length;
    // A frame may be under way beside a second's worth; after that it is the limit that counts.
    expect(after5).toBeGreaterThan(300);
    expect(after5).toBeLessThan(1000);
    await clock.advance(60_000);
    expect(two.shared.received).toEqual(numbers(LOG.one, 1000));
  });

  it('hold bulk back outside its hours, and nothing else', async () => {
    const { clock, one, two } = await talking((side) => {
      side.open = false;
      side.shared.add(LOG.one, 3);
    });
    await clock.advance(120_000);
    expect(two.shared.received).toEqual([]);
    expect(one.session.isOpen(one.shared.id)).toBe(true);
    const scanned = one.session.scan(one.shared.id);
    await clock.advance(20);
    await scanned;
    expect(two.shared.scans).toBe(1);
    one.open = true;
    await clock.advance(31_000);
    expect(two.shared.received).toEqual(numbers(LOG.one, 3));
  });
});

describe('content', () => {
  const bytesOfLength = (length: number, seed = 1): Uint8Array =>
    Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 7 + (at >> 8)) & 0xff);
  const asked = (bytes: Uint8Array, kind: ContentAsked['kind'] = 'content'): ContentAsked => ({
    digest: digestOf(bytes),
    kind,
    hint: null,
    base: null,
  });
  const having = (...contents: Uint8Array[]) =>
    talking((_, other) => {
      for (const bytes of contents) other.shared.contents.set(digestOf(bytes), { bytes, splice: false });
    });

  it('is put together from its pieces, in the order asked', async () => {
    const contents = [0, 1, 1000, 300_000, 262_144, 5, 1_000_000].map((length, at) => bytesOfLength(length, at));
    const { clock, one } = await having(...contents);
    const fetched = one.session.fetch(
      one.shared.id,
      contents.map((each) => asked(each)),
    );
    await clock.advance(50);
    expect((await fetched).map((each) => each && digestOf(each.bytes))).toEqual(contents.map((each) => digestOf(each)));
  });

  it('that is not there is nothing, and the rest comes', async () => {
    const [here, missing] = [bytesOfLength(10), bytesOfLength(20)];
    const { clock, one } = await having(here);
    const fetched = one.session.fetch(
      one.shared.id,
      [missing, here, missing].map((each) => asked(each)),
    );
    await clock.advance(50);
    expect((await fetched).map((each) => each?.bytes.length ?? null)).toEqual([null, 10, null]);
  });

  it('comes as a splice where the peer made one', async () => {
    const bytes = bytesOfLength(100);
    const { clock, one, two } = await having();
    two.shared.contents.set(digestOf(bytes), { bytes, splice: true });
    const fetched = one.session.fetch(one.shared.id, [asked(bytes, 'chunk-list')]);
    await clock.advance(50);
    expect(await fetched).toEqual([{ bytes, splice: true }]);
  });

  it('of several requests at a time goes to who asked', async () => {
    const contents = [400_000, 10, 600_000].map((length, at) => bytesOfLength(length, at));
    const { clock, one } = await having(...contents);
    const fetched = contents.map((each) => one.session.fetch(one.shared.id, [asked(each)]));
    await clock.advance(100);
    expect((await Promise.all(fetched)).map(([each]) => digestOf(each!.bytes))).toEqual(
      contents.map((each) => digestOf(each)),
    );
  });

  it('is nothing where the collection is not open', async () => {
    const { one } = await talking((_, other) => {
      other.collections = [];
    });
    expect(await one.session.fetch(one.shared.id, [asked(bytesOfLength(1))])).toEqual([null]);
  });

  it('under way is nothing when the link ends, but for what came whole by then', async () => {
    const { clock, one, two } = await having();
    two.shared.giveContent = () => new Promise(() => {});
    const contents = [10, 8, 20].map((length) => bytesOfLength(length));
    const fetched = one.session.fetch(
      one.shared.id,
      contents.map((each) => asked(each)),
    );
    const later = one.session.fetch(one.shared.id, [asked(bytesOfLength(30))]);
    await clock.advance(10);
    two.blurt(content(1, piece({ item: 1, length: 8, flags: 1 }), piece({ item: 2, total: 20 })));
    await clock.advance(10);
    two.session.close('bye');
    await clock.advance(10);
    expect(await fetched).toEqual([null, { bytes: new Uint8Array(8), splice: false }, null]);
    expect(await later).toEqual([null]);
    await expect(one.session.fetch(one.shared.id, [asked(bytesOfLength(10))])).resolves.toEqual([null]);
  });

  it('that the peer fails to read is not there', async () => {
    const { clock, one, two } = await having(bytesOfLength(10));
    two.shared.giveContent = () => Promise.reject(new Error('the disk is gone'));
    const fetched = one.session.fetch(one.shared.id, [asked(bytesOfLength(10))]);
    await clock.advance(20);
    expect(await fetched).toEqual([null]);
  });

  const piece = (change: Partial<MessageOf<'CONTENT'>['pieces'][number]> = {}) => ({
    item: 0,
    offset: 0,
    length: 4,
    total: 8,
    flags: 0,
    ...change,
  });
  const content = (req: number, ...pieces: ReturnType<typeof piece>[]): Message => ({
    is: 'CONTENT',
    req,
    pieces,
    data: pieces.map(({ length }) => new Uint8Array(length)),
  });
  /** `one` asked `two` for two contents of whatever length, and `two` says something else. */
  const asking = async (...answers: readonly Message[]) => {
    const { clock, one, two } = await having();
    two.shared.giveContent = () => new Promise(() => {});
    const fetched = one.session.fetch(one.shared.id, [asked(bytesOfLength(8)), asked(bytesOfLength(9))]);
    const settled: unknown[] = [];
    void fetched.then((each) => settled.push(each.length));
    await clock.advance(10);
    two.blurt(...answers);
    await clock.advance(10);
    return { closed: one.closed, settled };
  };

  const faults: readonly [string, readonly Message[]][] = [
    ['nobody asked for', [content(99, piece())]],
    ['for an item nobody asked for', [content(1, piece({ item: 2 }))]],
    ['that begins in the middle', [content(1, piece({ offset: 4 }))]],
    ['that leaves out a part', [content(1, piece({ length: 2 })), content(1, piece({ offset: 4 }))]],
    ['that comes twice', [content(1, piece()), content(1, piece())]],
    ['that changes its length', [content(1, piece()), content(1, piece({ offset: 4, total: 9 }))]],
    ['that ends early', [content(1, piece({ flags: 1 }))]],
    [
      'that goes on after its end',
      [content(1, piece({ length: 8, flags: 1 })), content(1, piece({ offset: 8, length: 0, flags: 1 }))],
    ],
    ['longer than any chunk', [content(1, piece({ total: (4 << 20) + 1 }))]],
  ];
  it.each(faults)('%s ends the link', async (_, answers) => {
    const { closed, settled } = await asking(...answers);
    expect(closed).toEqual(['protocol-error']);
    expect(settled).toEqual([2]);
  });

  it('that does not come is given up after a minute, though the peer answers all else; and comes as soon as it is sent', async () => {
    const bytes = bytesOfLength(5000);
    const read = Promise.withResolvers<readonly (ContentGiven | null)[]>();
    const { clock, one, two } = await having();
    two.shared.giveContent = () => read.promise;
    const fetched = one.session.fetch(one.shared.id, [asked(bytes)]);
    // Packages go on, and are not what is waited for.
    for (let minute = 0; minute < 2; minute++) {
      two.shared.add(LOG.two, 1);
      two.session.packagesWritten(two.shared.id);
      await clock.advance(60_000);
    }
    expect([await fetched, one.session.isSilent, two.session.isSilent]).toEqual([[null], true, false]);
    expect([one.closed, one.contentsMoved, one.shared.count(LOG.two)]).toEqual([[], 0, 2]);
    read.resolve([{ bytes, splice: false }]);
    await clock.advance(10);
    expect([one.session.isSilent, one.contentsMoved]).toEqual([false, 1]);
    const again = one.session.fetch(one.shared.id, [asked(bytes)]);
    await clock.advance(10);
    expect([await again, one.saying('CONTENT_WANT').length]).toEqual([[{ bytes, splice: false }], 1]);
  });

  it('is told to be back, in the collections the two share', async () => {
    const { clock, one, two } = await having();
    two.session.tellContentsBack(two.shared.id);
    two.session.tellContentsBack(collectionId('f'.repeat(32)));
    await clock.advance(10);
    expect([one.contentsBack, one.closed]).toEqual([[one.shared.id], []]);
  });

  it('comes in small frames where the peer may send little, so that it is seen to come', async () => {
    const bytes = bytesOfLength(100_000);
    const { clock, one, two } = await having(bytes);
    two.up = 1000;
    const fetched = one.session.fetch(one.shared.id, [asked(bytes)]);
    await clock.advance(200_000);
    expect([(await fetched)[0]?.bytes, one.session.isSilent]).toEqual([bytes, false]);
    expect(Math.max(...two.saying('CONTENT').flatMap(({ pieces }) => pieces.map(({ length }) => length)))).toBe(5000);
  });

  it('of a peer that this device’s own limit holds back is waited for', async () => {
    const contents = [4_000_000, 1_500_000].map((length) => bytesOfLength(length));
    const { clock, one } = await having(...contents);
    one.down = 20_000;
    const fetched = one.session.fetch(
      one.shared.id,
      contents.map((each) => asked(each)),
    );
    await clock.advance(400_000);
    expect([(await fetched).map((each) => each?.bytes.length), one.session.isSilent]).toEqual([
      [4_000_000, 1_500_000],
      false,
    ]);
  });

  it('asked for in a collection that the peer does not have open is not waited for', async () => {
    const { clock, one, two } = await having();
    two.session.shut(two.shared.id);
    const fetched = one.session.fetch(one.shared.id, [asked(bytesOfLength(1))]);
    await clock.advance(10);
    expect(await Promise.race([fetched, 'to come'])).toEqual([null]);
  });

  it('under way is nothing where the collection is shut meanwhile, and the link stays', async () => {
    const bytes = bytesOfLength(10);
    const read = Promise.withResolvers<readonly (ContentGiven | null)[]>();
    const { clock, one, two } = await having();
    two.shared.giveContent = () => read.promise;
    const fetched = one.session.fetch(one.shared.id, [asked(bytes)]);
    await clock.advance(10);
    one.session.shut(one.shared.id);
    expect(await Promise.race([fetched, 'to come'])).toEqual([null]);
    read.resolve([{ bytes, splice: false }]);
    await clock.advance(10);
    expect([one.closed, two.closed]).toEqual([[], []]);
  });

  it('that is refused twice counts once', async () => {
    const no = (item: number): Message => ({ is: 'CONTENT_NO', req: 1, items: [{ item, code: 'not-here' }] });
    const { closed, settled } = await asking(no(0), no(0), no(400));
    expect([closed, settled]).toEqual([[], []]);
  });

  it('refused by a peer that was not asked says nothing', async () => {
    const { closed } = await asking({ is: 'CONTENT_NO', req: 5, items: [{ item: 0, code: 'not-here' }] });
    expect(closed).toEqual([]);
  });
});

describe('looking at the peer’s sources', () => {
  it('ends when the peer has looked', async () => {
    const { clock, one, two } = await talking();
    const looked = Promise.withResolvers<void>();
    two.shared.scanned = () => looked.promise;
    let ended = false;
    void one.session.scan(one.shared.id).then(() => {
      ended = true;
    });
    await clock.advance(60_000);
    expect([two.shared.scans, ended]).toEqual([1, false]);
    looked.resolve();
    await clock.advance(20);
    expect(ended).toBe(true);
  });
  it('ends when the link ends', async () => {
    const { clock, one, two } = await talking();
    two.shared.scanned = () => new Promise(() => {});
    const scanned = one.session.scan(one.shared.id);
    await clock.advance(10);
    two.session.close('bye');
    await clock.advance(10);
    await scanned;
    expect(one.closed).toHaveLength(1);
  });
});
