import type { Role } from '../../src/contract/contract.ts';
import { selfAsMember } from '../../src/main/peers/membership/membership-log.ts';
import { BATCH_SIZES, type BatchSizes } from '../../src/main/platform/batch-sizes.ts';
import { LockstepError } from '../../src/main/platform/trouble.ts';
import { type CollectionId, collectionId, type DeviceId } from '../../src/main/record/ids.ts';
import type { Replica } from '../../src/main/replica.ts';
import { FOLDER } from '../../src/main/sources/formats.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryNetwork } from '../fakes/memory-network.ts';
import { RelayNetwork } from '../fakes/relay-network.ts';
import type { SeededRandom } from '../fakes/seeded-random.ts';
import { RELAY_KEY, SimulatedRelay } from '../fakes/simulated-relay.ts';
import { type Finding, Ledger } from './folders/ledger.ts';
import { noticeNoRoom, passingNoRoom } from './full-state.ts';
import { PORT, ROOT, SimulatedDevice } from './simulated-device.ts';

/** Calls to the file system at once, and further ones a minute: nobody has so many files here. */
const PATIENCE = 20_000;
const PATIENCE_A_MINUTE = 20;
export const RELAY = `https://relay.example:443#k=${RELAY_KEY}`;
const STORAGE = `https://storage.example:443#k=${RELAY_KEY}`;
const YEAR_MS = 365 * 24 * 3600_000;

/** A group of computers under one clock, and the person before them. */
export class SimulatedGroup {
  readonly clock = new FakeClock();
  readonly network: MemoryNetwork;
  readonly devices: SimulatedDevice[] = [];
  readonly ledger: Ledger;
  readonly findings: Finding[] = [];
  readonly #random: SeededRandom;
  readonly #weather: SeededRandom;
  readonly #cuts = new Set<string>();
  readonly lostDatabase = new Set<SimulatedDevice>();
  /** Whose database was put back from a copy: to it, what was done since looks like the deeds of a person. */
  readonly restored = new Set<SimulatedDevice>();
  readonly #linkedSince = new Map<string, number>();
  /** And who removed each. */
  readonly #removed = new Map<SimulatedDevice, SimulatedDevice>();
  /** Whom a removed device had let in, and who removed that one without having heard of them. */
  readonly #letInBeside = new Map<SimulatedDevice, SimulatedDevice>();
  readonly #letInBy = new Map<SimulatedDevice, SimulatedDevice>();
  readonly #left = new Set<SimulatedDevice>();
  /** Devices that were made less than admins, and may not have heard of it. */
  readonly #demoted = new Set<SimulatedDevice>();
  /** Whom each computer was last seen to know as members. */
  readonly #acquainted = new Map<SimulatedDevice, ReadonlySet<DeviceId>>();
  /** Milliseconds a message takes at most. */
  slowness = 20;
  /** The only one that two others meet; null: any may meet any. */
  middle: SimulatedDevice | null = null;
  readonly #apart = new Set<string>();
  /** Where relays are; null: there is none, and they link with each other. */
  relays: RelayNetwork | null = null;
  /** By which alone they pass things on: what lies there lies here. */
  relay: SimulatedRelay | null = null;
  /** Which tells where that is; null: it does so itself. */
  management: SimulatedRelay | null = null;
  /** Puts the relay back to what it was when it was copied; null: it was not. */
  relayCopy: (() => void) | null = null;
  /** Who joined knows only the address of who let it in. */
  star = false;
  /** Of the devices that are added from now on. */
  batches: BatchSizes = BATCH_SIZES;
  collection: CollectionId | null = null;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#weather = random.fork('weather');
    this.network = new MemoryNetwork(passingNoRoom(this.clock), {
      latency: () => 1 + this.#weather.int(this.slowness),
    });
    this.ledger = new Ledger(this.devices, this.clock, (finding) => this.find(finding.rule, finding.what));
  }

  find(rule: string, what: string): void {
    // The first of a kind tells; what follows from it is noise.
    if (this.findings.length < 20 && !this.findings.some((known) => known.rule === rule && known.what === what))
      this.findings.push({ rule, what: `step ${this.ledger.step}: ${what}` });
  }

  /** A new computer. Its program does not run yet. */
  addDevice(options: { readonly skewed: boolean; readonly folding: boolean }): SimulatedDevice {
    const index = this.devices.length;
    const random = this.#random.fork(`device ${index}`);
    const skew = options.skewed ? random.pick([0, 1500, -90_000, YEAR_MS, -YEAR_MS]) : 0;
    const { clock, network, batches, relays } = this;
    const device = new SimulatedDevice(
      index,
      { clock, network, relays, random, skew, folding: options.folding, batches },
      { fault: (from, what) => this.find('fault', `${from.name}: ${what}`) },
    );
    if (relays !== null) for (const other of this.devices) this.#keepApart(device, other);
    this.devices.push(device);
    return device;
  }

  /** Devices whose program runs. */
  get alive(): readonly SimulatedDevice[] {
    return this.devices.filter((device) => device.running !== null);
  }
  get members(): readonly SimulatedDevice[] {
    return this.devices.filter((device) => this.replica(device) !== null && !this.isRemoved(device));
  }

  replica(device: SimulatedDevice): Replica | null {
    if (device.running === null || this.collection === null) return null;
    return device.engine.replicas.get(this.collection) ?? null;
  }

  /** Lets the clock run while a promise of the program is awaited; resolves with it. null: the program died meanwhile. */
  async until<T>(device: SimulatedDevice, work: Promise<T>): Promise<T | null> {
    for (const each of this.devices) each.patience = PATIENCE;
    let done: { value: T } | { error: unknown } | null = null;
    work.then(
      (value) => {
        done = { value };
      },
      (error: unknown) => {
        done = { error };
      },
    );
    const { running } = device;
    for (let turn = 0; done === null && turn < 2000; turn++) {
      await this.clock.advance(turn < 500 ? 5 : 500);
      if (device.running !== running) return null;
    }
    if (device.running !== running) return null;
    const ended = done as { value: T } | { error: unknown } | null;
    if (ended === null) throw new Error(`${device.name} does not come to an end`);
    if ('error' in ended) {
      if (noticeNoRoom(ended.error)) return null;
      throw ended.error;
    }
    return ended.value;
  }

  /** Lets this much time pass. */
  async pass(milliseconds: number): Promise<void> {
    for (const device of this.devices) device.patience = PATIENCE + (milliseconds / 60_000) * PATIENCE_A_MINUTE;
    await this.clock.advance(milliseconds);
    for (const relay of this.relays?.relays ?? [])
      for (const fault of relay.faults.splice(0)) this.find('fault', `the relay: ${fault}`);
    for (const device of this.alive) {
      const others = this.replica(device)?.membership.others();
      if (others !== undefined) this.#acquainted.set(device, new Set(others.map((each) => each.device)));
    }
  }

  /** Starts a program; it may die on the way. */
  async start(device: SimulatedDevice): Promise<void> {
    let done = false;
    const starting = device.start().finally(() => {
      done = true;
    });
    starting.catch(() => undefined);
    for (let turn = 0; !done && turn < 500; turn++) {
      await this.clock.advance(5);
      if (device.running === null && turn > 0) return;
    }
    if (done) await starting;
  }

  /** The first device makes the collection of what is in its folder. */
  async create(device: SimulatedDevice): Promise<void> {
    const added = await this.until(device, device.engine.add({ location: ROOT, name: 'things' }));
    this.collection = added === null ? null : collectionId(added.collection);
    const replica = this.replica(device);
    if (this.relay === null || replica === null) return;
    replica.membership.setRelay(RELAY, device.wall.now());
    replica.membershipChanged();
  }

  /** Makes `device` a member as a pairing would. */
  admit(device: SimulatedDevice, by: SimulatedDevice, role: Role = 'admin'): Replica {
    const inviter = this.replica(by) as Replica;
    if (!this.#letInBy.has(device)) this.#letInBy.set(device, by);
    // Whom it lets in again may have left without its having heard of it.
    if (inviter.membership.member(device.identity.id) === null || this.hasLeft(device)) {
      inviter.membership.add(
        {
          descriptor: device.identity.descriptor,
          ...selfAsMember(device.identity, inviter.id),
          role,
          name: device.name,
          history: true,
        },
        by.wall.now(),
      );
      inviter.membershipChanged();
    }
    device.membership.set(inviter.id, inviter.membership.operations());
    return inviter;
  }

  /** A device that was taken out, knows it and has left is let in again, by one that knows it too. */
  async letInAgain(device: SimulatedDevice, by: SimulatedDevice): Promise<void> {
    this.#removed.delete(device);
    this.#letInBeside.delete(device);
    this.#letInBy.set(device, by);
    await this.join(device, by);
  }

  /** As `admit`, and its folder a source. */
  async join(device: SimulatedDevice, by: SimulatedDevice, role: Role = 'admin'): Promise<void> {
    const replica = device.engine.openCollection(this.admit(device, by, role).id, 'things', 'files');
    this.#left.delete(device);
    for (const other of this.star ? [by] : this.devices)
      if (other !== device) device.engine.network.suggest(other.identity.id, [`${other.host}:${PORT}`]);
    await this.until(device, device.engine.addSource(replica, { path: ROOT, format: FOLDER }));
  }

  /** Were they linked for long enough to have told each other what they have? To be asked after each step. */
  haveTalked(one: SimulatedDevice, other: SimulatedDevice, areLinked: boolean): boolean {
    const pair = `${one.name} ${other.name}`;
    if (!areLinked) this.#linkedSince.delete(pair);
    else if (!this.#linkedSince.has(pair)) this.#linkedSince.set(pair, this.clock.now());
    return areLinked && this.clock.now() - (this.#linkedSince.get(pair) as number) > 2 * this.slowness;
  }

  cut(one: SimulatedDevice, other: SimulatedDevice): void {
    this.#cuts.add(lineBetween(one, other));
    this.network.cut(one.host, other.host);
  }
  mendAll(): void {
    for (const cut of this.#cuts) if (!this.#apart.has(cut)) this.network.mend(...(cut.split(' ') as [string, string]));
    this.#cuts.clear();
  }
  /** Of the three there are, from now on two only meet this one, and never each other. */
  meetOnly(middle: SimulatedDevice): void {
    const [one, other] = this.devices.filter((device) => device !== middle) as [SimulatedDevice, SimulatedDevice];
    this.middle = middle;
    this.#keepApart(one, other);
  }
  /**
   * From now on devices only leave things for each other at a relay, and never meet, or (`joins`) meet through it. `isSplit`: what they are given is
   * the address of one that only tells where things are.
   */
  relyOnRelay(joins: boolean, isSplit = false): void {
    this.relays = new RelayNetwork(
      this.clock,
      { latency: () => 1 + this.#weather.int(this.slowness) },
      passingNoRoom(this.clock),
    );
    if (isSplit) {
      this.management = new SimulatedRelay(this.relays, { role: 'management', storage: STORAGE, origins: [] });
      this.relays.put(RELAY, this.management);
      this.relay = new SimulatedRelay(this.relays, { role: 'storage', origins: [] });
      this.relays.put(STORAGE, this.relay);
    } else this.relay = this.relays.at(RELAY);
    this.relay.joins = joins;
  }
  #keepApart(one: SimulatedDevice, other: SimulatedDevice): void {
    this.#apart.add(lineBetween(one, other));
    this.network.cut(one.host, other.host);
  }
  get cuts(): number {
    return this.#cuts.size;
  }

  /**
   * Would the removal of `device` leave somebody who knows no other member that stays? To it they are strangers, whom its door tells nothing:
   * it has to be let in anew.
   */
  wouldStrand(device: SimulatedDevice): boolean {
    const stays = this.devices.filter((each) => each !== device && !this.isRemoved(each) && each.membership.size > 0);
    return stays.some(
      (each) => !stays.some((other) => other !== each && this.#acquainted.get(each)?.has(other.identity.id)),
    );
  }
  /** false: who asks may not, as far as it knows, or has not heard of that device. */
  remove(device: SimulatedDevice, by: SimulatedDevice): boolean {
    const replica = this.replica(by) as Replica;
    if (replica.membership.member(device.identity.id) === null) return false;
    return this.#ask(() => {
      by.engine.members.remove(replica, device.identity.id);
      this.#removed.set(device, by);
      this.#voidAdmissions(by);
    });
  }
  #voidAdmissions(by: SimulatedDevice): void {
    const { membership } = this.replica(by) as Replica;
    for (const [device, inviter] of this.#letInBy)
      if (this.isRemoved(inviter) && membership.member(device.identity.id) === null) this.#letInBeside.set(device, by);
  }
  /** It left, or died as it did: what it had of what was is its own to let go of. */
  leaves(device: SimulatedDevice): void {
    this.#left.add(device);
    this.lostDatabase.add(device);
    this.ledger.forgets.add(device);
    this.ledger.loseJournal(device);
  }
  hasLeft(device: SimulatedDevice): boolean {
    return this.#left.has(device);
  }
  /** false: who asks may not, as far as it knows. */
  setRole(device: SimulatedDevice, role: Role, by: SimulatedDevice): boolean {
    return this.#ask(() => {
      by.engine.members.setRole(this.replica(by) as Replica, device.identity.id, role);
      if (role !== 'admin') this.#demoted.add(device);
    });
  }
  /** Would it be void that `device` let somebody in, as `by`, who has not heard of it, takes the right to do so from it? Whoever that is has to be let in anew. */
  wouldVoid(device: SimulatedDevice, by: SimulatedDevice): boolean {
    const { membership } = this.replica(by) as Replica;
    const known = this.#acquainted.get(device);
    return this.devices.some(
      (each) => !this.isRemoved(each) && known?.has(each.identity.id) && membership.member(each.identity.id) === null,
    );
  }
  /** Is it an admin, and does nobody say otherwise, of whom it has not heard? */
  mayLetIn(device: SimulatedDevice): boolean {
    const rest = this.devices.filter((each) => !this.isRemoved(each) && !this.hasLeft(each));
    // Where all that are there hold it for one, whoever said otherwise was not allowed to.
    const isSure = rest.every((each) => this.replica(each)?.membership.member(device.identity.id)?.role === 'admin');
    if (isSure || this.roleOf(device) !== 'admin') this.#demoted.delete(device);
    return this.roleOf(device) === 'admin' && !this.#demoted.has(device);
  }
  /** What a device may do, as it knows. */
  roleOf(device: SimulatedDevice): string | null {
    return this.replica(device)?.membership.member(device.identity.id)?.role ?? null;
  }
  #ask(change: () => void): boolean {
    try {
      change();
      return true;
    } catch (error) {
      if (error instanceof LockstepError) return false;
      throw error;
    }
  }
  /**
   * Unless that is void: a more senior admin had made whoever removed it no admin any more, of which that one had not heard. Also where its admission
   * is void: one by a removed device of which who removed that had not heard, and which does not count for it once it has. A more senior admin
   * still lets in whom it let in.
   */
  isRemoved(device: SimulatedDevice): boolean {
    const by = this.#removed.get(device) ?? this.#letInBeside.get(device);
    return by !== undefined && (this.replica(by)?.membership.member(device.identity.id) ?? null) === null;
  }
}

const lineBetween = (one: SimulatedDevice, other: SimulatedDevice): string => [one.host, other.host].sort().join(' ');
